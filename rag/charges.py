"""Who is charged with what, from the responsibilities kept with the documents.

All tasks of a body (市科技局负责哪些任务) and all bodies of a task are looked up, not searched for:
every row there is, so that the count holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from corpus.document import Section
from corpus.facts.bodies import bare_name, level_of
from corpus.fold import squeeze
from corpus.sections import section_at
from index.facts import ResponsibilityFilter, ResponsibilityRow
from index.hit import Filters, Span
from index.index import Index
from rag.bodies import LEVELS, KnownBodies
from rag.matching import pair_texts
from rag.query import PLACE_SUFFIX, Query
from rag.quotes import Extraction, Quote, summary, without_single_label

COLUMNS = ("文件", "任务", "角色", "原文")
TASK_COLUMNS = ("任务", "角色", "单位")
_BETWEEN = " \t\n,，;；、.。()（）|"
"""What may stand between the parts of one clause: 牵头单位：甲，配合单位：乙."""
TITLE_SHARE = 0.5
"""Share of a title's character pairs, those of its place left out, by which a question names it."""
NEARLY = 0.8
NAMES_DOCUMENT = re.compile("计划|方案|意见|规划|办法|通知|报告|条例|文件|政策|措施|规定|《")
TOGETHER = re.compile("共同|一起|同时|联合|都要|都参与")
ALONE = re.compile("单独|独立|一家|独自|独家|只由|仅由")
UNAIDED = re.compile("(?:没有|无|不含|不用)(?:其他)?配合")
_ROLES = ("牵头", "责任", "负责", "配合")
_LEADS = re.compile("牵头")
CLAUSE_REACH = 5000
"""How far after a sentence the role clause of its task is looked for, in characters."""
_REACH = 3000
"""How far before a clause in a table its task is looked for, in characters."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a body is charged with at one place of a document; ``rows`` by their clauses."""

    document_id: str
    title: str
    section: int | None
    rows: tuple[ResponsibilityRow, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles, the leading one first."""
        said = {row.responsibility.role for row in self.rows}
        return tuple(role for role in _ROLES if role in said)

    @property
    def span(self) -> Span:
        """From the first clause to the last."""
        facts = [row.responsibility for row in self.rows]
        return min(fact.start for fact in facts), max(fact.end for fact in facts)


class Charges:
    """Looks up tasks of bodies."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known = (index.id, KnownBodies(index.bodies()))

    @property
    def known(self) -> KnownBodies:
        """The bodies that the library charges with something."""
        if self._known[0] != self._index.id:
            self._known = (self._index.id, KnownBodies(self._index.bodies()))
        return self._known[1]

    def closing(self, document_id: str, start: int) -> tuple[ResponsibilityRow, ...]:
        """Who is charged, at their end, with the task or tasks that hold ``start``.

        The rows of the nearest clause after ``start`` that closes its section or one above.
        """
        sections = self._index.sections(document_id)
        rows = self._index.responsibilities(ResponsibilityFilter(document_ids=(document_id,))).rows
        position = section_at(sections, start)
        while position is not None:
            after = [
                row
                for row in rows
                if row.responsibility.section == position
                and row.responsibility.role != "负责"
                and start <= row.responsibility.start < start + CLAUSE_REACH
            ]
            if after:
                return tuple(row for row in after if _place(row) == _place(after[0]))
            position = sections[position].parent
        return ()

    def clause(self, rows: Sequence[ResponsibilityRow]) -> Quote:
        """The clause that charges the bodies of one task, with a row of the table a body."""
        text = self._index.document(rows[0].source.document_id).text
        start, end = rows[0].responsibility.start, rows[0].responsibility.end
        cells = []
        for row in rows:
            fact = row.responsibility
            if text[end : fact.start].strip(_BETWEEN):
                break
            end = max(end, fact.end)
            cells.append((f"{fact.task_label}{fact.task_title}", fact.role, fact.unit))
        return Quote(rows[0].source.document_id, (start, end), rows=tuple(cells))

    def of_bodies(self, query: Query, *, filters: Filters) -> Extraction:
        """Every task of the bodies that ``query`` names, with its clause; no quotes for none."""
        filters = filters if filters.regions else replace(filters, regions=query.regions)
        found = [self._rows(query, body, filters) for body in query.bodies]
        tasks = _tasks(row for rows in found for row in rows)
        if len(found) > 1 and TOGETHER.search(query.text):
            each = [{_place(row) for row in rows} for rows in found]
            tasks = [task for task in tasks if all(_place(task.rows[0]) in one for one in each)]
        tasks = self._in_named_documents(query, tasks)
        if ALONE.search(query.text):
            tasks = self._alone(query, tasks)
        asked = _with_roles(tasks, wanted_roles(squeeze(query.text)))
        if not (asked or tasks):
            return Extraction()
        searched = self._index.documents(filters, limit=0).total
        head = _headline(query, asked or tasks, searched, missing=not asked)
        quotes = [quote for task in asked or tasks for quote in self._quotes(task)]
        return Extraction(
            (summary(head), *without_single_label(quotes)), columns=COLUMNS, exhaustive=True
        )

    def alike(self, query: Query, *, filters: Filters) -> list[Task]:
        """Tasks of the bodies whose names look like those asked for, one for each body."""
        filters = filters if filters.regions else replace(filters, regions=query.regions)
        names = {name for body in query.bodies for name in self.known.alike(body, self.known.units)}
        if not names:
            return []
        rows = self._index.responsibilities(self._filter(filters, "")).rows
        first = {
            row.responsibility.unit: row
            for row in reversed(rows)
            if row.responsibility.unit in names
        }
        order = [name for body in query.bodies for name in self.known.alike(body, tuple(first))]
        return [task for name in dict.fromkeys(order) for task in _tasks([first[name]])]

    def _rows(self, query: Query, body: str, filters: Filters) -> tuple[ResponsibilityRow, ...]:
        """The rows of one body: of its own level where there are any, else of none stated."""
        found: list[ResponsibilityRow] = []
        for region in filters.regions or ("",):
            inside = replace(filters, regions=(region,)) if region else filters
            for name in self.known.meant(body):
                if rows := self._of_level(name, region, inside):
                    found += rows
                    break
        if not found and filters.regions and not filters.document_ids:
            found = self._by_place(query, body, filters)
        return tuple(found)

    def _of_level(self, name: str, region: str, filters: Filters) -> Sequence[ResponsibilityRow]:
        """The rows of a body of the level asked for; of any level where there is none."""
        asked = level_of(name)
        level = region[-1:] if region[-1:] in tuple(LEVELS) and not asked else ""
        for unit in dict.fromkeys((level + name, name, bare_name(name))):
            rows = self._index.responsibilities(self._filter(filters, unit)).rows
            own = [row for row in rows if _is_of_level(row, asked)] if asked else rows
            if own or rows:
                return own or rows
        return ()

    def _by_place(self, query: Query, body: str, filters: Filters) -> list[ResponsibilityRow]:
        """A place's body may be charged by another's document, which then names the place.

        Else by documents that do not say which place they are of.
        """
        names = {PLACE_SUFFIX.sub("", squeeze(place.written)) for place in query.places}
        rows = self._index.responsibilities(self._filter(replace(filters, regions=()), body)).rows
        named = [row for row in rows if any(name in row.responsibility.unit for name in names)]
        return named or [row for row in rows if row.source.region is None]

    def _filter(self, filters: Filters, unit: str) -> ResponsibilityFilter:
        ids = filters.document_ids
        if filters.issuers or filters.year_from or filters.year_to:
            ids = tuple(card.id for card in self._index.documents(filters).documents) or ("",)
        return ResponsibilityFilter(regions=filters.regions, document_ids=ids, unit=unit)

    def _in_named_documents(self, query: Query, tasks: list[Task]) -> list[Task]:
        """The tasks of the documents that the question names by title, if it names any."""
        if not NAMES_DOCUMENT.search(query.text):
            return tasks
        asked = set(pair_texts(squeeze(query.text)))
        shares = {task.document_id: named_share(asked, query, task.title) for task in tasks}
        best = max(shares.values(), default=0.0)
        if best < TITLE_SHARE:
            return tasks
        return [task for task in tasks if shares[task.document_id] >= NEARLY * best]

    def _alone(self, query: Query, tasks: list[Task]) -> list[Task]:
        """The tasks that name no other body in the role asked for; in any, where none may help."""
        roles = wanted_roles(squeeze(query.text))
        any_role = not roles or UNAIDED.search(query.text) is not None
        ids = tuple({task.document_id for task in tasks})
        bodies: dict[tuple[str, int | None, str], set[str]] = {}
        for row in self._index.responsibilities(ResponsibilityFilter(document_ids=ids)).rows:
            fact = row.responsibility
            if (any_role or fact.role in roles) and not fact.unit.startswith("各"):
                bodies.setdefault(_place(row), set()).add(fact.unit)
        return [task for task in tasks if len(bodies.get(_place(task.rows[0]), ())) == 1]

    def _quotes(self, task: Task) -> list[Quote]:
        """The heading of the task and each of its clauses, which are rows of the table."""
        text = self._index.document(task.document_id).text
        head = self._heading(task, text)
        quotes = [Quote(task.document_id, head, label=task.title)] if head else []
        clauses: dict[Span, list[str]] = {}
        for row in task.rows:
            fact = row.responsibility
            clauses.setdefault((fact.start, fact.end), []).append(fact.role)
        for span, roles in clauses.items():
            name = (
                f"{task.rows[0].responsibility.task_label}{task.rows[0].responsibility.task_title}"
            )
            cells = (task.title, name, "、".join(dict.fromkeys(roles)), text[slice(*span)].strip())
            quotes.append(Quote(task.document_id, span, label=task.title, rows=(cells,)))
        return quotes

    def _heading(self, task: Task, text: str) -> Span | None:
        """Where the task is named: the heading of its section, or the cell of a table."""
        fact, (start, _) = task.rows[0].responsibility, task.span
        section = self._section(task)
        if section and squeeze(section.title) == squeeze(fact.task_title):
            inside = section.start <= start < section.end
            return None if inside else (section.start, section.end)
        words = [re.escape(character) for character in fact.task_title if not character.isspace()]
        before = max(start - _REACH, 0)
        named = list(re.finditer(r"\s*".join(words), text[before:start])) if words else []
        if named:
            return before + named[-1].start(), before + named[-1].end()
        return (section.start, section.end) if section and section.end <= start else None

    def _section(self, task: Task) -> Section | None:
        sections = self._index.sections(task.document_id)
        return None if task.section is None else sections[task.section]


def wanted_roles(question: str) -> frozenset[str]:
    """Roles a question restricts itself to; empty when it asks for any.

    >>> sorted(wanted_roles("要配合哪几项工作(不是牵头的)"))
    ['配合']
    """
    said = re.sub(
        r"(?:不是|不含|不包括|没有|无|除了?)(?:作为)?(?:牵头|配合|责任)(?:单位|部门)?", "", question
    )
    both = {role for role in ("牵头", "配合") if role in said}
    return frozenset() if "责任单位" in said or len(both) == 2 else frozenset(both)


def _with_roles(tasks: Sequence[Task], wanted: frozenset[str]) -> list[Task]:
    """The tasks with the clauses of the wanted roles; running text leads where it says so."""
    if not wanted:
        return list(tasks)

    def fits(row: ResponsibilityRow) -> bool:
        role = row.responsibility.role
        leads = role == "负责" and "牵头" in wanted and _LEADS.search(row.source.quote) is not None
        return role in wanted or leads

    kept = [replace(task, rows=tuple(filter(fits, task.rows))) for task in tasks]
    return [task for task in kept if task.rows]


def _tasks(rows: Iterable[ResponsibilityRow]) -> list[Task]:
    """Rows of one task together, in the order of the documents."""
    together: dict[tuple[str, int | None, str], dict[ResponsibilityRow, None]] = {}
    for row in rows:
        together.setdefault(_place(row), {}).setdefault(row)
    return [
        Task(
            document_id,
            next(iter(some)).source.title,
            section,
            tuple(sorted(some, key=lambda row: row.responsibility.start)),
        )
        for (document_id, section, _), some in together.items()
    ]


def _is_of_level(row: ResponsibilityRow, level: str) -> bool:
    """Whether a body is of the level by its name or, where that says none, by its document."""
    said = level_of(row.responsibility.unit)
    region = row.source.region
    return said == level or (not said and (region is None or region.endswith(level)))


def _place(row: ResponsibilityRow) -> tuple[str, int | None, str]:
    fact = row.responsibility
    return row.source.document_id, fact.section, fact.task_label + fact.task_title


def named_share(asked: set[str], query: Query, title: str) -> float:
    """How much of a title a question says, its places and years left out."""
    bare = re.sub(r"\d{4}年?|[-—–~至()（）]", " ", squeeze(title))
    for place in query.places:
        bare = bare.replace(squeeze(place.name), " ").replace(squeeze(place.written), " ")
    pairs = set(pair_texts(bare))
    return len(pairs & asked) / len(pairs) if pairs else 0.0


def _headline(query: Query, tasks: Sequence[Task], searched: int, *, missing: bool) -> str:
    """What was found, in our words: 市科技局共12项任务（牵头8项、配合4项），查了5份文件."""
    named = list(dict.fromkeys(row.responsibility.unit for task in tasks for row in task.rows))
    names = "、".join(named if len(named) <= len(query.bodies) else query.bodies)
    counted = {role: sum(role in task.roles for task in tasks) for role in _ROLES}
    said = [f"{role}{count}项" for role, count in counted.items() if count]
    by_role = f"（{'、'.join(said)}）" if len(said) > 1 else ""
    looked = f"查了{searched}份文件"
    if missing:
        wanted = "、".join(sorted(wanted_roles(squeeze(query.text))))
        other = "、".join(role for role, count in counted.items() if count)
        return f"{looked}，没有写明{names}{wanted}的任务；写明{names}{other}的共{len(tasks)}项"
    return f"{names}共{len(tasks)}项任务{by_role}，{looked}"
