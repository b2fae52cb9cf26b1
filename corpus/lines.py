"""Logical paragraphs: the lines of a file, with hard-wrapped ones put together again.

A line break inside a sentence is an accident of typing, printing or conversion; one after a
sentence, before a label or around a short heading line is meant. This module tells them apart by
how lines end, how the next begins, and whether the whole file is wrapped at one width. It changes
nothing: a paragraph is a span of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from typing import NamedTuple

from corpus.numbering import POINTS_ALONE, Label, label_at, line_label

Span = tuple[int, int]

_LINE = re.compile(r"[^\n\r\f\v\x1c-\x1e\x85\u2028\u2029]+")
_TERMINAL = frozenset("。!?;:)")
_CLOSERS = "”’\"'"
_UNFINISHED = frozenset("、,(“‘《〔[第")
_BULLETS = frozenset("#|>●○◆■▪•·*-—")
LONG_LINE = 60
"""Characters from which a line without end punctuation is taken to be broken, not a heading."""
_SENTENCE_LINES = 10
"""Long lines without end punctuation from which a file is taken to have one sentence a line."""
_HEAD_STUB = 8
_POINTS_MAX = 12
_SAID_AGAIN = 4
_STUB_TITLE = 25
_DUTIES_MIN = 5
"""Characters in a bracket that says who is responsible, (各镇政府负责); （一） has fewer."""
_TITLE_AT_END_MAX = 40
_KINSOKU = 4
"""Columns a full line may stay short of the width: no line begins with a mark (GB/T 15834, 5.1)."""
_LINE_STYLES = frozenset({"part", "chapter", "section", "han", "han_bracket"})
"""Labels whose titles mostly stand on lines of their own (GB/T 9704—2012, 7.3.3)."""
_STOPS = ("。", "!", "?", ";")


class Line(NamedTuple):
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
        content = match[0]
        stripped = content.strip()
        if not stripped:
            continue
        indent = len(content) - len(content.lstrip()) if content[0].isspace() else 0
        first = match.start() + indent
        gap = first - previous_end > 1 and _has_empty_line(folded, previous_end, first)
        previous_end = first + len(stripped)
        found.append(Line(first, previous_end, indent, gap))
    return found


def _has_empty_line(folded: str, start: int, end: int) -> bool:
    return folded.count("\n", start, end) > 1 or folded.count("\r", start, end) > 1


def ends_sentence(folded: str, start: int, end: int) -> bool:
    """Whether the stretch ends in sentence punctuation, closing quotes and brackets aside."""
    while end > start and folded[end - 1] in _CLOSERS:
        end -= 1
    return end > start and folded[end - 1] in _TERMINAL


def paragraphs(folded: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the logical paragraphs, trimmed of white space, in text order."""
    return join_lines(folded, lines(folded, start, end))


def join_lines(folded: str, found: Iterable[Line], alone: Container[int] = ()) -> list[Span]:
    """Return the paragraphs that lines make; those that start at ``alone`` stay by themselves."""
    found = list(found)
    joiner = _Joiner(folded, found)
    spans: list[Span] = []
    previous: Line | None = None
    for line in found:
        apart = previous is None or line.start in alone or previous.start in alone
        if apart or previous is None or not joiner.joins(spans[-1][0], previous, line):
            spans.append((line.start, line.end))
        else:
            spans[-1] = (spans[-1][0], line.end)
        previous = line
    return spans


class _Joiner:
    """Decides whether a line goes on in the next one.

    ``width`` is the length of a full line where the file is wrapped at one width, ``columns`` the
    same with a Chinese character counted as two; ``line_is_sentence`` tells that every line is a
    sentence that lost its full stop.
    """

    def __init__(self, folded: str, found: list[Line]) -> None:
        self.folded = folded
        open_ended = [x for x in found if not ends_sentence(folded, x.start, x.end)]
        long = sum(x.end - x.start >= LONG_LINE for x in found)
        unfinished = sum(x.end - x.start >= LONG_LINE for x in open_ended)
        self.width = _wrap_width(found, [x.length for x in open_ended])
        self.columns = self._full_columns(found) if self.width else 0
        self.line_is_sentence = unfinished >= _SENTENCE_LINES and unfinished > 0.5 * long

    def _full_columns(self, found: list[Line]) -> int:
        """Return the commonest length in columns of the lines that may be full."""
        width = self.width or 0
        near = (x for x in found if 0.8 * width <= x.end - x.start <= 1.2 * width)
        counted = Counter(self._columns(x.start, x.end) for x in near)
        return counted.most_common(1)[0][0] if counted else 0

    def _columns(self, start: int, end: int) -> int:
        words = self.folded[start:end]
        folded_marks = sum(words.count(mark) for mark in "(),:;!?")  # two columns before folding
        return (len(words) + len(words.encode("utf-8", "replace"))) // 2 + folded_marks

    def joins(self, paragraph_start: int, line: Line, following: Line) -> bool:
        folded = self.folded
        if ends_sentence(folded, line.start, line.end) or folded[line.start] == "#":
            return False
        if folded[line.end - 1] == "第":
            return True
        if self._opens(following):
            return False
        head = label_at(folded, line.start)
        if head is not None and head.end >= line.end:
            return not following.gap
        if self._is_points(line):
            return not following.gap
        if following.gap or following.indent >= 2:
            return False
        if head is not None and line.start == paragraph_start and self._stub(line, following):
            return True
        return self._broken(line) and not self._ends_in_title(line, following, head)

    def _opens(self, line: Line) -> bool:
        return (
            self.folded[line.start] in _BULLETS
            or label_at(self.folded, line.start) is not None
            or line_label(self.folded, line.start, line.end) is not None
        )

    def _is_points(self, line: Line) -> bool:
        """Whether the line is 1.1 and nothing else."""
        short = line.end - line.start <= _POINTS_MAX and self.folded[line.start].isdecimal()
        return short and POINTS_ALONE.match(self.folded, line.start, line.end) is not None

    def _ends_in_title(self, line: Line, following: Line, head: Label | None) -> bool:
        """Whether the line ends in a label and a short title: …分析决策。二、设备.

        In a wrapped file the title must also stop short of a full line. Titles of 1. and （1） run
        on into their text as a rule; they end here when the next line says them again.
        """
        last = self._last_stop(line)
        start = line.start if last < 0 else last + 1
        if last >= 0:
            while self.folded[start].isspace():
                start += 1
            head = label_at(self.folded, start)
        if head is None or line.end - start > _TITLE_AT_END_MAX:
            return False
        if head.style not in _LINE_STYLES:
            return self._said_again(head.end, line.end, following.start)
        if self.folded[line.end - 1] in _UNFINISHED:
            return False
        if self.width is None:
            return last >= 0 and "," not in self.folded[start : line.end]
        return self._columns(start, line.end) < self.columns - _KINSOKU

    def _last_stop(self, line: Line) -> int:
        """Return where the last sentence ends, or the bracket of duties right before a label."""
        last = max(self.folded.rfind(stop, line.start, line.end) for stop in _STOPS)
        bracket = self.folded.rfind(")", max(last, line.start), line.end)
        if bracket <= last or label_at(self.folded, bracket + 1) is None:
            return last
        opened = self.folded.rfind("(", line.start, bracket)
        return bracket if bracket - opened > _DUTIES_MIN else last

    def _said_again(self, start: int, end: int, below: int) -> bool:
        """Whether the next line begins as the title does: 2.通用规范, 通用规范侧重于…."""
        words = self.folded[start:end].strip()[:_SAID_AGAIN]
        return len(words) == _SAID_AGAIN and self.folded.startswith(words, below)

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
    lengths = sorted(line.end - line.start for line in found)
    width = lengths[int(0.9 * (len(lengths) - 1))]
    if not 15 <= width < LONG_LINE:
        return None
    full = sum(0.8 * width <= length <= 1.2 * width for length in open_ended)
    return width if full >= 0.5 * len(open_ended) else None
