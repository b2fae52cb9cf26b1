"""Tables as files, xlsx and csv: a document a row where a column holds texts, else one table.

A list of documents (标题, 发文字号, 正文) is what offices export from their systems; any other
sheet is read as the table it is, one line a row, cells parted by tabs. Values read as they are
shown: 15% is not 0.15, a formula is its last result.
"""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
import zipfile
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.utils import column_index_from_string

from corpus.document import PLAIN, Layout, StyledHeading, Table
from corpus.errors import DocumentError
from corpus.readers.bounded import check_zip, damaged
from corpus.readers.content import DEFAULT_LIMITS, Content, Limits, too_long, too_many
from corpus.readers.fields import clean, field_of, metadata_fields, names_documents, text_key
from corpus.readers.html import has_markup, read_fragment
from corpus.readers.markup import Lines
from corpus.readers.text import decode

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell

_CELLS_MAX = 5_000_000
_COLUMNS_MAX = 256
_HEADER_WITHIN = 10
"""Rows from the top in which a header is looked for, below the title of a table."""
_TEXT_FROM = 200
"""Characters the cells of a column have on average when it may hold texts and does."""
_DOCUMENT_FROM = 500
"""Characters its cells have when a column holds documents, whatever it is called."""
_NAME_MAX = 30
_DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE = 64 * 1024
_SAMPLE_ROWS = 50
_FIELD_MAX = 20_000_000
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell ref=\"([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})\"")
_MERGED_MAX = 100_000
_FILLED_MAX = 1_000_000
_DECIMALS = re.compile(r"0\.(0+)")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that is not empty; ``number`` counts from 1 as the program shows it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The rows of one sheet; ``name`` is "" for a csv file."""

    name: str
    rows: tuple[_Row, ...]


class WorkbookReader:
    """Reads xlsx."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content | DocumentError]:
        """Yield a document a row of each list of documents, and one of all other sheets."""
        check_zip(data, source_name=source_name, limits=limits).close()
        yield from _contents(_sheets(data, source_name), source_name, limits)


class CsvReader:
    """Reads csv, whatever parts its cells."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content | DocumentError]:
        """Yield a document a row of a list of documents, else the table as one document."""
        text = clean(decode(data, source_name=source_name))
        csv.field_size_limit(_FIELD_MAX)
        rows: list[_Row] = []
        try:
            cells = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
            for number, row in enumerate(cells, 1):
                _add(rows, number, row, source_name)
        except csv.Error:
            raise damaged(source_name, "表格的引号或换行有误，无法分列") from None
        yield from _contents([_Sheet("", tuple(rows))], source_name, limits)


def _sheets(data: bytes, source_name: str) -> list[_Sheet]:
    """Return the sheets that are shown.

    openpyxl reads bytes from outside and names no errors for damaged ones: whatever it raises on
    them is damage.
    """
    try:
        # It warns of what it leaves out: charts, validations.
        with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(data)) as archive:
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = []
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # a stated size may be wrong, or a million columns
                if sheet.sheet_state == "visible":
                    shown = sheet.iter_rows(max_col=_COLUMNS_MAX)
                    path = sheet._worksheet_path  # type: ignore[attr-defined]
                    merged = _merged(archive.read(path.lstrip("/")))
                    sheets.append(_sheet(sheet.title, shown, merged, source_name))
            return sheets
    except DocumentError:
        raise
    except Exception:
        raise damaged(source_name, "文件已损坏：不是完整的电子表格") from None


def _sheet(
    name: str,
    shown: Iterable[tuple[Cell | MergedCell, ...]],
    merged: list[tuple[int, int, int]],
    source_name: str,
) -> _Sheet:
    rows: list[_Row] = []
    above = None
    for number, row in enumerate(shown, 1):
        if row is above:  # one and the same for all rows of a gap
            continue
        above = row
        if any(cell.value is not None for cell in row):
            cells = [_shown(cell.value, cell.number_format) for cell in row]
            _add(rows, number, cells, source_name)
    _fill_down(rows, merged)
    return _Sheet(clean(name), tuple(rows))


def _merged(part: bytes) -> list[tuple[int, int, int]]:
    """Return column, first and last row of the cells of a sheet that are merged over rows.

    openpyxl does not say when it reads row by row.
    """
    return [
        (column_index_from_string(match[1].decode()) - 1, int(match[2]), int(match[3]))
        for match in islice(_MERGED.finditer(part), _MERGED_MAX)
        if int(match[2]) < int(match[3])
    ]


def _fill_down(rows: list[_Row], merged: list[tuple[int, int, int]]) -> None:
    """Repeat a cell merged over rows in each of them: a row alone says what it belongs to."""
    numbers = [row.number for row in rows]
    filled = 0
    for column, first, last in merged:
        start, end = bisect_left(numbers, first), bisect_right(numbers, last)
        filled += end - start
        if start == end or filled > _FILLED_MAX or not (text := _cell(rows[start], column)):
            continue
        for position in range(start + 1, end):
            cells = rows[position].cells
            cells += ("",) * (column + 1 - len(cells))
            cells = (*cells[:column], cells[column] or text, *cells[column + 1 :])
            rows[position] = _Row(rows[position].number, cells)


def _add(rows: list[_Row], number: int, cells: list[str], source_name: str) -> None:
    while cells and not cells[-1].strip():
        cells.pop()
    if not cells:
        return
    rows.append(_Row(number, tuple(cells)))
    if len(rows) * max(len(cells), 1) > _CELLS_MAX or len(cells) > 4 * _COLUMNS_MAX:
        raise DocumentError(
            source_name,
            "表格过大",
            accepted=f"最多{_CELLS_MAX}个单元格、{4 * _COLUMNS_MAX}列",
            advice="请拆分后再添加",
        )


def _shown(value: object, number_format: str | None) -> str:
    """Return a cell's value as the program shows it.

    >>> _shown(0.15, "0%"), _shown(3.0, "General"), _shown(12345.6, "#,##0.00")
    ('15%', '3', '12,345.60')
    >>> _shown(date(2024, 5, 6), "yyyy-mm-dd"), _shown(date(2024, 5, 6), 'yyyy"年"m"月"d"日"')
    ('2024-05-06', '2024年5月6日')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number(value, number_format or "General")
    if isinstance(value, date | time | timedelta):
        return _moment(value, number_format or "")
    return clean(str(value))


def _number(value: float, number_format: str) -> str:
    pattern = number_format.split(";")[0]
    decimals = _DECIMALS.search(pattern)
    places = len(decimals[1]) if decimals else 0
    if "%" in pattern:
        return f"{value * 100:.{places}f}%"
    if "0" in pattern and "E" not in pattern and "@" not in pattern:
        return f"{value:,.{places}f}" if "," in pattern else f"{value:.{places}f}"
    return str(value) if isinstance(value, int) else f"{value:.15g}"


def _moment(value: date | time | timedelta, number_format: str) -> str:
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime) and "年" in number_format:
        day = f"{value.day}日" if "日" in number_format else ""
        return f"{value.year}年{value.month}月{day}"
    return str(value)


def _delimiter(text: str) -> str:
    """Return what parts the cells: what gives the most rows of one width, and wide ones."""
    sample = text[:_SAMPLE]

    def fit(delimiter: str) -> tuple[float, int]:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = [len(row) for row in islice(rows, _SAMPLE_ROWS) if row]
        width, times = Counter(widths).most_common(1)[0] if widths else (1, 0)
        return (times / len(widths) if width > 1 else 0.0, width)

    return max(_DELIMITERS, key=fit)


def _contents(
    sheets: list[_Sheet], source_name: str, limits: Limits
) -> Iterator[Content | DocumentError]:
    tables: list[_Sheet] = []
    listed = 0
    several = len([sheet for sheet in sheets if sheet.rows]) > 1
    for sheet in sheets:
        header = _header(sheet.rows)
        if header is None:
            tables.append(sheet)
            continue
        prefix = sheet.name if several else ""
        position, column = header
        rows = sheet.rows[position:]
        for content in _documents(rows, column, prefix, source_name, limits, listed):
            listed += 1
            yield content
            if listed > limits.members:
                return
    if listed == 0 or any(sheet.rows for sheet in tables):
        yield _table_content(tables, source_name, limits, part="其他工作表" if listed else "")


def _header(rows: tuple[_Row, ...]) -> tuple[int, int] | None:
    """Return which row names the columns of a list of documents, and which column holds texts.

    A column is known by its name, or, called whatever, by cells as long as only texts are.
    """
    for position, row in enumerate(rows[:_HEADER_WITHIN]):
        if position + 1 == len(rows) or sum(map(bool, row.cells)) < 2:
            continue
        named = text_key(row.cells)
        column = row.cells.index(str(named)) if named is not None else -1
        verdict = names_documents(row.cells)
        if verdict is None:
            verdict = _average(rows[position + 1 :], column) >= _TEXT_FROM
        if verdict:
            return position, column
        longest = _longest(rows[position:])
        return (position, longest) if longest is not None else None
    return None


def _longest(rows: tuple[_Row, ...]) -> int | None:
    """Return the column that holds whole texts, below a short name; None when there is none."""
    names = rows[0].cells
    found = {column: _average(rows[1:], column) for column, name in enumerate(names) if name}
    column = max(found, key=lambda column: found[column])
    return column if found[column] >= _DOCUMENT_FROM and len(names[column]) <= _NAME_MAX else None


def _average(rows: tuple[_Row, ...], column: int) -> float:
    lengths = [len(text) for row in rows if (text := _cell(row, column))]
    return sum(lengths) / len(lengths) if lengths else 0.0


def _documents(
    rows: tuple[_Row, ...], column: int, prefix: str, source_name: str, limits: Limits, before: int
) -> Iterator[Content | DocumentError]:
    """Yield a document a row; the first of ``rows`` names the columns."""
    names = rows[0].cells
    for count, row in enumerate(rows[1:], before + 1):
        part = f"{prefix}第{row.number}行"
        if count > limits.members:
            yield too_many(source_name, part, f"一个表格最多{limits.members}份文件")
            return
        text, layout = _cell(row, column), PLAIN
        try:
            if has_markup(text):
                text, layout = read_fragment(text, source_name=source_name, limits=limits)
        except DocumentError as error:
            yield error
            continue
        fields = metadata_fields(_stated(names, row))
        yield Content(text, layout, fields, part, _identity(names, row))


def _stated(names: tuple[str, ...], row: _Row) -> dict[object, object]:
    """Return what the cells say of the document; of two columns of a name the first counts."""
    stated: dict[object, object] = {}
    for name, value in zip(names, row.cells, strict=False):
        if field_of(name) is not None:
            stated.setdefault(name, value)
    return stated


def _identity(names: tuple[str, ...], row: _Row) -> bytes:
    pairs = list(zip(names, row.cells, strict=False))
    return json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _cell(row: _Row, column: int) -> str:
    return row.cells[column] if column < len(row.cells) else ""


def _table_content(sheets: list[_Sheet], source_name: str, limits: Limits, *, part: str) -> Content:
    """Return all sheets as one document, each below its name where there are several."""
    sheets = [sheet for sheet in sheets if sheet.rows]
    if not sheets:
        raise DocumentError(
            source_name,
            "表格里没有内容",
            accepted="接受含有文字的电子表格",
            advice="请确认文件保存完整后再添加",
        )
    # A workbook keeps a text once for all the cells that hold it; as lines each has its own.
    if sum(len(cell) for sheet in sheets for row in sheet.rows for cell in row.cells) > (
        limits.characters
    ):
        raise too_long(source_name, limits)
    lines = Lines(limits.characters)
    try:
        for sheet in sheets:
            if len(sheets) > 1:
                lines.headings.append(StyledHeading(*lines.add(sheet.name), 1))
            _add_sheet(sheet, lines)
    except OverflowError:
        raise too_long(source_name, limits) from None
    layout = Layout(headings=tuple(lines.headings), tables=tuple(lines.tables))
    identity = lines.text.encode("utf-8") if part else None
    return Content(lines.text, layout, part=part, identity=identity)


def _add_sheet(sheet: _Sheet, lines: Lines) -> None:
    """Add a line a row; rows of one cell above the header are the title, below the table notes."""
    used = sorted({n for row in sheet.rows for n, cell in enumerate(row.cells) if cell.strip()})
    rows = [[" ".join(_cell(row, n).split()) for n in used] for row in sheet.rows]
    first, last = _table_rows(rows)
    spans = []
    for position, row in enumerate(rows):
        if first <= position < last:
            spans.append(lines.add("\t".join(row)))
        else:
            lines.add(" ".join(filter(None, row)))
    if spans:
        lines.tables.append(Table(spans[0][0], spans[-1][1], tuple(spans)))


def _table_rows(rows: list[list[str]]) -> tuple[int, int]:
    """Return from where to where rows hold more than one cell; (0, 0) when none does."""
    wide = [position for position, row in enumerate(rows) if sum(map(bool, row)) > 1]
    if not wide:
        return 0, 0
    last = len(rows)
    while last > wide[-1] + 1 and rows[last - 1][0]:  # a note begins where the lines begin
        last -= 1
    return wide[0], last
