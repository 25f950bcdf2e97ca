"""What 05_sroi shows of published criteria: met, partly or not met, each with where it can be checked."""

from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.absent import where_there
from analysis.results import Column
from analysis.sroi.crosswalk import crosswalk
from analysis.sroi.model import Model
from analysis.study import Study


@where_there
def crosswalk_table(page: Appendix, study: Study, model: Model) -> Display:
    """Table: each criterion with its answer, the reason, the data file and a link to the place on the page."""
    frame = crosswalk(model, study)
    frame["where"] = [
        f"`{file}`, [on the page]({view})" for file, view in zip(frame["file"], frame["view"], strict=True)
    ]
    columns = {
        "framework": Column("Framework"),
        "criterion": Column("Criterion"),
        "status": Column("Answer"),
        "why": Column("Why"),
        "where": Column("Where"),
    }
    return page.table(
        "crosswalk",
        frame,
        columns,
        "The analysis of this page against published criteria.",
        row_header="Number",
        group_by="framework",
        text={"criterion": "label", "why": "label", "where": "rich"},
    )
