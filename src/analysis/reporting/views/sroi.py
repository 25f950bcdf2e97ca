"""What 05_sroi shows: the headline as published, what it implies, the published parts, and what is missing."""

import math
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from analysis.errors import InputError
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import NOTHING, Display
from analysis.reporting.prose import named
from analysis.reporting.views.claims import published, published_claims
from analysis.results import Column, Kind, Result
from analysis.sroi import published as sroi
from analysis.study import Study

NOTHING_PUBLISHED = "No published figures of a valuation were entered for this study; what follows is its own model."
_SHARE = "analysis.sroi.published.research_shares"


def answer(page: Appendix, model: sroi.PublishedModel | None) -> Display:
    """Prose: what the published figures answer, and the headline that other pages repeat."""
    if model is None:
        return page.say(NOTHING_PUBLISHED)
    again = f"The headline ratio is {{sroi.headline}}; worked out again it is {{sroi.headline.recomputed}} ({named(model.recomputed.why)})."
    return page.say(f"{model.answer}\n\n{again}")


def record(page: Appendix, study: Study, model: sroi.PublishedModel | None, scenario: str) -> None:
    """Record the headline, every claim the model names, and every derived quantity (`derived.<id>`); nothing without a model."""
    if model is None:
        return
    page.add(headline(study, model))
    page.add([_chosen(study, model, scenario)])
    named = [claim for entry in (*model.ratios, *model.parts) for claim in _claims_of(entry)] + (
        [model.total] if model.total else []
    )
    page.add(published(study.claims[claim]) for claim in dict.fromkeys(named))
    page.add(derived_results(study, model))
    page.add(joint_share(study, model))


def _claims_of(entry: sroi.Ratio | sroi.Part) -> list[str]:
    return [value for key, value in entry if key in ("all_costs", "without_research", "claim", "low", "high") and value]


def headline(study: Study, model: sroi.PublishedModel) -> list[Result]:
    """`sroi.headline` as published, and `sroi.headline.recomputed`: from printed figures, or not available and why."""
    claim = study.claims[model.headline]
    again = next((r for r in derived_results(study, model) if r.id == f"derived.{model.recomputed.derived}"), None)
    kind = again.kind if again else Kind.RECOMPUTED
    base = {
        "id": "sroi.headline.recomputed",
        "label": "Headline ratio, recomputed"
        if kind is Kind.RECOMPUTED
        else "Headline ratio, under an assumption made here",
        "unit": "GBP per GBP",
        "kind": kind,
        "decimals": 2,
    }
    recomputed = Result(
        **base,
        value=again.value if again else None,
        inputs=again.inputs if again else (),  # type: ignore[arg-type]
        function="analysis.sroi.published.derived_quantities",
        note=model.recomputed.why,
    )
    return [_renamed(published(claim), "sroi.headline", "Headline ratio"), recomputed]


def _chosen(study: Study, model: sroi.PublishedModel, scenario: str) -> Result:
    known = {ratio.scenario: ratio for ratio in model.ratios}
    if scenario not in known:
        raise InputError(
            "params.yaml",
            column=f"05_sroi.{study.id}.scenario",
            found=repr(scenario),
            expected=f"one of {', '.join(known)}",
            action="name a scenario that the study's source prints",
        )
    return _renamed(
        published(study.claims[known[scenario].all_costs]), "sroi.scenario", f"Ratio of the scenario {scenario}"
    )


def _renamed(claim: Result, name: str, label: str) -> Result:
    """A claim under another name, which then rests on the claim."""
    return replace(claim, id=name, label=label, inputs=(claim.id,))


def derived_results(study: Study, model: sroi.PublishedModel) -> list[Result]:
    """Every derived quantity as a result `derived.<id>`, its interval left out where it has no end on either side."""
    frame = sroi.derived_quantities(model, study)
    return [_derived(name, row, study) for name, row in frame.to_dict("index").items()]


def inherited_kind(inputs: Iterable[str], study: Study) -> Kind:
    """How a quantity is known that a formula determines: as the least certain of what it rests on, an assumption or a calibration."""
    kinds = {study.register[name].kind for name in inputs if name.startswith("assumption:")}
    return next((kind for kind in (Kind.CALIBRATED, Kind.ASSUMED) if str(kind) in kinds), Kind.RECOMPUTED)


def _derived(name: object, row: dict[str, object], study: Study) -> Result:
    low, high = float(row["low"]), float(row["high"])  # type: ignore[arg-type]
    endless = math.isinf(low) and math.isinf(high)
    return Result(
        f"derived.{name}",
        str(row["label"]),
        float(row["value"]),
        str(row["unit"]),
        inherited_kind(str(row["inputs"]).split(), study),
        int(row["decimals"]),  # type: ignore[call-overload,arg-type]
        low=None if endless else low,
        high=None if endless else high,
        interval="rounding of the inputs",
        inputs=tuple(str(row["inputs"]).split()),
        function="analysis.sroi.published.derived_quantities",
        source=str(row["formula"]),
    )


def joint_share(study: Study, model: sroi.PublishedModel) -> list[Result]:
    """`sroi.research_share`: the range of the research share that all pairs of ratios allow together."""
    shares = sroi.research_shares(model, study)
    if shares.empty:
        return []
    joint = sroi.jointly(shares)
    return [
        Result(
            "sroi.research_share",
            "Research and evaluation as a share of all costs, from all pairs of ratios",
            None,
            "%",
            Kind.RECOMPUTED,
            2,
            low=joint.low if joint else None,
            high=joint.high if joint else None,
            interval="rounding of the ratios",
            inputs=tuple(" ".join(shares["inputs"]).split()),
            function="analysis.sroi.published.jointly",
            note="a range only; every value in it gives all printed ratios"
            if joint
            else "no value gives all printed ratios",
        )
    ]


def ratio_table(page: Appendix, study: Study, model: sroi.PublishedModel | None) -> Display:
    """Table: ratios by scenario as published, and the research share each pair implies."""
    if model is None:
        return page.say("No ratios are entered as published.")
    frame = pd.DataFrame(
        {
            "all_costs": published_claims(study.claims, [ratio.all_costs for ratio in model.ratios]),
            "without_research": published_claims(study.claims, [ratio.without_research for ratio in model.ratios]),
        },
        index=pd.Index([ratio.scenario for ratio in model.ratios], name="scenario"),
        dtype=object,
    ).join(sroi.research_shares(model, study))
    columns = {"all_costs": Column("Ratio, all costs", "GBP per GBP", Kind.PUBLISHED)}
    if any(ratio.without_research for ratio in model.ratios):
        columns |= {
            "without_research": Column("Ratio, without research and evaluation", "GBP per GBP", Kind.PUBLISHED),
            "share": Column(
                "Implied share of research and evaluation in all costs",
                "%",
                Kind.RECOMPUTED,
                2,
                low="low",
                high="high",
                interval="rounding of the ratios",
                inputs="inputs",
                function=_SHARE,
            ),
        }
    return page.table("ratios", frame, columns, "Social return for each pound, as published.", row_header="Scenario")


def research_share_figure(page: Appendix, study: Study, model: sroi.PublishedModel | None) -> Display:
    """Figure: the research share implied by each pair of ratios and by all jointly; a sentence where no pair is printed."""
    if model is None:
        return page.say("Without published ratios no share of the costs can be inferred.")
    from analysis.reporting.charts import interval_chart

    shares = sroi.research_shares(model, study)
    joint = sroi.jointly(shares) if len(shares) else None
    if joint is None:
        return page.say(
            "One ratio is printed, with no second one for other costs, so no share of the costs can be inferred."
        )
    column = Column(
        "Implied share",
        "%",
        Kind.RECOMPUTED,
        2,
        low="low",
        high="high",
        interval="rounding of the ratios",
        inputs="inputs",
        function=_SHARE,
    )
    return page.figure(
        "research_share",
        interval_chart(
            shares,
            "low",
            "high",
            "research and evaluation, % of all costs",
            value="share",
            band=(joint.low, joint.high),
            band_label="all pairs together",
            unit="%",
            decimals=2,
        ),
        "Share of research and evaluation in all costs: the range each pair of printed ratios allows, and the range all allow together.",
        "The ranges of all pairs overlap; the share they allow together runs from {sroi.research_share|interval|bare}.",
        shares,
        {"share": column},
        row_header="Scenario",
    )


def part_table(page: Appendix, study: Study, model: sroi.PublishedModel | None) -> Display:
    """Table: published values by part, and each part's share of their sum."""
    if model is None:
        return page.say("No values by part are entered as published.")
    frame = sroi.parts(model, study).astype(object)
    for column, claims in (("value", [p.claim for p in model.parts]), ("low_value", [p.low for p in model.parts])):
        frame[column] = pd.Series(published_claims(study.claims, claims), index=frame.index, dtype=object)
    columns = {"value": Column("Value", "GBP", Kind.PUBLISHED)}
    if any(part.low for part in model.parts):
        columns["low_value"] = Column("Low estimate", "GBP", Kind.PUBLISHED)
    columns["share"] = Column(
        "Share of the parts shown",
        "%",
        Kind.RECOMPUTED,
        1,
        low="low",
        high="high",
        interval="rounding of the values",
        inputs="inputs",
        function="analysis.sroi.published.parts",
    )
    columns["note"] = Column("Remark")
    return page.table(
        "parts",
        frame,
        columns,
        f"Published values by {named(model.parts_are.lower())}.",
        row_header=model.parts_are,
        text={"note": "label"},
    )


def part_figure(page: Appendix, study: Study, model: sroi.PublishedModel | None) -> Display:
    """Figure: published values by part."""
    if model is None:
        return NOTHING
    from analysis.reporting.charts import bar_chart

    frame = sroi.parts(model, study)
    values = [study.claims[claim].number for claim in frame["claim"]]
    frame = frame.assign(value=values, printed=[f"claim:{claim}" for claim in frame["claim"]])
    return page.figure(
        "part_chart",
        bar_chart(frame, ["value"], "pounds, at the figure printed", unit="GBP"),
        f"Published values by {named(model.parts_are.lower())}.",
        f"{named(frame['value'].idxmax())} is the largest of the published values.",
        frame,
        {"value": Column("Value", "GBP", Kind.PUBLISHED, inputs="printed")},
        row_header=model.parts_are,
    )


def derived_table(page: Appendix, study: Study, model: sroi.PublishedModel | None) -> Display:
    """Table: what the printed figures imply, each with its formula, reading and range."""
    if model is None:
        return page.say("Without published figures nothing follows from them.")
    results = derived_results(study, model)
    frame = pd.DataFrame(
        {
            "value": results,
            "formula": [result.source for result in results],
            "reading": [entry.reading for entry in model.derived],
        },
        index=pd.Index([result.label for result in results], name="quantity"),
        dtype=object,
    )
    columns = {
        "value": Column("Value", "", Kind.RECOMPUTED),
        "reading": Column("How it is read"),
        "formula": Column("Formula"),
    }
    return page.table(
        "derived",
        frame,
        columns,
        "What the printed figures imply.",
        row_header="Quantity",
        text={"formula": "code", "reading": "label"},
    )


def unpublished_table(page: Appendix, model: sroi.PublishedModel | None) -> Display:
    """Table: what the model needs and no source prints."""
    if model is None:
        return page.say(
            "Without a publication nothing can be missing from it; what the model takes as given is in the register below."
        )
    frame = pd.DataFrame(
        {"needed_for": [entry.needed_for for entry in model.not_published]},
        index=pd.Index([entry.what for entry in model.not_published], name="figure"),
    )
    return page.table(
        "unpublished",
        frame,
        {"needed_for": Column("Needed for")},
        "What is not published.",
        row_header="Not published",
        text={"needed_for": "label"},
    )
