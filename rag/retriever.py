"""From a query to passages: both searches, the places a question fixes, fusion.

A question that names a region of the library prefers that region's documents: a preference and
not a filter, because a provincial plan may hold what is asked of a city. Explicit filters of the
caller are strict.
"""

from __future__ import annotations

from dataclasses import replace

from index.hit import Filters, Finder, Hit
from index.index import Index
from rag.fusion import fuse
from rag.query import Query

REGION_PREFERENCE = 4.0
"""Added to the fused score (in standard deviations) of passages from a region that is asked for:
more than any lexical lead seen between regions, so other regions follow behind."""

FINDERS: tuple[Finder, ...] = ("lexical", "dense")
NO_FILTERS = Filters()


class Retriever:
    """Both searches of an index, fused with the weight that belongs to its encoder."""

    def __init__(self, index: Index, *, dense_weight: float, candidates: int) -> None:
        self._index = index
        self._weights: dict[Finder, float] = {"lexical": 1.0, "dense": dense_weight}
        self._candidates = candidates

    def retrieve(self, query: Query, *, filters: Filters = NO_FILTERS) -> list[Hit]:
        """All candidates of both searches, best first."""
        text = f"{query.text} {query.focus}".strip()
        lists = {
            finder: self._search(text, finder, query, filters)
            for finder in FINDERS
            if self._weights[finder]
        }
        return self._prefer_regions(fuse(lists, self._weights), query)

    def _search(self, text: str, finder: Finder, query: Query, filters: Filters) -> list[Hit]:
        """Search once, and again inside the regions asked for.

        In a large library the region's passages would otherwise be crowded out.
        """
        assert finder == "lexical" or finder == "dense"
        found = self._index.search(text, by=finder, top_k=self._candidates, filters=filters)
        if query.regions and not filters.regions:
            inside = replace(filters, regions=query.regions)
            have = {hit.passage.id for hit in found}
            found += [
                hit
                for hit in self._index.search(
                    text, by=finder, top_k=self._candidates, filters=inside
                )
                if hit.passage.id not in have
            ]
        return found

    def _prefer_regions(self, hits: list[Hit], query: Query) -> list[Hit]:
        if not query.regions:
            return hits
        metadata = self._index.metadata({hit.passage.document_id for hit in hits})
        preferred = {one for one, meta in metadata.items() if meta.region in query.regions}
        scored = [
            replace(hit, score=hit.score + REGION_PREFERENCE)
            if hit.passage.document_id in preferred
            else hit
            for hit in hits
        ]
        scored.sort(key=lambda hit: (-hit.score, hit.rank))
        return [replace(hit, rank=rank) for rank, hit in enumerate(scored, start=1)]
