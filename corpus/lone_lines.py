"""Lines of their own that head a part without a number.

A work report sets its parts apart so (2024年工作安排), and so does a text that lost a number of its
series; before and after the numbered parts stand 序言 and 结束语.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from corpus.document import Span
from corpus.lines import ends_sentence
from corpus.numbering import label_at, line_label
from corpus.reading import Reading
from corpus.series import Accepted
from corpus.signoff import DATE
from corpus.unnumbered import PART_NAMES, Head

_ALONE = range(4, 31)
_LONE_LINE_MAX = 60
_NOT_ALONE = re.compile(
    rf"[。;:!?,.|\t…~<>=+/\\]|{DATE}|^(?:图|表|注|附|第)\ *\d|\)$|^[\W\d]+$"
    r"|(?:通知|方案|办法|规定|报告|意见|条例|规划|纲要|细则|公告|决定)$"
)
_STOPS = frozenset("。;:!?,")
_FRAME = re.compile(r"(?:序言|序|前言|引言|导言|绪论|结语|结束语|后记|名词解释)$")
"""What stands before and after the numbered parts, with its name on a line of its own."""
_PART_NAME = re.compile(rf"{PART_NAMES}(?=[-—–、\ ]*$)", re.MULTILINE)
"""A habitual name with what a recogniser of print left of its number: 总体要求-、."""
_REPORT = re.compile(r"各位代表|各位委员|报告(?:政府)?工作")
_REPORT_OPENS_WITHIN = 3000
_LINES_MIN = 3
"""Such lines a text without any number has, from which these are its parts."""


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
        return [_part(reading, line) for line in lone] if len(lone) >= _LINES_MIN else []
    numbered = [item for item in accepted if item.style in ("han", "chapter", "part")]
    parts = [line for line in lone if not _inside_series(numbered, line[0])]
    if _REPORT.search(reading.folded, 0, _REPORT_OPENS_WITHIN):
        return [_part(reading, line) for line in parts] if len(parts) > 1 else []
    ends = [*(start for start, _ in lone[1:]), len(reading.folded)]
    until = dict(zip(lone, ends, strict=True)) if lone else {}
    again = [line for line in parts if _restarts_below(numbered, line, until[line])]
    if len(again) > 1:
        return [_part(reading, line) for line in again]
    missing = [head for line in lone if (head := _missing_one(reading, numbered, line)) is not None]
    return _lost_first(reading, numbered) + missing


def _part(reading: Reading, line: Span) -> Head:
    return Head("heading", "styled", *line, "", reading.squeezed(*line), 1, 1)


def _lone_lines(reading: Reading) -> Iterator[Span]:
    """Yield the short lines without punctuation that stand between text and text."""
    folded, spans = reading.folded, reading.paragraphs
    for above, line, below in zip(spans, spans[1:], spans[2:], strict=False):
        start, end = line
        if end - start > _LONE_LINE_MAX or folded[end - 1] in _STOPS:
            continue
        if not ends_sentence(folded, *above):
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


def _lost_first(reading: Reading, numbered: Sequence[Accepted]) -> list[Head]:
    """Return the line above a first 二、 that bears the name of a first part: its 一、 was lost."""
    if not numbered or (numbered[0].style, numbered[0].ordinal) != ("han", 2):
        return []
    for start, end in reading.paragraphs:
        if start >= numbered[0].start:
            break
        name = _PART_NAME.match(reading.folded, start, end)
        if name is not None:
            words = reading.squeezed(*name.span())
            return [Head("heading", "han", start, name.end(), "", words, 1)]
    return []
