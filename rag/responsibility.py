"""Who is charged with what, read from the role clauses of the passages found.

Plans close a task with a clause in brackets, 责任单位：甲、乙 or 牵头单位：甲，配合单位：乙, or
say it in running text, 由甲牵头. This file reads such clauses where a question asks for them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from corpus.fold import fold, squeeze

Role = Literal["责任", "牵头", "配合"]

ROLE_HEAD = (
    r"(?:牵头|责任|配合|主办|协办|主管|参与|参加|落实|实施|承办|协助|主要负责|负责)"
    r"(?:[\u4e00-\u9fff]{2})?(?:单位|部门|处室|科室|领导|人)"
)
ROLE_CLAUSE = re.compile(
    rf"{ROLE_HEAD}\s*[:：][^\n()（）。]*(?:[(（][^()（）]*[)）][^\n()（）。]*)*"
)
SINGLE_ROLE = re.compile(rf"({ROLE_HEAD})\s*[:：]\s*")
BRACKET_ROLE = re.compile(r"[(]([^()]{2,120}?(?:牵头|负责|配合|参与|落实)[^()]{0,80})[)]")
"""A role clause without a colon: （省商务厅牵头，合肥海关配合）."""
STATED_ROLE = re.compile(
    r"^(.+?)(?:等)?(?:按(?:照)?职责)?(?:分工)?(?:分别)?(牵头|负责|配合|参与|落实)$"
)

NARRATIVE = re.compile(
    r"由[^，,。；;]{2,24}(?:负责|牵头|统筹|会同|主管|承担|组织|实施)|作为(?:牵头|责任|主管)(?:单位|部门)"
    r"|(?:局|厅|委|办|部门|领导小组|办公室|管委会|专班|人民政府|党委)"
    r"(?:[，,]?(?:要|应当?|须|负责|牵头|统筹|会同|加强|组织|承担|制定|具体|主管|建立|定期|按照))"
)
SEPARATOR = re.compile(r"[、,，;；\s]+(?![^(（〔\[]*[)）〕\]])|(?<=[局厅委办])(?:和|及|会同)(?=.)")
"""Between two bodies; not inside brackets, so that 各县（市、区）政府 stays one."""

BODY_PREFIX = re.compile(r"^(?:各|省|市|区|县|州|旗)+(?=.{2,})")


@dataclass(frozen=True, slots=True)
class RoleClause:
    """One clause: ``[start, end)`` in the text; ``bodies`` by role, as written."""

    start: int
    end: int
    bodies: tuple[tuple[Role, str], ...]


def role_clauses(text: str, start: int = 0, end: int | None = None) -> list[RoleClause]:
    """Every role clause of ``text[start:end]``, in order; offsets count in ``text``.

    >>> [clause.bodies for clause in role_clauses("(责任单位:市科技局、市发改委)")]
    [(('责任', '市科技局'), ('责任', '市发改委'))]
    """
    stop = len(text) if end is None else end
    folded = fold(text[start:stop])
    found = [
        RoleClause(start + match.start(), start + match.end(), tuple(_bodies(match.group())))
        for match in ROLE_CLAUSE.finditer(folded)
    ]
    found += [
        RoleClause(start + match.start(1), start + match.end(1), bodies)
        for match in BRACKET_ROLE.finditer(folded)
        if (bodies := tuple(_stated_bodies(match.group(1))))
    ]
    return sorted(found, key=lambda clause: clause.start)


def _bodies(clause: str) -> list[tuple[Role, str]]:
    pieces = SINGLE_ROLE.split(clause)
    found: list[tuple[Role, str]] = []
    for head, names in zip(pieces[1::2], pieces[2::2], strict=True):
        role = role_of(head)
        found += [(role, name) for name in SEPARATOR.split(names.strip()) if len(name) > 1]
    return found


def _stated_bodies(clause: str) -> list[tuple[Role, str]]:
    """Bodies of a clause without a colon; none when a part of it states no role."""
    found: list[tuple[Role, str]] = []
    for part in re.split(r"[,，;；]", clause):
        stated = STATED_ROLE.match(part.strip())
        if stated is None:
            return []
        role = role_of(stated.group(2))
        found += [(role, name) for name in SEPARATOR.split(stated.group(1)) if len(name) > 1]
    return found


def role_of(head: str) -> Role:
    """The role a clause head states; what is neither leading nor assisting is charged.

    >>> role_of("配合单位")
    '配合'
    """
    if re.match("牵头|主办|主要负责", head):
        return "牵头"
    if re.match("配合|协办|参与|参加|协助", head):
        return "配合"
    return "责任"


def same_body(one: str, other: str) -> bool:
    """Whether two written names mean one body: level prefixes and bracketed additions aside.

    >>> same_body("省科技厅", "科技厅"), same_body("经发局<金融办>", "经发局")
    (True, True)
    """
    return body_key(one) == body_key(other) != ""


def body_key(name: str) -> str:
    """A body's name without its level, bracketed additions and white space."""
    bare = re.sub(r"[<〈(（\[].*?[>〉)）\]]", "", squeeze(name))
    return BODY_PREFIX.sub("", bare)


def charges(squeezed: str) -> bool:
    """Whether running text charges a body: 由甲牵头, 甲负责, 甲部门加强….

    >>> charges("市发改部门加强督查")
    True
    """
    return NARRATIVE.search(squeezed) is not None
