"""OFD, the national format for fixed-layout documents (GB/T 33190—2016): a zip of XML.

OFD.xml names the documents, Document.xml their pages, each page its content in layers of text
objects. A text object says where its first character stands and how far on each next one is; lines
and paragraphs are told from these places as in a PDF; a page that is one picture goes to ocr. Page
templates (running heads, forms), annotations and seals are left out.
"""

from __future__ import annotations

import math
import posixpath
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from corpus.errors import DocumentError
from corpus.readers import ocr
from corpus.readers.bounded import check_zip, damaged, parse_xml, read_member
from corpus.readers.content import DEFAULT_LIMITS, Content, Limits
from corpus.readers.page_lines import Glyph, Page, is_cjk
from corpus.readers.page_tables import Rule
from corpus.readers.page_text import text_of

_POINTS = 72 / 25.4
"""Points a millimetre, the unit of OFD."""
_A4 = (210.0, 297.0)
_NARROW = 0.5
_THIN = 0.7
_UPRIGHT = 0.1
_OBJECTS_MAX = 200_000
_PATH = re.compile(r"([MLCSQABZ])|(-?\d+(?:\.\d*)?|-?\.\d+)", re.IGNORECASE)
_TEXT_MIN = 10
_REPEAT_MAX = 10_000

Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class OfdReader:
    """Reads the text of every document in the package."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content]:
        """Yield a document each; with several, ``part`` is 第n个文档."""
        package = _Package(check_zip(data, source_name=source_name, limits=limits), source_name)
        roots = package.documents()
        allowance = _Allowance(source_name, limits)
        for number, root in enumerate(roots, start=1):
            allowance.time()
            content = text_of(_pages(package, root, allowance))
            if not content.text and len(roots) == 1:
                raise damaged(source_name, "没有可读的文字，可能由图片组成")
            if content.text:
                part = f"第{number}个文档" if len(roots) > 1 else ""
                identity = f"{number}\0{content.text}".encode() if part else None
                yield Content(content.text, content.layout, part=part, identity=identity)


@dataclass(slots=True)
class _Allowance:
    """What is left of the limits while the pages are read."""

    source_name: str
    limits: Limits
    pages: int = 0
    unread: int = 0
    """Pages that are pictures, without ocr."""
    characters: int = 0
    started: float = 0.0

    def __post_init__(self) -> None:
        self.started = time.monotonic()

    def page(self) -> None:
        self.pages += 1
        if self.pages > self.limits.pages:
            self._refuse(f"页数超过上限{self.limits.pages}页")
        self.time()

    def time(self) -> None:
        if time.monotonic() - self.started > self.limits.seconds:
            self._refuse(f"读到第{self.pages}页时已用 {self.limits.seconds:.0f} 秒，超过上限")

    def end(self) -> None:
        if 2 * self.unread > self.pages:
            raise ocr.missing(self.source_name, "由图片组成，没有可读的文字")

    def text(self, characters: int) -> None:
        self.characters += characters
        if self.characters > self.limits.characters:
            self._refuse(f"超过{self.limits.characters}个字符")

    def _refuse(self, met: str) -> None:
        raise DocumentError(
            self.source_name,
            met,
            accepted=f"每个文件最多{self.limits.pages}页、{self.limits.characters}个字符",
            advice="请拆分成较小的文件后再添加",
        )


class _Package:
    """The parts of the package by name; names are taken in any case, however parted."""

    def __init__(self, archive: zipfile.ZipFile, source_name: str) -> None:
        self.archive = archive
        self.source_name = source_name
        self.names = {_plain(name): name for name in archive.namelist()}

    def data(self, location: str) -> bytes | None:
        """Return the bytes of a part; None when the package has none of that name."""
        name = self.names.get(_plain(location))
        if name is None:
            return None
        return read_member(self.archive, name, source_name=self.source_name)

    def part(self, location: str) -> etree._Element | None:
        """Return the root of an XML part; None when the package has none of that name."""
        data = self.data(location)
        if data is None:
            return None
        return parse_xml(data, source_name=self.source_name, part=_plain(location))

    def documents(self) -> list[str]:
        """Return where the Document.xml of each document is."""
        root = self.part("OFD.xml")
        if root is None:
            raise damaged(self.source_name, "文件已损坏：缺少 OFD.xml")
        found = [_text(item) for item in _all(root, "DocRoot")]
        found = [location for location in found if location]
        if not found:
            raise damaged(self.source_name, "文件已损坏：OFD.xml 没有指明文档")
        return found


def _plain(location: str) -> str:
    """Return a name as it is looked up: without ./, ../ and a / before it.

    >>> _plain("/Doc_0/./Pages/../Document.xml")
    'doc_0/document.xml'
    """
    return posixpath.normpath("/" + location.strip().replace("\\", "/")).lstrip("/").lower()


def _beside(location: str, named_in: str) -> str:
    """Return where ``location`` is: from the root with a / before it, else beside its part."""
    if location.startswith(("/", "\\")):
        return location
    return posixpath.join(posixpath.dirname(_plain(named_in)), location.replace("\\", "/"))


def _pages(package: _Package, root: str, allowance: _Allowance) -> Iterator[Page]:
    document = package.part(root)
    if document is None:
        raise damaged(package.source_name, f"文件已损坏：缺少部件 {root}")
    usual = _size(next(_all(document, "PageArea"), None)) or _A4
    media = _media(package, document, root)
    for listed in _all(document, "Pages"):
        for entry in _all(listed, "Page"):
            allowance.page()
            location = _beside(entry.get("BaseLoc", ""), root)
            content = package.part(location) if entry.get("BaseLoc") else None
            page = _page(content, usual, allowance)
            if content is not None and len(page.glyphs) < _TEXT_MIN:
                page = _recognised(package, content, media, allowance, page)
            yield page
    allowance.end()


def _page(page: etree._Element | None, usual: tuple[float, float], allowance: _Allowance) -> Page:
    if page is None:  # a page that is listed and missing stays a page
        return Page(usual[0] * _POINTS, usual[1] * _POINTS, [])
    width, height = _size(next(_all(page, "Area"), None)) or usual
    glyphs: list[Glyph] = []
    rules: list[Rule] = []
    for item in _objects(page, "TextObject", "PathObject"):
        if _name(item) == "TextObject":
            found = [glyph for glyph in _glyphs(item) if -1 <= glyph.y <= height * _POINTS + 1]
            allowance.text(len(found))
            glyphs += found
        else:
            rules += _rules(item)
    return Page(width * _POINTS, height * _POINTS, glyphs, rules)


def _media(package: _Package, document: etree._Element, root: str) -> dict[str, str]:
    """Return where the picture of each resource id is."""
    found: dict[str, str] = {}
    for listed in document.iter("{*}PublicRes", "{*}DocumentRes"):
        location = _beside(_text(listed), root)
        resources = package.part(location)
        if resources is None:
            continue
        folder = _beside(resources.get("BaseLoc") or ".", location)
        for medium in _all(resources, "MultiMedia"):
            for file in _all(medium, "MediaFile"):
                found[medium.get("ID", "")] = _beside(_text(file), f"{folder}/file")
    return found


def _recognised(
    package: _Package,
    content: etree._Element,
    media: dict[str, str],
    allowance: _Allowance,
    page: Page,
) -> Page:
    """Return a page that is one picture as ocr reads it, any other as it is."""
    for item in _objects(content, "ImageObject"):
        *_, width, height = _numbers(item.get("Boundary", "")) or [0.0, 0.0]
        data = package.data(media.get(item.get("ResourceID", ""), ""))
        if data is None or 2 * width * height * _POINTS**2 < page.width * page.height:
            continue
        if not ocr.available():
            allowance.unread += 1
            return page
        picture = ocr.decoded(data, package.source_name)
        return ocr.page_of(picture, page.width / picture.shape[1])
    return page


def _objects(page: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the visible objects of some kinds in all layers and blocks."""
    for content in _all(page, "Content"):
        for count, item in enumerate(content.iter(*("{*}" + name for name in names))):
            if count == _OBJECTS_MAX:
                return
            if item.get("Visible", "true").lower() != "false":
                yield item


def _glyphs(item: etree._Element) -> Iterator[Glyph]:
    """Yield the characters of a text object; lengths become points."""
    left, top, *_ = _numbers(item.get("Boundary", "")) or [0.0, 0.0]
    matrix = _matrix(item)
    a, b, c, d, *_ = matrix
    size = (_numbers(item.get("Size", "")) or [0.0])[0]
    if a <= 0 or abs(b) > _UPRIGHT * a or not 0 < size * math.hypot(c, d) < 1000:
        return  # a watermark, or type that stands or leans
    em = size * math.hypot(c, d)
    scale = (_numbers(item.get("HScale", "")) or [1.0])[0]
    for text, x, y in _placed(item, size):
        at_x, at_y = left + a * x + c * y + matrix[4], top + b * x + d * y + matrix[5]
        wide = size * a * scale * (1.0 if is_cjk(text) else _NARROW)
        yield Glyph(text, at_x * _POINTS, (at_x + wide) * _POINTS, at_y * _POINTS, em * _POINTS)


def _placed(item: etree._Element, size: float) -> Iterator[tuple[str, float, float]]:
    """Yield (character, x, y) in the object's own coordinates.

    Where a file states no steps at all, each character is taken to be as wide as its type.
    """
    x = y = 0.0
    for code in _all(item, "TextCode"):
        x = (_numbers(code.get("X", "")) or [x])[0]
        y = (_numbers(code.get("Y", "")) or [y])[0]
        text = (code.text or "").strip("\r\n")
        across, down = _steps(code.get("DeltaX", "")), _steps(code.get("DeltaY", ""))
        for position, character in enumerate(text):
            yield character, x, y
            if position < len(across):
                x += across[position]
            elif not down:
                x += size * (1.0 if is_cjk(character) else _NARROW)
            y += down[position] if position < len(down) else 0.0


def _steps(value: str) -> list[float]:
    """Return the distances of DeltaX; “g 3 5.5” stands for 5.5 three times (clause 11.3).

    >>> _steps("4 g 2 5.5 6")
    [4.0, 5.5, 5.5, 6.0]
    """
    found: list[float] = []
    words = iter(value.split())
    for word in words:
        if word.lower() == "g":
            times, distance = _numbers(next(words, "")), _numbers(next(words, ""))
            if times and distance:
                found += distance * min(max(int(times[0]), 0), _REPEAT_MAX)
        else:
            found += _numbers(word)
        if len(found) > _REPEAT_MAX:
            break
    return found


def _rules(item: etree._Element) -> Iterator[Rule]:
    """Yield the upright and level strokes of a path."""
    boundary = _numbers(item.get("Boundary", ""))
    if len(boundary) < 4:
        return
    left, top, width, height = boundary[:4]
    if min(width, height) <= _THIN:
        yield _in_points(left, top, left + width, top + height)
        return
    if item.get("Stroke", "true").lower() == "false":
        return
    matrix = _matrix(item)
    data = next(_all(item, "AbbreviatedData"), None)
    for one, other in _strokes(_text(data) if data is not None else ""):
        (x0, y0), (x1, y1) = _moved(matrix, *one), _moved(matrix, *other)
        if min(abs(x1 - x0), abs(y1 - y0)) <= _THIN:
            xs, ys = sorted((left + x0, left + x1)), sorted((top + y0, top + y1))
            yield _in_points(xs[0], ys[0], xs[1], ys[1])


def _strokes(data: str) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield the straight pieces of a path: M x y (to), L x y (line to), C (close)."""
    first = last = (0.0, 0.0)
    command, numbers = "", list[float]()
    for letter, number in _PATH.findall(data):
        if letter:
            command, numbers = letter.upper(), []
            if command == "C":
                yield last, first
            continue
        numbers.append(float(number))
        if command in ("M", "L", "S") and len(numbers) == 2:
            point = numbers[0], numbers[1]
            if command == "L":
                yield last, point
            else:
                first = point
            last, numbers = point, []


def _moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _in_points(left: float, top: float, right: float, bottom: float) -> Rule:
    return left * _POINTS, top * _POINTS, right * _POINTS, bottom * _POINTS


def _matrix(item: etree._Element) -> Matrix:
    values = _numbers(item.get("CTM", ""))
    return tuple(values) if len(values) == 6 else _SAME  # type: ignore[return-value]


def _size(area: etree._Element | None) -> tuple[float, float] | None:
    """Return width and height of a PhysicalBox in millimetres."""
    box = next(_all(area, "PhysicalBox"), None) if area is not None else None
    values = _numbers(_text(box)) if box is not None else []
    return (values[2], values[3]) if len(values) == 4 and min(values[2:]) > 0 else None


def _numbers(value: str) -> list[float]:
    """Return the numbers of a list with spaces; none where one of them is no finite number."""
    try:
        found = [float(word) for word in value.split()]
    except ValueError:
        return []
    return found if all(math.isfinite(number) for number in found) else []


def _all(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the elements below of a local name: files differ in their namespace."""
    return parent.iter("{*}" + name)


def _name(item: etree._Element) -> str:
    return etree.QName(item).localname


def _text(item: etree._Element) -> str:
    return (item.text or "").strip()
