"""Stretches of text without white space, and the sentences and clauses in them.

Converters break official texts in the middle of words and figures (增 加值, 2 0 0 5年). Here a
stretch loses its white space while every character keeps its offset, so that the grammar of
figures reads clean text and every span found is a span of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Span = tuple[int, int]

_CHUNK = re.compile(r"\S+")
_SINGLE_DIGITS = re.compile(r"(?:^|\D)\d$")
_STARTS_SINGLE = re.compile(r"\d(?:\D|$)")
_FEW_DIGITS = re.compile(r"(?:^|\D)\d{1,2}$")
_THOUSANDS = re.compile(r"\d{3}(?!\d)")
_FULL_STOP = re.compile(r"[。!?]+[”’\")]*")
_SENTENCE_MAX = 1500
_CLAUSE_END = re.compile(r"[,;:]|[。!?]+")


@dataclass(frozen=True, slots=True)
class Stretch:
    """``words``: folded text without white space; ``at[i]`` is the offset of its i-th character."""

    words: str
    at: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """Return the span in the document of ``words[start:end]``."""
        return self.at[start], self.at[end - 1] + 1

    def raw(self, text: str) -> str:
        """Return ``words`` as the document writes them: unfolded, of the same length."""
        if isinstance(self.at, range):
            return text[self.at.start : self.at.stop]
        return "".join(map(text.__getitem__, self.at))


def squeeze_span(folded: str, start: int, end: int) -> Stretch:
    """Return ``folded[start:end]`` without white space.

    Digits that a space parts stay together when they are single (2 0 0 5) or a group of thousands
    (1 200); otherwise they are two figures, as the cells of a table are, and a tab parts them.
    """
    chunks = list(_CHUNK.finditer(folded, start, end))
    if len(chunks) == 1:
        match = chunks[0]
        return Stretch(match.group(), range(match.start(), match.end()))
    words: list[str] = []
    at: list[int] = []
    for match in chunks:
        if words and _parts_figures(words[-1], match.group()):
            words.append("\t")
            at.append(match.start() - 1)
        words.append(match.group())
        at.extend(range(match.start(), match.end()))
    return Stretch("".join(words), at)


def _parts_figures(left: str, right: str) -> bool:
    if not (left[-1].isdecimal() and right[0].isdecimal()):
        return False
    if _SINGLE_DIGITS.search(left) and _STARTS_SINGLE.match(right):
        return False
    return not (_FEW_DIGITS.search(left) and _THOUSANDS.match(right))


def sentences_of(words: str) -> Iterator[Span]:
    """Yield the sentences of a squeezed paragraph: parts ending in 。, ！ or ？.

    A longer part than any sentence (a list or a table run together) is cut at commas.
    """
    begin = 0
    for match in _FULL_STOP.finditer(words):
        yield from _cut(words, begin, match.end())
        begin = match.end()
    if begin < len(words):
        yield from _cut(words, begin, len(words))


def _cut(words: str, start: int, end: int) -> Iterator[Span]:
    while end - start > _SENTENCE_MAX:
        stop = max(words.rfind(mark, start, start + _SENTENCE_MAX) for mark in ",;、") + 1
        stop = stop if stop > start else start + _SENTENCE_MAX
        yield start, stop
        start = stop
    yield start, end


def clauses_of(words: str, start: int, end: int, asides: Sequence[Span] = ()) -> list[Span]:
    """Return the clauses of a sentence without their end marks: parted by ，；：。.

    Marks inside ``asides`` (brackets and quotations) and inside figures part nothing.

    >>> [words[a:b] for words in ["到2025年,达到5,000家;"] for a, b in clauses_of(words, 0, 16)]
    ['到2025年', '达到5,000家']
    """
    found: list[Span] = []
    begin, aside = start, 0
    for match in _CLAUSE_END.finditer(words, start, end):
        while aside < len(asides) and asides[aside][1] <= match.start():
            aside += 1
        inside = aside < len(asides) and asides[aside][0] < match.start()
        if inside or _in_number(words, match):
            continue
        if match.start() > begin:
            found.append((begin, match.start()))
        begin = match.end()
    if begin < end:
        found.append((begin, end))
    return found


def _in_number(words: str, match: re.Match[str]) -> bool:
    """Whether the mark stands inside a figure: 12:56, 3,235."""
    at = match.start()
    if (
        at == 0
        or not words[at - 1].isdecimal()
        or not words[match.end() : match.end() + 1].isdecimal()
    ):
        return False
    return match.group() == ":" or _THOUSANDS.match(words, match.end()) is not None
