"""Making an answer: numbered citations whose quotes are cut from the document, parts, labels.

The only way to a Citation is ``Composer.quote``, which takes offsets and cuts the text itself; a
quote can therefore never differ from its source.
"""

from __future__ import annotations

from collections.abc import Sequence

from corpus.sections import section_at, section_path
from index.hit import Hit, Span
from index.index import Index
from rag.answer import Citation, Part, Table
from rag.quotes import Extraction

CONTEXT_OF_NEAREST = 3
"""How many passages a refusal shows as nearest evidence."""


class Composer:
    """Collects the parts of one answer; one citation for each distinct place quoted."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._citations: list[Citation] = []
        self._parts: list[Part] = []

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts so far, in order."""
        return tuple(self._parts)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations so far; ``citations[n - 1].number == n``."""
        return tuple(self._citations)

    def add(self, extraction: Extraction) -> Table | None:
        """Add all quotes of an extraction, a label where it changes; returns its table, if any."""
        label, rows, cited = "", list[tuple[str, ...]](), list[int]()
        for quote in extraction.quotes:
            if quote.label and quote.label != label:
                label = quote.label
                self.label(label)
            if not quote.document_id:
                continue
            number = self.quote(quote.document_id, quote.span, quote.highlights)
            rows += quote.rows
            cited += [number] * len(quote.rows)
        return Table(extraction.columns, tuple(rows), tuple(cited)) if rows else None

    def label(self, text: str) -> None:
        """Add a line in our own words, closed by a full-width colon."""
        self._parts.append(Part("label", f"{text}："))

    def quote(self, document_id: str, span: Span, highlights: Sequence[Span] = ()) -> int:
        """Quote ``span`` of a document; ``highlights`` are offsets in the document too.

        White space around the span is left out. Returns the citation's number.
        """
        citation = cite(self._index, document_id, span, number=len(self._citations) + 1)
        for earlier in self._citations:
            if (earlier.document_id, earlier.start, earlier.end) == (
                document_id, citation.start, citation.end,
            ):  # fmt: skip
                citation = earlier
                break
        else:
            self._citations.append(citation)
        inside = tuple(
            (max(start, citation.start) - citation.start, min(end, citation.end) - citation.start)
            for start, end in highlights
            if start < citation.end and end > citation.start
        )
        self._parts.append(Part("quote", citation.quote, citation.number, inside))
        return citation.number


def cite(index: Index, document_id: str, span: Span, *, number: int) -> Citation:
    """Cut ``span`` out of the document and say where it stands."""
    document = index.document(document_id)
    start, end = trim(document.text, span)
    sections = index.sections(document_id)
    metadata = document.metadata
    return Citation(
        number=number,
        document_id=document_id,
        title=metadata.title,
        doc_number=metadata.doc_number,
        issuer=metadata.issuer,
        region=metadata.region,
        date_written=metadata.date_written,
        page=document.page_at(start),
        section_path=section_path(sections, section_at(sections, start)),
        quote=document.text[start:end],
        start=start,
        end=end,
    )


def nearest(index: Index, hits: Sequence[Hit]) -> tuple[Citation, ...]:
    """The best passages as citations, for a refusal to show."""
    return tuple(
        cite(index, hit.passage.document_id, (hit.passage.start, hit.passage.end), number=number)
        for number, hit in enumerate(hits[:CONTEXT_OF_NEAREST], start=1)
    )


def trim(text: str, span: Span) -> Span:
    """``span`` without white space at its ends.

    >>> trim(" 甲 ", (0, 3))
    (1, 2)
    """
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
