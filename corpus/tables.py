"""Tables: those the format states, and those that plain text draws with bars or tabs.

A row is one line. Its cells are parted by tabs, or by bars as in Markdown (GitHub Flavored Markdown
Spec, 4.10); the line of dashes below a Markdown header is no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from corpus.document import PLAIN, Layout, Span, Table

_LINE = re.compile(r"[^\n\r]+")
_RULE = re.compile(r"[|\s:\-—+=]+")
_CELL = re.compile(r"[^\t|]+")
_BAR_ROW = re.compile(r"\s*\|.*\|\s*")
_ROWS_MIN = 2
_TAB_ROWS_MIN = 3
"""Tabs are also typed to indent or to part a place from a date; three lines alike are a table."""


def find_tables(text: str, layout: Layout = PLAIN) -> tuple[Table, ...]:
    r"""Return the tables of ``text`` in order; where the format states some, only these.

    >>> [len(t.rows) for t in find_tables("| 指标 | 目标 |\n| --- | --- |\n| 产值 | 5亿元 |\n")]
    [2]
    """
    if layout.tables:
        return layout.tables
    if "\t" not in text and "|" not in text:
        return ()
    return tuple(_drawn(text))


def cells(text: str, row: Span) -> tuple[Span, ...]:
    r"""Return the spans of a row's cells that are not empty, trimmed of white space.

    >>> text = "| 产值 | 5 亿元 |"
    >>> [text[a:b] for a, b in cells(text, (0, len(text)))]
    ['产值', '5 亿元']
    """
    return tuple(span for span in _cells(text, row) if span[0] < span[1])


def columns(text: str, row: Span) -> tuple[Span, ...]:
    """Return the spans of all cells of a row, also of empty ones, so that positions are columns."""
    first, last = row
    if _BAR_ROW.fullmatch(text, first, last):
        first, last = text.index("|", first) + 1, text.rindex("|", first, last)
    return tuple(_cells(text, (first, last)))


def _cells(text: str, row: Span) -> Iterator[Span]:
    start = row[0]
    mark = "\t" if text.find("\t", *row) >= 0 else "|"
    while start <= row[1]:
        end = text.find(mark, start, row[1])
        end = row[1] if end < 0 else end
        yield _trimmed(text, start, end)
        start = end + 1


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _drawn(text: str) -> Iterator[Table]:
    """Yield runs of neighbouring lines of one kind that have as many cells."""
    lines = [match.span() for match in _LINE.finditer(text)]
    for shape, run in groupby(lines, key=lambda line: _shape(text, line)):
        if shape is None:
            continue
        rows = [line for line in run if not _RULE.fullmatch(text, *line)]
        if len(rows) >= (_TAB_ROWS_MIN if shape[0] == "\t" else _ROWS_MIN):
            yield Table(rows[0][0], rows[-1][1], tuple(rows))


def _shape(text: str, line: Span) -> tuple[str, int] | None:
    """Return the mark and the number of cells of a row; None for a line that is none."""
    if _BAR_ROW.fullmatch(text, *line):
        count = text.count("|", *line) - 1
        return ("|", count) if count > 1 else None
    count = len(_CELL.findall(text, *line)) if text.find("\t", *line) >= 0 else 0
    return ("\t", text.count("\t", *line)) if count > 1 else None


def header_of(text: str, table: Table) -> str:
    """Return what names the columns, in one line."""
    return _joined(text, table.rows[: table.header_rows])


def _joined(text: str, rows: Sequence[Span]) -> str:
    return " ".join(text[a:b] for row in rows for a, b in cells(text, row))
