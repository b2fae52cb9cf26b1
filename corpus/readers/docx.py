"""Word files (docx, docm, dotx; ECMA-376): the text as printed, headings and tables.

The parts are read as XML directly: what automatic numbering, fields and tracked changes print is
in no object model, and files whose pictures or links are broken are read all the same.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from itertools import chain

from lxml import etree

from corpus.document import Layout, StyledHeading, Table
from corpus.errors import DocumentError
from corpus.readers.bounded import check_zip, damaged, encrypted, parse_xml, read_member
from corpus.readers.content import DEFAULT_LIMITS, Content, Limits
from corpus.readers.word_numbering import Numbering
from corpus.readers.word_styles import Styles, W, is_on, number, value
from corpus.readers.word_text import ParagraphText

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How the compound files of the old Office formats and of encrypted new ones begin."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_STRICT_MATH = b"http://purl.oclc.org/ooxml/officeDocument/math"
_NAMES = (
    (_STRICT, W[1:-1].encode()),
    (_STRICT_MATH, b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
)
"""ISO/IEC 29500 strict differs for our purpose in the names of its namespaces only."""
_PARTS = ("styles", "numbering", "footnotes", "endnotes")
_COLUMNS = 64
"""Columns of a table; Word stops at 63."""
_HEADER_ROWS = 3
"""Rows that a merged header (指标 over two lines, 目标值 over 2025年 and 2030年) may have."""
_BREAKS = re.compile(r"[\t\r\n]+")
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


class DocxReader:
    """Reads Word files; page headers and footers, comments and deleted or hidden text stay out."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content]:
        """Yield the one document of the file: a line a paragraph, a line a table row.

        Labels of automatic numbering stand before the text they number; footnotes and endnotes
        follow after the text, each on a line of its own that begins with its number: [1].
        """
        package = _Package(data, source_name, limits)
        reading = _Reading(package, _Lines(source_name, limits.characters))
        content = reading.content()
        if not content.text.strip():
            raise DocumentError(
                source_name,
                "文档里没有文字，可能只有扫描图片",
                accepted="接受含有文字的 Word 文档",
                advice="请核对文件；如是扫描件，请先做文字识别再添加",
            )
        yield content


class _Package:
    """The XML parts of a Word file, found through the relations between them."""

    def __init__(self, data: bytes, source_name: str, limits: Limits) -> None:
        self.source_name = source_name
        if data.startswith(OLE_MAGIC):
            raise _ole(data, source_name)
        self._archive: zipfile.ZipFile = check_zip(data, source_name=source_name, limits=limits)
        # Names of parts are told apart without regard to case, and some writers part by \.
        self._names = {_folded(name): name for name in self._archive.namelist()}
        main = self._relations("").get("officeDocument", "word/document.xml")
        found = self._part(main)
        if found is None or found.tag != W + "document":
            raise damaged(source_name, "不是 Word 文档：压缩包里没有正文部件")
        self.document = found
        related = self._relations(main)
        self.parts = {name: self._part(related[name]) for name in _PARTS if name in related}

    def _part(self, name: str) -> etree._Element | None:
        """Return the root of a part, None when the file does not hold it."""
        data = read_member(
            self._archive, self._names.get(_folded(name), name), source_name=self.source_name
        )
        if data is None:
            return None
        for strict, usual in _NAMES:
            data = data.replace(strict, usual)
        return parse_xml(data, source_name=self.source_name, part=name)

    def _relations(self, name: str) -> dict[str, str]:
        """Return kind → part of the parts that a part refers to (the package: "")."""
        folder, base = posixpath.split(name)
        root = self._part(posixpath.join(folder, "_rels", base + ".rels"))
        found: dict[str, str] = {}
        for relation in () if root is None else root:
            kind = relation.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
            found.setdefault(kind, target.lstrip("/"))
        return found


class _Lines:
    """The lines of a text as they are found, with what the format says of some."""

    def __init__(self, source_name: str, most: int) -> None:
        self._source_name = source_name
        self._most = most
        self._end = -1
        self.lines: list[str] = []
        self.headings: list[StyledHeading] = []
        self.tables: list[Table] = []

    def add(self, line: str, level: int | None = None) -> tuple[int, int]:
        """Add a line, which may hold soft breaks; return its span."""
        start = self._end + 1
        self._end = start + len(line)
        if self._end > self._most:
            raise DocumentError(
                self._source_name,
                f"正文超过{self._most}字",
                accepted=f"一份文件最多{self._most}字",
                advice="请拆分成较小的文件后再添加",
            )
        self.lines.append(line)
        if level is not None and (title := line.strip()):
            first = start + line.index(title)
            self.headings.append(StyledHeading(first, first + len(title), level))
        return start, self._end

    def inside(self) -> _Lines:
        """Return lines of their own for what becomes part of a cell or of a note."""
        return _Lines(self._source_name, self._most)

    def flat(self) -> str:
        """Return all lines as one, without tabs or breaks."""
        return " ".join(filter(None, (_BREAKS.sub(" ", line).strip() for line in self.lines)))


class _Reading:
    """One pass through the body of a file, in the order of the text."""

    def __init__(self, package: _Package, lines: _Lines) -> None:
        self._package = package
        self._lines = lines
        self._styles = Styles(package.parts.get("styles"))
        self._numbering = Numbering(package.parts.get("numbering"), self._styles)
        hidden = next(package.document.iter(W + "vanish"), None) is not None
        self._text = ParagraphText(self._styles, hiding=hidden or self._styles.hiding)
        self._carried: list[str] = []
        """Texts of paragraphs that go on in the next one."""

    def content(self) -> Content:
        """Return text and layout of the whole file."""
        for body in self._package.document.findall(W + "body"):
            self._blocks(body, self._lines)
        with self._numbering.apart():
            self._notes()
        text = "\n".join(self._lines.lines)
        layout = Layout(headings=tuple(self._lines.headings), tables=tuple(self._lines.tables))
        return Content(text, layout)

    def _blocks(self, parent: etree._Element, lines: _Lines) -> None:
        for block in _children(parent, (W + "p", W + "tbl")):
            if block.tag == W + "p":
                self._paragraph(block, lines)
            else:
                self._table(block, lines)
        if self._carried:
            lines.add("".join(self._carried))
            self._carried = []

    def _paragraph(self, paragraph: etree._Element, lines: _Lines) -> None:
        properties = paragraph.find(W + "pPr")
        style = value(properties, W + "pStyle") or self._styles.default
        self._carried.append(self._text.read(paragraph, style))
        boxes, self._text.boxes = self._text.boxes, []
        if not _joins_next(properties):
            text = "".join(self._carried).strip("\n")
            self._carried = []
            self._line(properties, style, text, lines, shown=not boxes)
        for box in boxes:
            with self._numbering.apart():
                self._blocks(box, lines)

    def _line(
        self,
        properties: etree._Element | None,
        style: str | None,
        text: str,
        lines: _Lines,
        *,
        shown: bool,
    ) -> None:
        """Add a paragraph; an empty one only where it is ``shown`` as an empty line."""
        if not text and self._mark_hidden(properties):
            return
        line = self._label(properties, style) + text
        if not text:
            line = line.rstrip()
        if line or shown:
            lines.add(line, self._heading_level(properties, style))

    def _mark_hidden(self, properties: etree._Element | None) -> bool:
        mark = None if properties is None else properties.find(W + "rPr")
        return bool(is_on(mark, "vanish"))

    def _heading_level(self, properties: etree._Element | None, style: str | None) -> int | None:
        own = number(value(properties, W + "outlineLvl"))
        if own is None:
            return self._styles.heading_level(style)
        return own + 1 if 0 <= own < 9 else None

    def _label(self, properties: etree._Element | None, style: str | None) -> str:
        own = None if properties is None else properties.find(W + "numPr")
        identifier, level, owner = self._styles.numbering(style)
        if own is not None:
            stated = value(own, W + "numId")
            if stated is not None:
                identifier, owner = stated, None
            own_level = number(value(own, W + "ilvl"))
            level = level if own_level is None else own_level
        elif owner is not None:
            tied = self._numbering.level_of_style(identifier, style, owner)
            level = level if tied is None else tied
        return self._numbering.label(identifier, level or 0)

    def _table(self, table: etree._Element, lines: _Lines) -> None:
        rows = [row for row in _children(table, (W + "tr",)) if not _deleted_row(row)]
        cells = [list(_children(row, (W + "tc",))) for row in rows]
        if all(len(row) <= 1 for row in cells):
            # A box of one column (专栏) is a frame around paragraphs, not a table.
            for cell in chain.from_iterable(cells):
                self._blocks(cell, lines)
            return
        above: dict[int, str] = {}
        spans = []
        for row, inside in zip(rows, cells, strict=True):
            line = "\t".join(self._row(row, inside, above, lines))
            if line.strip():
                spans.append(lines.add(line))
        if spans:
            header = min(_header_rows(rows, cells), len(spans))
            lines.tables.append(Table(spans[0][0], spans[-1][1], tuple(spans), header))

    def _row(
        self,
        row: etree._Element,
        cells: list[etree._Element],
        above: dict[int, str],
        lines: _Lines,
    ) -> list[str]:
        """Return the texts of a row by column, so that all rows of a table line up.

        What is merged over columns stands in the first of them. What is merged over rows stands
        in each, so that a row quoted alone still says which 类别 it belongs to; ``above`` holds
        it by column. Empty for a row that says nothing of its own.
        """
        stated = False
        texts = [""] * _span(value(row, f"{W}trPr/{W}gridBefore"), least=0)
        for cell in cells:
            column = len(texts)
            properties = cell.find(W + "tcPr")
            inside = lines.inside()
            self._blocks(cell, inside)
            text = inside.flat()
            stated = stated or bool(text)
            merged = None if properties is None else properties.find(W + "vMerge")
            if merged is None:
                above.pop(column, None)
            elif merged.get(W + "val", "continue") == "continue":
                text = text or above.get(column, "")
            else:
                above[column] = text
            width = _span(value(properties, W + "gridSpan"), least=1)
            texts += [text] + [""] * (width - 1)
        return texts if stated else []

    def _notes(self) -> None:
        texts = {
            kind: {note.get(W + "id", ""): note for note in _roots(self._package.parts.get(part))}
            for kind, part in (("footnote", "footnotes"), ("endnote", "endnotes"))
        }
        count = 0
        for kind in texts:
            for noted, identifier in list(dict.fromkeys(self._text.notes)):
                note = texts[kind].get(identifier) if noted == kind else None
                if note is None:
                    continue
                inside = self._lines.inside()
                self._blocks(note, inside)
                count += 1
                self._lines.add(f"[{count}] {inside.flat()}")


def _roots(root: etree._Element | None) -> list[etree._Element]:
    return [] if root is None else list(root)


def _children(parent: etree._Element, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    """Yield the children of a kind, also those in wrappers: content controls, insertions."""
    for child in parent:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS and not is_on(child.find(W + "sdtPr"), "showingPlcHdr"):
            yield from _children(child, tags)
        elif child.tag == _COMPATIBILITY + "AlternateContent":
            for alternative in list(child)[:1]:
                yield from _children(alternative, tags)


_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))


def _joins_next(properties: etree._Element | None) -> bool:
    """Return whether a paragraph goes on in the next: its end was deleted, or it is a drop cap."""
    if properties is None:
        return False
    frame = properties.find(W + "framePr")
    if frame is not None and frame.get(W + "dropCap", "none") != "none":
        return True
    mark = properties.find(W + "rPr")
    return mark is not None and any(mark.find(name) is not None for name in _REMOVED)


_REMOVED = (W + "del", W + "moveFrom")


def _deleted_row(row: etree._Element) -> bool:
    properties = row.find(W + "trPr")
    return properties is not None and properties.find(W + "del") is not None


def _header_rows(rows: list[etree._Element], cells: list[list[etree._Element]]) -> int:
    """Return how many rows name the columns: those marked, else the first with its merges."""
    marked = 0
    for row in rows:
        if not is_on(row.find(W + "trPr"), "tblHeader"):
            break
        marked += 1
    if marked:
        return marked
    wide = any(_span(value(cell, f"{W}tcPr/{W}gridSpan"), least=1) > 1 for cell in cells[0])
    deep = 1
    while wide and deep < min(len(cells), _HEADER_ROWS) and _continues(cells[deep]):
        deep += 1
    return deep


def _continues(cells: list[etree._Element]) -> bool:
    """Return whether a row goes on with a cell that is merged from above."""
    merges = (cell.find(f"{W}tcPr/{W}vMerge") for cell in cells)
    return any(
        merge is not None and merge.get(W + "val", "continue") == "continue" for merge in merges
    )


def _span(text: str | None, *, least: int) -> int:
    return min(max(number(text) or 0, least), _COLUMNS)


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _ole(data: bytes, source_name: str) -> DocumentError:
    if _ENCRYPTED in data:
        return encrypted(source_name)
    return damaged(source_name, "内容是旧版 Office 文档，与扩展名不符")
