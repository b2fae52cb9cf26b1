"""Tables as files that Excel and WPS open: CSV and XLSX.

What a document says must never act as a formula: text is written as text (OWASP, CSV Injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

FileFormat = Literal["csv", "xlsx"]
Value = str | int | float | None

MEDIA_TYPES: dict[FileFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_CELL_MAX = 32_767
_WIDTH_MAX = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """A named table; every row has a value for each column."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]


def to_file(sheets: Sequence[Sheet], file_format: FileFormat) -> bytes:
    """Write sheets as a file; CSV holds the first one only."""
    return to_csv(sheets[0]) if file_format == "csv" else to_xlsx(sheets)


def to_csv(sheet: Sheet) -> bytes:
    """Write a sheet as CSV in UTF-8, with the byte order mark by which Excel knows it."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(sheet.columns)
    writer.writerows([[_harmless(value) for value in row] for row in sheet.rows])
    return written.getvalue().encode("utf-8-sig")


def _harmless(value: Value) -> Value:
    """Take the meaning of a formula from a text.

    >>> _harmless("=1+1"), _harmless("400亿元"), _harmless(-3)
    ("'=1+1", '400亿元', -3)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def to_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Write sheets as an XLSX workbook; the header row stays in sight."""
    from openpyxl import Workbook
    from openpyxl.cell import Cell, WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    def cell(page: WriteOnlyWorksheet, value: Value) -> Cell:
        if not isinstance(value, str):
            return WriteOnlyCell(page, value=value)
        made = WriteOnlyCell(page, value=ILLEGAL_CHARACTERS_RE.sub("", value)[:_CELL_MAX])
        made.data_type = "s"  # also what begins with an equals sign
        return made

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        page.freeze_panes = "A2"
        for number, width in enumerate(_widths(sheet), start=1):
            page.column_dimensions[get_column_letter(number)].width = width
        header = [cell(page, name) for name in sheet.columns]
        for one in header:
            one.font = Font(bold=True)
        page.append(header)
        for row in sheet.rows:
            page.append([cell(page, value) for value in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _widths(sheet: Sheet) -> list[int]:
    """Return the columns' widths in half-width characters, judged by the first rows."""
    from ui.render import width

    seen = [sheet.columns, *sheet.rows[:200]]
    longest = (
        max(width(str(value or "")) for value in column) for column in zip(*seen, strict=True)
    )
    return [min(one + 2, _WIDTH_MAX) for one in longest]


def disposition(name: str, plain: str, file_format: FileFormat) -> str:
    """Return a Content-Disposition with a Chinese file name (RFC 6266) and an ASCII one besides.

    >>> disposition("指标", "targets", "csv").split("; ")[1:]
    ['filename="targets.csv"', "filename*=UTF-8''%E6%8C%87%E6%A0%87.csv"]
    """
    encoded = quote(f"{name}.{file_format}", safe="")
    return f"attachment; filename=\"{plain}.{file_format}\"; filename*=UTF-8''{encoded}"
