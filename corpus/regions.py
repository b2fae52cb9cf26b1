"""The place a document speaks for: that of its issuing body, else that of its title."""

from __future__ import annotations

import re

from corpus.divisions import find_divisions
from corpus.fold import fold

_ZONE = re.compile(
    r".{2,20}?(?:集聚区|产业园区|开发区|高新区|高新技术产业园区|示范区|保税区|旅游度假区|自贸区)"
)
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


def _place_at_start(words: str) -> str | None:
    """Return the innermost division, or the zone, that ``words`` begin with."""
    end, place = 0, None
    for division, span in find_divisions(words[:40]):
        if span[0] != end:
            break
        place, end = division.name, span[1]
    zone = _ZONE.match(words)
    return zone.group() if place and zone is not None and zone.end() > end else place
