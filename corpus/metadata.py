"""What a document says of itself: number, issuing body, region, dates, period; see also ``title``.

Looked for where GB/T 9704—2012 puts them: 发文字号 above the text (7.2.5), the issuing body and the
date below it (7.3.5), the imprint at the very end (7.4); and in the header table of a government
web page (索引号, 发布机构, 成文日期). A figure in running text is never taken: in
《…》（国发〔2016〕67号） it is another document's number.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import PurePath

from corpus.divisions import find_divisions
from corpus.document import Metadata
from corpus.fold import fold, fold_for_structure
from corpus.lines import Line, lines
from corpus.numbering import number
from corpus.sections import outline
from corpus.signoff import DATE, is_body_line, is_date_line, signatures
from corpus.title import KINDS, NUMBER, find_title, title_words_in

_EDGE_MAX = 4000
"""Characters above and below the text in which a document speaks of itself."""
_HAN = "一二三四五六七八九十"

_NUMBER_LINE = re.compile(rf"\(?({NUMBER})\)?\ *$")
_NUMBER_FIELD = re.compile(rf"(?:发文字号|发文文号|文件编号|文\ *号|文件号)\ *:\ *({NUMBER})")
_NUMBER_AFTER_TITLE = re.compile(rf"{KINDS}\ *({NUMBER})")
_NUMBER_OF_FILE = re.compile(rf"({NUMBER})[^。]{{0,100}}\.(?:pdf|docx?|ofd|wps)\b")
_NUMBER_LINES = 40

_BODY = (
    r"[\u4e00-\u9fff()、<>“”\ ]{2,40}?"
    r"(?:人民政府(?:办公[厅室])?|办公[厅室]|委员会(?:办公室)?|管委会|管理局|党委|[局厅部院会署委]"
    r"|领导小组)"
)
_BODY_THEN_DATE = re.compile(rf"[。!]\s*({_BODY})\s*({DATE})")
_IMPRINT = re.compile(
    rf"^[^\S\n]*(\S[^。\n\r]{{2,60}}?)\s{{1,8}}({DATE})\s{{0,8}}印发", re.MULTILINE
)
_ISSUER_FIELD = re.compile(
    r"(?:发布机构|发文机关|发文单位|制定机关|发布单位|颁布单位|公布机关)\ *:\ *([^\s:]{2,60})"
)
_ON_BEHALF = re.compile(r"(?:受|代表)\ *([\u4e00-\u9fff]{2,20}?人民政府)")

_DATE_PARTS = re.compile(
    rf"(\d{{4}}|[〇零{_HAN}0]{{4}})\ *[-年./]"
    rf"\ *(\d{{1,2}}|[{_HAN}]{{1,2}})\ *[-月./]\ *(\d{{1,2}}|[{_HAN}]{{1,3}})"
)
_NUMERIC_DATE = r"\d{4}\ *[-./年]\ *\d{1,2}\ *[-./月]\ *\d{1,2}"
_WRITTEN_FIELD = re.compile(
    rf"(?:成文(?:日期|时间)|生成日期|发文日期|印发日期|制定日期|公布日期)\ *:\ *({_NUMERIC_DATE})"
)
_PUBLISHED_FIELD = re.compile(
    rf"(?:发布(?:日期|时间)|发表时间|公开日期|上网日期)\ *:\ *({_NUMERIC_DATE})"
)

_RANGE = re.compile(r"((?:19|20)\d\d)\ *年?\ *[-—–~至到]{1,2}\ *((?:19|20)\d\d)\ *年")
_FIVE_YEARS = re.compile(
    r"“(十[一二三四五六]?|[六七八九])五”|(十[一二三四五六])五(?=时期|期间|规划|计划|发展)"
    r"|第(十[一二三四五六]?|[六七八九])个五年"
)
_YEAR = re.compile(r"((?:19|20)\d\d)\ *年(?:度)?(?!\ *\d{1,2}\ *月)")
_TARGET_YEAR = re.compile(r"到\ *(20\d\d)\ *年")

_ZONE = re.compile(
    r".{2,20}?(?:集聚区|产业园区|开发区|高新区|高新技术产业园区|示范区|保税区|旅游度假区|自贸区)"
)
_PARTY = re.compile(r"(?:中共|中国共产党)(?!中央)")
_NATIONAL = re.compile(
    r"(?:国务院|中共中央|中央|中华人民共和国|全国|国家|中国人民|中国共产党中央|最高人民)"
    r"|[^省市县区州盟旗办]{2,12}(?:部|总局|总署)(?:办公厅|[^省市县]{1,6}司|、|$|关于|等)"
)
_ABOUT = re.compile(r".*?关于(?:印发|发布|转发|公布)?《?")


def find_metadata(text: str, *, source_name: str) -> Metadata:
    """Return what ``text`` says.

    The file name is the last resort for title, region and period, and these are inferred then.
    """
    return _Finder(text).metadata(source_name)


class _Finder:
    """One text; ``front`` and ``back`` are its lines above the first and below the last heading."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold_for_structure(text)
        sections = outline(text)
        first = sections[0].start if sections else len(text)
        last = sections[-1].end if sections else min(first, len(text) // 2)
        self.front_end = min(first, _EDGE_MAX)
        self.back_start = max(last, len(text) - _EDGE_MAX)
        self.front = lines(self.folded, 0, self.front_end)
        self.back = lines(self.folded, self.back_start)

    def metadata(self, source_name: str) -> Metadata:
        name = PurePath(source_name).stem
        title = find_title(self.text, self.folded, self.front_end)
        written, signed_by = self._signature()
        issuer = signed_by or self._issuer(title or "")
        stated_period = years_of(title or "")
        period = stated_period or self._target_period(written) or years_of(name)
        stated_region = region_of(issuer, title or "")
        region = stated_region or region_of(None, name)
        concluded = {"title": title is None, "period": period != stated_period,
                     "region": region != stated_region}  # fmt: skip
        return Metadata(
            title=title or name,
            doc_number=self._number(),
            issuer=issuer,
            region=region,
            date_written=written or self._field_date(_WRITTEN_FIELD) or self._imprint_date(),
            date_published=self._field_date(_PUBLISHED_FIELD),
            period=period,
            inferred=frozenset(field for field, is_so in concluded.items() if is_so),
        )

    def _signature(self) -> tuple[date | None, str | None]:
        """Return date and bodies of the 落款: of the notice above the text, or below the text."""
        for area in (self.front, self.back):
            for first, last in signatures(self.folded, area):
                bodies = [self._squeezed(line.start, line.end) for line in area[first:last]]
                return self._date_of(area[last]), "、".join(bodies)
        match = _BODY_THEN_DATE.search(self.folded, 0, self.front_end)
        match = match or _BODY_THEN_DATE.search(self.folded, self.back_start)
        if match is not None:
            return parse_date(match[2]), self._squeezed(*match.span(1))
        dated = [line for line in self.front + self.back if is_date_line(self.folded, line)]
        return (self._date_of(dated[0]) if dated else None), None

    def _date_of(self, line: Line) -> date | None:
        return parse_date(self.folded[line.start : line.end])

    def _issuer(self, title: str) -> str | None:
        """Return the body a title begins with, or the page header, speech or imprint names."""
        head = re.split(r"关于|印发", title)[0].strip("《")
        if head != title and _is_body(head):
            return head
        spoken = _ON_BEHALF.search(self.folded, 0, self.front_end)
        if spoken is not None and not find_divisions(spoken[1]):
            spoken = None
        match = (
            _ISSUER_FIELD.search(self.folded, 0, self.front_end)
            or spoken
            or _IMPRINT.search(self.folded, self.back_start)
        )
        return self._squeezed(*match.span(1)) if match else None

    def _imprint_date(self) -> date | None:
        match = _IMPRINT.search(self.folded, self.back_start)
        return parse_date(match[2]) if match else None

    def _field_date(self, pattern: re.Pattern[str]) -> date | None:
        match = pattern.search(self.folded, 0, self.front_end)
        return parse_date(match[1]) if match else None

    def _number(self) -> str | None:
        for line in self.front[:_NUMBER_LINES]:
            match = _NUMBER_LINE.match(self.folded, line.start, line.end)
            if match is not None:
                return self._squeezed(*match.span(1))
        match = (
            _NUMBER_FIELD.search(self.folded, 0, self.front_end)
            or _NUMBER_AFTER_TITLE.search(self.folded, 0, min(self.front_end, 300))
            or _NUMBER_OF_FILE.search(self.folded, self.back_start)
        )
        if match is None:
            return None
        return self._squeezed(match.start(1) + title_words_in(match[1]), match.end(1))

    def _target_period(self, written: date | None) -> tuple[int, int] | None:
        """Return the years up to the one most targets are set for: a conclusion, not a quote."""
        years = Counter(int(match[1]) for match in _TARGET_YEAR.finditer(self.folded))
        if not years:
            return None
        last, times = max(years.items(), key=lambda item: (item[1], item[0]))
        first = written.year if written is not None and written.year <= last else last
        return (first, last) if times > 1 else None

    def _squeezed(self, start: int, end: int) -> str:
        return "".join(self.text[start:end].split())


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

    >>> years_of("某市行动计划（2019-2021年）"), years_of("某省“十四五”规划"), years_of("某县要点")
    ((2019, 2021), (2021, 2025), None)
    """
    folded = fold(title)
    match = _RANGE.search(folded)
    if match is not None and int(match[1]) <= int(match[2]):
        return int(match[1]), int(match[2])
    plan = _FIVE_YEARS.search(folded)
    if plan is not None:
        # The first five-year plan ended in 1957, each later one five years after the last.
        last = 1955 + 5 * number(plan[plan.lastindex or 0])
        return last - 4, last
    year = _YEAR.search(folded)
    return (int(year[1]), int(year[1])) if year else None


def region_of(issuer: str | None, title: str) -> str | None:
    """Return the place a document speaks for: of its issuing body, else of its title.

    >>> region_of("绍兴市新昌县人民政府", ""), region_of(None, "国务院关于某事的通知")
    ('新昌县', '全国')
    """
    for words in (issuer or "", _ABOUT.sub("", title, count=1), title):
        folded = _PARTY.sub("", fold(words), count=1).lstrip("《")
        place = _place_at_start(folded) or ("全国" if _NATIONAL.match(folded) else None)
        if place is not None:
            return place
    named = find_divisions(fold(title))
    return named[0][0].name if named else None


def _place_at_start(words: str) -> str | None:
    """Return the innermost division, or the zone, that ``words`` begin with."""
    end, place = 0, None
    for division, span in find_divisions(words[:40]):
        if span[0] != end:
            break
        place, end = division.name, span[1]
    zone = _ZONE.match(words)
    return zone.group() if place and zone is not None and zone.end() > end else place


def _is_body(words: str) -> bool:
    folded = fold(words)
    return is_body_line(folded, Line(0, len(folded), 0, False))
