"""One label of official numbering: where it stands, its style and its ordinal.

GB/T 9704—2012, 7.3.3 numbers parts 一、 （一） 1. （1）; regulations and plans add
第X编/章/节/条, and running text 一是…二是…. The habits beyond the standard are read as well:
half-width brackets, 18、 for 18., a space inside a bracket, ①, Ⅱ、, 1), full-width digits, the
signs ㈠ ⑴ ⒈ of older files, 01 on web pages, the counted nouns of lists of cases (应用一：), and
the private characters that typesetting systems put for the dot of 1.

This module finds everything that looks like a label; which of them head a section is decided in
``sections``. All functions take the folded text (``fold.fold_for_structure``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

Style = Literal[
    "styled", "annex", "part", "chapter", "section", "article",
    "han", "han_bracket", "point", "arabic", "point_point", "point_point_point", "point_four",
    "arabic_bracket", "arabic_half", "circled", "letter", "box", "noun", "first",
]  # fmt: skip

RANK: dict[Style, int] = {
    "styled": -1, "annex": 0, "part": 1, "chapter": 2, "section": 3, "article": 4,
    "han": 5, "han_bracket": 6, "point": 7, "arabic": 8, "point_point": 9, "point_point_point": 10,
    "point_four": 11, "arabic_bracket": 12, "arabic_half": 13, "circled": 14, "letter": 14,
    "box": 15, "noun": 15, "first": 16,
}  # fmt: skip
"""Order of nesting, outermost first. 一是 stands straight under whatever is open; so do a box
(专栏1) and a counted noun (应用一：), which hold series of their own."""

HOLDERS = frozenset({"box", "noun"})
"""Styles that hold whole series, whatever their rank, until the series around them goes on."""

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

_LABEL_STARTS = frozenset("第一二三四五六七八九十百零〇两(0123456789") | frozenset(
    chr(code)
    for first, last in ("①⑳", "㈠㈩", "⑴⒇", "⒈⒛")
    for code in range(ord(first), ord(last) + 1)
)
_LINE_LABEL_STARTS = frozenset(
    "附专应任行工案场问措举方步目主事(0123456789abcdefghijklmnⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
)
"""With what characters labels begin; nearly every character of a text is another one."""
_LABEL = re.compile(
    rf"""(?=[{"".join(sorted(_LABEL_STARTS))}])(?:
      第\ ?(?P<chapter>[{_HAN}]{{1,7}}|\d{{1,4}})\ ?
        (?P<unit>编|篇|部分|章|节|条(?:之[一二三四五六七八九十])?)
    | (?<![{_HAN}第之唯\d])(?P<han>[{_HAN}]{{1,4}})\ ?、
    | (?<!第)\(\ *(?P<han_bracket>[{_HAN}]{{1,4}})\ *\)、?
    | (?<!第)\(\ *(?P<arabic_bracket>\d{{1,3}})\ *\)、?
    | (?<![\d.a-z(/—–~%-])(?P<arabic>\d{{1,3}})\ ?(?:[.、\ue000-\uf8ff](?!\d)|\.(?=(?:19|20)\d\d年))
    | (?<![\d.a-z(/-])(?P<arabic_half>\d{{1,2}})\ ?\)
    | (?P<circled>[①-⑳])
    | (?P<sign>[㈠-㈩⑴-⒇⒈-⒛])
    | (?<![{_HAN}第之唯])(?P<first>[一二三四五六七八九十]{{1,3}})\ ?是
    )""",
    re.VERBOSE,
)
_ANNEX = re.compile(
    r"附\ *[件录表]\ *"
    r"(?:(?P<number>[一二三四五六七八九十]{1,2}|\d{1,2}|[a-h](?![a-z]))(?:-\d{1,2})?)?"
    r"|附\ *(?P<bare>\d{1,2})$"
)
_ANNEX_TITLE = re.compile(
    r"(?:\ *:\ *|\ +|(?=[\u4e00-\u9fff“《]))(?![所的中和、及与或至内规])[^。;!?,\n]{2,50}$"
)
_FILE_NAME = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|ofd|rar|zip|ceb)\s*$")
_LINE_LABEL = re.compile(
    r"专\ *栏\ *(?P<box>[一二三四五六七八九十]{1,3}|\d{1,3})(?=\D)"
    r"|(?:应用|任务|行动|工程|案例|场景|问题|问|措施|专题|举措|方向|步骤|目标|主题|事项)"
    r"\ *(?P<noun>[一二三四五六七八九十]{1,3}|\d{1,2})(?:\ *:|\ (?=\S))"
    r"|(?P<point>0[1-9])(?=[\ .、]*[\u4e00-\u9fff“])"
    r"|(?P<letter>[a-n])[.、](?=\s*[\u4e00-\u9fff])|\((?P<bracketed>[a-n])\)(?=\s*[\u4e00-\u9fff])"
    r"|\(?(?P<roman>[Ⅰ-Ⅻ])\ *[.、)](?=\s*[\u4e00-\u9fff])"
)
_POINTS = re.compile(
    r"(?P<points>\d{1,2}(?:\.\d{1,2}){1,3})\.?(?=\s|[\u4e00-\u9fff“])(?!\s*(?:万|亿|元|个|家|倍|米|公里|吨|年|月|日|平方))"
    r"|(?P<point>\d{1,2})\ +(?=[\u4e00-\u9fff][^\s.]{1,18}(?:[\ .·…]*\d*)$)"
)
_SIGNS: tuple[tuple[str, Style], ...] = (
    ("㈠", "han_bracket"), ("⑴", "arabic_bracket"), ("⒈", "arabic")
)  # fmt: skip
_POINT_STYLES: tuple[Style, ...] = ("point", "point_point", "point_point_point", "point_four")
POINTS_ALONE = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}\.?$")
"""1.1 on a line of its own, its title on the next."""


class Label(NamedTuple):
    """Something that looks like a label at ``[start, end)`` of the text."""

    style: Style
    ordinal: int
    start: int
    end: int


@lru_cache(maxsize=1024)
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
    return map(_label, _LABEL.finditer(folded))


def label_at(folded: str, start: int) -> Label | None:
    """Return the label that begins exactly at ``start``, if one does."""
    if folded[start : start + 1] not in _LABEL_STARTS:
        return None
    match = _LABEL.match(folded, start)
    return _label(match) if match else None


def line_label(folded: str, start: int, end: int) -> Label | None:
    """Return 附件1, 专栏1, 应用一：, 01 or 1.1 when the line ``[start, end)`` is headed by it."""
    first = folded[start : start + 1]
    if first not in _LINE_LABEL_STARTS:
        return None
    if first == "附":
        return _annex_label(folded, start, end)
    match = _LINE_LABEL.match(folded, start, end)
    if match is None:
        return _point_label(folded, start, end)
    group = match.lastgroup or ""
    style, numeral = _LINE_STYLES[group], match[group]
    ordinal = _letter(numeral) if style == "letter" else number(numeral)
    return Label(style, ordinal, start, match.end())


def _annex_label(folded: str, start: int, end: int) -> Label | None:
    """Return 附件1 when it has the line for itself, or its title on it: 附件1：任务分工表."""
    match = _ANNEX.match(folded, start, end)
    if match is None:
        return None
    numeral = match["number"] or match["bare"]
    rest = folded[match.end() : end]
    if rest.strip() and numeral is None:
        return None
    if rest.strip(" :") and (not _ANNEX_TITLE.match(rest) or _FILE_NAME.search(rest)):
        return None
    if numeral is None:
        return Label("annex", 1, start, match.end())
    ordinal = _letter(numeral) if "a" <= numeral <= "h" else number(numeral)
    return Label("annex", ordinal, start, match.end())


def _letter(letter: str) -> int:
    """Return the place of b in the alphabet, or the value of Ⅱ."""
    return ord(letter) - (ord("a") if letter.isascii() else ord("Ⅰ")) + 1


def _point_label(folded: str, start: int, end: int) -> Label | None:
    """Return 1 总则 or 1.1 编制目的, the numbering of emergency plans and standards."""
    match = _POINTS.match(folded, start, end)
    if match is None:
        return None
    numbers = (match["points"] or match["point"]).split(".")
    style = _POINT_STYLES[len(numbers) - 1]
    return Label(style, int(numbers[-1]), start, start + len(match.group().rstrip()))


def _label(match: re.Match[str]) -> Label:
    group = match.lastgroup or ""
    start, end = match.span()
    if group == "unit":
        unit = match["unit"]
        style = _CHAPTER_STYLES["条" if unit[0] == "条" else unit]
        return Label(style, number(match["chapter"]), start, end)
    if group == "circled":
        return Label("circled", ord(match["circled"]) - ord("①") + 1, start, end)
    if group == "sign":
        return _sign(match["sign"], start, end)
    return Label(_STYLES[group], number(match[group]), start, end)


def _sign(sign: str, start: int, end: int) -> Label:
    """Return the label that ㈠, ⑴ or ⒈ is."""
    first, style = next(pair for pair in _SIGNS if 0 <= ord(sign) - ord(pair[0]) < 20)
    return Label(style, ord(sign) - ord(first) + 1, start, end)


_LINE_STYLES: dict[str, Style] = {
    "box": "box", "noun": "noun", "point": "point", "letter": "letter", "bracketed": "letter",
    "roman": "letter",
}  # fmt: skip
_STYLES: dict[str, Style] = {
    "han": "han", "han_bracket": "han_bracket", "arabic": "arabic",
    "arabic_bracket": "arabic_bracket", "arabic_half": "arabic_half", "first": "first",
}  # fmt: skip
