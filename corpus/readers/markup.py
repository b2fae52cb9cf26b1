"""HTML elements → lines of text with their headings and tables; every walk is without recursion.

White space is as a browser shows it, but for one thing: a line break in the source between two
Chinese characters shows as a blank there and is none in Chinese, so it goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from corpus.document import Layout, Span, StyledHeading, Table
from corpus.readers.fields import clean
from corpus.readers.grid import Cells, Grid, data_grid, short_rows, stated_lines

Skip = Callable[[etree._Element], bool]
"""Which elements are left out, with all that is in them but not what follows them."""
Kind = Literal["start", "end", "text", "whole"]
Event = tuple[Kind, etree._Element, str]

UNSEEN = frozenset((
    "script", "style", "noscript", "template", "head", "iframe", "object", "embed", "applet",
    "svg", "canvas", "audio", "video", "button", "input", "select", "option", "textarea",
    "datalist", "map", "link", "meta", "math", "frameset", "noframes",
))  # fmt: skip
"""Elements whose inside is no text of the page."""
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    "ucaptitle", "ucapcontent", "ucapsource",
))  # fmt: skip
_CELLS = frozenset(("td", "th"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)

_WIDE = r"[\u2e80-\u303f\u30fb-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—]"
_BREAK_IN_CHINESE = re.compile(rf"(?<={_WIDE})[ \t\f]*+\n[ \t\n\f]*+(?={_WIDE})")
_BLANKS = re.compile(r"[ \t\n\f]+")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff\u00ad]")
_NUMBERED = re.compile(
    r"[(（]?(?:[一二三四五六七八九十百]{1,4}|\d{1,3})[、.．)）]|[①-⑳]|第.{1,5}[章节条]"
)
_HEADING_MAX = 120
"""Characters of a heading; a whole paragraph set as one was only to be shown in large type."""


def is_textless(element: etree._Element) -> bool:
    """Whether the inside of the element is no text of a page, shown or not."""
    return element.tag in UNSEEN


def is_unseen(element: etree._Element) -> bool:
    """Whether a browser shows nothing of the element.

    Of the page as a whole that is never so: some sites hide it until their script has run.
    """
    if element.tag in UNSEEN:
        return True
    if element.tag in ("html", "body"):
        return False
    style = element.get("style")
    hidden = style is not None and _HIDDEN.search(style) is not None
    return hidden or element.get("hidden") is not None


def events(
    root: etree._Element, skip: Skip, whole: Collection[etree._Element] = ()
) -> Iterator[Event]:
    """Yield what is met from ``root`` in reading order, in time linear in its size.

    A text comes with the element it stands in. Elements in ``whole`` are met as one, unentered.
    """
    yield "start", root, ""
    if root.text:
        yield "text", root, root.text
    stack = [(root, iter(root))]
    while stack:
        parent, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "end", parent, ""
            if stack and parent.tail:
                yield "text", stack[-1][0], parent.tail
            continue
        inside = isinstance(child.tag, str) and not skip(child)
        if inside and child not in whole:
            yield "start", child, ""
            if child.text:
                yield "text", child, child.text
            stack.append((child, iter(child)))
            continue
        if inside:
            yield "whole", child, ""
        if child.tail:
            yield "text", parent, child.tail


def shown(pieces: list[str]) -> str:
    """Return the characters of one line as shown."""
    text = _INVISIBLE.sub("", clean("".join(pieces).replace("\r", "\n")))
    text = _BLANKS.sub(" ", _BREAK_IN_CHINESE.sub("", text))
    return text.replace("\u00a0", " ").strip()


@dataclass(slots=True)
class Lines:
    """A text that grows line by line, with where its headings and tables stand."""

    limit: int
    lines: list[str] = field(default_factory=list)
    length: int = 0
    headings: list[StyledHeading] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def add(self, line: str) -> Span:
        """Add a line; raises OverflowError when the text is over its limit."""
        start = self.length
        self.lines.append(line)
        self.length += len(line) + 1
        if self.length > self.limit + 1:
            raise OverflowError
        return start, start + len(line)

    def add_table(self, grid: Grid) -> None:
        """Add a line a row; leading rows of one cell are the table's title, before the table."""
        titles = grid.title_rows
        for row in grid.rows[:titles]:
            self.add("".join(row))
        spans = tuple(self.add("\t".join(row)) for row in grid.rows[titles:])
        header_rows = min(max(1, grid.header_rows - titles), len(spans))
        self.tables.append(Table(spans[0][0], spans[-1][1], spans, header_rows))

    def extend(self, other: Lines) -> None:
        """Add the lines of another text."""
        by = self.length
        self.lines += other.lines
        self.length += other.length
        self.headings += [StyledHeading(h.start + by, h.end + by, h.level) for h in other.headings]
        self.tables += [_moved(table, by) for table in other.tables]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)

    @property
    def layout(self) -> Layout:
        """What is known of the text beyond its characters."""
        return Layout(headings=tuple(self.headings), tables=tuple(self.tables))


def _moved(table: Table, by: int) -> Table:
    rows = tuple((start + by, end + by) for start, end in table.rows)
    return Table(table.start + by, table.end + by, rows, table.header_rows)


def write(
    root: etree._Element, lines: Lines, skip: Skip, *, before: etree._Element | None = None
) -> None:
    """Add what ``root`` shows to ``lines``, up to the element ``before`` when one is given.

    Headings are h1 to h6, tables those that hold data; automatic numbers of lists are written out.
    """
    writer = _Writer(lines, _leaf_tables(root, skip), skip)
    if root in writer.grids:
        writer.whole(root)
        return
    for kind, element, text in events(root, skip, writer.grids):
        if element is before:
            break
        writer.take(kind, element, text)
    writer.flush()


def _leaf_tables(root: etree._Element, skip: Skip) -> list[etree._Element]:
    """Return the tables that hold no other table; one that does lays out a page."""
    if next(root.iter("table"), None) is None:
        return []
    leaves: dict[etree._Element, None] = {}
    stack: list[etree._Element] = []
    for kind, element, _ in events(root, skip):
        if element.tag != "table" or kind == "text":
            continue
        if kind == "end":
            stack.pop()
            continue
        if stack:
            leaves.pop(stack[-1], None)
        stack.append(element)
        leaves[element] = None
    return list(leaves)


class _Writer:
    """Turns events into lines."""

    def __init__(self, lines: Lines, tables: list[etree._Element], skip: Skip) -> None:
        self.lines = lines
        self.pieces: list[str] = []
        self.heading: int | None = None
        self.preformatted = 0
        self.counters: list[int | None] = []  # one for each open list; None for one without numbers
        self.marker = ""
        self.grids: dict[etree._Element, Grid] = {}
        self.outside: dict[etree._Element, list[str]] = {}
        self.inline_rows: set[etree._Element] = set()
        for table in tables:
            rows, outside = cell_rows(table, skip)
            grid = data_grid(rows)
            if grid is not None:
                self.grids[table] = grid
                self.outside[table] = outside
            else:
                self.inline_rows |= short_rows(rows)

    def take(self, kind: Kind, element: etree._Element, text: str) -> None:
        """Take the next event."""
        if kind == "text":
            self._text(text)
        elif kind == "start":
            self._start(element)
        elif kind == "end":
            self._end(element)
        else:
            self.flush()
            self.whole(element)

    def whole(self, table: etree._Element) -> None:
        """Add a table of data, or the lines that a header table of a page states."""
        for line in self.outside[table]:
            self.lines.add(line)
        stated = stated_lines(self.grids[table])
        if stated is None:
            self.lines.add_table(self.grids[table])
            return
        for line in stated:
            self.lines.add(line)

    def flush(self) -> None:
        """End the line."""
        line = shown(self.pieces) if self.pieces else ""
        self.pieces.clear()
        if not line:
            return
        if self.marker and not _NUMBERED.match(line):
            line = f"{self.marker}{line}"
        self.marker = ""
        start, end = self.lines.add(line)
        if self.heading is not None and len(line) <= _HEADING_MAX and not line.endswith("。"):
            self.lines.headings.append(StyledHeading(start, end, self.heading))

    def _text(self, text: str) -> None:
        if not self.preformatted:
            self.pieces.append(text)
            return
        first, *others = text.split("\n")
        self.pieces.append(first)
        for line in others:
            self.flush()
            self.pieces.append(line)

    def _start(self, element: etree._Element) -> None:
        tag = element.tag
        if tag == "br":
            self._break()
        elif self._in_row(element):
            self.pieces.append(" ")
        elif tag in _BLOCKS:
            self.flush()
        if tag in _HEADINGS:
            self.heading = _HEADINGS[tag]
        elif tag == "a" and element.get("href"):
            self.heading = None  # an entry of a list of pages, however large
        elif tag == "pre":
            self.preformatted += 1
        elif tag in ("ol", "ul"):
            self.counters.append(_integer(element.get("start"), 1) if tag == "ol" else None)
        elif tag == "li":
            self._entry(element)

    def _break(self) -> None:
        """A heading of two lines is one heading."""
        if self.heading is None:
            self.flush()
        else:
            self.pieces.append("\n")

    def _entry(self, element: etree._Element) -> None:
        number = self.counters[-1] if self.counters else None
        if number is not None:
            number = _integer(element.get("value"), number)
            self.marker = f"{number}."
            self.counters[-1] = number + 1

    def _end(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _BLOCKS and not self._in_row(element):
            self.flush()
        if tag in _HEADINGS:
            self.heading = None
        elif tag == "pre":
            self.preformatted -= 1
        elif tag in ("ol", "ul"):
            self.counters.pop()

    def _in_row(self, element: etree._Element) -> bool:
        """Whether the element is a cell, or stands right in one, of a row that is one line."""
        if not self.inline_rows:
            return False
        parent = element.getparent()
        if element.tag in _CELLS:
            return parent in self.inline_rows
        if parent is None or parent.tag not in _CELLS:
            return False
        return parent.getparent() in self.inline_rows


def cell_rows(table: etree._Element, skip: Skip) -> tuple[Cells, list[str]]:
    """Return the cells of each row of a table with no table inside, with what they show.

    With them the lines that stand in no cell: a caption, or text put in the wrong place.
    """
    rows: Cells = []
    outside: list[str] = []
    pieces: list[str] = []
    cell: etree._Element | None = None
    for kind, element, text in events(table, skip):
        if kind == "text":
            pieces.append(text)
        elif element.tag in _CELLS and kind == "start":
            outside.append(shown(pieces))
            pieces.clear()
            cell = element
        elif element is cell:
            rows = rows or [[]]
            rows[-1].append((element, shown(pieces).replace("\t", " ")))
            pieces.clear()
            cell = None
        elif element.tag == "tr" and kind == "start":
            rows.append([])
        elif element.tag in _BLOCKS or element.tag == "br":
            pieces.append(" ")
    outside.append(shown(pieces))
    return rows, [line for line in outside if line]


def _integer(value: str | None, default: int) -> int:
    return int(value) if value is not None and re.fullmatch(r"\d{1,6}", value) else default
