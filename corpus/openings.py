"""Opening sentences that are heads: the paragraphs of a section that all begin alike.

Official texts open each paragraph of a section with a short sentence of one shape
(规模质量显著增强。到2025年，…) or a name before a colon, set such paragraphs apart by dashes
(——经济平稳增长。…), or put them one after another on a line. One such opening is a sentence; a row
of them are heads.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from corpus.numbering import RANK, label_at
from corpus.reading import Reading
from corpus.unnumbered import Head, run_in

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
_LAID_OUT_SO = 12
"""Heads in such rows from which a text is laid out so, and two paragraphs make a row too."""
_NOT_A_HEAD = re.compile(r"[\d:;?!]|各位代表|如下")
_NARRATIVE = re.compile(r"\s*让?我们")
"""How the text goes on where its first sentence is a saying that heads nothing."""
_SPOKEN = re.compile(r"我们|今年|一年来|去年|方面")
_JUDGEMENT = re.compile(r"(?<!求)(?<!青山就)是.")
_SPACED = re.compile(r"(?<=。)\ +(?=[\u4e00-\u9fff“])")
_PIECE_MIN = 35
_BULLET = re.compile(r"(?:[—\-–]{1,3}|[●○◆■▪•·])\ *")
_DASHED = re.compile(r"(?<=[。;:!?])\ *(?:——|--)\ *(?=[\u4e00-\u9fff“])")
"""A dash before each entry (GB/T 15834—2011, 4.13), here in the middle of a line."""
_ANY_STOP = re.compile(r"[。!?;:,]")


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
    rows = [row for row in _rows(reading, starts) if len(row) > 1]
    rows = [row for row in rows if not regulated[bisect_left(starts, row[0].start) - 1]]
    laid_out = sum(len(row) for row in rows if _is_long(row)) >= _LAID_OUT_SO
    for row in rows:
        for opening in _heads_of(reading, row, laid_out=laid_out):
            ends = reading.folded[opening.paragraph_end - 1] == ":"
            holds_to = None if ends else opening.paragraph_end
            found.append(run_in(reading, (opening.start, opening.end), holds_to))
    taken = {*starts, *(head.start for head in found)}
    for opening in _spaced_openings(reading):
        at = bisect_left(starts, opening.start) - 1
        if at >= 0 and not regulated[at] and opening.start not in taken:
            found.append(run_in(reading, (opening.start, opening.end), opening.paragraph_end))
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
    dashed = _dashed(reading.folded)
    for position in range(bisect_left(reading.starts, first_head), len(reading.paragraphs)):
        first, last = reading.paragraphs[position]
        at = bisect_left(starts, first)
        opening = None
        if at < len(starts) and starts[at] <= first + 8 and starts[at] < last:
            yield from (row, bulleted)
            row, bulleted = [], []
        else:
            opening = _opening(reading, position)
        inside = _dashed_inside(reading, dashed, first, last) if dashed else []
        if inside or (opening is not None and opening.bulleted):
            bulleted += [x for x in (opening, *inside) if x is not None and x.bulleted]
            continue
        if opening is None or (row and row[-1].named != opening.named):
            yield row
            row = []
        row += [] if opening is None else [opening]
    yield from (row, bulleted)


def _dashed(folded: str) -> list[int]:
    """Return where an entry with a dash begins in the middle of a line."""
    if "——" not in folded and "--" not in folded:
        return []
    return [match.end() for match in _DASHED.finditer(folded)]


def _dashed_inside(
    reading: Reading, dashed: Sequence[int], first: int, last: int
) -> list[_Opening]:
    """Return the entries with a dash inside a paragraph: …目标：——经济平稳增长。…。——…."""
    cuts = dashed[bisect_right(dashed, first) : bisect_left(dashed, last)]
    pieces = pairwise([*cuts, last])
    found = ((_opening_of(reading, *piece), piece[0]) for piece in pieces)
    return [
        opening._replace(bulleted=True)
        for opening, start in found
        if opening is not None and not reading.aside(start)
    ]


def _opening_of(reading: Reading, start: int, last: int) -> _Opening | None:
    """Return the name or the short sentence, with more behind it, that opens a stretch."""
    opening = _named_opening(reading, start, last) or _sentence_opening(reading, start, last)
    return opening if opening is not None and _followed(reading, opening) else None


def _is_long(row: Sequence[_Opening]) -> bool:
    return len(row) >= _ROW_MIN and not row[0].named and not row[0].bulleted


def _heads_of(reading: Reading, row: Sequence[_Opening], *, laid_out: bool) -> Iterator[_Opening]:
    """Yield the openings of a row that are heads: all of a long row, else those alike.

    ``laid_out``: the text is so in rows that of their openings only the long ones are no heads.
    """
    if row[0].bulleted:
        yield from row
    elif row[0].named:
        chinese = sum(bool(_CHINESE.search(reading.folded, x.start, x.end)) for x in row)
        yield from row if len(row) >= _ROW_MIN and 2 * chinese >= len(row) else ()
    elif len(row) >= _ROW_MIN:
        usual = Counter(_clauses(reading, one) for one in row).most_common(1)[0][0]
        judging = _NARRATIVE.match(reading.folded, row[0].end + 1) is not None
        for opening in row[judging:]:
            shaped = _clauses(reading, opening) == usual
            if shaped or (laid_out and _names_a_task(reading, opening)):
                yield opening
    elif _alike(reading, *row) or (laid_out and not any(_clauses(reading, x) for x in row)):
        yield from row


def _names_a_task(reading: Reading, opening: _Opening) -> bool:
    """Whether an opening of at most two clauses is no sentence of the speaker's."""
    spoken = _SPOKEN.search(reading.folded, opening.start, opening.end)
    narrative = _NARRATIVE.match(reading.folded, opening.end + 1)
    return not spoken and not narrative and _clauses(reading, opening) <= 1


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
