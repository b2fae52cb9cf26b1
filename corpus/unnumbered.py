"""Heads that have no number: names before a colon, opening sentences, lines of their own.

Plans name the parts of a section in front of them (主要目标：…), or open each of its paragraphs
with a short sentence of one shape (规模质量显著增强。到2025年，…); a work report sets its parts
apart by lines of their own (2024年工作安排), and so does a text that lost a number of its series.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from corpus.document import SectionKind, Span
from corpus.lines import ends_sentence
from corpus.numbering import RANK, Style, label_at, line_label
from corpus.reading import Reading
from corpus.series import Accepted
from corpus.signoff import DATE

PART_NAMES = (
    r"(?:总体|主要|重点|工作|发展|行动|建设|具体|基本|核心|阶段|年度|近期|远期|实施|战略|指导|规划"
    r"|组织|保障)"
    r"(?:目标|任务|方向|领域|措施|举措|内容|要求|思路|思想|原则|安排|路径|布局|定位|步骤|产品|项目"
    r"|指标|意见|机制|保障|职责)"
)
"""The names official plans habitually give their parts."""
_NAMED_RUN_IN = re.compile(rf"({PART_NAMES})\ *:")
_NAME_AFTER_TITLE = range(6, 41)
"""Characters a title may have between its label and the name that runs in after it."""
_RUN_IN_MAX = 30
_CLAUSED_RUN_IN_MAX = 42
"""Longest opening sentence of one clause, and of several."""
_REST_MIN = 20
"""Text that follows a long opening sentence; a shorter one must be the shorter part."""
_NAME_MAX = 14
_NAMED_REST_MIN = 30
"""Text that follows a name before a colon; less is a field of a form (联系人：…)."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")
_ROW_MIN = 3
"""Neighbouring paragraphs that all open with a short sentence, from which these are heads."""
_NOT_A_HEAD = re.compile(r"[\d:;?!]|各位代表|如下")
_NARRATIVE = re.compile(r"\s*我们")
"""How the text goes on where its first sentence is a saying that heads nothing."""
_JUDGEMENT = re.compile(r"(?<!求)是.")
_SPACED = re.compile(r"(?<=。)\ +(?=[\u4e00-\u9fff“])")
_PIECE_MIN = 35
_BULLET = re.compile(r"(?:[—\-–]{1,3}|[●○◆■▪•·])\ *")
_ANY_STOP = re.compile(r"[。!?;:,]")
_SENTENCE_MARKS = ("。", "!", "?", ";")

_ALONE = range(4, 31)
_LONE_LINE_MAX = 60
_NOT_ALONE = re.compile(
    rf"[。;:!?,.|\t…~<>=+/\\]|{DATE}|^(?:图|表|注|附|第)\ *\d|\)$|^[\W\d]+$"
    r"|(?:通知|方案|办法|规定|报告|意见|条例|规划|纲要|细则|公告|决定)$"
)
_FRAME = re.compile(r"(?:序言|序|前言|引言|导言|绪论|结语|结束语|后记|名词解释)$")
"""What stands before and after the numbered parts, with its name on a line of its own."""
_REPORT = re.compile(r"各位代表|各位委员|报告(?:政府)?工作")
_REPORT_OPENS_WITHIN = 3000


class Head(NamedTuple):
    """A heading before it has a place in the tree; ``style`` is None for a run-in.

    ``ordinal`` is 0 for a heading beside the numbered parts (序言), which holds none of them.
    ``level`` is that of its style, 0 for none. ``stops_at`` is where its text ends at the latest:
    that of 一是 ends with the paragraph. ``holds_to`` is where a run-in or a box holds labelled
    heads to, ``label_end`` where the label ends.
    """

    kind: SectionKind
    style: Style | None
    start: int
    end: int
    label: str
    title: str
    ordinal: int = 0
    level: int = 0
    stops_at: int | None = None
    holds_to: int | None = None
    label_end: int = 0


# --- names before a colon -------------------------------------------------------------------------


def named_run_ins(reading: Reading, accepted: Sequence[Accepted]) -> list[Span]:
    """Return 主要目标：… at the start of a paragraph; inside a line only names met twice there."""
    if not accepted:
        return []
    ends = [item.end for item in accepted]
    found: list[tuple[Span, bool]] = []
    for match in _NAMED_RUN_IN.finditer(reading.folded, accepted[0].end):
        start = match.start()
        if reading.aside(start) or reading.passed(start):
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
    if start - label_end not in _NAME_AFTER_TITLE:
        return False
    return _ANY_STOP.search(reading.folded, label_end, start) is None


def named_heads(reading: Reading, spans: Sequence[Span]) -> list[Head]:
    """Return the heads that ``named_run_ins`` are."""
    return [_run_in(reading, span, None) for span in spans]


def _run_in(reading: Reading, span: Span, holds_to: int | None) -> Head:
    return Head("runin", None, *span, "", reading.squeezed(*span), holds_to=holds_to)


# --- opening sentences ----------------------------------------------------------------------------


class _Opening(NamedTuple):
    """The short beginning of a paragraph that may be its head."""

    start: int
    end: int
    paragraph_end: int
    named: bool  # it ends in a colon
    bulleted: bool


def parallel_run_ins(reading: Reading, heads: Sequence[Head]) -> list[Head]:
    """Return the short openings of neighbouring paragraphs that share one shape.

    The paragraphs of an article (款) are sentences of law: none of them has a head.
    """
    found: list[Head] = []
    ordered = sorted(heads, key=attrgetter("start"))
    regulated = _regulated(ordered)
    starts = [head.start for head in ordered]
    for row in _rows(reading, starts):
        if row and regulated[bisect_left(starts, row[0].start) - 1]:
            continue
        for opening in _heads_of(reading, row):
            ends = reading.folded[opening.paragraph_end - 1] == ":"
            holds_to = None if ends else opening.paragraph_end
            found.append(_run_in(reading, (opening.start, opening.end), holds_to))
    taken = {*starts, *(head.start for head in found)}
    for opening in _spaced_openings(reading):
        at = bisect_left(starts, opening.start) - 1
        if at >= 0 and not regulated[at] and opening.start not in taken:
            found.append(_run_in(reading, (opening.start, opening.end), opening.paragraph_end))
    return found


def _regulated(heads: Sequence[Head]) -> list[bool]:
    """Return of each head whether it is an article or stands in one."""
    inside = False
    found: list[bool] = []
    for head in heads:
        if head.style is not None:
            inside = head.style == "article" or (inside and RANK[head.style] > RANK["article"])
        found.append(inside)
    return found


def _rows(reading: Reading, starts: Sequence[int]) -> Iterator[list[_Opening]]:
    """Yield the openings that may belong together: of neighbouring paragraphs below one head.

    Bullets belong together also where text stands between them.
    """
    row: list[_Opening] = []
    bulleted: list[_Opening] = []
    first_head = starts[0] if starts else len(reading.folded)
    for position in range(bisect_right(reading.starts, first_head), len(reading.paragraphs)):
        first, last = reading.paragraphs[position]
        at = bisect_left(starts, first)
        if at < len(starts) and starts[at] <= first + 8 and starts[at] < last:
            yield from (row, bulleted)
            row, bulleted = [], []
            continue
        opening = _opening(reading, position)
        if opening is not None and opening.bulleted:
            bulleted.append(opening)
            continue
        if opening is None or (row and row[-1].named != opening.named):
            yield row
            row = []
        row += [] if opening is None else [opening]
    yield from (row, bulleted)


def _heads_of(reading: Reading, row: Sequence[_Opening]) -> Iterator[_Opening]:
    """Yield the openings of a row that are heads: all of a long row, else those alike."""
    if len(row) <= 1:
        return
    if row[0].bulleted:
        yield from row
    elif row[0].named:
        chinese = sum(bool(_CHINESE.search(reading.folded, x.start, x.end)) for x in row)
        yield from row if len(row) >= _ROW_MIN and 2 * chinese >= len(row) else ()
    elif len(row) >= _ROW_MIN:
        usual = Counter(_clauses(reading, one) for one in row).most_common(1)[0][0]
        judging = _NARRATIVE.match(reading.folded, row[0].end + 1) is not None
        yield from (x for x in row[judging:] if _clauses(reading, x) == usual)
    else:
        yield from row if _alike(reading, *row) else ()


def _clauses(reading: Reading, opening: _Opening) -> int:
    return reading.folded.count(",", opening.start, opening.end)


def _opening(reading: Reading, position: int) -> _Opening | None:
    """Return a paragraph's first sentence when it is short and the longer part follows it."""
    first, last = reading.paragraphs[position]
    bullet = _BULLET.match(reading.folded, first, last)
    start = bullet.end() if bullet else first
    named = _named_opening(reading, start, last)
    if named is not None:
        return named._replace(bulleted=bullet is not None)
    if _heads_lines(reading, position):
        return _Opening(start, last, last, False, True)
    opening = _sentence_opening(reading, start, last)
    if opening is None or (bullet is None and not _is_head(reading, opening)):
        return None
    if not _followed(reading, opening) and not (bullet and _goes_on_below(reading, position)):
        return None
    return opening._replace(bulleted=bullet is not None)


def _named_opening(reading: Reading, start: int, last: int) -> _Opening | None:
    """Return the name before a colon with which ``[start, last)`` begins, for 看台账：每月翻看…."""
    folded = reading.folded
    colon = folded.find(":", start, min(last, start + _NAME_MAX + 1))
    if colon <= start or last - colon <= _NAMED_REST_MIN or reading.aside(colon):
        return None
    unclear = _ANY_STOP.search(folded, start, colon) or _NOT_A_HEAD.search(folded, start, colon)
    return None if unclear or reading.passed(start) else _Opening(start, colon, last, True, False)


def _sentence_opening(reading: Reading, start: int, last: int) -> _Opening | None:
    folded = reading.folded
    stop = folded.find("。", start, min(last, start + _CLAUSED_RUN_IN_MAX + 4))
    if stop <= start or reading.aside(stop) or _NOT_A_HEAD.search(folded, start, stop):
        return None
    if folded[start] in "、,":
        return None
    words = "".join(folded[start:stop].split())
    longest = _CLAUSED_RUN_IN_MAX if "," in words else _RUN_IN_MAX
    return _Opening(start, stop, last, False, False) if len(words) <= longest else None


def _is_head(reading: Reading, opening: _Opening) -> bool:
    return _JUDGEMENT.search(reading.folded, opening.start, opening.end) is None


def _followed(reading: Reading, opening: _Opening) -> bool:
    """Whether the longer part of the paragraph follows its opening."""
    rest = reading.folded[opening.end + 1 : min(opening.paragraph_end, opening.end + 60)]
    length = len("".join(reading.folded[opening.start : opening.end].split()))
    return len("".join(rest.split())) >= min(length, _REST_MIN)


def _spaced_openings(reading: Reading) -> Iterator[_Opening]:
    for first, last in reading.paragraphs:
        if last - first >= _ROW_MIN * _PIECE_MIN:
            yield from _pieces_of(reading, first, last)


def _pieces_of(reading: Reading, first: int, last: int) -> list[_Opening]:
    """Return the openings of what only spaces part in one paragraph: …服务。 创新驱动，重点突破。….

    All of them must open with a name, or shortly and alike; else the spaces mean nothing.
    """
    cuts = [match.end() for match in _SPACED.finditer(reading.folded, first, last)]
    if len(cuts) + 1 < _ROW_MIN:
        return []
    pieces = list(pairwise([first, *cuts, last]))
    named = [opening for piece in pieces if (opening := _named_opening(reading, *piece))]
    if len(named) == len(pieces):
        return named
    found: list[_Opening] = []
    for piece in pieces:
        opening = _sentence_opening(reading, *piece)
        if opening is None or not _followed(reading, opening) or not _is_head(reading, opening):
            return []
        found.append(opening)
    return found if all(_alike(reading, one, other) for one, other in pairwise(found)) else []


def _heads_lines(reading: Reading, position: int) -> bool:
    """Whether this is the indented first line of a paragraph that lost its full stops."""
    folded = reading.folded
    first, last = reading.paragraphs[position]
    if not reading.unstopped or last - first > _RUN_IN_MAX:
        return False
    if position + 1 == len(reading.paragraphs):
        return False
    below = reading.paragraphs[position + 1][0]
    if folded[first - 1] != " " or folded[below - 1] != "\n":
        return False
    words = folded[first:last]
    return not re.search(r"[,:;\d]", words) and not _JUDGEMENT.search(words)


def _goes_on_below(reading: Reading, position: int) -> bool:
    """Whether the text of ——经济总体回升向好。 stands in the paragraphs below it."""
    if position + 1 == len(reading.paragraphs):
        return False
    first, last = reading.paragraphs[position + 1]
    below = reading.folded[first:last]
    return _BULLET.match(below) is None and label_at(reading.folded, first) is None


def _alike(reading: Reading, one: _Opening, other: _Opening) -> bool:
    """Whether two titles have as many clauses, of about the same length."""
    first, second = (re.split("[,，]", reading.squeezed(x.start, x.end)) for x in (one, other))
    return len(first) == len(second) and all(
        abs(len(a) - len(b)) <= max(2, len(a) // 3) for a, b in zip(first, second, strict=True)
    )


# --- lines of their own ---------------------------------------------------------------------------


def lone_heads(reading: Reading, accepted: Sequence[Accepted]) -> list[Head]:
    """Return the lines that head a part without a number.

    In a work report these are its parts, and in a text that has no number at all. Elsewhere a line
    is taken for a head only where the numbering shows it: 一、 begins again below each of them, or
    the number between two is missing.
    """
    if reading.styled:
        return []
    framing = [_part(reading, line)._replace(ordinal=0) for line in _frame_lines(reading)]
    return framing + _parts(reading, accepted)


def _frame_lines(reading: Reading) -> Iterator[Span]:
    folded = reading.folded
    for start, end in reading.paragraphs:
        if end - start > _ALONE[-1] or folded[start] not in "序前引导绪结后名":
            continue
        if _FRAME.match("".join(folded[start:end].split())) and not reading.passed(start):
            yield start, end


def _parts(reading: Reading, accepted: Sequence[Accepted]) -> list[Head]:
    lone = list(_lone_lines(reading))
    if not accepted:
        return [_part(reading, line) for line in lone] if len(lone) >= _ROW_MIN else []
    numbered = [item for item in accepted if item.style in ("han", "chapter", "part")]
    parts = [line for line in lone if not _inside_series(numbered, line[0])]
    if _REPORT.search(reading.folded, 0, _REPORT_OPENS_WITHIN):
        return [_part(reading, line) for line in parts] if len(parts) > 1 else []
    ends = [*(start for start, _ in lone[1:]), len(reading.folded)]
    until = dict(zip(lone, ends, strict=True)) if lone else {}
    again = [line for line in parts if _restarts_below(numbered, line, until[line])]
    if len(again) > 1:
        return [_part(reading, line) for line in again]
    return [head for line in lone if (head := _missing_one(reading, numbered, line)) is not None]


def _part(reading: Reading, line: Span) -> Head:
    return Head("heading", "styled", *line, "", reading.squeezed(*line), 1, 1)


def _lone_lines(reading: Reading) -> Iterator[Span]:
    """Yield the short lines without punctuation that stand between text and text."""
    folded, spans = reading.folded, reading.paragraphs
    for above, line, below in zip(spans, spans[1:], spans[2:], strict=False):
        start, end = line
        if end - start > _LONE_LINE_MAX or not ends_sentence(folded, *above):
            continue
        words = "".join(folded[start:end].split())
        if _FRAME.match(words):
            continue
        if len(words) not in _ALONE or _NOT_ALONE.search(words) or reading.passed(start):
            continue
        if label_at(folded, start) or line_label(folded, start, end):
            continue
        if ends_sentence(folded, *below) or label_at(folded, below[0]):
            yield line


def _inside_series(numbered: Sequence[Accepted], at: int) -> bool:
    """Whether 一、二、… counts on across the line."""
    before, after = _neighbours(numbered, at)
    return before is not None and after is not None and before.ordinal < after.ordinal


def _neighbours(numbered: Sequence[Accepted], at: int) -> tuple[Accepted | None, Accepted | None]:
    position = bisect_left(numbered, at, key=lambda item: item.start)
    before = numbered[position - 1] if position else None
    return before, numbered[position] if position < len(numbered) else None


def _restarts_below(numbered: Sequence[Accepted], line: Span, until: int) -> bool:
    """Whether 一、 is the first number below the line, before the next such line."""
    _, after = _neighbours(numbered, line[0])
    return after is not None and after.ordinal == 1 and after.start < until


def _missing_one(reading: Reading, numbered: Sequence[Accepted], line: Span) -> Head | None:
    """Return the line as the head whose number is missing between two: 一、 the line, 三、."""
    before, after = _neighbours(numbered, line[0])
    if before is None or after is None or before.style != after.style:
        return None
    if after.ordinal - before.ordinal != 2:
        return None
    words = reading.squeezed(*line)
    return Head("heading", before.style, *line, "", words, before.ordinal + 1)
