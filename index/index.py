"""``Index``: a library one can search; the one door to this package.

An index is a folder: ``library.sqlite`` (the truth, ``index.store``), ``lexical/`` and
``dense.faiss`` (made from it) and ``manifest.json`` (``index.manifest``). A document is *added*
once its transaction is in SQLite; the search indexes follow, and whatever they miss after a crash
they catch up on opening. Vectors are kept in SQLite too, so catching up never encodes.

Left to others: cutting documents (``corpus``), choosing and fusing searches (``rag``).
"""

from __future__ import annotations

import errno
import hashlib
import logging
import math
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

import numpy as np

from corpus.document import Document, Metadata, Passage, Section
from corpus.errors import IndexBusy, IndexDamaged, IndexFolderError
from corpus.facts import FACTS_VERSION, Facts, extract_facts
from corpus.parse import Parsed, parse
from corpus.passages import cut_passages
from corpus.sections import outline
from index import manifest as manifests
from index.analyser import search_terms, search_text
from index.cache import Cache
from index.derived import Derived
from index.encoder import Encoder, Vectors
from index.facts import (
    FactPage,
    ReferenceGraph,
    ResponsibilityFilter,
    ResponsibilityRow,
    TargetFilter,
    TargetRow,
)
from index.hit import Filters, Hit
from index.lock import writer_lock
from index.manifest import Manifest, Settings, Signature
from index.resume import KeptEncoder, forget
from index.store import (
    STORE_FILE,
    Counts,
    DocumentPage,
    Feedback,
    Prepared,
    Store,
    Stored,
)

logger = logging.getLogger(__name__)

_BATCH_DOCUMENTS = 32
_BATCH_CHARACTERS = 100_000  # what is cut, encoded and written at once
_TEXT_CHARACTERS = 16_000_000
_FOUND_CHARACTERS = 8_000_000  # passages of searches, some twenty thousand
_CACHED_SECTIONS = 200_000
_CACHED_METADATA = 20_000
_CACHED_QUESTIONS = 256
_SOURCE = "encoder_source"
_MOST_TIES = 1000
_NO_VECTORS = np.zeros((0, 0), dtype=np.float32)

Progress = Callable[[int, int | None, str], None]
"""``(done, total, what)``; ``total`` is None where it is not known beforehand."""

One = TypeVar("One", bound=Document | Parsed)
Way = Literal["lexical", "dense"]
Search = Callable[[int], list[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a document: ``unchanged`` when the same bytes were there already.

    ``near`` are the ids of documents in the library whose text is nearly the same.
    """

    document_id: str
    source_name: str
    state: Literal["added", "unchanged"]
    near: tuple[str, ...] = ()


class Index:
    """A library on disk, open for searching and changing, also by several threads.

    Other processes may read the same folder; one at a time may write. What another process has
    written is seen by the next search.
    """

    def __init__(self, folder: Path, encoder: Encoder, store: Store, derived: Derived) -> None:
        self.folder = folder
        self.encoder = encoder
        self.id = ""
        self._store = store
        self._derived = derived
        self._signature: Signature | None = None
        self._changing = threading.RLock()
        self._documents = Cache[str, Document](_TEXT_CHARACTERS, lambda found: len(found.text))
        self._metadata = Cache[str, Metadata](_CACHED_METADATA, lambda found: 1)
        self._questions = Cache[str, Vectors](_CACHED_QUESTIONS, lambda found: 1)
        self._sections = Cache[str, tuple[Section, ...]](_CACHED_SECTIONS, lambda s: len(s) + 1)
        self._passages = Cache[str, tuple[Passage, ...]](
            _TEXT_CHARACTERS, lambda found: 1 + sum(len(passage.text) for passage in found)
        )
        self._found = Cache[int, Passage](_FOUND_CHARACTERS, lambda found: 100 + len(found.text))

    # -- beginnings ------------------------------------------------------------------------------

    @classmethod
    def open(cls, folder: Path, encoder: Encoder, *, progress: Progress | None = None) -> Index:
        """Open an index, catching up with what a killed writer left undone.

        Facts that another version of the rules found are found anew from the stored texts, unless
        another process is writing; only of that ``progress`` is told.

        Raises ``IndexMissing``, ``IndexStale`` (built with another encoder, analyser or format) or
        ``IndexDamaged``; ``IndexBusy`` only when there is nothing to search until a writer is done.
        """
        with _usable(folder):
            seen = manifests.signature(folder)
            manifest = manifests.read(folder)
            opened = Store.open(folder)
        with _closed_on_error(opened) as store:
            _check(folder, store, encoder)
            index = cls(folder, encoder, store, Derived(folder, store, Settings.of(encoder)))
            index._renew_facts(progress)
            index._load(manifest, seen)
        return index

    def _renew_facts(self, progress: Progress | None) -> None:
        """Find the facts anew where other rules found them; without the lock the old ones stay."""
        if self._store.meta().get("facts_version") == str(FACTS_VERSION):
            return
        with ExitStack() as held:
            try:
                held.enter_context(writer_lock(self.folder))
            except IndexFolderError:  # another process is writing, or this one may not
                return
            ids = self._store.with_old_facts()
            done = 0
            for batch in _batches(map(self._store.document, ids)):
                cut = [(one, self._store.sections(one.id)) for one in batch]
                self._store.replace_facts([(*pair, _facts_of(*pair)) for pair in cut])
                for document in batch:
                    done += 1
                    if progress is not None:
                        progress(done, len(ids), document.source_name)
            if not ids:
                self._store.replace_facts([])

    def _load(self, manifest: Manifest, seen: Signature | None) -> None:
        if self._derived.load(manifest):
            self._settle(seen)
            return
        try:
            with writer_lock(self.folder):
                self._publish()
        except IndexBusy:
            if not self._derived.searchable:
                raise
            self._settle(seen)  # the writer at work will catch up, and the next search sees it

    @classmethod
    def create(cls, folder: Path, encoder: Encoder) -> Index:
        """Make an empty index; ``IndexFolderError`` when there is one already or cannot be one."""
        settings = Settings.of(encoder)
        with _usable(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with writer_lock(folder), _usable(folder):
            _refuse_existing(folder)
            names = {**_built_by(encoder), "library": secrets.token_hex(8)}
            with _closed_on_error(Store.create(folder, names)) as store:
                index = cls(folder, encoder, store, Derived(folder, store, settings))
                index._publish()
        return index

    @classmethod
    def build(
        cls,
        folder: Path,
        documents: Iterable[Document | Parsed],
        encoder: Encoder,
        *,
        progress: Progress | None = None,
    ) -> Index:
        """Make an index of ``documents``; see ``create`` and ``add``."""
        index = cls.create(folder, encoder)
        with _closed_on_error(index._store):
            index.add(documents, progress=progress)
        return index

    @classmethod
    def rebuild(cls, folder: Path, encoder: Encoder, *, progress: Progress | None = None) -> Index:
        """Cut, encode and index the stored texts anew, with ``encoder``; all or nothing.

        For another encoder, or after the rules of cutting or of the analyser have changed. First
        all vectors are made, beside the index: killed then, the next attempt goes on where this
        one was. ``progress`` is told of each document twice: encoded, and written.
        Services that have the folder open may find less than there is until it is done.
        """
        with _usable(folder):
            if not (folder / STORE_FILE).is_file():
                manifests.read(folder)
        settings = Settings.of(encoder)
        with writer_lock(folder), _closed_on_error(Store.open(folder)) as store:
            store.upgrade()
            total = store.counts().documents
            with _usable(folder), closing(KeptEncoder(folder, encoder)) as kept:
                _encode_all(store.source_documents(), kept, total, progress)
                batches = _told(store.source_documents(), kept, total, progress)
                store.replace_all(batches, _built_by(encoder))
            forget(folder)
            index = cls(folder, encoder, store, Derived(folder, store, settings))
            index._publish()
        return index

    def close(self) -> None:
        """Let go of the files; using the index afterwards is an error."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # -- changing --------------------------------------------------------------------------------

    def add(
        self, documents: Iterable[Document | Parsed], *, progress: Progress | None = None
    ) -> list[Added]:
        """Add documents as they come, parsed or not; returns what became of each, in order.

        Only new ones are cut and encoded. A document ``progress`` has been told of is on disk for
        good; searches find it when ``add`` returns. ``IndexBusy`` when another process is writing.
        """
        total = len(documents) if isinstance(documents, Sized) else None
        added: list[Added] = []
        with self._writing():
            for batch in _batches(documents):
                for one in self._add(batch):
                    added.append(one)
                    if progress is not None:
                        progress(len(added), total, one.source_name)
                if self._derived.far_behind():
                    self._publish()
        return added

    def remove(self, document_id: str) -> None:
        """Remove a document for good; ``DocumentMissing``, ``IndexBusy``."""
        with self._writing():
            self._store.remove(document_id)

    def save_feedback(
        self,
        question: str,
        answer: str,
        rating: int,
        comment: str = "",
        citations: Sequence[Mapping[str, object]] = (),
    ) -> int:
        """Keep what a reader thought of an answer (1 or -1); returns its number, from 1."""
        return self._store.save_feedback(question, answer, rating, comment, citations)

    # -- reading ---------------------------------------------------------------------------------

    def search(
        self,
        text: str,
        *,
        by: Way,
        top_k: int,
        filters: Filters = Filters(),  # noqa: B008
    ) -> list[Hit]:
        """Return the ``top_k`` best passages; equal scores in order of passage id.

        ``lexical`` finds only passages that share a term with ``text``; ``dense`` always finds
        something, unless the encoder knows no part of ``text``.
        """
        self._refresh()
        allowed = None if filters.empty else self._store.allowed(filters)
        if top_k < 1 or allowed == []:
            return []
        found = _with_ties(self._searcher(text, by, allowed), top_k)
        passages = self._found.get_all((key for key, _ in found), self._store.passages_of)
        ranked = sorted(
            ((-score, passages[key].document_id, passages[key].start, passages[key].end, key)
             for key, score in found if key in passages)
        )  # fmt: skip
        return [
            Hit(passages[key], rank, -negative, by, {by: -negative})
            for rank, (negative, *_, key) in enumerate(ranked[:top_k], start=1)
        ]

    def documents(
        self,
        filters: Filters = Filters(),  # noqa: B008
        *,
        q: str = "",
        limit: int | None = None,
        offset: int = 0,
    ) -> DocumentPage:
        """List documents in order of file name.

        ``q``: words that must all stand in title, file name, document number or issuer.
        """
        return self._store.page(filters, q, limit=limit, offset=offset)

    def document(self, document_id: str) -> Document:
        """Return a document with its text; ``DocumentMissing``."""
        self._refresh()
        return self._documents.get(document_id, lambda: self._store.document(document_id))

    def metadata(self, document_ids: Iterable[str]) -> dict[str, Metadata]:
        """Return what is known of documents, without reading their texts; unknown ids are left out.

        In the order asked for, each once.
        """
        self._refresh()
        return self._metadata.get_all(document_ids, self._store.metadata)

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """Return a document's sections in text order; ``DocumentMissing``."""
        self._refresh()
        return self._sections.get(document_id, lambda: self._store.sections(document_id))

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Return a document's passages in text order; ``DocumentMissing``."""
        self._refresh()
        return self._passages.get(document_id, lambda: self._store.passages(document_id))

    def targets(
        self,
        filters: TargetFilter = TargetFilter(),  # noqa: B008
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> FactPage[TargetRow]:
        """List targets by document (in order of file name), then in text order."""
        return self._store.targets(filters, limit=limit, offset=offset)

    def responsibilities(
        self,
        filters: ResponsibilityFilter = ResponsibilityFilter(),  # noqa: B008
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> FactPage[ResponsibilityRow]:
        """List responsibilities by document (in order of file name), then in text order."""
        return self._store.responsibilities(filters, limit=limit, offset=offset)

    def bodies(self) -> tuple[str, ...]:
        """Return the normal forms of all bodies charged with something, in code point order."""
        return self._store.bodies()

    def references(self, document_ids: Sequence[str] | None = None) -> ReferenceGraph:
        """Return what the documents cite and what cites them; ``DocumentMissing``.

        None: the graph of the whole library.
        """
        return self._store.references(document_ids)

    def idf(self, terms: Sequence[str]) -> list[float]:
        """Inverse document frequency over passages, as in BM25; 0 for a term no passage has.

        ``ln(1 + (N - n + 0.5) / (n + 0.5))``; terms as ``index.analyser.search_terms`` makes them.
        """
        lexical = self._derived.lexical
        total = len(lexical)
        return [
            math.log(1 + (total - n + 0.5) / (n + 0.5)) if 0 < n <= total else 0.0
            for n in lexical.frequencies(terms)
        ]

    def near_duplicates(self, document_id: str) -> list[tuple[str, float]]:
        """Return documents of nearly the same text, as (id, similarity); the nearest first.

        Similarity is estimated, in [0.8, 1]; see ``corpus.duplicates``. ``DocumentMissing``.
        """
        return self._store.near(document_id)

    def regions(self) -> tuple[str, ...]:
        """Return the regions the library's documents speak for."""
        return self._store.regions()

    def counts(self) -> Counts:
        """Return how much the library holds."""
        return self._store.counts()

    def feedback(self) -> list[Feedback]:
        """Return all feedback, oldest first."""
        return self._store.feedback()

    # -- searching -------------------------------------------------------------------------------

    def _searcher(self, text: str, by: Way, allowed: Sequence[Stored] | None) -> Search:
        if by == "dense":
            vector = self._question(text)
            dense = self._derived.dense
            return lambda count: dense.search(vector, limit=count, documents=allowed)
        terms, lexical = search_terms(text), self._derived.lexical
        return lambda count: lexical.search(terms, limit=count, documents=allowed)

    def _question(self, text: str) -> Vectors:
        """Return the vector of a question; one question is often searched for several times."""
        return self._questions.get(
            text, lambda: np.asarray(self.encoder.encode_queries([text]), dtype=np.float32)[0]
        )

    def _refresh(self) -> None:
        """Follow what another process has written, unless this one is writing."""
        seen = manifests.signature(self.folder)
        if seen is None or seen == self._signature:
            return
        if not self._changing.acquire(blocking=False):
            return
        try:
            _check(self.folder, self._store, self.encoder)
            if self._derived.reload(manifests.read(self.folder)):
                self._settle(seen)
        finally:
            self._changing.release()

    def _settle(self, seen: Signature | None) -> None:
        """Take over a state that is on disk."""
        for cache in (
            self._documents, self._metadata, self._sections, self._passages, self._found,
        ):  # fmt: skip
            cache.clear()
        settings = Settings.of(self.encoder).as_meta().values()
        parts = [self._store.fingerprint(), *settings, str(FACTS_VERSION)]
        self.id = hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:16]
        self._signature = seen

    # -- changing, inside ------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the one writer; on leaving, what is in SQLite is in the search indexes too."""
        with self._changing, writer_lock(self.folder):
            _check(self.folder, self._store, self.encoder)
            self._refresh()
            try:
                yield
            finally:
                self._publish()

    def _publish(self) -> None:
        with _usable(self.folder):
            self._derived.publish()
        self._settle(manifests.signature(self.folder))

    def _add(self, batch: Sequence[Document | Parsed]) -> list[Added]:
        documents = [_document(one) for one in batch]
        known = self._store.known([document.id for document in documents])
        new = {
            document.id: one
            for document, one in zip(documents, batch, strict=True)
            if document.id not in known
        }
        if new:
            self._store.add(_prepare(list(new.values()), self.encoder))
        return [self._added(document, new) for document in documents]

    def _added(self, document: Document, new: dict[str, Document | Parsed]) -> Added:
        """Say what became of a document; of two alike in a batch the first was added."""
        if new.pop(document.id, None) is None:
            return Added(document.id, document.source_name, "unchanged")
        near = tuple(id_ for id_, _ in self._store.near(document.id))
        return Added(document.id, document.source_name, "added", near)


_REASONS = {
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "所在的磁盘只能读、不能写",
    errno.ENOSPC: "磁盘已满",
    errno.ENAMETOOLONG: "路径太长",
    errno.ENOENT: "目录不存在，也不能在这里建立",
    errno.EEXIST: "这个路径或它的上级是文件，不是目录",
    errno.ENOTDIR: "这个路径或它的上级是文件，不是目录",
}


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    """Say in plain words what the operating system has against the folder."""
    try:
        yield
    except OSError as error:
        raise IndexFolderError(
            folder,
            _REASONS.get(error.errno or 0, f"不能读写（{error.strerror or error}）"),
            accepted="索引目录须是可以建立和读写的目录",
            advice="请检查路径、权限和磁盘空间，或用 --index 或环境变量 CEWEN_INDEX 换一个目录",
        ) from error


@contextmanager
def _closed_on_error(store: Store) -> Iterator[Store]:
    try:
        yield store
    except BaseException:
        store.close()
        raise


def _facts_of(document: Document, sections: tuple[Section, ...]) -> Facts:
    """Find the facts of a stored document; a fault of ours must not keep the library shut."""
    try:
        return extract_facts(document, sections)
    except Exception:
        logger.exception("no facts found in %s", document.source_name)
        return Facts()


def _document(one: Document | Parsed) -> Document:
    return one.document if isinstance(one, Parsed) else one


def _batches(documents: Iterable[One]) -> Iterator[list[One]]:
    """Yield the documents in groups that fit in memory."""
    batch: list[One] = []
    characters = 0
    for document in documents:
        batch.append(document)
        characters += len(_document(document).text)
        if len(batch) >= _BATCH_DOCUMENTS or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _prepare(documents: Sequence[Document | Parsed], encoder: Encoder) -> list[Prepared]:
    """Parse what is not parsed yet, and encode all passages in one call of the encoder."""
    parsed = [one if isinstance(one, Parsed) else parse(one) for one in documents]
    texts = [
        search_text(passage, one.document.metadata) for one in parsed for passage in one.passages
    ]
    vectors = np.asarray(encoder.encode(texts), dtype=np.float32) if texts else _NO_VECTORS
    prepared: list[Prepared] = []
    start = 0
    for one in parsed:
        end = start + len(one.passages)
        prepared.append(Prepared(one, vectors[start:end]))
        start = end
    return prepared


def _told(
    documents: Iterable[Document], encoder: Encoder, total: int, progress: Progress | None
) -> Iterator[list[Prepared]]:
    """Prepare batch by batch, telling ``progress`` of each document."""
    done = 0
    for batch in _batches(documents):
        yield _prepare(batch, encoder)
        for document in batch:
            done += 1
            if progress is not None:
                progress(done, total, document.source_name)


def _encode_all(
    documents: Iterable[Document], kept: KeptEncoder, total: int, progress: Progress | None
) -> None:
    """Have the passages of all documents encoded and kept."""
    done = 0
    for batch in _batches(documents):
        kept.encode(
            [
                search_text(passage, one.metadata)
                for one in batch
                for passage in cut_passages(one, outline(one.text, one.layout))
            ]
        )
        for document in batch:
            done += 1
            if progress is not None:
                progress(done, total, document.source_name)


def _with_ties(search: Search, limit: int) -> list[tuple[int, float]]:
    """Search until no passage left out has the score of the last one kept.

    A search returns an arbitrary part of those with equal scores; which come first is for the
    caller to say. Beyond ``_MOST_TIES`` it stays arbitrary.
    """
    count = limit + 8
    while True:
        found = search(count)
        if len(found) < count or found[-1][1] < found[limit - 1][1] or count > _MOST_TIES + limit:
            return found
        count *= 4


def _check(folder: Path, store: Store, encoder: Encoder) -> None:
    """Raise ``IndexStale`` when the library was not built with our settings."""
    meta = store.meta()
    try:
        built = Settings.read(meta)
    except (KeyError, ValueError) as error:
        raise IndexDamaged(
            folder,
            "library.sqlite 没有记录建立时的设置",
            accepted="索引目录须由 cewen 建立，其中的文件不能改动",
            advice=f"请重建索引：cewen rebuild --index {folder}",
        ) from error
    sources = meta.get(_SOURCE, built.encoder), encoder.source
    manifests.check(folder, built, Settings.of(encoder), sources=sources)


def _built_by(encoder: Encoder) -> dict[str, str]:
    """What the library keeps of the encoder and the rules it is built with."""
    return {**Settings.of(encoder).as_meta(), _SOURCE: encoder.source}


def _refuse_existing(folder: Path) -> None:
    """Refuse to make an index over another, also over one that has lost its manifest."""
    if (folder / manifests.MANIFEST_FILE).exists():
        raise IndexFolderError(
            folder,
            "这里已经有索引",
            accepted="新索引须建在空目录里",
            advice=f"请换一个目录，或向它添加文件：cewen add 文件或文件夹 --index {folder}",
        )
    if Store.holds_documents(folder):
        raise IndexDamaged(
            folder,
            "缺少 manifest.json，但 library.sqlite 里有文件",
            accepted="新索引须建在空目录里",
            advice=f"请重建索引：cewen rebuild --index {folder}",
        )
