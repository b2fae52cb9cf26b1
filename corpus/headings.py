"""Where a heading ends: titles after labels, and heads that have no label.

A title is what stands on the label's line, or its short first sentence when more follows, or the
part before a colon, or one of the names official plans habitually give their parts (（一）指导思想
以…为指导). An entry whose text is all there is has no title. Heads without a label are names before
a colon (主要目标：…) and the short first sentences that neighbouring paragraphs share the shape of.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.document import SectionKind
from corpus.lines import Span
from corpus.numbering import RANK, Style, label_at
from corpus.reading import TITLE_LINE_MAX, Reading
from corpus.series import Accepted

TITLE_SENTENCE_MAX = 40
"""Longest first sentence that is a title and not the text itself."""
TITLE_CLAUSED_MAX = 30
"""The same below （一）, for a sentence of two clauses: there it is mostly the task itself."""
TITLE_CLAUSES_MAX = 3
TITLE_BEFORE_COLON_MAX = 14
TITLE_BEFORE_RUN_IN_MIN = 6
RUN_IN_MAX = 30
RUN_TOGETHER_MIN = 12
"""Shortest sentence that can have been run together with the name of a part before it."""

_NAMES = (
    r"(?:总体|主要|重点|工作|发展|行动|建设|具体|基本|核心|阶段|年度|近期|远期|实施|战略|指导|规划"
    r"|组织|保障)"
    r"(?:目标|任务|方向|领域|措施|举措|内容|要求|思路|思想|原则|安排|路径|布局|定位|步骤|产品|项目"
    r"|指标|意见|机制|保障)"
)
_STRUCTURAL = re.compile(_NAMES)
_NAME_GOES_ON = re.compile(r"[是为的和与及或、,:;。)等中在]")
_NAMED_RUN_IN = re.compile(rf"({_NAMES})\ *:")
_LEAD_IN = re.compile(r"下列|以下|如下")
_NOT_A_HEAD = re.compile(r"[\d:;?!]")
_BULLET = re.compile(r"(?:[—\-–]{1,2}|[●○◆■▪•·])\ *")
_BRACKET_TITLE = re.compile(r"\ *(【[^】\n]{1,30}】|\([^)\n]{1,20}\))")
_DUTY = re.compile(r"\((?:责任|牵头|配合|主办|负责)[^()]*\)?$")
_SENTENCE_END = re.compile(r"[。!?;]")
_ANY_STOP = re.compile(r"[。!?;:,]")
_SENTENCE_MARKS = ("。", "!", "?", ";")
_AFTER_SENTENCE = " \t\n\r。!?”’)|*"
_AFTER_TITLE = " \t\n\r。:,;|*"
_LINE_STYLES = frozenset({"part", "chapter", "section", "box"})
_ALWAYS_HEADINGS = frozenset({"markdown", "annex", "part", "chapter", "section", "article"})


@dataclass(frozen=True, slots=True)
class Head:
    """A heading before it has a place in the tree; ``style`` is None for one without a label.

    ``stops_at`` is where its text ends at the latest: that of 一是 ends with the paragraph.
    """

    kind: SectionKind
    style: Style | None
    start: int
    end: int
    label: str
    title: str
    markdown: int = 0
    stops_at: int | None = None


def find_heads(reading: Reading, accepted: Sequence[Accepted]) -> list[Head]:
    """Return the heads of ``reading``, labelled or not, in text order."""
    run_ins = _named_run_ins(reading, accepted)
    heads = [*_Titles(reading, accepted, run_ins).heads(), *_run_in_heads(reading, run_ins)]
    heads += _parallel_run_ins(reading, heads)
    return sorted(heads, key=lambda head: head.start)


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

    def heads(self) -> Iterator[Head]:
        for position, item in enumerate(self.accepted):
            following = self.accepted[position + 1] if position + 1 < len(self.accepted) else None
            head = self._head(item, self._title(item, following))
            self.last_entry = (item.style, item.ordinal) if head.kind == "item" else None
            yield head

    def _head(self, item: Accepted, title: Span | None) -> Head:
        limit = self.reading.paragraph_of(item.start)[1] if item.style == "first" else None
        label = self.reading.squeezed(item.label, item.end)
        if title is None and item.style not in _ALWAYS_HEADINGS:
            return Head("item", item.style, item.start, item.end, label, "", 0, limit)
        start, end = title or (item.end, item.end)
        words = self.reading.squeezed(start, end)
        return Head("heading", item.style, item.start, end, label, words, item.markdown, limit)

    def _title(self, item: Accepted, following: Accepted | None) -> Span | None:
        """Return the span of the title after a label; None for an entry without one."""
        stop = self.reading.paragraph_of(item.end - 1 if item.end > item.start else item.end)[1]
        if following is not None:
            stop = min(stop, following.start)
        start = item.end
        while start < stop and self.folded[start].isspace():
            start += 1
        if item.markdown:
            return self._trimmed(start, stop)
        if item.style == "annex":
            return self._line_below(item)
        if item.style == "article":
            return self._article_title(start, stop)
        if item.style in _LINE_STYLES:
            return self._line_title(start, stop)
        return self._entry_title(item, start, stop, following)

    def _entry_title(
        self, item: Accepted, start: int, stop: int, following: Accepted | None
    ) -> Span | None:
        sentence = self._first_sentence_end(start, stop)
        run_in = self._run_in_within(item.end, stop)
        if run_in is not None and run_in <= sentence:
            return self._trimmed(start, run_in)
        colon = self._title_before_colon(start, min(sentence, stop))
        named = colon or self._structural_title(start, sentence, stop)
        if named is not None:
            return named
        listed = (item.style, item.ordinal - 1) == self.last_entry
        if listed and self.reading.before(item.start, in_paragraph=False) == ";":
            return None
        title = self._sentence_title(item, start, sentence, stop)
        if title is None or self.folded[sentence + 1 : stop].strip(_AFTER_SENTENCE):
            return title
        # The title is all there is in its paragraph: an entry of a list, or a head of what follows.
        return title if not listed and self._has_content(item, stop, following) else None

    def _run_in_within(self, start: int, stop: int) -> int | None:
        position = bisect_right(self.run_in_starts, start)
        found = position < len(self.run_in_starts) and self.run_in_starts[position] < stop
        return self.run_in_starts[position] if found else None

    def _first_sentence_end(self, start: int, stop: int) -> int:
        for match in _SENTENCE_END.finditer(self.folded, start, stop):
            if not self.reading.aside(match.start()):
                return match.start()
            if match.start() - start > 2 * TITLE_LINE_MAX:
                break
        return stop

    def _title_before_colon(self, start: int, stop: int) -> Span | None:
        colon = self.folded.find(":", start, min(stop, start + TITLE_BEFORE_COLON_MAX + 1))
        if colon <= start or self.reading.aside(colon) or "," in self.folded[start:colon]:
            return None
        return None if _LEAD_IN.search(self.folded, start, colon) else self._trimmed(start, colon)

    def _sentence_title(self, item: Accepted, start: int, sentence: int, stop: int) -> Span | None:
        """Return the whole line, or its first sentence, when it is short enough for a title."""
        if sentence == stop:
            return self._line_title(start, stop)
        if self.folded[sentence] == ";":
            return None
        alone = not self.folded[sentence + 1 : stop].strip(_AFTER_SENTENCE)
        words = "".join(self.folded[start:sentence].split())
        longest = TITLE_LINE_MAX if alone else TITLE_SENTENCE_MAX
        clauses = words.count(",") + 1
        if clauses > 1 and RANK[item.style] > RANK["han_bracket"]:
            longest = TITLE_CLAUSED_MAX if clauses == 2 else 0
        fits = 0 < len(words) <= longest and clauses <= TITLE_CLAUSES_MAX
        return self._trimmed(start, sentence) if fits else None

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


def _run_in_heads(reading: Reading, spans: Sequence[Span]) -> list[Head]:
    return [Head("runin", None, a, b, "", reading.squeezed(a, b)) for a, b in spans]


def _named_run_ins(reading: Reading, accepted: Sequence[Accepted]) -> list[Span]:
    """Return 主要目标：… at the start of a paragraph; inside a line only names met twice there."""
    if not accepted:
        return []
    ends = [item.end for item in accepted]
    found: list[tuple[Span, bool]] = []
    for match in _NAMED_RUN_IN.finditer(reading.folded, accepted[0].end):
        start = match.start()
        if reading.aside(start) or reading.in_contents(start):
            continue
        if reading.opens_paragraph(start):
            found.append((match.span(1), True))
        elif reading.before(start) in _SENTENCE_MARKS or _after_title(reading, ends, start):
            found.append((match.span(1), False))
    times = Counter(reading.squeezed(*span) for span, _ in found)
    return [span for span, sure in found if sure or times[reading.squeezed(*span)] > 1]


def _after_title(reading: Reading, ends: Sequence[int], start: int) -> bool:
    """Whether only a title of some length stands between the last label and ``start``."""
    label_end = ends[bisect_right(ends, start) - 1]
    if not TITLE_BEFORE_RUN_IN_MIN <= start - label_end <= TITLE_SENTENCE_MAX:
        return False
    return _ANY_STOP.search(reading.folded, label_end, start) is None


def _parallel_run_ins(reading: Reading, heads: Sequence[Head]) -> list[Head]:
    """Return the short first sentences of neighbouring paragraphs that share one shape."""
    starts = sorted(head.start for head in heads)
    found: list[Span] = []
    run: list[Span] = []
    for first, last in reading.paragraphs:
        at = bisect_left(starts, first)
        labelled = at < len(starts) and starts[at] <= first + 8 and starts[at] < last
        below = bool(starts) and first > starts[0] and not labelled
        sentence = _short_opening(reading, first, last) if below else None
        if sentence is None or (run and not _alike(reading, run[-1], sentence)):
            found += run if len(run) > 1 else []
            run = []
        run += [] if sentence is None else [sentence]
    return _run_in_heads(reading, [*found, *(run if len(run) > 1 else [])])


def _short_opening(reading: Reading, first: int, last: int) -> Span | None:
    """Return a paragraph's first sentence when it is short and the longer part follows it."""
    folded = reading.folded
    bullet = _BULLET.match(folded, first, last)
    start = bullet.end() if bullet else first
    stop = folded.find("。", start, min(last, start + RUN_IN_MAX + 4))
    if stop <= start or reading.aside(stop) or _NOT_A_HEAD.search(folded, start, stop):
        return None
    rest = "".join(folded[stop + 1 : min(last, stop + 2 * RUN_IN_MAX)].split())
    return (start, stop) if len(rest) >= stop - start else None


def _alike(reading: Reading, one: Span, other: Span) -> bool:
    """Whether two titles have as many clauses, of about the same length."""
    first, second = (re.split("[,，]", reading.squeezed(*span)) for span in (one, other))
    return len(first) == len(second) and all(
        abs(len(a) - len(b)) <= max(2, len(a) // 3) for a, b in zip(first, second, strict=True)
    )
