"""The tables of ``library.sqlite``, and how those of an older format become these.

The SQL keeps to what SQLite and PostgreSQL share, but for ``upgrade`` and the ``instr`` of facts.
"""

from __future__ import annotations

import sqlite3

from index import facts, near

COUNTERS = {"generation": "0", "next_document": "1", "next_passage": "1", "next_fact": "1"}
"""What ``meta`` counts, and where it begins."""

_LIBRARY = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    source_name TEXT NOT NULL,
    title TEXT NOT NULL,
    doc_number TEXT,
    issuer TEXT,
    region TEXT,
    date_written TEXT,
    date_published TEXT,
    period_first INTEGER,
    period_last INTEGER,
    genre TEXT,
    addressees TEXT,
    signed_by TEXT,
    validity TEXT,
    untitled INTEGER NOT NULL,
    inferred TEXT NOT NULL,
    spans TEXT NOT NULL,
    year_first INTEGER,
    year_last INTEGER,
    names TEXT NOT NULL,
    characters INTEGER NOT NULL,
    sections INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    first_passage INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    generation INTEGER NOT NULL
);
CREATE INDEX documents_by_generation ON documents (generation);
CREATE INDEX documents_by_region ON documents (region);
CREATE INDEX documents_by_name ON documents (source_name);
CREATE TABLE texts (document INTEGER PRIMARY KEY, text BLOB NOT NULL, layout TEXT NOT NULL);
CREATE TABLE sections (
    document INTEGER NOT NULL,
    position INTEGER NOT NULL,
    parent INTEGER,
    depth INTEGER NOT NULL,
    level INTEGER NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    title TEXT NOT NULL,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    body_end INTEGER NOT NULL,
    PRIMARY KEY (document, position)
);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    section INTEGER,
    section_path TEXT NOT NULL,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    text TEXT NOT NULL,
    page INTEGER,
    header TEXT NOT NULL
);
CREATE INDEX passages_by_document ON passages (document);
CREATE TABLE vectors (passage INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE removals (
    document INTEGER PRIMARY KEY,
    first_passage INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    generation INTEGER NOT NULL
);
CREATE INDEX removals_by_generation ON removals (generation);
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY,
    created_at TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    rating INTEGER NOT NULL,
    comment TEXT NOT NULL,
    citations TEXT NOT NULL
);
"""
_STATEMENTS = [
    one.strip() for one in (_LIBRARY + near.SCHEMA + facts.SCHEMA).split(";") if one.strip()
]
_EMPTY = {"spans": "'[]'"}
"""What a column that an older format lacks holds at first, where that is not ''."""


def create(connection: sqlite3.Connection) -> None:
    """Make all tables, empty."""
    for statement in _STATEMENTS:
        connection.execute(statement)


def upgrade(connection: sqlite3.Connection) -> None:
    """Give a library of any older format the tables of this one, so that its texts can be read.

    What only the texts can tell stays empty: whoever upgrades rebuilds.
    """
    for statement in _STATEMENTS:
        _, kind, name, *_ = statement.split()
        if kind == "TABLE":
            _renew(connection, name, statement)
        else:
            connection.execute(statement.replace("INDEX ", "INDEX IF NOT EXISTS ", 1))
    known = {name for (name,) in connection.execute("SELECT name FROM meta")}
    missing = [(name, value) for name, value in COUNTERS.items() if name not in known]
    connection.executemany("INSERT INTO meta (name, value) VALUES (?, ?)", missing)


def _renew(connection: sqlite3.Connection, table: str, statement: str) -> None:
    """Make a table that is not there, or make it anew with what its old columns hold."""
    old = _columns(connection, table)
    if not old:
        connection.execute(statement)
        return
    connection.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    connection.execute(statement)
    new = _columns(connection, table)
    if list(new) == list(old):
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f"ALTER TABLE old_{table} RENAME TO {table}")
        return
    held = [
        name if name in old else _EMPTY.get(name, "''") if new[name] else "NULL" for name in new
    ]
    connection.execute(f"INSERT INTO {table} SELECT {', '.join(held)} FROM old_{table}")
    connection.execute(f"DROP TABLE old_{table}")


def _columns(connection: sqlite3.Connection, table: str) -> dict[str, bool]:
    """Return the columns of a table, and whether each must hold something."""
    rows = connection.execute(f"PRAGMA table_info({table})")
    return {name: bool(needed) for _, name, _, needed, *_ in rows}
