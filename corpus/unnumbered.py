"""Heads that have no number: the values, and names before a colon.

Plans name the parts of a section in front of them: 主要目标：…. Opening sentences that are heads
are found in ``openings``, lines of their own in ``lone_lines``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from corpus.document import SectionKind, Span
from corpus.numbering import Style
from corpus.reading import Reading
from corpus.series import Accepted

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
_ANY_STOP = re.compile(r"[。!?;:,]")
_SENTENCE_MARKS = ("。", "!", "?", ";")


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
    return [run_in(reading, span, None) for span in spans]


def run_in(reading: Reading, span: Span, holds_to: int | None) -> Head:
    """Return the head of a run-in; ``holds_to`` is where it holds labelled heads to."""
    return Head("runin", None, *span, "", reading.squeezed(*span), holds_to=holds_to)
