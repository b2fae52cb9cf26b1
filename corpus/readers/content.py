"""What every reader takes and gives: bytes and limits in, ``Content`` out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from corpus.document import PLAIN, Layout
from corpus.errors import DocumentError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost; whatever is over becomes a DocumentError for that file."""

    file_bytes: int = 50 * 1024 * 1024
    expanded_bytes: int = 300 * 1024 * 1024
    """Bytes that a compressed file (docx, xlsx, ofd, zip) may hold when expanded, in all."""
    expansion_ratio: int = 200
    """Expanded over compressed size of one member, where it is larger than a few MiB."""
    members: int = 2000
    """Files inside an archive, or documents inside a table or a list."""
    nesting: int = 2
    """Archives inside archives; elements inside elements are bounded by each reader."""
    characters: int = 20_000_000
    """Characters of text of one document."""
    pages: int = 5000
    seconds: float = 120.0
    """Time to read one file; enforced from outside, by the process that reads."""
    memory_bytes: int = 4 * 1024**3
    """Memory of the process that reads; enforced from outside too."""


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Content:
    """One document found in a file.

    ``fields`` are metadata that the format states (front matter, JSON keys, HTML meta elements):
    names of ``Metadata`` with values as ``corpus.catalogue.checked`` takes them. ``part`` says
    which part of the file it is ("" for the whole), for example 第3行; ``identity`` are the bytes
    that make its id, None for those of the file.
    """

    text: str
    layout: Layout = PLAIN
    fields: Mapping[str, object] = field(default_factory=dict)
    part: str = ""
    identity: bytes | None = None


def too_long(source_name: str, limits: Limits, *, found: int | None = None) -> DocumentError:
    """Return the error for a text over the limit; ``found`` is its length where it was counted."""
    return DocumentError(
        source_name,
        "文字过多" if found is None else f"文字过多（{found}字）",
        accepted=f"一份文件不超过{limits.characters}字",
        advice="请拆分后再添加",
    )


def too_many(source_name: str, part: str, accepted: str) -> DocumentError:
    """Return the error for a file of more documents than the limit, in place of ``part``."""
    return DocumentError(
        source_name,
        f"文件过多，从{part}起没有读取",
        accepted=accepted,
        advice="请拆分后再添加",
    )


class Reader(Protocol):
    """Turns the bytes of one format into the documents they hold."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content | DocumentError]:
        """Yield the documents in the file's order, at least one.

        A row or record that cannot become a document is yielded as an error in its place, so that
        it costs no other. Raises DocumentError when the file as a whole is damaged, holds no text
        or is over ``limits``; never anything else.
        """
