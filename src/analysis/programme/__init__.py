"""Programme performance: outputs, results and comparisons, from published totals and from management information records.

| module | what it does |
| --- | --- |
| `published` | a report's tables, recomputed from the counts it prints |
| `monitoring`, `rules`, `counting` | the records as known on a day, and who counts for each measure |
| `achieved` | outputs and results against target, by group, quarter and sex, and by other rules |
| `crossed` | who joined by partner, and by area, over time |
| `funnel`, `overlap` | the way in, destinations, and how the target groups overlap |
| `timing`, `distance` | time to an outcome, distance travelled, and whether work lasted |
| `against_published` | records and published tables held against each other |

Each method hands out a frame that says what its numbers are, and which counts they rest on (`analysis.described`).
"""

from analysis.programme.achieved import (
    by_quarter,
    by_sex,
    count_measures,
    first_by,
    gains,
    headline,
    measured,
    measures_by,
    to_date,
)
from analysis.programme.against_published import agreement, checks, differing, national, published_cells, rules_in_words
from analysis.programme.crossed import joined_by
from analysis.programme.distance import sustained, travelled
from analysis.programme.funnel import by_month, by_source, decisions, destinations, referral_funnel
from analysis.programme.overlap import combinations, frequent, left_out
from analysis.programme.published import (
    comparisons,
    group_sizes,
    implied_targets,
    named_measures,
    on_one_base,
    open_print,
    performance,
    readings,
    targets_reached,
)
from analysis.programme.timing import curves, time_table

__all__ = [
    "agreement",
    "by_month",
    "by_quarter",
    "by_sex",
    "by_source",
    "checks",
    "combinations",
    "comparisons",
    "count_measures",
    "curves",
    "decisions",
    "destinations",
    "differing",
    "first_by",
    "frequent",
    "gains",
    "group_sizes",
    "headline",
    "implied_targets",
    "joined_by",
    "left_out",
    "measured",
    "measures_by",
    "named_measures",
    "national",
    "on_one_base",
    "open_print",
    "performance",
    "published_cells",
    "readings",
    "referral_funnel",
    "rules_in_words",
    "sustained",
    "targets_reached",
    "time_table",
    "to_date",
    "travelled",
]
