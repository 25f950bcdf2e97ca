"""Hostile text in a field that is no free text is refused with the place named, or matches nothing: never another error."""

import shutil
from pathlib import Path

import pytest
from hostile_project import PAYLOADS, fields, is_closed, rewrite, text_files

from analysis.audit.plan import read_plan
from analysis.audit.run import run_checks
from analysis.census.integration import read_domains
from analysis.census.reference import load_reference, read_origins
from analysis.coding.files import load_codebook, load_framework, load_segments, load_themes
from analysis.english.published import read_figures as read_english
from analysis.errors import InputError
from analysis.participants.exports import read_export
from analysis.participation.published import read_figures as read_participation
from analysis.programme import published as programme
from analysis.programme.rules import read_rules
from analysis.questionnaire.published import read_figures as read_questionnaire
from analysis.sroi.crosswalk import read_criteria
from analysis.sroi.identified_file import read_problem
from analysis.sroi.model import read_model
from analysis.sroi.published import derived_quantities, parts, read_published
from analysis.sroi.sensitivity.appraisal import read_reference
from analysis.sroi.sensitivity.settings import read_settings, read_stipulated
from analysis.study import load_study

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


def sroi(study):
    model = read_published(study)
    return model and (parts(model, study), derived_quantities(model, study))


def sensitivity(study):
    return read_settings(study).joint_case(read_model(study), study, seed=0)


def everything_printed(study):
    return [programme.performance(study, "outputs"), programme.comparisons(study), programme.readings(study)]


def reference(study):
    folder = study.root / "data" / "raw" / "reference"
    return [
        load_reference(folder),
        read_origins(folder),
        read_domains(folder / "integration_domains.yaml"),
        read_criteria(study),
        read_reference(study.root),
        read_stipulated(study.root),
    ]


def framework(study):
    return load_framework(study, load_codebook(study))


READERS = {
    "study.yaml": lambda study: study.info, "claims.csv": lambda study: [study.claims, run_checks(study.claims, read_plan(study))],
    "assumptions.yaml": lambda study: [study.register, read_model(study)], "audit.yaml": lambda study: run_checks(study.claims, read_plan(study)),
    "comparisons.csv": lambda study: [run_checks(study.claims, read_plan(study)), everything_printed(study)],
    "value_map.csv": read_model, "value_map.yaml": read_model, "sroi.yaml": sroi, "sensitivity.yaml": sensitivity, "identified.yaml": read_problem,
    "codebook.yaml": load_codebook, "themes.csv": lambda study: load_themes(study, load_codebook(study)), "statements.csv": framework,
    "stakeholder_themes.csv": framework, "social_impact_matrix.yaml": framework, "steps.yaml": framework, "before_after.yaml": read_questionnaire,
    "english.yaml": read_english, "participation.yaml": read_participation, "measures.csv": everything_printed, "readings.csv": everything_printed,
    "counting_rules.yaml": read_rules, "coded_segments.csv": lambda study: load_segments(study, load_codebook(study)),
    **dict.fromkeys(("exits.csv", "referrals.csv", "records.yaml"), lambda study: read_export(study.raw / "management_information", study.id, study.root)),
}  # fmt: skip
# Tables of thousands of rows, read by the same schema as the others of their folder.
LARGE = (
    "activities.csv",
    "evidence.csv",
    "outcomes.csv",
    "participants.csv",
    "targets.csv",
    "questionnaire.csv",
    "attendance.csv",
    "advice_contacts.csv",
)


def reader(name: str):
    if name.endswith(".origin.yaml"):
        return lambda study: read_origins(study.root / "data" / "raw" / "reference")
    return reference if name.startswith("reference/") else READERS.get(Path(name).name)


def of_one_sort(listed):
    """One field of each sort: those that differ only in names between their first and last part are read alike."""
    return list({(field.partition(".")[0], field.rpartition(".")[2]): field for field in listed}.values())


CASES = [
    (name, field) for name, path in text_files(ROOT) if reader(name) and path.name not in LARGE
    for field in of_one_sort(field for field in fields(path) if is_closed(f"{name}:{field}"))
]  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The inputs of all studies in a folder of their own."""
    root = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "params.yaml", root / "params.yaml")
    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
    return root


def test_every_file_of_a_study_has_its_reader():
    others = (*LARGE, "not_claims.csv")  # nothing but a test reads the latter
    missing = [
        name
        for name, path in text_files(ROOT)
        if not reader(name) and path.name not in others and not name.startswith("overviews/")
    ]
    assert missing == [] and len(CASES) > 150


@pytest.mark.parametrize("name", sorted({name for name, _ in CASES}))
def test_a_closed_field_is_refused_or_matches_nothing(copy, name):
    path = copy / "data" / "raw" / name
    kept, study = path.read_bytes(), "coproduction" if name.startswith("reference/") else name.split("/")[0]
    refused = []
    for place, field in enumerate(field for file, field in CASES if file == name):
        payload = list(PAYLOADS.values())[place % len(PAYLOADS)]
        rewrite(path, lambda other, text, field=field, payload=payload: f"{text} {payload}" if other == field else text)
        try:
            reader(name)(load_study(study, copy))
        except InputError as error:
            refused.append(str(error))
        finally:
            path.write_bytes(kept)
    reader(name)(load_study(study, copy))  # as it was, it is read
    assert all("What to do:" in told for told in refused)
