"""Characters with places on a page → lines in reading order; shared by pdf, ofd and ocr.

Official documents are set in one column, gazettes (公报) in two: a stretch of white down the page
that parts full lines on both sides. Heads that cross it divide the page into bands, and each band
is read down the left column, then down the right one.

Coordinates grow to the right and downwards, in whatever unit the format counts in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from corpus.readers.page_tables import Grid, Rule, grids

_CELL_GAP = 1.5
"""White space, in ems, that parts the cells of a table without rules."""
_WORD_GAP = 0.2
_FIGURE_GAP = 0.7
"""Older typesetting gives each figure the width of a 汉字: that is no space between them."""
_STRAY_GAP = 1.0
_DOUBLE = 0.1
"""Ems by which a character is shifted where bold is made by printing it twice."""
_BINS = 240
_GUTTER_LINES = 6
_GUTTER_MIDDLE = (0.3, 0.7)


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character, or a run recognised as one; ``y`` is that of its baseline, ``size`` its em."""

    text: str
    left: float
    right: float
    y: float
    size: float

    @property
    def middle(self) -> tuple[float, float]:
        """A point inside: Chinese type stands about a third of an em above its baseline."""
        return (self.left + self.right) / 2, self.y - 0.35 * self.size


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on one page, in any order; ``rules`` are the lines that may part a table."""

    width: float
    height: float
    glyphs: Sequence[Glyph]
    rules: Sequence[Rule] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a line that wide white space parts from the next."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line: ``column`` is 0 on the whole width, 1 and 2 in the left and right of two columns."""

    cells: tuple[Cell, ...]
    y: float
    size: float
    column: int = 0
    spaced: bool = False  # a space ends it

    @property
    def text(self) -> str:
        """The cells with a space between them."""
        return " ".join(cell.text for cell in self.cells)

    @property
    def left(self) -> float:
        """Where its first character begins."""
        return self.cells[0].left

    @property
    def right(self) -> float:
        """Where its last character ends."""
        return self.cells[-1].right


@dataclass(frozen=True, slots=True)
class TableRows:
    """A table as it is printed: its rows' cells, one text each; ``columns`` where they begin."""

    rows: tuple[tuple[str, ...], ...]
    columns: tuple[float, ...]
    y: float
    size: float


Block = Line | TableRows


def is_cjk(character: str) -> bool:
    """Whether no space stands beside this character: 汉字, Chinese punctuation, full width forms.

    >>> [is_cjk(character) for character in "年，a5“"]
    [True, True, False, False, True]
    """
    return character >= "\u2e80" or character in "“”‘’—…·①②③④⑤⑥⑦⑧⑨⑩"


def joint(before: str, after: str, *, spaced: bool = False) -> str:
    """Return what stands between a line and the one it goes on in: nothing, or a space.

    >>> joint("高质量", "发展"), joint("smart", "city"), joint("到20", "25年")
    ('', ' ', '')
    """
    if not before or not after or is_cjk(before[-1]) or is_cjk(after[0]):
        return ""
    letters = before[-1].isalpha() and after[0].isalpha()
    return " " if spaced or letters else ""


def wrapped(lines: Iterable[Line]) -> str:
    """Join lines that are one paragraph, or one cell."""
    text = ""
    spaced = False
    for line in lines:
        text += joint(text, line.text, spaced=spaced) + line.text
        spaced = line.spaced
    return text


def read_page(page: Page, gutter: float | None = None) -> tuple[list[Block], float | None]:
    """Return the blocks of a page in reading order, and where it has white between two columns.

    ``gutter`` is where the pages before had it: the last page of a text in two columns may fill
    the left one only.
    """
    blocks = _Blocks(page)
    return blocks.in_order(gutter), blocks.gutter


class _Blocks:
    """The tables of a page, and the characters outside them."""

    def __init__(self, page: Page) -> None:
        self.tables: list[TableRows] = []
        self.glyphs = [glyph for glyph in page.glyphs if glyph.size > 0]
        for grid in grids(page.rules):
            self._take(grid)
        self.gutter = _gutter(self.glyphs, page.width)

    def _take(self, grid: Grid) -> None:
        inside: dict[tuple[int, int], list[Glyph]] = {}
        outside: list[Glyph] = []
        for glyph in self.glyphs:
            place = grid.cell_at(*glyph.middle)
            if place is None:
                outside.append(glyph)
            else:
                inside.setdefault(place, []).append(glyph)
        rows = tuple(
            tuple(wrapped(lines(inside.get((row, at), []))) for at in range(grid.width))
            for row in range(grid.height)
        )
        rows = tuple(row for row in rows if any(row))
        filled = sum(any(row[at] for row in rows) for at in range(grid.width))
        if len(rows) < 2 or filled < 2:
            return  # a frame around text, or a form nobody filled in
        self.glyphs = outside
        sizes = [glyph.size for glyphs in inside.values() for glyph in glyphs]
        self.tables.append(TableRows(rows, tuple(grid.xs), grid.ys[0], median(sizes)))

    def in_order(self, shared: float | None) -> list[Block]:
        at = self.gutter
        if at is None and shared is not None and not _crossed(self.glyphs, shared):
            at = shared
        if at is None:
            blocks: list[Block] = [*lines(self.glyphs), *self.tables]
            return sorted(blocks, key=lambda block: block.y)
        return list(_two_columns(self.glyphs, self.tables, at))


def lines(glyphs: Sequence[Glyph], column: int = 0) -> list[Line]:
    """Return the lines that the characters stand in, from the top down."""
    made = (_line(row, column) for row in _rows(glyphs))
    return [line for line in made if line is not None]


def _rows(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Yield the characters of each line from left to right."""
    row: list[Glyph] = []
    total = size = 0.0
    for glyph in sorted(glyphs, key=lambda glyph: glyph.y):
        if row and glyph.y - total / len(row) > 0.5 * max(size, glyph.size):
            yield sorted(row, key=lambda glyph: glyph.left)
            row, total, size = [], 0.0, 0.0
        row.append(glyph)
        total += glyph.y
        size = max(size, glyph.size)
    if row:
        yield sorted(row, key=lambda glyph: glyph.left)


def _line(row: Sequence[Glyph], column: int) -> Line | None:
    cells: list[Cell] = []
    space = False
    last: Glyph | None = None
    for glyph in row:
        if glyph.text.isspace():
            space = space or glyph.right - glyph.left > 0.1 * glyph.size
            continue
        if last is not None and _printed_twice(last, glyph):
            continue
        _add(cells, last, glyph, space)
        last, space = glyph, False
    if not cells:
        return None
    shown = [glyph for glyph in row if not glyph.text.isspace()]
    y = median(glyph.y for glyph in shown)
    return Line(tuple(cells), y, median(glyph.size for glyph in shown), column, space)


def _printed_twice(one: Glyph, other: Glyph) -> bool:
    near = _DOUBLE * one.size
    return one.text == other.text and other.left - one.left < near and abs(other.y - one.y) < near


def _add(cells: list[Cell], last: Glyph | None, glyph: Glyph, space: bool) -> None:
    """Put a character to the last cell, or into a new one behind wide white space."""
    if last is None:
        cells.append(Cell(glyph.text, glyph.left, glyph.right))
        return
    ems = (glyph.left - cells[-1].right) / max(glyph.size, last.size)
    if ems > _CELL_GAP:
        cells.append(Cell(glyph.text, glyph.left, glyph.right))
        return
    text = cells[-1].text + _between(last.text[-1], glyph.text[0], ems, space) + glyph.text
    cells[-1] = Cell(text, cells[-1].left, max(cells[-1].right, glyph.right))


def _between(before: str, after: str, ems: float, space: bool) -> str:
    """Return the space between two characters of a line: as it was typed, or seen between words.

    Word processors set a quarter of an em between 汉字 and figures; that is no space.
    """
    if space:
        return " "
    figures = before.isdigit() and after.isdigit()
    least = _FIGURE_GAP if figures else _WORD_GAP
    if is_cjk(before) or is_cjk(after):
        least = _STRAY_GAP
    return " " if ems > least else ""


def _gutter(glyphs: Sequence[Glyph], width: float) -> float | None:
    """Return where the white between two columns is; None for a page of one."""
    shown = [glyph for glyph in glyphs if not glyph.text.isspace()]
    if len(shown) < 2 * _GUTTER_LINES or width <= 0:
        return None
    at = _white(shown, width)
    if at is None:
        return None
    left = [glyph for glyph in shown if glyph.right <= at]
    right = [glyph for glyph in shown if glyph.left >= at]
    return at if _full(left) and _full(right) else None


def _white(shown: Sequence[Glyph], width: float) -> float | None:
    """Return the middle of the widest white stretch down the middle of the page."""
    bins = [0] * (_BINS + 1)
    for glyph in shown:
        first, last = (int(_BINS * x / width) for x in (glyph.left, glyph.right))
        for place in range(max(first, 0), min(last, _BINS) + 1):
            bins[place] += 1
    few = 0.1 * median(count for count in bins if count)
    low, high = (int(share * _BINS) for share in _GUTTER_MIDDLE)
    best = (0, 0)
    start = low
    for place in range(low, high + 1):
        if bins[place] > few:
            start = place + 1
        elif place + 1 - start > best[1] - best[0]:
            best = (start, place + 1)
    wide = (best[1] - best[0]) * width / _BINS
    if wide < 0.7 * median(glyph.size for glyph in shown):
        return None
    return (best[0] + best[1]) / 2 * width / _BINS


def _full(side: Sequence[Glyph]) -> bool:
    """Whether one side of the white is running text: most lines reach across it."""
    found = lines(side)
    if len(found) < _GUTTER_LINES:
        return False
    across = max(line.right for line in found) - min(line.left for line in found)
    full = sum(line.right - line.left >= 0.8 * across for line in found)
    letters = median(len(line.text) for line in found)
    return full >= 0.5 * len(found) and letters >= 8


def _crossed(glyphs: Sequence[Glyph], at: float) -> bool:
    """Whether more than a few lines run over ``at``."""
    over = sum(glyph.left < at < glyph.right for glyph in glyphs)
    return over > 2


def _two_columns(
    glyphs: Sequence[Glyph], tables: Sequence[TableRows], at: float
) -> Iterator[Block]:
    """Yield band after band: what crosses the white, then the left and the right below it."""
    across: list[Block] = list(tables)
    beside: list[Line] = []
    for row in _rows(glyphs):
        if any(glyph.left < at < glyph.right for glyph in row if not glyph.text.isspace()):
            line = _line(row, 0)
            across += [line] if line is not None else []
    crossing = sorted(block.y for block in across)
    taken = {block.y for block in across if isinstance(block, Line)}
    for column, side in enumerate(_sides(glyphs, at), start=1):
        beside += [line for line in lines(side, column) if not _near(line, taken)]
    keyed = [(2 * bisect_right(crossing, block.y) - 1, 0, block.y, block) for block in across]
    bands = [(2 * bisect_right(crossing, line.y), line.column, line.y, line) for line in beside]
    for *_, block in sorted([*keyed, *bands], key=lambda item: item[:3]):
        yield block


def _sides(glyphs: Sequence[Glyph], at: float) -> tuple[list[Glyph], list[Glyph]]:
    left = [glyph for glyph in glyphs if glyph.left + glyph.right < 2 * at]
    right = [glyph for glyph in glyphs if glyph.left + glyph.right >= 2 * at]
    return left, right


def _near(line: Line, taken: Iterable[float]) -> bool:
    return any(abs(line.y - y) < 0.5 * line.size for y in taken)
