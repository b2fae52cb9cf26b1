"""The entries of one series made alike: all heads of tasks, or all entries of a list.

Whether 3. is a heading or an entry without title is first judged by its own words; a series shows
more. The numbers of a long list of entries have no title because some first sentence is short, and
where the entries open with a sentence of two clauses each, the longest of them is a title too. Nor
is the one entry a list of its own that has nothing below its title (五、…问题（略）).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from corpus.document import Span
from corpus.numbering import RANK, Style
from corpus.reading import Reading
from corpus.unnumbered import Head

_LIST_MIN = 8
_MOSTLY = 0.75
"""Numbers of a series, and the part of them that are entries, from which the others are too."""
_TITLED_MIN = 3
"""Titles of one shape in a series, from which a longer first sentence of that shape is one."""


def uniform(
    reading: Reading, heads: list[Head], too_long: Mapping[int, Span], bare: Mapping[int, Span]
) -> list[Head]:
    """Return labelled heads, those of a series alike.

    ``too_long`` are the first sentences, by where the entry starts, that were too long for a title
    by themselves; ``bare`` those that are a line with nothing below, which an entry may be.
    """
    for members in _series(heads):
        series = [heads[position] for position in members]
        if _lists(series):
            series = [_as_entry(head) for head in series]
        else:
            series = _with_titles(reading, series, _of_shape(reading, series, too_long))
            titled = sum(head.kind == "heading" for head in series)
            if titled == len(series) - 1 and titled >= _TITLED_MIN:
                series = _with_titles(reading, series, bare)
        for position, head in zip(members, series, strict=True):
            heads[position] = head
    return heads


def _series(heads: Sequence[Head]) -> list[list[int]]:
    """Return the positions of the heads that count on: 1. 2. 3. below and across sections."""
    current: dict[Style, list[int]] = {}
    found: list[list[int]] = []
    for position, head in enumerate(heads):
        style = head.style
        if style is None:
            continue
        if RANK[style] < RANK["han"]:
            current = {other: at for other, at in current.items() if RANK[other] <= RANK[style]}
        members = current.get(style, [])
        if not members or heads[members[-1]].ordinal + 1 != head.ordinal:
            members = current[style] = []
            found.append(members)
        members.append(position)
    return found


def _lists(series: Sequence[Head]) -> bool:
    """Whether this is a long list whose entries mostly have no title."""
    deep = RANK[series[0].style or "part"] >= RANK["han_bracket"]
    if not deep or len(series) < _LIST_MIN:
        return False
    return sum(head.kind == "item" for head in series) >= _MOSTLY * len(series)


def _as_entry(head: Head) -> Head:
    if head.kind == "item":
        return head
    return head._replace(kind="item", end=head.label_end, title="")


def _of_shape(
    reading: Reading, series: Sequence[Head], sentences: Mapping[int, Span]
) -> dict[int, Span]:
    """Return the sentences with as many clauses as most titles of the series, two at least."""
    entries = [head.start for head in series if head.kind == "item" and head.start in sentences]
    titles = [head.title for head in series if head.kind == "heading"]
    if not entries or len(titles) < max(_TITLED_MIN, len(series) / 2):
        return {}
    usual, times = Counter(map(_commas, titles)).most_common(1)[0]
    if not usual or times < _MOSTLY * len(titles):
        return {}
    found = {start: sentences[start] for start in entries}
    return {at: span for at, span in found.items() if _commas(reading.text[slice(*span)]) == usual}


def _commas(title: str) -> int:
    return title.count("，") + title.count(",")


def _with_titles(
    reading: Reading, series: Sequence[Head], titles: Mapping[int, Span]
) -> list[Head]:
    """Return the series with titles for the entries that ``titles`` names."""
    return [
        _as_heading(reading, head, titles[head.start])
        if head.kind == "item" and head.start in titles
        else head
        for head in series
    ]


def _as_heading(reading: Reading, head: Head, title: Span) -> Head:
    words = reading.squeezed(*title)
    return head._replace(kind="heading", end=title[1], title=words, label_end=head.end)
