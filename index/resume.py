"""Vectors kept beside an index while it is rebuilt, so that a killed rebuild goes on.

Encoding a library with a large model takes hours. What is encoded goes to ``rebuild/`` at once, by
the text it belongs to, and is read back by the next attempt with the same encoder. The index itself
is not touched before every vector is there.

Left to others: what the texts are and when the index takes over (``index.index``).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from index.encoder import Encoder, Vectors

REBUILD_FOLDER = "rebuild"
_VECTORS_FILE = "vectors.bin"
_MODEL_FILE = "model.json"
_AT_ONCE = 128
"""How many texts are encoded between two writes: so many are lost at most."""


class KeptEncoder:
    """An encoder whose vectors for passages outlive the process. Close it before ``forget``.

    The file is records of one length: 16 bytes of BLAKE2b of the text, CRC-32 of the vector, the
    vector. A record that was cut off ends the file.
    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.name = encoder.name
        self.source = encoder.source
        self.dimensions = encoder.dimensions
        self.dense_weight = encoder.dense_weight
        self._encoder = encoder
        self._folder = folder / REBUILD_FOLDER
        self._path = self._folder / _VECTORS_FILE
        self._record = np.dtype(
            [("text", "V16"), ("check", "<u4"), ("vector", "<f4", (encoder.dimensions,))]
        )
        self._prepare()
        self._places = self._read()
        self._file: IO[bytes] = self._path.open("r+b")
        self._file.seek(0, os.SEEK_END)

    def __len__(self) -> int:
        return len(self._places)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return shape ``(len(texts), dimensions)``; only texts not met before are encoded."""
        keys = [_key(text) for text in texts]
        missing = {
            key: text for key, text in zip(keys, texts, strict=True) if key not in self._places
        }
        new = list(missing.items())
        for start in range(0, len(new), _AT_ONCE):
            batch = new[start : start + _AT_ONCE]
            vectors = np.asarray(self._encoder.encode([text for _, text in batch]), dtype="<f4")
            self._append([key for key, _ in batch], vectors)
        return self._vectors(keys)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return what the encoder says: questions are not kept."""
        return self._encoder.encode_queries(texts)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _prepare(self) -> None:
        """Make the folder, without what another encoder left in it."""
        wanted = {"encoder": self.name, "dimensions": self.dimensions}
        model = self._folder / _MODEL_FILE
        try:
            same = json.loads(model.read_text(encoding="utf-8")) == wanted
        except (OSError, ValueError):
            same = False
        if not same:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            model.write_text(json.dumps(wanted, ensure_ascii=False), encoding="utf-8")
        self._path.touch()

    def _read(self) -> dict[bytes, int]:
        """Find the whole records and cut off the rest."""
        places: dict[bytes, int] = {}
        length = self._record.itemsize
        with self._path.open("rb") as file:
            while len(raw := file.read(length)) == length:
                record = np.frombuffer(raw, self._record)[0]
                if zlib.crc32(record["vector"].tobytes()) != record["check"]:
                    break
                places[record["text"].tobytes()] = len(places)
        os.truncate(self._path, len(places) * length)
        return places

    def _append(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        records = np.zeros(len(keys), self._record)
        records["text"] = np.frombuffer(b"".join(keys), dtype="V16")
        records["check"] = [zlib.crc32(vector.tobytes()) for vector in vectors]
        records["vector"] = vectors
        self._file.write(records.tobytes())
        self._file.flush()
        os.fsync(self._file.fileno())
        first = len(self._places)
        self._places.update({key: first + place for place, key in enumerate(keys)})

    def _vectors(self, keys: Sequence[bytes]) -> Vectors:
        if not keys:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        kept = np.memmap(self._path, self._record, "r", shape=(len(self._places),))
        found: Vectors = np.array(
            kept["vector"][[self._places[key] for key in keys]], dtype=np.float32
        )
        return found


def forget(folder: Path) -> None:
    """Delete what was kept."""
    shutil.rmtree(folder / REBUILD_FOLDER, ignore_errors=True)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()
