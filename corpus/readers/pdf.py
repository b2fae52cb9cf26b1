"""PDF with a text layer; pages that are pictures, or whose text layer is garbled, go to ocr.

What pdfium adds of itself (spaces and breaks it concludes from places) is left aside: lines and
spaces are told from where the characters stand.
"""

from __future__ import annotations

import ctypes
import math
import threading
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pypdfium2
from pypdfium2 import raw

from corpus.errors import DocumentError
from corpus.readers import ocr
from corpus.readers.content import DEFAULT_LIMITS, Content, Limits
from corpus.readers.page_lines import Glyph, Page
from corpus.readers.page_tables import Rule
from corpus.readers.page_text import text_of

_PDFIUM = threading.Lock()
"""pdfium keeps state of its own: one thread at a time."""
_PASSWORD_ERROR = 4
_UPRIGHT = 0.1
"""Radians by which the type of a page may lean; what leans more is a watermark."""
_GARBLED = 0.3
_TEXT_MIN = 10
"""Characters below which a page with a picture is a scanned one with a stamp or a page number."""
_PAGE_CHARACTERS_MAX = 200_000
_OBJECTS_MAX = 20_000
_SEGMENTS_MAX = 1000
_THIN = 2.0
_DPI = 200
_OCR_SHARE = 0.8
"""Share of the time after which no further picture is recognised."""
_REPLACED = {
    # Bullets of the Symbol and Wingdings fonts, which Word writes as private-use characters.
    **dict(zip("\uf06c\uf06e\uf075\uf0b7\uf0d8\uf0fc", "●■◆•➢✓", strict=True)),
    # 部首 that printers put for the 汉字 of the same shape; the first block folds by NFKC.
    **dict(
        zip(
            "⺟⺠⺩⻄⻅⻆⻉⻋⻑⻓⻔⻘⻚⻛⻜⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳",
            "母民王西见角贝车長长门青页风飞马骨鬼鱼鸟麦黄齐齿龙龟",
            strict=True,
        )
    ),
}


class PdfReader:
    """Reads the text layer, page by page; by ocr where there is none."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content]:
        """Yield the one document; its layout says where pages begin."""
        with _PDFIUM:
            content = _read(data, source_name, limits)
        yield content


def _read(data: bytes, source_name: str, limits: Limits) -> Content:
    document = _open(data, source_name)
    try:
        if len(document) > limits.pages:
            met = f"共{len(document)}页，超过上限"
            raise _too_large(source_name, met, f"每个文件最多{limits.pages}页")
        content = text_of(_Pages(document, source_name, limits).pages())
    except pypdfium2.PdfiumError:
        raise _damaged(source_name, "文件已损坏，有的页无法读取") from None
    finally:
        document.close()
    if not content.text:
        raise _damaged(source_name, "没有可读的文字")
    return content


def _open(data: bytes, source_name: str) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_ERROR:
            raise DocumentError(
                source_name,
                "文件有打开密码",
                accepted="接受不需要密码即可打开的 PDF",
                advice="请用 PDF 阅读器输入密码打开，另存为没有密码的文件后再添加",
            ) from None
        raise _damaged(source_name, "文件已损坏或不是 PDF，无法打开") from None
    if not len(document):
        document.close()
        raise _damaged(source_name, "文件已损坏，一页也没有")
    return document


class _Pages:
    """The pages of one document, within its limits."""

    def __init__(self, document: pypdfium2.PdfDocument, source_name: str, limits: Limits) -> None:
        self.document = document
        self.source_name = source_name
        self.limits = limits
        self.started = time.monotonic()
        self.characters = 0
        self.pictured = self.unread = 0

    def pages(self) -> Iterator[Page]:
        for number in range(len(self.document)):
            if self._spent() > self.limits.seconds:
                met = f"读到第{number + 1}页时已用 {self.limits.seconds:.0f} 秒，超过上限"
                raise _too_large(self.source_name, met, "每个文件的读取时间有限")
            page = self.document[number]
            try:
                yield self._page(page)
            finally:
                page.close()
        if self.unread and 2 * self.pictured > len(self.document):
            self._refuse_scanned()

    def _spent(self) -> float:
        return time.monotonic() - self.started

    def _refuse_scanned(self) -> None:
        if not ocr.available():
            raise ocr.missing(self.source_name, "是扫描件或文字层乱码，没有可读的文字层")
        met = f"是扫描件，有{self.unread}页未能在 {self.limits.seconds:.0f} 秒内识别"
        raise _too_large(self.source_name, met, "每个文件的读取时间有限")

    def _page(self, page: pypdfium2.PdfPage) -> Page:
        """Return a page by its text layer, else by ocr.

        A few pictures in a file of text (maps, seals) are read while there is time, or not at all.
        """
        sheet = _Sheet(page)
        glyphs = self._glyphs(page, sheet)
        garbled = _garbled(glyphs)
        if not garbled and (len(glyphs) >= _TEXT_MIN or not _pictured(page)):
            return Page(sheet.width, sheet.height, glyphs, list(_rules(page, sheet)))
        self.pictured += 1
        if ocr.available() and self._spent() < _OCR_SHARE * self.limits.seconds:
            scale = ocr.scale_for(sheet.width / 72, sheet.height / 72, _DPI) * _DPI / 72
            return ocr.page_of(page.render(scale=scale).to_numpy(), 1 / scale)
        self.unread += 1
        return Page(sheet.width, sheet.height, [] if garbled else glyphs)

    def _glyphs(self, page: pypdfium2.PdfPage, sheet: _Sheet) -> list[Glyph]:
        text = page.get_textpage()
        try:
            count = text.count_chars()
            self.characters += count
            if self.characters > self.limits.characters:
                met = f"超过{self.limits.characters}个字符"
                raise _too_large(self.source_name, met, "每个文件的字数有限")
            if count > _PAGE_CHARACTERS_MAX:
                met = f"有一页含{count}个字符，不是正常的文件"
                raise _too_large(self.source_name, met, f"每页最多{_PAGE_CHARACTERS_MAX}个字符")
            return list(_glyphs(text, count, sheet))
        finally:
            text.close()


class _Sheet:
    """A page's place and rotation: what turns its coordinates into those of the upright sheet."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.box = page.get_bbox()
        self.turn = page.get_rotation() // 90 % 4
        self.width, self.height = page.get_size()

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return a point as seen: to the right and down from the upper left corner."""
        left, bottom, right, top = self.box
        turned = (
            (x - left, top - y),
            (y - bottom, x - left),
            (right - x, y - bottom),
            (top - y, right - x),
        )
        return turned[self.turn]

    def upright(self, matrix: raw.FS_MATRIX) -> bool:
        """Whether type set by ``matrix`` runs to the right on the upright sheet."""
        a, b = matrix.a, matrix.b
        across, down = ((a, -b), (b, a), (-a, b), (-b, -a))[self.turn]
        return bool(across > 0 and abs(down) < _UPRIGHT * across)

    def span(self, box: Sequence[float]) -> Rule:
        """Return (left, top, right, bottom) as seen of a (left, bottom, right, top)."""
        one, other = self.place(box[0], box[1]), self.place(box[2], box[3])
        xs, ys = sorted((one[0], other[0])), sorted((one[1], other[1]))
        return xs[0], ys[0], xs[1], ys[1]


def _glyphs(text: Any, count: int, sheet: _Sheet) -> Iterator[Glyph]:  # noqa: ANN401 (untyped)
    """Yield what is printed; characters that one glyph stands for (—— as a ligature) together."""
    last: Glyph | None = None
    for index, code in _codes(text, count):
        glyph = _glyph(text, index, code, sheet)
        if glyph is None:
            continue
        if last is None or (last.left, last.right, last.y) != (glyph.left, glyph.right, glyph.y):
            yield from [last] if last is not None else []
            last = glyph
        else:
            last = replace(last, text=last.text + glyph.text)
    yield from [last] if last is not None else []


def _codes(text: Any, count: int) -> Iterator[tuple[int, int]]:  # noqa: ANN401
    """Yield (index, code point) of what the file holds; halves of a surrogate pair as one."""
    high = 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high & 0x3FF) << 10) + (code & 0x3FF) if high else 0xFFFD
        high = 0
        if code <= 0x10FFFF and not raw.FPDFText_IsGenerated(text, index):
            yield index, code


def _glyph(text: Any, index: int, code: int, sheet: _Sheet) -> Glyph | None:  # noqa: ANN401
    """Return a character with its place on the upright sheet; None for one that leans or is off."""
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetMatrix(text, index, matrix)
    if not sheet.upright(matrix):
        return None
    raw.FPDFText_GetLooseCharBox(text, index, box)
    raw.FPDFText_GetCharOrigin(text, index, x, y)
    size = raw.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d)
    left, _, right, _ = sheet.span((box.left, box.bottom, box.right, box.top))
    down = sheet.place(x.value, y.value)[1]
    on_sheet = 0 <= down <= sheet.height and -size < left < sheet.width
    return Glyph(_character(code), left, right, down, size) if on_sheet and size > 0 else None


def _character(code: int) -> str:
    """Return a character as it is meant: the 汉字 for a 部首 of its shape, a space for controls.

    >>> _character(0x2F45), _character(0x2ED4), _character(0x2)
    ('方', '门', ' ')
    """
    character = chr(code)
    if 0x2F00 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:
        return unicodedata.normalize("NFKC", character)
    if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Zs") or code == 0xFFFE:
        return " "
    return _REPLACED.get(character, character)


def _garbled(glyphs: Sequence[Glyph]) -> bool:
    """Whether a font without ToUnicode left private-use or no characters at all."""
    shown = [glyph.text[0] for glyph in glyphs if not glyph.text.isspace()]
    odd = sum(
        unicodedata.category(text) in ("Co", "Cn", "Cs") or text == "\ufffd" for text in shown
    )
    return odd > _GARBLED * len(shown)


def _pictured(page: pypdfium2.PdfPage) -> bool:
    """Whether the page shows a picture, or type that was turned into drawings."""
    kinds = [raw.FPDFPageObj_GetType(item) for item in _objects(page)]
    pictures = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_SHADING)
    return any(kind in pictures for kind in kinds) or len(kinds) > 50


def _objects(page: pypdfium2.PdfPage) -> Iterator[Any]:
    for index in range(min(raw.FPDFPage_CountObjects(page), _OBJECTS_MAX)):
        yield raw.FPDFPage_GetObject(page, index)


def _rules(page: pypdfium2.PdfPage, sheet: _Sheet) -> Iterator[Rule]:
    """Yield the lines that are drawn upright or level: thin boxes, and strokes."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for item in _objects(page):
        if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_PATH:
            continue
        if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            continue
        box = left.value, bottom.value, right.value, top.value
        if min(box[2] - box[0], box[3] - box[1]) <= _THIN:
            yield sheet.span(box)
        elif _stroked(item):
            yield from (sheet.span(edge) for edge in _edges(item))


def _stroked(item: Any) -> bool:  # noqa: ANN401
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, fill, stroke)
    return bool(stroke.value)


def _edges(item: Any) -> Iterator[tuple[float, float, float, float]]:  # noqa: ANN401
    """Yield the upright and level pieces of a stroked path, as (left, bottom, right, top)."""
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, matrix)
    first = last = (0.0, 0.0)
    for index in range(min(raw.FPDFPath_CountSegments(item), _SEGMENTS_MAX)):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        point = _point(segment, matrix)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield from _straight(last, point)
        if raw.FPDFPathSegment_GetClose(segment):
            yield from _straight(point, first)
        last = point


def _point(segment: Any, matrix: raw.FS_MATRIX) -> tuple[float, float]:  # noqa: ANN401
    x, y = ctypes.c_float(), ctypes.c_float()
    raw.FPDFPathSegment_GetPoint(segment, x, y)
    return (
        matrix.a * x.value + matrix.c * y.value + matrix.e,
        matrix.b * x.value + matrix.d * y.value + matrix.f,
    )


def _straight(
    one: tuple[float, float], other: tuple[float, float]
) -> Iterator[tuple[float, float, float, float]]:
    xs, ys = sorted((one[0], other[0])), sorted((one[1], other[1]))
    if min(xs[1] - xs[0], ys[1] - ys[0]) <= _THIN:
        yield xs[0], ys[0], xs[1], ys[1]


def _damaged(source_name: str, met: str) -> DocumentError:
    return DocumentError(
        source_name,
        met,
        accepted="接受能正常打开、有文字的 PDF",
        advice="请用 PDF 阅读器打开核对，重新导出或重新下载后再添加",
    )


def _too_large(source_name: str, met: str, accepted: str) -> DocumentError:
    return DocumentError(source_name, met, accepted=accepted, advice="请拆分成较小的文件后再添加")
