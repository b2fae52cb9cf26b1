"""The two search indexes of a folder: how far they are, and how they follow the library.

Both can always be made again from SQLite. The lexical index on disk is brought up to the library
at every change. ``dense.faiss`` is one file, so it is written anew only when a twentieth of the
vectors have changed since; what it lacks is read from SQLite on opening.

Left to others: the formats (``index.lexical``, ``index.dense``), locks and errors
(``index.index``).
"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from functools import cache
from itertools import chain
from pathlib import Path

from index import manifest as manifests
from index.analyser import search_parts, search_terms
from index.dense import DENSE_FILE, DenseIndex
from index.lexical import LexicalIndex, LexicalWriter, TantivyIndex
from index.manifest import DenseState, LexicalState, Manifest, Settings
from index.store import Changes, Store, Stored

LEXICAL_FOLDER = "lexical"
_UNSAVED_SHARE = 20
_CHECKPOINT_PASSAGES = 20_000
_CHECKPOINT_SHARE = 4


class Derived:
    """The search indexes made from ``store``; ``lexical`` and ``dense`` may be searched any time.

    Everything that changes them is called by one thread at a time; ``publish`` also needs the
    folder's writer lock.
    """

    def __init__(self, folder: Path, store: Store, settings: Settings) -> None:
        self.dense = DenseIndex(settings.dimensions)
        self._lexical: LexicalIndex | None = None
        self._folder = folder
        self._store = store
        self._manifest = Manifest(store.meta()["library"], settings)
        self._dense_generation = 0
        self._unsaved = 0

    @property
    def lexical(self) -> LexicalIndex:
        """The lexical index as last opened."""
        if self._lexical is None:
            raise ValueError("load or publish comes first")
        return self._lexical

    @property
    def searchable(self) -> bool:
        """Whether there is something to search."""
        return self._lexical is not None

    def load(self, manifest: Manifest) -> bool:
        """Take what is on disk; returns False when something there must be made again."""
        self._manifest = manifest.fitting(self._manifest.library, self._manifest.settings)
        self._load_dense()
        self._lexical = self._opened() if self._manifest.lexical is not None else None
        self._follow_dense()
        return not self._dense_due() and self._lexical_whole()

    def reload(self, manifest: Manifest) -> bool:
        """Follow another process; returns False while it is swapping files, to be tried again."""
        fitting = manifest.fitting(self._manifest.library, self._manifest.settings)
        opened = self._opened()
        if fitting.lexical is None or opened is None:
            return False
        self._manifest, self._lexical = fitting, opened
        self._follow_dense()
        return True

    def far_behind(self) -> bool:
        """Whether so much was added that a long addition had better publish in between."""
        with self._store.changes(self._dense_generation) as changes:
            behind = sum(stored.passages for stored in changes.added())
        return behind > max(_CHECKPOINT_PASSAGES, len(self.dense) // _CHECKPOINT_SHARE)

    def publish(self) -> None:
        """Bring both indexes up to the library and record it."""
        lexical = self._follow_lexical()
        self._follow_dense()
        dense = self._saved_dense() if self._dense_due() else self._manifest.dense
        self._manifest = Manifest(self._manifest.library, self._manifest.settings, lexical, dense)
        counts = asdict(self._store.counts())
        manifests.write(self._folder, self._manifest, counts=counts)

    # -- lexical ---------------------------------------------------------------------------------

    def _opened(self) -> LexicalIndex | None:
        try:
            return TantivyIndex.open(self._folder / LEXICAL_FOLDER)
        except ValueError:
            return None

    def _lexical_whole(self) -> bool:
        state = self._manifest.lexical
        if state is None or self._lexical is None:
            return False
        with self._store.changes(state.generation) as changes:
            return state.generation == changes.generation and len(self._lexical) == changes.total()

    def _follow_lexical(self) -> LexicalState:
        """Catch up where possible, else make the index anew; returns how far it is."""
        state, opened = self._manifest.lexical, self._opened()
        if state is not None and opened is not None:
            with self._store.changes(state.generation) as changes:
                if state.generation <= changes.generation:
                    _write_lexical(opened, changes)
                    self._lexical = TantivyIndex.open(self._folder / LEXICAL_FOLDER)
                    if len(self._lexical) == changes.total():
                        return LexicalState(changes.generation)
        with self._store.changes(0) as changes:
            self._make_lexical(changes)
            return LexicalState(changes.generation)

    def _make_lexical(self, changes: Changes) -> None:
        """Make the index beside the old one and swap."""
        place = self._folder / LEXICAL_FOLDER
        beside, old = place.with_name("lexical.new"), place.with_name("lexical.old")
        for leftover in (beside, old):
            shutil.rmtree(leftover, ignore_errors=True)
        _write_lexical(TantivyIndex.create(beside), changes)
        if place.exists():
            place.rename(old)
        beside.rename(place)
        self._lexical = TantivyIndex.open(place)
        shutil.rmtree(old, ignore_errors=True)

    # -- dense -----------------------------------------------------------------------------------

    def _load_dense(self) -> None:
        path, state = self._folder / DENSE_FILE, self._manifest.dense
        if state is None or not path.is_file() or manifests.checksum(path) != state.sha256:
            return
        try:
            self.dense = DenseIndex.load(path)
        except ValueError:  # written by a version of FAISS that this one cannot read
            return
        self._dense_generation = state.generation

    def _follow_dense(self) -> None:
        with self._store.changes(self._dense_generation) as changes:
            if self._dense_generation <= changes.generation:
                self._apply(self.dense, changes)
                if len(self.dense) == changes.total():
                    return
        anew = DenseIndex(self._manifest.settings.dimensions)
        with self._store.changes(0) as changes:
            self._apply(anew, changes)
        self.dense = anew

    def _apply(self, dense: DenseIndex, changes: Changes) -> None:
        added, removed = changes.added(), changes.removed()
        dense.remove(removed)
        for stored in added:
            if stored.passages:
                dense.add(stored.first_passage, changes.vectors(stored))
        self._dense_generation = changes.generation
        self._unsaved += sum(stored.passages for stored in chain(added, removed))

    def _dense_due(self) -> bool:
        return self._unsaved * _UNSAVED_SHARE > len(self.dense)

    def _saved_dense(self) -> DenseState:
        path = self._folder / DENSE_FILE
        self.dense.save(path)
        self._unsaved = 0
        return DenseState(self._dense_generation, manifests.checksum(path))


def _write_lexical(index: LexicalIndex, changes: Changes) -> None:
    """Write changes; those that are there already, after a crash, are written over."""
    removed, added = changes.removed(), changes.added()
    if not removed and not added:
        return
    with index.writer() as writer:
        if len(index):
            writer.remove([*removed, *added])
        for stored in added:
            _add_lexical(writer, changes, stored)


def _add_lexical(writer: LexicalWriter, changes: Changes, stored: Stored) -> None:
    metadata, passages = changes.passages(stored)
    terms_of = cache(search_terms)  # titles and headings come again with every passage
    writer.add(
        stored,
        (
            [term for part in search_parts(passage, metadata) for term in terms_of(part)]
            for passage in passages
        ),
    )
