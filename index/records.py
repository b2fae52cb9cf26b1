"""What the library keeps, as values and as rows of its tables.

Left to others: the tables and the SQL (``index.store``).
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from corpus.document import Document, Metadata, Passage, Section
from corpus.fold import fold
from index.encoder import Vectors

CARD = (
    "id, source_name, sha256, title, doc_number, issuer, region, date_written, date_published,"
    " period_first, period_last, inferred, characters, sections, passages"
)
PASSAGE = "d.id, p.section, p.section_path, p.start_at, p.end_at, p.text, p.page"
"""The columns that ``read_card`` and ``read_passage`` expect."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document cut for the index; ``vectors[i]`` belongs to ``passages[i]``."""

    document: Document
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """A document without its text; ``sections`` and ``passages`` are counts."""

    id: str
    source_name: str
    sha256: str
    metadata: Metadata
    characters: int
    sections: int
    passages: int


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """Part of a list of documents, in order of file name; ``total`` counts the whole list."""

    total: int
    documents: tuple[DocumentCard, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a library holds."""

    documents: int
    sections: int
    passages: int
    characters: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thought of an answer; ``rating`` is 1 or -1, ``created_at`` is UTC."""

    id: int
    created_at: datetime
    question: str
    answer: str
    rating: int
    comment: str
    citations: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored document by its keys: its passages are ``first_passage`` … + ``passages`` - 1."""

    key: int
    first_passage: int
    passages: int


# -- rows → values -------------------------------------------------------------------------------

Row = Sequence[Any]


def read_card(row: Row) -> DocumentCard:
    """Read a document without its text."""
    id_, source_name, sha256, title, doc_number, issuer, region, written, published = row[:9]
    first, last, inferred, characters, sections, passages = row[9:15]
    metadata = Metadata(
        title=title,
        doc_number=doc_number,
        issuer=issuer,
        region=region,
        date_written=_date(written),
        date_published=_date(published),
        period=None if first is None else (first, last),
        inferred=frozenset(inferred.split()),
    )
    return DocumentCard(id_, source_name, sha256, metadata, characters, sections, passages)


def read_document(row: Row) -> Document:
    """Read a document; its packed text is the last column."""
    card = read_card(row)
    text = zlib.decompress(row[15]).decode("utf-8")
    return Document(card.id, card.sha256, card.source_name, text, card.metadata)


def read_passage(row: Row) -> Passage:
    """Read a passage."""
    document_id, section, path, start, end, text, page = row
    return Passage(document_id, section, tuple(json.loads(path)), start, end, text, page)


def read_feedback(row: Row) -> Feedback:
    """Read what a reader thought of an answer."""
    id_, created_at, question, answer, rating, comment, citations = row
    when = datetime.fromisoformat(created_at)
    return Feedback(id_, when, question, answer, rating, comment, tuple(json.loads(citations)))


def _date(iso: str | None) -> date | None:
    return None if iso is None else date.fromisoformat(iso)


# -- values → rows -------------------------------------------------------------------------------


def document_row(prepared: Prepared) -> tuple[Any, ...]:
    """Return the columns of a document between its key and its first passage."""
    document, metadata = prepared.document, prepared.document.metadata
    written, published = metadata.date_written, metadata.date_published
    period = metadata.period or (None, None)
    years = metadata.period or ((written.year, written.year) if written else (None, None))
    names = (metadata.title, document.source_name, metadata.doc_number, metadata.issuer)
    return (
        document.id,
        document.sha256,
        document.source_name,
        metadata.title,
        metadata.doc_number,
        metadata.issuer,
        metadata.region,
        written and written.isoformat(),
        published and published.isoformat(),
        *period,
        " ".join(sorted(metadata.inferred)),
        *years,
        fold("\n".join(name for name in names if name)),
        len(document.text),
        len(prepared.sections),
        len(prepared.passages),
    )


def section_row(section: Section) -> tuple[Any, ...]:
    """Return the columns of a section after its document."""
    return (
        section.position,
        section.parent,
        section.depth,
        section.level,
        section.kind,
        section.label,
        section.title,
        section.start,
        section.end,
        section.body_end,
    )


def passage_row(passage: Passage) -> tuple[Any, ...]:
    """Return the columns of a passage after its document."""
    path = json.dumps(passage.section_path, ensure_ascii=False)
    return passage.section, path, passage.start, passage.end, passage.text, passage.page


def fingerprint(prepared: Prepared) -> str:
    """Hash what a search sees of a document: its bytes, its metadata, how it was cut."""
    metadata = prepared.document.metadata
    seen = [
        prepared.document.sha256,
        prepared.document.source_name,
        [str(getattr(metadata, name)) for name in Metadata.__slots__ if name != "inferred"],
        sorted(metadata.inferred),
        [section_row(section) for section in prepared.sections],
        [(*passage.section_path, passage.id) for passage in prepared.passages],
    ]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode("utf-8")).hexdigest()
