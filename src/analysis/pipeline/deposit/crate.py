"""The research object: reports/ro-crate-metadata.json, which says what was made from what, by what, on which terms.

RO-Crate 1.3 (https://w3id.org/ro/crate/1.3). The folder described is reports/. What the run read, and the code, stay in
the repository: they stand in the graph as files that are not part of the folder (an id that starts with `#`, the place
in `localPath`, size and SHA-256), as the section on data entities provides for. No clock is read: the date is the commit's.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.metadata import metadata, version
from pathlib import Path
from typing import Any

from analysis.files import shown
from analysis.pipeline import team_files
from analysis.pipeline.commit import commit_time
from analysis.pipeline.deposit.citation import Citation, read_citation
from analysis.pipeline.deposit.entities import Entity, Graph, file_properties, identifier, references
from analysis.pipeline.deposit.origins import OWN, Origin, RawFile, raw_files
from analysis.pipeline.lock import Item, Recorded, read_lock
from analysis.pipeline.provenance import files_at, package_versions
from analysis.reporting.citation import study_citation
from analysis.results import slug
from analysis.study import Study, readable_studies
from analysis.study.authors import Author

FILE = "ro-crate-metadata.json"
VERSION = "https://w3id.org/ro/crate/1.3"
WORKFLOW = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
NO_HISTORY = "1970-01-01"  # the date where no commit gives one
LICENCES = {
    "https://spdx.org/licenses/MIT": ("MIT licence", "the code"),
    "https://spdx.org/licenses/CC-BY-4.0": (
        "Creative Commons Attribution 4.0 International",
        "texts and results of the project",
    ),
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/": (
        "Open Government Licence v3.0",
        "public statistics",
    ),
}
CODE, TEXT, STATISTICS = LICENCES
# dvc.lock is not among them: what it says is told run by run, and its own order follows which stage ended first.
PROJECT_FILES = ("params.yaml", "requirements.lock", "CITATION.cff", "LICENSE", "LICENSE-text-data.md")
CONTENTS = (  # what a file is, by how its path begins
    ("reports/", "Published by the run: a page, a workbook or a file about them."),
    ("data/raw/reference/", "Public statistics and criteria that the analyses read, with their origin."),
    ("data/raw/", "What a study's source gives, recorded and restated by this project, and settings of the analyses."),
    ("data/processed/", "Made by the run: results with how each number is known, or what a page was rendered from."),
    ("notebooks/", "A parameterised notebook: one analysis, run for one or several studies."),
    ("src/", "Code of the analyses."),
)
KEPT = "Kept by the team whose records it holds; what is in it, its size and its hash are nobody else's."
PYTHON, DVC = "https://www.python.org/", "https://dvc.org/"
PROGRAM = "src/analysis/__main__.py"  # what runs the stages that are no notebooks


def crate_text(root: Path, stamp: str, titles: Mapping[str, str]) -> str:
    """The crate of the reports as they stand, stamped with the commit; `titles` are those of pages, by path.

    Same commit, same reports, same text.
    """
    return json.dumps(_Crate(root, stamp, titles).document(), indent=1, ensure_ascii=False) + "\n"


def published_titles(root: Path) -> dict[str, str]:
    """The titles of pages by path, as the crate of the last publication names them."""
    path = root / "reports" / FILE
    graph = json.loads(path.read_text(encoding="utf-8"))["@graph"] if path.is_file() else []
    return {f"reports/{entity['@id']}": entity["name"] for entity in graph if entity["@id"].endswith(".html")}


class _Crate:
    """What the parts of one crate share: the project's folder, what was recorded, and the graph so far."""

    def __init__(self, root: Path, stamp: str, titles: Mapping[str, str]) -> None:
        self.titles = titles
        self.root, self.stamp, self.recorded, self.graph = root, stamp, read_lock(root), Graph()
        self.raw = {file.path: file for file in raw_files(root, self.recorded)}
        self.md5 = {item.path: item.md5 for stage in self.recorded for item in (*stage.inputs, *stage.outputs)}

    def document(self) -> Entity:
        """The whole metadata document: descriptor, root, then everything they lead to."""
        descriptor = Graph()
        descriptor.add(
            FILE, "CreativeWork", about={"@id": "./"}, conformsTo={"@id": VERSION}, name="Description of the reports"
        )
        citation = read_citation(self.root)
        makers = [self._author(author) for author in citation.authors]
        self._terms()
        payload = [self._file(path) for path in self._payload()]
        payload += [self._study(study, citation, makers) for study in self._studies()]
        kept = [self._file(path) for path in (*PROJECT_FILES, "dvc.yaml") if (self.root / path).is_file()]
        actions = [self._action(stage, makers) for stage in self.recorded]
        self._root(descriptor, citation, makers, payload + kept, actions)
        return {"@context": f"{VERSION}/context", "@graph": [*descriptor.entities, *self.graph.entities]}

    def _root(
        self, top: Graph, citation: Citation, makers: list[Entity], own: list[Entity], actions: list[Entity]
    ) -> None:
        data = [part for sort in ("File", "Dataset") for part in self.graph.of_sort(sort)]
        top.add(
            "./",
            "Dataset",
            name=citation.title,
            description=" ".join(citation.abstract.split()),
            version=f"{citation.version}, commit {self.stamp}",
            datePublished=commit_time(self.root) or NO_HISTORY,
            author=makers,
            publisher=makers[0],
            license=references(LICENCES),
            keywords=", ".join(citation.keywords),
            hasPart=[*own, *(part for part in data if part not in own)],
            mentions=actions,
        )

    def _author(self, author: Author) -> Entity:
        """A person by ORCID, where there is one, as RO-Crate recommends."""
        works = f"#organisation-{slug(author.affiliation)}" if author.affiliation else ""
        at = self.graph.add(works, "Organization", name=author.affiliation) if works else None
        key = author.orcid or f"#author-{slug(author.words)}"
        return self.graph.add(key, author.sort, name=author.words, url=author.address, affiliation=at)

    def _studies(self) -> list[Study]:
        """The studies that have pages."""
        return [study for study in readable_studies(self.root) if (self.root / "reports" / study.id).is_dir()]

    def _study(self, study: Study, citation: Citation, makers: list[Entity]) -> Entity:
        """A study's pages as a data set of its own, by its authors."""
        cited = study_citation(study.info, citation)
        return self.graph.add(
            f"{study.id}/",
            "Dataset",
            name=study.info.title,
            description=study.info.programme,
            version=cited.version,
            datePublished=cited.date,
            identifier=cited.link if cited.doi else "",
            author=[self._author(author) for author in study.info.authors] or makers,
            license={"@id": TEXT},
            hasPart=[self._file(path) for path in self._payload() if path.startswith(f"reports/{study.id}/")],
        )

    def _terms(self) -> None:
        for address, (name, what) in LICENCES.items():
            self.graph.add(address, "CreativeWork", name=name, url=address, description=f"Applies to {what}.")
        self.graph.add(PYTHON, "ComputerLanguage", name="Python", url=PYTHON, version="3.11 or later")
        self.graph.add(DVC, "ComputerLanguage", name="DVC pipeline", url=DVC, version=version("dvc"))

    @cached_property
    def _packages(self) -> list[Entity]:
        return [
            self.graph.add(f"pkg:pypi/{name}@{known}", "SoftwareApplication", name=name, version=known, url=_home(name))
            for name, known in package_versions().items()
        ]

    def _payload(self) -> list[str]:
        """The files of reports/, but for this description of them."""
        return [shown(path, self.root) for path in files_at(self.root / "reports") if path.name != FILE]

    def _file(self, path: str) -> Entity:
        """A file: in the folder described, or in the repository."""
        key, file = identifier(path, "reports"), self.root / path
        if key in self.graph:
            return {"@id": key}
        place = {"localPath": f"../{path}"} if key.startswith("#") else {}
        if team_files.is_kept(path):
            return self.graph.add(key, "File", name=file.name, description=KEPT, **place, **self._rights(path))
        md5 = f"md5:{self.md5[path]}" if path in self.md5 else ""
        common = {
            "name": self.titles.get(path, file.name),
            "description": _described(path),
            **file_properties(file),
            **place,
            "identifier": md5,
        }
        if path == "dvc.yaml":
            return self._workflow(key, common)
        if path.endswith((".py", ".ipynb")) and not path.startswith("data/"):
            return self._code(key, common)
        return self.graph.add(key, "File", **common, **self._rights(path))

    def _code(self, key: str, common: Entity) -> Entity:
        return self.graph.add(
            key,
            ["File", "SoftwareSourceCode"],
            **common,
            license={"@id": CODE},
            programmingLanguage={"@id": PYTHON},
            softwareRequirements=self._packages if key.startswith("#notebooks/") else [],
        )

    def _workflow(self, key: str, common: Entity) -> Entity:
        self.graph.add(WORKFLOW, ["CreativeWork", "Profile"], name="ComputationalWorkflow", version="1.0-RELEASE")
        notebooks = [
            self._file(path)
            for path in sorted({f"notebooks/{stage.run[0]}.ipynb" for stage in self.recorded if stage.run})
        ]
        return self.graph.add(
            key,
            ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
            **{**common, "name": "The pipeline: every stage, what it reads and what it makes"},
            conformsTo={"@id": WORKFLOW},
            license={"@id": CODE},
            programmingLanguage={"@id": DVC},
            hasPart=notebooks,
        )

    def _rights(self, path: str) -> Entity:
        """Licence of a file of data or text, and the source it rests on."""
        if path not in self.raw:
            return {"license": {"@id": CODE if path == "LICENSE" else TEXT}}
        raw = self.raw[path]
        if not raw.provided:
            return {"usageInfo": raw.origin.licence}
        licence = STATISTICS if raw.origin.open_government else TEXT
        return {"license": {"@id": licence}, "isBasedOn": self._origin(raw)}

    def _origin(self, raw: RawFile) -> Entity | None:
        origin = raw.origin
        if origin is OWN:
            return None
        return self.graph.add(
            _origin_id(origin),
            "CreativeWork",
            name=origin.title,
            description=origin.note,
            datePublished=origin.published,
            publisher=self._producer(origin.producer),
            url=list(origin.addresses),
            usageInfo=origin.licence,
        )

    def _producer(self, name: str) -> Entity:
        return self.graph.add(f"#producer-{slug(name)}", "Organization", name=name)

    def _action(self, stage: Recorded, makers: list[Entity]) -> Entity:
        """One stage, most of all the run of a notebook for a study: what it read and was set to, what came out."""
        notebook, study = stage.run or ("", "")
        key = f"run/{notebook}/{study}" if notebook else f"stage/{stage.name}"
        program = f"notebooks/{notebook}.ipynb" if notebook else PROGRAM
        folders = [item for item in stage.outputs if item.folder]
        made = [item.path for item in stage.outputs if not item.folder and "/pages/" not in item.path]
        made += [path for item in folders for path in self._within(item)]
        made += [path for path in _published(notebook, study, made) if (self.root / path).is_file()]
        return self.graph.add(
            identifier(key),
            "CreateAction",
            name=f"Run of {notebook} for {study}" if notebook else f"Stage {stage.name}",
            description=stage.command,
            instrument=self._file(program),
            agent=makers[0],
            object=[*self._inputs(stage, program), *self._parameters(stage, key)],
            result=[*map(self._file, made), *map(self._folder, folders)],
            actionStatus="http://schema.org/CompletedActionStatus",
        )

    def _inputs(self, stage: Recorded, program: str) -> list[Entity]:
        return [
            self._folder(item) if item.folder else self._file(item.path)
            for item in stage.inputs
            if item.path != program
        ]

    def _folder(self, item: Item) -> Entity:
        """A folder a stage depends on, with its files if it holds data; the MD5 is that of DVC's listing of it."""
        code, kept = item.path.startswith("src/"), team_files.is_kept(f"{item.path}/any")
        hashed = {"identifier": f"md5:{item.md5}", "license": {"@id": CODE if code else TEXT}}
        return self.graph.add(
            f"{identifier(item.path)}/",
            "Dataset",
            name=item.path,
            description=KEPT if kept else "The folder as it was read.",
            localPath=f"../{item.path}/",
            **({} if kept else hashed),
            hasPart=[] if code else [self._file(path) for path in self._within(item)],
        )

    def _within(self, folder: Item) -> list[str]:
        """The files of a folder that may be named."""
        return list(team_files.told(shown(path, self.root) for path in files_at(self.root / folder.path)))

    def _parameters(self, stage: Recorded, run: str) -> Iterable[Entity]:
        for name, value in _flat(stage.parameters):
            yield self.graph.add(identifier(f"{run}/{name}"), "PropertyValue", name=name, value=value)


def _published(notebook: str, study: str, made: list[str]) -> list[str]:
    """What of a run's results stands in the reports: the page, and workbooks."""
    return [
        f"reports/{study}/{notebook}.html",
        *(f"reports/{study}/{Path(path).name}" for path in made if path.endswith(".xlsx")),
    ]


def _flat(values: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Parameters one by one; those within others by their joined names."""
    pairs: list[tuple[str, Any]] = []
    for name, value in values.items():
        pairs += _flat(value, f"{before}{name}.") if isinstance(value, dict) else [(f"{before}{name}", value)]
    return pairs


def _origin_id(origin: Origin) -> str:
    return f"#source-{slug(f'{origin.producer} {origin.title}')}"


def _home(package: str) -> str:
    """The web address that a package names as its home, or else as its documentation, or else any it names first."""
    pairs = [entry.partition(", ") for entry in metadata(package).get_all("Project-URL") or []]
    named = {label.lower(): address for label, _, address in pairs}
    return named.get("homepage") or named.get("documentation") or next(iter(named.values()), "")


def _described(path: str) -> str:
    return next((what for start, what in CONTENTS if path.startswith(start)), "A file of the project.")
