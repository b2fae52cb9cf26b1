"""From the section tree to passages: what is indexed and quoted.

A passage is the own text of one section, heading included, so that it can be quoted with its
heading. Entries without a title and the 一是…二是… of running text stay with the section that
enumerates them. A long text is cut at entries, paragraphs and sentences into pieces of about equal
size. A table stands by itself, cut between rows; what names its columns goes with each piece, to be
searched and not quoted. No passage crosses a section, and nothing but furniture and bare headings
is left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from corpus.document import Document, Passage, Section, Span, Table
from corpus.furniture import furniture
from corpus.reading import reading_of
from corpus.sections import is_spoken, section_path
from corpus.sentences import clauses, sentences
from corpus.tables import find_tables, header_of

PASSAGE_TARGET = 400
PASSAGE_MAX = 550
PASSAGE_MIN = 60
"""Characters a piece of a long section should have, may have, and must have."""
_HARD_MAX = 1200
_LETTER = re.compile(r"[^\W_]")
CAPTION_MAX = 40
"""Longest line above a table that is taken to be its name."""


def cut_passages(
    document: Document,
    sections: Sequence[Section],
    *,
    target: int = PASSAGE_TARGET,
    longest: int = PASSAGE_MAX,
    shortest: int = PASSAGE_MIN,
) -> tuple[Passage, ...]:
    """Cut ``document`` into passages in text order; ``sections`` is its outline."""
    cutter = _Cutter(document, sections, target, longest, shortest)
    return tuple(
        Passage(
            document.id, section, section_path(sections, section), start, end,
            document.text[start:end], document.page_at(start), cutter.header(start),
        )
        for start, end, section in cutter.passages()
    )  # fmt: skip


class _Cutter:
    """One document being cut."""

    def __init__(
        self,
        document: Document,
        sections: Sequence[Section],
        target: int,
        longest: int,
        shortest: int,
    ) -> None:
        self.text = text = document.text
        self.reading = reading_of(text, document.layout)
        self.folded = self.reading.folded
        self.tables = find_tables(text, document.layout)
        self.table_starts = [table.start for table in self.tables]
        self.sections = sections
        self.target, self.longest, self.shortest = target, longest, shortest
        self.skipped = furniture(text, marks=False, layout=document.layout)
        self.mark_ends = dict(furniture(text, layout=document.layout))
        self.mark_starts = {end: start for start, end in self.mark_ends.items()}
        self.heading_ends = [section.end for section in sections]
        self.starts = [section.start for section in sections]

    def passages(self) -> Iterator[tuple[int, int, int | None]]:
        for stretch in self._stretches():
            for start, end in self._without_furniture(*stretch):
                if self._says_something(start, end):
                    for first, last in self._pieces(start, end):
                        yield first, last, self._innermost(first, last)

    def _stretches(self) -> Iterator[Span]:
        """Yield the text as stretches, each the own text of one section or of none."""
        kept = [section for section in self.sections if not _stays(section)]
        edges = {0, len(self.text)}
        edges |= {section.start for section in kept} | {section.body_end for section in kept}
        edges |= {table.start for table in self.tables} | {table.end for table in self.tables}
        return pairwise(sorted(edges))

    def _without_furniture(self, start: int, end: int) -> list[Span]:
        """Return the stretch less the furniture in it; marks inside a line stay where they are."""
        at = start
        spans: list[Span] = []
        for first, last in self._furniture_in(start, end):
            spans.append((at, max(first, at)))
            at = max(at, last)
        spans.append((at, end))
        return [trimmed for a, b in spans if (trimmed := self._trim(a, b)) is not None]

    def _furniture_in(self, start: int, end: int) -> Iterator[Span]:
        position = max(bisect_right(self.skipped, (start, start)) - 1, 0)
        while position < len(self.skipped) and self.skipped[position][0] < end:
            first, last = self.skipped[position]
            if last > start:
                yield max(first, start), min(last, end)
            position += 1

    def _trim(self, start: int, end: int) -> Span | None:
        """Drop white space and marks such as <BR> from both ends; None when nothing is left."""
        before = -1
        while before < start < end:
            before = start
            if self.folded[start].isspace():
                start = end - len(self.folded[start:end].lstrip())
            start = min(self.mark_ends.get(start, start), end)
        while end > start and (self.folded[end - 1].isspace() or end in self.mark_starts):
            end = max(self.mark_starts.get(end, end - 1), start)
        return (start, end) if end > start else None

    def _says_something(self, start: int, end: int) -> bool:
        """Whether there is more than a heading and the punctuation after it."""
        at = bisect_left(self.starts, start)
        if at < len(self.starts) and self.starts[at] == start:
            start = min(self.heading_ends[at], end)
        return _LETTER.search(self.folded, start, end) is not None

    def _innermost(self, start: int, end: int) -> int | None:
        """Return the innermost section that holds the whole piece."""
        at = bisect_right(self.starts, start) - 1
        position: int | None = at if at >= 0 else None
        while position is not None and self.sections[position].body_end < end:
            position = self.sections[position].parent
        return position

    # --- tables -------------------------------------------------------------------------------

    def _table_at(self, offset: int) -> Table | None:
        at = bisect_right(self.table_starts, offset) - 1
        return self.tables[at] if at >= 0 and offset < self.tables[at].end else None

    def header(self, start: int) -> str:
        """Return what names the columns for a passage that begins at ``start`` below them.

        The line above a table, mostly its name and unit (表1 主要指标 单位：亿元), goes with it.
        """
        table = self._table_at(start)
        if table is None:
            return ""
        above = self.text[max(0, table.start - 3 * CAPTION_MAX) : table.start]
        line = above.rstrip().rpartition("\n")[2].strip()
        caption = line if len(line) <= CAPTION_MAX else ""
        below = start >= table.rows[min(table.header_rows, len(table.rows)) - 1][1]
        return f"{caption} {header_of(self.text, table) if below else ''}".strip()

    def _row_groups(self, table: Table, start: int, end: int) -> Iterator[Span]:
        """Yield the rows between ``start`` and ``end`` in groups; a longer row is cut in itself."""
        rows = [row for row in table.rows if start <= row[0] < end]
        first = start
        for row, following in pairwise([*rows, (end, end)]):
            stop = min(row[1], end)
            if stop - first > self.longest and first < row[0]:
                yield first, row[0]
                first = row[0]
            if stop - first >= self.target or following[0] == end:
                yield from self._long_pieces(first, max(stop, first))
                first = following[0]

    # --- long stretches -----------------------------------------------------------------------

    def _pieces(self, start: int, end: int) -> list[Span]:
        if end - start <= self.longest:
            return [(start, end)]
        table = self._table_at(start)
        if table is None or end > table.end:
            return self._long_pieces(start, end)
        groups = (self._trim(*group) for group in self._row_groups(table, start, end))
        return [group for group in groups if group is not None]

    def _long_pieces(self, start: int, end: int) -> list[Span]:
        if end - start <= self.longest:
            return [(start, end)]
        units = self._units(start, end)
        count = max(2, round((end - start) / self.target))
        cuts = self._cuts(units, start, end, count)
        bounds = [start, *cuts, end]
        return [span for a, b in pairwise(bounds) if (span := self._trim(a, b)) is not None]

    def _units(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return where a cut may be made, with its cost: entries, paragraphs, then sentences."""
        entries = {s.start for s in self._sections_in(start, end)}
        starts = self.reading.starts
        openings = set(starts[bisect_left(starts, start) : bisect_left(starts, end)])
        units: list[tuple[int, int]] = []
        for a, b in sentences(self.text, start, end):
            cost = 0 if a in entries else 1 if a in openings else 2
            units.append((a, cost))
            if b - a > self.longest:
                units += [(c, 4) for c in self._inside(a, b)]
        return [unit for unit in units if unit[0] > start]

    def _inside(self, start: int, end: int) -> list[int]:
        """Return cuts inside one overlong sentence: at clauses, else anywhere."""
        cuts = [a for a, _ in clauses(self.text, start, end)[1:]]
        filled: list[int] = []
        at = start
        for cut in [*cuts, end]:
            while cut - at > _HARD_MAX:
                at += self.target
                filled.append(at)
            if cut < end:
                filled.append(cut)
            at = cut
        return filled

    def _sections_in(self, start: int, end: int) -> Sequence[Section]:
        return self.sections[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def _cuts(self, units: list[tuple[int, int]], start: int, end: int, count: int) -> list[int]:
        """Choose cuts near the places that would make the pieces equal, the dearer the nearer."""
        size = (end - start) / count
        positions = [at for at, _ in units]
        chosen: list[int] = []
        previous = start
        while end - previous > self.longest:
            low = bisect_left(positions, previous + self.shortest)
            high = bisect_right(positions, min(previous + self.longest, end - self.shortest))
            window = units[low:high] or units[low : low + 1]
            if not window or end - window[0][0] < self.shortest:
                break
            previous = _nearest(window, previous + min(size, self.target), size / 6)
            chosen.append(previous)
        return chosen


def _stays(section: Section) -> bool:
    """Whether the section is part of the passage of the one that enumerates it."""
    return section.parent is not None and (section.kind == "item" or is_spoken(section))


def _nearest(units: Sequence[tuple[int, int]], ideal: float, price: float) -> int:
    """Return the place nearest to ``ideal``, where each point of cost counts as ``price`` away."""
    return min(units, key=lambda unit: (abs(unit[0] - ideal) + unit[1] * price, unit[0]))[0]
