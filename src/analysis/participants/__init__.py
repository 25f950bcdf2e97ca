"""Participants' own records, where a research team has them: what the files hold, and how they are read and checked."""

from analysis.participants.codes import Status
from analysis.participants.exports import Export, first_rows, read_export
from analysis.participants.monitoring import EXPORT_TABLES, FLAGS, SCALES
from analysis.participants.records import Records, read_records, stages_reached
from analysis.participants.schema import ITEMS, TABLES, table_columns
from analysis.participants.typed import Table

__all__ = [
    "EXPORT_TABLES",
    "FLAGS",
    "ITEMS",
    "SCALES",
    "TABLES",
    "Export",
    "Records",
    "Status",
    "Table",
    "first_rows",
    "read_export",
    "read_records",
    "stages_reached",
    "table_columns",
]
