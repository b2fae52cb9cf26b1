"""Responsibilities 责任分工 of a document: role clauses, columns of a task table, running text.

``role_clauses`` says who a clause charges and ``bodies`` how each is called; here the clause finds
its task: the section it closes. A table with a column 责任单位 states a task a row. In running
text only plain forms count (由甲牵头, 甲作为牵头单位, 甲负责…); their role is 负责, since there the
sentence says what each body does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.document import Document, Section, Table
from corpus.facts.bodies import is_body, level_of, may_be_body, normal_bodies, split_bodies
from corpus.facts.fact import Responsibility, Role
from corpus.facts.role_clauses import clauses_in, role_of
from corpus.fold import fold
from corpus.sections import is_spoken, section_at
from corpus.sentences import Span
from corpus.tables import columns, find_tables

_ROLE_COLUMN = re.compile(
    r"[\u4e00-\u9fff]{0,4}(?:责任|牵头|配合|负责|落实|协办|协同|主办|承办|主管|参与)"
    r"[\u4e00-\u9fff]{0,4}(?:单位|部门|处室|科室)(?:\(.*\))?"
)
_TASK_COLUMN = re.compile(r"任务|事项|工作|措施|内容|举措|项目|指标|要点|行动|目标")
_NUMBER_COLUMN = re.compile(r"序号|编号|序")

_VERB = re.compile(
    r"(?:牵头|负责|作为(?:牵头|责任|主管)(?:单位|部门))"
    r"(?!解释|人|同志|领导|的|制|单位|部门|起草|编制|组织编制)"
)
_HOW = re.compile(r"(?:统筹|具体|统一|共同|主要|组织|牵头|负责)$")
_BOUNDARY = re.compile(r".*(?:[。;:!?\n)]|(?<![自理缘])由(?!于))\s*", re.DOTALL)
"""Where the bodies before a verb may begin: a sentence, or 由."""
_LAST_WORDS = re.compile(r".*[,\s]", re.DOTALL)
_NAMES_MAX = 40
_SENTENCE_END = re.compile(r"[。;!?\n]|$")
_NAMED = re.compile(
    r"(?:[局厅委办部署]|委员会|办公[室厅]|领导小组|工作组|专班|海关|指挥部|银行)(?:\([^()]*\))?$"
)
_ANY = re.compile(
    r"各|即|有关|相关|主管|本|该|其|上级|下级|同级|所在|单位|企业|以上|居民委员会|村民委员会|业主委员会|政府|^办公室$"
    r"|^(?:推[动进]|支持|鼓励|建立|成立|领导小组办公室$)"
)
"""Words of no particular body: what everybody must do charges nobody by name."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What a clause charges with."""

    label: str = ""
    title: str = ""
    section: int | None = None


def find_responsibilities(
    document: Document, sections: Sequence[Section]
) -> tuple[Responsibility, ...]:
    """Return the responsibilities that ``document`` states, in text order."""
    text = document.text
    folded = fold(text)
    clauses = clauses_in(text, folded)
    tasks = _Tasks(text, sections, [clause.start for clause in clauses])
    found: list[Responsibility] = []
    for clause in clauses:
        task = tasks.closed_by(clause.start, clause.end)
        for part in clause.parts:
            found += _charged(part.role, part.names, task, (part.start, part.end))
    for table in find_tables(text, document.layout):
        found += _from_table(text, table, sections)
    taken = [(clause.start, clause.end) for clause in clauses]
    found += _from_running_text(text, folded, sections, taken)
    return tuple(sorted(dict.fromkeys(found), key=lambda fact: fact.start))


def _charged(role: Role, names: Sequence[str], task: _Task, span: Span) -> Iterator[Responsibility]:
    level = ""
    for written in names:
        level = level_of(written) or level
        for unit in normal_bodies(written, level=level):
            yield Responsibility(
                unit, written, role, task.label, task.title, task.section, span[0], span[1]
            )


class _Tasks:
    """The tasks of one document; ``starts`` are where its role clauses stand."""

    def __init__(self, text: str, sections: Sequence[Section], starts: Sequence[int]) -> None:
        self.text = text
        self.sections = sections
        self.children: dict[int, list[int]] = {}
        for section in sections:
            if section.parent is not None:
                self.children.setdefault(section.parent, []).append(section.position)
        self.charged = {section_at(sections, start) for start in starts}

    def closed_by(self, start: int, end: int) -> _Task:
        """Return the innermost section that holds the clause, or the one above that it closes."""
        position = section_at(self.sections, start)
        while position is not None and self._closes_the_one_above(position):
            position = self.sections[position].parent
        if position is None:
            return _Task()
        section = self.sections[position]
        title = section.title
        if section.start <= start < section.end:
            title = _without_clause(title, "".join(self.text[start:end].split()))
        return _Task(section.label, title, position)

    def _closes_the_one_above(self, position: int) -> bool:
        """Whether a clause in the last of several spoken points speaks for all of them.

        一是…；二是…。（责任单位：…） charges with the task that holds 一是 and 二是, unless the
        points have clauses of their own.
        """
        section = self.sections[position]
        if section.parent is None or not is_spoken(section):
            return False
        sisters = self.children[section.parent]
        others = sisters[: sisters.index(position)]
        return bool(others) and position == sisters[-1] and not self.charged.intersection(others)


def _without_clause(title: str, clause: str) -> str:
    """A clause behind a heading on the same line is no part of the title."""
    at = title.find(clause)
    return title if at < 1 else title[: at - 1] + title[at + len(clause) + 1 :]


def _from_table(text: str, table: Table, sections: Sequence[Section]) -> Iterator[Responsibility]:
    """Read a table whose header names a column 责任单位: a task and its bodies a row."""
    if not table.header_rows or not table.rows:
        return
    header = [_squeezed(text, cell) for cell in columns(text, table.rows[table.header_rows - 1])]
    roles = {at: role_of(name) for at, name in enumerate(header) if _ROLE_COLUMN.fullmatch(name)}
    if not roles:
        return
    label_at, task_at = _task_columns(header, roles)
    above = _Task()
    for row in table.rows[table.header_rows :]:
        cells = columns(text, row)
        label = _cell(text, cells, label_at)
        title = _cell(text, cells, task_at)
        # A cell that several rows share is written in the first of them only.
        task = _Task(label, title, section_at(sections, row[0])) if title else above
        above = task
        for column, role in roles.items():
            if column < len(cells):
                names = split_bodies(text[slice(*cells[column])])
                bodies = [name for name in names if may_be_body(name)]
                yield from _charged(role, bodies, task, cells[column])


def _task_columns(header: Sequence[str], roles: dict[int, Role]) -> tuple[int | None, int | None]:
    """Return the columns of the number and of the task."""
    free = [at for at in range(len(header)) if at not in roles]
    numbers = [at for at in free if _NUMBER_COLUMN.fullmatch(header[at])]
    others = [at for at in free if at not in numbers]
    tasks = [at for at in others if _TASK_COLUMN.search(header[at])] or others
    return numbers[0] if numbers else None, tasks[0] if tasks else None


def _cell(text: str, cells: Sequence[Span], column: int | None) -> str:
    return "" if column is None or column >= len(cells) else _squeezed(text, cells[column])


def _squeezed(text: str, span: Span) -> str:
    return "".join(text[span[0] : span[1]].split())


def _from_running_text(
    text: str, folded: str, sections: Sequence[Section], taken: Sequence[Span]
) -> Iterator[Responsibility]:
    """Find bodies that a sentence charges by name; ``taken`` are the clauses found before."""
    for verb in _VERB.finditer(folded):
        start = _names_start(folded, verb)
        if start is None or _inside(taken, verb.start()):
            continue
        names = split_bodies(_HOW.sub("", text[start : verb.start()]))
        if not names or not all(_is_named(name) for name in names):
            continue
        position = section_at(sections, start)
        section = None if position is None else sections[position]
        task = _Task(section.label, section.title, position) if section else _Task()
        yield from _charged("负责", names, task, (start, _sentence_end(folded, verb.end())))


def _names_start(folded: str, verb: re.Match[str]) -> int | None:
    """Return where the bodies before a verb begin; None when other words stand between."""
    first = max(verb.start() - _NAMES_MAX, 0)
    before = folded[first : verb.start()]
    boundary = _BOUNDARY.match(before.rstrip(")"))
    if boundary is None and first:
        return None
    start = boundary.end() if boundary else 0
    if "," in before[start:] and not verb[0].startswith("作为"):
        return None
    last_words = _LAST_WORDS.match(before, start)
    return first + (last_words.end() if last_words else start)


def _is_named(name: str) -> bool:
    folded = fold(name)
    return is_body(name) and _NAMED.search(folded) is not None and _ANY.search(folded) is None


def _inside(clauses: Sequence[Span], offset: int) -> bool:
    position = bisect_right(clauses, offset, key=lambda span: span[0]) - 1
    return position >= 0 and offset < clauses[position][1]


def _sentence_end(folded: str, start: int) -> int:
    end = _SENTENCE_END.search(folded, start)
    return end.start() if end else len(folded)
