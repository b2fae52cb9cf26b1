"""Titles that ran together with their text: 第一节拓宽乡村公路按照先急后缓的次序，….

A conversion that loses line breaks leaves no sign where the title of a chapter or section ends.
Titles of plans are a verb and its object; the text after them begins with a verb or preposition of
its own, or says the object again and what is to be done with it (修复山塘山塘要…).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from corpus.document import Span

_TITLE_MIN = 4
_TITLE_MAX = 24
_UNPARTED_MIN = 40
"""Characters of a chapter's line from which its title must have run together with the text."""
_UNPARTED_LINES = 3
_OPENS_TEXT = re.compile(
    r"要|以|在|把|按照|根据|通过|围绕|坚持|加快|加强|积极|严格|抓住|深化|进一步|继续|建立|确立|保持"
    r"|依法|依托|强化|组织(?:实施|开展)|充分|鼓励|着力|健全|搞好|打破|巩固|引进|更好|大力|全面|切实|努力|推进|支持"
)
_TELLS = re.compile(r"[^,。;:]{0,4}?(?:要|是|,要|应)")
_JOINS = "和与及、的并对"
"""After these a verb is still part of the title: 调整和完善…, 有利于…的."""


def run_together(lines: Iterable[Span]) -> bool:
    """Whether the titles on ``lines``, label left out, mostly have their text right after them."""
    found = list(lines)
    long = sum(end - start > _UNPARTED_MIN for start, end in found)
    return long >= _UNPARTED_LINES and 2 * long > len(found)


def title_end(folded: str, start: int, stop: int) -> int | None:
    """Return where a title that begins at ``start`` ends and its text begins."""
    last = min(stop, start + _TITLE_MAX)
    for at in range(start + _TITLE_MIN, last):
        said_again = folded.find(folded[at : at + 2], start, at) >= 0
        if said_again and _subject(folded, start, at):
            return at
        if folded[at - 1] not in _JOINS and _OPENS_TEXT.match(folded, at):
            return at
    return None


def _subject(folded: str, start: int, at: int) -> bool:
    """Whether the words of the title that stand here again are what the text speaks of."""
    end = at
    while folded.find(folded[at : end + 1], start, at) >= 0:
        end += 1
    return end - at > 1 and _TELLS.match(folded, end) is not None
