"""How a study is cited: authors with a checked ORCID, and the three forms, read back by rules of their own."""

import re

import pytest
import yaml

from analysis.errors import InputError
from analysis.files import validate
from analysis.pipeline.citing import cff_text, commit_of, setting_of
from analysis.pipeline.deposit.citation import Citation
from analysis.reporting.citation import bibtex, in_words, ris, study_citation, whole_citation
from analysis.study import Study, StudyInfo, load_study
from analysis.study.authors import check_character

REPOSITORY = Citation.model_validate(
    {
        "cff-version": "1.2.0",
        "message": "m",
        "title": "The whole",
        "version": "0.1.0",
        "license": "MIT",
        "abstract": "a",
        "authors": [{"name": "A group & co"}],
        "date-released": "2024-03-01",
        "repository-code": "https://example.org/whole",
    }
)
AUTHORS = [
    {"family-names": "Noor", "given-names": "Asha", "orcid": "0000-0002-1825-0097", "affiliation": "University of X"},
    {"name": "The {team}_50%"},
]


def study(**more) -> StudyInfo:
    said = {
        "id": "one",
        "title": "A & B: 100%",
        "source": {"producer": "P", "title": "Report", "published": 2020},
        "claim_prefix": "AB",
    }
    return validate(StudyInfo, said | more, "study.yaml", None)


@pytest.mark.parametrize(
    "orcid",
    ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X", "https://orcid.org/0000-0002-1694-233X"],
)
def test_an_orcid_whose_last_character_fits_is_an_address(orcid):
    """The examples of support.orcid.org."""
    author = study(authors=[{"family-names": "N", "orcid": orcid}]).authors[0]
    assert author.orcid == f"https://orcid.org/{orcid[-19:]}"


def test_every_single_slip_in_an_orcid_is_found():
    right = "000000021825009"
    for place in range(15):
        for digit in "0123456789":
            wrong = right[:place] + digit + right[place + 1 :]
            assert (check_character(wrong) == check_character(right)) == (wrong == right)


@pytest.mark.parametrize(
    ("more", "column"),
    [
        ({"authors": [{"family-names": "N", "orcid": "0000-0002-1825-0098"}]}, "authors.0.orcid"),
        ({"authors": [{"family-names": "N", "orcid": "0000-0002-1825-009"}]}, "authors.0.orcid"),
        ({"authors": [{"given-names": "N"}]}, "authors.0"),
        ({"authors": [{"name": "N", "family-names": "N"}]}, "authors.0"),
        ({"version": 1.1}, "version"),
        ({"date": "2024"}, "date"),
        ({"doi": "https://doi.org/10.5281/zenodo.1"}, "doi"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(more, column):
    with pytest.raises(InputError) as refused:
        study(**more)
    assert refused.value.column == column


def test_a_study_that_says_nothing_is_cited_as_a_part_of_the_repository():
    cited = study_citation(study(), REPOSITORY, "0123456789ab")
    assert in_words(cited) == (
        "A group & co (2024). A & B: 100% (version 0.1.0, commit 0123456789ab). In: The whole. Software. https://example.org/whole"
    )
    assert cited.source == "P. Report. 2020"


def test_the_whole_is_cited_with_every_source_once_and_no_example():
    cited = whole_citation(
        REPOSITORY,
        [study(), study(), study(example=True), study(source={"producer": "Q", "title": "Other"})],
        "0123456789ab",
    )
    assert in_words(cited) == (
        "A group & co (2024). The whole (version 0.1.0, commit 0123456789ab). Software. https://example.org/whole"
    )
    assert (
        cited.source.startswith("P. Report. 2020; ") and cited.source.count("Report") == 1 and "Other" in cited.source
    )
    assert "In:" not in bibtex(cited) and "T2" not in ris(cited)


def test_a_study_with_a_version_of_its_own_has_no_other_thing_s_date():
    cited = study_citation(study(version="2.0", authors=AUTHORS), REPOSITORY)
    assert (cited.version, cited.date, cited.doi) == ("2.0", "", "")
    assert in_words(cited).startswith("Noor, Asha; The {team}_50% (n.d.). A & B: 100% (version 2.0). In: The whole.")


def test_a_worked_example_says_so_in_every_form():
    cited = study_citation(study(example=True), REPOSITORY)
    assert all(
        "Synthetic records, not findings" in text
        for text in (in_words(cited), bibtex(cited), ris(cited), cff_text(cited))
    )


def full():
    return study_citation(study(version="2.0", date="2025-02-03", doi="10.5281/zenodo.12", authors=AUTHORS), REPOSITORY)


def test_bibtex_has_balanced_braces_and_groups_kept_whole():
    text = bibtex(full())
    assert text.startswith("@misc{one,\n") and text.endswith("}\n")
    depth = 0
    for sign in re.sub(r"\\.", "", text):  # escaped braces count as letters
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},?$", text, re.MULTILINE))
    assert fields["author"] == r"Noor, Asha and {The \{team\}\_50\%}"
    assert fields["title"] == r"{A \& B: 100\%}"
    assert (fields["year"], fields["doi"], fields["url"]) == (
        "2025",
        "10.5281/zenodo.12",
        "https://doi.org/10.5281/zenodo.12",
    )


def test_ris_begins_with_its_type_and_has_one_tag_a_line():
    lines = ris(full()).splitlines()
    assert lines[0] == "TY  - COMP" and lines[-1] == "ER  - "
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines)
    assert [line[6:] for line in lines if line.startswith("AU")] == ["Noor, Asha", "The {team}_50%"]
    assert {"DA  - 2025/02/03", "PY  - 2025", "DO  - 10.5281/zenodo.12"} <= set(lines)


def test_the_citation_file_holds_people_as_the_format_has_them():
    said = yaml.safe_load(cff_text(full()))
    assert said["authors"][0] == {
        "family-names": "Noor",
        "given-names": "Asha",
        "orcid": "https://orcid.org/0000-0002-1825-0097",
        "affiliation": "University of X",
    }
    assert (said["cff-version"], said["version"], str(said["date-released"])) == ("1.2.0", "2.0", "2025-02-03")


@pytest.mark.parametrize(
    ("stamp", "commit"),
    [
        ("0123456789ab (clean tree)", "0123456789ab"),
        ("0123456789ab (with uncommitted changes)", "0123456789ab (with uncommitted changes)"),
        ("not under version control", ""),
        ("commit unknown (git could not be run)", ""),
    ],
)
def test_what_git_does_not_say_is_in_no_citation(stamp, commit):
    assert commit_of(stamp) == commit


def test_a_page_opens_with_place_period_people_and_the_day_of_the_run():
    """As the report and the paper say: 1,875 new migrants, and 102 women."""
    settings = {
        name: setting_of(load_study(name), "2026-12-01") for name in ("coproduction", "connecting_opportunities")
    }
    assert settings["coproduction"] == "Portsmouth, November 2012 to 2014, 102 people, run of 1 December 2026"
    assert "31 March 2023, 1,875 people, run of 1 December" in settings["connecting_opportunities"]
    assert setting_of(load_study("coproduction_example"), "").endswith("November 2012 to 2014")


def test_people_are_those_of_a_claim_of_the_ledger():
    one = load_study("coproduction")
    other = Study(one.root, one.info.model_copy(update={"people": "CP-999"}))
    with pytest.raises(InputError, match="study.yaml, column 'people': found CP-999"):
        setting_of(other, "")
