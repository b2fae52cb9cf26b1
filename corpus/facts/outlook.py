"""Whether a part of a document looks ahead or back, and to which year.

A plan first says what has been reached (发展现状, 工作回顾), then what is to be reached (发展目标),
then how (主要任务). Headings tell these parts; in a report without such headings the first
paragraph on the coming year's aims does. Inside a sentence, years and words of time decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from corpus.document import Document, Section
from corpus.facts.fact import YearSource
from corpus.facts.figures import han_number
from corpus.sections import is_spoken

Part = Literal["past", "goal", "task", "rule", "support"]
"""past: what has been reached; goal: what is to be reached; task: how; rule: norms, standards and
guidance, which set no aims; support: what somebody gets who meets a condition (政策扶持)."""

_PAST_HEADING = re.compile(
    r"回顾|现状|背景|成就|成绩|成效|形势|问题|过去|总结|发展环境|经验|发展基础|工作基础|现实基础|基础条件"
    r"|主要工作情况|完成情况|进展情况|执行情况|实施情况|落实情况|机遇|挑战"
)
_GOAL_HEADING = re.compile(r"目标|(?:主要|预期|发展|规划|核心|量化)指标|愿景")
_GOAL_NOT = re.compile(r"目标(?:责任|考核|管理|任务分解|群体|对象|人群|导向)|指标(?:体系建设|监测)")
_TASK_HEADING = re.compile(
    r"任务|举措|措施|工程|行动|安排|部署|要求|思路|重点|保障|实施|推进|建设|提升|工作要点"
)
_SUPPORT_HEADING = re.compile(
    r"(?:扶持|奖励|奖补|补贴|补助|资助|优惠|激励)(?:政策|标准|措施|办法|范围|对象|条件)?|申报条件|支持标准"
    r"|待遇|收费|处罚|法律责任|罚则|资格条件|认定条件|申请条件"
)
_RULE_TITLE = re.compile(
    r"(?:条例|办法|规定|细则|规则|准则|章程|标准|规范|法|指南|指引|须知|公告|通告|问答|解读|名单|白皮书"
    r"|词典|大典|导则|规程|批复|复函|纪要)(?:\(.{0,20}\))?(?:的通知)?$"
)
_PREAMBLE = re.compile(
    r"(?:制[定订]|编制|提出|出台)(?:了)?(?:本|以下|如下|此)[^。,\n]{0,10}?(?:规划|计划|方案|要点|意见|措施|行动|纲要|任务)"
)
"""How a plan that lost its title is known: 为…，制定以下措施。"""
_PREAMBLE_END = 3000
_ARTICLES = 5
"""Articles (第X条) from which a document is taken to lay down norms."""
_REPORT_TITLE = re.compile(r"政府工作报告")
_PLAN_TITLE = re.compile(r"规划|计划|方案|行动|要点|意见|措施|纲要|政策|任务|工程|目标")
_PLAN_YEAR = re.compile(
    r"(?<!\d)(?P<year>20\d\d)年?(?:度)?(?!\d)[^\d]{0,16}(?:计划|方案|行动|要点|任务|安排|目标)"
)
_AIMED = re.compile(r"(?<!截至)(?<!截止)(?<!达)到\s*(20\d\d)\s*年")
_AHEAD_SIGNS = ("力争", "主要目标", "发展目标", "目标是", "争取")
_BACK_SIGNS = ("同比", "较上年", "比上年", "截至", "年底,我国", "以来")
_UNTIL = re.compile(r"到\s*20\d\d\s*年|末,")
_PLAN_SIGNS = 2
_REVIEW = re.compile(r"20\d\d年(?:政府|主要)?工作(?:回顾|总结)|(?:^|\n)\s*(?:[一二]、)?工作回顾")
_BEGINNING = 400
"""Characters in which a report comes to what it reviews."""
_TITLE_DEPTH = 2
_TITLE_YEAR = re.compile(
    r"(20\d\d)年[^年\n]{0,12}(回顾|总结|任务|思路|目标|要求|安排|部署|重点|工作$)", re.M
)
_REPORT_YEAR = re.compile(
    r"(20\d\d)年[^。;,\n]{0,14}?(?:目标任务|工作安排|重点工作|主要任务|工作部署|预期目标|总体要求|主要目标"
    r"|发展目标|工作总体|工作任务|工作思路)"
)
_AHEAD = re.compile(
    r"(?:今年|20\d\d年|全年)[^。;,]{0,24}(?:目标|总体要求|工作思路|工作安排|重点工作|主要任务|工作部署)"
    r"|(?:主要)?预期目标(?:是|为|:)|今后五年[^。;]{0,30}(?:目标|要求|思路)|^今年[是,]|做好(?:今年|20\d\d年)|政府工作的?总体要求|总体要求是"
)
_BACK = re.compile(r"回顾|完成|实现了|过去")
OPENING = 60
"""Characters of a paragraph in which a report says what it turns to."""

_UNTIL_YEAR = r"年?[-~—–―－至到]{1,2}(?P<until>(?:19|20)\d\d|\d\d(?!\d))"
_YEAR = rf"(?P<year>(?:19|20)\d\d)(?:{_UNTIL_YEAR})?(?:学?年|(?=[.]\d))"
_HAN_YEAR = r"(?P<han>[二一][〇零○九][〇零○一二三四五六七八九]{2})年"
_FIVE = (
    r"[“\"]?(?P<five>十[一二三四五六七八]?|[五六七八九])五[”\"]?(?:规划)?(?:期?末|期间|时期|收官)"
)
_SPAN = (
    r"(?<![近前续满每过于少上\d])"
    r"(?P<relative>(?:今后|未来)(?=[一二三五十几\d])|(?:\d+[-~—至到])?[一二三四五六七八九十\d]+年(?:左右)?(?:的?时间|之?内|左右))"
)
_NOW = r"(?P<now>今年|年内|本年度?|(?<!年)(?:年底前|年底|年末))"
_MENTION = re.compile(
    # Nothing else begins a mention; looked for first, the search is several times as fast.
    r"(?=[\d一二三四五六七八九十“\"今未年本])"
    rf"(?:{_YEAR}|{_HAN_YEAR}|{_FIVE}|{_SPAN}|{_NOW})"
)
_TIME_SIGNS = ("年", "末", "今后", "未来", "期间", "时期")
"""One of these stands in every mention."""
_BASE_BEFORE = re.compile(r"(?:比|较|相比|以|从|自|由|在|于|据|对比|相当于)(?:\(|“)?$")
_BASE_AFTER = re.compile(
    r"(?:底|末|初)?(?:为基数|为基期|为基础|以来|相比|的?水平|价格?|不变价|可比价|基础上|基准|的\d|同期|增长率?的|起)"
)
_UNTIL_NOW = re.compile(r"(?:截至|截止|截止到|截至到)$")
_AIM_BEFORE = re.compile(r"(?:到|至|力争|争取|确保|在|于)(?:\(|“)?$")
_AIM_AFTER = re.compile(r"(?:年)?(?:底|末)?(?:前|之前|力争|要|计划|将|目标|预期|确保|争取)")


@dataclass(frozen=True, slots=True)
class Mention:
    """A year named at ``at``; None where only relative (五年内).

    ``aim``: it is named as the time to reach something by; ``past``: as the time by which something
    was reached; ``explicit``: the year is written, not 今年 or 五年内.
    """

    at: int
    end: int
    year: int | None
    aim: bool
    past: bool
    explicit: bool


def mentions(words: str, now: int | None) -> list[Mention]:
    """Return the years a paragraph names as times; bases of comparison (比2020年) are left out."""
    found: list[Mention] = []
    if not any(sign in words for sign in _TIME_SIGNS):
        return found
    for match in _MENTION.finditer(words):
        before, after = words[max(0, match.start() - 4) : match.start()], words[match.end() :][:8]
        if _UNTIL_NOW.search(before):
            year = _year(match, now)
            ahead = year is not None and now is not None and year > now
            found.append(Mention(match.start(), match.end(), year, ahead, not ahead, True))
            continue
        if _BASE_AFTER.match(after) or (
            _BASE_BEFORE.search(before) and not (before.endswith(("在", "于")))
        ):
            continue
        aim = bool(_AIM_BEFORE.search(before) or _AIM_AFTER.match(after)) or not match["year"]
        explicit = not (match["now"] or match["relative"])
        year = _year(match, now)
        found.append(Mention(match.start(), match.end(), year, aim, False, explicit))
    return found


def _year(match: re.Match[str], now: int | None) -> int | None:
    if match["year"]:
        last = match["until"] or match["year"]
        return int(match["year"][:2] + last) if len(last) == 2 else int(last)
    if match["han"]:
        digits = "".join(str(_digit(character)) for character in match["han"])
        return int(digits)
    if match["five"]:
        # The first five-year plan ended in 1957, each later one five years after the last.
        return 1955 + 5 * han_number(match["five"]) if match["five"] else None
    return None if match["relative"] else now


def _digit(character: str) -> int:
    return 0 if character in "〇零○" else han_number(character)


class Outlook:
    """What a document's parts are for, and the years it was written in and plans to."""

    def __init__(self, document: Document, folded: str, sections: Sequence[Section]) -> None:
        self.sections = sections
        metadata = document.metadata
        title = metadata.title
        self.is_report = bool(_REPORT_TITLE.search(title)) or "各位代表" in folded
        self.is_report = self.is_report or _REVIEW.search(folded, 0, _BEGINNING) is not None
        articles = sum(section.label.endswith("条") for section in sections)
        self.is_rule = not self.is_report and (
            bool(_RULE_TITLE.search(title.translate(_HALF))) or articles >= _ARTICLES
        )
        period = metadata.period
        written = metadata.date_written or metadata.date_published
        self.now: int | None = written.year if written else None
        if self.is_report:
            self.now = self.now or _report_year(folded, sections) or (period[1] if period else None)
        if self.now is None and period is not None and period[0] < period[1]:
            self.now = period[0]
        self.horizon: int | None = period[1] if period else _titled_year(title)
        if self.is_report:
            self.horizon = self.now or self.horizon
        self.is_plan = self.is_report or _sets_aims(folded, title)
        if self.horizon is None and self.is_plan and not self.is_rule:
            self.horizon = _aimed_year(folded, self.now)
        self._turned = not self.is_report
        self._part = cache(self._part_of)

    def turn(self, opening: str) -> None:
        """Note how the next paragraph opens: a report that turned to what is ahead stays so."""
        if not self._turned and (match := _AHEAD.search(opening)):
            self._turned = not _BACK.search(opening, 0, match.end() + 6)

    def headed(self, position: int | None) -> Part | None:
        """Return what the headings say the section at ``position`` is for; None: they do not."""
        return None if position is None else self._part(position)

    def part(self, position: int | None) -> Part:
        """Return what the section at ``position`` (None: above the first heading) is for."""
        part = self._part(position)
        if self.is_report and part in ("task", "goal") and not self._turned:
            if position is not None and self._ahead(position):
                self._turned = True
                return part
            return "past"
        return part

    def _ahead(self, position: int) -> bool:
        """Whether the section or one above it names the coming year: 二、2024年工作安排."""
        at: int | None = position
        while at is not None:
            section = self.sections[at]
            years = re.findall(r"20\d\d(?=年)", section.title.translate(_HALF))
            if years and self.now is not None and int(max(years)) >= self.now:
                return True
            at = section.parent
        return False

    def _part_of(self, position: int | None) -> Part:
        if position is None:
            return "rule" if self.is_rule else "task"
        section = self.sections[position]
        own = self._own_part(section)
        above = self._part(section.parent)
        if own == "goal" and above == "past":
            return "past"
        if own in ("past", "support") and above == "goal":
            return "goal"  # 推广应用成效显著 is what is to come about
        if own is None or (own == "task" and above in ("past", "rule", "support")):
            return above
        return own

    def _own_part(self, section: Section) -> Part | None:
        title = section.title
        if len(title) > 40 or not title:
            return None
        if _GOAL_HEADING.search(title) and not _GOAL_NOT.search(title):
            return "goal"
        years = re.findall(r"20\d\d(?=年)", title.translate(_HALF))
        if years and self.now is not None and int(max(years)) < self.now and self.is_report:
            return "past"
        if _SUPPORT_HEADING.search(title):
            return "support"
        if _PAST_HEADING.search(title) and not re.search(r"要求|解决|整改|应对|把握|导向", title):
            return "past"
        return "task" if _TASK_HEADING.search(title) else None

    def scope(self, position: int | None) -> int | None:
        """Return where a year holds: the （一）-section, else the innermost numbered one."""
        at, innermost = position, None
        while at is not None:
            section = self.sections[at]
            if section.kind == "heading" and not is_spoken(section):
                if section.level <= 2:
                    return at
                innermost = at if innermost is None else innermost
            at = section.parent
        return innermost

    def is_past(self, mention: Mention) -> bool:
        """Whether the year lies before the document, so that a figure of it was reached."""
        if mention.past:
            return True
        if mention.year is None or self.now is None:
            return False
        return mention.year < self.now


def _report_year(folded: str, sections: Sequence[Section]) -> int | None:
    """Return the year a report is for: the last its headings name, or the one it names most."""
    titles = "\n".join(section.title for section in sections if section.depth <= _TITLE_DEPTH)
    headed = _TITLE_YEAR.findall(titles.translate(_HALF))
    if headed:
        # A review is given in the year after the one it is of.
        return max(int(year) + (word in ("回顾", "总结")) for year, word in headed)
    years = [int(match[1]) for match in _REPORT_YEAR.finditer(folded)]
    return max(set(years), key=years.count) if years else None


def _titled_year(title: str) -> int | None:
    """Return the year a plan is called after, with 年 or without: 数字青禾2021行动方案."""
    found = _PLAN_YEAR.search(title.translate(_HALF))
    return int(found["year"]) if found else None


def _aimed_year(folded: str, now: int | None) -> int | None:
    """Return the one year that a plan without a period aims at (到2027年), None for several."""
    years = {int(match[1]) for match in _AIMED.finditer(folded)}
    ahead = {year for year in years if now is None or year >= now}
    return ahead.pop() if len(ahead) == 1 else None


def _sets_aims(folded: str, title: str) -> bool:
    """Whether a document is a plan: it is called one, or words of aim outweigh those of report."""
    ahead = sum(map(folded.count, _AHEAD_SIGNS)) + 2 * len(_UNTIL.findall(folded))
    back = sum(map(folded.count, _BACK_SIGNS))
    if ahead < back:
        return False
    called = _PLAN_TITLE.search(title) or _PREAMBLE.search(folded, 0, _PREAMBLE_END)
    return called is not None or ahead >= _PLAN_SIGNS


class Years:
    """The year a figure holds for: of its sentence, its section, or the plan."""

    def __init__(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self._of_scope: dict[int | None, int] = {}

    def note(self, scope: int | None, found: Sequence[Mention]) -> None:
        """Remember the last year of a sentence for what follows in the same section.

        A yearly report looks further ahead now and then (到2025年…); what follows is of its year.
        """
        if self._outlook.is_report:
            return
        for mention in found:
            if mention.aim and mention.year is not None and not self._outlook.is_past(mention):
                self._of_scope[scope] = mention.year

    def year(
        self, mention: Mention | None, scope: int | None
    ) -> tuple[int | None, YearSource | None]:
        """Return the year of a figure and where it was read; 五年内 names none."""
        if mention is not None:
            return mention.year, "sentence" if mention.year is not None else None
        if scope in self._of_scope:
            return self._of_scope[scope], "section"
        horizon = self._outlook.horizon
        return horizon, "plan" if horizon is not None else None


_HALF = {ord("（"): "(", ord("）"): ")"} | {ord("０") + digit: str(digit) for digit in range(10)}
