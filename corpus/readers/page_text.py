"""Pages of lines → one text: furniture dropped, hard wraps joined, tables kept, page starts noted.

How a paragraph is told in print (GB/T 9704—2012, 7.3.3: 每个自然段左空二字，回行顶格): its first
line is indented by two characters, and every line but the last is full. A line is full when the
next word would not have fitted. Where a file indents nothing, labels and white space between
lines open paragraphs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from statistics import median

from corpus.document import Layout, Table
from corpus.fold import fold, fold_for_structure
from corpus.lines import ends_sentence
from corpus.numbering import label_at, line_label
from corpus.readers.content import Content
from corpus.readers.page_lines import Block, Line, Page, TableRows, joint, read_page
from corpus.readers.page_setting import INDENT, Setting

_NUMBER = re.compile(
    r"[-—–―−·•.~_\s]*(?:第\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*页)?"
    r"(?:\s*[/,、共]+\s*\d{1,4}\s*页?)?[-—–―−·•.~_\s]*"
    r"|page\s*\d{1,4}(?:\s*of\s*\d{1,4})?"
)
"""A page number alone on its line: 3, —3—, - 3 -, 第3页, 第3页共9页, 3/9, Page 3 of 9."""
_EDGE = 0.13
"""Share of a page's height, above and below, in which furniture stands."""
_EDGE_LINES = 3
_REPEATS = 3
_OTHER_SIZE = 0.2
_WIDE_PITCH = 1.45
_TABLE_ROWS = 3
_LEADER = re.compile(r"(?<![.·•…])[.·•…]{3,}+\s*[-—]?\d+[-—]?$")
_PAGE_FIGURE = re.compile(r"[-—(（]?\d{1,3}[-—)）]?")
_NUMBERED = ("序号\t", "编号\t")
_GOES_ON = tuple("，、,（(《“‘〔[")
_OPENING_STYLES = frozenset(
    {"han", "han_bracket", "arabic", "arabic_bracket", "arabic_half", "circled",
     "part", "chapter", "section", "article"}
)  # fmt: skip


def text_of(pages: Iterable[Page]) -> Content:
    """Return the pages as one text; a paragraph that crosses a page is one line of it."""
    blocks: list[list[Block]] = []
    sheets: list[Page] = []
    gutters: list[float] = []
    for page in pages:
        shared = median(gutters) if 2 * len(gutters) >= len(blocks) > 0 else None
        found, gutter = read_page(page, shared)
        blocks.append(found)
        sheets.append(replace(page, glyphs=(), rules=()))
        gutters += [gutter] if gutter is not None else []
    kept = _without_furniture(blocks, [sheet.height for sheet in sheets])
    numbered = [(number, block) for number, page in enumerate(kept) for block in _aligned(page)]
    writer = _Writer(Setting.of(numbered, [sheet.width for sheet in sheets]), len(kept))
    for number, block in numbered:
        writer.add(number, block)
    return writer.content()


# Furniture


def _without_furniture(pages: Sequence[list[Block]], heights: Sequence[float]) -> list[list[Block]]:
    """Drop page numbers alone at an edge, and lines there that come again page after page."""
    edges = [_edges_of(page, height) for page, height in zip(pages, heights, strict=True)]
    times = Counter(
        form for sides in edges for form in {_form(line) for side in sides for line in side}
    )
    least = max(_REPEATS, 0.3 * len(pages))  # left and right pages may differ
    dropped: set[int] = set()
    for side in chain.from_iterable(edges):
        for line in side:
            if times[_form(line)] < least and not _NUMBER.fullmatch(fold(line.text)):
                break  # what stands further in is text
            dropped.add(id(line))
    return [[block for block in page if id(block) not in dropped] for page in pages]


def _edges_of(page: Sequence[Block], height: float) -> tuple[list[Line], list[Line]]:
    """Return the lines near the head and the foot of a page, each from its edge inwards."""
    found = sorted((block for block in page if isinstance(block, Line)), key=lambda line: line.y)
    head = [line for line in found[:_EDGE_LINES] if line.y < _EDGE * height]
    foot = [line for line in reversed(found[-_EDGE_LINES:]) if line.y > (1 - _EDGE) * height]
    return head, foot


def _form(line: Line) -> str:
    """Return the line with every number the same: what a running head keeps."""
    return re.sub(r"\d+", "#", "".join(fold(line.text).split()))


# Tables without rules


def _aligned(page: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks with runs of lines whose cells stand under each other made into tables."""
    run: list[Line] = []
    for block in page:
        if isinstance(block, Line) and len(block.cells) > 1 and (not run or _under(run, block)):
            run.append(block)
            continue
        yield from _flush(run)
        run = [block] if isinstance(block, Line) and len(block.cells) > 1 else []
        if not run:
            yield block
    yield from _flush(run)


def _under(run: Sequence[Line], line: Line) -> bool:
    """Whether each cell of a line stands under its own column and reaches into no other."""
    above = run[-1]
    if len(line.cells) != len(above.cells) or line.column != above.column:
        return False
    near = 3 * line.size
    if not 0 < line.y - above.y < near:
        return False
    pairs = zip(above.cells, line.cells, strict=True)
    if not all(one.left < other.right and other.left < one.right for one, other in pairs):
        return False
    following = zip(above.cells, line.cells[1:], strict=False)
    return all(one.right < other.left for one, other in following)


def _flush(run: Sequence[Line]) -> Iterator[Block]:
    if len(run) < _TABLE_ROWS or all(_labelled(line) or _in_contents(line) for line in run):
        yield from run
        return
    rows = tuple(tuple(cell.text for cell in line.cells) for line in run)
    columns = tuple(cell.left for cell in run[0].cells)
    yield TableRows(rows, columns, run[0].y, run[0].size)


def _labelled(line: Line) -> bool:
    """Whether white space only parts a label from its text: 第一条  为了…."""
    first = fold_for_structure(line.cells[0].text)
    label = label_at(first, 0)
    return len(line.cells) == 2 and label is not None and label.end == len(first)


def _in_contents(line: Line) -> bool:
    """Whether a line is of a table of contents: it ends in dots, or wide white, and a page."""
    if _LEADER.search(line.text):
        return True
    return len(line.cells) > 1 and _PAGE_FIGURE.fullmatch(line.cells[-1].text) is not None


# Paragraphs


@dataclass(slots=True)
class _Writer:
    """Puts blocks to the end of the text and decides where a paragraph goes on."""

    setting: Setting
    pages: int
    text: list[str] = field(default_factory=list)
    length: int = 0
    starts: list[int] = field(default_factory=list)
    tables: list[list[tuple[int, int]]] = field(default_factory=list)
    """The spans of the rows of each."""
    last: tuple[int, Line] | None = None
    columns: tuple[float, ...] = ()
    """Columns of the table that the text ends in."""
    header: str = ""
    row: tuple[str, ...] = ()

    def add(self, number: int, block: Block) -> None:
        if isinstance(block, TableRows):
            self._part()
            self._turn(number)
            self._table(block)
            return
        self.columns = ()
        if self.last is not None and self._goes_on(*self.last, number, block):
            self._put(joint(self.text[-1], block.text, spaced=self.last[1].spaced))
        else:
            self._part()
        self._turn(number)
        self._put(block.text)
        self.last = number, block

    def content(self) -> Content:
        if self.length and self.text[-1] == "\n":
            self.text.pop()
            self.length -= 1
        self._turn(self.pages - 1)
        tables = tuple(Table(rows[0][0], rows[-1][1], tuple(rows)) for rows in self.tables)
        layout = Layout(pages=tuple(self.starts), tables=tables)
        return Content("".join(self.text), layout)

    def _put(self, text: str) -> None:
        if text:
            self.text.append(text)
            self.length += len(text)

    def _part(self) -> None:
        if self.length and self.text[-1] != "\n":
            self._put("\n")

    def _turn(self, number: int) -> None:
        """Note that what comes next stands on page ``number``."""
        while len(self.starts) <= number:
            self.starts.append(self.length if self.starts else 0)

    def _table(self, table: TableRows) -> None:
        """Write a table's rows; one that goes on from the page before has one header only."""
        rows = list(table.rows)
        if self._table_goes_on(table):
            rows = rows[1:] if _row(rows[0]) == self.header else rows
            if rows and self._broken(rows[0]):
                rows[0] = self._unwritten_row(rows[0])
        else:
            self.tables.append([])
            self.header = _row(rows[0])
        for cells in rows:
            row = _row(cells)
            self.tables[-1].append((self.length, self.length + len(row)))
            self._put(row)
            self._put("\n")
            self.row = cells
        self.last, self.columns = None, table.columns

    def _broken(self, cells: tuple[str, ...]) -> bool:
        """Whether a page begins in the middle of a row: its number and short cells are above.

        A first cell alone that is empty may be merged over rows, unless it is for the number.
        """
        numbered = self.header.startswith(_NUMBERED)
        below_header = len(self.tables[-1]) > 1
        return below_header and not cells[0] and (numbered or cells.count("") > 1)

    def _unwritten_row(self, rest: tuple[str, ...]) -> tuple[str, ...]:
        """Take back the row that a page broke, and return it whole."""
        self.length -= len(self.text.pop()) + len(self.text.pop())
        self.tables[-1].pop()
        pairs = zip(self.row, rest, strict=True)
        return tuple(one + joint(one, other) + other for one, other in pairs)

    def _table_goes_on(self, table: TableRows) -> bool:
        """Whether the text ends in a table with the same columns."""
        return 0 < len(self.columns) == len(table.columns) and all(
            abs(one - other) < table.size
            for one, other in zip(self.columns, table.columns, strict=True)
        )

    def _goes_on(self, number: int, line: Line, page: int, after: Line) -> bool:
        """Whether a paragraph goes on from one line to the next."""
        if _in_contents(line):
            return False
        if abs(line.size - after.size) > _OTHER_SIZE * max(line.size, after.size):
            return False
        if self._title_goes_on(number, line, page, after):
            return True
        opens = self._opens(page, after)
        if not self.setting.full(number, line, after):
            return line.text.endswith(_GOES_ON) and not opens
        ended = _ends_sentence(line.text)
        if self.setting.indent(page, after) >= INDENT[0]:
            return not (ended or opens or self.setting.indents)
        if self.setting.indents or not ended:
            return True
        return not opens and not self._apart(number, line, page, after)

    def _opens(self, page: int, line: Line) -> bool:
        """Whether a line begins as a paragraph does: with a label or, where usual, an indent."""
        if self.setting.indents and self.setting.indent(page, line) >= INDENT[0]:
            return True
        folded = fold_for_structure(line.text)
        label = label_at(folded, 0)
        if label is not None:
            return label.style in _OPENING_STYLES
        return line_label(folded, 0, len(folded)) is not None

    def _apart(self, number: int, line: Line, page: int, after: Line) -> bool:
        """Whether more white than usual stands between two lines of a page."""
        if number != page or line.column != after.column:
            return False
        return after.y - line.y > _WIDE_PITCH * self.setting.pitch * after.size

    def _title_goes_on(self, number: int, line: Line, page: int, after: Line) -> bool:
        """Whether both are lines of one title: larger than the text, centred, close together."""
        setting = self.setting
        return (
            number == page
            and line.size > 1.15 * setting.size
            and abs(line.size - after.size) < 0.05 * line.size
            and 0 < after.y - line.y < 2.2 * line.size
            and (setting.centred(number, line) or setting.full(number, line, after))
            and setting.centred(page, after)
            and not _begins_anew(after)
        )


def _begins_anew(line: Line) -> bool:
    """Whether a line under a title is no part of it: a label, a date in brackets, ——副标题."""
    folded = fold_for_structure(line.text)
    return label_at(folded, 0) is not None or folded[0] in "(—-"


def _row(cells: Iterable[str]) -> str:
    return "\t".join(" ".join(cell.split()) for cell in cells)


def _ends_sentence(text: str) -> bool:
    folded = fold(text)
    return ends_sentence(folded, 0, len(folded))
