"""Dates and years as official documents write them: 二〇一九年七月三日, 2019-2021年, “十四五”."""

from __future__ import annotations

import re
from datetime import date

from corpus.fold import fold
from corpus.numbering import number

_HAN = "一二三四五六七八九十"
_DATE_PARTS = re.compile(
    rf"(\d{{4}}|[〇零{_HAN}0]{{4}})\ *[-年./]"
    rf"\ *(\d{{1,2}}|[{_HAN}]{{1,2}})\ *[-月./]\ *(\d{{1,2}}|[{_HAN}]{{1,3}})"
)
_RANGE = re.compile(r"((?:19|20)\d\d)\ *年?\ *[-—–~至到]{1,2}\ *((?:19|20)\d\d)\ *年")
_FIVE_YEARS = re.compile(
    r"“(十[一二三四五六]?|[六七八九])五”|(十[一二三四五六])五(?=时期|期间|规划|计划|发展)"
    r"|第(十[一二三四五六]?|[六七八九])个五年"
)
_YEAR = re.compile(r"((?:19|20)\d\d)\ *年(?:度)?(?!\ *\d{1,2}\ *月)")


def parse_date(words: str) -> date | None:
    """Return the date written in Arabic or Chinese numerals, None for an impossible one.

    >>> parse_date("2019年7月3日"), parse_date("二〇一九年十二月四日"), parse_date("2019- 12- 09")
    (datetime.date(2019, 7, 3), datetime.date(2019, 12, 4), datetime.date(2019, 12, 9))
    """
    match = _DATE_PARTS.search(fold(words).replace("○", "〇"))
    if match is None:
        return None
    try:
        return date(*(number(part) for part in match.groups()))
    except ValueError:
        return None


def years_of(title: str) -> tuple[int, int] | None:
    """Return the years a title says the document is for.

    >>> years_of("某市行动计划（2019-2021年）"), years_of("某省“十四五”规划"), years_of("某县要点")
    ((2019, 2021), (2021, 2025), None)
    """
    folded = fold(title)
    match = _RANGE.search(folded)
    if match is not None and int(match[1]) <= int(match[2]):
        return int(match[1]), int(match[2])
    plan = _FIVE_YEARS.search(folded)
    if plan is not None:
        # The first five-year plan ended in 1957, each later one five years after the last.
        last = 1955 + 5 * number(plan[plan.lastindex or 0])
        return last - 4, last
    year = _YEAR.search(folded)
    return (int(year[1]), int(year[1])) if year else None
