"""References 引用文件: which documents a text names, in what role, and which of a library they are.

GB/T 9704—2012, 7.3.3: 引用公文应当先引标题，后引发文字号, that is 《title》（number）. Texts also
write the number alone (浙政办发〔2017〕100号文件), before the title, or inside its 书名号. What
stands in 书名号 and is no document (newspapers, books, forms, certificates) is told by its last
word, the 文种; a technical standard is no official document either. A document named often is one
reference.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from corpus.document import Document, Metadata, Section
from corpus.facts.fact import Reference, ReferenceRole
from corpus.fold import fold, squeeze
from corpus.numbering import number as numeral
from corpus.sections import section_at
from corpus.sentences import Span
from corpus.title import KINDS

_TITLE_MAX = 160
_MARK = re.compile("[《》]")
_YEAR_IN_BRACKETS = r"[〔\[(【〈]\s{0,3}((?:19|20)\d\d)\s{0,3}(?:年\s{0,3})?[〕\])】〉]"
_SERIAL = re.compile(
    rf"{_YEAR_IN_BRACKETS}\s{{0,3}}(?:第\s{{0,3}})?(\d{{1,5}})\s{{0,3}}号"
    r"|令\s{0,3}(?:((?:19|20)\d\d)\s?年\s?)?第\s{0,3}(\d{1,4}|[一二三四五六七八九十百〇零]{1,6})\s{0,3}号"
    r"|公告\s{0,3}((?:19|20)\d\d)\s{0,3}年\s{0,3}第?\s{0,3}(\d{1,4})\s{0,3}号"
)
"""Year and serial of a 发文字号 (〔2016〕67号, any bracket; 令第693号; 公告2020年第5号), folded."""
_CODE_MAX = 20
_AGENCY = re.compile(r"[\u4e00-\u9fff]{1,20}(?=\s{0,3}$)")
"""The 代字 before it, with the words that run into it."""
_BEFORE_CODE = re.compile(
    r".*(?:根据|按照|依据|依照|参照|遵照|执行|落实|贯彻|关于|印发|以及|参见|详见|同意|收悉|废止|原|和|及|与|见|由"
    r"|在|的|了|对|将|于|为|以|通知|意见|办法|规定|方案|决定|批复|条例|计划|规划|纲要|措施|细则|文件|文号|字号)"
)
"""Words before the 代字 of a number."""
_BEFORE_ORDER = re.compile(
    r".*(?:根据|按照|依据|依照|参照|遵照|公布|发布|以|由|经|和|及|与|的|了|为|于)(?=.{2})"
)

_KIND = re.compile(
    rf"(?:{KINDS}|目录|名录|规范|准则|通则|总则|公报|建议|安排|税则|公约|协定|宣言|法典|宪法|预案|讲话|倡议|对策)$"
)
_NO_KIND = re.compile(
    r"(?:方法|做法|说法|用法|书法|算法|技法|兵法|手法|(?:检[测验]|评[估价]|研究|分析|调查|影响|审计|监测|核对|复核)报告)$"
)
"""What ends like a kind and is none, and the reports an applicant hands in."""
_NAMED_BY_YEAR = re.compile(r"[\u4e00-\u9fff]{4,}20\d\d年?$")
"""《中国制造2025》: a programme named by the year it leads to."""
_VERSION = re.compile(r"(?:\s?[(〔\[][^()〔〕\[\]]{1,40}[)〕\]])+$")
_CODE = r"(?:gb|db|hj|jgj|cjj|iso|iec|t/[a-z]{2,6}|[a-z]{2,3}\s?/\s?[tz])\s?(?:/\s?[tz])?[\s_—-]?\d"
_STANDARD = re.compile(rf"(?<![a-z]){_CODE}")
_CODE_BEHIND = re.compile(rf"\s*[(\[]?\s*{_CODE}")
_NO_CITATION = re.compile(
    r"(?:(?:等\w{0,6})?(?:国家|地方|行业|团体)标准|(?:第\w{1,3}次)?(?:修正|修订|修改)[)\]、,。\s]"
    r"|[^。;#]{0,120}?(?:印发给你|现印发|现予印发|现已印发|现予以印发|现予发布|现予公布))"
)
"""What follows a technical standard; the decision a law was amended by; what is issued herewith."""
_GENERIC = re.compile(
    rf"(?:实施|暂行|指导|管理|工作|行动|若干|总体|专项|发展|建设|基本|补充|本|该|年度|新|具体|操作|重点|任务|责任|评价"
    rf"|考核|整改|意见|政策|[一二三四五六七八九十两]{{1,2}}年|“?十[一二三四五]五”?|规划|{KINDS}|规范|目录|建议|预案|准则)+"
)
"""A title made of such words alone stands for one named before: 《条例》, 《实施方案》."""

_CUE = re.compile(
    r"(?P<依据>根据|依据|按照|依照|遵照|参照|遵循)"
    r"|(?P<贯彻>贯彻|落实|执行|实施|践行|学习)"
    r"|(?P<废止>废止)"
    r"|(?P<印发>印发|现将)"
    r"|(?P<引用>制定|出台|发布|修订|起草|编制|颁布|审议|研究|提出)"
)
_REPEALED = re.compile(
    r"[#、和及与,\s]*(?:等[^,。;#]{0,12})?(?:的?(?:规定|文件))?[^,。;#]{0,8}(?:废止|停止执行|失效)"
)
_SENTENCE = re.compile(r"[。;!?]|\n\s*\n")
_CLAUSE_BREAK = re.compile(r"(?<!#)[,:]")
_AROUND = 200
"""Characters before and after a title in which its role is looked for."""
_IN_BRACKETS = re.compile(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]")
_GAP = re.compile(r"\s*[(\[【]?\s*")
_CLOSING = re.compile(r"\s{0,3}[^()\[\]【】。,\n]{0,20}[)\]】]")
_FILE_BETWEEN = re.compile(r"\s*(?:文件?)?\s*[)\]】]?\s*")
_GOES_ON = re.compile(r"\s{0,3}(?:文|[)\]】、,。;]|规定|精神|要求|同时|的|和|及)")
_FIELD = re.compile(r"(?:文\s*号|字\s*号|编\s*号|索引号)\s*:?\s*$")
_NUMBER_AT_END = re.compile(rf"[(\[【]?(?:[\u4e00-\u9fff]{{1,14}})\s*{_YEAR_IN_BRACKETS}.{{0,10}}$")
_ISSUING_NOTICE = re.compile(r"^.{0,40}?关于(?:印发|发布|公布|下发)[《〈<]?(.+?)[》〉>]?的?通知$")
_REVISION = re.compile(r"\((?:[^()]*(?:修订|修正|修改)[^()]*|\d{4}-\d{1,2}-\d{1,2})\)$")


@dataclass(frozen=True, slots=True)
class _Named:
    """A title or number in the text: ``start`` and ``end`` with its marks."""

    start: int
    end: int
    words: str


class Card(Protocol):
    """What is known of a document of a library."""

    @property
    def id(self) -> str:
        """The document's id."""

    @property
    def metadata(self) -> Metadata:
        """Its title and number."""


def find_references(document: Document, sections: Sequence[Section]) -> tuple[Reference, ...]:
    """Return the documents that ``document`` names, in text order; itself is none of them."""
    own_title = title_key(document.metadata.title)
    own_number = number_key(document.metadata.doc_number or "")
    found: dict[str, Reference] = {}
    for reference in _Mentions(document.text, sections).all():
        title = title_key(reference.title or "")
        number = number_key(reference.number or "")
        itself = title == own_title if title else number == own_number
        # What a document repeals often bore the same title: 原《…预案》同时废止.
        if itself and reference.role != "废止":
            continue
        key = title or number
        found[key] = _fuller(found[key], reference) if key in found else reference
    return tuple(sorted(found.values(), key=lambda reference: reference.start))


def _fuller(one: Reference, other: Reference) -> Reference:
    """Return the mention that says more; the first of equals."""
    return max(one, other, key=lambda x: (x.number is not None, x.role != "引用"))


class _Mentions:
    """The titles and numbers of one text."""

    def __init__(self, text: str, sections: Sequence[Section]) -> None:
        self.text = text
        self.sections = sections
        self.folded = fold(text)
        self.numbers = list(_numbers(text, self.folded))
        self.starts = [number.start for number in self.numbers]

    def all(self) -> Iterator[Reference]:
        """Yield every mention: titles with their numbers, then numbers that have no title."""
        used: set[int] = set()
        for title in self._titles():
            inside = range(
                bisect_left(self.starts, title.start), bisect_left(self.starts, title.end)
            )
            used.update(inside)
            words = _without_number(title.words) if inside else title.words
            at = inside[-1] if inside else self._number_beside(title)
            if at is not None:
                used.add(at)
            number = None if at is None else self.numbers[at]
            if self._is_document(words, title, number):
                yield self._reference(title, words, number)
        for at, number in enumerate(self.numbers):
            if at not in used and self._in_running_text(number):
                role = self._role(number.start, number.end)
                yield self._made(None, number.words, role, (number.start, number.end))

    def _titles(self) -> Iterator[_Named]:
        """Yield the outermost 《…》; a mark that is never closed opens nothing."""
        opened: list[int] = []
        for match in _MARK.finditer(self.text):
            if opened and match.start() - opened[0] > _TITLE_MAX:
                opened = []
            if match[0] == "《":
                opened.append(match.start())
            elif opened:
                start = opened.pop()
                if not opened:
                    words = _squeezed(self.text, start + 1, match.start())
                    yield _Named(start, match.end(), words)

    def _number_beside(self, title: _Named) -> int | None:
        """Return the number that follows in brackets, or stands just before the title."""
        gap = _GAP.match(self.folded, title.end)
        after = bisect_left(self.starts, title.end)
        if gap and after < len(self.starts) and self.starts[after] == gap.end():
            return after
        before = after - 1
        while before >= 0 and self.numbers[before].start >= title.start:
            before -= 1
        if before < 0:
            return None
        between = self.folded[self.numbers[before].end : title.start]
        return before if _FILE_BETWEEN.fullmatch(between) else None

    def _is_document(self, words: str, title: _Named, number: _Named | None) -> bool:
        folded = fold(words)
        after = self.folded[title.end : title.end + _AROUND]
        if _STANDARD.search(folded) or _CODE_BEHIND.match(after):
            return False
        if _NO_CITATION.match(_plain(after)):
            return False
        if number is not None:
            return len(words) > 1
        bare = _VERSION.sub("", folded)
        if _GENERIC.fullmatch(bare) or _NO_KIND.search(bare):
            return False
        return bool(_KIND.search(bare) or _NAMED_BY_YEAR.search(bare))

    def _reference(self, title: _Named, words: str, number: _Named | None) -> Reference:
        role = self._role(title.start, title.end)
        if number is None or title.start <= number.start < title.end:
            span = (title.start, title.end)
        else:
            closing = _CLOSING.match(self.folded, number.end)
            end = closing.end() if closing and number.start > title.end else number.end
            span = (min(title.start, number.start), max(title.end, end))
        return self._made(words, number.words if number else None, role, span)

    def _made(
        self, title: str | None, number: str | None, role: ReferenceRole, span: Span
    ) -> Reference:
        section = section_at(self.sections, span[0])
        return Reference(title, number, role, section, span[0], span[1])

    def _in_running_text(self, number: _Named) -> bool:
        """Whether a number alone is cited; on a line of its own it is the document's own."""
        before = self.folded[max(number.start - 12, 0) : number.start]
        if _FIELD.search(before):
            return False
        return _GOES_ON.match(self.folded, number.end) is not None

    def _role(self, start: int, end: int) -> ReferenceRole:
        """Return how a title is named: by the nearest verb before, or what follows says it ends."""
        after = _plain(self.folded[end : end + _AROUND])
        if _REPEALED.match(after):
            return "废止"
        before = self.folded[max(start - _AROUND, 0) : start]
        cut = max((match.end() for match in _SENTENCE.finditer(before)), default=0)
        listed = _plain(before[cut:])
        cue = max(_CUE.finditer(listed), key=lambda match: match.start(), default=None)
        if cue is None or _CLAUSE_BREAK.search(listed, cue.end()):
            return "引用"
        return cast(ReferenceRole, cue.lastgroup)


def _without_number(title: str) -> str:
    """Drop a number that stands inside the 书名号 with its title."""
    number = _NUMBER_AT_END.search(fold(title))
    return title[: number.start()] if number else title


def _plain(words: str) -> str:
    """Replace titles by # and drop brackets, so that a list of titles reads as one clause."""
    return _IN_BRACKETS.sub("", re.sub(r"《[^《》]*》", "#", words))


def _numbers(text: str, folded: str) -> Iterator[_Named]:
    for serial in _SERIAL.finditer(folded):
        first = max(serial.start() - _CODE_MAX, 0)
        agency = _AGENCY.search(folded[first : serial.start()])
        if agency is None:
            continue
        start = first + agency.start() + _words_before(agency[0], ordered=serial[1] is None)
        yield _Named(start, serial.end(), _squeezed(text, start, serial.end()))


def _words_before(code: str, *, ordered: bool) -> int:
    """Return how much of the words before a serial is no 代字 yet: 根据|国发."""
    republic = code.rfind("中华人民共和国")
    if republic >= 0:
        return republic
    lead = (_BEFORE_ORDER if ordered else _BEFORE_CODE).match(code)
    return lead.end() if lead and lead.end() < len(code) else 0


def _squeezed(text: str, start: int, end: int) -> str:
    return "".join(text[start:end].split())


def title_key(title: str) -> str:
    """Return what a title is compared by: equal for two titles of one document.

    Without width, white space, marks and dashes; without 关于印发…的通知 around the title of what
    is issued, without 中华人民共和国 and without the date of a revision.

    >>> title_key("某省人民政府关于印发《某省规划（2017—2020年）》的通知")
    '某省规划20172020年'
    """
    bare = squeeze(title)
    bare = _NUMBER_AT_END.sub("", bare.strip("《》"))
    issued = _ISSUING_NOTICE.match(bare)
    bare = _REVISION.sub("", issued[1] if issued else bare)
    return re.sub(r"[^\w]|_", "", bare).removeprefix("中华人民共和国")


def number_key(number: str) -> str:
    """Return what a 发文字号 is compared by, "" for what is none.

    >>> number_key("国发[2016] 67 号"), number_key("国务院令第六百九十三号")
    ('国发|2016|67', '国务院令||693')
    """
    bare = "".join(fold(number).split())
    serial = _SERIAL.search(bare)
    if serial is None:
        return ""
    year = serial[1] or serial[3] or serial[5] or ""
    count = numeral(serial[2] or serial[4] or serial[6])
    kind = "" if serial[1] else serial[0][:2].rstrip("第0123456789")
    code = bare[: serial.start()].removeprefix("中华人民共和国")
    return f"{code}{kind}|{year}|{count}"


def resolve(reference: Reference, cards: Iterable[Card]) -> str | None:
    """Return the id of the document among ``cards`` that is meant; None for none or several.

    The number decides where a document states one; else the title does.
    """
    number = number_key(reference.number or "")
    title = title_key(reference.title or "")
    by_number: set[str] = set()
    by_title: set[str] = set()
    for card in cards:
        other = number_key(card.metadata.doc_number or "")
        if number and other == number:
            by_number.add(card.id)
        elif title and title_key(card.metadata.title) == title and not (number and other):
            by_title.add(card.id)
    meant = by_number or by_title
    return meant.pop() if len(meant) == 1 else None
