"""Targets in tables of indicators: 指标名称、单位、2020年、2025年、属性.

Every row gives one target for each column of a year to come; the column of the base year gives
none. Tables come from the format (docx, html, xlsx). In plain text the line that heads one is known
by its words, so that other than in ``corpus.tables`` its cells may be parted by runs of spaces too,
and rows may lack a merged cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.document import Document, Section
from corpus.facts.clause import Span
from corpus.facts.fact import Target
from corpus.facts.figures import Figure, figures
from corpus.facts.outlook import Outlook
from corpus.fold import fold
from corpus.sections import section_at
from corpus.tables import columns

_MARK = re.compile(r"[\t|]")
_SPACED_CELL = re.compile(r"\S+(?:\s\S+)*?(?=\s{2,}|$)")
_PLAIN_HEAD = re.compile(r"^[^\n]{0,80}指标[^\n]{0,120}$", re.MULTILINE)
_NAME = re.compile(r"指标|目标名称|主要目标|项目名称")
_UNIT = re.compile(r"^\(?(?:计量)?单位\)?$")
_KIND = re.compile(r"属性|指标性质|指标类型|约束性|预期性")
_YEAR = re.compile(r"(?:19|20)\d\d")
_BASE = re.compile(r"基期|基数|现状|实际|完成|基准|已达|预计完成|现值|基础")
_GOAL = re.compile(r"目标|规划|预期|计划")
_GROWTH = re.compile(r"年均(?:增长|增速|递增)|年均.{0,4}\[?累计")
_UNIT_IN_NAME = re.compile(r"[(（]([^()（）]{1,10})[)）]$")
_LIKELY_UNIT = re.compile(r"[%％‰元家个人户项件吨亩米里年岁瓦度张床位册次辆套座分倍]")
_ENCLOSING = re.compile(r"^[\[(【]|[\])】]$")
_LINE = re.compile(r"[^\n]+")
_PLAIN_ROWS_MAX = 120
_HEAD_MAX = 30
"""Characters of a cell that heads a column; longer ones are content."""
Binding = Literal["约束性", "预期性"]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell: its span in the text and its words without white space."""

    start: int
    end: int
    words: str


_Row = list[_Cell]
_Part = Callable[[str, Span], Sequence[Span]]
"""Parts a line into the spans of its cells."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which column says what; goals are (column, year, is a rate of growth)."""

    name: int
    unit: int | None
    kind: int | None
    goals: tuple[tuple[int, int | None, bool], ...]
    count: int


def table_targets(
    document: Document, folded: str, sections: Sequence[Section], outlook: Outlook
) -> list[Target]:
    """Return the targets that the tables of ``document`` state."""
    found: list[Target] = []
    for rows in _tables(document, folded):
        named, body = _heads(rows, outlook)
        if named is None:
            continue
        for row in body:
            found.extend(_row_targets(document.text, row, named, sections))
    return found


def _tables(document: Document, folded: str) -> Iterator[list[_Row]]:
    for table in document.layout.tables:
        yield [_row(folded, columns(folded, span)) for span in table.rows]
    if not document.layout.tables and "指标" in folded:
        yield from _plain_tables(fold(document.text))


def _plain_tables(folded: str) -> Iterator[list[_Row]]:
    """Yield the tables in plain text: from a line that heads one, as long as rows last."""
    at = 0
    while (match := _PLAIN_HEAD.search(folded, at)) is not None:
        at = match.end()
        part = columns if _MARK.search(match.group()) else _spaced
        head = _row(folded, part(folded, match.span()))
        if len(head) < 3 or not any(_YEAR.search(cell.words) for cell in head):
            continue
        rows = list(_plain_rows(folded, match.end(), part, len(head)))
        at = rows[-1][-1].end if rows else at
        yield [head, *rows]


def _plain_rows(folded: str, start: int, part: _Part, count: int) -> Iterator[_Row]:
    missed = 0
    for match in _LINE.finditer(folded, start, start + 200 * _PLAIN_ROWS_MAX):
        row = _row(folded, part(folded, match.span()))
        if len(row) < count - 1:
            missed += 1
            if missed > 2:
                return
            continue
        yield row


def _spaced(folded: str, line: Span) -> list[Span]:
    return [match.span() for match in _SPACED_CELL.finditer(folded, *line)]


def _row(folded: str, spans: Sequence[Span]) -> _Row:
    return [_Cell(start, end, "".join(folded[start:end].split())) for start, end in spans]


def _heads(rows: Sequence[_Row], outlook: Outlook) -> tuple[_Columns | None, Sequence[_Row]]:
    """Return the columns of a table of indicators and its rows; None when it is another table."""
    for position, row in enumerate(rows[:3]):
        named = _columns(row, outlook)
        if named is not None:
            return named, rows[position + 1 :]
    return None, ()


def _columns(head: _Row, outlook: Outlook) -> _Columns | None:
    names = [at for at, cell in enumerate(head) if _NAME.search(cell.words)]
    names = [at for at in names if not _KIND.search(head[at].words)] or names
    if not names or len(head) < 3 or any(len(cell.words) > _HEAD_MAX for cell in head):
        return None
    years = {
        at: int(max(_YEAR.findall(cell.words)))
        for at, cell in enumerate(head)
        if _YEAR.search(cell.words)
    }
    goals = [(at, year, False) for at, year in years.items() if _is_goal(head, at, years, outlook)]
    if not goals:
        return None
    last = max(year for _, year, _ in goals)
    goals += [
        (at, last, True)
        for at, cell in enumerate(head)
        if at not in years and _GROWTH.search(cell.words)
    ]
    unit = next((at for at, cell in enumerate(head) if _UNIT.match(cell.words)), None)
    kind = next((at for at, cell in enumerate(head) if _KIND.search(cell.words)), None)
    return _Columns(names[-1], unit, kind, tuple(goals), len(head))


def _is_goal(head: _Row, at: int, years: dict[int, int], outlook: Outlook) -> bool:
    """Whether the column is of a year to come; the first of several years is the base."""
    words = head[at].words
    if _BASE.search(words):
        return False
    if _GOAL.search(words):
        return True
    if len(years) > 1:
        return years[at] > min(years.values())
    return outlook.horizon is not None and years[at] >= outlook.horizon


def _row_targets(
    text: str, row: _Row, named: _Columns, sections: Sequence[Section]
) -> Iterator[Target]:
    shift = len(row) - named.count  # a merged first cell is missing in the rows below it
    name = named.name + min(shift, 0)
    if not 0 <= name < len(row) or shift > 0:
        return
    indicator, inside = _name_and_unit("".join(text[row[name].start : row[name].end].split()))
    if len(indicator) < 2 or indicator.isdecimal():
        return
    stated = row[named.unit + min(shift, 0)].words if named.unit is not None else ""
    unit = stated or inside
    kind = row[named.kind + min(shift, 0)].words if named.kind is not None else ""
    for column, year, growth in named.goals:
        cell = row[column + min(shift, 0)]
        figure = _figure(cell.words, "%" if growth else unit)
        if figure is not None:
            yield _target(
                figure, cell, row, indicator + "年均增速" * growth, year, _binding(kind), sections
            )


def _name_and_unit(words: str) -> tuple[str, str]:
    """Part 城镇化率（%） into the name and the unit."""
    words = re.sub(r"^(?:[\d０-９]+[.．、]?|[（(][\d一二三四五六七八九十]+[)）])(?=\D)", "", words)
    match = _UNIT_IN_NAME.search(words)
    if match and _LIKELY_UNIT.search(match[1]):
        return words[: match.start()], match[1].replace("％", "%")
    return words, ""


def _figure(words: str, unit: str) -> Figure | None:
    """Return the figure of a cell; [13.5] is one summed over the years."""
    bare = _ENCLOSING.sub("", _ENCLOSING.sub("", words))
    if not re.match(r"[<>≥≤=~约超]{0,2}[\d]", bare) or len(bare) > 20:
        return None
    if unit and re.search(r"\d(?:左右|以上|以下|以内)?$", bare):
        bare = re.sub(
            r"(?<=\d)(?=(?:左右|以上|以下|以内)?$)", unit.replace("％", "%"), bare, count=1
        )
    found = figures("为" + bare)
    return found[0] if len(found) == 1 else None


def _binding(words: str) -> Binding | None:
    if "约束" in words:
        return "约束性"
    return "预期性" if "预期" in words else None


def _target(
    figure: Figure,
    cell: _Cell,
    row: _Row,
    indicator: str,
    year: int | None,
    binding: Binding | None,
    sections: Sequence[Section],
) -> Target:
    filled = [one for one in row if one.words]
    return Target(
        subject="",
        indicator=indicator,
        comparator=figure.comparator,
        value=figure.value,
        value_max=figure.value_max,
        unit=figure.unit,
        value_base=figure.value_base,
        value_max_base=figure.value_max_base,
        unit_base=figure.unit_base,
        year=year,
        year_from="sentence" if year is not None else None,
        per_year=False,
        binding=binding,
        section=section_at(sections, row[0].start),
        start=filled[0].start,
        end=filled[-1].end,
        figure_start=cell.start,
        figure_end=cell.end,
    )
