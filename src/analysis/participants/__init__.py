"""Participants' own records, where a research team has them: what the files hold, and how they are read and checked."""

from analysis.participants.codes import Status
from analysis.participants.layout import FileLayout, RecordsLayout
from analysis.participants.records import Records, link, read_records, read_table, stages_reached, words
from analysis.participants.schema import ITEMS, MOMENTS, TABLES, stage_columns, table_columns
from analysis.participants.typed import Table, absence, answered

__all__ = [
    "ITEMS",
    "MOMENTS",
    "TABLES",
    "FileLayout",
    "Records",
    "RecordsLayout",
    "Status",
    "Table",
    "absence",
    "answered",
    "link",
    "read_records",
    "read_table",
    "stage_columns",
    "stages_reached",
    "table_columns",
    "words",
]
