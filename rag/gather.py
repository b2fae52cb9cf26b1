"""Questions that want every mention of a phrase.

They are answered from every passage that holds the words, not from the best few, and say whether
all such passages were looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.fold import squeeze
from corpus.sentences import sentences
from index.hit import Filters, Hit, Span
from index.index import Index
from rag.evidence import EvidenceRanker, narrow
from rag.query import Query
from rag.quotes import Extraction, Quote, highlights
from rag.views import chain

MENTION_LIMIT = 60
SCAN = 300
"""Most passages looked through for each phrase."""


class Gatherer:
    """Goes through every passage that may qualify."""

    def __init__(self, index: Index, ranker: EvidenceRanker) -> None:
        self._index = index
        self._ranker = ranker

    def gather(self, query: Query, *, filters: Filters) -> Extraction:
        """Every mention of the phrases of ``query``; no quotes when it has none."""
        inside = filters if filters.regions else replace(filters, regions=query.regions)
        return self._mentions(query, inside) if query.phrases else Extraction()

    def _mentions(self, query: Query, filters: Filters) -> Extraction:
        """Every sentence and heading that holds the quoted words, by document."""
        hits, exhaustive = self._scan(query.phrases, filters)
        spans = {span for hit in hits for span in self._mentions_in(query, hit)}
        quotes = tuple(
            self._mention(query, document_id, span)
            for document_id, span in _without_contained(sorted(spans))
        )
        return Extraction(quotes, columns=("文件", "原文"), exhaustive=exhaustive)

    def _mentions_in(self, query: Query, hit: Hit) -> list[tuple[str, Span]]:
        document = self._index.document(hit.passage.document_id)
        above = chain(self._index.sections(document.id), hit.passage.section)
        spans = [
            *((section.start, section.end) for section in above),
            *sentences(document.text, hit.passage.start, hit.passage.end),
        ]
        return [
            (document.id, span)
            for span in spans
            if all(phrase in squeeze(document.text[slice(*span)]) for phrase in query.phrases)
        ]

    def _mention(self, query: Query, document_id: str, span: Span) -> Quote:
        document = self._index.document(document_id)
        pattern = re.compile("|".join(map(re.escape, query.phrases)))
        terms = self._ranker.terms(query)
        span = narrow(document.text, span, terms, pattern, limit=MENTION_LIMIT)
        title = document.metadata.title
        return Quote(
            document_id,
            span,
            highlights(query, document.text, span),
            label=title,
            rows=((title, document.text[slice(*span)].strip()),),
        )

    def _scan(self, texts: Sequence[str], filters: Filters) -> tuple[list[Hit], bool]:
        """Passages that may hold one of the texts, in reading order; whether these are all."""
        found: dict[str, Hit] = {}
        exhaustive = True
        for text in texts:
            hits = self._index.search(text, by="lexical", top_k=SCAN, filters=filters)
            exhaustive = exhaustive and len(hits) < SCAN
            found |= {hit.passage.id: hit for hit in hits}
        ordered = sorted(found.values(), key=lambda h: (h.passage.document_id, h.passage.start))
        return ordered, exhaustive


def _without_contained(spans: Sequence[tuple[str, Span]]) -> list[tuple[str, Span]]:
    """Sorted spans without those that lie inside another one (a heading run into its sentence)."""
    return [
        (document_id, span)
        for document_id, span in spans
        if not any(
            other_id == document_id
            and other != span
            and other[0] <= span[0]
            and span[1] <= other[1]
            for other_id, other in spans
        )
    ]
