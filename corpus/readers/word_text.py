"""The text of one Word paragraph, as printed: runs, fields, symbols, tracked changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from corpus.readers.word_numbering import circled
from corpus.readers.word_styles import Styles, W, is_on, number, value

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LINE_ENDS = re.compile(r"[\r\n\t]+")
_PRIVATE = re.compile("[\uf020-\uf0ff]")
"""Where symbol fonts keep their signs; the sign depends on the font."""
_ENCLOSED = re.compile(r"\s*eq\s*\\o\s*\\ac\s*\(([^,，]*)[,，]\s*([^()]*?)\s*\)\s*", re.IGNORECASE)
"""带圈字符 of Word and WPS: a field that prints a ring over a character and has no result."""
_INSTRUCTION_MAX = 200
_FIELDS_MAX = 64
"""Fields open at once; one that is never ended must not make each later run dearer."""


@dataclass(slots=True)
class _Field:
    """A field that is open: its instruction until the result begins."""

    instruction: str = ""
    result: bool = False


@dataclass(slots=True)
class ParagraphText:
    """Reads paragraphs one after another; text boxes and notes met are kept for the caller.

    ``boxes`` holds the text boxes since it was last emptied; ``notes`` the footnotes and endnotes
    in the order of the text, as (kind, identifier).
    """

    styles: Styles
    hiding: bool
    """Whether anything in the file is hidden text, which is otherwise not looked for."""
    boxes: list[etree._Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    _fields: list[_Field] = field(default_factory=list)
    _style: str | None = None

    def read(self, paragraph: etree._Element, style: str | None) -> str:
        """Return the text without label; soft line breaks are line breaks, tabs are tabs."""
        out: list[str] = []
        self._style = style
        self._walk(paragraph, out)
        # An instruction that goes past its paragraph is a field that was never ended.
        self._fields = [each for each in self._fields if each.result]
        return "".join(out)

    def _walk(self, parent: etree._Element, out: list[str]) -> None:
        for element in parent:
            tag = element.tag
            if tag == _TEXT:
                self._text(element, out)
            elif tag == _RUN:
                if not (self.hiding and self._hidden(element)):
                    self._walk(element, out)
            elif tag in _LEFT_OUT:
                continue
            elif (handler := _HANDLERS.get(tag)) is not None:
                handler(self, element, out)
            else:
                self._walk(element, out)

    def _emit(self, text: str, out: list[str]) -> None:
        if not self._fields or all(each.result for each in self._fields):
            out.append(text)

    def _text(self, element: etree._Element, out: list[str]) -> None:
        text = element.text or ""
        if element.get(_SPACE) != "preserve":
            text = text.strip(" \t\r\n")
        text = _LINE_ENDS.sub(" ", text)
        if _PRIVATE.search(text):
            text = _PRIVATE.sub(lambda sign: _symbol(_font(element), sign[0]), text)
        self._emit(text, out)

    def _sign(self, element: etree._Element, out: list[str]) -> None:
        self._emit(_SIGNS[element.tag], out)

    def _symbol(self, element: etree._Element, out: list[str]) -> None:
        code = element.get(W + "char", "")
        if re.fullmatch(r"[0-9A-Fa-f]{1,4}", code):
            self._emit(_symbol(element.get(W + "font", ""), chr(int(code, 16))), out)

    def _hidden(self, run: etree._Element) -> bool:
        properties = run.find(W + "rPr")
        own = is_on(properties, "vanish")
        if own is not None:
            return own
        style = value(properties, W + "rStyle")
        return self.styles.hidden(style) or self.styles.hidden(self._style)

    def _field_mark(self, element: etree._Element, out: list[str]) -> None:
        kind = element.get(W + "fldCharType")
        if kind == "begin" and len(self._fields) < _FIELDS_MAX:
            self._fields.append(_Field())
        elif self._fields and kind == "separate":
            self._fields[-1].result = True
        elif self._fields and kind == "end":
            ended = self._fields.pop()
            if not ended.result and (enclosed := _ENCLOSED.fullmatch(ended.instruction)):
                self._emit(_enclosed(enclosed[2]), out)

    def _instruction(self, element: etree._Element, out: list[str]) -> None:
        if self._fields and len(self._fields[-1].instruction) < _INSTRUCTION_MAX:
            self._fields[-1].instruction += (element.text or "")[:_INSTRUCTION_MAX]

    def _note(self, element: etree._Element, out: list[str]) -> None:
        kind = etree.QName(element).localname.removesuffix("Reference")
        self.notes.append((kind, element.get(W + "id", "")))

    def _box(self, element: etree._Element, out: list[str]) -> None:
        self.boxes.append(element)

    def _alternatives(self, element: etree._Element, out: list[str]) -> None:
        """Read the first alternative that says anything: the others say the same again."""
        before = len(out), len(self.boxes)
        for alternative in element:
            self._walk(alternative, out)
            if (len(out), len(self.boxes)) != before:
                return

    def _control(self, element: etree._Element, out: list[str]) -> None:
        """Read a content control, but not the prompt that shows while nothing is filled in."""
        if not is_on(element.find(W + "sdtPr"), "showingPlcHdr"):
            self._walk(element, out)

    def _fraction(self, element: etree._Element, out: list[str]) -> None:
        for tag, mark in (("num", "/"), ("den", "")):
            for part in element.findall(_MATH + tag):
                self._walk(part, out)
                out.append(mark)


def _enclosed(inner: str) -> str:
    count = number(inner)
    return (None if count is None else circled(count)) or inner


def _font(text: etree._Element) -> str:
    run = text.getparent()
    fonts = None if run is None or run[0].tag != W + "rPr" else run[0].find(W + "rFonts")
    return "" if fonts is None else fonts.get(W + "ascii") or fonts.get(W + "hAnsi") or ""


def _symbol(font: str, sign: str) -> str:
    """Return the sign that a symbol font prints; nothing for one that is not known."""
    code = ord(sign)
    low = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    signs = _SYMBOLS.get(font.strip().lower())
    if signs and low in signs:
        return signs[low]
    if low == code:
        return sign
    # The Symbol font has digits and marks of calculation in the places of ASCII.
    return chr(low) if font.strip().lower() == "symbol" and 0x20 <= low < 0x40 else ""


def _placed(*runs: tuple[int, str]) -> dict[int, str]:
    return {first + place: sign for first, signs in runs for place, sign in enumerate(signs)}


_SYMBOLS = {
    "symbol": _placed(
        (0x44, "Δ"), (0x53, "Σ"), (0x57, "Ω"), (0x61, "αβ"), (0x64, "δ"), (0x67, "γ"),
        (0x6D, "μ"), (0x70, "π"), (0x73, "σ"), (0xA2, "′≤"), (0xA5, "∞"), (0xAC, "←↑→↓°±″≥×"),
        (0xB7, "•÷≠≡≈"), (0xD7, "·"),
    ),
    "wingdings": _placed(
        (0x6C, "●"), (0x6E, "■□"), (0x71, "□"), (0x75, "◆"), (0x81, "①②③④⑤⑥⑦⑧⑨⑩"),
        (0x8C, "❶❷❸❹❺❻❼❽❾❿"), (0xA7, "▪□"), (0xAB, "★"), (0xD8, "➢"), (0xDF, "←→↑↓"),
        (0xFB, "✗✓☒☑"),
    ),
    "wingdings 2": _placed((0x50, "✓"), (0x52, "☑☒"), (0x6A, "①②③④⑤⑥⑦⑧⑨⑩"), (0xA3, "□")),
}  # fmt: skip
"""Signs in forms (☑ □) and indicators (≥ ±) that are typed in symbol fonts."""

_TEXT = W + "t"
_RUN = W + "r"
_SIGNS = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
}
_LEFT_OUT = frozenset(
    W + name
    for name in (
        "pPr", "rPr", "del", "moveFrom", "sdtPr", "sdtEndPr", "rt", "rubyPr", "delText",
        "delInstrText", "tblPr", "trPr", "tcPr",
    )
)  # fmt: skip
"""Properties, what tracked changes delete, and 拼音 above the characters."""
_HANDLERS: dict[str, Callable[[ParagraphText, etree._Element, list[str]], None]] = {
    **dict.fromkeys(_SIGNS, ParagraphText._sign),
    W + "sym": ParagraphText._symbol,
    W + "fldChar": ParagraphText._field_mark,
    W + "instrText": ParagraphText._instruction,
    W + "footnoteReference": ParagraphText._note,
    W + "endnoteReference": ParagraphText._note,
    W + "txbxContent": ParagraphText._box,
    W + "sdt": ParagraphText._control,
    _COMPATIBILITY + "AlternateContent": ParagraphText._alternatives,
    _MATH + "t": ParagraphText._text,
    _MATH + "f": ParagraphText._fraction,
}
