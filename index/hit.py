"""What a search takes and returns: Filters, Hit, Span."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from corpus.document import Passage

Span = tuple[int, int]
Finder = Literal["lexical", "dense", "fused", "rerank"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may be searched; empty fields do not restrict.

    A document passes ``year_from``/``year_to`` when its period (or, without one, the year it was
    written) overlaps the closed range; a document without any year passes neither.
    """

    regions: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None

    @property
    def empty(self) -> bool:
        """Whether every document passes."""
        return self == Filters()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found.

    ``rank`` counts from 1. ``score``: higher is better, comparable within one result list only.
    ``scores`` keeps what each retriever said of the passage, where it did.
    """

    passage: Passage
    rank: int
    score: float
    found_by: Finder
    scores: Mapping[Finder, float] = field(default_factory=dict)
