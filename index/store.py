"""The library in SQLite: documents and what is found in them; the one source of truth.

Everything a search index holds can be made again from here, vectors included, so nothing is
encoded twice. Each change is one transaction with the next *generation* number; ``changes`` tells
what happened after a generation, which is how search indexes and other processes catch up. Keys
(integers, for the search indexes) are given out once and never again, also after a removal.

The SQL keeps to what SQLite and PostgreSQL share. Left to others: who may write (``index.lock``),
what the numbers mean to a search (``index.index``).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from corpus.document import Document, Metadata, Passage, Section
from corpus.errors import DocumentMissing, IndexBusy, IndexDamaged, IndexFolderError
from corpus.facts import FACTS_VERSION, Facts
from corpus.fold import fold
from index import facts, near, records, schema
from index.encoder import Vectors
from index.facts import (
    FactPage,
    ReferenceGraph,
    ResponsibilityFilter,
    ResponsibilityRow,
    TargetFilter,
    TargetRow,
)
from index.hit import Filters
from index.records import Counts, DocumentCard, DocumentPage, Feedback, Prepared, Stored

__all__ = [
    "STORE_FILE",
    "Changes",
    "Counts",
    "DocumentCard",
    "DocumentPage",
    "Feedback",
    "Prepared",
    "Store",
    "Stored",
]

T = TypeVar("T")

STORE_FILE = "library.sqlite"
_WAIT_S = 30.0  # how long a writer of feedback waits for a writer of documents
_KEYS_A_QUERY = 500


class Store:
    """One open library; for several threads, each operation on a connection of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / STORE_FILE
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    @classmethod
    def create(cls, folder: Path, settings: Mapping[str, str]) -> Store:
        """Make an empty library; ``settings`` is what it is built with.

        What an earlier attempt left behind is deleted: see ``holds_documents``.
        """
        for suffix in ("", "-wal", "-shm"):
            (folder / (STORE_FILE + suffix)).unlink(missing_ok=True)
        store = cls(folder)
        with store._reading() as connection:
            connection.execute("PRAGMA journal_mode = WAL")  # readers never wait for a writer
        with store._transaction() as connection:
            schema.create(connection)
            known = {"facts_version": str(FACTS_VERSION)}
            rows = list({**settings, **known, **schema.COUNTERS}.items())
            connection.executemany("INSERT INTO meta (name, value) VALUES (?, ?)", rows)
        return store

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open a library; ``IndexDamaged`` when the file is missing or no library."""
        store = cls(folder)
        if not store._path.is_file():
            raise _damaged(folder, "缺少文件 library.sqlite")
        if _cut_off(store._path):
            raise _damaged(folder, "library.sqlite 无法读取（文件被截断）")
        try:
            store.counts()
        except sqlite3.OperationalError as error:
            store.close()
            raise _damaged(folder, f"library.sqlite 里没有文件库（{error}）") from error
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def holds_documents(cls, folder: Path) -> bool:
        """Whether a folder has a library with documents in it."""
        if not (folder / STORE_FILE).is_file():
            return False
        try:
            store = cls.open(folder)
        except IndexDamaged:
            return (folder / STORE_FILE).stat().st_size > 0
        try:
            return store.counts().documents > 0
        finally:
            store.close()

    def close(self) -> None:
        """Close every connection; those still in use are closed when handed back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    # -- reading ---------------------------------------------------------------------------------

    def meta(self) -> dict[str, str]:
        """Return what the library says of itself: settings and counters."""
        with self._reading() as connection:
            return dict(connection.execute("SELECT name, value FROM meta").fetchall())

    def generation(self) -> int:
        """Return the number of the last change."""
        with self._reading() as connection:
            return _counter(connection, "generation")

    def fingerprint(self) -> str:
        """Return a hash of all contents; the order in which they were added does not matter."""
        digest = hashlib.sha256()
        with self._reading() as connection:
            for (one,) in connection.execute("SELECT fingerprint FROM documents ORDER BY id"):
                digest.update(one.encode("ascii"))
        return digest.hexdigest()

    def counts(self) -> Counts:
        """Return how much the library holds."""
        query = (
            "SELECT COUNT(*), COALESCE(SUM(sections), 0), COALESCE(SUM(passages), 0),"
            " COALESCE(SUM(characters), 0) FROM documents"
        )
        with self._reading() as connection:
            return Counts(*connection.execute(query).fetchone())

    def regions(self) -> tuple[str, ...]:
        """Return the distinct regions, in code point order."""
        query = "SELECT DISTINCT region FROM documents WHERE region IS NOT NULL"
        with self._reading() as connection:
            return tuple(sorted(region for (region,) in connection.execute(query)))

    def known(self, document_ids: Sequence[str]) -> set[str]:
        """Return those of the ids that are in the library."""
        query = f"SELECT id FROM documents WHERE id IN ({_marks(document_ids)})"
        with self._reading() as connection:
            return {one for (one,) in connection.execute(query, document_ids)}

    def page(self, filters: Filters, q: str, *, limit: int | None, offset: int) -> DocumentPage:
        """List documents whose title, file name, number or issuer holds every word of ``q``."""
        where, values = _where(filters, fold(q).split())
        order = "ORDER BY source_name, id LIMIT ? OFFSET ?"
        bounds = (2**31 if limit is None else limit, offset)
        with self._snapshot() as connection:
            total = connection.execute(
                f"SELECT COUNT(*) FROM documents WHERE {where}", values
            ).fetchone()[0]
            rows = connection.execute(
                f"SELECT {records.CARD} FROM documents WHERE {where} {order}", (*values, *bounds)
            ).fetchall()
        return DocumentPage(total, tuple(records.read_card(row) for row in rows))

    def allowed(self, filters: Filters) -> list[Stored]:
        """Return the documents that pass the filters, by their keys."""
        where, values = _where(filters, ())
        query = f"SELECT key, first_passage, passages FROM documents WHERE {where} ORDER BY key"
        with self._reading() as connection:
            return [Stored(*row) for row in connection.execute(query, values)]

    def document(self, document_id: str) -> Document:
        """Return a document with its text; ``DocumentMissing``."""
        query = (
            f"SELECT {records.CARD}, texts.text, texts.layout FROM documents"
            " JOIN texts ON texts.document = documents.key WHERE id = ?"
        )
        with self._reading() as connection:
            row = connection.execute(query, (document_id,)).fetchone()
        if row is None:
            raise DocumentMissing(document_id)
        return records.read_document(row)

    def metadata(self, document_ids: Sequence[str]) -> dict[str, Metadata]:
        """Return the metadata of those of the ids that are in the library."""
        found: dict[str, Metadata] = {}
        with self._snapshot() as connection:
            for some in _chunks(document_ids, _KEYS_A_QUERY):
                query = f"SELECT {records.CARD} FROM documents WHERE id IN ({_marks(some)})"
                cards = map(records.read_card, connection.execute(query, some))
                found |= {card.id: card.metadata for card in cards}
        return found

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """Return a document's sections in text order; ``DocumentMissing``."""
        query = (
            "SELECT position, parent, depth, level, kind, label, title, start_at, end_at, body_end"
            " FROM sections WHERE document = ? ORDER BY position"
        )
        with self._snapshot() as connection:
            key = _stored(connection, document_id).key
            return tuple(Section(*row) for row in connection.execute(query, (key,)))

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Return a document's passages in text order; ``DocumentMissing``."""
        with self._snapshot() as connection:
            return _passages(connection, _stored(connection, document_id).key)

    def near(self, document_id: str) -> list[tuple[str, float]]:
        """Return nearly the same documents, as (id, similarity); ``DocumentMissing``."""
        with self._snapshot() as connection:
            return near.similar(connection, _stored(connection, document_id).key)

    def passages_of(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Return the passages of the keys; those no longer in the library are left out."""
        found: dict[int, Passage] = {}
        with self._snapshot() as connection:
            for some in _chunks(keys, _KEYS_A_QUERY):
                query = (
                    f"SELECT p.key, {records.PASSAGE} FROM passages p JOIN documents d"
                    f" ON d.key = p.document WHERE p.key IN ({_marks(some)})"
                )
                for key, *row in connection.execute(query, some):
                    found[key] = records.read_passage(row)
        return found

    def targets(
        self, filters: TargetFilter, *, limit: int | None, offset: int
    ) -> FactPage[TargetRow]:
        """Return the targets that pass the filter."""
        with self._snapshot() as connection:
            return facts.targets(connection, filters, limit=limit, offset=offset)

    def responsibilities(
        self, filters: ResponsibilityFilter, *, limit: int | None, offset: int
    ) -> FactPage[ResponsibilityRow]:
        """Return the responsibilities that pass the filter."""
        with self._snapshot() as connection:
            return facts.responsibilities(connection, filters, limit=limit, offset=offset)

    def bodies(self) -> tuple[str, ...]:
        """Return the normal forms of all bodies charged with something, in code point order."""
        with self._reading() as connection:
            return facts.bodies(connection)

    def references(self, document_ids: Sequence[str] | None) -> ReferenceGraph:
        """Return who cites whom; ``DocumentMissing``."""
        with self._snapshot() as connection:
            for one in document_ids or ():
                _stored(connection, one)
            return facts.references(connection, document_ids)

    def with_old_facts(self) -> list[str]:
        """Return the ids of the documents whose facts another version found."""
        with self._reading() as connection:
            return facts.outdated(connection)

    @contextmanager
    def changes(self, after: int) -> Iterator[Changes]:
        """Give what changed after a generation, as of one moment."""
        with self._snapshot() as connection:
            yield Changes(connection, after)

    def source_documents(self) -> Iterator[Document]:
        """Yield every document in the order they were added, one text at a time."""
        with self._reading() as connection:
            ids = [row[0] for row in connection.execute("SELECT id FROM documents ORDER BY key")]
        for one in ids:
            yield self.document(one)

    # -- writing ---------------------------------------------------------------------------------

    def add(self, batch: Sequence[Prepared]) -> None:
        """Add documents that are not there yet, all or none; on return they are on disk."""
        with self._transaction() as connection:
            generation = _next_generation(connection)
            for prepared in batch:
                _insert(connection, prepared, generation)

    def remove(self, document_id: str) -> None:
        """Remove a document; ``DocumentMissing``."""
        with self._transaction() as connection:
            stored = _stored(connection, document_id)
            _delete(connection, stored, _next_generation(connection))

    def replace_all(
        self, batches: Iterable[Sequence[Prepared]], settings: Mapping[str, str]
    ) -> None:
        """Cut and encode the library anew, all or nothing; ``settings`` replace the old ones.

        ``batches`` may read from this store while they are consumed: they see the old state.
        """
        with self._transaction() as connection:
            generation = _next_generation(connection)
            for batch in batches:
                for prepared in batch:
                    _delete(
                        connection, _stored(connection, prepared.parsed.document.id), generation
                    )
                    _insert(connection, prepared, generation)
            for name, value in {**settings, "facts_version": str(FACTS_VERSION)}.items():
                _set(connection, name, value)

    def upgrade(self) -> None:
        """Make the tables of an older format those of this one; ``replace_all`` has to follow."""
        with self._transaction() as connection:
            schema.upgrade(connection)

    def replace_facts(self, batch: Sequence[tuple[Document, Sequence[Section], Facts]]) -> None:
        """Write the facts of documents anew, all or none."""
        with self._transaction() as connection:
            for document, sections, found in batch:
                key = _stored(connection, document.id).key
                facts.delete(connection, key)
                _insert_facts(connection, key, document, sections, found)
            if not facts.outdated(connection):
                _set(connection, "facts_version", str(FACTS_VERSION))

    def save_feedback(
        self,
        question: str,
        answer: str,
        rating: int,
        comment: str,
        citations: Sequence[Mapping[str, object]],
    ) -> int:
        """Keep what a reader thought of an answer; returns its number, counted from 1."""
        with self._transaction() as connection:
            number: int = connection.execute(
                "SELECT COALESCE(MAX(id), 0) + 1 FROM feedback"
            ).fetchone()[0]
            row = (number, datetime.now(UTC).isoformat(), question, answer, rating, comment)
            connection.execute(
                "INSERT INTO feedback (id, created_at, question, answer, rating, comment,"
                " citations) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*row, json.dumps(list(citations), ensure_ascii=False)),
            )
        return number

    def feedback(self) -> list[Feedback]:
        """Return all feedback, oldest first."""
        query = (
            "SELECT id, created_at, question, answer, rating, comment, citations"
            " FROM feedback ORDER BY id"
        )
        with self._reading() as connection:
            return [records.read_feedback(row) for row in connection.execute(query)]

    # -- connections -----------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; what SQLite reports of the file becomes an ``IndexFolderError``."""
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        except sqlite3.Error as error:
            raise _translated(self._folder, error) from error

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees one state, whatever is written meanwhile."""
        with self._reading() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection whose changes are kept together or not at all."""
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.commit()
            finally:
                if connection.in_transaction:
                    connection.rollback()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise ValueError("the store is closed")
            if self._idle:
                return self._idle.pop()
        connection = sqlite3.connect(
            self._path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA cache_size = -16384")  # KiB: the index of 10^5 facts stays in
        connection.execute("PRAGMA synchronous = FULL")  # a commit survives a power cut
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()


class Changes:
    """What changed after a generation: ``removed`` first, then ``added``; see ``Store.changes``."""

    def __init__(self, connection: sqlite3.Connection, after: int) -> None:
        self._connection = connection
        self._after = after
        self.generation = _counter(connection, "generation")

    def total(self) -> int:
        """Return how many passages the library has after the changes."""
        query = "SELECT COALESCE(SUM(passages), 0) FROM documents"
        return int(self._connection.execute(query).fetchone()[0])

    def removed(self) -> list[Stored]:
        """Return documents removed since; some may have come and gone unseen."""
        query = (
            "SELECT document, first_passage, passages FROM removals WHERE generation > ?"
            " ORDER BY document"
        )
        return [Stored(*row) for row in self._connection.execute(query, (self._after,))]

    def added(self) -> list[Stored]:
        """Return documents added since and still there, in the order they were added."""
        query = (
            "SELECT key, first_passage, passages FROM documents WHERE generation > ? ORDER BY key"
        )
        return [Stored(*row) for row in self._connection.execute(query, (self._after,))]

    def passages(self, stored: Stored) -> tuple[Metadata, tuple[Passage, ...]]:
        """Return what a lexical index needs of a document."""
        query = f"SELECT {records.CARD} FROM documents WHERE key = ?"
        row = self._connection.execute(query, (stored.key,)).fetchone()
        return records.read_card(row).metadata, _passages(self._connection, stored.key)

    def vectors(self, stored: Stored) -> Vectors:
        """Return a document's vectors, in the order of its passages."""
        return _vectors(self._connection, stored)


# -- queries -------------------------------------------------------------------------------------


def _stored(connection: sqlite3.Connection, document_id: str) -> Stored:
    query = "SELECT key, first_passage, passages FROM documents WHERE id = ?"
    row = connection.execute(query, (document_id,)).fetchone()
    if row is None:
        raise DocumentMissing(document_id)
    return Stored(*row)


def _passages(connection: sqlite3.Connection, key: int) -> tuple[Passage, ...]:
    query = (
        f"SELECT {records.PASSAGE} FROM passages p JOIN documents d ON d.key = p.document"
        " WHERE p.document = ? ORDER BY p.key"
    )
    return tuple(records.read_passage(row) for row in connection.execute(query, (key,)))


def _vectors(connection: sqlite3.Connection, stored: Stored) -> Vectors:
    query = "SELECT vector FROM vectors WHERE passage >= ? AND passage < ? ORDER BY passage"
    bounds = (stored.first_passage, stored.first_passage + stored.passages)
    rows = [row[0] for row in connection.execute(query, bounds)]
    return np.frombuffer(b"".join(rows), dtype="<f4").reshape(len(rows), -1 if rows else 0)


def _where(filters: Filters, words: Sequence[str]) -> tuple[str, list[Any]]:
    """Return a condition on ``documents`` and its values."""
    conditions, values = ["1 = 1"], list[Any]()
    for column, accepted in (
        ("region", filters.regions),
        ("id", filters.document_ids),
        ("issuer", filters.issuers),
    ):
        if accepted:
            conditions.append(f"{column} IN ({_marks(accepted)})")
            values += accepted
    if filters.year_from is not None:
        conditions.append("year_last >= ?")
        values.append(filters.year_from)
    if filters.year_to is not None:
        conditions.append("year_first <= ?")
        values.append(filters.year_to)
    for word in words:
        conditions.append("names LIKE ? ESCAPE '!'")
        values.append(f"%{_literal(word)}%")
    return " AND ".join(conditions), values


def _literal(word: str) -> str:
    """Take the meaning of a pattern from LIKE's special characters."""
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _chunks(keys: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


# -- changes -------------------------------------------------------------------------------------


def _counter(connection: sqlite3.Connection, name: str) -> int:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return int(row[0])


def _set(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("DELETE FROM meta WHERE name = ?", (name,))
    connection.execute("INSERT INTO meta (name, value) VALUES (?, ?)", (name, value))


def _take_keys(connection: sqlite3.Connection, name: str, count: int) -> int:
    """Take ``count`` keys that were never used; returns the first."""
    first = _counter(connection, name)
    _set(connection, name, str(first + count))
    return first


def _next_generation(connection: sqlite3.Connection) -> int:
    return _take_keys(connection, "generation", 1) + 1


def _insert(connection: sqlite3.Connection, prepared: Prepared, generation: int) -> None:
    document, passages = prepared.parsed.document, prepared.parsed.passages
    key = _take_keys(connection, "next_document", 1)
    first = _take_keys(connection, "next_passage", len(passages))
    row = (key, *records.document_row(prepared), first, records.fingerprint(prepared), generation)
    connection.execute(f"INSERT INTO documents VALUES ({_marks(row)})", row)
    packed = zlib.compress(document.text.encode("utf-8"))
    row = (key, packed, records.layout_row(document.layout))
    connection.execute("INSERT INTO texts VALUES (?, ?, ?)", row)
    near.insert(connection, key, document.text)
    _insert_facts(connection, key, document, prepared.parsed.sections, prepared.parsed.facts)
    connection.executemany(
        f"INSERT INTO sections VALUES ({_marks(range(11))})",
        [(key, *records.section_row(section)) for section in prepared.parsed.sections],
    )
    connection.executemany(
        f"INSERT INTO passages VALUES ({_marks(range(9))})",
        [(first + i, key, *records.passage_row(passage)) for i, passage in enumerate(passages)],
    )
    vectors = np.ascontiguousarray(prepared.vectors, dtype="<f4")
    connection.executemany(
        "INSERT INTO vectors VALUES (?, ?)",
        [(first + i, vector.tobytes()) for i, vector in enumerate(vectors)],
    )


def _insert_facts(
    connection: sqlite3.Connection,
    key: int,
    document: Document,
    sections: Sequence[Section],
    found: Facts,
) -> None:
    first = _take_keys(connection, "next_fact", facts.count(found))
    facts.insert(connection, key, first, document, sections, found)


def _delete(connection: sqlite3.Connection, stored: Stored, generation: int) -> None:
    bounds = (stored.first_passage, stored.first_passage + stored.passages)
    connection.execute("DELETE FROM vectors WHERE passage >= ? AND passage < ?", bounds)
    connection.execute("DELETE FROM passages WHERE key >= ? AND key < ?", bounds)
    connection.execute("DELETE FROM sections WHERE document = ?", (stored.key,))
    connection.execute("DELETE FROM texts WHERE document = ?", (stored.key,))
    near.delete(connection, stored.key)
    facts.delete(connection, stored.key)
    connection.execute("DELETE FROM documents WHERE key = ?", (stored.key,))
    row = (stored.key, stored.first_passage, stored.passages, generation)
    connection.execute("INSERT INTO removals VALUES (?, ?, ?, ?)", row)


def _cut_off(path: Path) -> bool:
    """Whether the last page is incomplete, which SQLite would silently fill with zeros.

    While there is a write-ahead log, pages may be missing from the file for good reason.
    """
    log = path.with_name(path.name + "-wal")
    with path.open("rb") as file:
        page = int.from_bytes(file.read(18)[16:], "big")
    page_size = 65536 if page == 1 else page  # SQLite file format, section 1.3.2
    return page_size > 0 and path.stat().st_size % page_size > 0 and not log.exists()


_TORN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_TAKEN = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_REFUSED = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


def _translated(folder: Path, error: sqlite3.Error) -> Exception:
    """Return what an official can do about it; the error itself when it is a fault of ours."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _TORN:
        return _damaged(folder, f"library.sqlite 无法读取（{error}）")
    if code in _TAKEN:
        return IndexBusy(
            folder,
            "另一个程序正在写入，等待超时",
            accepted="重建索引期间不能写入",
            advice="请稍后再试；查询不受影响",
        )
    if code in _REFUSED:
        return IndexFolderError(
            folder,
            f"library.sqlite 读写失败（{error}）",
            accepted="索引目录须可读写，磁盘须有剩余空间",
            advice="请检查磁盘空间和目录权限后再试",
        )
    return error


def _damaged(folder: Path, met: str) -> IndexDamaged:
    return IndexDamaged(
        folder,
        met,
        accepted="索引目录须由 cewen 建立，其中的 library.sqlite 不能改动、截断或单独删除",
        advice=f"请从备份恢复该目录，或另建索引：cewen add 文件或文件夹 --index {folder}-new",
    )
