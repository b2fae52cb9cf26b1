"""What a reader's spans are worth: to the sentences they lie in, and to the reader of the answer.

A step after the sentences are ranked: it adds to their scores and marks the span in the quotes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.hit import Span
from rag.evidence import Candidate, rescored
from rag.quotes import Extraction, Quote
from rag.reader import Reader

MARKED = 0.5
"""A span is marked in the answer when it is worth at least this share of the best one."""
MOST_PASSAGES = 20


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """A span in a document and what it is worth, in [0, 1]."""

    document_id: str
    start: int
    end: int
    worth: float


class SpanReading:
    """Reads the passages of the ranked sentences."""

    def __init__(self, reader: Reader, *, weight: float) -> None:
        self._reader = reader
        self._weight = weight

    def read(self, question: str, candidates: Sequence[Candidate]) -> list[FoundSpan]:
        """The best span of each passage the candidates stand in, the best passages first.

        Worth ``sigmoid(m) · exp(m - best m)`` with m the margin over no answer: the best span
        counts as far as the model believes in it, another by how little it is behind.
        """
        passages = {one.hit.passage.id: one.hit.passage for one in candidates}
        read = list(passages.values())[:MOST_PASSAGES]
        readings = self._reader.read(question, [passage.text for passage in read])
        found = [
            (passage, reading)
            for passage, reading in zip(read, readings, strict=True)
            if reading is not None
        ]
        best = max((reading.margin for _, reading in found), default=0.0)
        return [
            FoundSpan(
                passage.document_id,
                passage.start + reading.start,
                passage.start + reading.end,
                _sigmoid(reading.margin) * math.exp(reading.margin - best),
            )
            for passage, reading in found
        ]

    def credited(
        self, candidates: Sequence[Candidate], found: Sequence[FoundSpan]
    ) -> tuple[Candidate, ...]:
        """The candidates, each with ``weight`` times the worth of the best span that is its own.

        Scores are logarithms of probabilities, which change with them.
        A span that crosses from one sentence to the next is that of the greater part.
        """
        worth: dict[int, float] = {}
        for span in found:
            shares = [_shared(one, span) for one in candidates]
            if max(shares, default=0) > 0:
                owner = shares.index(max(shares))
                worth[owner] = max(worth.get(owner, 0.0), span.worth)
        return rescored(
            candidates,
            [
                one.score + self._weight * worth.get(place, 0.0)
                for place, one in enumerate(candidates)
            ],
        )


def marked(extraction: Extraction, found: Sequence[FoundSpan]) -> Extraction:
    """The extraction with the best spans highlighted in the quotes that hold them."""
    best = max((span.worth for span in found), default=0.0)
    clear = [span for span in found if span.worth >= MARKED * best]
    return replace(extraction, quotes=tuple(_mark(quote, clear) for quote in extraction.quotes))


def _mark(quote: Quote, found: Sequence[FoundSpan]) -> Quote:
    inside = [
        (span.start, span.end)
        for span in found
        if span.document_id == quote.document_id
        and quote.span[0] <= span.start
        and span.end <= quote.span[1]
    ]
    return replace(quote, highlights=_joined([*quote.highlights, *inside])) if inside else quote


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans in order, those that overlap or touch as one.

    >>> _joined([(5, 7), (1, 3), (2, 4)])
    ((1, 4), (5, 7))
    """
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _shared(candidate: Candidate, span: FoundSpan) -> int:
    """How many characters of the span stand in the candidate's sentence."""
    if candidate.document_id != span.document_id:
        return 0
    return min(candidate.end, span.end) - max(candidate.start, span.start)


def _sigmoid(margin: float) -> float:
    return 1 / (1 + math.exp(-max(margin, -50.0)))
