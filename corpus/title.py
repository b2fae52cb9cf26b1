"""The title of a document: of the notice, of what it issues, or of the page it was saved from.

GB/T 9704—2012, 7.3.1: 发文机关 + 关于 + 事由 + 的 + 文种, often over several lines. The fullest one
wins: a notice's title over the plan's, both over a page title that was cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpus.fold import fold
from corpus.furniture import furniture
from corpus.lines import Line, lines
from corpus.numbering import label_at
from corpus.signoff import DATE, is_body_line

KINDS = (
    r"(?:通知|意见|办法|规定|方案|计划|规划|细则|条例|决定|公告|通告|通报|报告|纲要|措施|批复|复函|函"
    r"|命令|令|要点|制度|规程|规则|指南|标准|纪要|政策|章程|导则|指引|清单|决议|议案|请示|倡议书|法)"
)
"""文种: what a title ends in."""
NUMBER = (
    r"(?:[\u4e00-\u9fff]{1,14}\ *[〔\[(]\ *(?:19|20)\d\d\ *[〕\])]\ *(?:第\ *)?\d{1,5}\ *号"
    r"|[\u4e00-\u9fff]{0,20}令\ *第\ *\d{1,4}\ *号)"
)
"""发文字号, for folded text: 国发〔2016〕67号, …令第693号."""
_VERSION = r"(?:\ *+\((?=[^()\n]{0,40}?(?:年|试行|草案|稿|修订|修正|暂行|版|本))"
_VERSION += r"(?![^()\n]{0,80}(?:公布|发布|通过|施行|令第))[^()\n]{1,80}+\))"
"""The years or the state of a document, in brackets after its kind; bounded, as one may be open.

The note that tells when a regulation was passed and by whom is none of it.
"""
_TITLE_END = re.compile(rf"{KINDS}{_VERSION}*[·\ ]*$")
_ORDER = re.compile(r"\S{2,20}(?:人民政府|国务院|[部委局署会院])\ *令\ *$")
"""An order 令 has no title of its own: below its name stand its number and what it proclaims."""
_VERSION_LINE = re.compile(_VERSION)
_NOTICE = re.compile(rf"(?:(?!关于).)*+关于.+{KINDS}{_VERSION}*\ *$")
_NUMBERED = re.compile(rf"(\S[^。:;\n]{{5,120}}?{KINDS}{_VERSION}*)\s*\(?({NUMBER})")
_MARKED = re.compile(
    r"^[^\S\n]*(?:标\ *题|题\ *名|名\ *称|文件名称)\ *:\ *(\S[^\n\r]*)|^\#\ +(\S[^\n\r]*)",
    re.MULTILINE,
)
_ISSUED = re.compile(r"《([^《》]{4,80})》[^。]{0,60}现?(?:予以)?(?:印发|发布|公布|下发|转发)")
_NOT_IN_TITLE = re.compile(rf"[。;!?:]|{DATE}|{NUMBER}\)?\ *$")
_NOT_FIRST_LINE = re.compile(r"[。;:,]")
_OPENS_TEXT = re.compile(
    r"(?:为了?|根据|按照|依据|遵照)(?:深入|认真|全面|进一步|加快|切实|贯彻|落实|推[动进]|促进|规范|加强|做好|保障|[^关]{0,4}《)"
)
"""How the first sentence of a text begins; no title does."""
_END_OF_TITLE = re.compile(
    r".*(?:通知|意见|决定|公告|批复|办法|规定|方案|规划|计划|纲要|条例)(?=.)"
)
_LENGTH_MAX = 120
_LINES_MAX = 4
_HALF_LINE_MAX = 40
_NUMBERED_MAX = 400
"""Characters from the first word of a file in which a title and its number may stand."""


_GENRE = re.compile(
    r"(政府工作报告|行动计划|行动方案|实施方案|工作方案|实施意见|指导意见|若干意见|若干措施|政策措施"
    r"|实施细则|实施办法|管理办法|管理规定|发展规划|专项规划|总体规划|规划纲要|工作要点|应急预案"
    rf"|预案|讲话|解读|说明|{KINDS})(?:\([^()]*\))*》?$"
)
"""The longer kinds are what GB/T 9704's 通知, 意见, 方案 … are called in practice."""
_ISSUES = re.compile(r"(?:印发|发布|公布|转发|下发)(.+?)》?的(?:通知|公告|通告|函|决定|令)$")


def genre_of(title: str) -> str | None:
    """Return the kind of document 文种 a title ends in; of a notice, of what it issues.

    >>> genre_of("青禾市节水行动计划（2024年）"), genre_of("关于印发《节水办法（试行）》的通知")
    ('行动计划', '办法')
    """
    folded = fold(title)
    issued = _ISSUES.search(folded)
    match = _GENRE.search(issued[1] if issued else folded) or _GENRE.search(folded)
    return match[1] if match else None


class Title(NamedTuple):
    """A title without white space, and ``[start, end)`` where it stands, possibly over lines."""

    words: str
    start: int
    end: int


def find_title(text: str, folded: str, front_end: int) -> Title | None:
    """Return the title stated before ``front_end``; None for none."""
    finder = _Finder(text, folded, front_end)
    first = len(folded) - len(folded.lstrip())
    numbered = _NUMBERED.match(folded, first, first + _NUMBERED_MAX)
    if numbered is not None:
        end = numbered.start(2) + title_words_in(numbered[2])
        title = finder.title(numbered.start(1), end)
        return title._replace(words=title.words.rstrip("(（"))
    lined = list(finder.title_lines())
    marked = finder.marked_title()
    notices = [title for title in [*lined, marked] if title and _NOTICE.match(title.words)]
    candidates = [*notices, *lined, finder.issued_title(marked), marked, finder.first_line()]
    return next((title for title in candidates if title and title.words), None)


def title_words_in(number: str) -> int:
    """Return how much of what looks like a number is still the title: 的通知|国发〔2011〕42号.

    >>> title_words_in("的通知国发〔2011〕42号")
    3
    """
    match = _END_OF_TITLE.match(number)
    return match.end() if match else 0


class _Finder:
    """The lines above the text, page furniture left out."""

    def __init__(self, text: str, folded: str, front_end: int) -> None:
        self.text = text
        self.folded = folded
        self.end = front_end
        skipped = [span for span in furniture(text) if span[0] < front_end]
        self.front = [
            line
            for line in lines(folded, 0, front_end)
            if not any(start <= line.start and line.end <= end for start, end in skipped)
        ]

    def squeezed(self, start: int, end: int) -> str:
        """Return the text of a span without white space and list marks."""
        return "".join(self.text[start:end].split()).lstrip("#-—=").strip("*·")

    def title(self, start: int, end: int) -> Title:
        """Return what stands in a span as a title."""
        return Title(self.squeezed(start, end), start, end)

    def marked_title(self) -> Title | None:
        """Return what follows 标题： or stands as the Markdown title."""
        match = _MARKED.search(self.folded, 0, max(self.end, _LENGTH_MAX))
        return self.title(*match.span(match.lastindex or 0)) if match else None

    def issued_title(self, marked: Title | None) -> Title | None:
        """Return the 《…》 a notice issues; with a cut-off page title, the one that begins so."""
        stub = re.sub(r"^.*?关于印发", "", marked.words if marked else "").strip("《")
        names = [self.title(*m.span(1)) for m in _ISSUED.finditer(self.folded, 0, self.end)]
        return next((name for name in names if name.words.startswith(stub)), None)

    def title_lines(self) -> Iterator[Title]:
        """Yield the lines that end in a kind of document, joined where they are broken."""
        position = 0
        while position < len(self.front):
            count = self._title_length(position)
            if count:
                chosen = self.front[position : position + count]
                words = "".join(self.squeezed(line.start, line.end) for line in chosen)
                yield Title(words, chosen[0].start, chosen[-1].end)
            position += max(count, 1)

    def _title_length(self, position: int) -> int:
        """Return how many lines from ``position`` on make up a title, 0 for none."""
        for count in range(1, _LINES_MAX + 1):
            chosen = self.front[position : position + count]
            if len(chosen) < count or not self._may_go_on(chosen):
                return 0
            joined = "".join(self._line(line) for line in chosen)
            if len(joined) > _LENGTH_MAX:
                return 0
            if _ORDER.fullmatch(joined):
                return 0
            if _TITLE_END.search(joined):
                return count + self._version_follows(position + count)
        return 0

    def _may_go_on(self, chosen: Sequence[Line]) -> bool:
        """Whether the last of ``chosen`` can be part of a title with the lines before it."""
        line = chosen[-1]
        last = self._line(line) if line.length <= _LENGTH_MAX else ""
        if not any(map(str.isalnum, last)) or _NOT_IN_TITLE.search(last):
            return False
        if label_at(self.folded, line.start) is not None or last.startswith("附件"):
            return False
        if _OPENS_TEXT.match(last):
            return False
        if len(chosen) == 1 or last.startswith("关于"):
            return True
        head = self._line(chosen[0])
        short = len(head) < _HALF_LINE_MAX and not is_body_line(self.folded, chosen[-2])
        return "关于" in head or short

    def _version_follows(self, position: int) -> int:
        """Return 1 when the next line is the years or the version in brackets, else 0."""
        if position >= len(self.front):
            return 0
        return int(_VERSION_LINE.fullmatch(self._line(self.front[position])) is not None)

    def _line(self, line: Line) -> str:
        return self.folded[line.start : line.end]

    def first_line(self) -> Title | None:
        """Return the first line when it is short and no sentence, as page titles are."""
        words = self._line(self.front[0]) if self.front else ""
        fits = 4 <= len(words) <= 60 and not _NOT_FIRST_LINE.search(words)
        fits = fits and not _OPENS_TEXT.match(words)
        return self.title(self.front[0].start, self.front[0].end) if fits else None
