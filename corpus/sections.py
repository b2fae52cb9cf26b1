"""From running text to the tree of its sections.

``series`` says which labels head something, ``headings`` where their titles end and which heads
have no label; here they are nested. The order is that of GB/T 9704—2012, 7.3.3 inside 编, 章, 节,
条; a run-in stands under the labelled section it opens in and holds what is
deeper; the 落款 of a notice closes everything, so that the plan it issues begins afresh.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from corpus.document import PLAIN, Layout, Section
from corpus.headings import find_heads
from corpus.numbering import HOLDERS, LEVEL, RANK, Style
from corpus.reading import reading_of
from corpus.series import accepted_labels
from corpus.signoff import tail_start
from corpus.unnumbered import Head

_TITLE_GAP = 40
"""Characters between a title and the heading below it when no text stands between them."""


def outline(text: str, layout: Layout = PLAIN) -> tuple[Section, ...]:
    """Return the section tree of ``text`` in text order; ``layout`` is what its format says.

    >>> [s.heading for s in outline("一、总体要求（一）指导思想以发展为主线，做大做强产业。")]
    ['一、总体要求', '（一）指导思想']
    """
    return _outline(text, layout)


@lru_cache(maxsize=2)
def _outline(text: str, layout: Layout) -> tuple[Section, ...]:
    """Metadata and passages both ask for the tree of the same text, one soon after the other."""
    reading = reading_of(text, layout)
    heads = find_heads(reading, accepted_labels(reading))
    if not heads:
        return ()
    end = tail_start(reading.folded, heads[-1].end, reading.lines, reading.passed)
    return _Tree(reading.breaks, end).of(heads)


def section_at(sections: Sequence[Section], offset: int) -> int | None:
    """Return the position of the innermost section that holds ``offset``."""
    last = bisect_right(sections, offset, key=lambda section: section.start) - 1
    position = last if last >= 0 else None
    while position is not None and offset >= sections[position].body_end:
        position = sections[position].parent
    return position


def section_path(sections: Sequence[Section], position: int | None) -> tuple[str, ...]:
    """Return the headings from the top down to ``position``: numbered or structural ones only.

    Left out are run-ins, entries without a title, and the 一是…二是 of running text.
    """
    path: list[str] = []
    while position is not None:
        section = sections[position]
        if section.kind == "heading" and not is_spoken(section):
            path.append(section.heading)
        position = section.parent
    return tuple(reversed(path))


def is_spoken(section: Section) -> bool:
    """Whether the section is one of 一是…；二是… in running text."""
    return section.label.endswith("是")


@dataclass(slots=True)
class _Node:
    """An open section: its end is not yet known."""

    head: Head
    position: int
    parent: int | None
    depth: int
    level: int


class _Tree:
    """The tree while it is being built; ``end`` is where the last section ends at the latest."""

    def __init__(self, breaks: Sequence[int], end: int) -> None:
        self.breaks = sorted(breaks)
        self.end = end
        self.count = 0
        self.last: Head | None = None
        self.closed: dict[int, Section] = {}  # by position; an outer one closes after its inner
        self.ranks: Mapping[Style, int] = RANK
        self.open: list[_Node] = []  # the open sections, outermost first

    def of(self, heads: Sequence[Head]) -> tuple[Section, ...]:
        """Nest ``heads``, which are in text order."""
        self.ranks = _ranks(heads)
        for head in heads:
            signed = self._break_after_last_head(head.start)
            if signed is not None:
                self._close(0, signed)
            self._close(_depth_for(head, self.open, self.ranks), head.start)
            self._open(head)
        signed = self._break_after_last_head(self.end)
        self._close(0, max(self.end if signed is None else signed, heads[-1].end))
        return tuple(self.closed[position] for position in range(self.count))

    def _open(self, head: Head) -> None:
        parent = self.open[-1] if self.open else None
        depth = len(self.open) + 1
        if head.style is not None:
            level = LEVEL.get(head.style, depth)
        else:
            level = parent.level + 1 if parent is not None else 1
        above = parent.position if parent is not None else None
        self.open.append(_Node(head, self.count, above, depth, level))
        self.count += 1
        self.last = head

    def _close(self, depth: int, at: int) -> None:
        while len(self.open) > depth:
            node = self.open.pop()
            self.closed[node.position] = _section(node, at)

    def _break_after_last_head(self, until: int) -> int | None:
        """Return the first 落款 between the last head and ``until``."""
        if self.last is None or not self.breaks:
            return None
        position = bisect_right(self.breaks, self.last.start)
        found = position < len(self.breaks) and self.breaks[position] <= until
        return self.breaks[position] if found else None


def _ranks(heads: Sequence[Head]) -> Mapping[Style, int]:
    """Return the order of nesting: in older plans 一、 stands above 第一章 and holds chapters.

    Then a chapter follows right below the title of a 一、, and chapters count on across them.
    """
    parts = sum(head.style == "han" for head in heads)
    above = sum(
        (one.style, other.style) == ("han", "chapter") and other.start - one.end <= _TITLE_GAP
        for one, other in pairwise(heads)
    )
    return {**RANK, "han": 1} if above > 1 and 2 * above >= parts else RANK


def _depth_for(head: Head, opened: Sequence[_Node], ranks: Mapping[Style, int]) -> int:
    """Return how many of the open sections stay open above ``head``."""
    if head.style == "styled":
        return _depth_of_styled(head.level, opened)
    if head.style is None:
        return _depth_of_run_in(opened)
    if head.style in HOLDERS:
        for depth, node in enumerate(opened):
            if node.head.style == head.style:
                return depth
    for depth in range(len(opened), 0, -1):
        if _holds(opened, depth - 1, head, ranks):
            return depth
    return 0


def _holds(opened: Sequence[_Node], at: int, head: Head, ranks: Mapping[Style, int]) -> bool:
    """Whether the open section ``at`` may hold a labelled head; a run-in holds what its may."""
    node = opened[at].head
    if node.holds_to is not None and head.start >= node.holds_to:
        return False
    if node.style is None:
        return at > 0 and head.style is not None and _holds(opened, at - 1, head, ranks)
    if node.style == "styled":
        if node.ordinal == 0 and head.style is not None and RANK[head.style] <= RANK["han"]:
            return False
        return not 0 < head.level <= node.level and not _goes_on(opened[:at], head)
    if node.style in HOLDERS:
        inner = opened[at + 1].head if at + 1 < len(opened) else head
        counts_on = (inner.style, inner.ordinal + 1) == (head.style, head.ordinal)
        return head.style not in HOLDERS and (counts_on or not _goes_on(opened[:at], head))
    return head.style is not None and ranks[node.style] < ranks[head.style]


def _goes_on(opened: Sequence[_Node], head: Head) -> bool:
    """Whether ``head`` counts on in a series that was open around a box or a styled heading."""
    return any(
        node.head.style == head.style and node.head.ordinal < head.ordinal for node in opened
    )


def _depth_of_styled(level: int, opened: Sequence[_Node]) -> int:
    """A heading by style alone stands under the innermost one of a higher style."""
    above = [depth for depth, node in enumerate(opened, 1) if 0 < node.head.level < level]
    return above[-1] if above else 0


def _depth_of_run_in(opened: Sequence[_Node]) -> int:
    """A run-in follows its sister, or opens under the innermost section that is no 一是."""
    for depth, node in enumerate(opened):
        if node.head.kind == "runin":
            return depth
    depth = len(opened)
    while depth and opened[depth - 1].head.style == "first":
        depth -= 1
    return depth


def _section(node: _Node, until: int) -> Section:
    head = node.head
    body_end = until if head.stops_at is None else min(until, head.stops_at)
    return Section(
        position=node.position,
        parent=node.parent,
        depth=node.depth,
        level=node.level,
        kind=head.kind,
        label=head.label,
        title=head.title,
        start=head.start,
        end=head.end,
        body_end=max(body_end, head.end),
    )
