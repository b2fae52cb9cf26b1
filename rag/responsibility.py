"""Running text that charges a body in looser words than the facts kept of it."""

from __future__ import annotations

import re

NARRATIVE = re.compile(
    r"由[^，,。；;]{2,24}(?:负责|牵头|统筹|会同|主管|承担|组织|实施)|作为(?:牵头|责任|主管)(?:单位|部门)"
    r"|(?:局|厅|委|办|部门|领导小组|办公室|管委会|专班|人民政府|党委)"
    r"(?:[，,]?(?:要|应当?|须|负责|牵头|统筹|会同|加强|组织|承担|制定|具体|主管|建立|定期|按照))"
)


def charges(squeezed: str) -> bool:
    """Whether running text charges a body: 由甲牵头, 甲负责, 甲部门加强….

    >>> charges("市发改部门加强督查")
    True
    """
    return NARRATIVE.search(squeezed) is not None
