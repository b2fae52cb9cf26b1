"""What a document says of itself: number, issuing body, region, dates, period; see also ``title``.

Looked for where GB/T 9704—2012 puts them: 发文字号 above the text (7.2.5), the issuing body and the
date below it (7.3.5), the imprint at the very end (7.4); and in the header table of a government
web page (索引号, 发布机构, 成文日期). A figure in running text is never taken: in
《…》（国发〔2016〕67号） it is another document's number.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import PurePath
from typing import Any, Generic, TypeVar

from corpus.dates import parse_date, years_of
from corpus.document import PLAIN, Layout, Metadata, Span
from corpus.fold import fold, fold_for_structure
from corpus.lines import Line, lines
from corpus.regions import region_of, region_spoken_for
from corpus.sections import outline
from corpus.signoff import DATE, is_body_line, is_date_line, signatures
from corpus.title import KINDS, NUMBER, find_title, genre_of, title_words_in

T = TypeVar("T")

_EDGE_MAX = 4000
"""Characters above and below the text in which a document speaks of itself."""
_HAN = "一二三四五六七八九十"

_NUMBER_LINE = re.compile(rf"\(?({NUMBER})\)?\ *$")
_NUMBER_FIELD = re.compile(rf"(?:发文字号|发文文号|文件编号|文\ *号|文件号)\ *:\ *({NUMBER})")
_NUMBER_AFTER_TITLE = re.compile(rf"{KINDS}\ *({NUMBER})")
_NUMBER_OF_FILE = re.compile(rf"({NUMBER})[^。]{{0,100}}\.(?:pdf|docx?|ofd|wps)\b")
_NUMBER_LINES = 40
_ORDER_LINE = re.compile(r"\S{2,20}令$")
_ORDER_NUMBER = re.compile(r"\(?\ *(第\ *\d{1,4}\ *号)\ *\)?$")
_PROCLAIMED = re.compile(
    rf"({DATE})\s*((?:[\u4e00-\u9fff、]{{2,40}})令\s*第\s*\d{{1,4}}\s*号)\s*(?:公布|发布|颁布)"
)
"""The note below the title of a regulation: （2011年12月15日某市人民政府令第61号公布）."""
_PASSED = re.compile(
    rf"({DATE})\s*(\S{{2,20}}?)第[{_HAN}]+届(人民代表大会(?:常务委员会)?)第[{_HAN}]+次会议通过(?!的)"
)
"""The same of a law or local regulation: （2018年3月30日某市第十五届…常务委员会第三次会议通过）."""

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
_ON_BEHALF = re.compile(r"(?:受|代表)\ *([\u4e00-\u9fff]{2,20}?人民政府|国务院)")

_DATE_BELOW_TITLE = re.compile(rf"\(\ *({DATE})\ *\)")
_DATE_BELOW_TITLE_MAX = 300
"""Characters in which older documents state their day, in brackets after title and number."""
_NUMERIC_DATE = r"\d{4}\ *[-./年]\ *\d{1,2}\ *[-./月]\ *\d{1,2}"
_WRITTEN_FIELD = re.compile(
    rf"(?:成文(?:日期|时间)|生成日期|发文日期|印发日期|制定日期|公布日期)\ *:\ *({_NUMERIC_DATE})"
)
_PUBLISHED_FIELD = re.compile(
    rf"(?:发布(?:日期|时间)|发表时间|公开日期|上网日期)\ *:\ *({_NUMERIC_DATE})"
)

_TARGET_YEAR = re.compile(r"到\ *(20\d\d)\ *年")

_CONCLUDED = frozenset({"title", "period", "region"})
"""Fields that may come from the file name or be concluded, and are marked as inferred then."""

_ADDRESSEES = re.compile(
    r"(?:各[^。;!?:]+"
    r"|[\u4e00-\u9fff]{1,12}?(?:人民政府|政府|委员会|办公[厅室]|管委会|党委|[局厅部院署委])"
    r"(?:[、,][^。;!?:]+)?):"
)
_ADDRESSEES_MAX = 200
_OPENING = 300
"""Characters in which a spoken report says what it is."""
_REPORTS = re.compile(
    r"我代表.{0,20}(?:政府|国务院).{0,12}报告.{0,6}(?:工作|政府工作)|作政府工作报告"
)
_LOOKS_BACK = re.compile(r"((?:19|20)\d\d)\ *年\ *(?:[政府主要]{0,4})工作\ *(?:的)?(?:回顾|总结)")
_SIGNED_FIELD = re.compile(
    r"签\ *发\ *人?\ *:\ *([\u4e00-\u9fff]{2,4}(?:[、\ ]+[\u4e00-\u9fff]{2,4})*)"
)
_FORCE = (
    rf"(?:自[^。;\n]{{2,30}}?起(?:施行|实施|执行|生效)|有效期(?:为|至|到|限|\d|[{_HAN}])[^。;\n]{{0,20}}"
    r"|(?:试行|暂行)期[^。;\n]{1,20})"
)
_VALIDITY = re.compile(
    rf"((?:[本此](?:{KINDS}|预案|公约)[^。;\n]{{0,16}}?{_FORCE}"
    r"|自(?:印发|发布|公布)之日起(?:施行|实施|执行|生效))[^。;\n]{0,40})"
)
"""The last article: 本办法自…起施行，有效期五年; what else is valid for a time is not meant."""
_STATE = re.compile(r"\((试行|暂行|草案|征求意见稿|修订|废止)[^()]*\)")


def find_metadata(text: str, *, source_name: str, layout: Layout = PLAIN) -> Metadata:
    """Return what ``text`` says.

    The file name is the last resort for title, region and period, and these are inferred then.
    """
    return _Finder(text, layout).metadata(source_name)


@dataclass(frozen=True, slots=True)
class _Said(Generic[T]):
    """A value and where the text says it; ``span`` is None for one concluded from elsewhere."""

    value: T
    span: Span | None = None


class _Finder:
    """One text; ``front`` and ``back`` are its lines above the first and below the last heading."""

    def __init__(self, text: str, layout: Layout) -> None:
        self.text = text
        self.folded = fold_for_structure(text)
        sections = outline(text, layout)
        first = sections[0].start if sections else len(text)
        last = sections[-1].end if sections else min(first, len(text) // 2)
        self.front_end = min(first, _EDGE_MAX)
        self.back_start = max(last, len(text) - _EDGE_MAX)
        self.front = lines(self.folded, 0, self.front_end)
        self.back = lines(self.folded, self.back_start)

    def metadata(self, source_name: str) -> Metadata:
        name = PurePath(source_name).stem
        title = self._title()
        words = title.value if title else ""
        written, signed_by = self._signature()
        issuer = signed_by or self._issuer(title)
        region = self._region(issuer, title, name)
        if title is None:
            title = self._report(region.value if region else "")
        period = self._period(title, written, name)
        said: dict[str, _Said[Any] | None] = {
            "title": title or _Said(name),
            "doc_number": self._number(),
            "issuer": issuer,
            "region": region,
            "date_written": written
            or self._field_date(_WRITTEN_FIELD)
            or self._proclaimed_on()
            or self._date_below_title()
            or self._imprint_date(),
            "date_published": self._field_date(_PUBLISHED_FIELD),
            "period": period,
            "genre": self._genre(title),
            "addressees": self._addressees(),
            "signed_by": self._labelled(_SIGNED_FIELD),
            "validity": self._validity(words, title),
        }
        found = {field: one for field, one in said.items() if one is not None}
        return Metadata(
            **{field: one.value for field, one in found.items()},
            untitled=said["title"] is None or said["title"].span is None,
            inferred=frozenset(field for field in _CONCLUDED & found.keys()
                               if found[field].span is None),
            spans=tuple((field, one.span) for field, one in found.items() if one.span),
        )  # fmt: skip

    def _title(self) -> _Said[str] | None:
        title = find_title(self.text, self.folded, self.front_end)
        if title is None or (not genre_of(title.words) and self._is_report()):
            return None  # of a spoken report, the lines above say where it was spoken
        return _Said(title.words, (title.start, title.end))

    def _period(
        self, title: _Said[str] | None, written: _Said[date] | None, name: str
    ) -> _Said[tuple[int, int]] | None:
        stated = years_of(title.value) if title else None
        if title is not None and stated is not None:
            return _Said(stated, title.span)
        years = self._target_period(written.value if written else None) or years_of(name)
        return _Said(years) if years else None

    def _region(
        self, issuer: _Said[str] | None, title: _Said[str] | None, name: str
    ) -> _Said[str] | None:
        for said, place in (
            (issuer, region_of(issuer.value, "") if issuer else None),
            (title, region_of(None, title.value) if title else None),
            (None, region_of(None, name)),
            (None, None if title else region_spoken_for(self.text)),
        ):
            if place is not None:
                return _Said(place, said.span if said else None)
        return None

    def _signature(self) -> tuple[_Said[date] | None, _Said[str] | None]:
        """Return date and bodies of the 落款: of the notice above the text, or below the text."""
        for area in (self.front, self.back):
            for first, last in signatures(self.folded, area):
                bodies = area[first:last]
                names = "、".join(name for line in bodies for name in self._bodies_in(line))
                return self._date_of(area[last]), _Said(names, (bodies[0].start, bodies[-1].end))
        match = _BODY_THEN_DATE.search(self.folded, 0, self.front_end)
        match = match or _BODY_THEN_DATE.search(self.folded, self.back_start)
        if match is not None:
            return _dated(match, 2), self._group(match)
        dated = [line for line in self.front + self.back if is_date_line(self.folded, line)]
        return (self._date_of(dated[0]) if dated else None), None

    def _bodies_in(self, line: Line) -> list[str]:
        """Return the bodies that sign in one line, parted by spaces, or the one."""
        parts = self.text[line.start : line.end].split()
        return parts if all(map(_is_body, parts)) else ["".join(parts)]

    def _is_report(self) -> bool:
        return _REPORTS.search(self.folded, 0, _OPENING) is not None

    def _report(self, region: str) -> _Said[str] | None:
        """Return what a report on the work of a government is called.

        It is printed as it was spoken, without its title: 各位代表：现在，我代表市人民政府，向大会
        报告工作…. The year is the one after that which it looks back on.
        """
        if not self._is_report():
            return None
        past = _LOOKS_BACK.search(self.folded, 0, _EDGE_MAX)
        year = f"{int(past[1]) + 1}年" if past else ""
        return _Said(f"{year}{region if region != '全国' else ''}政府工作报告")

    def _date_of(self, line: Line) -> _Said[date] | None:
        day = parse_date(self.folded[line.start : line.end])
        return _Said(day, (line.start, line.end)) if day else None

    def _issuer(self, title: _Said[str] | None) -> _Said[str] | None:
        """Return the body a title begins with, or the page header, speech or imprint names."""
        words = title.value if title else ""
        head = re.split(r"关于|印发", words)[0].strip("《")
        if title is not None and head != words and _is_body(head):
            return _Said(head, title.span)
        spoken = _ON_BEHALF.search(self.folded, 0, self.front_end)
        if spoken is not None and not region_of(spoken[1], ""):
            spoken = None
        order = self._order()
        if order is not None:
            start, end = order.span or (0, 0)
            end = start + self.folded[start:end].rindex("令")
            return _Said(self._squeezed(start, end), (start, end))
        passed = _PASSED.search(self.folded, 0, self.front_end)
        if passed is not None:
            words = self._squeezed(*passed.span(2)) + passed[3]
            return _Said(words, (passed.start(2), passed.end(3)))
        match = (
            _ISSUER_FIELD.search(self.folded, 0, self.front_end)
            or spoken
            or _IMPRINT.search(self.folded, self.back_start)
        )
        return self._group(match) if match else None

    def _proclaimed_on(self) -> _Said[date] | None:
        area = 0, self.front_end
        match = _PASSED.search(self.folded, *area) or _PROCLAIMED.search(self.folded, *area)
        return _dated(match, 1) if match else None

    def _date_below_title(self) -> _Said[date] | None:
        last = min(self.front_end, _DATE_BELOW_TITLE_MAX)
        match = _DATE_BELOW_TITLE.search(self.folded, 0, last)
        return _dated(match, 1) if match else None

    def _imprint_date(self) -> _Said[date] | None:
        match = _IMPRINT.search(self.folded, self.back_start)
        return _dated(match, 2) if match else None

    def _field_date(self, pattern: re.Pattern[str]) -> _Said[date] | None:
        match = pattern.search(self.folded, 0, self.front_end)
        return _dated(match, 1) if match else None

    def _number(self) -> _Said[str] | None:
        for line in self.front[:_NUMBER_LINES]:
            match = _NUMBER_LINE.match(self.folded, line.start, line.end)
            if match is not None:
                return self._group(match)
        order = self._order()
        if order is not None:
            return order
        match = (
            _NUMBER_FIELD.search(self.folded, 0, self.front_end)
            or _NUMBER_AFTER_TITLE.search(self.folded, 0, min(self.front_end, 300))
            or _NUMBER_OF_FILE.search(self.folded, self.back_start)
        )
        if match is None:
            return None
        start = match.start(1) + title_words_in(match[1])
        return _Said(self._squeezed(start, match.end(1)), (start, match.end(1)))

    def _order(self) -> _Said[str] | None:
        """Return the number of an order: 某省人民政府令 above （第290号）, or in the note."""
        for line, below in pairwise(self.front[:_NUMBER_LINES]):
            number_ = _ORDER_NUMBER.match(self.folded, below.start, below.end)
            if number_ and _ORDER_LINE.match(self.folded, line.start, line.end):
                words = self._squeezed(line.start, line.end) + self._squeezed(*number_.span(1))
                return _Said(words, (line.start, number_.end(1)))
        proclaimed = _PROCLAIMED.search(self.folded, 0, self.front_end)
        return self._group(proclaimed, 2) if proclaimed else None

    def _target_period(self, written: date | None) -> tuple[int, int] | None:
        """Return the years up to the one most targets are set for: a conclusion, not a quote."""
        years = Counter(int(match[1]) for match in _TARGET_YEAR.finditer(self.folded))
        if not years:
            return None
        last, times = max(years.items(), key=lambda item: (item[1], item[0]))
        first = written.year if written is not None and written.year <= last else last
        return (first, last) if times > 1 else None

    def _genre(self, title: _Said[str] | None) -> _Said[str] | None:
        genre = genre_of(title.value) if title else None
        return _Said(genre, title.span) if title and genre else None

    def _addressees(self) -> _Said[str] | None:
        """Return the 主送机关: flush left below the title, closed by a colon (7.3.2)."""
        for line in self.front:
            words = self.folded[line.start : line.end]
            if line.length <= _ADDRESSEES_MAX and _ADDRESSEES.fullmatch(words):
                end = line.end - 1
                return _Said(self._squeezed(line.start, end), (line.start, end))
        return None

    def _labelled(self, pattern: re.Pattern[str]) -> _Said[str] | None:
        match = pattern.search(self.folded, 0, self.front_end)
        return self._group(match) if match else None

    def _validity(self, words: str, title: _Said[str] | None) -> _Said[str] | None:
        """Return what the document says of its own force, at its end or in its title."""
        for area in ((max(0, len(self.text) - _EDGE_MAX), len(self.text)), (0, self.front_end)):
            match = _VALIDITY.search(self.folded, *area)
            if match is not None:
                return self._group(match)
        state = _STATE.search(fold(words))
        return _Said(state[1], title.span if title else None) if state else None

    def _group(self, match: re.Match[str], group: int = 1) -> _Said[str]:
        return _Said(self._squeezed(*match.span(group)), match.span(group))

    def _squeezed(self, start: int, end: int) -> str:
        return "".join(self.text[start:end].split())


def _dated(match: re.Match[str], group: int) -> _Said[date] | None:
    day = parse_date(match[group])
    return _Said(day, match.span(group)) if day else None


def _is_body(words: str) -> bool:
    folded = fold(words)
    return is_body_line(folded, Line(0, len(folded), 0, False))
