"""Participants' own records, where a research team has them: what the files hold, and how they are read and checked."""

from analysis.participants.codes import Status
from analysis.participants.exports import Export, first_rows, link_export, read_export
from analysis.participants.layout import ExportLayout, FileLayout, RecordsLayout
from analysis.participants.monitoring import DESTINATIONS, EXPORT_TABLES, FLAGS, SCALES
from analysis.participants.records import Records, link, read_records, read_table, stages_reached, words
from analysis.participants.schema import ITEMS, MOMENTS, TABLES, stage_columns, table_columns
from analysis.participants.typed import Table, absence, answered

__all__ = [
    "DESTINATIONS",
    "EXPORT_TABLES",
    "FLAGS",
    "ITEMS",
    "MOMENTS",
    "SCALES",
    "TABLES",
    "Export",
    "ExportLayout",
    "FileLayout",
    "Records",
    "RecordsLayout",
    "Status",
    "Table",
    "absence",
    "answered",
    "first_rows",
    "link",
    "link_export",
    "read_export",
    "read_records",
    "read_table",
    "stage_columns",
    "stages_reached",
    "table_columns",
    "words",
]
