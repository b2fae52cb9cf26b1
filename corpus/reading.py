"""A text as the structure finders see it: folded, in paragraphs, with what to look past.

Looked past are bracketed and quoted stretches (a label inside them heads nothing here), tables of
contents (their lines look like headings), and the 落款 that ends one document inside a file.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from corpus.fold import fold_for_structure
from corpus.lines import Span, ends_sentence, paragraphs
from corpus.numbering import label_at, line_label
from corpus.sentences import enclosed
from corpus.signoff import breaks

TITLE_LINE_MAX = 60
"""Longest heading on a line of its own; a longer line is a paragraph that has a label."""
_CONTENTS_LINES = range(4, 401)
_CONTENTS_WITHIN = 300
"""Paragraphs from the beginning in which a table of contents may start."""
_LEADER_LINE_MAX = 300
_LEADER = re.compile(
    r"(?:(?<![.·…。-])[.·…。-]{2,}+\ *+|(?<!\s)\s++)\(?\d{1,3}\)?$"  # each run is read once
)
_LIST_MARKS = "#>*|-—● \t"


class Reading:
    """One text and what was found out about its lines; all offsets count in ``text``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold_for_structure(text)
        self.paragraphs = paragraphs(self.folded)
        self.starts = [start for start, _ in self.paragraphs]
        self.breaks = breaks(self.folded)
        self._asides = enclosed(self.folded)
        self._contents = contents(self.folded, self.paragraphs)

    def paragraph_of(self, offset: int) -> Span:
        """Return the paragraph that holds ``offset``."""
        return self.paragraphs[bisect_right(self.starts, offset) - 1]

    def opens_paragraph(self, offset: int) -> bool:
        """Whether a paragraph begins here, list marks and Markdown marks aside."""
        first = self.paragraph_of(offset)[0]
        return offset - first <= 8 and not self.folded[first:offset].strip(_LIST_MARKS)

    def before(self, offset: int, *, in_paragraph: bool = True) -> str:
        """Return the last character before ``offset`` that is no white space, "" for none."""
        first = self.paragraph_of(offset)[0] if in_paragraph else 0
        while offset > first and self.folded[offset - 1].isspace():
            offset -= 1
        return self.folded[offset - 1] if offset > first else ""

    def aside(self, offset: int) -> bool:
        """Whether ``offset`` stands inside a bracket or a quotation."""
        position = bisect_left(self._asides, offset, key=lambda span: span[0]) - 1
        return position >= 0 and offset < self._asides[position][1]

    def in_contents(self, offset: int) -> bool:
        """Whether ``offset`` stands in a table of contents."""
        return any(start <= offset < end for start, end in self._contents)

    def squeezed(self, start: int, end: int) -> str:
        """Return the text of a span without white space."""
        return "".join(self.text[start:end].split())


def contents(folded: str, spans: Sequence[Span]) -> list[Span]:
    """Return the tables of contents: runs of labelled short lines that come again below."""
    found: list[Span] = []
    position = 0
    while position < min(len(spans), _CONTENTS_WITHIN):
        count = _run_length(folded, spans, position)
        if count in _CONTENTS_LINES and _comes_again(folded, spans, position, count):
            found.append((spans[position][0], spans[position + count - 1][1]))
        position += max(count, 1)
    return found


def _run_length(folded: str, spans: Sequence[Span], position: int) -> int:
    """Return how many paragraphs from ``position`` on are short lines that a label begins.

    The first line met again is no longer the table but the first heading.
    """
    first = ""
    candidates = spans[position : position + _CONTENTS_LINES[-1]]
    for count, (start, end) in enumerate(candidates):
        if end - start > _LEADER_LINE_MAX or ends_sentence(folded, start, end):
            return count
        bare = _bare(folded, (start, end))
        labelled = label_at(folded, start) or line_label(folded, start, end)
        if labelled is None or bare == first or len(bare) > TITLE_LINE_MAX:
            return count
        first = first or bare
    return len(candidates)


def _comes_again(folded: str, spans: Sequence[Span], position: int, count: int) -> bool:
    """Whether two of the first, middle and last line of the run stand below it once more."""
    below = "".join(folded[spans[position + count - 1][1] :].split())
    lines = (spans[position + at] for at in (0, count // 2, count - 1))
    return sum(_bare(folded, line) in below for line in lines) > 1


def _bare(folded: str, line: Span) -> str:
    """Return a line of a table of contents without white space and page number."""
    return "".join(_LEADER.sub("", folded[slice(*line)]).split())
