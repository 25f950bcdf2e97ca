"""How far coders agree, and the codebook they coded with."""

import pandas as pd

from analysis.coding import agreement as measures, segments, versions
from analysis.coding.people import YES, headings, raised
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display, joined
from analysis.reporting.views.coding import Coded, Material, distinct, labels, named, number, section
from analysis.reporting.views.coding_protected import CodingEvidence, judge_agreement
from analysis.reporting.views.evidence import HIDDEN
from analysis.results import Column, Kind, Result, drawn

LEVEL = 0.95  # of the intervals
_FUNCTION = "analysis.coding.agreement.agreement_by_code"
_READING = (
    "Two or more coders read {agreement.units|:segments}. Each code is given or not given to a segment. Percent "
    "agreement is high for any rare code, since most segments carry it for nobody; Krippendorff's alpha (nominal) "
    "and {=Gwet's AC1} correct for chance in different ways and part company where a code is rare, so prevalence "
    "stands beside them. The intervals take all segments of a speaker together, since what one person says is not "
    "independent: of the coefficients by leaving out one speaker at a time, of the shares by a bootstrap that draws speakers. They hold for these "
    "groups; that people of one group sway one another is not in them, and where a code is rare and "
    "speakers are few they hold the truth less often than they say. Agreement is about the coders, and is left out only where it would tell of the "
    "participants: prevalence and percent agreement together say how many segments carry a code. It is shown where enough "
    "people raised the code in the eyes of all coders who read them, and, without an interval, where as many segments "
    "carry the code, and as many do not, as there are participants, so that from anybody to everybody may have raised it; "
    "for {agreement.left_out|bare} of the codes it is left out."
)
NO_INTERVAL = "an interval would tell how many people raised the code"
_MEASURES = {
    "prevalence": ("Prevalence", "%", 1),
    "percent_agreement": ("Percent agreement", "%", 1),
    "alpha": ("Krippendorff's alpha", "", 2),
    "ac1": ("Gwet's AC1", "", 2),
}


def agreement(page: Appendix, team: Coded | None, evidence: CodingEvidence, seed: int, draws: int) -> Display:
    """Agreement by code with intervals over speakers, or the plain statement why there is none."""
    if team is None:
        return page.say(f"There are no coded segments. Of the coding of published text there is {measures.ONE_CODER}.")
    found = measures.agreement_by_code(
        team.table, team.codebook, seed=seed, draws=draws, cluster="speaker", level=LEVEL
    )
    if not found["units"].any():
        return page.say(f"{found['statement'].iloc[0].capitalize()}.")
    enough = _enough(team, evidence, found).rename(index=labels(team.codebook)).rename_axis("code")
    if enough.empty:
        return page.say("Agreement on any of the codes could tell how few people raised it; no agreement is shown.")
    page.add(_numbers(found, enough))
    return section("Agreement by code", page.say(_READING), _figure(page, enough), _table(page, enough))


def _enough(team: Coded, evidence: CodingEvidence, found: pd.DataFrame) -> pd.DataFrame:
    """Agreement on the codes for which it tells of enough people, or nothing of people; of the latter without intervals.

    An interval that draws people would tell on how few of them the segments rest.
    """
    lowest = [code for code in found.index if code not in headings(team.codebook)]
    agreed = raised(team.table, segments.settle(team.table, "all"), team.codebook)[lowest]
    people = (agreed == YES).sum()[[code for code in lowest if code in team.shown.codes()]]
    enough = found.loc[judge_agreement(evidence, team.codebook, lowest, people, _plenty(team, lowest))].copy()
    alone = people.reindex(enough.index, fill_value=0) < evidence.rules.minimum_cell
    ends = [f"{measure}_{end}" for measure in _MEASURES for end in ("low", "high")]
    enough.loc[alone, ends] = float("nan")
    enough.loc[alone, "statement"] = NO_INTERVAL
    return enough


def _plenty(team: Coded, codes: list[str]) -> set[str]:
    """The codes that as many segments carry in the eyes of every coder, and as many in those of none, as there are people.

    One person or everybody may then have raised the code. Of people in the segments, P raised it in M of S: P is at most
    M, and at least the number of people less the S - M other segments, of which everybody else has one. Neither binds.
    """
    readers = team.table.groupby("segment_id")["coder"].nunique()
    table = team.table[team.table["segment_id"].isin(readers.index[readers > 1])]
    every, any_ = (segments.settle(table, rule)["code"].value_counts() for rule in ("all", "any"))
    least, whole = team.bases.participants, table["segment_id"].nunique()
    return {code for code in codes if every.get(code, 0) >= least and whole - any_.get(code, 0) >= least}


def _numbers(found: pd.DataFrame, enough: pd.DataFrame) -> list[Result]:
    counts = {
        "units": ("Segments that two or more coders read", int(found["units"].max()), "segments"),
        "shown": ("Codes for which agreement is shown", len(enough), "codes"),
        "left_out": ("Codes for which it is not", len(found) - len(enough), "codes"),
    }
    rows = [
        number(f"agreement.{name}", label, value, unit, Kind.MEASURED, function=_FUNCTION)
        for name, (label, value, unit) in counts.items()
    ]
    ends = {"lowest_alpha": enough["alpha"].min(), "highest_alpha": enough["alpha"].max()}
    return rows + [
        number(f"agreement.{name}", name.replace("_", " ").capitalize(), float(value), "", Kind.MEASURED, 2, _FUNCTION)
        for name, value in ends.items()
    ]


def _figure(page: Appendix, frame: pd.DataFrame) -> Display:
    from analysis.reporting.charts import interval_chart

    ordered = drawn(frame.sort_values("alpha", ascending=False, kind="stable"), {"alpha": _column("alpha")})
    known = ordered.dropna(subset=["alpha"])
    return page.figure(
        "alpha",
        interval_chart(
            ordered, "alpha_low", "alpha_high", "Krippendorff's alpha", value="alpha", decimals=2, from_zero=True
        ),
        "Krippendorff's alpha by code, with its interval.",
        f"Alpha runs from {{agreement.lowest_alpha|bare}} for {named(str(known.index[-1]))} to "
        f"{{agreement.highest_alpha|bare}} for {named(str(known.index[0]))}.",
        ordered,
        {"alpha": _column("alpha")},
        row_header="Code",
    )


def _column(measure: str) -> Column:
    label, unit, decimals = _MEASURES[measure]
    return Column(
        label,
        unit,
        Kind.MEASURED,
        decimals,
        low=f"{measure}_low",
        high=f"{measure}_high",
        interval=f"{LEVEL:.0%} {'bootstrap' if unit else 'jackknife t'}",
        function=_FUNCTION,
    )


def _table(page: Appendix, frame: pd.DataFrame) -> Display:
    columns = {measure: _column(measure) for measure in _MEASURES}
    if (frame["statement"] != "").any():
        columns["statement"] = Column("Why a number or an interval is missing")
    return page.table(
        "agreement",
        frame,
        columns,
        "Agreement between coders by code.",
        row_header="Code",
        note="Prevalence: the share of all ratings that give the code.",
    )


def codebook(page: Appendix, material: Material) -> Display:
    """Section: every code with its definition and rules."""
    book = material.codebook
    frame = book.table()
    names = labels(book)
    heads = [
        names[code] if codable else f"{names[code]} (a heading, not applied)"
        for code, codable in frame["codable"].items()
    ]
    frame.index = pd.Index(heads, name="code")
    columns = {
        "theme": Column("Theme"),
        "definition": Column("Definition"),
        "include": Column("Includes"),
        "exclude": Column("Excludes"),
    }
    made = f" It was {named(book.source)}." if book.source else ""
    said = page.say(
        f"{named(book.title)}, version {named(book.version)}, with {{codebook.codes|:codes}} that may be applied.{made}"
    )
    texts = ["definition", "include", "exclude"]
    cut = frame[texts].map(_cut)
    table = page.table(
        "codebook",
        frame.assign(**cut),
        columns,
        "The codebook.",
        row_header="Code",
        group_by="theme",
        text=dict.fromkeys(texts, "label"),
        note="" if cut.equals(frame[texts]) else _CUT_NOTE,
    )
    return joined(said, table)


LONGEST = 2_000  # characters of a definition or rule in a table of the page
_CUT_NOTE = f"Texts of more than {named(f'{LONGEST:,}')} characters are cut here, which three dots show; codebook.qdc holds them whole."


def _cut(text: str) -> str:
    """A text as the page shows it: cut between words where it is very long.

    >>> _cut("word " * 500)[-8:], _cut("short")
    ('word ...', 'short')
    """
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rpartition(' ')[0] or text[:LONGEST]} ..."


def changes(page: Appendix, material: Material, team: Coded | None) -> Display:
    """Section: what changed from the earlier version of the codebook, and which segments that touches."""
    if material.earlier is None:
        return page.say("There is no earlier version of the codebook to compare with.")
    found = versions.codebook_changes(material.earlier, material.codebook)
    if found.empty:
        return page.say("The earlier version of the codebook has the same codes, definitions and rules.")
    found = _with_names(found, material)
    found[["before", "after"]] = found[["before", "after"]].map(_cut)
    frame = found.assign(label=distinct(found["name"] + ": " + found["change"]))
    columns = {"before": Column("Before"), "after": Column("After")}
    if team:
        frame = _touched(frame, team)
        columns |= {
            "segments": Column(
                "Segments that carry the code",
                "segments",
                Kind.MEASURED,
                function="analysis.coding.versions.segments_to_recode",
            ),
            "again": Column("To be read again?"),
        }
    invented = " The earlier version is invented, to show the comparison." if material.study.info.example else ""
    table = page.table(
        "changes",
        frame.set_index("label"),
        columns,
        f"What changed since version {named(material.earlier.version)} of the codebook.{invented}",
        row_header="Code and change",
        text={"before": "label", "after": "label"},
        note="A renamed or moved code keeps its segments; after another change they are to be read again.",
    )
    return section("Change between versions", table)


def _with_names(found: pd.DataFrame, material: Material) -> pd.DataFrame:
    """The changes with the codes above a moved one by their names."""
    known = {code: name for book in (material.earlier, material.codebook) if book for code, name in book.names.items()}
    moved = found["change"] == "moved"
    return found.assign(**{end: found[end].mask(moved, found[end].replace(known)) for end in ("before", "after")})


def _touched(frame: pd.DataFrame, team: Coded) -> pd.DataFrame:
    """The changes with the segments they touch, for codes that may be shown and those no segment can carry any more."""
    counted = versions.segments_to_recode(frame, team.table)
    known = {*team.shown.codes(), *(set(frame["code"]) - set(team.codebook.by_id))} - set(headings(team.codebook))
    open_ = counted["code"].isin(known)
    again = counted["read_again"].map({True: "yes", False: "no"})
    return counted.assign(
        segments=counted["segments"].astype(object).where(open_, HIDDEN), again=again.where(open_, "if any carries it")
    )
