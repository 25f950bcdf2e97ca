"""What the numbers of a page rest on and the page does not show: claims, assumptions and raw tables of its study."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from analysis.files import read_text, read_yaml, shown
from analysis.reporting.chain import RawTable
from analysis.reporting.views.claims import entry_result, published
from analysis.results import Result
from analysis.study import Register, Study, readable_studies
from analysis.study.claims import claims_in
from analysis.study.register import read_register

STATED = "sroi_sensitivity.yaml"  # assumptions that no study makes its own, in data/raw/reference
REGISTER_ROW = (
    "assumptions.html#assumption-{}"  # the page of a study's register, beside its appendices, and the row of an entry
)
_ORIGIN = ("producer", "series", "table", "title", "areas", "date", "unit", "published")
_PEOPLE = {"records", "management_information"}  # folders of tables whose ids are those of people
_SINGLE = {"claims.csv", "audit.yaml"}  # tables whose claims have entries of their own, or are all claims there are
ABOUT = {
    "advice_contacts": "participant file: contacts with the advice service",
    "assumptions.yaml": "the assumption register: value, range, reason and source of everything the model takes for granted",
    "attendance": "participant file: sessions attended and weeks volunteered",
    "audit.yaml": "which checks apply to which claims",
    "before_after.yaml": "the published figures on answers before and after",
    "census_assumptions.yaml": "choices that no published table gives, each with its range, reason and source",
    "claims.csv": "the ledger: every quantitative statement of the source, with its line",
    "codebook.yaml": "the common codebook",
    "coded_segments": "coded segments of focus groups",
    "comparisons.csv": "national figures of the source, and those published and matching beside them",
    "counting_rules.yaml": "how each measure is counted",
    "english.yaml": "the published figures on English and time in the country",
    "identified.yaml": "what the published ratios leave open, as equations over claims",
    "integration_domains.yaml": "domains of integration after Ager and Strang (2004), with an indicator for each where there is one",
    "management_information": "the programme's records: participants, activities, outcomes, evidence, exits, referrals and targets",
    "measures.csv": "outputs and results of the source, each with its published target, count and percentages",
    "participation.yaml": "the published figures on taking part",
    "questionnaire": "participant file: answers to the questionnaires",
    "readings.csv": "percentages that the source gives without a base, and what each could be a share of",
    "sensitivity.yaml": "the analyses asked for, their choices and lenses",
    "social_impact_matrix.yaml": "the paper's social impact matrix, question by question",
    "sroi.yaml": "the published figures of the valuation",
    "sroi_sensitivity.yaml": "stated factors of the sensitivity analyses, each with its range and reason",
    "stakeholder_themes.csv": "themes of the stakeholder interviews that the source reports",
    "statements.csv": "the statements of participants that the source gives, by number and speaker code",
    "steps.yaml": "the steps of analysis that the source describes",
    "themes.csv": "the themes that the source reports, each with its line",
    "value_map.csv": "the value map: costs and outcomes as formulas over the assumption register",
    "value_map.yaml": "settings of the value map: price year, terms, and what each estimate replaces",
}


@dataclass(frozen=True)
class StudyOrigins:
    """What stands in the raw data of one study; each file is read only when a number rests on it."""

    study: Study

    def find(self, name: str) -> Result | None:
        """The claim or assumption of an id such as `claim:CP-012`, as a result; None if there is none."""
        sort, _, key = name.partition(":")
        if sort == "claim":
            alike = (other for other in self._studies() if key.startswith(f"{other.info.claim_prefix}-"))
            return next((published(other.claims[key]) for other in alike if key in other.claims.claims), None)
        entries = (register[key] for register in self._registers() if key in register) if sort == "assumption" else ()
        return next(map(entry_result, entries), None)

    def file(self, path: str) -> RawTable | None:
        """What a raw table is, where it comes from, and what it names; None if the project has none of that name."""
        place = self.study.root / path
        if not place.exists():
            return None
        origin = place.with_suffix(".origin.yaml")
        if place.suffix == ".csv" and place.parent.name == "reference":  # each of these has one
            told = read_yaml(origin, shown(origin, self.study.root))
            words = (f"{field}: {told[field]}" for field in _ORIGIN if told.get(field))
            return RawTable("; ".join(words), str(told.get("address") or ""))
        return RawTable(ABOUT.get(place.name) or ABOUT.get(place.stem, "raw table"), names=tuple(self._names_in(place)))

    def row(self, name: str) -> str:
        """Where an assumption of the study stands on the page of its register; empty for anything else.

        Only the study's own register has such a page; the register is read only for a number that rests on an assumption.
        """
        sort, _, key = name.partition(":")
        own = sort == "assumption" and (self.study.raw / "assumptions.yaml").is_file() and key in self.study.in_force
        return REGISTER_ROW.format(key) if own else ""

    def _names_in(self, place: Path) -> Iterator[str]:
        """The claims that a table names; before them, if it is the study's own register, its entries."""
        if place == self.study.raw / "assumptions.yaml":
            yield from (f"assumption:{name}" for name in self.study.register)
        if place.suffix in (".csv", ".yaml") and place.name not in _SINGLE and place.parent.name not in _PEOPLE:
            named = claims_in(read_text(place, shown(place, self.study.root)))
            yield from (f"claim:{claim}" for claim in named if self.find(f"claim:{claim}"))

    def _registers(self) -> Iterator[Register]:
        """The study's register, then the stated factors of all studies."""
        if (self.study.raw / "assumptions.yaml").is_file():
            yield self.study.in_force
        if (stated := self.study.root / "data" / "raw" / "reference" / STATED).is_file():
            yield read_register(stated, shown(stated, self.study.root), {})

    def _studies(self) -> Iterator[Study]:
        """The study itself; then, only if that does not do, the others: a worked example is held against another's print.

        The others are looked for last, so that a page whose claims are all its own study's does not depend on theirs.
        """
        if (self.study.raw / "claims.csv").is_file():
            yield self.study
        yield from self._others

    @cached_property
    def _others(self) -> list[Study]:
        """The other studies that have claims; each reads them once."""
        others = [study for study in readable_studies(self.study.root) if study.id != self.study.id]
        return [study for study in others if (study.raw / "claims.csv").is_file()]
