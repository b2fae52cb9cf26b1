"""The place a document speaks for: that of its issuing body, else that of its title."""

from __future__ import annotations

import re
from collections import Counter

from corpus.divisions import Division, find_divisions
from corpus.fold import fold

_ZONE = re.compile(
    r".{2,20}?(?:集聚区|产业园区|开发区|高新区|高新技术产业园区|示范区|保税区|旅游度假区|自贸区)"
)
_SELF = {
    "province": re.compile(r"全省(?!第|首|前|领先|先进|率先|最)|[我本]省|省委、?省政府|省有关部门"),
    "city": re.compile(r"[全我本]市|市委、?市政府|市有关部门"),
}
"""How a province and a city speak of themselves."""
_MUNICIPALITIES = frozenset({"北京市", "天津市", "上海市", "重庆市"})
_OF_ABOVE = 0.5
"""A city speaks of its province too, a province seldom of itself as 全市."""
_SELF_MIN = 3
_MAJORITY = 0.6
_SPOKEN_MAX = 30_000
"""Characters in which a text must have said whom it speaks for."""
_PARTY = re.compile(r"(?:中共|中国共产党)(?!中央)")
_NATIONAL = re.compile(
    r"(?:国务院|中共中央|中央|中华人民共和国|全国|国家|中国人民|中国共产党中央|最高人民)"
    r"|[^省市县区州盟旗办]{2,12}(?:部|总局|总署)(?:办公厅|[^省市县]{1,6}司|、|$|关于|等)"
)
_ABOUT = re.compile(r".*?关于(?:印发|发布|转发|公布)?《?")


def region_of(issuer: str | None, title: str) -> str | None:
    """Return the place a document speaks for: of its issuing body, else of its title.

    >>> region_of("绍兴市新昌县人民政府", ""), region_of(None, "国务院关于某事的通知")
    ('新昌县', '全国')
    """
    for words in (issuer or "", _ABOUT.sub("", title, count=1), title):
        folded = _PARTY.sub("", fold(words), count=1).lstrip("《")
        place = _place_at_start(folded) or ("全国" if _NATIONAL.match(folded) else None)
        if place is not None:
            return place
    named = find_divisions(fold(title))
    return named[0][0].name if named else None


def region_path(region: str | None) -> tuple[str, ...]:
    """Return province, city and county of a region, the largest first, itself last.

    >>> region_path("乐清市"), region_path("温州浙南产业集聚区"), region_path("全国")
    (('浙江省', '温州市', '乐清市'), ('浙江省', '温州市', '温州浙南产业集聚区'), ('全国',))
    """
    if region is None:
        return ()
    found = find_divisions(region)
    division = next((one for one, span in found if span[0] == 0), None)
    above = (division.province, division.city, division.name) if division else ()
    return tuple(dict.fromkeys(name for name in (*above, region) if name))


def region_spoken_for(text: str) -> str | None:
    """Return the province or city that a text speaks for as 全省 or 全市; None when it is unclear.

    A plan that has lost its head and its signature says 全省, 我市, 市委、市政府, and names the
    places of its own province or city more than all others.

    >>> region_spoken_for("全市推进节水。我市在鹿城区、乐清市和温州市试点，全市达到3家。")
    '温州市'
    """
    folded = fold(text[:_SPOKEN_MAX])
    own = {level: len(pattern.findall(folded)) for level, pattern in _SELF.items()}
    level = "city" if own["city"] > _OF_ABOVE * own["province"] else "province"
    if own[level] < _SELF_MIN:
        return None
    named = Counter(
        name for division, _ in find_divisions(folded) if (name := _of(division, level)) is not None
    )
    if not named:
        return None
    place, times = named.most_common(1)[0]
    return place if times >= _SELF_MIN and times > _MAJORITY * named.total() else None


def _of(division: Division, level: str) -> str | None:
    if level == "province" or division.province in _MUNICIPALITIES:
        return division.province
    return division.city


def _place_at_start(words: str) -> str | None:
    """Return the innermost division, or the zone, that ``words`` begin with."""
    end, place = 0, None
    for division, span in find_divisions(words[:40]):
        if span[0] != end:
            break
        place, end = division.name, span[1]
    zone = _ZONE.match(words)
    return zone.group() if place and zone is not None and zone.end() > end else place
