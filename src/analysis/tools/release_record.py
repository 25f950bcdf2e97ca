"""The record of a release check: a page to print and sign, and the same as JSON."""

import json
from dataclasses import asdict

import pandas as pd

from analysis.pipeline.commit import commit_line
from analysis.reporting.appendix import Appendix
from analysis.reporting.nodes import Block, bullets, heading, label, paragraph
from analysis.reporting.page import render_page
from analysis.reporting.plain_page import PlainPage, plain_page
from analysis.results import Column, Kind
from analysis.tools.release_check import Release

TITLE = "Release check"
_SIGNED = ("What is released, and to whom", "Checked by", "Date", "Signature")


def record_page(release: Release) -> str:
    """The page as HTML."""
    study = release.study
    page = Appendix(study.id, "release_check", study.root, study.info.example, "analysis release-check")
    tables = [_checks(page, release), _files(page, release), *_decisions(page, release)]
    blocks: list[Block] = [heading(2, ["The answer"], "answer"), *_answer(release), *tables[0]]
    blocks += [heading(2, ["What leaves"], "files"), *tables[1]]
    for table in tables[2:]:
        blocks += [heading(2, ["What was decided on disclosure"], "decisions"), *table]
    blocks += [heading(2, ["To be filled in"], "sign"), bullets([label(f"{words}: " + "_" * 40)] for words in _SIGNED)]
    lead = "What would leave of this study, looked at once more before it does."
    told = {"How to make this page again": f"python -m analysis release-check {study.id}"}
    made = plain_page(PlainPage(TITLE, lead, blocks, page.store, told, "../../../reports/index.html", study=study.info))
    return render_page(made, commit_line(study.root))


def record_data(release: Release) -> str:
    """The same as JSON: problems, checks, files with their SHA-256, decisions."""
    content = {
        "study": release.study.id,
        "problems": list(release.problems),
        "checks": [asdict(each) for each in release.checks],
        "files": [asdict(each) for each in release.files],
        "decisions": release.decisions.to_dict("records"),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _answer(release: Release) -> list[Block]:
    if not release.problems:
        return [
            paragraph(
                [
                    "Nothing was found that speaks against passing these files on. What was looked at stands below; what only a person can judge, such as whether somebody could be known from elsewhere, does not."
                ]
            )
        ]
    return [
        paragraph(["These files must not be passed on as they are:"]),
        bullets([label(each)] for each in release.problems),
    ]


def _checks(page: Appendix, release: Release) -> list[Block]:
    frame = pd.DataFrame([asdict(each) for each in release.checks]).set_index("what")
    columns = {"outcome": Column("Outcome"), "told": Column("What was found")}
    return list(page.table("checks", frame, columns, "What was looked at.", "Check", text={"told": "label"}).blocks)


def _files(page: Appendix, release: Release) -> list[Block]:
    frame = pd.DataFrame([asdict(each) for each in release.files]).set_index("path").drop(columns="leaks")
    frame["why"] = frame["why"].where(frame["why"].ne(""), "must not leave as it is")
    columns = {
        "what": Column("What it is"),
        "size": Column("Size", "bytes", Kind.TALLY),
        "sha256": Column("SHA-256"),
    }
    caption = "Every file that leaves, by why it may."
    table = page.table("files", frame, columns, caption, "File", group_by="why", text={"sha256": "code"})
    return list(table.blocks)


def _decisions(page: Appendix, release: Release) -> list[list[Block]]:
    if release.decisions.empty:
        return []
    index = [f"{row.notebook}: {row.rule}, {row.decision}" for row in release.decisions.itertuples()]
    frame = release.decisions[["times"]].set_axis(index)
    columns = {"times": Column("Times", "decisions", Kind.TALLY)}
    caption = "How often each rule showed, hid or refused something."
    return [list(page.table("decisions", frame, columns, caption, "Rule").blocks)]
