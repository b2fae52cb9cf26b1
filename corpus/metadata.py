"""What a document says of itself: title, number, issuing body, region, dates, period.

Looked for where GB/T 9704—2012 puts them: the title and 发文字号 above the text (7.2.5, 7.3.1), the
issuing body and the date below it (7.3.5), the imprint at the very end (7.4); and in the header
table of a government web page (索引号, 发布机构, 成文日期, 发布时间). A figure in running text is never
taken: 《…》（国发〔2016〕67号） is somebody else's number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import PurePath

from corpus.divisions import find_divisions
from corpus.document import Metadata
from corpus.fold import fold, fold_for_structure
from corpus.furniture import furniture
from corpus.lines import Line, lines
from corpus.numbering import label_at, number
from corpus.sections import outline
from corpus.signoff import DATE, is_body_line, is_date_line

_KINDS = (
    r"(?:通知|意见|办法|规定|方案|计划|规划|细则|条例|决定|公告|通告|通报|报告|纲要|措施|批复|复函|函|命令|令|要点|制度|"
    r"规程|规则|指南|标准|纪要|政策|章程|导则|指引|清单|决议|议案|请示|条款|倡议书|目录|法|若干意见)"
)
_VERSION = r"(?:\ *\((?:[^()]*(?:年|试行|草案|稿|修订|修正|暂行|版|本)[^()]*)\))*"
_TITLE_END = re.compile(rf"{_KINDS}{_VERSION}\ *$")
_NOTICE = re.compile(rf"关于.+的?{_KINDS}{_VERSION}\ *$")
_MARKED_TITLE = re.compile(r"^[^\S\n]*(?:标\ *题|题\ *名|名\ *称|文件名称)\ *:\ *(\S[^\n\r]*)", re.MULTILINE)
_MARKDOWN_TITLE = re.compile(r"^#\ +(\S[^\n\r]*)", re.MULTILINE)
_ISSUED = re.compile(r"《([^《》]{4,80})》[^。]{0,60}现?(?:予以)?(?:印发|发布|公布|下发|转发)")
_NUMBER = r"(?:[\u4e00-\u9fff]{1,14}\ *[〔\[(]\ *(?:19|20)\d\d\ *[〕\])]\ *(?:第\ *)?\d{1,5}\ *号|(?:[\u4e00-\u9fff]{0,20}令\ *)第\ *\d{1,4}\ *号)"
_NUMBER_LINE = re.compile(rf"\(?({_NUMBER})\)?\ *$")
_NUMBER_FIELD = re.compile(rf"(?:发文字号|发文文号|文件编号|文\ *号|文件号)\ *:\ *({_NUMBER})")
_NUMBER_AFTER_TITLE = re.compile(rf"{_KINDS}\ *({_NUMBER})")
_KIND_BEFORE_NUMBER = re.compile(r"(?:通知|意见|决定|公告|批复|办法|规定|方案|规划|计划|纲要|条例)(?=.)")
_NUMBERED_TITLE = re.compile(rf"^\s*(\S[^。:;\n]{{5,120}}?{_KINDS}{_VERSION})\s*\(?{_NUMBER}")
_NUMBER_OF_FILE = re.compile(rf"({_NUMBER})[^。]{{0,100}}\.(?:pdf|docx?|ofd|wps)\b")
_BODY = r"[\u4e00-\u9fff()、<>“”\ ]{2,40}?(?:人民政府(?:办公[厅室])?|办公[厅室]|委员会(?:办公室)?|管委会|管理局|党委|[局厅部院会署委]|领导小组)"
_BODY_THEN_DATE = re.compile(rf"[。!]\s*({_BODY})\s*({DATE})")
_ON_BEHALF = re.compile(r"我?(?:受|代表)\ *([\u4e00-\u9fff]{2,20}?人民政府)")
_IMPRINT = re.compile(rf"^[^\S\n]*(\S[^。\n\r]{{2,60}}?)\s+({DATE})\s*印发", re.MULTILINE)
_ISSUER_FIELD = re.compile(r"(?:发布机构|发文机关|发文单位|制定机关|发布单位|颁布单位|公布机关)\ *:\ *([^\s:]{2,60})")
_DATE_PARTS = re.compile(r"(\d{4}|[一二〇○零一二三四五六七八九0]{4})\ *[-年./]\ *(\d{1,2}|[一二三四五六七八九十]{1,2})\ *[-月./]\ *(\d{1,2}|[一二三四五六七八九十]{1,3})")
_NUMERIC_DATE = r"\d{4}\ *[-./年]\ *\d{1,2}\ *[-./月]\ *\d{1,2}"
_WRITTEN_FIELD = re.compile(rf"(?:成文(?:日期|时间)|生成日期|发文日期|印发日期|制定日期|公布日期)\ *:\ *({_NUMERIC_DATE})")
_PUBLISHED_FIELD = re.compile(rf"(?:发布(?:日期|时间)|发表时间|公开日期|上网日期)\ *:\ *({_NUMERIC_DATE})")
_RANGE = re.compile(r"((?:19|20)\d\d)\ *年?\ *[-—–~～至到]{1,2}\ *((?:19|20)\d\d)\ *年")
_FIVE_YEARS = re.compile(r"[“\"]?(十[一二三四五六]?|[一二六七八九])五[”\"]?(?:时期|期间|规划|计划|发展|[\u4e00-\u9fff])")
_FIVE_YEARS_QUOTED = re.compile(r"“(十[一二三四五六]?|[六七八九])五”")
_TITLE_YEAR = re.compile(r"((?:19|20)\d\d)\ *年(?:度)?(?!\d|\ *\d{1,2}\ *月)")
_TARGET_YEAR = re.compile(r"到\ *(20\d\d)\ *年")
_ZONE = re.compile(r"^.{2,20}?(?:产业集聚区|集聚区|产业园区|开发区|高新区|高新技术产业园区|示范区|保税区|旅游度假区|自贸区)")
_NATIONAL = re.compile(
    r"(?:国务院|中共中央|中央|中华人民共和国|全国|国家|中国人民|中国共产党中央|中国(?:证监会|银保监会|民用航空局|气象局)|最高人民"
    r"|[^省市县区州盟旗办]{2,12}(?:部|总局|总署)(?:办公厅|、|$|关于|等))"
)
_PARTY = re.compile(r"^(?:中共|中国共产党)")
_SALUTATION = re.compile(r"^[^。]{2,120}:$")
_FRONT_MAX = 4000
_TITLE_MAX = 120


def find_metadata(text: str, *, source_name: str) -> Metadata:
    """Return what ``text`` says; the file name is the title of last resort, and then inferred."""
    return _Finder(text, source_name).metadata()


class _Finder:
    """One text being searched; the parts are looked for once and in order."""

    def __init__(self, text: str, source_name: str) -> None:
        self.text = text
        self.folded = fold_for_structure(text)
        self.source_name = source_name
        sections = outline(text)
        first = sections[0].start if sections else len(text)
        self.front_end = min(first, _FRONT_MAX)
        self.back_start = sections[-1].end if sections else min(first, len(text) // 2)
        skipped = furniture(text)
        front = lines(self.folded, 0, self.front_end)
        self.front = [line for line in front if not _covered(line, skipped)]
        self.all_lines = lines(self.folded)

    def metadata(self) -> Metadata:
        title = self._title()
        name = title or PurePath(self.source_name).stem
        issuer = self._issuer(name if title else "")
        written, signed_by = self._signature()
        inferred = set() if title else {"title"}
        period = self._title_period(name)
        if period is None and (period := self._target_period(written)) is not None:
            inferred.add("period")
        return Metadata(
            title=name,
            doc_number=self._number(),
            issuer=signed_by or issuer,
            region=_region(signed_by or issuer, title or ""),
            date_written=written or self._field_date(_WRITTEN_FIELD) or self._imprint_date(),
            date_published=self._field_date(_PUBLISHED_FIELD),
            period=period,
            inferred=frozenset(inferred),
        )

    # --- title --------------------------------------------------------------------------------

    def _title(self) -> str | None:
        """Return the fullest title: of a notice, of what it issues, of the page, in this order."""
        lined = list(self._title_lines())
        notices = [title for title in lined if _NOTICE.search(fold(title))]
        marked = self._marked_title()
        if marked is not None and _NOTICE.search(fold(marked)):
            notices.append(marked)
        if notices:
            return max(notices[:2], key=len) if notices[0] in notices[1:2] else notices[0]
        if lined:
            return lined[0]
        numbered = _NUMBERED_TITLE.match(self.folded)
        if numbered is not None:
            return self._squeezed(*numbered.span(1))
        issued = self._issued_title(marked)
        return issued or marked or self._first_line()

    def _marked_title(self) -> str | None:
        for pattern in (_MARKED_TITLE, _MARKDOWN_TITLE):
            match = pattern.search(self.text, 0, _FRONT_MAX)
            if match is not None:
                return "".join(match[1].split()) or None
        return None

    def _issued_title(self, marked: str | None) -> str | None:
        """Return the 《…》 a notice issues; with a cut-off page title, the one it begins."""
        stub = re.sub(r"^.*?关于印发", "", marked or "").strip("《")
        names = ["".join(match[1].split()) for match in _ISSUED.finditer(self.text, 0, _FRONT_MAX)]
        if stub:
            names = [name for name in names if name.startswith(stub)]
        return names[0] if names and (marked is None or stub != marked) else None

    def _title_lines(self) -> Iterator[str]:
        """Yield lines above the text that end in a kind of document, joined where they are broken."""
        position = 0
        while position < len(self.front):
            taken, title = self._title_from(position)
            if title is not None:
                yield title
            position += taken

    def _title_from(self, position: int) -> tuple[int, str | None]:
        for count in range(1, 5):
            chosen = self.front[position : position + count]
            if len(chosen) < count or not self._may_be_title(chosen):
                break
            joined = "".join(self.folded[line.start : line.end] for line in chosen)
            if len(joined) > _TITLE_MAX:
                break
            if _TITLE_END.search(joined):
                count += self._version_follows(position + count)
                return count, self._words(self.front[position : position + count])
        return 1, None

    def _may_be_title(self, chosen: Sequence[Line]) -> bool:
        """Whether lines can be one title: no sentence, no greeting, no date, no label."""
        last = self.folded[chosen[-1].start : chosen[-1].end]
        if re.search(r"[。;!?:]", last.rstrip()) or re.search(rf"{_NUMBER}\)?\ *$", last):
            return False
        if label_at(self.folded, chosen[-1].start) or re.search(rf"{DATE}\)?\ *$", last):
            return False
        if len(chosen) == 1:
            return not last.startswith(("附件", "附:")) and any(map(str.isalnum, last))
        head = self.folded[chosen[0].start : chosen[0].end]
        if is_body_line(self.folded, chosen[-2]):
            return last.startswith("关于")
        return "关于" in head or last.startswith(("关于", "的")) or len(head) < 40

    def _version_follows(self, position: int) -> int:
        """Return 1 when the next line is the years or the version in brackets, else 0."""
        if position >= len(self.front):
            return 0
        line = self.folded[self.front[position].start : self.front[position].end]
        return int(re.fullmatch(_VERSION.strip("*").join(("", "")), line) is not None and line[:1] == "(")

    def _words(self, chosen: Sequence[Line]) -> str:
        words = "".join("".join(self.text[line.start : line.end].split()) for line in chosen)
        return words.lstrip("#-—=").strip("*")

    def _first_line(self) -> str | None:
        for line in self.front[:3]:
            words = self._words([line])
            if len(words) <= 60 and not re.search(r"[。；：:;，,]", words) and len(words) >= 4:
                return words
            break
        return None

    # --- bodies, dates, number ----------------------------------------------------------------

    def _signature(self) -> tuple[date | None, str | None]:
        """Return the date and the bodies of the 落款: in the notice above the text, or below it."""
        for front in (True, False):
            signed = self._signed_lines(front=front)
            if signed is not None:
                return signed
        match = _BODY_THEN_DATE.search(self.folded, 0, self.front_end) or _BODY_THEN_DATE.search(
            self.folded, self.back_start
        )
        if match is None:
            return self._lone_date(), None
        return parse_date(match[2]), self._squeezed(*match.span(1))

    def _lone_date(self) -> date | None:
        """Return a date that has a line of its own above or below the text, unsigned."""
        for line in self.all_lines:
            outside = line.end <= self.front_end or line.start >= self.back_start
            if outside and is_date_line(self.folded, line):
                return parse_date(self.folded[line.start : line.end])
        return None

    def _signed_lines(self, *, front: bool) -> tuple[date | None, str | None] | None:
        area = [
            line
            for line in self.all_lines
            if (line.end <= self.front_end if front else line.start >= self.back_start)
        ]
        for position, line in enumerate(area):
            if not is_date_line(self.folded, line) or not position:
                continue
            bodies: list[str] = []
            while position and is_body_line(self.folded, area[position - 1]) and len(bodies) < 6:
                position -= 1
                bodies.insert(0, self._squeezed(area[position].start, area[position].end))
            if bodies:
                return parse_date(self.folded[line.start : line.end]), "、".join(bodies)
        return None

    def _issuer(self, title: str) -> str | None:
        head = re.split(r"关于|印发", title)[0].strip("《")
        if head and head != title and is_body(head):
            return head
        match = _ISSUER_FIELD.search(self.folded, 0, self.front_end)
        if match is not None:
            return self._squeezed(*match.span(1))
        spoken = _ON_BEHALF.search(self.folded, 0, self.front_end)
        if spoken is not None and find_divisions(spoken[1]):
            return self._squeezed(*spoken.span(1))
        imprint = _IMPRINT.search(self.folded, self.back_start)
        return self._squeezed(*imprint.span(1)) if imprint is not None else None

    def _imprint_date(self) -> date | None:
        match = _IMPRINT.search(self.folded, self.back_start)
        return parse_date(match[2]) if match else None

    def _field_date(self, pattern: re.Pattern[str]) -> date | None:
        match = pattern.search(self.folded, 0, max(self.front_end, 1500))
        return parse_date(match[1]) if match else None

    def _number(self) -> str | None:
        for line in self.front[:40]:
            match = _NUMBER_LINE.match(self.folded, line.start, line.end)
            if match is not None:
                return self._squeezed(*match.span(1))
        for pattern, start, end in (
            (_NUMBER_FIELD, 0, self.front_end),
            (_NUMBER_AFTER_TITLE, 0, min(self.front_end, 300)),
            (_NUMBER_OF_FILE, self.back_start, len(self.folded)),
        ):
            match = pattern.search(self.folded, start, end)
            if match is not None and self.folded[match.start() - 1 : match.start()] != "《":
                return self._squeezed(match.start(1) + self._words_before(match[1]), match.end(1))
        return None

    def _words_before(self, found: str) -> int:
        """Return how much of ``found`` is still the end of the title: 的通知|国发〔2011〕42号."""
        ends = [m.end() for m in _KIND_BEFORE_NUMBER.finditer(found)]
        return ends[-1] if ends else 0

    def _squeezed(self, start: int, end: int) -> str:
        return "".join(self.text[start:end].split())

    # --- period -------------------------------------------------------------------------------

    def _title_period(self, title: str) -> tuple[int, int] | None:
        return years_of(title)

    def _target_period(self, written: date | None) -> tuple[int, int] | None:
        """Return the span up to the year most targets are set for; a conclusion, not a quote."""
        years = Counter(int(match[1]) for match in _TARGET_YEAR.finditer(self.folded))
        if not years:
            return None
        last, times = max(years.items(), key=lambda item: (item[1], item[0]))
        first = written.year if written is not None and written.year <= last else last
        return (first, last) if times > 1 else None


def parse_date(words: str) -> date | None:
    """Return the date written in Arabic or Chinese numerals, None for an impossible one.

    >>> parse_date("2019年7月3日"), parse_date("二〇一九年十二月四日"), parse_date("2019- 12- 09")
    (datetime.date(2019, 7, 3), datetime.date(2019, 12, 4), datetime.date(2019, 12, 9))
    """
    match = _DATE_PARTS.search(fold(words).replace("○", "〇"))
    if match is None:
        return None
    try:
        return date(*(number(part) for part in match.groups()))
    except ValueError:
        return None


def years_of(title: str) -> tuple[int, int] | None:
    """Return the years a title says the document is for.

    >>> years_of("某市行动计划（2019-2021年）"), years_of("某省“十四五”规划"), years_of("2021年工作要点")
    ((2019, 2021), (2021, 2025), (2021, 2021))
    """
    folded = fold(title)
    match = _RANGE.search(folded)
    if match is not None and int(match[1]) <= int(match[2]):
        return int(match[1]), int(match[2])
    five = _FIVE_YEARS_QUOTED.search(folded) or _FIVE_YEARS.search(folded)
    if five is not None:
        last = 1950 + 5 * number(five[1]) + 5
        return last - 4, last
    year = _TITLE_YEAR.search(folded)
    return (int(year[1]), int(year[1])) if year else None


def is_body(words: str) -> bool:
    """Whether the words are the name of a public body."""
    folded = fold(words)
    return is_body_line(folded, Line(0, len(folded), 0, False))


def _region(issuer: str | None, title: str) -> str | None:
    """Return the place a document speaks for: of its issuing body, else of its title."""
    for words in (issuer or "", re.sub(r"^.*?关于(?:印发|发布|转发|公布)?《?", "", title), title):
        folded = _PARTY.sub("", fold(words)).lstrip("《")
        if not folded:
            continue
        place = _place_at_start(folded)
        if place is not None:
            return place
        if _NATIONAL.match(folded):
            return "全国"
    named = find_divisions(fold(title))
    return named[0][0].name if named else None


def _place_at_start(words: str) -> str | None:
    found = find_divisions(words[:40])
    if not found or found[0][1][0] != 0:
        return None
    division, (_, end) = found[0]
    for inner, span in found[1:]:
        if span[0] != end:
            break
        division, end = inner, span[1]
    zone = _ZONE.match(words)
    if zone is not None and zone.end() > end:
        return zone.group()
    return division.name


def _covered(line: Line, skipped: Sequence[tuple[int, int]]) -> bool:
    return any(start <= line.start and line.end <= end for start, end in skipped)
