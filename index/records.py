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

from corpus.document import (
    PLAIN,
    Document,
    Layout,
    Metadata,
    Passage,
    Section,
    StyledHeading,
    Table,
)
from corpus.fold import fold
from corpus.parse import Parsed
from index.encoder import Vectors

CARD = (
    "id, source_name, sha256, title, doc_number, issuer, region, date_written, date_published,"
    " period_first, period_last, genre, addressees, signed_by, validity, untitled,"
    " inferred, spans,"
    " characters, sections, passages"
)
PASSAGE = "d.id, p.section, p.section_path, p.start_at, p.end_at, p.text, p.page, p.header"
"""The columns that ``read_card`` and ``read_passage`` expect."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready for the library; ``vectors[i]`` belongs to ``parsed.passages[i]``."""

    parsed: Parsed
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
    first, last, genre, addressees, signed_by, validity, untitled, inferred, spans = row[9:18]
    characters, sections, passages = row[18:21]
    metadata = Metadata(
        title=title,
        doc_number=doc_number,
        issuer=issuer,
        region=region,
        date_written=_date(written),
        date_published=_date(published),
        period=None if first is None else (first, last),
        genre=genre,
        addressees=addressees,
        signed_by=signed_by,
        validity=validity,
        untitled=bool(untitled),
        inferred=frozenset(inferred.split()),
        spans=tuple((name, (start, end)) for name, start, end in json.loads(spans)),
    )
    return DocumentCard(id_, source_name, sha256, metadata, characters, sections, passages)


def read_document(row: Row) -> Document:
    """Read a document; its packed text and its layout are the last columns."""
    card = read_card(row)
    *_, packed, layout_packed = row
    text = zlib.decompress(packed).decode("utf-8")
    layout = read_layout(layout_packed)
    return Document(card.id, card.sha256, card.source_name, text, card.metadata, layout)


def read_layout(packed: str) -> Layout:
    """Read what ``layout_row`` wrote."""
    if not packed:
        return PLAIN
    found = json.loads(packed)
    return Layout(
        pages=tuple(found["pages"]),
        headings=tuple(StyledHeading(*row) for row in found["headings"]),
        tables=tuple(
            Table(start, end, tuple((a, b) for a, b in rows), header_rows)
            for start, end, rows, header_rows in found["tables"]
        ),
        furniture=tuple((a, b) for a, b in found["furniture"]),
    )


def read_passage(row: Row) -> Passage:
    """Read a passage."""
    document_id, section, path, start, end, text, page, header = row
    return Passage(document_id, section, tuple(json.loads(path)), start, end, text, page, header)


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
    document, metadata = prepared.parsed.document, prepared.parsed.document.metadata
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
        metadata.genre,
        metadata.addressees,
        metadata.signed_by,
        metadata.validity,
        int(metadata.untitled),
        " ".join(sorted(metadata.inferred)),
        json.dumps([(name, *span) for name, span in metadata.spans]),
        *years,
        fold("\n".join(name for name in names if name)),
        len(document.text),
        len(prepared.parsed.sections),
        len(prepared.parsed.passages),
    )


def layout_row(layout: Layout) -> str:
    """Return a layout as JSON; "" for that of plain text."""
    if layout == PLAIN:
        return ""
    packed = {
        "pages": layout.pages,
        "headings": [(one.start, one.end, one.level) for one in layout.headings],
        "tables": [(one.start, one.end, one.rows, one.header_rows) for one in layout.tables],
        "furniture": layout.furniture,
    }
    return json.dumps(packed)


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
    where = passage.section, path, passage.start, passage.end
    return *where, passage.text, passage.page, passage.header


_COMPARED = tuple(name for name in Metadata.__slots__ if name not in ("inferred", "spans"))


def fingerprint(prepared: Prepared) -> str:
    """Hash what a search sees of a document: its bytes, its metadata, how it was cut."""
    parsed, metadata = prepared.parsed, prepared.parsed.document.metadata
    seen = [
        parsed.document.sha256,
        parsed.document.source_name,
        [str(getattr(metadata, name)) for name in _COMPARED],
        sorted(metadata.inferred),
        [section_row(section) for section in parsed.sections],
        [(*passage.section_path, passage.id, passage.header) for passage in parsed.passages],
    ]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode("utf-8")).hexdigest()
