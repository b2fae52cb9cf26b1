"""Spans of a saved page that say nothing of the document: marked, never removed.

Navigation, print and close buttons, browsing counters, <BR> left in running text, end markers of
a content system. The header table of a government page (索引号, 发布机构, 成文日期) is not
furniture: it is worth searching.

The patterns take runs of spaces possessively (``*+``), so that a page padded with thousands of
them costs one look at each.
"""

from __future__ import annotations

import re

from corpus.fold import fold

Span = tuple[int, int]

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
    r"|(?:上一篇|下一篇|责任编辑)\ *+:.*"
    r"|=++\ *+page\ *+\d++\ *+=++|[-—–]\ *+\d++\ *+[-—–]"
    r"|第\ *+\d++\ *+页(?:\ *+共\ *+\d++\ *+页)?"
    r"|[|_=~*]++"
    r")[^\S\n]*+$",
    re.MULTILINE,
)
_STRAY_BAR = re.compile(r"(?<=[。)])\ *+\|\s*+\Z")


def furniture(text: str, *, marks: bool = True) -> tuple[Span, ...]:
    """Return the spans to skip, in order and without overlap.

    ``marks`` includes what may stand in the middle of a sentence and parts nothing: <BR>, 标题：.

    >>> text = "正文。打印本页 关闭窗口"
    >>> [text[start:end] for start, end in furniture(text)]
    ['打印本页', '关闭窗口']
    """
    folded = fold(text)
    patterns = (_LINE, _INLINE, _STRAY_BAR) + ((_MARK,) if marks else ())
    found = [match.span() for pattern in patterns for match in pattern.finditer(folded)]
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
