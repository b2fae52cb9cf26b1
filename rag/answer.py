"""What an answer is made of: quotes with citations, or a refusal with its reason.

A quote is only ever cut out of its document at offsets (``rag/compose.py``), so no answer can hold
a character that the source does not have at the cited place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from index.hit import Hit, Span

QuestionKind = Literal[
    "number", "date", "list", "entity", "responsible", "definition", "measure", "basis",
    "comparison", "aggregate", "other",
]  # fmt: skip
RefusalReason = Literal[
    "out_of_scope", "place_not_in_corpus", "year_not_covered", "figure_not_stated",
    "body_not_charged", "not_found", "ambiguous",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands; ``document.text[start:end] == quote``.

    ``number`` is its marker ``[n]`` in the answer, from 1. ``section_path`` names the officially
    numbered headings above the quote, outermost first.
    """

    number: int
    document_id: str
    title: str
    doc_number: str | None
    issuer: str | None
    region: str | None
    date_written: date | None
    page: int | None
    section_path: tuple[str, ...]
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """A line of the answer: a verbatim quote, or a label in our words (``标题：``).

    ``highlights`` are the spans inside ``text`` that answer the question most directly;
    ``citation`` is the number of the citation a quote stands in, None for a label.
    """

    kind: Literal["quote", "label"]
    text: str
    citation: int | None = None
    highlights: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer. ``missing`` names what the library lacks; ``nearest`` what it has."""

    reason: RefusalReason
    detail: str
    missing: tuple[str, ...] = ()
    nearest: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for comparison, aggregate and fact questions; ``citation_of_row[i]`` backs row i."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    citation_of_row: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at: how many documents passed the filters, and how many places are cited.

    ``exhaustive``: every passage that could qualify was looked at.
    """

    documents_searched: int
    exhaustive: bool
    places_found: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question; ``refusal`` is None exactly when there is an answer.

    ``confidence`` is in [0, 1], higher is surer. ``hits`` are the passages it was drawn from, best
    first. ``text`` is the quotes with their markers, or the reason in Chinese.
    """

    question: str
    standalone_question: str
    kind: QuestionKind
    text: str
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    refusal: Refusal | None
    confidence: float
    coverage: Coverage
    table: Table | None
    index_id: str
    elapsed_ms: float

    @property
    def answered(self) -> bool:
        """Whether the library held an answer."""
        return self.refusal is None


def answer_text(parts: Sequence[Part]) -> str:
    r"""Join parts as shown: labels on lines of their own, each quote followed by its marker.

    >>> answer_text([Part("label", "温州市："), Part("quote", "突破400亿元", 1)])
    '温州市：\n突破400亿元[1]'
    """
    return "\n".join(
        part.text if part.citation is None else f"{part.text}[{part.citation}]" for part in parts
    )
