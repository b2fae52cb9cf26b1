"""Which of the labels in a text head something: the series they form.

At the start of a paragraph a label is taken nearly always. Inside a line only the next ordinal of
an open series is, or the first of a deeper one right after a title, so that cross-references such
as 按照第三条第（二）项 stay what they are. GB/T 9704—2012, 7.3.3 gives the order of the series.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.lines import Span
from corpus.numbering import RANK, Label, Style, labels, line_label
from corpus.reading import TITLE_LINE_MAX, Reading

_JUMP_MAX = 3
"""By how much a counted label may run ahead of its series (17. then 19.)."""
_COUNTED = frozenset(
    {"arabic", "arabic_half", "circled", "point", "point_point", "point_point_point"}
)
"""Styles that may be a plain figure at the start of a line: these must count on."""
_REGULATORY = frozenset({"part", "chapter", "section", "article"})
_LINE_STYLES = frozenset({"annex", "box", "markdown"})
_REFERENCE = re.compile(r"(?:第|规定|所|的|、|和|至|款|及|或|以|中|\)|》|,|。)")
"""What follows 第三条 where it is referred to and does not head anything."""
_BEFORE_FIRST = ("。", ";", ":", "!", "?")
_BEFORE_NEXT = (*_BEFORE_FIRST, ",", "、", "”", ")", "】", "》", "|")
_BEFORE_SPOKEN = ("", *_BEFORE_FIRST, ",", "、", "”", ")")
_NEXT_LEVEL = {("han", "han_bracket"), ("han_bracket", "arabic"), ("arabic", "arabic_bracket")}
"""Steps of the standard numbering, taken in one line: 一、…，…（一）…."""
_SENTENCE_STOP = re.compile(r"[。!?;]")
_ANY_STOP = re.compile(r"[。!?;:,]")
_REFERS = re.compile(r"(?:按照|根据|依照|依据|参照|符合|包括|属于|[:,])$")
_MARKDOWN = re.compile(r"(#{1,6})[ \t]+(?=\S)")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A label that heads a section.

    ``start`` is where the heading begins, ``label`` where its label does: Markdown puts # before
    it. ``markdown`` counts the #, 0 for none.
    """

    style: Style
    ordinal: int
    start: int
    label: int
    end: int
    markdown: int = 0


def accepted_labels(reading: Reading) -> list[Accepted]:
    """Return the labels that head sections, in text order."""
    return _without_single_spoken(_Series(reading).accepted())


class _Series:
    """The series that are open at one place of the text."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.open: dict[Style, int] = {}  # style -> last ordinal of the series open here
        self.last: dict[Style, int] = {}  # the same, also of series that were closed since
        self.previous: Accepted | None = None
        self.markdown = _markdown_heads(reading.folded, reading.paragraphs)

    def accepted(self) -> list[Accepted]:
        found: list[Accepted] = []
        breaks = iter([*self.reading.breaks, len(self.reading.folded) + 1])
        next_break = next(breaks)
        for label in self._candidates():
            while label.start >= next_break:
                self._forget()
                next_break = next(breaks)
            if self._accepts(label):
                found.append(self._take(label))
        return found

    def _candidates(self) -> list[Label]:
        found = [*labels(self.reading.folded), *self._line_labels()]
        found = [label for label in found if not self.reading.in_contents(label.start)]
        known = {label.start for label in found}
        found += [Label("markdown", 1, at, at) for at in self.markdown if at not in known]
        return sorted(found, key=lambda label: label.start)

    def _line_labels(self) -> Iterator[Label]:
        """Yield 附件1, 专栏1, 1.1; plain figures 1 总则 only in a text that has a 1.1."""
        folded = self.reading.folded
        found = [line_label(folded, start, end) for start, end in self.reading.paragraphs]
        present = [label for label in found if label is not None]
        pointed = any(label.style == "point_point" for label in present)
        return (label for label in present if pointed or label.style != "point")

    def _forget(self) -> None:
        self.open.clear()
        self.last.clear()

    def _take(self, label: Label) -> Accepted:
        if label.style == "markdown":
            self._forget()
        for style in [style for style in self.open if RANK[style] > RANK[label.style]]:
            del self.open[style]
        self.open[label.style] = self.last[label.style] = label.ordinal
        start, depth = self.markdown.get(label.start, (label.start, 0))
        self.previous = Accepted(label.style, label.ordinal, start, label.start, label.end, depth)
        return self.previous

    def _accepts(self, label: Label) -> bool:
        if self.reading.aside(label.start):
            return False
        if label.style in _LINE_STYLES or label.start in self.markdown:
            return True
        if label.style == "first":
            return self._accepts_spoken(label)
        if self.reading.opens_paragraph(label.start):
            return self._accepts_at_start(label)
        if label.style in _REGULATORY:
            return self._accepts_article_inside(label)
        return self._accepts_inside(label)

    def _accepts_spoken(self, label: Label) -> bool:
        if label.ordinal == 1:
            return self.reading.before(label.start) in _BEFORE_SPOKEN
        return self.open.get("first") == label.ordinal - 1

    def _accepts_at_start(self, label: Label) -> bool:
        if label.style in _REGULATORY:
            return _REFERENCE.match(self.reading.folded, label.end) is None
        if label.ordinal == 1 or label.style not in _COUNTED:
            return True
        before = self.open.get(label.style, self.last.get(label.style, 0))
        return before <= label.ordinal <= before + _JUMP_MAX

    def _accepts_inside(self, label: Label) -> bool:
        before = self.reading.before(label.start)
        if label.ordinal == 1 and label.style in self.open:
            return before in ("。", ":") and self.open[label.style] > 1
        if label.ordinal == 1:
            return before in _BEFORE_FIRST or self._after_title(label)
        if self.open.get(label.style) == label.ordinal - 1:
            return before in _BEFORE_NEXT or self._after_title(label)
        return self.last.get(label.style) == label.ordinal - 1 and self._after_title(label)

    def _accepts_article_inside(self, label: Label) -> bool:
        """第二条 inside a line: with a space after it, counting on, after a sentence or title."""
        reading = self.reading
        if _REFERENCE.match(reading.folded, label.end):
            return False
        spaced = reading.folded[label.end : label.end + 1].isspace()
        counting = (1, self.open.get(label.style, 0) + 1, self.last.get(label.style, 0) + 1)
        after_sentence = reading.before(label.start) in _BEFORE_FIRST
        return spaced and label.ordinal in counting and (after_sentence or self._after_title(label))

    def _after_title(self, label: Label) -> bool:
        """Whether only a short title stands between the last label and this deeper one."""
        previous = self.previous
        if previous is None or RANK[previous.style] >= RANK[label.style]:
            return False
        if label.start - previous.end > TITLE_LINE_MAX:
            return False
        gap = self.reading.folded[previous.end : label.start].strip()
        same = self.reading.paragraph_of(previous.start) == self.reading.paragraph_of(label.start)
        stop = _SENTENCE_STOP if (previous.style, label.style) in _NEXT_LEVEL else _ANY_STOP
        return bool(gap) and same and not stop.search(gap) and not _REFERS.search(gap)


def _without_single_spoken(found: Sequence[Accepted]) -> list[Accepted]:
    """Drop a 一是 that no 二是 follows: it enumerates nothing."""
    kept: list[Accepted] = []
    for position, item in enumerate(found):
        following = found[position + 1] if position + 1 < len(found) else None
        goes_on = following is not None and (following.style, following.ordinal) == ("first", 2)
        if item.style != "first" or item.ordinal > 1 or goes_on:
            kept.append(item)
    return kept


def _markdown_heads(folded: str, spans: Sequence[Span]) -> dict[int, tuple[int, int]]:
    """Return where a heading's text begins → (where its # do, how many).

    A single # above everything else is the title of the whole document, not a section.
    """
    found = [match for start, end in spans if (match := _MARKDOWN.match(folded, start, end))]
    if found and len(found[0][1]) == 1 and all(len(match[1]) > 1 for match in found[1:]):
        found = found[1:]
    return {match.end(): (match.start(), len(match[1])) for match in found}
