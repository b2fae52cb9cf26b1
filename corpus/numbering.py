"""One label of official numbering: where it stands, its style and its ordinal.

GB/T 9704—2012, 7.3.3 numbers parts 一、 （一） 1. （1）; regulations and plans add
第X编/章/节/条, and running text 一是…二是…. The habits beyond the standard are read as well:
half-width brackets, 18、 for 18., a space inside a bracket, ①, 1), full-width digits.

This module finds everything that looks like a label; which of them head a section is decided in
``sections``. All functions take the folded text (``fold.fold_for_structure``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Style = Literal[
    "markdown", "annex", "part", "chapter", "section", "article",
    "han", "han_bracket", "point", "arabic", "point_point", "point_point_point",
    "arabic_bracket", "arabic_half", "circled", "box", "first",
]  # fmt: skip

RANK: dict[Style, int] = {
    "markdown": -1, "annex": 0, "part": 1, "chapter": 2, "section": 3, "article": 4,
    "han": 5, "han_bracket": 6, "point": 7, "arabic": 8, "point_point": 9, "point_point_point": 10,
    "arabic_bracket": 11, "arabic_half": 12, "circled": 13, "box": 14, "first": 15,
}  # fmt: skip
"""Order of nesting, outermost first. 一是 stands straight under whatever is open."""

LEVEL: dict[Style, int] = {
    "han": 1, "han_bracket": 2, "arabic": 3, "arabic_bracket": 4, "arabic_half": 4,
    "circled": 5, "first": 5,
}  # fmt: skip
"""``Section.level`` of the standard styles; the others take their depth."""

_HAN = "一二三四五六七八九十百零〇两"
_DIGIT = {character: value for value, character in enumerate("零一二三四五六七八九")}
_DIGIT |= {"〇": 0, "两": 2}
_UNIT = {"十": 10, "百": 100}
_CHAPTER_STYLES: dict[str, Style] = {
    "编": "part", "篇": "part", "部分": "part", "章": "chapter", "节": "section", "条": "article",
}  # fmt: skip

_LABEL = re.compile(
    rf"""
      第\ ?(?P<chapter>[{_HAN}]{{1,7}}|\d{{1,4}})\ ?
        (?P<unit>编|篇|部分|章|节|条(?:之[一二三四五六七八九十])?)
    | (?<![{_HAN}第之唯\d])(?P<han>[{_HAN}]{{1,4}})\ ?、
    | (?<!第)\(\ *(?P<han_bracket>[{_HAN}]{{1,4}})\ *\)、?
    | (?<!第)\(\ *(?P<arabic_bracket>\d{{1,3}})\ *\)、?
    | (?<![\d.a-z(/—–~%-])(?P<arabic>\d{{1,3}})\ ?(?:[.、](?!\d)|\.(?=(?:19|20)\d\d年))
    | (?<![\d.a-z(/-])(?P<arabic_half>\d{{1,2}})\ ?\)
    | (?P<circled>[①-⑳])
    | (?<![{_HAN}第之唯])(?P<first>[一二三四五六七八九十]{{1,3}})\ ?是
    """,
    re.VERBOSE,
)
_LINE_LABEL = re.compile(
    r"(?P<annex>附件|附录)\ *(?P<annex_number>[一二三四五六七八九十]|\d{1,2})?$"
    r"|(?P<box>专栏)\ *(?P<box_number>[一二三四五六七八九十]{1,3}|\d{1,3})(?=\D)"
)
_POINTS = re.compile(
    r"(?P<points>\d{1,2}(?:\.\d{1,2}){1,2})\.?(?=\s|[\u4e00-\u9fff])(?!\s*(?:万|亿|元|个|家|倍|米|公里|吨|年|月|日|平方))"
    r"|(?P<point>\d{1,2})\ +(?=[\u4e00-\u9fff][^\s.]{1,18}(?:[\ .·…]*\d*)$)"
)
_POINT_STYLES: tuple[Style, ...] = ("point", "point_point", "point_point_point")


@dataclass(frozen=True, slots=True)
class Label:
    """Something that looks like a label at ``[start, end)`` of the text."""

    style: Style
    ordinal: int
    start: int
    end: int


def number(numeral: str) -> int:
    """Return the value of a Chinese or Arabic numeral below a thousand.

    >>> number("十八"), number("二十"), number("一百零三"), number("12"), number("一〇三")
    (18, 20, 103, 12, 103)
    """
    if numeral.isdecimal():
        return int(numeral)
    if not any(character in _UNIT for character in numeral):
        return int("".join(str(_DIGIT[character]) for character in numeral))
    total = pending = 0
    for character in numeral:
        if character in _UNIT:
            total += (pending or 1) * _UNIT[character]
            pending = 0
        else:
            pending = _DIGIT[character]
    return total + pending


def labels(folded: str) -> Iterator[Label]:
    """Yield everything that looks like a label, in text order."""
    for match in _LABEL.finditer(folded):
        yield _label(match)


def label_at(folded: str, start: int) -> Label | None:
    """Return the label that begins exactly at ``start``, if one does."""
    match = _LABEL.match(folded, start)
    return _label(match) if match else None


def line_label(folded: str, start: int, end: int) -> Label | None:
    """Return 附件1, 专栏1 or 1.1 when the line ``[start, end)`` is headed by it."""
    match = _LINE_LABEL.match(folded, start, end)
    if match is None:
        return _point_label(folded, start, end)
    if match["annex"]:
        return Label("annex", number(match["annex_number"] or "1"), start, match.end())
    return Label("box", number(match["box_number"]), start, match.end())


def _point_label(folded: str, start: int, end: int) -> Label | None:
    """Return 1 总则 or 1.1 编制目的, the numbering of emergency plans and standards."""
    match = _POINTS.match(folded, start, end)
    if match is None:
        return None
    numbers = (match["points"] or match["point"]).split(".")
    style = _POINT_STYLES[len(numbers) - 1]
    return Label(style, int(numbers[-1]), start, start + len(match.group().rstrip()))


def _label(match: re.Match[str]) -> Label:
    style = match.lastgroup or ""
    if style == "unit":
        unit = match["unit"]
        style = _CHAPTER_STYLES["条" if unit.startswith("条") else unit]
        return Label(style, number(match["chapter"]), match.start(), match.end())
    if style == "circled":
        return Label("circled", ord(match["circled"]) - ord("①") + 1, match.start(), match.end())
    return Label(_STYLES[style], number(match[style]), match.start(), match.end())


_STYLES: dict[str, Style] = {
    "han": "han", "han_bracket": "han_bracket", "arabic": "arabic",
    "arabic_bracket": "arabic_bracket", "arabic_half": "arabic_half", "first": "first",
}  # fmt: skip
