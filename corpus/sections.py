"""From running text to the tree of its sections.

Four steps, each a pass over the text: which labels head something (``_accept``), where their
titles end (``_entry``), which unlabelled heads stand at the start of paragraphs (``_run_ins``),
and what is nested in what (``_tree``). GB/T 9704—2012, 7.3.3 gives the order 一、 （一） 1. （1）;
a cross-reference such as 按照第三条第（二）项 is told from a heading by its place and its ordinal:
inside a line only the next ordinal of an open series counts.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.document import Section, SectionKind
from corpus.fold import fold_for_structure
from corpus.lines import Span, ends_sentence, paragraphs
from corpus.numbering import LEVEL, RANK, Label, Style, label_at, labels, line_label
from corpus.sentences import enclosed
from corpus.signoff import breaks, tail_start

TITLE_LINE_MAX = 60
"""Longest heading on a line of its own; longer ones are paragraphs that happen to be labelled."""
TITLE_SENTENCE_MAX = 40
"""Longest first sentence that is a title and not the text itself."""
TITLE_CLAUSED_MAX = 30
"""The same below （一）, for a sentence of two clauses: there it is mostly the task itself."""
TITLE_CLAUSES_MAX = 3
TITLE_BEFORE_COLON_MAX = 14
RUN_IN_MAX = 30
_TITLE_BEFORE_RUN_IN_MIN = 6
_JUMP_MAX = 3

_SENTENCE_END = re.compile(r"[。!?;]")
_AFTER_SENTENCE = " \t\n\r。!?”’)|*"
_GAP_STOP = re.compile(r"[。!?;:,]")
_NAMES = (
    r"(?:(?:总体|主要|重点|工作|发展|行动|建设|具体|基本|核心|阶段|年度|近期|远期|实施|战略|指导|规划|组织|保障)"
    r"(?:目标|任务|方向|领域|措施|举措|内容|要求|思路|思想|原则|安排|路径|布局|定位|步骤|产品|项目|指标|意见|机制|保障))"
)
"""What official plans habitually call their parts: 指导思想, 主要目标, 重点任务 …."""
_COUNTED = frozenset(
    {"arabic", "arabic_half", "circled", "point", "point_point", "point_point_point"}
)
"""Styles that may be a plain figure at the start of a line: these must count on."""
_ALWAYS_HEADINGS = frozenset({"markdown", "annex", "part", "chapter", "section", "article"})
_STRUCTURAL = re.compile(_NAMES)
_RUN_IN = re.compile(rf"({_NAMES})\ *:")
_NO_TITLE_AFTER = re.compile(r"[是为的和与及或、,:;。)等中在]")
_BULLET = re.compile(r"(?:[—\-–]{1,2}|[●○◆■▪•·])\ *")
_MARKDOWN = re.compile(r"(#{1,6})[ \t]+(?=\S)")
_LEAD_IN = re.compile(r"(?:下列|以下|如下)")
_BRACKET_TITLE = re.compile(r"\ *(?:【([^】\n]{1,30})】|\(([^)\n]{1,20})\))\ *")
_DUTY = re.compile(r"\((?:责任|牵头|配合|主办|负责)[^()]*\)?$")
_CONTENTS_MIN = 4
_CONTENTS_MAX = 400
_CONTENTS_WITHIN = 300
_LEADER = re.compile(r"(?:[.·…。-]{2,}|\s+)\ *\(?\d{1,3}\)?$")


@dataclass(frozen=True, slots=True)
class _Head:
    """A heading before it has a place in the tree. ``rank``: see ``numbering.RANK``."""

    kind: SectionKind
    style: Style | None
    start: int
    end: int
    label: str
    title: str
    markdown: int = 0
    stops_at: int | None = None  # where its text ends at the latest


def outline(text: str) -> tuple[Section, ...]:
    """Return the section tree of ``text`` in text order.

    >>> [s.heading for s in outline("一、总体要求\\n（一）指导思想。以高质量发展为主线。")]
    ['一、总体要求', '（一）指导思想']
    """
    return _Reader(text).sections()


def section_at(sections: Sequence[Section], offset: int) -> int | None:
    """Return the position of the innermost section that holds ``offset``."""
    position: int | None = bisect_right(sections, offset, key=lambda s: s.start) - 1
    if position is None or position < 0:
        return None
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


class _Reader:
    """One reading of one text: what it looks at, and the steps in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold_for_structure(text)
        self.paragraphs = paragraphs(self.folded)
        self.starts = [start for start, _ in self.paragraphs]
        self.asides = enclosed(self.folded)
        self.contents = _contents(self.folded, self.paragraphs)
        self.breaks = breaks(self.folded)
        self.last_entry: tuple[Style, int] | None = None

    def sections(self) -> tuple[Section, ...]:
        accepted = _Series(self).accepted()
        inline = self._inline_run_ins(accepted)
        heads = list(self._heads(accepted, inline))
        heads += self._parallel_run_ins(heads)
        heads.sort(key=lambda head: head.start)
        end = tail_start(self.folded, heads[-1].end) if heads else len(self.folded)
        return _tree(heads, self.breaks, end)

    def paragraph_of(self, offset: int) -> Span:
        """Return the paragraph that holds ``offset``."""
        return self.paragraphs[bisect_right(self.starts, offset) - 1]

    def opens_paragraph(self, offset: int) -> bool:
        """Whether a paragraph begins here, list marks and Markdown marks aside."""
        first = self.paragraph_of(offset)[0]
        return first == offset or (
            offset - first <= 8 and not self.folded[first:offset].strip("#>*|-—● \t")
        )

    def before(self, offset: int, *, inside: bool = True) -> str:
        """Return the last character before ``offset`` that is no white space, in its paragraph."""
        first = self.paragraph_of(offset)[0] if inside else 0
        while offset > first and self.folded[offset - 1].isspace():
            offset -= 1
        return self.folded[offset - 1] if offset > first else ""

    def aside(self, offset: int) -> bool:
        """Whether ``offset`` stands inside a bracket or a quotation."""
        position = bisect_left(self.asides, offset, key=lambda span: span[0]) - 1
        return position >= 0 and offset < self.asides[position][1]

    # --- titles -------------------------------------------------------------------------------

    def _heads(self, accepted: Sequence[_Accepted], run_ins: Sequence[Span]) -> Iterable[_Head]:
        run_in_starts = [start for start, _ in run_ins]
        for position, item in enumerate(accepted):
            following = accepted[position + 1] if position + 1 < len(accepted) else None
            stop = self.paragraph_of(item.end - 1)[1]
            if following is not None:
                stop = min(stop, following.start)
            cut = bisect_right(run_in_starts, item.end)
            runs_in = cut < len(run_ins) and run_ins[cut][0] < stop
            title = self._title(item, run_ins[cut][0] if runs_in else stop, following, runs_in)
            head = self._head(item, title)
            self.last_entry = (item.style, item.ordinal) if head.kind == "item" else None
            yield head
        for start, end in run_ins:
            yield _Head("runin", None, start, end, "", self._squeezed(start, end))

    def _head(self, item: _Accepted, title: Span | None) -> _Head:
        spoken = item.style == "first"
        limit = self.paragraph_of(item.start)[1] if spoken else None
        label = self._squeezed(item.label, item.end)
        if title is None and item.style not in _ALWAYS_HEADINGS:
            return _Head("item", item.style, item.start, item.end, label, "", 0, limit)
        start, end = title or (item.end, item.end)
        squeezed = self._squeezed(start, end)
        return _Head("heading", item.style, item.start, end, label, squeezed, item.markdown, limit)

    def _squeezed(self, start: int, end: int) -> str:
        return "".join(self.text[start:end].split())

    def _title(
        self, item: _Accepted, stop: int, following: _Accepted | None, runs_in: bool
    ) -> Span | None:
        """Return the span of the title after a label; None for an entry without one."""
        start = item.end
        while start < stop and self.folded[start].isspace():
            start += 1
        if item.markdown:
            return self._trimmed(start, stop)
        if item.style == "annex":
            return self._annex_title(item)
        if item.style == "article":
            return self._article_title(start, stop)
        if item.style in ("part", "chapter", "section", "box"):
            return self._line_title(start, stop)
        sentence = self._first_sentence_end(start, stop)
        if runs_in and sentence == stop:
            return self._trimmed(start, stop)
        colon = self._title_before_colon(start, min(sentence, stop))
        if colon is not None:
            return colon
        title = self._sentence_title(item, start, sentence, stop)
        listed = (item.style, item.ordinal - 1) == self.last_entry
        if listed and self.before(item.start, inside=False) == ";":
            return None
        if title is None or self.folded[sentence + 1 : stop].strip(_AFTER_SENTENCE):
            return title or self._structural_title(start, stop)
        # The title is all there is in its paragraph: an entry of a list, or a head of what follows.
        return title if not listed and self._has_content(item, stop, following) else None

    def _sentence_title(self, item: _Accepted, start: int, sentence: int, stop: int) -> Span | None:
        """Return the whole line, or its first sentence, when it is short enough for a title."""
        if sentence == stop:
            return self._line_title(start, stop)
        if self.folded[sentence] == ";" or not self._is_title(item.style, start, sentence):
            return None
        return self._trimmed(start, sentence)

    def _line_title(self, start: int, stop: int) -> Span | None:
        title = self._trimmed(start, stop)
        return title if title and title[1] - title[0] <= TITLE_LINE_MAX else None

    def _first_sentence_end(self, start: int, stop: int) -> int:
        for match in _SENTENCE_END.finditer(self.folded, start, stop):
            if not self.aside(match.start()):
                return match.start()
            if match.start() - start > 2 * TITLE_LINE_MAX:
                break
        return stop

    def _is_title(self, style: Style, start: int, end: int) -> bool:
        """Whether a first sentence is short enough to be a title; of two clauses, shorter still."""
        sentence = "".join(self.folded[start:end].split())
        clauses = sentence.count(",") + 1
        if clauses > 1 and RANK[style] > RANK["han_bracket"]:
            return clauses == 2 and len(sentence) <= TITLE_CLAUSED_MAX
        return 0 < len(sentence) <= TITLE_SENTENCE_MAX and clauses <= TITLE_CLAUSES_MAX

    def _title_before_colon(self, start: int, stop: int) -> Span | None:
        colon = self.folded.find(":", start, min(stop, start + TITLE_BEFORE_COLON_MAX + 1))
        if colon <= start or self.aside(colon) or "," in self.folded[start:colon]:
            return None
        return None if _LEAD_IN.search(self.folded, start, colon) else self._trimmed(start, colon)

    def _has_content(self, item: _Accepted, stop: int, following: _Accepted | None) -> bool:
        """Whether something stands under a title that is the only sentence of its paragraph."""
        if following is None:
            return bool(self.folded[stop:].strip())
        if self.folded[stop : following.start].strip(_AFTER_SENTENCE):
            return True
        return RANK[following.style] > RANK[item.style]

    def _structural_title(self, start: int, stop: int) -> Span | None:
        """指导思想以…为指导: the title is the habitual name with which the text begins."""
        match = _STRUCTURAL.match(self.folded, start, stop)
        if match is None or _NO_TITLE_AFTER.match(self.folded, match.end()):
            return None
        return match.span()

    def _article_title(self, start: int, stop: int) -> Span | None:
        match = _BRACKET_TITLE.match(self.folded, start, stop)
        if match is not None and match[1]:
            return match.span(1)
        if self._first_sentence_end(start, stop) == stop and stop - start <= TITLE_SENTENCE_MAX:
            return self._trimmed(start, stop) if ":" not in self.folded[start:stop] else None
        return None

    def _annex_title(self, item: _Accepted) -> Span | None:
        """Return the line below 附件1 when it is short and no sentence: the annex's title."""
        position = bisect_right(self.starts, item.start)
        if position == len(self.paragraphs):
            return None
        start, end = self.paragraphs[position]
        plain = _SENTENCE_END.search(self.folded, start, end) is None
        return (start, end) if plain and end - start <= TITLE_LINE_MAX and label_at(self.folded, start) is None else None

    def _trimmed(self, start: int, end: int) -> Span | None:
        duty = _DUTY.search(self.folded[start:end])
        if duty is not None:
            end = start + duty.start()
        while end > start and self.folded[end - 1] in " \t\n\r。:,;|*":
            end -= 1
        return (start, end) if end > start else None

    # --- heads without a label ----------------------------------------------------------------

    def _inline_run_ins(self, accepted: Sequence[_Accepted]) -> list[Span]:
        """Return 主要目标：… at the start of a paragraph, after a sentence, or after a title."""
        if not accepted:
            return []
        ends = [item.end for item in accepted]
        found: list[tuple[Span, bool]] = []
        for match in _RUN_IN.finditer(self.folded, accepted[0].end):
            start, end = match.span(1)
            if self.aside(start) or self._in_contents(start):
                continue
            if self.opens_paragraph(start):
                found.append(((start, end), True))
            elif self.before(start) in "。!?;" or self._after_title(ends, start):
                found.append(((start, end), False))
        times = Counter(self._squeezed(*span) for span, _ in found)
        return [span for span, sure in found if sure or times[self._squeezed(*span)] > 1]

    def _after_title(self, ends: list[int], start: int) -> bool:
        label_end = ends[bisect_right(ends, start) - 1]
        if not _TITLE_BEFORE_RUN_IN_MIN <= start - label_end <= TITLE_SENTENCE_MAX:
            return False
        return _GAP_STOP.search(self.folded, label_end, start) is None

    def _in_contents(self, offset: int) -> bool:
        return any(start <= offset < end for start, end in self.contents)

    def _parallel_run_ins(self, heads: Sequence[_Head]) -> list[_Head]:
        """Return the short first sentences of neighbouring paragraphs that share one shape."""
        if not heads:
            return []
        starts = sorted(head.start for head in heads)
        found: list[_Head] = []
        run: list[Span] = []
        for first, last in self.paragraphs:
            at = bisect_left(starts, first)
            labelled = at < len(starts) and starts[at] <= first + 8 and starts[at] < last
            sentence = None if labelled or first < starts[0] else self._short_opening(first, last)
            if sentence is None or (run and not self._alike(run[-1], sentence)):
                found += self._run_in_heads(run)
                run = []
            if sentence is not None:
                run.append(sentence)
        return found + self._run_in_heads(run)

    def _run_in_heads(self, run: Sequence[Span]) -> list[_Head]:
        if len(run) < 2:
            return []
        return [_Head("runin", None, s, e, "", self._squeezed(s, e)) for s, e in run]

    def _short_opening(self, first: int, last: int) -> Span | None:
        bullet = _BULLET.match(self.folded, first, last)
        start = bullet.end() if bullet else first
        stop = self.folded.find("。", start, min(last, start + RUN_IN_MAX + 4))
        if stop < 0 or self.aside(stop):
            return None
        title = self.folded[start:stop]
        rest = "".join(self.folded[stop + 1 : last].split())
        if not title.strip() or len(rest) < len(title) or re.search(r"[\d:;?!]", title):
            return None
        return (start, stop)

    def _alike(self, one: Span, other: Span) -> bool:
        """Whether two titles have as many clauses, of about the same length."""
        first, second = (self._squeezed(*span).replace(",", "，").split("，") for span in (one, other))
        return len(first) == len(second) and all(
            abs(len(a) - len(b)) <= max(2, len(a) // 3) for a, b in zip(first, second, strict=True)
        )


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A label that heads a section.

    ``start`` is where the heading begins, ``label`` where its label does: Markdown puts # before it.
    ``markdown`` counts the #.
    """

    style: Style
    ordinal: int
    start: int
    label: int
    end: int
    markdown: int = 0


class _Series:
    """Which labels are open, and so which label may come next."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.open: dict[Style, int] = {}
        self.last: dict[Style, int] = {}
        self.previous: _Accepted | None = None
        self.markdown = _markdown_heads(reader.folded, reader.paragraphs)

    def accepted(self) -> list[_Accepted]:
        found: list[_Accepted] = []
        breaks = iter([*self.reader.breaks, len(self.reader.folded) + 1])
        next_break = next(breaks)
        for label in self._candidates():
            while label.start >= next_break:
                self.open.clear()
                self.last.clear()
                next_break = next(breaks)
            if self._accepts(label):
                found.append(self._take(label))
        return _without_single_spoken(found)

    def _candidates(self) -> list[Label]:
        folded = self.reader.folded
        found = [label for label in labels(folded) if not self.reader._in_contents(label.start)]
        found += self._line_labels()
        known = {label.start for label in found}
        found += [Label("markdown", 1, at, at) for at in self.markdown if at not in known]
        return sorted(found, key=lambda label: label.start)

    def _line_labels(self) -> Iterator[Label]:
        """Yield 附件1, 专栏1, 1.1, and of the plain figures 1 总则 those that a 1.1 follows."""
        reader = self.reader
        found = [
            label
            for start, end in reader.paragraphs
            if not reader._in_contents(start)
            and (label := line_label(reader.folded, start, end)) is not None
        ]
        pointed = any(label.style == "point_point" for label in found)
        return (label for label in found if pointed or label.style != "point")

    def _take(self, label: Label) -> _Accepted:
        markdown = self.markdown.get(label.start)
        if label.style == "markdown":
            self.open.clear()
            self.last.clear()
        for style in [style for style in self.open if RANK[style] > RANK[label.style]]:
            del self.open[style]
        self.open[label.style] = self.last[label.style] = label.ordinal
        start, depth = markdown or (label.start, 0)
        self.previous = _Accepted(
            label.style, label.ordinal, start, label.start, label.end, depth
        )
        return self.previous

    def _accepts(self, label: Label) -> bool:
        if self.reader.aside(label.start):
            return False
        if label.style in ("annex", "box", "markdown") or label.start in self.markdown:
            return True
        if label.style == "first":
            return self._accepts_spoken(label)
        if self.reader.opens_paragraph(label.start):
            return self._accepts_at_start(label)
        return self._accepts_inside(label)

    def _accepts_spoken(self, label: Label) -> bool:
        if label.ordinal == 1:
            return self.reader.before(label.start) in ("", *"。;:!?,、”)")
        return self.open.get("first") == label.ordinal - 1

    def _accepts_at_start(self, label: Label) -> bool:
        if label.style in ("part", "chapter", "section", "article"):
            return _REFERENCE.match(self.reader.folded, label.end) is None
        if label.ordinal == 1 or label.style not in _COUNTED:
            return True
        before = self.open.get(label.style, self.last.get(label.style, 0))
        return before <= label.ordinal <= before + _JUMP_MAX

    def _accepts_inside(self, label: Label) -> bool:
        if label.style in ("part", "chapter", "section", "article"):
            return self._accepts_article_inside(label)
        before = self.reader.before(label.start)
        if label.ordinal == 1:
            if label.style in self.open:
                return before in ("。", ":") and self.open[label.style] > 1
            return before in ("。", ";", ":", "!", "?") or self._after_title(label)
        if self.open.get(label.style) == label.ordinal - 1:
            return before in _BEFORE_NEXT or self._after_title(label)
        if self.last.get(label.style) == label.ordinal - 1:
            return self._after_title(label)
        return False

    def _accepts_article_inside(self, label: Label) -> bool:
        reader = self.reader
        if _REFERENCE.match(reader.folded, label.end):
            return False
        spaced = reader.folded[label.end : label.end + 1].isspace()
        expected = (1, self.open.get(label.style, 0) + 1, self.last.get(label.style, 0) + 1)
        return spaced and label.ordinal in expected and (
            reader.before(label.start) in "。;:!?" or self._after_title(label)
        )

    def _after_title(self, label: Label) -> bool:
        """Whether only a short title stands between the last label and this deeper one."""
        previous = self.previous
        if previous is None or RANK[previous.style] >= RANK[label.style]:
            return False
        if label.start - previous.end > TITLE_LINE_MAX:
            return False
        gap = self.reader.folded[previous.end : label.start].strip()
        same = self.reader.paragraph_of(previous.start) == self.reader.paragraph_of(label.start)
        stop = _SENTENCE_END if (previous.style, label.style) in _NEXT_LEVEL else _GAP_STOP
        return bool(gap) and same and stop.search(gap) is None and not _REFERS.search(gap)


def _markdown_heads(folded: str, spans: Sequence[Span]) -> dict[int, tuple[int, int]]:
    """Return text start → (start of the #, how many) of the headings, without the document title.

    A single # above everything else is the title of the whole document, not a section.
    """
    found = [match for start, end in spans if (match := _MARKDOWN.match(folded, start, end))]
    if found and len(found[0][1]) == 1 and all(len(match[1]) > 1 for match in found[1:]):
        found = found[1:]
    return {match.end(): (match.start(), len(match[1])) for match in found}


_REFERENCE = re.compile(r"(?:第|规定|所|的|、|和|至|款|及|或|以|中|\)|》|,|。)")
_REFERS = re.compile(r"(?:按照|根据|依照|依据|参照|符合|包括|属于|[:,])$")
_NEXT_LEVEL = {("han", "han_bracket"), ("han_bracket", "arabic"), ("arabic", "arabic_bracket")}
"""Steps of the standard numbering, taken in one line: 一、…，…（一）…."""
_BEFORE_NEXT = ("。", ";", ":", "!", "?", ",", "、", "”", ")", "】", "》", "|")


def _without_single_spoken(found: Sequence[_Accepted]) -> list[_Accepted]:
    """Drop a 一是 that no 二是 follows: it enumerates nothing."""
    kept: list[_Accepted] = []
    for position, item in enumerate(found):
        following = found[position + 1] if position + 1 < len(found) else None
        goes_on = following is not None and (following.style, following.ordinal) == ("first", 2)
        if item.style != "first" or item.ordinal > 1 or goes_on:
            kept.append(item)
    return kept


def _contents(folded: str, spans: Sequence[Span]) -> list[Span]:
    """Return the tables of contents: their lines look like headings and are none.

    One is a run of short lines, under 目录 or each beginning with a label, that come again below.
    """
    found: list[Span] = []
    position = 0
    while position < min(len(spans), _CONTENTS_WITHIN):
        count = _contents_lines(folded, spans, position)
        if count >= _CONTENTS_MIN and _comes_again(folded, spans, position, count):
            found.append((spans[position][0], spans[position + count - 1][1]))
        position += max(count, 1)
    return found


def _contents_lines(folded: str, spans: Sequence[Span], position: int) -> int:
    """Return how many paragraphs from ``position`` on are short lines that a label begins.

    The first line met again is no longer the table but the first heading.
    """
    first = _bare(folded, spans[position])
    count = 0
    for start, end in spans[position : position + _CONTENTS_MAX]:
        short = end - start <= TITLE_LINE_MAX and not ends_sentence(folded, start, end)
        labelled = label_at(folded, start) or line_label(folded, start, end)
        if not short or labelled is None or (count and _bare(folded, (start, end)) == first):
            break
        count += 1
    return count


def _comes_again(folded: str, spans: Sequence[Span], position: int, count: int) -> bool:
    """Whether two of the first, middle and last line of the run stand below it once more."""
    below = "".join(folded[spans[position + count - 1][1] :].split())
    lines = (spans[position + at] for at in (0, count // 2, count - 1))
    return sum(_bare(folded, line) in below for line in lines) > 1


def _bare(folded: str, line: Span) -> str:
    """Return a line of a table of contents without white space and page number."""
    return "".join(_LEADER.sub("", folded[slice(*line)]).split())


@dataclass(slots=True)
class _Open:
    """A section whose end is not yet known."""

    head: _Head
    parent: int | None
    depth: int
    level: int
    body_end: int = 0


def _tree(heads: Sequence[_Head], breaks: Sequence[int], end: int) -> tuple[Section, ...]:
    nodes: list[_Open] = []
    stack: list[int] = []

    def close(count: int, at: int) -> None:
        while len(stack) > count:
            nodes[stack.pop()].body_end = at

    marks = sorted(breaks)
    for head in heads:
        cut = bisect_right(marks, head.start) - 1
        if stack and cut >= 0 and marks[cut] > nodes[-1].head.start:
            close(0, marks[bisect_right(marks, nodes[-1].head.start)])
        close(_depth_for(head, [nodes[i] for i in stack]), head.start)
        parent = stack[-1] if stack else None
        stack.append(len(nodes))
        nodes.append(_Open(head, parent, len(stack), _level(head, parent, nodes, len(stack))))
    if nodes:
        after = [mark for mark in marks[bisect_right(marks, nodes[-1].head.end) :] if mark < end]
        close(0, max(after[0] if after else end, nodes[-1].head.end))
    return tuple(_section(i, node) for i, node in enumerate(nodes))


def _depth_for(head: _Head, stack: Sequence[_Open]) -> int:
    """Return how many of the open sections stay open above ``head``."""
    if head.markdown:
        above = [depth for depth, node in enumerate(stack) if 0 < node.head.markdown < head.markdown]
        return above[-1] + 1 if above else 0
    if head.style is None:
        for depth, node in enumerate(stack):
            if node.head.kind == "runin":
                return depth
        depth = len(stack)
        while depth and stack[depth - 1].head.style == "first":
            depth -= 1
        return depth
    depth = len(stack)
    while depth and not _holds(stack[: depth], head):
        depth -= 1
    return depth


def _holds(stack: Sequence[_Open], head: _Head) -> bool:
    """Whether the innermost open section may hold ``head``."""
    assert head.style is not None
    rank = RANK[head.style]
    for node in reversed(stack):
        if node.head.style is not None:
            return RANK[node.head.style] < rank
    return True


def _level(head: _Head, parent: int | None, nodes: Sequence[_Open], depth: int) -> int:
    if head.style is None:
        return nodes[parent].level + 1 if parent is not None else 1
    return LEVEL.get(head.style, depth)


def _section(position: int, node: _Open) -> Section:
    head = node.head
    body_end = node.body_end if head.stops_at is None else min(node.body_end, head.stops_at)
    return Section(
        position, node.parent, node.depth, node.level, head.kind, head.label, head.title,
        head.start, head.end, max(body_end, head.end),
    )  # fmt: skip
