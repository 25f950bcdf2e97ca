"""Thematic content analysis of focus groups: codebooks, coded segments, tallies, saturation, agreement, and the matrix.

| module | what it does |
| --- | --- |
| `files`, `formats` | where a study keeps its coding, and which program's file it is |
| `codebook`, `versions` | the codes, and what changed from one version to the next |
| `segments` | a team's coded segments, and which code counts for a segment |
| `tallies`, `saturation`, `agreement`, `together` | what is counted from them, and how far coders agree |
| `published`, `matrix`, `steps` | what the sources report |
| `example` | a synthetic table of segments |

Each method hands out a frame that says what its numbers are (`analysis.described`).
"""

from analysis.coding.agreement import agreement_by_code, agreement_counts
from analysis.coding.codebook import codebook_size, codebook_table
from analysis.coding.files import (
    load_codebook,
    load_earlier_codebook,
    load_framework,
    load_programmes,
    load_segments,
    load_themes,
)
from analysis.coding.matrix import matrix_counts, open_ends, social_impact_matrix
from analysis.coding.overall_agreement import agreement_by_pair, agreement_over_codes, ratings
from analysis.coding.published import (
    evidence_counts,
    interview_counts,
    programmes_compared,
    programmes_counted,
    published_themes,
    stakeholder_table,
    statement_counts,
    statement_table,
    theme_counts,
)
from analysis.coding.saturation import last_group, saturation
from analysis.coding.segments import bases, settle, sizes
from analysis.coding.steps import step_counts, steps_table
from analysis.coding.tallies import (
    co_occurrence,
    code_counts,
    codes_by_group,
    codes_entering,
    codes_shown,
    codes_used,
    leave_one_group_out,
    narrow_counts,
    people_by_code,
    stability_over_groups,
)
from analysis.coding.versions import codebook_changes, segments_to_recode

__all__ = [
    "agreement_by_code",
    "agreement_by_pair",
    "agreement_counts",
    "agreement_over_codes",
    "bases",
    "co_occurrence",
    "code_counts",
    "codebook_changes",
    "codebook_size",
    "codebook_table",
    "codes_by_group",
    "codes_entering",
    "codes_shown",
    "codes_used",
    "evidence_counts",
    "interview_counts",
    "last_group",
    "leave_one_group_out",
    "load_codebook",
    "load_earlier_codebook",
    "load_framework",
    "load_programmes",
    "load_segments",
    "load_themes",
    "matrix_counts",
    "narrow_counts",
    "open_ends",
    "people_by_code",
    "programmes_compared",
    "programmes_counted",
    "published_themes",
    "ratings",
    "saturation",
    "segments_to_recode",
    "settle",
    "sizes",
    "social_impact_matrix",
    "stability_over_groups",
    "stakeholder_table",
    "statement_counts",
    "statement_table",
    "step_counts",
    "steps_table",
    "theme_counts",
]
