"""The check that every number on a finished page is a recorded result, with which tests read pages as HTML."""

import pytest
from numbers_check import check_numbers

from analysis.results import Kind, Result, ResultStore

STORE = ResultStore()
STORE.add(
    [
        Result("ratio", "Ratio", 4.67, "GBP per GBP", Kind.PUBLISHED, 2),
        Result("people", "People", 1875, "people", Kind.RECOMPUTED, 0, 1870, 1880),
        Result("fall", "Fall", -3.5, "%", Kind.RECOMPUTED, 1),
        Result("missing", "Missing", None, "people", Kind.BOUNDED),
        Result("printed", "Printed", 13_600_000, "GBP", Kind.PUBLISHED, printed="£13.6 million"),
    ]
)
NUM = '<span data-result="ratio" data-kind="published">£4.67</span>'


@pytest.mark.parametrize(
    "text",
    [
        f"<p>It returns {NUM} a pound.</p>",
        "<p>No number at all, not even an &amp;.</p>",
        '<td data-result="people"><b>1,</b>875</td>',
        '<p><span data-result="people" data-part="interval">1,870 to 1,880</span></p>',
        '<span data-result="missing">not available</span>',
        '<span data-result="missing" data-part="interval">not available</span>',
        '<span data-result="printed">£13.6 million</span>',
        "<span data-structural>Table 1, line <i>40</i></span>",
        "<code>x = 1</code><pre>2</pre><style>p{margin:3px}</style><script>4</script><head><title>5</title></head>",
        '<svg><g id="f-xtick_1"><text>50%</text></g><text>£4.67</text><text>1,875 people</text><text>−3.5%</text></svg>',
        "<svg><text>£13,600,000</text></svg>",
        '<svg aria-label="£4.67"><path d="M 1 2"/></svg><p style="margin:2px">a<br>b</p>',
    ],
)
def test_recorded_and_structural_numbers_pass(text):
    assert check_numbers(text, STORE) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<p>It returns £4.67 a pound.</p>", "'It returns £4.67 a pound.' in the text is no recorded result"),
        ("<p>&#52; of them</p>", "'4 of them' in the text"),
        ("<p>٣ of them</p>", "in the text"),
        ('<p><span data-result="ratio">£4.68</span></p>', "ratio is shown as '£4.68' but recorded as '£4.67'"),
        ('<p><span data-result="ratio">£4.67 or so</span></p>', "shown as '£4.67 or so'"),
        ('<p><span data-result="ratio"><i>£4.67</i> 9</span></p>', "shown as '£4.67 9'"),
        ('<span data-result="missing">0</span>', "shown as '0' but recorded as 'not available'"),
        ('<span data-result="unknown">5</span>', "result unknown, which is not recorded"),
        ('<span data-result="ratio" data-kind="measured">£4.67</span>', "shown as measured but is published"),
        ('<span data-result="people" data-part="interval">1,875</span>', "'1,875' but recorded as '1,870 to 1,880'"),
        ("<svg><text>£4.68</text></svg>", "'£4.68' in a figure"),
        ("<svg><text>87</text></svg>", "'87' in a figure"),
        ('<p id="xtick_1">50%</p>', "'50%' in the text"),
        ('<img alt="It rose by 12%">', "'12%' in a figure or a text read aloud"),
        ("<svg><desc>12 people</desc></svg>", "'12' in a figure or a text read aloud"),
        (f"<p>{NUM} and 3 more</p>", "'and 3 more' in the text"),
        ("<div><code>1</div> 2", "'2' in the text"),
        ('<p><span data-result="people">1,875 7', "people is shown as '1,875 7'"),
    ],
)
def test_every_other_number_is_reported(text, says):
    problems = check_numbers(text, STORE)
    assert len(problems) == 1 and says in problems[0]


def test_a_problem_names_its_line():
    assert check_numbers("<p>\n\n7</p>", STORE)[0].startswith("line ")
    assert len(check_numbers("<p>1</p><p>2</p>", STORE)) == 2
