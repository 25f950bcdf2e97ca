"""The raw tables behind numbers that do not name their own inputs, by the function that computed them.

A number that follows from two claims names these claims. One that is computed from a whole table, such as a count of all
claims or a share of all people, rests on the table, and which table that is follows from its function.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.files import shown
from analysis.results import Kind, Result

_ANSWERS, _SESSIONS, _ADVICE = (f"records/{table}.*" for table in ("questionnaire", "attendance", "advice_contacts"))
_PEOPLE = (_ANSWERS, _SESSIONS, _ADVICE, "records/participants.xlsx")

# A function, or how its name begins; the longest that fits counts. Files of data/raw, or of the study where no folder is named.
GROUNDS: dict[str, tuple[str, ...]] = {
    "analysis.disclosure": _PEOPLE,
    "analysis.participants": _PEOPLE,
}


@dataclass
class Grounds:
    """The raw tables of one study by function, each looked up once."""

    study_id: str
    root: Path
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def under(self, results: Iterable[Result]) -> list[Result]:
        """The results, each with the tables of its function where it names no inputs and is not copied from print."""
        return [self._under(result) for result in results]

    def _under(self, result: Result) -> Result:
        if result.inputs or not result.function or result.kind is Kind.PUBLISHED:
            return result
        return replace(result, inputs=self.of(result.function))

    def of(self, function: str) -> tuple[str, ...]:
        """What a function reads: the raw tables by project path."""
        if function not in self.known:
            files = (file for pattern in patterns(function) for file in self._files(pattern))
            self.known[function] = tuple(dict.fromkeys(files))
        return self.known[function]

    def _files(self, pattern: str) -> list[str]:
        """The files that a pattern stands for, by project path."""
        raw = self.root / "data" / "raw"
        folder = pattern.rpartition("/")[0]
        place = raw / self.study_id if folder in ("", "records") else raw
        return [shown(path, self.root) for path in sorted(place.glob(pattern))]


def patterns(function: str) -> tuple[str, ...]:
    """The entry of the longest beginning of a function's name; nothing where none fits.

    >>> patterns("analysis.participants.records.read_records") == patterns("analysis.participants")
    True
    """
    steps = function.split(".")
    names = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
    return next((GROUNDS[name] for name in names if name in GROUNDS), ())
