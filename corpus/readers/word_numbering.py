"""Automatic numbering of Word files: counters in the order of the text, labels as printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

from lxml import etree

from corpus.readers.word_styles import Styles, W, is_on, number, value

_LEVELS = 9
_LABEL_MAX = 100
_HOPS = 5
_PLACE = re.compile(r"%([1-9])")
_CLOSED = "、）)：:】〕"
"""What ends a label that the text follows without a gap, as GB/T 9704 prints 一、 and （一）."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list.

    ``restart`` counts levels from 1 (0: never, None: after any above); ``legal`` shows the numbers
    of the levels above in digits.
    """

    start: int = 1
    format: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False
    style: str | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """What a ``numId`` stands for: the counters it shares and its levels."""

    counters: str
    levels: tuple[Level, ...]
    overrides: tuple[int | None, ...]


class Numbering:
    """The lists of a file, which count as the paragraphs come."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._styles = styles
        self._numbers = _by_id(root, "num", "numId")
        self._abstract = _by_id(root, "abstractNum", "abstractNumId")
        self._lists: dict[str, _List | None] = {}
        self._counters: dict[str, list[int | None]] = {}
        self._overridden: set[tuple[str, int]] = set()
        self._definition = lru_cache(maxsize=None)(self._define)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Count a text box or the notes for themselves, as Word does; then go on as before."""
        before = self._counters, self._overridden
        self._counters, self._overridden = {}, set()
        yield
        self._counters, self._overridden = before

    def label(self, identifier: str | None, level: int) -> str:
        """Count one paragraph of a list and return its label with the gap after it.

        Empty for a list that there is not and for bullets: a bullet tells nothing that the line
        of its own does not, and a quotation reads better without.
        """
        found = self._list(identifier)
        if identifier is None or found is None or not 0 <= level < len(found.levels):
            return ""
        counters = self._count(identifier, found, level)
        return _label(found, counters, level)

    def level_of_style(self, identifier: str | None, *styles: str | None) -> int | None:
        """Return the level of a list that is tied to one of ``styles``, tried in order."""
        found = self._list(identifier)
        tied = [level.style for level in found.levels] if found else []
        return next((tied.index(each) for each in styles if each and each in tied), None)

    def _count(self, identifier: str, found: _List, level: int) -> list[int | None]:
        counters = self._counters.setdefault(found.counters, [None] * _LEVELS)
        own = found.overrides[level]
        before = counters[level]
        if own is not None and (identifier, level) not in self._overridden:
            self._overridden.add((identifier, level))
            counters[level] = own
        elif before is None:
            counters[level] = _start(found, level)
        else:
            counters[level] = before + 1
        # A level above that was passed over counts as if it had been there, as Word prints it.
        for above in range(level):
            if counters[above] is None:
                counters[above] = _start(found, above)
        for below in range(level + 1, len(found.levels)):
            restart = found.levels[below].restart
            if level < (below if restart is None else restart):
                counters[below] = None
        return counters

    def _list(self, identifier: str | None) -> _List | None:
        if identifier is None:
            return None
        if identifier not in self._lists:
            self._lists[identifier] = self._resolve(identifier)
        return self._lists[identifier]

    def _resolve(self, identifier: str) -> _List | None:
        numbered = self._numbers.get(identifier)
        counters = self._abstract_of(identifier)
        if numbered is None or counters is None:
            return None
        levels = list(self._definition(counters)[1])
        overrides: list[int | None] = [None] * _LEVELS
        for override in numbered.findall(W + "lvlOverride"):
            position = number(override.get(W + "ilvl"))
            if position is None or not 0 <= position < _LEVELS:
                continue
            overrides[position] = number(value(override, W + "startOverride"))
            for element in override.findall(W + "lvl"):
                _put(levels, element)
        return _List(counters, tuple(levels), tuple(overrides))

    def _abstract_of(self, identifier: str) -> str | None:
        """Return the definition behind a list, also where a numbering style stands between."""
        for _ in range(_HOPS):
            abstract = value(self._numbers.get(identifier), W + "abstractNumId")
            if abstract not in self._abstract:
                return None
            link = self._definition(abstract)[0]
            if link is None:
                return abstract
            identifier = self._styles.numbering(link)[0] or ""
        return None

    def _define(self, abstract: str) -> tuple[str | None, tuple[Level, ...]]:
        """Return the numbering style that a definition refers to (``numStyleLink``), its levels."""
        element = self._abstract[abstract]
        levels = [Level()] * _LEVELS
        for each in element.findall(W + "lvl"):
            _put(levels, each)
        return value(element, W + "numStyleLink"), tuple(levels)


def _by_id(root: etree._Element | None, tag: str, name: str) -> dict[str, etree._Element]:
    found = () if root is None else root.findall(W + tag)
    return {element.get(W + name, ""): element for element in found}


def _put(levels: list[Level], element: etree._Element) -> None:
    position = number(element.get(W + "ilvl"))
    if position is None or not 0 <= position < _LEVELS:
        return
    start = number(value(element, W + "start"))
    levels[position] = Level(
        start=0 if start is None else start,
        format=_format_of(element),
        text=(value(element, W + "lvlText") or "")[:_LABEL_MAX],
        suffix=value(element, W + "suff") or "tab",
        restart=number(value(element, W + "lvlRestart")),
        legal=bool(is_on(element, "isLgl")),
        style=value(element, W + "pStyle"),
    )


def _format_of(level: etree._Element) -> str:
    """Return ``numFmt``; a custom one (in AlternateContent) as its pattern, such as "001, 002"."""
    found = next(level.iter(W + "numFmt"), None)
    if found is None:
        return "decimal"
    return found.get(W + "format") or found.get(W + "val") or "decimal"


def _start(found: _List, level: int) -> int:
    own = found.overrides[level]
    return found.levels[level].start if own is None else own


def _label(found: _List, counters: list[int | None], level: int) -> str:
    own = found.levels[level]
    if own.format == "bullet":
        return ""

    def shown(place: re.Match[str]) -> str:
        other = int(place[1]) - 1
        counted = counters[other]
        if counted is None:
            return ""
        legal = own.legal and other < level
        return formatted(counted, "decimal" if legal else found.levels[other].format)

    text = _PLACE.sub(shown, own.text)
    gap = "" if own.suffix == "nothing" or text.endswith(tuple(_CLOSED)) else " "
    return text + gap if text else ""


def formatted(count: int, name: str) -> str:
    """Return a count in a number format of ECMA-376 (ST_NumberFormat); unknown ones in digits.

    >>> [formatted(12, name) for name in ("chineseCounting", "upperRoman", "ideographZodiac")]
    ['十二', 'XII', '亥']
    """
    if name in ("none", "bullet"):
        return ""
    if zeros := re.match(r"(0+)1\b", name):
        return str(count).zfill(len(zeros[1]) + 1)
    write = _FORMATS.get(name)
    return (write(count) if write else None) or str(count)


def _run(first: str, last: int) -> Callable[[int], str | None]:
    """Return a format whose signs 1 to ``last`` follow each other in Unicode."""
    return lambda count: chr(ord(first) + count - 1) if 1 <= count <= last else None


def _signs(signs: str) -> Callable[[int], str | None]:
    return lambda count: signs[count - 1] if 1 <= count <= len(signs) else None


def _letters(signs: str) -> Callable[[int], str | None]:
    """Return the format a, b, … z, aa, bb, …."""

    def write(count: int) -> str | None:
        times, place = divmod(count - 1, len(signs))
        return signs[place] * (times + 1) if count >= 1 and times < 30 else None

    return write


def _digits(signs: str) -> Callable[[int], str | None]:
    table = str.maketrans("0123456789", signs)
    return lambda count: str(count).translate(table)


def circled(count: int) -> str | None:
    """Return ① to ㊿, None for counts that have no such sign."""
    for first, low, high in ((0x2460, 1, 20), (0x3251, 21, 35), (0x32B1, 36, 50)):
        if low <= count <= high:
            return chr(first + count - low)
    return None


_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"],
        strict=True,
    )
)


def _roman(count: int) -> str | None:
    if not 1 <= count < 4000:
        return None
    written = ""
    for worth, sign in _ROMAN:
        written += sign * (count // worth)
        count %= worth
    return written


@dataclass(frozen=True, slots=True)
class _Counting:
    """Chinese numerals with places; ``one_ten``: 一十 for 10 to 19, ``one_hundred``: 一百."""

    digits: str = "零一二三四五六七八九"
    places: str = "十百千"
    one_ten: bool = False
    one_hundred: bool = True

    def __call__(self, count: int) -> str | None:
        if not 0 <= count < 10_000:
            return None
        if count == 0:
            return self.digits[0]
        written = "".join(self._place(count, power) for power in (3, 2, 1, 0)).rstrip(
            self.digits[0]
        )
        written = re.sub(f"{self.digits[0]}+", self.digits[0], written).lstrip(self.digits[0])
        if 10 <= count < 20 and not self.one_ten:
            return written.removeprefix(self.digits[1])
        return written

    def _place(self, count: int, power: int) -> str:
        digit = count // 10**power % 10
        if not digit:
            return self.digits[0]
        place = self.places[power - 1] if power else ""
        if digit == 1 and power and not self.one_hundred:
            return place
        return self.digits[digit] + place


def _japanese(count: int) -> str | None:
    written = _Counting(one_hundred=False)(count)
    return written.replace("零", "") or "〇" if written else None


def _sixty(count: int) -> str | None:
    if not 1 <= count <= 60:
        return None
    return _STEMS[(count - 1) % 10] + _BRANCHES[(count - 1) % 12]


_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_LOWER = "abcdefghijklmnopqrstuvwxyz"
_POSITIONAL = _digits("〇一二三四五六七八九")
_COUNTING = _Counting()
_LEGAL = _Counting("零壹贰叁肆伍陆柒捌玖", "拾佰仟", one_ten=True)
_LEGAL_TRADITIONAL = replace(_LEGAL, digits="零壹貳參肆伍陸柒捌玖")
_FULL_WIDTH = _digits("０１２３４５６７８９")

_FORMATS: dict[str, Callable[[int], str | None]] = {
    "decimalZero": lambda count: str(count).zfill(2),
    "upperRoman": _roman,
    "lowerRoman": lambda count: (_roman(count) or "").lower(),
    "upperLetter": _letters(_LOWER.upper()),
    "lowerLetter": _letters(_LOWER),
    "chineseCounting": _COUNTING,
    "chineseCountingThousand": _COUNTING,
    "taiwaneseCounting": _COUNTING,
    "taiwaneseCountingThousand": _COUNTING,
    "japaneseCounting": _japanese,
    "ideographDigital": _POSITIONAL,
    "taiwaneseDigital": _POSITIONAL,
    "japaneseDigitalTenThousand": _POSITIONAL,
    "chineseLegalSimplified": _LEGAL,
    "ideographLegalTraditional": _LEGAL_TRADITIONAL,
    "ideographTraditional": _signs(_STEMS),
    "ideographZodiac": _signs(_BRANCHES),
    "ideographZodiacTraditional": _sixty,
    "ideographEnclosedCircle": _run("㊀", 10),
    "decimalFullWidth": _FULL_WIDTH,
    "decimalFullWidth2": _FULL_WIDTH,
    "decimalEnclosedCircle": circled,
    "decimalEnclosedCircleChinese": circled,
    "decimalEnclosedFullstop": _run("⒈", 20),
    "decimalEnclosedParen": _run("⑴", 20),
    "numberInDash": lambda count: f"- {count} -",
}
