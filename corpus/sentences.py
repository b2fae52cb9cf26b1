"""Sentence and clause spans of Chinese text; brackets and quotation marks are kept whole.

A sentence ends after 。！？； with the closing marks that follow, or at the end of a paragraph; the
bracket that names who is responsible for a task, after its full stop, is one of its own. A mark
inside a bracket or a quotation ends nothing, unless it is the last in there (“……。”) or the bracket
never closes.
"""

from __future__ import annotations

import re

from corpus.fold import fold_for_structure
from corpus.lines import paragraphs

Span = tuple[int, int]

_PAIRS = dict(zip("(“‘《〈「『〔[【", ")”’》〉」』〕]】", strict=True))
_CLOSERS = frozenset(_PAIRS.values())
_MARK = re.compile(r"[(“‘《〈「『〔\[【)”’》〉」』〕\]】]")
_ENCLOSED_MAX = 300
"""Characters a bracket may span; a longer one is a lost bracket, not an aside."""
_SENTENCE_END = re.compile(r"[。!?;]+")
_CLAUSE_END = re.compile(r"[。!?;]+|[,:]+")
_FULL_STOPS = "。!?"
_ROLES = re.compile(r"(?:责任|牵头|配合|主办|承办)(?:单位|部门)|(?:牵头|负责|配合|落实)\)")
"""What a bracket after a full stop says when it belongs to the task before: （市商务局牵头）."""
_TAIL = re.compile(r"[”’》〉」』)\]】]*")


def enclosed(folded: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the outermost bracketed and quoted stretches, marks included, in text order.

    >>> enclosed("支持“专精特新（小巨人）”企业")
    [(2, 13)]
    """
    spans: list[Span] = []
    open_marks: list[tuple[str, int]] = []
    stop = len(folded) if end is None else end
    for match in _MARK.finditer(folded, start, stop):
        mark, at = match.group(), match.start()
        if mark in _PAIRS:
            open_marks.append((_PAIRS[mark], at))
            continue
        _close(open_marks, mark, at, spans)
    return spans


def _close(open_marks: list[tuple[str, int]], mark: str, at: int, spans: list[Span]) -> None:
    """Close the nearest open mark that ``mark`` answers, and keep the stretch if it is short."""
    depth = len(open_marks) - 1
    while depth >= 0 and at - open_marks[depth][1] <= _ENCLOSED_MAX:
        if open_marks[depth][0] == mark:
            first = open_marks[depth][1]
            del open_marks[depth:]
            while spans and spans[-1][0] > first:
                spans.pop()
            spans.append((first, at + 1))
            return
        depth -= 1
    if depth >= 0:
        # Everything below is too far away to be closed by anything that follows.
        del open_marks[: depth + 1]


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the sentences of ``text[start:end]`` as spans of ``text``, trimmed of white space.

    >>> [text[a:b] for text in ["一是建平台；二是引人才。责任到人。"] for a, b in sentences(text)]
    ['一是建平台；', '二是引人才。', '责任到人。']
    """
    return _split(text, start, end, _SENTENCE_END)


def clauses(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the clauses: as ``sentences``, and also ending after ， and ：.

    >>> [text[a:b] for text in ["到2025年，达到5家（含）以上。"] for a, b in clauses(text)]
    ['到2025年，', '达到5家（含）以上。']
    """
    return _split(text, start, end, _CLAUSE_END)


def _split(text: str, start: int, end: int | None, boundary: re.Pattern[str]) -> list[Span]:
    stop = len(text) if end is None else min(end, len(text))
    folded = fold_for_structure(text)[start:stop]
    asides = enclosed(folded)
    closings = dict(asides)
    spans: list[Span] = []
    aside = 0
    for first, last in paragraphs(folded):
        begin = first
        for match in boundary.finditer(folded, first, last):
            while aside < len(asides) and asides[aside][1] <= match.start():
                aside += 1
            tail = _TAIL.match(folded, match.end(), last)
            cut = tail.end() if tail else match.end()
            held = aside < len(asides) and asides[aside][0] < match.start()
            if held and (cut != asides[aside][1] or match.group()[0] not in _FULL_STOPS):
                continue
            if match.start() < begin or _between_digits(folded, match):
                continue
            _append(spans, folded, begin, cut, start)
            begin = cut
            closing = closings.get(cut, cut)
            if _ROLES.search(folded, cut, closing):
                _append(spans, folded, cut, closing, start)
                begin = closing
        _append(spans, folded, begin, last, start)
    return spans


def _between_digits(folded: str, match: re.Match[str]) -> bool:
    """Whether the mark stands inside a figure: 12:56, 3,235."""
    if match.end() - match.start() != 1 or match.group() not in ",:":
        return False
    around = folded[match.start() - 1 : match.start()] + folded[match.end() : match.end() + 1]
    return len(around) == 2 and around.isdecimal()


def _append(spans: list[Span], folded: str, first: int, last: int, offset: int) -> None:
    while first < last and folded[first].isspace():
        first += 1
    while last > first and folded[last - 1].isspace():
        last -= 1
    if first < last:
        spans.append((first + offset, last + offset))
