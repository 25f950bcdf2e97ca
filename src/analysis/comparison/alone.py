"""What each changed assumption does to a study's ratio by itself: the model before, with one value of after at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from analysis.comparison.causes import Cause, Certainty
from analysis.comparison.entries import Entry, Sort
from analysis.comparison.numbers import MODEL_RATIOS, Change
from analysis.comparison.runs import Run
from analysis.errors import InputError
from analysis.sroi.model import Model, read_model
from analysis.sroi.value_map import has_value_map
from analysis.study import load_study

NOTHING = 1e-9  # pounds for each pound: what is smaller is rounding of the computation


@dataclass(frozen=True)
class Alone:
    """A study's ratio in its central case before and after, and with only one of the changed assumptions changed.

    `ratios` are by assumption. `rest` is what remains of the change when the effects of each alone are taken off: the
    assumptions' joint effect, and that of a changed value map.
    """

    study: str
    before: float
    after: float
    ratios: dict[str, float]
    models: tuple[Model, Model]

    @property
    def rest(self) -> float:
        """(after - before) - sum of (ratio of each alone - before)."""
        return (self.after - self.before) - sum(ratio - self.before for ratio in self.ratios.values())


def effects_alone(before: Run, after: Run, entries: Iterable[Entry]) -> Iterator[Alone]:
    """The studies of both runs with a value map, one of whose assumptions changed its value.

    A study whose model cannot be read by the present code in one of the runs is left out.
    """
    changed: dict[str, list[str]] = {}
    for entry in entries:
        if entry.sort is Sort.ASSUMPTION and any(field == "value" for field, _, _ in entry.fields):
            changed.setdefault(entry.study, []).append(entry.key)
    for study, names in sorted(changed.items()):
        models = _models(study, before, after)
        if models and (found := _effects(study, models, names)):
            yield found


def _models(study: str, *runs: Run) -> tuple[Model, Model] | None:
    try:
        studies = [load_study(study, run.root) for run in runs if run.root]
        return (read_model(studies[0]), read_model(studies[1])) if all(map(has_value_map, studies)) else None
    except InputError:
        return None


def _effects(study: str, models: tuple[Model, Model], names: Iterable[str]) -> Alone | None:
    old, new = models
    values = {name: new.entries[name].value for name in names if name in old.inputs and name in new.inputs}
    if not values:
        return None
    try:
        ratios = {name: float(old.evaluate({name: value}).ratio) for name, value in values.items()}
    except InputError:  # a duration beyond the years of the model before
        return None
    return Alone(study, float(old.evaluate().ratio), float(new.evaluate().ratio), ratios, models)


def narrowed(change: Change, cause: Cause, effects: Iterable[Alone]) -> Cause:
    """The cause of a model's ratio without the entries that do nothing by themselves, where nothing is left to joint effects."""
    effect = next((effect for effect in effects if effect.study == change.study), None)
    if change.id not in MODEL_RATIOS or effect is None or cause.also or abs(effect.rest) > NOTHING:
        return cause
    moved = {name for name, ratio in effect.ratios.items() if abs(ratio - effect.before) > NOTHING}
    entries = tuple(entry for entry in cause.entries if entry.sort is Sort.ASSUMPTION and entry.key in moved)
    return replace(cause, certainty=Certainty.TRIED, entries=entries) if entries else cause
