"""Which of the labels in a text head something: the series they form.

At the start of a paragraph a label is taken nearly always. Inside a line only the next ordinal of
an open series is, or the first of a deeper one right after a title, so that cross-references such
as 按照第三条第（二）项 stay what they are. GB/T 9704—2012, 7.3.3 gives the order of the series.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from corpus.numbering import HOLDERS, RANK, Label, Style, labels, line_label
from corpus.reading import INLINE_ANNEX, TITLE_LINE_MAX, Reading

_JUMP_MAX = 3
"""By how much a counted label may run ahead of its series (17. then 19.)."""
_COUNTED = frozenset(
    {"arabic", "arabic_half", "circled", "letter", "point", "point_point", "point_point_point",
     "point_four"}
)  # fmt: skip
"""Styles that may be a plain figure at the start of a line: these must count on."""
_REGULATORY = frozenset({"part", "chapter", "section", "article"})
_LINE_STYLES = frozenset({"annex", "box", "noun", "styled"})
_BRACKETED = frozenset({"han_bracket", "arabic_bracket"})
_REFERENCE = re.compile(r"(?:第|规定|所|的|、|和|至|款|及|或|以[上下外内前后]|中|\)|》|,|。)")
"""What follows 第三条 where it is referred to and does not head anything."""
_OF_STANDARD = re.compile(r"第\ ?\d+\ ?部分")
"""How the parts of a standard are named (GB/T 1.1), in lists of standards."""
_BEFORE_FIRST = ("。", ";", ":", "!", "?")
_BEFORE_NEXT = (*_BEFORE_FIRST, ",", "、", "”", ")", "】", "》", "|")
_BEFORE_SPOKEN = ("", *_BEFORE_FIRST, ",", "、", "”", ")")
_NEXT_LEVEL = {
    ("han", "han_bracket"), ("han", "arabic"), ("han_bracket", "arabic"),
    ("arabic", "arabic_bracket"),
}  # fmt: skip
"""Steps of the standard numbering, taken in one line: 一、…，…（一）…."""
_SENTENCE_STOP = re.compile(r"[。!?;]")
_ANY_STOP = re.compile(r"[。!?;:,]")
_REFERS = re.compile(r"(?:按照|根据|依照|依据|参照|符合|包括|属于|[:,、和或及至])$|第\ *\(")
_BRACKET_REFERENCE = re.compile(r"\s*(?:至|[和或、]\ *\(|项(?!目)|款)")
"""What follows （一） where it is referred to: （一）至（三）项所列人员."""
_REFERENCES_LISTED = re.compile(r"\([一二三四五六七八九十\d]{1,4}\)\ *[、,和及或至]*\ *\Z")
"""What stands before （二） where several are referred to: 第九条第（一）、（二）、（五）项."""
_FIGURES_LISTED = re.compile(r"[一二三四五六七八九十]{1,2}(?:、|[产类级线期批号次季班])")
"""How the numerals of a list go on: 一、二、三产业."""
_TORN = re.compile(r"(?<![系传总正血])统\s*\Z")
_ANNEX_TEXT_MIN = 2
"""Paragraphs between two 附件… lines from which these head annexes and do not only list them."""


class Accepted(NamedTuple):
    """A label that heads a section.

    ``start`` is where the heading begins, ``label`` where its label does: Markdown puts # before
    it. ``level`` is that of the style or of the #, 0 for none; ``stop`` the end of such a heading.
    """

    style: Style
    ordinal: int
    start: int
    label: int
    end: int
    level: int = 0
    stop: int | None = None


def accepted_labels(reading: Reading) -> list[Accepted]:
    """Return the labels that head sections, in text order."""
    return _without_singles(_Series(reading).accepted())


class _Series:
    """The series that are open at one place of the text."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.open: dict[Style, int] = {}  # style -> last ordinal of the series open here
        self.last: dict[Style, int] = {}  # the same, also of series that were closed since
        self.around: dict[Style, int] = {}  # the series that were open when a box began
        self.previous: Accepted | None = None

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
        """Return the labels in text order; that of a line comes before one found inside it."""
        reading = self.reading
        found = [label for label in labels(reading.folded) if not reading.passed(label.start)]
        of_lines = {label.start: label for label in self._line_labels()}
        if not of_lines and not reading.styled:
            return found
        merged = {label.start: label for label in found} | of_lines
        for at in reading.styled:
            merged.setdefault(at, Label("styled", 1, at, at))
        kept = [label for label in merged.values() if not reading.passed(label.start)]
        return sorted(kept, key=attrgetter("start"))

    def _line_labels(self) -> Iterator[Label]:
        """Yield 附件1, 专栏1, 1.1; plain figures 1 总则 only in a text that has a 1.1."""
        folded = self.reading.folded
        present: list[Label] = []
        for position, (start, end) in enumerate(self.reading.paragraphs):
            label = line_label(folded, start, end)
            if label is None or (label.style == "annex" and not self._heads_annex(position, label)):
                continue
            present.append(label)
        present += self._inline_annexes()
        pointed = any(label.style == "point_point" for label in present)
        return (x for x in present if pointed or x.style != "point" or folded[x.start] == "0")

    def _inline_annexes(self) -> Iterator[Label]:
        for match in INLINE_ANNEX.finditer(self.reading.folded):
            end = self.reading.paragraph_of(match.start(1))[1]
            label = line_label(self.reading.folded, match.start(1), end)
            if label is not None:
                yield label

    def _heads_annex(self, position: int, label: Label) -> bool:
        """Whether a text follows 附件1：…, not the next name of a list or the 落款."""
        folded, spans = self.reading.folded, self.reading.paragraphs
        following = spans[position + 1 : position + 1 + _ANNEX_TEXT_MIN]
        if not following or any(start in self.reading.signed for start, _ in following[:1]):
            return False
        titled = bool(folded[label.end : spans[position][1]].strip(" :"))
        beside = [*following[:1], *(spans[position - 1 : position] if position else [])]
        named = (line_label(folded, start, end) for start, end in beside)
        return not (titled and any(other and other.style == "annex" for other in named))

    def _forget(self) -> None:
        self.open.clear()
        self.last.clear()

    def _take(self, label: Label) -> Accepted:
        style, rank = label.style, RANK[label.style]
        if style in ("styled", "annex"):
            self._forget()
        if style in HOLDERS:
            self.around = dict(self.open)
        if any(RANK[other] > rank for other in self.open):
            self.open = {other: n for other, n in self.open.items() if RANK[other] <= rank}
        self.open[style] = self.last[style] = label.ordinal
        styled = self.reading.styled.get(label.start)
        if styled is None:
            accepted = Accepted(style, label.ordinal, label.start, label.start, label.end)
        else:
            accepted = Accepted(
                style, label.ordinal, styled.start, label.start, label.end, styled.level, styled.end
            )
        self.previous = accepted
        return accepted

    def _accepts(self, label: Label) -> bool:
        if label.start in self.reading.styled:
            return True
        if self.reading.aside(label.start):
            return False
        if label.style in _LINE_STYLES:
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
            folded = self.reading.folded
            return not (
                _REFERENCE.match(folded, label.end) or _OF_STANDARD.match(folded, label.start)
            )
        if label.style == "han" and label.ordinal == 1 and self._is_torn(label.start):
            return False
        if label.style == "han_bracket" and _BRACKET_REFERENCE.match(
            self.reading.folded, label.end
        ):
            return False
        if label.ordinal == 1 or label.style not in _COUNTED:
            return True
        before = self.open.get(label.style, self.last.get(label.style, 0))
        around = self.around.get(label.style, before)
        return any(0 <= label.ordinal - known <= _JUMP_MAX for known in (before, around))

    def _is_torn(self, start: int) -> bool:
        """Whether 一、 is the end of 统一、 that a line break tore apart."""
        return _TORN.search(self.reading.folded, max(start - 8, 0), start) is not None

    def _accepts_inside(self, label: Label) -> bool:
        if label.style == "han" and self._lists_figures(label):
            return False
        if label.style in _BRACKETED and self._lists_references(label):
            return False
        before = self.reading.before(label.start)
        if label.ordinal == 1 and label.style in self.open:
            return before in ("。", ":") and self.open[label.style] > 1
        if label.ordinal == 1:
            return before in _BEFORE_FIRST or self._after_title(label)
        if self.open.get(label.style) == label.ordinal - 1:
            return before in _BEFORE_NEXT or self._after_title(label)
        return self.last.get(label.style) == label.ordinal - 1 and self._after_title(label)

    def _lists_figures(self, label: Label) -> bool:
        """Whether 二、 is one of the numerals in 一、二、三产业."""
        folded = self.reading.folded
        goes_on = _FIGURES_LISTED.match(folded, label.end) is not None
        went_on = _FIGURES_LISTED.match(folded, max(label.start - 2, 0), label.start) is not None
        return goes_on or went_on

    def _lists_references(self, label: Label) -> bool:
        before = self.reading.folded[max(label.start - 8, 0) : label.start]
        return before.rstrip()[-1:] in ")、,和及或至" and bool(_REFERENCES_LISTED.search(before))

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
        if previous is None:
            return False
        if RANK[previous.style] >= RANK[label.style] and previous.style not in HOLDERS:
            return False
        if label.start - previous.end > TITLE_LINE_MAX:
            return False
        gap = self.reading.folded[previous.end : label.start].strip()
        same = self.reading.paragraph_of(previous.start) == self.reading.paragraph_of(label.start)
        stop = _SENTENCE_STOP if (previous.style, label.style) in _NEXT_LEVEL else _ANY_STOP
        return bool(gap) and same and not stop.search(gap) and not _REFERS.search(gap)


def _without_singles(found: Sequence[Accepted]) -> list[Accepted]:
    """Drop a 一是, a counted noun or a letter that no second one follows: it enumerates nothing."""
    kept: list[Accepted] = []
    times = Counter(item.style for item in found)
    for position, item in enumerate(found):
        following = found[position + 1] if position + 1 < len(found) else None
        goes_on = following is not None and (following.style, following.ordinal) == ("first", 2)
        spoken_once = item.style == "first" and item.ordinal == 1 and not goes_on
        alone = item.style in ("noun", "letter") and times[item.style] == 1
        if not spoken_once and not alone:
            kept.append(item)
    return kept
