"""From running text to the tree of its sections.

``series`` says which labels head something, ``headings`` where their titles end and which heads
have no label; here they are nested. The order is that of GB/T 9704—2012, 7.3.3 inside 编, 章, 节,
条; a run-in stands under the labelled section it opens in and holds what is
deeper; the 落款 of a notice closes everything, so that the plan it issues begins afresh.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.document import Section
from corpus.headings import Head, find_heads
from corpus.numbering import LEVEL, RANK
from corpus.reading import Reading
from corpus.series import accepted_labels
from corpus.signoff import tail_start


def outline(text: str) -> tuple[Section, ...]:
    """Return the section tree of ``text`` in text order.

    >>> [s.heading for s in outline("一、总体要求（一）指导思想以发展为主线，做大做强产业。")]
    ['一、总体要求', '（一）指导思想']
    """
    reading = Reading(text)
    heads = find_heads(reading, accepted_labels(reading))
    if not heads:
        return ()
    return _Tree(reading.breaks, tail_start(reading.folded, heads[-1].end)).of(heads)


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
    """A section whose end is not yet known."""

    head: Head
    parent: int | None
    depth: int
    level: int
    body_end: int = 0


class _Tree:
    """The tree while it is being built; ``end`` is where the last section ends at the latest."""

    def __init__(self, breaks: Sequence[int], end: int) -> None:
        self.breaks = sorted(breaks)
        self.end = end
        self.nodes: list[_Node] = []
        self.open: list[int] = []  # positions of the open sections, outermost first

    def of(self, heads: Sequence[Head]) -> tuple[Section, ...]:
        """Nest ``heads``, which are in text order."""
        for head in heads:
            signed = self._break_after_last_head(head.start)
            if signed is not None:
                self._close(0, signed)
            self._close(_depth_for(head, [self.nodes[at] for at in self.open]), head.start)
            self._append(head)
        last = self.nodes[-1].head
        signed = self._break_after_last_head(self.end)
        self._close(0, max(self.end if signed is None else signed, last.end))
        return tuple(_section(position, node) for position, node in enumerate(self.nodes))

    def _append(self, head: Head) -> None:
        parent = self.open[-1] if self.open else None
        depth = len(self.open) + 1
        if head.style is not None:
            level = LEVEL.get(head.style, depth)
        else:
            level = self.nodes[parent].level + 1 if parent is not None else 1
        self.open.append(len(self.nodes))
        self.nodes.append(_Node(head, parent, depth, level))

    def _close(self, depth: int, at: int) -> None:
        while len(self.open) > depth:
            self.nodes[self.open.pop()].body_end = at

    def _break_after_last_head(self, until: int) -> int | None:
        """Return the first 落款 between the last head and ``until``."""
        if not self.nodes:
            return None
        position = bisect_right(self.breaks, self.nodes[-1].head.start)
        found = position < len(self.breaks) and self.breaks[position] <= until
        return self.breaks[position] if found else None


def _depth_for(head: Head, opened: Sequence[_Node]) -> int:
    """Return how many of the open sections stay open above ``head``."""
    if head.markdown:
        return _depth_below_markdown(head.markdown, opened)
    if head.style is None:
        return _depth_of_run_in(opened)
    depth = len(opened)
    while depth and not _may_hold(opened[:depth], RANK[head.style]):
        depth -= 1
    return depth


def _depth_below_markdown(count: int, opened: Sequence[_Node]) -> int:
    above = [depth for depth, node in enumerate(opened, 1) if 0 < node.head.markdown < count]
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


def _may_hold(opened: Sequence[_Node], rank: int) -> bool:
    """Whether the innermost labelled section is of an outer rank; run-ins hold what it may."""
    for node in reversed(opened):
        if node.head.style is not None:
            return RANK[node.head.style] < rank
    return True


def _section(position: int, node: _Node) -> Section:
    head = node.head
    body_end = node.body_end if head.stops_at is None else min(node.body_end, head.stops_at)
    return Section(
        position=position,
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
