"""Near-duplicates in the library: a signature a document, and the bands they are found by.

The signatures are those of ``corpus.duplicates``; the functions work on the store's connection,
inside its transactions.
"""

from __future__ import annotations

import sqlite3

import numpy as np

from corpus.duplicates import NEAR, Signature, bands, signature, similarity

SCHEMA = """
CREATE TABLE signatures (document INTEGER PRIMARY KEY, signature BLOB NOT NULL);
CREATE TABLE bands (
    band INTEGER NOT NULL,
    document INTEGER NOT NULL,
    PRIMARY KEY (band, document)
);
CREATE INDEX bands_by_document ON bands (document);
"""
_DTYPE = "<u4"


def insert(connection: sqlite3.Connection, key: int, text: str) -> None:
    """Keep the signature of a document's text."""
    found = signature(text)
    if found is None:
        return
    packed = found.astype(_DTYPE).tobytes()
    connection.execute("INSERT INTO signatures VALUES (?, ?)", (key, packed))
    rows = [(band, key) for band in set(bands(found))]
    connection.executemany("INSERT INTO bands VALUES (?, ?)", rows)


def delete(connection: sqlite3.Connection, key: int) -> None:
    """Forget a document."""
    connection.execute("DELETE FROM bands WHERE document = ?", (key,))
    connection.execute("DELETE FROM signatures WHERE document = ?", (key,))


def similar(connection: sqlite3.Connection, key: int) -> list[tuple[str, float]]:
    """Return the documents nearly the same as another, as (id, similarity), the nearest first."""
    query = (
        "SELECT d.id, d.key, s.signature FROM documents d JOIN signatures s ON s.document = d.key"
        " WHERE d.key = ? OR d.key IN (SELECT o.document FROM bands b JOIN bands o"
        " ON o.band = b.band WHERE b.document = ?)"
    )
    found = {
        key_: (id_, _read(packed)) for id_, key_, packed in connection.execute(query, (key, key))
    }
    if key not in found:
        return []
    own = found.pop(key)[1]
    scored = [(id_, similarity(own, other)) for id_, other in found.values()]
    return sorted((one for one in scored if one[1] >= NEAR), key=lambda one: (-one[1], one[0]))


def _read(packed: bytes) -> Signature:
    return np.frombuffer(packed, dtype=_DTYPE).astype(np.uint32)
