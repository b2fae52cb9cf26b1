"""Spans of a saved or printed page that say nothing of the document: marked, never removed.

Navigation, print and close buttons, browsing counters, <BR> left in running text, end markers of
a content system; page numbers and the running heads beside them, the lines of a table of contents
that lead to one, names of attached files. The header table of a government page (索引号, 发布机构,
成文日期) is not furniture: it is worth searching.

The patterns take runs of spaces possessively (``*+``), so that a page padded with thousands of
them costs one look at each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from corpus.document import PLAIN, Layout, Span
from corpus.fold import fold

_MARK = re.compile(
    r"<br\ *+/?>|&nbsp;|<!--(?:[^-<\n]|-(?!->)|<(?!!--)){0,200}+-->"  # none inside another
    r"|^[^\S\n]*+(?:标题|内容|正文)\ *+:",
    re.MULTILINE,
)
_INLINE = re.compile(
    r"theend(?=\s*+\Z)|浏览次数\ *+:?\ *+\d*|(?:阅读|点击)(?:次数|量)\ *+:?\ *+\d*"
    r"|(?:字号|字体)\ *+:?\ *+\[?\ *+大\ *+中\ *+小\ *+\]?|分享到?\ *+:|打印本页|关闭窗口"
    r"|【(?:打印|关闭|打印本页|关闭窗口)】",
    re.MULTILINE,
)
_LINE = re.compile(
    r"^[^\S\n]*+(?:"
    r"(?:您?(?:现在|当前)(?:的)?(?:所在)?位置|位置|您所在的位置)\ *+(?:是)?\ *+:.*"
    r"|>[^\n]*>[^\n]*"
    r"|首页\ *+(?:>|»|›|-|\|)[^\n]*"
    r"|(?:打印|关闭|收藏|返回顶部|扫一扫在手机打开当前页|相关链接)"
    r"|(?:上一篇|下一篇|上一条|下一条|责任编辑|编辑|网站编辑|责编)\ *+:.{0,60}"
    r"|=++\ *+page\ *+\d++\ *+=++|[-—–·.]{1,2}\ *+\d{1,4}+\ *+[-—–·.]{1,2}"
    r"|第\ *+\d++\ *+页(?:\ *+[,/]?\ *+共\ *+\d++\ *+页)?|page\ *+\d++(?:\ *+of\ *+\d++)?"
    r"|(?:扫描?二维码|手机扫一扫).{0,20}|(?:网站地图|版权声明|联系我们|关于我们)\ *+(?:\|.*)?"
    r"|[|_=~*]++"
    r")[^\S\n]*+$",
    re.MULTILINE,
)
_STRAY_BAR = re.compile(r"(?<=[。)])\ *+\|\s*+\Z")
_NUMBER_LINE = re.compile(r"^[^\S\n]*+(\d{1,3}+)[^\S\n]*+$", re.MULTILINE)
_LEADER = re.compile(r"(?:[.·‥⋯]\ ?){4}|…\ ?…")
_LEADER_LINE = re.compile(
    r"^[^\n]{2,80}?(?:(?:[.·‥⋯]\ ?){4,}+|(?:…\ ?){2,}+)[.·…\ ]*+\(?\d{1,3}\)?[^\S\n]*+$",
    re.MULTILINE,
)
_SUFFIX = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|ofd|rar|zip|ceb)\b")
_FILE_LINE = re.compile(
    r"^[^\S\n]*+(?:附\ ?件?\ *\d*\ *:?)?[^\n。;!?]{1,80}\.(?:pdf|docx?|xlsx?|wps|ofd|rar|zip|ceb)"
    r"[^\S\n]*+$",
    re.MULTILINE,
)
_MEMBERS_MIN = 3
"""Lines a table of contents and page numbers a text have at least; fewer may be text."""
_PAGE_MIN = 300
"""Characters a page has at least, so that a numbered column of a table is not taken for pages."""
_HEAD_MAX = 40


def furniture(text: str, *, marks: bool = True, layout: Layout = PLAIN) -> tuple[Span, ...]:
    """Return the spans to skip, in order and without overlap.

    ``marks`` includes what may stand in the middle of a sentence and parts nothing: <BR>, 标题：.
    ``layout`` adds what the format itself shows to be furniture.

    >>> text = "正文。打印本页 关闭窗口"
    >>> [text[start:end] for start, end in furniture(text)]
    ['打印本页', '关闭窗口']
    """
    blocks, marked = _found(text)
    return _merged([*blocks, *layout.furniture, *(marked if marks else ())])


@lru_cache(maxsize=2)
def _found(text: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return what parts the text and what does not; a text is asked for both, one soon after."""
    folded = fold(text)
    patterns = (_LINE, _INLINE, _STRAY_BAR)
    found = [match.span() for pattern in patterns for match in pattern.finditer(folded)]
    found += _page_numbers(folded)
    found += _running_heads(folded, [span for span in found if _is_page(folded, span)])
    found += _leader_lines(folded)
    found += _file_names(folded)
    return _merged(found), tuple(match.span() for match in _MARK.finditer(folded))


def _merged(found: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _leader_lines(folded: str) -> list[Span]:
    """Return the lines of a table of contents that lead to a page number with dots."""
    if _LEADER.search(folded) is None:
        return []
    found = [match.span() for match in _LEADER_LINE.finditer(folded)]
    return found if len(found) >= _MEMBERS_MIN else []


def _page_numbers(folded: str) -> list[Span]:
    """Return the lines that are a number only, where these count up a page's length apart."""
    found = [(int(match[1]), match.span()) for match in _NUMBER_LINE.finditer(folded)]
    counting = all(
        one[0] < other[0] and other[1][0] - one[1][0] >= _PAGE_MIN for one, other in pairwise(found)
    )
    return [span for _, span in found] if counting and len(found) >= _MEMBERS_MIN else []


def _is_page(folded: str, span: Span) -> bool:
    return any(character.isdigit() for character in folded[slice(*span)]) and span[1] - span[0] < 30


def _running_heads(folded: str, pages: Sequence[Span]) -> list[Span]:
    """Return the short lines that stand beside page numbers again and again."""
    beside = [line for page in pages for line in _neighbours(folded, page)]
    times = Counter(folded[slice(*line)].strip() for line in beside)
    return [line for line in beside if times[folded[slice(*line)].strip()] >= _MEMBERS_MIN]


def _neighbours(folded: str, page: Span) -> list[Span]:
    """Return the lines right above and right below, when they are short."""
    start = folded.rfind("\n", max(page[0] - _HEAD_MAX - 2, 0), max(page[0] - 1, 0)) + 1
    end = folded.find("\n", page[1] + 1, page[1] + _HEAD_MAX + 2)
    above = [(start, page[0] - 1)] if 0 < start < page[0] - 1 else []
    return above + ([(page[1] + 1, end)] if end > page[1] + 1 else [])


def _file_names(folded: str) -> list[Span]:
    """Return the lines that name an attached file: 附件：….doc, or any below the middle."""
    if _SUFFIX.search(folded) is None:
        return []
    middle = len(folded) // 2
    spans = (match.span() for match in _FILE_LINE.finditer(folded))
    return [
        (start, end)
        for start, end in spans
        if start > middle or folded[start:end].lstrip().startswith("附")
    ]
