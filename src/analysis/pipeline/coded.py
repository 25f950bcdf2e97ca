"""The search of finished pages for ids of coded segments: speaker codes and segment ids that a source has not printed."""

import re

import pandas as pd

from analysis.coding import files
from analysis.disclosure.scan import SHORTEST_ID, Leak, Secrets, scan_page, secrets_of
from analysis.study import Study

_NOT_TEXT = re.compile(r"<(style|script)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"\w+")


def segment_leaks(html: str, page: str, study: Study) -> list[Leak]:
    """Every leak of coded segments on a page of the study; none where it has no segments.

    Short ids, such as E6, are searched for in the text only: mark-up and styles are full of short words. Ids without a
    letter cannot be told from numbers and are not searched for, nor is what the source itself prints.
    """
    if not files.has_segments(study):
        return []
    book = files.load_codebook(study)
    segments = files.load_segments(study, book)
    printed = files.printed_ids(study, book)
    found = [
        leak
        for column in ("speaker", "segment_id")
        for secrets, text in _secrets(segments, column, printed, html)
        for leak in scan_page(text, page, [secrets], study.info.example)
    ]
    return list(dict.fromkeys(found))


def _secrets(segments: pd.DataFrame, column: str, printed: set[str], html: str) -> list[tuple[Secrets, str]]:
    """What must not be found, and in what: long ids anywhere, short ones in the text of the page."""
    words = set(_WORD.findall(html))
    ids = segments[column].drop_duplicates()
    ids = ids[
        ids.map(
            lambda each: bool(_LETTER.search(each)) and each not in printed and words.issuperset(_WORD.findall(each))
        )
    ]
    long = ids.str.len() >= SHORTEST_ID
    table = segments.loc[ids.index, ["group", column]]
    return [
        (secrets_of(table[long], id_column=column), html),
        (secrets_of(table[~long], id_column=column), _NOT_TEXT.sub(" ", html)),
    ]
