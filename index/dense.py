"""Nearest vectors by inner product, exact: FAISS ``IndexFlatIP`` under our own keys.

The one importer of faiss. Every query is compared with every vector, so results are those of a
matrix product and nothing is lost to approximation. The time grows with the library: on one core
about 35 ms for a million vectors of 128 numbers. Beyond that an approximate index would have to
take over; there is none here. A single query keeps one core busy, whatever OpenMP is told.

Left to others: making vectors (``index.encoder``), keeping them (``index.store``: the file written
here is a copy that can always be made again).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.encoder import Vectors
from index.store import Stored

DENSE_FILE = "dense.faiss"
_DECIMALS = 6  # single precision has seven


class DenseIndex:
    """Vectors by passage key. Searches may run while one thread adds or removes."""

    def __init__(self, dimensions: int) -> None:
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))
        self._gate = _Gate()

    @classmethod
    def load(cls, path: Path) -> DenseIndex:
        """Read what ``save`` wrote; ``ValueError`` when it is something else."""
        try:
            index = faiss.read_index(os.fspath(path))
        except RuntimeError as error:
            raise ValueError(str(error)) from error
        if not isinstance(index, faiss.IndexIDMap2):
            raise ValueError(f"not a map of keys: {type(index).__name__}")
        loaded = cls(index.d)
        loaded._index = index
        return loaded

    def save(self, path: Path) -> None:
        """Write beside ``path``, then swap; on return the file is on disk."""
        beside = path.with_name(path.name + ".new")
        with self._gate.shared():
            faiss.write_index(self._index, os.fspath(beside))
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, first: int, vectors: Vectors) -> None:
        """Add vectors under the keys ``first``, ``first`` + 1 and so on."""
        keys = np.arange(first, first + len(vectors), dtype=np.int64)
        with self._gate.alone():
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), keys)

    def remove(self, documents: Sequence[Stored]) -> None:
        """Remove the vectors of documents; keys that are not there are passed over."""
        if not documents:
            return
        keys = np.concatenate([_keys(stored) for stored in documents])
        with self._gate.alone():
            self._index.remove_ids(faiss.IDSelectorBatch(keys))

    def search(
        self, vector: Vectors, *, limit: int, documents: Sequence[Stored] | None = None
    ) -> list[tuple[int, float]]:
        """Return (key, inner product), highest first, at most ``limit``.

        ``documents`` restricts the search to their passages. A zero vector is like nothing, so it
        finds nothing.
        """
        if not vector.any():
            return []
        bits = None if documents is None else _bitmap(documents)
        with self._gate.shared():
            count = min(limit, len(self))
            if count == 0:
                return []
            query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
            restriction = None if bits is None else _restriction(bits)
            scores, keys = self._index.search(query, count, params=restriction)
        found = zip(keys[0].tolist(), scores[0].tolist(), strict=True)
        return [(key, round(score, _DECIMALS)) for key, score in found if key >= 0]


def _keys(stored: Stored) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    first = stored.first_passage
    return np.arange(first, first + stored.passages, dtype=np.int64)


Bits = np.ndarray[tuple[int], np.dtype[np.uint8]]


def _bitmap(documents: Sequence[Stored]) -> Bits:
    """Return a bit for each key up to the last allowed one, low bit first."""
    last = max((stored.first_passage + stored.passages for stored in documents), default=0)
    allowed = np.zeros(last, dtype=bool)
    for stored in documents:
        allowed[stored.first_passage : stored.first_passage + stored.passages] = True
    return np.packbits(allowed, bitorder="little")


def _restriction(bits: Bits) -> faiss.SearchParameters:
    python_layer: Any = faiss  # takes arrays and keeps them alive; the stubs do not know
    parameters: faiss.SearchParameters = python_layer.SearchParameters(
        sel=python_layer.IDSelectorBitmap(bits)
    )
    return parameters


class _Gate:
    """Many readers or one writer; FAISS moves its vectors in memory when it grows."""

    def __init__(self) -> None:
        self._readers = 0
        self._changed = threading.Condition()
        self._writer = threading.Lock()

    @contextmanager
    def shared(self) -> Iterator[None]:
        with self._writer, self._changed:  # a waiting writer holds back new readers
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._writer:
            with self._changed:
                self._changed.wait_for(lambda: self._readers == 0)
            yield
