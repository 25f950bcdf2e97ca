"""How long 200,000 coded segments take: reading, tallies, saturation, co-occurrence, agreement with intervals.

Run: python -m benchmarks coding_200k, or python benchmarks/coding_200k.py [--segments 200000] [--draws 2000] [--seed 1]
Beside each step stands, where a reader would otherwise write one, a plain loop over a hundredth of the rows, scaled up.
"""

import argparse
import tempfile
import time
import tracemalloc
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.coding.agreement import agreement_by_code, category_counts, krippendorff_alpha
from analysis.coding.codebook import Code, Codebook
from analysis.coding.projects import read_qdpx
from analysis.coding.saturation import saturation
from analysis.coding.segments import bases, read_segments_csv, settle
from analysis.coding.tallies import co_occurrence, leave_one_group_out, tally

CODES, GROUPS, SPEAKERS = 40, 12, 600


def main() -> None:
    """Make the files in a temporary folder, time each step, print a table."""
    options = _options()
    codebook = Codebook(title="benchmark", version="1", codes=tuple(_codes()))
    table = _table(options.segments, np.random.default_rng(options.seed))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "segments.csv"
        table.to_csv(path, index=False)
        project = _project(Path(folder) / "project.qdpx", table)
        _report(options, codebook, path, project)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("segments", 200_000), ("draws", 2_000), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_known_args()[0]  # `python -m benchmarks` has names of its own on the command line


def _codes() -> list[Code]:
    return [Code(id=f"c{n}", name=f"C{n}", parent=f"c{n % 6}" if n > 5 else None) for n in range(CODES)]


def _table(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Half as many segments as rows, each with a code by two coders who agree on four in five."""
    half = rows // 2
    speaker, code = rng.integers(0, SPEAKERS, half), rng.integers(0, CODES, half)
    other = np.where(rng.random(half) < 0.8, code, rng.integers(0, CODES, half))
    one = pd.DataFrame({"group": speaker % GROUPS, "speaker": speaker, "segment_id": np.arange(half)})
    one = one.assign(group="G" + one["group"].astype(str), speaker="E" + one["speaker"].astype(str))
    one = one.assign(segment_id="s" + one["segment_id"].astype(str))
    tables = [one.assign(code=[f"c{n}" for n in codes], coder=f"coder {k}") for k, codes in ((1, code), (2, other))]
    return pd.concat(tables, ignore_index=True)


def _project(path: Path, table: pd.DataFrame) -> Path:
    codes = "".join(f'<Code guid="c{n}" name="C{n}" isCodable="true"/>' for n in range(CODES))
    sources, cases = defaultdict(list), defaultdict(list)
    for at, (group, speaker, segment, code, coder) in enumerate(table.itertuples(index=False, name=None)):
        place = f'startPosition="{10 * int(segment[1:])}" endPosition="{10 * int(segment[1:]) + 9}"'
        coding = f'<Coding guid="k{at}" creatingUser="{coder[-1]}"><CodeRef targetGUID="{code}"/></Coding>'
        sources[group].append(f'<PlainTextSelection guid="p{at}" {place}>{coding}</PlainTextSelection>')
        cases[speaker].append(f'<SelectionRef targetGUID="p{at}"/>')
    body = "".join(f'<TextSource guid="{g}" name="{g}">{"".join(found)}</TextSource>' for g, found in sources.items())
    people = "".join(f'<Case guid="x{who}" name="{who}">{"".join(found)}</Case>' for who, found in cases.items())
    users = '<Users><User guid="1" name="a"/><User guid="2" name="b"/></Users>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "project.qde",
            f'<Project xmlns="urn:QDA-XML:project:1.0">{users}<CodeBook><Codes>{codes}</Codes></CodeBook>'
            f"<Cases>{people}</Cases><Sources>{body}</Sources></Project>",
        )
    return path


def _report(options: argparse.Namespace, codebook: Codebook, path: Path, project: Path) -> None:
    table = _timed("read CSV and check", lambda: read_segments_csv(path, path.name, codebook))
    _timed("read REFI-QDA project and check", lambda: read_qdpx(project, project.name))
    settled, base = _timed("settle two coders", lambda: settle(table)), bases(table)
    _timed("tally by three units", lambda: tally(settled, codebook, base), lambda: _plain_tally(settled))
    _timed("co-occurrence", lambda: co_occurrence(settled, codebook))
    _timed(f"saturation, all orders of {GROUPS} groups", lambda: saturation(settled, base))
    _timed("leave one group out", lambda: leave_one_group_out(settled, codebook, base))
    for cluster in ("speaker", "segment_id"):
        _timed(
            f"agreement, {CODES} codes, {options.draws} draws of {cluster}",
            lambda cluster=cluster: agreement_by_code(
                table, codebook, seed=options.seed, draws=options.draws, cluster=cluster
            ),
            (lambda: _plain_agreement(table, options.draws)) if cluster == "segment_id" else None,
        )


def _timed(what: str, step: Callable[[], object], plain: Callable[[], float] | None = None) -> object:
    started = time.perf_counter()
    result = step()
    took = time.perf_counter() - started
    tracemalloc.start()
    step()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    beside = f"   plain loop {plain() / took:8.0f} times as long" if plain else ""
    print(f"{what:48s} {took:7.2f} s {peak:7.0f} MB{beside}")
    return result


def _plain_tally(settled: pd.DataFrame) -> float:
    rows = settled.iloc[::100]
    started = time.perf_counter()
    counts: dict[str, list[set[str]]] = defaultdict(lambda: [set(), set(), set()])
    for _, row in rows.iterrows():
        for found, column in zip(counts[row["code"]], ("segment_id", "speaker", "group"), strict=True):
            found.add(row[column])
    return 100 * (time.perf_counter() - started)


def _plain_agreement(table: pd.DataFrame, draws: int) -> float:
    """One draw for one code, times draws and codes."""
    given = (table["code"] == "c0").astype(float).to_numpy().reshape(2, -1).T
    rng = np.random.default_rng(0)
    started = time.perf_counter()
    krippendorff_alpha(category_counts(given[rng.integers(0, len(given), len(given))]))
    return draws * CODES * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
