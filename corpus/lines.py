"""Logical paragraphs: the lines of a file, with hard-wrapped ones put together again.

A line break inside a sentence is an accident of typing, printing or conversion; one after a
sentence, before a label or around a short heading line is meant. This module tells them apart by
how lines end, how the next begins, and whether the whole file is wrapped at one width. It changes
nothing: a paragraph is a span of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.numbering import label_at, line_label

Span = tuple[int, int]

_LINE = re.compile(r"[^\n\r\f\v\x1c-\x1e\x85\u2028\u2029]+")
_TERMINAL = frozenset("。!?;:)")
_CLOSERS = "”’\"'"
_UNFINISHED = frozenset("、,(“‘《〔[第")
_BULLET = re.compile(r"[#|>●○◆■▪•·*\-—]")
LONG_LINE = 60
"""Characters from which a line without end punctuation is taken to be broken, not a heading."""
_SENTENCE_LINES = 10
"""Long lines without end punctuation from which a file is taken to have one sentence a line."""
_HEAD_STUB = 8
_STUB_TITLE = 25


@dataclass(frozen=True, slots=True)
class Line:
    """A line with text: ``[start, end)`` trimmed of white space.

    ``indent`` counts the spaces before it, ``gap`` tells that an empty line stands before it.
    """

    start: int
    end: int
    indent: int
    gap: bool

    @property
    def length(self) -> int:
        """Characters between the first and the last."""
        return self.end - self.start


def lines(folded: str, start: int = 0, end: int | None = None) -> list[Line]:
    """Return the lines that hold more than white space."""
    stop = len(folded) if end is None else end
    found: list[Line] = []
    previous_end = start
    for match in _LINE.finditer(folded, start, stop):
        content = match.group()
        stripped = content.strip()
        if not stripped:
            continue
        indent = len(content) - len(content.lstrip())
        first = match.start() + indent
        breaks = folded.count("\n", previous_end, first) or folded.count("\r", previous_end, first)
        found.append(Line(first, first + len(stripped), indent, breaks > 1))
        previous_end = first + len(stripped)
    return found


def ends_sentence(folded: str, start: int, end: int) -> bool:
    """Whether the stretch ends in sentence punctuation, closing quotes and brackets aside."""
    while end > start and folded[end - 1] in _CLOSERS:
        end -= 1
    return end > start and folded[end - 1] in _TERMINAL


def paragraphs(folded: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the logical paragraphs, trimmed of white space, in text order."""
    found = lines(folded, start, end)
    joiner = _Joiner.for_lines(folded, found)
    spans: list[Span] = []
    previous: Line | None = None
    for line in found:
        if previous is not None and joiner.joins(spans[-1][0], previous, line):
            spans[-1] = (spans[-1][0], line.end)
        else:
            spans.append((line.start, line.end))
        previous = line
    return spans


@dataclass(frozen=True, slots=True)
class _Joiner:
    """Decides whether a line goes on in the next one."""

    folded: str
    width: int | None  # the width the file is wrapped at
    line_is_sentence: bool  # every line is a sentence that lost its full stop

    @classmethod
    def for_lines(cls, folded: str, found: list[Line]) -> _Joiner:
        open_ended = [x.length for x in found if not ends_sentence(folded, x.start, x.end)]
        long = [x for x in found if x.length >= LONG_LINE]
        unfinished = sum(length >= LONG_LINE for length in open_ended)
        return cls(
            folded,
            _wrap_width(found, open_ended),
            unfinished >= _SENTENCE_LINES and unfinished > 0.5 * len(long),
        )

    def joins(self, paragraph_start: int, line: Line, following: Line) -> bool:
        folded = self.folded
        if ends_sentence(folded, line.start, line.end):
            return False
        if folded[line.start] == "#":
            return False
        if folded[line.end - 1] == "第":
            return True
        if self._opens(following):
            return False
        head = label_at(folded, line.start)
        if head is not None and head.end >= line.end:
            return not following.gap
        if following.gap or following.indent >= 2:
            return False
        if head is not None and line.start == paragraph_start and self._stub(line, following):
            return True
        return self._broken(line)

    def _opens(self, line: Line) -> bool:
        return (
            _BULLET.match(self.folded, line.start) is not None
            or label_at(self.folded, line.start) is not None
            or line_label(self.folded, line.start, line.end) is not None
        )

    def _stub(self, line: Line, following: Line) -> bool:
        """Whether a label and a verb have their quoted object on the next line: 3.实施, “…”计划."""
        if line.length > _HEAD_STUB or self.folded[following.start] != "“":
            return False
        stop = self.folded.find("。", following.start, following.start + _STUB_TITLE)
        return 0 < stop < following.end - 1 and "," not in self.folded[following.start : stop]

    def _broken(self, line: Line) -> bool:
        if self.width is not None and line.length >= 0.8 * self.width:
            return True
        if self.folded[line.end - 1] in _UNFINISHED:
            return True
        return line.length >= LONG_LINE and not self.line_is_sentence


def _wrap_width(found: list[Line], open_ended: list[int]) -> int | None:
    """Return the width a file is wrapped at: most lines stop near it, in the middle of things."""
    if len(found) < 10 or len(open_ended) < 0.4 * len(found):
        return None
    lengths = sorted(line.length for line in found)
    width = lengths[int(0.9 * (len(lengths) - 1))]
    if not 15 <= width < LONG_LINE:
        return None
    full = sum(0.8 * width <= length <= 1.2 * width for length in open_ended)
    return width if full >= 0.5 * len(open_ended) else None
