"""The clauses that say who is charged with a task: where they stand and what they say.

Plans close a task with 责任单位：甲、乙 or 牵头单位：甲，配合单位：乙, mostly in brackets, at times
as a line of its own; or they state it: （甲牵头，乙配合）, （甲、乙按职责分工负责）. The head or
verb says the role: who leads (牵头, 主办), who assists (配合, 协办, 参与), else who is charged
(责任, 负责, 落实).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.facts.bodies import is_body, may_be_body, split_bodies
from corpus.facts.fact import Role
from corpus.fold import fold
from corpus.sentences import Span

_LEADS = r"牵头|主办|主责|主要责任|主要负责|第一责任"
_ASSISTS = r"配合|协办|协同|协助|协作|参与|参加|支持|联办"
_CHARGED = r"责任|负责|落实|承办|实施|主管|执行|完成|推进"
_ROLE = rf"(?:{_LEADS}|{_ASSISTS}|{_CHARGED})"
_WHO = r"(?:单位|部门|机构|主体|处室|科室|地区)"
_HEAD = re.compile(rf"[\u4e00-\u9fff]{{0,6}}?{_ROLE}[\u4e00-\u9fff和及、]{{0,6}}?{_WHO}|{_ROLE}")
"""What stands before the colon, whole: 责任单位, 牵头考核单位, 配合部门, 牵头."""
_LINE_HEAD = re.compile(
    r"(?:责任|牵头|配合|协同|落实|负责)(?!起草|编制)[\u4e00-\u9fff]{0,4}?(?:单位|部门|处室|科室)"
    r"(?:[】\]]\ ?:?|\ ?:)[^\S\n]{0,9}+(?=\S)([^\n]{2,600}+)"
)
_LINE_START = re.compile(r"(?:^|[。;!)\n])[^\S\n]{0,20}[*·•\-]?[【\[]?([\u4e00-\u9fff]{0,4})$")
_LINE_START_MAX = 30
"""A clause without brackets: 责任单位：… at the start of a line or after a sentence.

主办单位 and 承办单位 are left out here: at the foot of a web page they name who runs the site.
"""
_BRACKETED_HEAD = re.compile(r"(?<=^\S{4})[】\]]\ ?:?")
_LABEL = re.compile(r"(?:^|[,;。、\s(])\s*([\u4e00-\u9fff和及、]{2,14})\s*:")
_ENCLOSED = r"[(\[〔][^()\[\]【】〔〕]{0,60}+[)\]〕]"
_INSIDE = r"[^()\[\]【】〔〕]*+"
_BRACKET = re.compile(rf"[(\[【〔]({_INSIDE}(?:{_ENCLOSED}{_INSIDE})*+)[)\]】〕]")
_CLAUSE_MAX = 600
"""Characters from which a bracket is no clause."""
_HEAD_ALONE = re.compile(rf"[\u4e00-\u9fff]{{0,4}}(?:责任|牵头|配合|协同|落实|负责){_WHO}")
"""【责任单位】市科技局: here the bracket holds the head alone, and the line is the clause."""
_ROLE_WORD = re.compile(_ROLE)
_HOW = (
    r"(?:按照?|依|根据|结合)(?:照|据)?(?:各自|有关|相关)?的?(?:职责|职能|责任|权限|任务|工作)*(?:分工|要求)?"
    r"|分工|分别|分头|共同|联合|具体|密切|积极|协同|统筹|组织|各自|抓好|做好|主要|全力|予以|进行|为主"
)
_STATED = re.compile(
    rf"^(?:由|主要由)?(.{{2,400}}?)(?:{_HOW})*(牵头|{_LEADS}|{_ASSISTS}|负责|落实|承办|实施|推进)"
    r"(?:会同)?(?:负责|落实|实施|组织实施|推进|抓好|开展|单位)?$"
)
_WITH = re.compile(r"并?(?:会同(?!县)|商(?=[省市县各有]))")
"""会同 and 商 name who assists; 会同县 is a place and 商务局 a body."""
_NO_BODY = re.compile(
    r"第一位|首位|下同|\d|年底|月底|季度|长期|持续|常年|每年|全年|按进度|按计划|适时|适用|进度|有序|滚动|坚持|年内"
)
"""When it is due, or who of the list leads (列第一位者为牵头单位，下同)."""
_COMMA = re.compile(r"[,;。\n]")


@dataclass(frozen=True, slots=True)
class RolePart:
    """What a clause says of one role: 甲、乙牵头, 配合单位：丙; ``names`` as written."""

    start: int
    end: int
    role: Role
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleClause:
    """One clause: ``[start, end)`` in the text, the brackets around it left out."""

    start: int
    end: int
    parts: tuple[RolePart, ...]

    @property
    def bodies(self) -> tuple[tuple[Role, str], ...]:
        """The bodies as written, each with its role, in the order of the clause."""
        named = ((part.role, name) for part in self.parts for name in part.names)
        return tuple(dict.fromkeys(named))


def role_clauses(text: str, start: int = 0, end: int | None = None) -> list[RoleClause]:
    """Return every role clause of ``text[start:end]``, in order; offsets count in ``text``.

    >>> [clause.bodies for clause in role_clauses("(责任单位:市科技局、市发改委)")]
    [(('责任', '市科技局'), ('责任', '市发改委'))]
    """
    stop = len(text) if end is None else end
    return clauses_in(text[start:stop], fold(text[start:stop]), start)


def clauses_in(text: str, folded: str, offset: int = 0) -> list[RoleClause]:
    """Return the role clauses of a text that stands at ``offset`` and is already folded."""
    found = []
    for first, last in sorted(_places(folded)):
        parts = _Clause(text[first:last], folded[first:last], offset + first).parts()
        if parts:
            found.append(RoleClause(offset + first, offset + last, parts))
    return found


def _places(folded: str) -> Iterator[Span]:
    """Yield where clauses may stand: inside brackets, and lines that begin with a head."""
    taken: list[Span] = []
    for match in _BRACKET.finditer(folded):
        inside = match[1]
        if len(inside) > _CLAUSE_MAX or not _ROLE_WORD.search(inside):
            continue
        if not _HEAD_ALONE.fullmatch(inside):
            taken.append(match.span())
            yield _trimmed(folded, *match.span(1))
    covered = 0
    for match in _LINE_HEAD.finditer(folded):
        while covered < len(taken) and taken[covered][1] <= match.start():
            covered += 1
        if covered < len(taken) and taken[covered][0] <= match.start():
            continue
        before = folded[max(match.start() - _LINE_START_MAX, 0) : match.start()]
        opening = _LINE_START.search(before)
        if opening:
            start = match.start() - len(opening[1])
            yield _trimmed(folded, start, _line_end(folded, *match.span(1)))


def _line_end(folded: str, start: int, end: int) -> int:
    """A clause without brackets ends with its sentence."""
    stop = folded.find("。", start, end)
    return end if stop < 0 else stop


def _trimmed(folded: str, start: int, end: int) -> Span:
    while start < end and folded[start].isspace():
        start += 1
    while end > start and (folded[end - 1].isspace() or folded[end - 1] in "。;,"):
        end -= 1
    return start, end


class _Clause:
    """The words of one clause, which begin at ``offset`` of the text."""

    def __init__(self, words: str, folded: str, offset: int) -> None:
        self.words = words
        self.folded = _BRACKETED_HEAD.sub(lambda head: ":".rjust(len(head[0])), folded, count=1)
        self.offset = offset

    def parts(self) -> tuple[RolePart, ...]:
        """Return what the clause says role by role; () when the words are no such clause."""
        labels = [
            label for label in _LABEL.finditer(self.folded) if not self._aside(label.start(1))
        ]
        if not labels:
            return tuple(self._stated(0, len(self.words), None))
        found: list[RolePart] = []
        for label, following in zip(labels, [*labels[1:], None], strict=True):
            if _HEAD.fullmatch(label[1]):
                end = following.start() if following else len(self.words)
                found += self._labelled(label, end)
        return tuple(found)

    def _labelled(self, label: re.Match[str], end: int) -> list[RolePart]:
        """Read 责任单位：甲、乙; also 责任单位：甲牵头，乙配合."""
        role = role_of(label[1])
        stated = self._stated(label.end(), end, role)
        names = _bodies(self.words[label.end() : end])
        return stated or self._part(label.start(1), end, role, names)

    def _stated(self, start: int, end: int, default: Role | None) -> list[RolePart]:
        """Read 甲、乙牵头，丙配合: bodies wait for the verb that says their role.

        Nothing is read when a name is no body, or when one without verb has no ``default``.
        """
        found: list[RolePart] = []
        begin: int | None = None
        for first, last in self._pieces(start, end):
            begin = first if begin is None else begin
            stated = _STATED.match(self.folded[first:last])
            if stated is None:
                if begin == first and _NO_BODY.search(self.folded, first, last):
                    begin = None
                continue
            assisting = _WITH.match(self.folded, first, last)
            named = assisting.end() if assisting else first + stated.start(1)
            names = split_bodies(
                self.words[begin:first] + self.words[named : first + stated.end(1)]
            )
            if not all(is_body(name) for name in names):
                if not _NO_BODY.search(self.folded, first, last):
                    return []
                begin = None if begin == first else begin
                continue
            found += self._part(begin, last, "配合" if assisting else role_of(stated[2]), names)
            begin = None
        if begin is None or not found:
            return found
        if default is None:
            return []
        return found + self._part(begin, end, default, _bodies(self.words[begin:end]))

    def _pieces(self, start: int, end: int) -> Iterator[Span]:
        """Yield what commas outside brackets part."""
        begin = start
        for match in _COMMA.finditer(self.folded, start, end):
            if not self._aside(match.start()):
                yield _trimmed(self.folded, begin, match.start())
                begin = match.end()
        yield _trimmed(self.folded, begin, end)

    def _aside(self, at: int) -> bool:
        return self.folded.count("(", 0, at) > self.folded.count(")", 0, at)

    def _part(self, start: int, end: int, role: Role, names: Sequence[str]) -> list[RolePart]:
        first, last = _trimmed(self.folded, start, end)
        span = (self.offset + first, self.offset + last)
        return [RolePart(*span, role, tuple(names))] if names else []


def _bodies(words: str) -> list[str]:
    return [name for name in split_bodies(words) if may_be_body(name)]


def role_of(head: str) -> Role:
    """Return the role a head or verb states; who neither leads nor assists is charged.

    >>> role_of("配合单位"), role_of("牵头考核单位"), role_of("主管部门")
    ('配合', '牵头', '责任')
    """
    if re.search(_LEADS, head):
        return "牵头"
    return "配合" if re.search(_ASSISTS, head) else "责任"
