"""The facts in the library: their tables, and how they are found again.

The functions work on the store's connection, inside its transactions. What is searched is kept
folded beside what is shown, in a narrow index that one query reads through. References are kept as
the text names them; which documents of the library they are is worked out when asked, so that it
follows every addition and removal.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from corpus.document import Document, Section
from corpus.facts import FACTS_VERSION, Facts, Reference, Responsibility, Target
from corpus.facts.bodies import bare_name, body_key, is_body
from corpus.facts.indicators import normal_indicator
from corpus.facts.references import number_key, title_key
from corpus.fold import squeeze
from corpus.sections import section_path

Row = TypeVar("Row")
Fact = Target | Responsibility | Reference

_KEYS_A_QUERY = 500
_KEYS_AT_ONCE = 20_000
_LEVELS = "省市县区州旗盟镇乡"
_ORGAN_ABOVE = re.compile(r"(?:委|政府|人民政府)$")
"""省委组织部, 市政府办公室: the organ of a level stands before its department."""
_LEVEL_WORDS = f"{_LEVELS}各级自治全国家中央共"
"""Characters of what stands before a body's name without naming a place: 省级, 各市, 国家."""

SCHEMA = """
CREATE TABLE targets (
    key INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    position INTEGER NOT NULL,
    subject TEXT NOT NULL,
    indicator TEXT NOT NULL,
    comparator TEXT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    value_max DOUBLE PRECISION,
    unit TEXT NOT NULL,
    value_base DOUBLE PRECISION NOT NULL,
    value_max_base DOUBLE PRECISION,
    unit_base TEXT NOT NULL,
    year INTEGER,
    year_from TEXT,
    per_year INTEGER NOT NULL,
    binding TEXT,
    section INTEGER,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    figure_start INTEGER NOT NULL,
    figure_end INTEGER NOT NULL,
    subject_from TEXT,
    quote TEXT NOT NULL,
    section_path TEXT NOT NULL,
    indicator_key TEXT NOT NULL,
    subject_key TEXT NOT NULL,
    unit_key TEXT NOT NULL
);
CREATE INDEX targets_by_document ON targets
    (document, position, indicator_key, subject_key, unit_key, year);
CREATE TABLE responsibilities (
    key INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    position INTEGER NOT NULL,
    unit TEXT NOT NULL,
    written TEXT NOT NULL,
    role TEXT NOT NULL,
    task_label TEXT NOT NULL,
    task_title TEXT NOT NULL,
    section INTEGER,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    quote TEXT NOT NULL,
    section_path TEXT NOT NULL,
    body TEXT NOT NULL,
    level TEXT NOT NULL,
    unit_key TEXT NOT NULL
);
CREATE INDEX responsibilities_by_document ON responsibilities
    (document, position, body, level, role, unit_key);
CREATE TABLE citations (
    key INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    position INTEGER NOT NULL,
    title TEXT,
    number TEXT,
    role TEXT NOT NULL,
    section INTEGER,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    quote TEXT NOT NULL,
    section_path TEXT NOT NULL,
    title_key TEXT NOT NULL,
    number_key TEXT NOT NULL
);
CREATE INDEX citations_by_document ON citations (document, position);
CREATE INDEX citations_by_title ON citations (title_key);
CREATE INDEX citations_by_number ON citations (number_key);
CREATE TABLE names (
    document INTEGER PRIMARY KEY,
    title_key TEXT NOT NULL,
    number_key TEXT NOT NULL,
    facts_version INTEGER NOT NULL
);
CREATE INDEX names_by_title ON names (title_key);
CREATE INDEX names_by_number ON names (number_key);
"""
"""``names``: what each document is cited by, and the version its facts were found with."""

_SOURCE = "d.id, d.title, d.region, d.source_name, f.section_path, f.quote"
_TARGET = (
    "f.subject, f.indicator, f.comparator, f.value, f.value_max, f.unit, f.value_base,"
    " f.value_max_base, f.unit_base, f.year, f.year_from, f.per_year, f.binding, f.section,"
    " f.start_at, f.end_at, f.figure_start, f.figure_end, f.subject_from"
)
_RESPONSIBILITY = (
    "f.unit, f.written, f.role, f.task_label, f.task_title, f.section, f.start_at, f.end_at"
)
_REFERENCE = "f.title, f.number, f.role, f.section, f.start_at, f.end_at"
_SOURCE_WIDTH = 6


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """Which targets are wanted; empty fields do not restrict.

    ``indicator``, ``subject`` and ``unit`` are parts of names, width and spaces aside; an
    indicator is found by its normal form too (``normal_indicator``), a unit by its base (元 finds
    亿元). ``regions`` are full names.
    ``words``: one of them stands in the indicator or the subject.
    """

    regions: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    indicator: str = ""
    subject: str = ""
    unit: str = ""
    year: int | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponsibilityFilter:
    """Which responsibilities are wanted; empty fields do not restrict.

    ``unit`` is the name of a body, long or short, with or without its level: 发改委 finds every
    level, 省发改委 no 市发展改革委, 绍兴市发改委 what documents of 绍兴市 call 市发改委. What is no
    whole name (科技) is looked for inside the names.
    """

    regions: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    unit: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where a fact stands: its document, the headings above it, its clause word for word."""

    document_id: str
    title: str
    region: str | None
    source_name: str
    section_path: tuple[str, ...]
    quote: str


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target and where it stands."""

    source: FactSource
    target: Target


@dataclass(frozen=True, slots=True)
class ResponsibilityRow:
    """A responsibility and where it stands."""

    source: FactSource
    responsibility: Responsibility


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """A reference, where it stands, and the ids of the graph's nodes that it names.

    More than one only where the library holds several documents of the number named.
    """

    source: FactSource
    reference: Reference
    cited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """A document that cites or is cited; ``held``: it is in the library and ``id`` is its id."""

    id: str
    held: bool
    title: str | None
    number: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class ReferenceGraph:
    """Who cites whom: ``edges`` by document (in order of file name), then in text order."""

    nodes: tuple[CitedDocument, ...]
    edges: tuple[ReferenceRow, ...]


@dataclass(frozen=True, slots=True)
class FactPage(Generic[Row]):
    """Part of a list of facts, by document (in order of file name), then in text order.

    ``total`` counts the whole list.
    """

    total: int
    rows: tuple[Row, ...]


# -- writing -------------------------------------------------------------------------------------


def count(facts: Facts) -> int:
    """Return how many keys the facts take."""
    return len(facts.targets) + len(facts.responsibilities) + len(facts.references)


def insert(
    connection: sqlite3.Connection,
    document_key: int,
    first_key: int,
    document: Document,
    sections: Sequence[Section],
    facts: Facts,
) -> None:
    """Write a document's facts; they take the keys from ``first_key`` on."""
    key = first_key
    tables: tuple[tuple[str, Sequence[Fact]], ...] = (
        ("targets", facts.targets),
        ("responsibilities", facts.responsibilities),
        ("citations", facts.references),
    )
    for table, found in tables:
        rows = [
            (key + position, document_key, position, *_columns(fact, document, sections))
            for position, fact in enumerate(found)
        ]
        key += len(rows)
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    metadata = document.metadata
    names = (title_key(metadata.title), number_key(metadata.doc_number or ""))
    row = (document_key, *names, FACTS_VERSION)
    connection.execute("INSERT INTO names VALUES (?, ?, ?, ?)", row)


def delete(connection: sqlite3.Connection, document_key: int) -> None:
    """Forget a document's facts."""
    for table in ("targets", "responsibilities", "citations", "names"):
        connection.execute(f"DELETE FROM {table} WHERE document = ?", (document_key,))


def outdated(connection: sqlite3.Connection) -> list[str]:
    """Return the ids of the documents whose facts another version found, as they were added."""
    query = (
        "SELECT d.id FROM documents d LEFT JOIN names n ON n.document = d.key"
        " WHERE n.facts_version IS NULL OR n.facts_version <> ? ORDER BY d.key"
    )
    return [id_ for (id_,) in connection.execute(query, (FACTS_VERSION,))]


def _columns(fact: Fact, document: Document, sections: Sequence[Section]) -> tuple[Any, ...]:
    """Return the columns of a fact after its position."""
    stated = [getattr(fact, name) for name in type(fact).__slots__]
    quote = document.text[fact.start : fact.end]
    path = json.dumps(section_path(sections, fact.section), ensure_ascii=False)
    return (*stated, quote, path, *_keys(fact))


def _keys(fact: Fact) -> tuple[str, ...]:
    """Return what a fact is found by."""
    if isinstance(fact, Target):
        indicator = _both_forms(fact.indicator)
        return "\n".join(indicator), squeeze(fact.subject), squeeze(f"{fact.unit}|{fact.unit_base}")
    if isinstance(fact, Responsibility):
        return body_key(fact.unit), _level(fact.unit), squeeze(fact.unit)
    return title_key(fact.title or ""), number_key(fact.number or "")


def _both_forms(indicator: str) -> tuple[str, ...]:
    """Return an indicator as written and in its normal form, each once.

    >>> _both_forms("高企数量")
    ('高企数量', '高新技术企业')
    """
    written = squeeze(indicator)
    return tuple(dict.fromkeys((written, squeeze(normal_indicator(written)))))


def _level(unit: str) -> str:
    """Return the level that a body's name states, by itself or in its place; "" for none.

    >>> _level("市科技局"), _level("绍兴市经信委"), _level("省委组织部"), _level("科技局")
    ('市', '市', '省', '')
    """
    name = squeeze(unit)
    before = _ORGAN_ABOVE.sub("", name.removesuffix(bare_name(name)))
    return before[-1] if before != name and before and before[-1] in _LEVELS else ""


# -- finding -------------------------------------------------------------------------------------


class _Condition:
    """A condition on ``documents d`` and a table of facts ``f``, made up of parts."""

    def __init__(self) -> None:
        self.parts = ["1 = 1"]
        self.values: list[Any] = []
        self.searches = False

    def among(self, column: str, accepted: Sequence[object]) -> None:
        if accepted:
            self.parts.append(f"{column} IN ({', '.join('?' * len(accepted))})")
            self.values += accepted

    def equal(self, column: str, value: object) -> None:
        if value not in (None, ""):
            self.among(column, (value,))

    def contains(self, column: str, *words: str) -> None:
        """Ask for one of ``words`` inside a folded column."""
        self.contains_in((column,), *words)

    def contains_in(self, columns: Sequence[str], *words: str) -> None:
        """Ask for one of ``words`` inside any of the folded columns."""
        wanted = [(column, word) for word in words if word for column in columns]
        if wanted:
            tests = [f"instr({column}, ?) > 0" for column, _ in wanted]
            self.parts.append(f"({' OR '.join(tests)})")
            self.values += [word for _, word in wanted]
            self.searches = True

    @property
    def where(self) -> str:
        return " AND ".join(self.parts)


def targets(
    connection: sqlite3.Connection, filters: TargetFilter, *, limit: int | None, offset: int
) -> FactPage[TargetRow]:
    """Return the targets that pass the filter."""
    condition = _Condition()
    condition.among("d.region", filters.regions)
    condition.among("d.id", filters.document_ids)
    # 数字经济增加值 is stored as the subject 数字经济 with the indicator 增加值
    condition.contains("f.subject_key || f.indicator_key", *_both_forms(filters.indicator))
    condition.contains("f.subject_key", squeeze(filters.subject))
    condition.contains("f.unit_key", squeeze(filters.unit))
    condition.equal("f.year", filters.year)
    condition.contains_in(("f.indicator_key", "f.subject_key"), *map(squeeze, filters.words))
    total, keys = _find(connection, "targets", condition, limit, offset)
    rows = _rows(connection, "targets", f"{_SOURCE}, {_TARGET}", keys)
    return FactPage(total, tuple(TargetRow(_source(row), _target(row)) for row in rows))


def responsibilities(
    connection: sqlite3.Connection, filters: ResponsibilityFilter, *, limit: int | None, offset: int
) -> FactPage[ResponsibilityRow]:
    """Return the responsibilities that pass the filter."""
    condition = _Condition()
    condition.among("d.region", filters.regions)
    condition.among("d.id", filters.document_ids)
    condition.equal("f.role", filters.role)
    _ask_for_body(connection, condition, squeeze(filters.unit))
    total, keys = _find(connection, "responsibilities", condition, limit, offset)
    rows = _rows(connection, "responsibilities", f"{_SOURCE}, {_RESPONSIBILITY}", keys)
    return FactPage(
        total,
        tuple(
            ResponsibilityRow(_source(row), Responsibility(*row[_SOURCE_WIDTH:])) for row in rows
        ),
    )


def _ask_for_body(connection: sqlite3.Connection, condition: _Condition, unit: str) -> None:
    if not is_body(unit):
        condition.contains("f.unit_key", unit)
        return
    place = _place(connection, unit)
    own = place[-1:] + unit[len(place) :] if place else unit
    condition.equal("f.body", body_key(own))
    if level := _level(own):
        condition.among("f.level", ("", level))
    if place:
        # Not LIKE: what an asker writes may hold its wildcards. 青禾市 asks for 青禾市石桥区 too,
        # 石桥省青禾市 for 青禾市, 青禾市发改委 for what any document calls by this name.
        condition.parts.append(
            "(substr(d.region, 1, ?) = ? OR substr(?, ? - length(d.region) + 1) = d.region"
            " OR substr(f.unit_key, 1, ?) = ?)"
        )
        condition.values += [len(place), place, place, len(place), len(place), place]


def _place(connection: sqlite3.Connection, unit: str) -> str:
    """Return the place that a body's name begins with: one of the library's regions or another."""
    regions = connection.execute("SELECT DISTINCT region FROM documents WHERE region IS NOT NULL")
    begun = [str(name) for (name,) in regions if unit.startswith(name)]
    place = max(begun, key=len, default="") or unit.removesuffix(bare_name(unit))
    return place if place.strip(_LEVEL_WORDS) and len(place) < len(unit) - 1 else ""


def bodies(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the normal forms of all bodies charged with something, in code point order."""
    found = connection.execute("SELECT DISTINCT unit FROM responsibilities")
    return tuple(sorted(unit for (unit,) in found))


def _find(
    connection: sqlite3.Connection,
    table: str,
    condition: _Condition,
    limit: int | None,
    offset: int,
) -> tuple[int, list[int]]:
    """Return how many facts there are and the keys of those wanted.

    A search reads through all facts, so what it finds is counted in the same pass unless it is
    much; otherwise counting is quick and the pass ends where the page does. CROSS JOIN keeps the
    documents, which are in order, outside.
    """
    rest = f"FROM documents d CROSS JOIN {table} f WHERE f.document = d.key AND {condition.where}"
    ordered = f"SELECT f.key {rest} ORDER BY d.source_name, d.key, f.position"
    last = None if limit is None else offset + limit
    if condition.searches:
        some = connection.execute(ordered, condition.values).fetchmany(_KEYS_AT_ONCE)
        if len(some) < _KEYS_AT_ONCE:
            return len(some), [key for (key,) in some[offset:last]]
    total = connection.execute(f"SELECT COUNT(*) {rest}", condition.values).fetchone()[0]
    bounds = (2**31 if limit is None else limit, offset)
    found = connection.execute(f"{ordered} LIMIT ? OFFSET ?", (*condition.values, *bounds))
    return total, [key for (key,) in found]


def _rows(
    connection: sqlite3.Connection, table: str, columns: str, keys: Sequence[int]
) -> Iterator[Sequence[Any]]:
    """Yield the columns of the keys, in the order of the keys."""
    for start in range(0, len(keys), _KEYS_A_QUERY):
        some = keys[start : start + _KEYS_A_QUERY]
        query = (
            f"SELECT f.key, {columns} FROM {table} f JOIN documents d ON d.key = f.document"
            f" WHERE f.key IN ({', '.join('?' * len(some))})"
        )
        found = {key: row for key, *row in connection.execute(query, some)}
        yield from (found[key] for key in some)


def _source(row: Sequence[Any]) -> FactSource:
    id_, title, region, source_name, path, quote = row[:_SOURCE_WIDTH]
    return FactSource(id_, title, region, source_name, tuple(json.loads(path)), quote)


def _target(row: Sequence[Any]) -> Target:
    stated = list(row[_SOURCE_WIDTH:])
    per_year = Target.__slots__.index("per_year")
    stated[per_year] = bool(stated[per_year])
    return Target(*stated)


# -- references ----------------------------------------------------------------------------------


def references(
    connection: sqlite3.Connection, document_ids: Sequence[str] | None
) -> ReferenceGraph:
    """Return what the documents cite and what cites them; None: the graph of the whole library.

    A number decides where both sides state one; else the title does, when only one document of the
    library bears it. What a document repeals may bear its own title: it is not itself.
    """
    held = _held(connection)
    wanted = None if document_ids is None else set(document_ids)
    keys = _citation_keys(connection, document_ids)
    resolved = _resolved(connection, keys)
    names = _Unheld()
    edges: list[ReferenceRow] = []
    columns = f"{_SOURCE}, {_REFERENCE}, f.title_key, f.number_key"
    for key, row in zip(keys, _rows(connection, "citations", columns, keys), strict=True):
        reference = Reference(*row[_SOURCE_WIDTH:-2])
        cited = tuple(sorted(held[one].id for one in resolved.get(key, ())))
        source = _source(row)
        if wanted is not None and source.document_id not in wanted and not wanted & {*cited}:
            continue
        edges.append(
            ReferenceRow(source, reference, cited or (names.add(reference, row[-2], row[-1]),))
        )
    edges = [names.settled(edge) for edge in edges]
    touched = {edge.source.document_id for edge in edges} | {id_ for e in edges for id_ in e.cited}
    touched |= wanted or set()
    inside = [node for node in held.values() if node.id in touched]
    return ReferenceGraph((*inside, *names.nodes(touched)), tuple(edges))


def _held(connection: sqlite3.Connection) -> dict[int, CitedDocument]:
    query = "SELECT key, id, title, doc_number, region FROM documents ORDER BY source_name, key"
    return {
        key: CitedDocument(id_, True, title, number, region)
        for key, id_, title, number, region in connection.execute(query)
    }


_MATCHES = (
    "SELECT c.key, n.document FROM citations c JOIN names n ON n.number_key = c.number_key"
    " WHERE c.number_key <> '' AND n.document <> c.document AND {where}",
    "SELECT c.key, n.document FROM citations c JOIN names n ON n.title_key = c.title_key"
    " WHERE c.title_key <> '' AND (c.number_key = '' OR n.number_key = '')"
    " AND n.document <> c.document AND {where}",
)


def _citation_keys(connection: sqlite3.Connection, document_ids: Sequence[str] | None) -> list[int]:
    """Return the citations in and of the documents, in order."""
    where, values = "1 = 1", list[Any]()
    if document_ids is not None:
        own = f"SELECT key FROM documents WHERE id IN ({', '.join('?' * len(document_ids))})"
        where = (
            f"(c.document IN ({own}) OR c.number_key IN"
            f" (SELECT number_key FROM names WHERE number_key <> '' AND document IN ({own}))"
            f" OR c.title_key IN"
            f" (SELECT title_key FROM names WHERE title_key <> '' AND document IN ({own})))"
        )
        values = [*document_ids] * 3
    query = (
        "SELECT c.key FROM citations c JOIN documents d ON d.key = c.document"
        f" WHERE {where} ORDER BY d.source_name, d.key, c.position"
    )
    return [key for (key,) in connection.execute(query, values)]


def _resolved(connection: sqlite3.Connection, keys: Sequence[int]) -> dict[int, set[int]]:
    """Return the documents that citations name, by the keys of both."""
    found: dict[int, set[int]] = {}
    by_number, by_title = (_matches(connection, query, keys) for query in _MATCHES)
    found |= {key: documents for key, documents in by_title.items() if len(documents) == 1}
    return found | by_number


def _matches(
    connection: sqlite3.Connection, query: str, keys: Sequence[int]
) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for start in range(0, len(keys), _KEYS_A_QUERY):
        some = keys[start : start + _KEYS_A_QUERY]
        where = f"c.key IN ({', '.join('?' * len(some))})"
        for key, document in connection.execute(query.format(where=where), some):
            found[key].add(document)
    return found


class _Unheld:
    """The documents cited that the library does not hold, each once.

    What is cited by title alone is the document of that title and one number, where others state
    the number.
    """

    def __init__(self) -> None:
        self._cited: dict[str, CitedDocument] = {}
        self._numbers: dict[str, set[str]] = defaultdict(set)

    def add(self, reference: Reference, title: str, number: str) -> str:
        """Note a reference and return the id of its node, for now."""
        id_ = f"cited:{number or title}"
        known = self._cited.get(id_, CitedDocument(id_, False, None, None, None))
        self._cited[id_] = CitedDocument(
            id_, False, known.title or reference.title, known.number or reference.number, None
        )
        if title and number:
            self._numbers[f"cited:{title}"].add(id_)
        return id_

    def settled(self, edge: ReferenceRow) -> ReferenceRow:
        """Return an edge with the node's id for good."""
        return ReferenceRow(edge.source, edge.reference, tuple(map(self._settled, edge.cited)))

    def _settled(self, id_: str) -> str:
        numbered = self._numbers.get(id_, ())
        return next(iter(numbered)) if len(numbered) == 1 else id_

    def nodes(self, touched: Iterable[str]) -> list[CitedDocument]:
        """Return those that are still named, in the order of their ids."""
        return [self._cited[id_] for id_ in sorted({*touched} & {*self._cited})]
