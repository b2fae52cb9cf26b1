"""The values that flow from the corpus: Document, Metadata, Section, Passage.

All are frozen; a text is never altered after reading, so every offset stays true for good.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

SectionKind = Literal["heading", "runin", "item"]
"""heading: a labelled or styled heading; runin: an unlabelled head at the start of a paragraph
(主要目标：…); item: an enumerated entry without a title of its own."""


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says of itself; None where neither the text nor the catalogue says it.

    ``inferred`` names the fields that were concluded (from a file name, a catalogue entry or
    another document) instead of read from the text. ``spans`` says where in the text a field was
    read; a field that came from elsewhere has no span. ``genre`` is the kind of document a title
    ends in (行动计划, 条例, 通知), ``addressees`` the 主送机关 as written, ``signed_by`` the
    签发人, ``validity`` what the document says of its force (试行, 自…起施行, 有效期…, 废止).
    ``untitled``: nobody states a title, and ``title`` is what to call the document instead.
    """

    title: str
    doc_number: str | None = None
    issuer: str | None = None
    region: str | None = None
    date_written: date | None = None
    date_published: date | None = None
    period: tuple[int, int] | None = None
    genre: str | None = None
    addressees: str | None = None
    signed_by: str | None = None
    validity: str | None = None
    untitled: bool = False
    inferred: frozenset[str] = frozenset()
    spans: tuple[tuple[str, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class StyledHeading:
    """A paragraph that the format itself marks as a heading; ``level`` counts from 1."""

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table: one line of the text a row, cells parted by tabs, no line break inside a cell.

    ``rows`` are the spans of the rows in order; the first ``header_rows`` of them name the columns.
    """

    start: int
    end: int
    rows: tuple[Span, ...]
    header_rows: int = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file's format says beyond its characters; empty for plain text.

    ``pages`` are the offsets at which pages begin, the first one 0; empty for an unpaged source.
    ``furniture`` are spans the format shows to be no content (navigation, running heads). All
    offsets count in the text; every tuple is in text order and without overlap.
    """

    pages: tuple[int, ...] = ()
    headings: tuple[StyledHeading, ...] = ()
    tables: tuple[Table, ...] = ()
    furniture: tuple[Span, ...] = ()


PLAIN = Layout()
"""The layout of plain text: none."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file as read.

    ``id`` is the first 16 hex digits of the SHA-256 of the file's bytes, so the same bytes are the
    same document whatever the file is called. ``text`` is exactly what the file says: of
    plain text the decoded characters, a leading byte order mark dropped and nothing else changed;
    of other formats what their reader makes of them. It never changes afterwards.
    """

    id: str
    sha256: str
    source_name: str
    text: str
    metadata: Metadata
    layout: Layout = PLAIN

    def page_at(self, offset: int) -> int | None:
        """Return the page, counted from 1, that ``offset`` stands on; None when unpaged."""
        return bisect_right(self.layout.pages, offset) or None

    @staticmethod
    def id_of(sha256: str) -> str:
        """Return the document id for a hex SHA-256."""
        return sha256[:16]

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        *,
        source_name: str,
        text: str,
        metadata: Metadata,
        layout: Layout = PLAIN,
    ) -> Self:
        """Make a document whose id comes from ``data``."""
        sha256 = hashlib.sha256(data).hexdigest()
        return cls(cls.id_of(sha256), sha256, source_name, text, metadata, layout)


@dataclass(frozen=True, slots=True)
class Section:
    """One node of the numbering tree; a document's sections are a tuple in text order.

    ``position`` is the index in that tuple and ``parent`` the position of the parent (None at the
    top). ``depth`` is the nesting, 1 at the top; ``level`` the kind of numbering: 一、 1, （一） 2,
    1. 3, （1） 4, 一是 5; a run-in is one more than its parent. ``label`` and ``title`` are without
    white space; a run-in has an empty label, an item an empty title. ``[start, end)`` is the
    heading itself, ``[start, body_end)`` the whole section with its sub-sections.
    """

    position: int
    parent: int | None
    depth: int
    level: int
    kind: SectionKind
    label: str
    title: str
    start: int
    end: int
    body_end: int

    @property
    def heading(self) -> str:
        """Label and title as one string: （五）构建完善新材料产业体系."""
        return self.label + self.title


@dataclass(frozen=True, slots=True)
class Passage:
    """What is indexed and quoted: ``document.text[start:end] == text``.

    ``section`` is the position of the innermost section that holds the whole passage (None before
    the first heading); ``section_path`` the officially numbered headings above it, outermost
    first; ``page`` the page of a paged source, counted from 1. ``header`` is what names the columns
    of a table whose later rows the passage holds: searched with it, not quoted.
    """

    document_id: str
    section: int | None
    section_path: tuple[str, ...]
    start: int
    end: int
    text: str
    page: int | None = None
    header: str = ""

    @property
    def id(self) -> str:
        """``<document id>:<start>-<end>``: the same for every build."""
        return f"{self.document_id}:{self.start}-{self.end}"
