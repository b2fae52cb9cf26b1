"""Where a heading ends: titles after labels.

A title is what stands on the label's line, or its short first sentence when more follows, or the
part before a colon, or one of the names official plans habitually give their parts (（一）指导思想
以…为指导). An entry whose text is all there is has no title. Heads without a label are found in
``unnumbered``, ``openings`` and ``lone_lines``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter

from corpus.lines import Span
from corpus.lone_lines import lone_heads
from corpus.numbering import RANK, Style, label_at
from corpus.openings import parallel_run_ins
from corpus.reading import TITLE_LINE_MAX, Reading
from corpus.run_together import run_together, title_end
from corpus.series import Accepted
from corpus.uniform import uniform
from corpus.unnumbered import PART_NAMES, Head, named_heads, named_run_ins

TITLE_SENTENCE_MAX = 40
"""Longest first sentence that is a title and not the text itself."""
TITLE_CLAUSED_MAX = 30
"""The same below （一）, for a sentence of two clauses: there it is mostly the task itself."""
TITLE_CLAUSES_MAX = 3
TITLE_BEFORE_COLON_MAX = 14
_PARAGRAPH_MIN = 40
"""Characters below the line of an entry from which these are its text and not the line's rest."""
_LIST_MIN = 3
"""Entries in one paragraph after which the last one is an entry too, whatever follows it."""
RUN_TOGETHER_MIN = 12
"""Shortest sentence that can have been run together with the name of a part before it."""

_STRUCTURAL = re.compile(PART_NAMES)
_NAME_GOES_ON = re.compile(r"[是为的和与及或、,:;。)等中在]")
_LEAD_IN = re.compile(r"下列|以下|如下")
_BRACKET_TITLE = re.compile(r"\ *(【[^】\n]{1,30}】|〔[^〕\n]{1,30}〕|\([^)\n]{1,20}\))")
_ENTRY_BRACKET_TITLE = re.compile(r"([【〔][^】〕\n]{2,30}[】〕])")
_BRACKETS = ("（）", "()", "【】", "〔〕")
_OPENING = frozenset("（(【〔")
_DUTY = re.compile(r"\((?:责任|牵头|配合|主办|负责)[^()]*\)?$")
_SENTENCE_END = re.compile(r"[。!?;]")
_AFTER_SENTENCE = " \t\n\r。!?”’)|*"
_BRACKETED = re.compile(r"\((?:[^()]|\([^()]*\))*+\)")
_SPACED_TITLE = re.compile(
    r"((?:\d+\ ?)?[\u4e00-\u9fff“”、0-9]{4,30}+)\ +(?=(?:\d{4}|[\u4e00-\u9fff“])[^\n]{40})"
)
_BEFORE_TITLE = " \t\n\r:"
_AFTER_TITLE = " \t\n\r。:,;|*"
_LINE_STYLES = frozenset({"part", "chapter", "section", "box"})
_ALWAYS_HEADINGS = frozenset({"styled", "annex", "part", "chapter", "section", "article", "box"})


def find_heads(reading: Reading, accepted: Sequence[Accepted]) -> list[Head]:
    """Return the heads of ``reading``, labelled or not, in text order."""
    run_ins = named_run_ins(reading, accepted)
    titles = _Titles(reading, accepted, run_ins)
    heads = uniform(reading, list(titles.heads()), titles.too_long, titles.bare)
    heads += named_heads(reading, run_ins)
    heads += lone_heads(reading, accepted)
    heads += parallel_run_ins(reading, heads)
    return sorted(heads, key=attrgetter("start"))


def _unbracketed(title: str) -> str:
    """Return the name itself: 第一条（目的和依据） is titled without its brackets."""
    if title[:1] not in _OPENING:
        return title
    ends = title[:1] + title[-1:]
    inner = title[1:-1]
    alone = ends in _BRACKETS and ends[0] not in inner and ends[1] not in inner
    return inner if alone else title


class _Titles:
    """The titles of the accepted labels of one text."""

    def __init__(
        self, reading: Reading, accepted: Sequence[Accepted], run_ins: Sequence[Span]
    ) -> None:
        self.reading = reading
        self.folded = reading.folded
        self.accepted = accepted
        self.run_in_starts = [start for start, _ in run_ins]
        self.last_entry: tuple[Style, int] | None = None
        self.unparted = self._unparted_styles()
        self.too_long: dict[int, Span] = {}  # first sentences of entries, by where these start
        self.bare: dict[int, Span] = {}  # the same, of entries that are a line with nothing below
        self.entries: list[int] = []  # where the entries without title stand that go on here

    def _unparted_styles(self) -> set[Style]:
        """Return the styles of chapters whose titles run together with their text."""
        spans: dict[Style, list[Span]] = {}
        for item in self.accepted:
            if item.style in _LINE_STYLES and item.style != "box":
                end = self.reading.paragraph_of(item.start)[1]
                spans.setdefault(item.style, []).append((item.end, end))
        return {style for style, found in spans.items() if run_together(found)}

    def heads(self) -> Iterator[Head]:
        for position, item in enumerate(self.accepted):
            following = self.accepted[position + 1] if position + 1 < len(self.accepted) else None
            head = self._head(item, self._title(item, following))
            if self.last_entry != (item.style, item.ordinal - 1):
                self.entries.clear()
            self.last_entry = None
            if head.kind == "item":
                self.last_entry = (item.style, item.ordinal)
                self.entries.append(item.start)
            yield head

    def _head(self, item: Accepted, title: Span | None) -> Head:
        limit = self.reading.paragraph_of(item.start)[1] if item.style == "first" else None
        label = self.reading.squeezed(item.label, item.end)
        if title is None and item.style not in _ALWAYS_HEADINGS:
            return Head("item", item.style, item.start, item.end, label, "", item.ordinal, 0, limit)
        start, end = title or (item.end, item.end)
        words = _unbracketed(self.reading.squeezed(start, end))
        return Head(
            "heading", item.style, item.start, end, label, words, item.ordinal, item.level, limit,
            self._box_end(item, end) if item.style == "box" else None, item.end,
        )  # fmt: skip

    def _box_end(self, item: Accepted, title_end: int) -> int | None:
        """Return where a box ends whose text stands on the line of its title; None for others."""
        last = self.reading.paragraph_of(item.start)[1]
        return last if last - title_end > TITLE_LINE_MAX else None

    def _title(self, item: Accepted, following: Accepted | None) -> Span | None:
        """Return the span of the title after a label; None for an entry without one."""
        stop = self.reading.paragraph_of(item.end - 1 if item.end > item.start else item.end)[1]
        if following is not None:
            stop = min(stop, following.start)
        start = item.end
        while start < stop and self.folded[start] in _BEFORE_TITLE:
            start += 1
        if item.stop is not None:
            return self._trimmed(start, item.stop)
        if item.style == "annex":
            return self._annex_title(item, stop)
        if item.style == "article":
            return self._article_title(start, stop)
        if item.style in _LINE_STYLES:
            if item.style in self.unparted:
                stop = title_end(self.folded, start, stop) or stop
            return self._line_title(start, stop)
        return self._entry_title(item, start, stop, following)

    def _entry_title(
        self, item: Accepted, start: int, stop: int, following: Accepted | None
    ) -> Span | None:
        sentence = self._first_sentence_end(start, stop)
        run_in = self._run_in_within(item.end, stop)
        if run_in is not None and run_in <= sentence:
            return self._trimmed(start, run_in)
        if self.folded[start : start + 1] in ("【", "〔"):
            bracketed = _ENTRY_BRACKET_TITLE.match(self.folded, start, stop)
            if bracketed is not None:
                return bracketed.span(1)
        colon = self._title_before_colon(start, min(sentence, stop))
        named = colon or self._structural_title(start, sentence, stop)
        if named is not None:
            return named
        listed = (item.style, item.ordinal - 1) == self.last_entry
        if listed and self.reading.before(item.start, in_paragraph=False) == ";":
            return None
        rest = sentence < stop and bool(self._rest(sentence + 1, stop))
        title = self._sentence_title(item, start, sentence, stop, alone=not rest)
        if title is None and item.style in ("han", "han_bracket"):
            title = self._spaced_title(start, sentence)
        if title is None or rest:
            return None if listed and self._closes_list(item, following) else title
        # The title is all there is in its paragraph: an entry of a list, or a head of what follows.
        if listed:
            return title if self._has_paragraphs(item, stop, following) else None
        if self._has_content(item, stop, following):
            return title
        if self.folded[stop - 1] not in ";。":
            self.bare[item.start] = title
        return None

    def _has_paragraphs(self, item: Accepted, stop: int, following: Accepted | None) -> bool:
        """Whether a text stands between the line of an entry and the next entry's.

        What stands below the last one may close the whole list, and a whole sentence is an entry.
        """
        if item.style != "first" and self.folded[stop - 1] == "。":
            return False
        if following is None or (following.style, following.ordinal) != (
            item.style,
            item.ordinal + 1,
        ):
            return False
        return len(self.folded[stop : following.start].strip()) >= _PARAGRAPH_MIN

    def _rest(self, start: int, stop: int) -> str:
        """Return what follows a first sentence, less the brackets that say who does it and when."""
        rest = self.folded[start:stop].strip(_AFTER_SENTENCE)
        if not rest.startswith("("):
            return rest
        return _BRACKETED.sub("", self.folded[start:stop]).strip(_AFTER_SENTENCE)

    def _closes_list(self, item: Accepted, following: Accepted | None) -> bool:
        """Whether this is the last of entries in one paragraph: what follows closes them all."""
        first, last = self.reading.paragraph_of(item.start)
        if len(self.entries) < _LIST_MIN or self.entries[-_LIST_MIN] < first:
            return False
        goes_on = following is not None and (following.style, following.ordinal) == (
            item.style,
            item.ordinal + 1,
        )
        return not goes_on or following is None or following.start >= last

    def _run_in_within(self, start: int, stop: int) -> int | None:
        position = bisect_right(self.run_in_starts, start)
        found = position < len(self.run_in_starts) and self.run_in_starts[position] < stop
        return self.run_in_starts[position] if found else None

    def _first_sentence_end(self, start: int, stop: int) -> int:
        at = start
        while (match := _SENTENCE_END.search(self.folded, at, stop)) is not None:
            at = match.end()
            if not self.reading.aside(at - 1):
                return at - 1
            if at - start > 2 * TITLE_LINE_MAX:
                break
        return stop

    def _title_before_colon(self, start: int, stop: int) -> Span | None:
        colon = self.folded.find(":", start, min(stop, start + TITLE_BEFORE_COLON_MAX + 1))
        if colon <= start or self.reading.aside(colon) or "," in self.folded[start:colon]:
            return None
        return None if _LEAD_IN.search(self.folded, start, colon) else self._trimmed(start, colon)

    def _sentence_title(
        self, item: Accepted, start: int, sentence: int, stop: int, *, alone: bool
    ) -> Span | None:
        """Return the whole line, or its first sentence, when it is short enough for a title."""
        if sentence == stop:
            return self._line_title(start, stop)
        if self.folded[sentence] == ";":
            return None
        words = "".join(self.folded[start:sentence].split())
        longest = TITLE_LINE_MAX if alone else TITLE_SENTENCE_MAX
        clauses = words.count(",") + 1
        if clauses > 1 and RANK[item.style] > RANK["han_bracket"]:
            longest = TITLE_CLAUSED_MAX if clauses == 2 else 0
        title = self._trimmed(start, sentence)
        if 0 < len(words) <= longest and clauses <= TITLE_CLAUSES_MAX:
            return title
        if title is not None and len(words) <= TITLE_LINE_MAX:
            self.too_long[item.start] = title
        return None

    def _spaced_title(self, start: int, stop: int) -> Span | None:
        """Return the title that only a space parts from its text: 二、工作安排 今年是…."""
        match = _SPACED_TITLE.match(self.folded, start, stop)
        return match.span(1) if match else None

    def _line_title(self, start: int, stop: int) -> Span | None:
        title = self._trimmed(start, stop)
        return title if title and title[1] - title[0] <= TITLE_LINE_MAX else None

    def _has_content(self, item: Accepted, stop: int, following: Accepted | None) -> bool:
        """Whether something stands under a title that is the only sentence of its paragraph."""
        if item.style == "first":
            return False
        if following is None:
            return bool(self.folded[stop:].strip())
        if self.folded[stop : following.start].strip(_AFTER_SENTENCE):
            return True
        if (item.style, following.style) == ("han", "chapter"):  # older plans: 一、… 第一章 …
            return True
        return RANK[following.style] > RANK[item.style]

    def _structural_title(self, start: int, sentence: int, stop: int) -> Span | None:
        """指导思想以…为指导: the title is the habitual name with which the text begins."""
        match = _STRUCTURAL.match(self.folded, start, stop)
        if match is None or _NAME_GOES_ON.match(self.folded, match.end()):
            return None
        goes_on = sentence - match.end() >= RUN_TOGETHER_MIN
        return match.span() if goes_on and "," in self.folded[match.end() : sentence] else None

    def _article_title(self, start: int, stop: int) -> Span | None:
        """第五条【信息公开】…: articles mostly have no title, or one in brackets."""
        match = _BRACKET_TITLE.match(self.folded, start, stop)
        if match is not None:
            return match.span(1)
        whole = self._first_sentence_end(start, stop) == stop and stop - start <= TITLE_SENTENCE_MAX
        return self._trimmed(start, stop) if whole and ":" not in self.folded[start:stop] else None

    def _annex_title(self, item: Accepted, stop: int) -> Span | None:
        """Return what follows 附件1： on its line, else the line below."""
        start = item.end
        while start < stop and self.folded[start] in " \t:":
            start += 1
        return self._trimmed(start, stop) if start < stop else self._line_below(item)

    def _line_below(self, item: Accepted) -> Span | None:
        """Return the line below 附件1 when it is short and no sentence: the annex's title."""
        position = bisect_right(self.reading.starts, item.start)
        if position == len(self.reading.paragraphs):
            return None
        start, end = self.reading.paragraphs[position]
        labelled = label_at(self.folded, start) is not None
        sentence = _SENTENCE_END.search(self.folded, start, end) is not None
        return None if labelled or sentence or end - start > TITLE_LINE_MAX else (start, end)

    def _trimmed(self, start: int, end: int) -> Span | None:
        """Drop a list of responsible bodies and the punctuation from the end of a title."""
        duty = _DUTY.search(self.folded[start:end])
        if duty is not None:
            end = start + duty.start()
        while end > start and self.folded[end - 1] in _AFTER_TITLE:
            end -= 1
        return (start, end) if end > start else None
