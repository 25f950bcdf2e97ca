"""Where a study keeps its coding: the codebook, coded segments if a team has any, and what is published."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.coding.codebook import Codebook
from analysis.coding.example import earlier_codebook
from analysis.coding.formats import read_codebook, read_segments
from analysis.coding.matrix import SocialImpactMatrix, check_links, check_names, check_themes, read_matrix
from analysis.coding.published import (
    Programmes,
    StakeholderTheme,
    Statement,
    Theme,
    read_stakeholder_themes,
    read_statements,
    read_themes,
)
from analysis.coding.steps import Steps, read_steps
from analysis.described import read_from
from analysis.errors import InputError
from analysis.files import Records, shown
from analysis.participants.layout import SegmentsLayout, read_layout
from analysis.study import Study, load_study

COMMON = "coproduction"  # the study whose codebook serves the studies that have none of their own
TEAM = "records"  # the folder of what a research team adds: segments, a codebook of its own, its earlier version
CODEBOOK = "codebook.yaml"  # in the study's own folder: one that belongs to what is published
_CODEBOOKS = (".yaml", ".csv", ".qdc", ".qdpx", ".xlsx")
CODEBOOKS = tuple(f"codebook{ending}" for ending in _CODEBOOKS)
EARLIER = tuple(f"codebook_earlier{ending}" for ending in _CODEBOOKS)
SEGMENTS = tuple(f"coded_segments{ending}" for ending in (".csv", ".qdpx", ".xlsx"))

PROJECT = "coded_segments.qdpx"
THEMES = "themes.csv"
STATEMENTS, INTERVIEWS, MATRIX = "statements.csv", "stakeholder_themes.csv", "social_impact_matrix.yaml"


class Framework(NamedTuple):
    """What frames the focus groups of a study: statements, stakeholder themes, the matrix and the steps; or None of them."""

    statements: Records[Statement] | None = None
    stakeholder_themes: Records[StakeholderTheme] | None = None
    matrix: SocialImpactMatrix | None = None
    steps: Steps | None = None


def load_codebook(study: Study) -> Codebook:
    """The team's codebook (records/codebook.yaml, .csv, .qdc, .qdpx or .xlsx), else the study's own (codebook.yaml), else
    that of the team's REFI-QDA project where nothing published is coded by another, else the common one.

    Raises InputError for two codebooks in one folder, and whatever reading one raises.
    """
    own = _only(study, CODEBOOKS)
    if own is None and (study.raw / CODEBOOK).is_file():
        own = study.raw / CODEBOOK
    project = study.raw / TEAM / PROJECT
    if own is None and project.is_file() and not (study.raw / THEMES).is_file():
        own = project
    own = own or load_study(COMMON, study.root).raw / CODEBOOK
    name = shown(own, study.root)
    codebook = read_codebook(own, name, layout=load_layout(study))
    codebook._inputs = (name,)
    return codebook


def load_layout(study: Study) -> SegmentsLayout:
    """How the team's exports are to be read: `coded_segments` of records/records.yaml."""
    path = study.raw / TEAM / "records.yaml"
    return read_layout(path, shown(path, study.root)).coded_segments


def load_earlier_codebook(study: Study, codebook: Codebook) -> Codebook | None:
    """The version before `codebook` (records/codebook_earlier with the same endings), or None; a worked example has an invented one.

    Raises InputError for two such files in one folder, and whatever reading one raises.
    """
    path = _only(study, EARLIER)
    if path is None:
        return earlier_codebook(codebook) if study.info.example else None
    return read_codebook(path, shown(path, study.root), "earlier version", load_layout(study))


def load_segments(study: Study, codebook: Codebook) -> pd.DataFrame | None:
    """The study's coded segments (records/coded_segments.csv, .qdpx or .xlsx); None where no team has supplied any.

    Raises InputError for two such files in one folder, and whatever reading one raises.
    """
    path = _only(study, SEGMENTS)
    if path is None:
        return None
    name = shown(path, study.root)
    return read_from(read_segments(path, name, codebook, load_layout(study)), name)


def has_segments(study: Study) -> bool:
    """Whether a team has put coded segments into the study's folder of records."""
    return any((study.raw / TEAM / name).is_file() for name in SEGMENTS)


def _only(study: Study, names: tuple[str, ...]) -> Path | None:
    found = [study.raw / TEAM / name for name in names if (study.raw / TEAM / name).is_file()]
    if len(found) > 1:
        expected, action = "one of them", "remove the one that does not count"
        other = found[1].name
        raise InputError(shown(found[0], study.root), found=f"'{other}' beside it", expected=expected, action=action)
    return found[0] if found else None


def load_themes(study: Study, codebook: Codebook) -> Records[Theme] | None:
    """The themes the study's source reports (themes.csv); None where it has none."""
    if not (study.raw / THEMES).is_file():
        return None
    return read_themes(study.raw / THEMES, study.name(THEMES), codebook)


def load_programmes(study: Study, codebook: Codebook) -> Programmes | None:
    """What the sources of both studies of `themes_beside` (study.yaml) report, for a study that says so."""
    if not study.info.themes_beside:
        return None
    studies = [load_study(each, study.root) for each in study.info.themes_beside]
    titles = {each.id: each.info.title for each in studies}
    return Programmes(titles, {each.id: load_themes(each, codebook) or Records() for each in studies})


def load_framework(study: Study, codebook: Codebook) -> Framework:
    """The published statements, stakeholder themes, matrix and steps of a study, checked against each other and the
    quantities of its claims; none of them where it has no matrix."""
    if not (study.raw / MATRIX).is_file():
        return Framework()
    files = (STATEMENTS, INTERVIEWS, MATRIX, "steps.yaml")
    statements, themes, matrix, steps = ((study.raw / file, study.name(file)) for file in files)
    framework = Framework(
        read_statements(*statements, codebook),
        read_stakeholder_themes(*themes, codebook),
        read_matrix(*matrix, codebook),
        read_steps(*steps),
    )
    check_themes(themes[1], framework.stakeholder_themes, framework.matrix)  # type: ignore[arg-type]
    quantities = {claim.quantity for claim in study.claims.values()}
    check_links(framework.matrix, matrix[1], claims=quantities)  # type: ignore[arg-type]
    return framework


def check_assumptions(study: Study) -> None:
    """InputError for an assumption of a study's matrix that its register does not have, or has under another name.

    Not part of reading the matrix, so that what is made from it does not depend on the values of assumptions.
    """
    if (study.raw / MATRIX).is_file():
        matrix = read_matrix(study.raw / MATRIX, study.name(MATRIX), load_codebook(study))
        labels = {entry.id: entry.label for entry in study.register.values()}
        check_names(matrix.assumptions, study.name(MATRIX), "assumptions", labels, "register of assumptions")
