"""Pages that are no notebook's, and the findings cut from an audit's page."""

from analysis.pipeline.findings import _findings_of
from analysis.reporting.plain_page import PlainPage, render_plain

ROW = '<tr id="finding-a"><th scope="row"><a class="to-source" href="#from-5" data-entry="5">A</a></th><td><a href="#claim-AA-001">AA-001</a></td></tr>'
TABLE = f'<div class="table-block" id="findings"><div class="scroll"><table>{ROW}</table></div></div>'
AUDIT = f'<h2 id="section-summary-for-the-authors">Summary</h2>\n<p>One finding.</p>\n{TABLE}<div class="table-block" id="other"><table></table></div>'


def test_texts_are_escaped_and_only_the_kinds_shown_are_explained():
    shown = '<span data-kind="published">1</span>'
    found = render_plain(PlainPage("<b>Title</b>", "A & B", shown, {"Made": "by <x>"}, up=("up.html", "Up & away")))
    assert "<h1>&lt;b&gt;Title&lt;/b&gt;</h1>" in found and "A &amp; B" in found and "by &lt;x&gt;" in found
    assert '<a href="up.html">Up &amp; away</a>' in found
    assert "printed in the source" in found and "public statistics" not in found and "<script" not in found


def test_a_page_with_a_table_to_filter_admits_its_script_alone():
    found = render_plain(PlainPage("T", "L", "", script=True))
    assert found.count("<script>") == 1 and "script-src 'sha256-" in found


def test_the_findings_are_cut_out_with_links_to_the_audit():
    found = _findings_of(AUDIT)
    assert found.startswith("<p>One finding.</p>") and 'id="finding-a"' in found and 'id="other"' not in found
    assert 'href="08_claims_audit.html#from-5"' in found and 'href="08_claims_audit.html#claim-AA-001"' in found
    assert "data-entry" not in found and found.count("<div") == found.count("</div>") == 2


def test_an_audit_without_findings_keeps_its_sentence():
    assert (
        _findings_of('<h2 id="section-summary-for-the-authors">S</h2><p>There is no finding.</p>')
        == "<p>There is no finding.</p>"
    )
