"""Figures of running text: number or range, scale, unit and comparator, each with its span.

Works on a folded text without white space (``corpus.facts.clause``), so a figure that a converter
split (2 0 0 5年, 1 万亿元) is whole again. What only looks like a figure is left out here: dates,
ordinals (第3, 36号), names of quality or size (5G, 3D, “500强”, 1+X).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite

from corpus.facts.fact import Comparator
from corpus.facts.patterns import any_of
from corpus.facts.units import BASES, COUNTERS, DURATIONS, MEASURES, PLAIN, RATES

Bounds = tuple[float, float | None]

_POINT = r"[.·]"
_NUMBER = rf"\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:{_POINT}\d+)?|\d+(?:{_POINT}\d+)?"
_HAN_NUMBER = (
    r"[一二两三四五六七八九十百千万亿零〇○]+(?:[·.][〇零○一二三四五六七八九]+)?[十百千万亿]*"
)
_HAN_DIGITS = dict(zip("〇○零一二三四五六七八九", (0, 0, *range(10)), strict=True)) | {"两": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_SCALES = {
    "百": 10**2,
    "千": 10**3,
    "万": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
    "万亿": 10**12,
}
_SCALE = "万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千(?![瓦米克伏卡])|百(?!分)"

_LATIN = {unit for unit in COUNTERS | MEASURES if unit.isascii() and unit != "%"}
_NAMED = rf"{any_of((COUNTERS | MEASURES) - _LATIN)}|(?:{any_of(_LATIN)})(?![a-z\d])"
_UNIT = rf"(?:{_NAMED})(?:/[万百千]?(?:{any_of(BASES | MEASURES)}))*"
_AFTER = r"\(?(?:含)?\)?(?:及?其?以上|左右|上下|以内|之内|以下|内外|开外)"  # 5家(含)以上
_BEFORE: tuple[tuple[str, Comparator], ...] = (
    ("不低于|不少于|不小于|不得低于|不得少于|至少|最低|保底|保持在?不低于|≥|>=", ">="),
    ("不超过|不高于|不多于|不大于|不得超过|控制在|控制到|控制|限制在|≤|<=", "<="),
    ("超过|超出|超|突破|高于|大于|多于|逾|跨越|跨过|跃过|破|>", ">"),
    ("低于|小于|少于|不足|<", "<"),
    ("大约|大致|约为|(?<![签节预集条合公解])约|接近|将近|(?<![附邻临最])近|≈", "≈"),
)
_AFTER_MEANS: tuple[tuple[str, Comparator], ...] = (
    ("以上", ">="),
    ("开外", ">"),
    ("左右", "≈"),
    ("上下", "≈"),
    ("内外", "≈"),
    ("以内", "<="),
    ("之内", "<="),
    ("以下", "<="),
)
_BEFORE_AT_END = re.compile(
    "(?:" + "|".join(f"(?P<q{at}>{words})" for at, (words, _) in enumerate(_BEFORE)) + ")"
    r"(?:到|至|了|在|[建培打引完开新设配选]\w)?(?P<each>各)?$|(?P<only_each>各)$"
)
_DASH = r"(?:[-~—–―－至到]|--|——)"
_ARABIC = re.compile(
    rf"(?P<low>{_NUMBER})"
    rf"(?:(?P<low_scale>{_SCALE})?(?P<low_unit>{_UNIT})?{_DASH}(?P<high>{_NUMBER}))?"
    rf"(?P<more>[多余])?(?P<scale>{_SCALE})?(?P<more_too>[多余])?"
    rf"(?P<unit>{_UNIT})?(?:(?<=[万亿])级(?=[^\w]|$))?(?P<after>{_AFTER})?"
)
_HAN = re.compile(
    rf"(?P<low>{_HAN_NUMBER})(?P<more>[多余])?(?P<unit>{_UNIT})?(?:(?<=[万亿])级(?=[^\w]|$))?"
    rf"(?P<after>{_AFTER})?"
)
_YEAR = r"(?:1[89]|20)\d\d(?:[-~—–至](?:(?:1[89]|20)\d)?\d\d)?(?:学?年|[.]\d)"
_NAME_BEFORE = re.compile(r"[a-z+第〔\[/#№:]$|\d[-—.·]$|[一二三四五六七八九][·]$")
_NO_FIGURE_AFTER = re.compile(
    r"\d|\+|[./:-]\d|\.(?=[^\d])|[a-z]{1,2}(?![a-z])|号|[月日时](?!均)|条(?=第|规定|之|的?规定)|款规定|届|强|星|大(?!以)"
)


_RHYTHM = 10
"""Fewer times than this are how often something is done (每月一次), not how much of it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: ``[start, end)`` with its qualifier, ``[digits, end_digits)`` number and unit.

    ``value`` counts in ``unit`` as written, ``value_base`` in ``unit_base`` with the scale (万, 亿)
    resolved. ``each`` tells of 各 before it. Offsets count in the squeezed text.
    """

    start: int
    end: int
    digits: int
    end_digits: int
    comparator: Comparator
    value: float
    value_max: float | None
    unit: str
    value_base: float
    value_max_base: float | None
    unit_base: str
    each: bool
    qualified: bool

    @property
    def is_count(self) -> bool:
        """Whether the unit counts things: 家, 个, 万人, but not 亿元, %, 公里."""
        return self.unit_base in COUNTERS

    def in_money(self) -> Figure:
        """Return the figure in 元 when it has a scale and no unit: 产值突破千亿."""
        if self.unit_base or not self.unit.endswith(("亿", "万")):
            return self
        return replace(self, unit=self.unit + "元", unit_base="元")

    @property
    def is_duration(self) -> bool:
        """Whether the unit is one of time or age."""
        return self.unit_base in DURATIONS

    @property
    def is_rate(self) -> bool:
        """Whether it is a share or a change in percent."""
        return self.unit_base in RATES


def figures(words: str, start: int = 0, end: int | None = None) -> list[Figure]:
    """Return the figures of a squeezed, folded text in order; none overlaps another.

    >>> [(f.comparator, f.value, f.unit) for f in figures("建成基地7个以上,产值突破2.5万亿元")]
    [('>=', 7.0, '个'), ('>', 2.5, '万亿元')]
    """
    found: list[Figure] = []
    stop = len(words) if end is None else end
    for match in _candidates(words, start, stop):
        figure = _figure(words, match)
        if figure is not None:
            found.append(figure)
    return _share_units(words, found)


def _share_units(words: str, found: list[Figure]) -> list[Figure]:
    """Give 3个 of 提高3个和4个百分点 the unit of the figure it is joined to."""
    for at, figure in enumerate(found[:-1]):
        following = found[at + 1]
        joined = words[figure.end : following.start] in ("和", "、", "及")
        if joined and figure.unit == "个" and following.unit in ("个百分点", "个点"):
            unit = following.unit
            found[at] = replace(figure, unit=unit, unit_base=unit)
    return found


_HAN_NUMERALS = "一二两三四五六七八九十百千万亿"
_START = re.compile(
    rf"(?P<year>{_YEAR})|\d|[{_HAN_NUMERALS}](?=[{_HAN_NUMERALS}零〇○·]{{0,14}}"
    rf"(?:[多余以左级,;。、)]|{any_of(PLAIN)}|$))"
)


def _candidates(words: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield a match at every place where a number begins, years left out."""
    while (first := _START.search(words, start, end)) is not None:
        start = first.end()
        if first["year"]:
            continue
        pattern = _ARABIC if first.group().isdecimal() else _HAN
        match = pattern.match(words, first.start(), end)
        if match is not None:
            yield match
            start = match.end()


def _figure(words: str, match: re.Match[str]) -> Figure | None:
    """Return the figure of a match, None for a name, a date or an ordinal."""
    head = words[max(0, match.start() - 8) : match.start()]
    before = _BEFORE_AT_END.search(head)
    if _NAME_BEFORE.search(head) or _is_name(words, match, before):
        return None
    han = match.re is _HAN
    if han and not _plausible(words, match, before):
        return None
    named = match.groupdict()
    bounds, unit, base = _han_value(match) if han else _arabic_value(named)
    if (unit == "次" and bounds[0] < _RHYTHM) or not all(map(isfinite, filter(None, bounds))):
        return None
    factor = base[0]
    comparator, qualified = _comparator(before, named["after"], _more(named))
    start = match.start() - (len(head) - before.start() if before else 0)
    return Figure(
        start,
        match.end(),
        match.start(),
        match.end("after") - len(named["after"]) if named["after"] else match.end(),
        comparator,
        bounds[0],
        bounds[1],
        unit,
        _times(bounds[0], factor),
        None if bounds[1] is None else _times(bounds[1], factor),
        base[1],
        before is not None and bool(before["each"] or before["only_each"]),
        qualified,
    )


def _is_name(words: str, match: re.Match[str], before: re.Match[str] | None) -> bool:
    """Whether what follows shows that the number is a part of a name, a date or an ordinal."""
    if words[match.end() : match.end() + 1] == "级":
        return True  # 5000吨级码头, 3个百亿级
    if match["unit"] == "日" and words[match.start() - 1 : match.start()] == "月":
        return True
    if match["unit"]:
        return match["unit"] == "年" and len(match["low"]) == 4
    if match["after"]:
        return False
    if _NO_FIGURE_AFTER.match(words, match.end()):
        return True
    following = words[match.end() : match.end() + 1]
    scale = match.re is _ARABIC and match["scale"]
    if following and not _ends_phrase(following):
        return True
    return not (before is not None or scale or _reaches(words, match.start()))


_PHRASE_END = frozenset(",;。!?、)和,:\t及")
_REACHES = re.compile(r"(?:达到?|为|至|到|提高|提升|增加|增长|降|保持在|稳定在)$")


def _ends_phrase(character: str) -> bool:
    return character in _PHRASE_END


def _reaches(words: str, at: int) -> bool:
    return _REACHES.search(words, max(0, at - 3), at) is not None


def _plausible(words: str, match: re.Match[str], before: re.Match[str] | None) -> bool:
    """Whether a number in Chinese numerals is meant as a figure: 突破千亿元, 建成三家以上.

    一 alone is an article (打造一个…), 十百 … without a unit parts of names (百强, 万亩千亿).
    """
    low = match["low"]
    if low == "一":
        return False
    led = before is not None or _reaches(words, match.start())
    if not low.strip("十百千万亿") and match["unit"] != "元" and not (match["after"] or led):
        return False
    if not match["unit"]:
        return led and low[-1] in "万亿" and len(low) > 1
    if match["unit"] == "元" and low[-1] not in "百千万亿":
        return False  # 三元材料, 二元结构
    return match["unit"] in PLAIN


def _han_value(match: re.Match[str]) -> tuple[Bounds, str, tuple[float, str]]:
    """Return bounds, unit and base of 千亿元 (1000, 亿元, 元) or 二十家."""
    low, unit = match["low"], match["unit"] or ""
    scale = ""
    for candidate in ("万亿", "亿", "万"):
        if low.endswith(candidate) and len(low) > len(candidate):
            scale, low = candidate, low[: -len(candidate)]
            break
    return (_han_float(low), None), scale + unit, (_SCALES.get(scale, 1), unit)


def _han_float(words: str) -> float:
    """Return 65.6 for 六五·六, digit by digit as old plans write, 15 for 十五."""
    if words[0] not in "十百千" and not set(words) & set("十百千万亿"):
        digits = "".join("." if x in "·." else str(_HAN_DIGITS[x]) for x in words)
        return float(digits)
    return float(han_number(words.replace("·", "").replace(".", "")))


def han_number(words: str) -> int:
    """Return the value of a number in Chinese numerals.

    >>> han_number("十五"), han_number("一千二百"), han_number("两万三千"), han_number("百亿")
    (15, 1200, 23000, 10000000000)
    """
    total = section = digit = 0
    for character in words:
        if character in _HAN_DIGITS:
            digit = _HAN_DIGITS[character]
            continue
        scale = _HAN_SCALES[character]
        if scale < 10**4:
            section += (digit or 1) * scale
        else:
            total = (total + section + digit or 1) * scale
            section = 0
        digit = 0
    return total + section + digit


def _arabic_value(named: dict[str, str | None]) -> tuple[Bounds, str, tuple[float, str]]:
    """Return bounds, unit as written and base of 1—2个, 300万—400万吨, 2.5万亿元."""
    low, high = named["low"], named["high"]
    scale, unit = named["scale"] or "", named["unit"] or ""
    first = _float(low or "")
    if high is None:
        return (first, None), scale + unit, (_SCALES.get(scale, 1), unit)
    if named["low_scale"] and named["low_scale"] != scale:
        first *= _SCALES[named["low_scale"]] / _SCALES.get(scale, 1)
    return (first, _float(high)), scale + unit, (_SCALES.get(scale, 1), unit)


def _float(number: str) -> float:
    return float(number.replace(",", "").replace("·", "."))


def _more(named: dict[str, str | None]) -> bool:
    return bool(named["more"] or named.get("more_too"))


def _comparator(
    before: re.Match[str] | None, after: str | None, more: bool
) -> tuple[Comparator, bool]:
    """Return what the words around a number say; those after it win: 控制在5%左右 is about 5%."""
    for word, comparator in _AFTER_MEANS:
        if after and word in after:
            return comparator, True
    if before is not None and before["only_each"] is None:
        position = next(at for at in range(len(_BEFORE)) if before[f"q{at}"])
        return _BEFORE[position][1], True
    return (">", True) if more else ("=", False)


def _times(value: float, factor: float) -> float:
    """Multiply without the dust of binary fractions: 2.3 × 10⁴ is 23000."""
    return float(f"{value * factor:.12g}")
