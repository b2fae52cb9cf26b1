"""Passages by the terms they share with a question: BM25.

``LexicalIndex`` is what the rest of the package relies on; ``TantivyIndex`` is the implementation,
the one importer of tantivy. Terms are ours (``index.analyser.search_terms``): tantivy is given
them ready made and only counts.

Score (Robertson and Zaragoza 2009, with Lucene's never-negative idf; k1 = 1.2, b = 0.75, fixed in
tantivy): the sum over query terms, each counted once, of

    ln(1 + (N - n + 0.5) / (n + 0.5)) · f · (k1 + 1) / (f + k1 · (1 - b + b · length / average))

where tantivy keeps lengths above 40 terms only roughly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import tantivy

from index.store import Stored

_WRITER_BYTES = 64 * 2**20
_DECIMALS = 4  # tantivy adds up in single precision and in no fixed order


class LexicalWriter(Protocol):
    """Changes an index; they are kept together when the writer's context ends."""

    def add(self, stored: Stored, passages: Iterable[Sequence[str]]) -> None:
        """Add a document: the terms of each of its passages, in order."""

    def remove(self, documents: Sequence[Stored]) -> None:
        """Remove documents; those that are not there are passed over."""


class LexicalIndex(Protocol):
    """One state of an index on disk; it does not see later changes, open it again for them."""

    def __len__(self) -> int:
        """Count the passages."""

    def search(
        self, terms: Sequence[str], *, limit: int, documents: Sequence[Stored] | None = None
    ) -> list[tuple[int, float]]:
        """Return (passage key, score), highest first, at most ``limit``; only shared terms count.

        ``documents`` restricts the search to their passages.
        """

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """In how many passages each term stands."""

    def writer(self) -> AbstractContextManager[LexicalWriter]:
        """Change the index on disk; one writer at a time. Nothing is kept after an exception."""


class TantivyIndex:
    """BM25 by tantivy in a folder of its own."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._searcher = index.searcher()

    @classmethod
    def create(cls, folder: Path) -> TantivyIndex:
        """Make an empty index; the folder must not exist."""
        folder.mkdir(parents=True)
        return cls(_prepared(tantivy.Index(_schema(), path=str(folder), reuse=False)))

    @classmethod
    def open(cls, folder: Path) -> TantivyIndex:
        """Open an index; ``ValueError`` when the folder holds none or a damaged one."""
        return cls(_prepared(tantivy.Index.open(str(folder))))

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self, terms: Sequence[str], *, limit: int, documents: Sequence[Stored] | None = None
    ) -> list[tuple[int, float]]:
        """See ``LexicalIndex.search``."""
        distinct = dict.fromkeys(terms)
        if not distinct or len(self) == 0:
            return []
        query = _any_of(distinct)
        if documents is not None:
            query = _within(query, documents)
        hits = self._searcher.search(query, limit=limit, count=False).hits
        keys = self._searcher.fast_field_values("passage", [address for _, address in hits])
        return [
            (int(key), round(score, _DECIMALS))
            for key, (score, _) in zip(keys, hits, strict=True)
            if key is not None
        ]

    def frequencies(self, terms: Sequence[str]) -> list[int]:
        """See ``LexicalIndex.frequencies``; a removed document counts until segments merge."""
        return [int(self._searcher.doc_freq("terms", term)) for term in terms]

    @contextmanager
    def writer(self) -> Iterator[LexicalWriter]:
        """See ``LexicalIndex.writer``."""
        # One thread: passages reach the disk in the order given, so building twice is the same.
        writer = self._index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        try:
            yield _TantivyWriter(writer)
            writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()


class _TantivyWriter:
    def __init__(self, writer: tantivy.IndexWriter) -> None:
        self._writer = writer

    def add(self, stored: Stored, passages: Iterable[Sequence[str]]) -> None:
        for key, terms in enumerate(passages, start=stored.first_passage):
            entry = tantivy.Document()
            entry.add_unsigned("document", stored.key)
            entry.add_unsigned("passage", key)
            entry.add_text("terms", " ".join(terms))
            self._writer.add_document(entry)

    def remove(self, documents: Sequence[Stored]) -> None:
        # By query: delete_documents_by_term passes over unsigned fields without a word.
        if documents:
            self._writer.delete_documents_by_query(_of(documents))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("document", indexed=True)
    builder.add_unsigned_field("passage", fast=True)
    builder.add_text_field("terms", tokenizer_name="terms", index_option="freq")
    return builder.build()


def _prepared(index: tantivy.Index) -> tantivy.Index:
    """Set what tantivy does not keep with the index."""
    blanks = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("terms", blanks)
    index.config_reader(reload_policy="manual")
    return index


def _any_of(terms: Iterable[str]) -> tantivy.Query:
    schema = _schema()
    queries = [tantivy.Query.term_query(schema, "terms", term, "freq") for term in terms]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _within(query: tantivy.Query, documents: Sequence[Stored]) -> tantivy.Query:
    """Restrict without changing a score."""
    allowed = tantivy.Query.const_score_query(_of(documents), 0.0)
    must = tantivy.Occur.Must
    return tantivy.Query.boolean_query([(must, query), (must, allowed)])


def _of(documents: Sequence[Stored]) -> tantivy.Query:
    """Match every passage of the documents."""
    keys = [stored.key for stored in documents]
    return tantivy.Query.term_set_query(_schema(), "document", keys)
