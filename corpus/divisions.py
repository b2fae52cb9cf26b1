"""Administrative divisions: which places a text names, by full or short name.

``divisions.tsv`` holds the divisions of China down to the county (GB/T 2260), taken from the npm
package china-division 2.7.0 (github.com/modood/Administrative-divisions-of-China, licence WTFPL),
with Hong Kong, Macao and Taiwan. Its column ``short`` is the name without rank and nationality
(温州, 内蒙古, 延边), left empty where it would mislead: for urban districts, whose bare names are
words and are shared (和平, 新城), for counties that share it with another division, and where it
is an ordinary word (白银, 公安, 合作). There only the full name counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

Span = tuple[int, int]
Level = Literal["province", "city", "county"]

_GENERIC = frozenset({"城区", "郊区", "矿区", "东区", "西区", "南区", "北区"})
"""Full names of districts that are ordinary words."""
_GOES_ON = {
    "大理": "石", "长治": "久", "大同": "小", "朝阳": "产行企", "日照": "时强", "开封": "时前",
    "海口": "岸", "中山": "大", "黄山": "路", "新乡": "贤", "南平": "台",
}  # fmt: skip
"""A short name followed by one of these characters is part of another word (大理石)."""


@dataclass(frozen=True, slots=True)
class Division:
    """A place: ``province`` and ``city`` are the full names of what it belongs to or is itself.

    ``short`` equals ``name`` where only the full name may be used.
    """

    name: str
    short: str
    level: Level
    province: str
    city: str | None


@cache
def all_divisions() -> tuple[Division, ...]:
    """Return every division, provinces before cities before counties within each code order."""
    table = (files("corpus") / "divisions.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and line[0] != "#"]
    return tuple(
        Division(name, short or name, cast(Level, level), province, city or None)
        for _, name, short, level, province, city in rows[1:]
    )


@cache
def _names() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[Division, ...]]]:
    """Return names by their first two characters, longest first, and divisions by name."""
    by_name: dict[str, list[Division]] = {}
    order = {"province": 0, "city": 1, "county": 2}
    for division in sorted(all_divisions(), key=lambda d: order[d.level]):
        for name in {division.name, division.short} - _GENERIC:
            by_name.setdefault(name, []).append(division)
    by_head: dict[str, list[str]] = {}
    for name in sorted(by_name, key=len, reverse=True):
        by_head.setdefault(name[:2], []).append(name)
    return (
        {head: tuple(names) for head, names in by_head.items()},
        {name: tuple(found) for name, found in by_name.items()},
    )


def find_divisions(text: str) -> list[tuple[Division, Span]]:
    """Return the places named in ``text``, leftmost and longest first.

    A name that several divisions bear is the one in a province or city the text also names.

    >>> [(d.name, span) for d, span in find_divisions("温州和绍兴市新昌县")]
    [('温州市', (0, 2)), ('绍兴市', (3, 6)), ('新昌县', (6, 9))]
    """
    by_head, by_name = _names()
    found: list[tuple[str, Span]] = []
    at = 0
    while at < len(text) - 1:
        for name in by_head.get(text[at : at + 2], ()):
            if not text.startswith(name, at) or _goes_on(name, text, at + len(name)):
                continue
            if not _cuts_a_larger(name, text, at):
                found.append((name, (at, at + len(name))))
                at += len(name) - 1
                break
        at += 1
    around = {name for name, _ in found}
    return [(_choose(by_name[name], around), span) for name, span in found]


def _cuts_a_larger(name: str, text: str, at: int) -> bool:
    """Whether a county's short name is made of the end of one word and the head of a larger place.

    结合山东实际 names 山东, not 合山.
    """
    by_head, by_name = _names()
    if len(name) > 2 or by_name[name][0].level != "county":
        return False
    return any(
        text.startswith(larger, at + 1) and by_name[larger][0].level != "county"
        for larger in by_head.get(text[at + 1 : at + 3], ())
    )


def _goes_on(name: str, text: str, end: int) -> bool:
    return name in _GOES_ON and text[end : end + 1] in _GOES_ON[name] and end < len(text)


def _choose(bearers: Sequence[Division], around: set[str]) -> Division:
    if len(bearers) == 1 or bearers[0].level != "county":
        return bearers[0]
    for division in bearers:
        for above in (division.city, division.province):
            if above is not None and around & _forms(above):
                return division
    return bearers[0]


@cache
def _forms(name: str) -> frozenset[str]:
    """Return the full and short name of the province or city ``name``."""
    return frozenset({d.short for d in _names()[1].get(name, ())} | {name})
