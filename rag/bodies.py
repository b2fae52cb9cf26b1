"""The public bodies a question names, and whether it asks what they are charged with.

A body is known by the library's own facts, under every form of its name (市发展和改革委员会,
发改委), and beyond them by how official bodies are called.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.facts.bodies import bare_name, body_key
from corpus.fold import squeeze

LEVELS = "省市县区州旗盟镇乡"
_ENDING = re.compile(r"(?:行政)?(?:主管)?(?:部门|[局厅委办部])$")
_NO_NAME = re.compile(
    r"^(?:政府|部门|单位|企业|园区|平台|机构|地方|各地|基地|中心|学校|街道)$|^各|[、,，]"
)
"""What charges everybody is no body that a question could name."""
_LONGEST = 30

_CHARGED = r"(?:负责|牵头|配合|参与|承担|落实|责任|主管|分管|主抓|管|抓|分到|领到|摊到)"
_TASK = r"(?:任务|工作|事项?|条目|举措|职责|项目|内容|活儿?|块|[项条件])"
_WHICH = r"(?:哪|什么|啥|几(?=[项条件个])|多少(?=[项条件个]))"
CHARGED = re.compile("负责|牵头|配合|承担|参与|责任|职责|任务|分工")
"""Words of being charged with something."""
TASKS_OF_BODY = re.compile(
    rf"{_CHARGED}[^,。]{{0,12}}{_WHICH}[^,。]{{0,4}}?{_TASK}"
    rf"|{_WHICH}[^,。]{{0,4}}?{_TASK}[^,。]{{0,8}}(?:负责|牵头|配合|参与|承担|责任|交给|归|由|分给)"
    rf"|{_CHARGED}(?:单位|部门)?(?:了|着|到)?的?(?:{_TASK})?(?:都|主要|具体|一共|总共|共|分别|各|里)*(?:有|是|包括|包含)?"
    rf"{_WHICH}(?:些|几)?(?:[项条件个]|方面)?(?:{_TASK})?(?:[,、。;(]|$)"
    rf"|{_CHARGED}的?{_TASK}(?=[,是有都分一共包主具里中])[^。]{{0,20}}{_WHICH}"
    rf"|的?(?:任务|职责|分工)(?:都|主要|具体)*(?:有|是|包括){_WHICH}"
)
"""How one asks for all tasks of a body: 牵头哪几项, 负责的工作有哪些, 哪些任务由…负责."""


class KnownBodies:
    """The bodies that documents of the library charge with something, by every form of name."""

    def __init__(self, units: Sequence[str]) -> None:
        self.units = tuple(units)
        self._forms = {
            form
            for unit in units
            for form in (squeeze(unit), bare_name(unit), body_key(unit))
            if len(form) > 1 and not _NO_NAME.search(form)
        }
        self._stems: dict[str, list[str]] = {}
        for unit in units:
            self._stems.setdefault(_stem(unit), []).append(unit)

    def find(self, text: str) -> tuple[str, ...]:
        """Return the known bodies named in squeezed ``text``, the longest names first taken.

        A level that stands before a name belongs to it.
        """
        found, at = [], 0
        while at < len(text):
            end = self._longest(text, at)
            if end:
                found.append(text[at:end])
            at = end or at + 1
        return tuple(dict.fromkeys(found))

    def _longest(self, text: str, at: int) -> int:
        """Return where the longest name that begins at ``at`` ends, 0 for none."""
        with_level = at + 1 if text[at] in LEVELS else at
        for end in range(min(len(text), at + _LONGEST), at + 1, -1):
            if text[at:end] in self._forms or text[with_level:end] in self._forms:
                return end
        return 0

    def meant(self, body: str) -> tuple[str, ...]:
        """Return the names to look a body up by: 统计部门 is whatever body has that charge.

        >>> KnownBodies(["省统计局"]).meant("统计部门"), KnownBodies([]).meant("市科技局")
        (('省统计局',), ('市科技局',))
        """
        if not body.endswith("部门"):
            return (body,)
        return (body, *self._stems.get(_stem(body), ()))

    def alike(self, body: str, units: Sequence[str]) -> tuple[str, ...]:
        """Return those of ``units`` whose names share more than half their characters with it."""
        wanted = set(_stem(body))
        shares = {
            unit: 2 * len(wanted & have) / (len(wanted) + len(have))
            for unit in units
            if wanted and (have := set(_stem(unit)))
        }
        near = [unit for unit, share in shares.items() if share > _ALIKE]
        return tuple(sorted(near, key=lambda unit: (-shares[unit], unit)))


_ALIKE = 0.5


def _stem(body: str) -> str:
    """What a body has charge of: 科技 of 省科技厅.

    >>> _stem("省统计局"), _stem("统计部门")
    ('统计', '统计')
    """
    key = body_key(body)
    return _ENDING.sub("", key) or key
