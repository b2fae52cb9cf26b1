"""Where a document stops speaking: 落款, the tail after the last section, breaks in between.

GB/T 9704—2012, 7.3.5 to 7.4: the issuing body and the date stand below the text, notes and the
imprint (抄送, 印发) follow. In a notice that issues a plan the same two lines stand between the
notice and the plan.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from corpus.lines import Line

_HAN = "一二三四五六七八九十"
DATE = (
    r"(?:[12]\d{3}|[一二][〇○零一二三四五六七八九0]{3})\ ?年"
    rf"\ *(?:\d{{1,2}}|[{_HAN}]{{1,2}})\ *月\ *(?:\d{{1,2}}|[{_HAN}]{{1,3}})\ *日"
)
"""Pattern of a full date, for folded text."""
_DATE_LINE = re.compile(rf"\(?\ *{DATE}\ *\)?(?:\ *印发)?\ *$")
_DATE_AT_END = re.compile(rf"{DATE}\ *(?:印发)?\ *$")
_BODY_LINE = re.compile(
    r"[^。;:!?,]{2,40}"
    r"(?:政府|办公室|办公厅|委员会|管委会|党委|工委|[局厅部院会署委司行处]|集团|公司|中心|小组)"
    r"(?:\([^()]*\))?\ *$"
)
_TAIL_LINE = re.compile(
    r"附件|附:|抄送|主送|\(?此件|[^。]{0,40}印发\ *$|\(?来源|责任编辑|扫一扫|解读|打印本页|关闭窗口"
    r"|[^。;!?]{0,120}\.(?:pdf|docx?|xlsx?|wps|ofd|rar|zip)\b"
    r"|相关(?:链接|文档|稿件)|<br|\|?$|\(?联系(?:人|电话|方式)"
)
_INLINE_TAIL = re.compile(r"(?<=[。;)])\s*(?=(?:附件|附)\ *\d?\ *:|\(此件公开发布\)|抄送:)")
_BODIES_MAX = 6
_INLINE_TAIL_MAX = 400


def is_date_line(folded: str, line: Line) -> bool:
    """Whether the line is a date and nothing else."""
    return (
        line.end - line.start <= 30 and _DATE_LINE.match(folded, line.start, line.end) is not None
    )


def is_body_line(folded: str, line: Line) -> bool:
    """Whether the line is the name of a public body and nothing else."""
    return line.length <= 60 and _BODY_LINE.match(folded, line.start, line.end) is not None


def signatures(folded: str, found: list[Line]) -> list[tuple[int, int]]:
    """Return (first body, date) positions in ``found`` of every 落款: bodies, then their date."""
    signed: list[tuple[int, int]] = []
    for position, line in enumerate(found):
        first = position
        if is_date_line(folded, line):
            while 0 < first > position - _BODIES_MAX and is_body_line(folded, found[first - 1]):
                first -= 1
        if first < position:
            signed.append((first, position))
    return signed


def breaks(folded: str, found: list[Line]) -> list[int]:
    """Return where each 落款 among the lines ``found`` begins."""
    return [found[first].start for first, _ in signatures(folded, found)]


def tail_start(folded: str, floor: int, found: list[Line], passed: Callable[[int], bool]) -> int:
    """Return where the lines that follow the last section begin.

    ``floor`` is the end of the last heading: the line it stands in is never tail as a whole, but
    may run into 附件：…. What is ``passed`` over, such as the list of annexes, is tail as well.
    """
    start = len(folded)
    for line in reversed(found):
        if line.start <= floor or not (passed(line.start) or _closes(folded, line)):
            return min(start, _inline_tail(folded, line))
        start = line.start
    return start


def _closes(folded: str, line: Line) -> bool:
    if line.length > 200:
        return False
    if is_date_line(folded, line) or is_body_line(folded, line):
        return True
    dated = line.length <= 60 and _DATE_AT_END.search(folded, line.start, line.end) is not None
    return dated or _TAIL_LINE.match(folded, line.start, line.end) is not None


def _inline_tail(folded: str, line: Line) -> int:
    """Return where 附件：… begins inside the last line, its end when it does not."""
    first = max(line.start, line.end - _INLINE_TAIL_MAX)
    match = _INLINE_TAIL.search(folded, first, line.end)
    return match.end() if match else line.end
