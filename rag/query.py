"""What a question asks: its kind, the places, years and bodies it names, and its content words.

Everything here reads the question's wording alone and what the library is (its regions); finding
passages is the retriever's business. The word lists name how Chinese questions are asked and how
official bodies are called; none belongs to a document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from corpus.divisions import find_divisions
from corpus.fold import fold, squeeze
from index.analyser import word_edges
from rag.answer import QuestionKind
from rag.bodies import CHARGED, TASKS_OF_BODY, KnownBodies

AnswerShape = Literal[
    "figure", "percent", "money", "date", "when", "period", "phone", "doc_number", "any"
]
"""What an answering sentence must contain to be one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place a question names, at ``[start, end)`` of the folded question.

    ``region`` is the library's region it denotes, None for other places; ``province`` the full
    name of the province it lies in, where that is known. ``contains``: it is named only to say
    where the places after it lie.
    """

    written: str
    name: str
    region: str | None
    start: int = 0
    end: int = 0
    province: str | None = None
    contains: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A question, understood.

    ``content`` is the folded question without its asking words and without white space;
    ``focus`` the part of it that a follow-up added (empty for a first question). ``years`` are
    those the question fixes; ``tasks`` says that all tasks of the ``bodies`` are asked for;
    ``phrases`` what it puts in quotation marks, white space removed;
    ``unit`` the measure word it counts in (家, 个, 亿元 …), empty when it gives none.
    """

    text: str
    kind: QuestionKind
    content: str
    focus: str = ""
    places: tuple[Place, ...] = ()
    years: tuple[int, ...] = ()
    bodies: tuple[str, ...] = ()
    tasks: bool = False
    phrases: tuple[str, ...] = ()
    shape: AnswerShape = "any"
    unit: str = ""

    @property
    def regions(self) -> tuple[str, ...]:
        """The library's regions that the question names, each once."""
        return tuple(
            dict.fromkeys(
                place.region for place in self.places if place.region and not place.contains
            )
        )

    @property
    def naming(self) -> tuple[str, ...]:
        """What an answer should name: the quoted phrases, and the subject a follow-up turns to.

        An attribute (增速) is no subject: the same one goes by several names (年均增长).
        """
        named = 2 <= len(self.focus) <= LONGEST_SUBJECT and not ATTRIBUTE.search(self.focus)
        return (*self.phrases, self.focus) if named else self.phrases

    @property
    def matter(self) -> str:
        """The content without the places."""
        rest = self.content
        for place in self.places:
            rest = rest.replace(squeeze(place.written), " ")
        return rest

    @property
    def wording(self) -> str:
        """The matter without years, 目标 and particles: words a passage about it would share."""
        return re.sub(r"\d{4}年?|目标|要求|情况|[的了]", " ", self.matter)

    @property
    def topic(self) -> str:
        """The matter without years and what merely joins words; empty when nothing is asked."""
        return re.sub(r"\d{4}年?|[省市县区的和与及跟到在至年，、,\s-]", "", self.matter)

    @property
    def about_document(self) -> bool:
        """Whether the document itself is asked about: its date, number, term or issuer."""
        return ABOUT_DOCUMENT.search(self.text) is not None

    @property
    def elsewhere(self) -> tuple[Place, ...]:
        """Places named that no document of the library speaks for."""
        return tuple(place for place in self.places if place.region is None and not place.contains)

    @property
    def subject(self) -> str | None:
        """The region the question is about: the first one it names."""
        return self.regions[0] if self.regions else None


LONGEST_SUBJECT = 10
ATTRIBUTE = re.compile(
    r"增[速长幅]|产值|规模|占比|比[重例]|收入|投资|资金|数量|总量|目标|任务|措施|举措|要求|时间|期限|日期|标准"
    r"|条件|范围|对象|流程|材料|依据|责任|负责|牵头|配合|部门|单位|电话|地址"
)
"""What one can ask of any subject."""
MEASURE = (
    "(?:分钟|小时|公里|千米|平方米|工作日"
    "|[家个项所人名条件座辆倍年月周天日支次批类种份处台套户村亩岁寸级位门艘架间例只头株吨斤克升瓦米里])"
)
"""Measure words, as a pattern."""
HOW_MANY = r"(?:多少|(?<![哪第])几)"
HOW = r"(?<![更许众很诸最增繁])多[大高快长重宽](?![型量项中])"
WHICH_BODIES = (
    r"(?:哪|什么|啥)(?:一?个|些|几个|几家)?(?:政府|职能|牵头)?"
    r"(?:部门|单位|厅局|委办局|科室|厅|局|处室)"
)

KIND_PATTERNS: tuple[tuple[QuestionKind, str], ...] = (
    (
        "aggregate",
        r"(?:哪些|哪几[份个]|各个?|所有|全部)(?:文件|方案|计划|政策|规划)"
        r"|(?:全部|逐项|逐条|逐一|一一)列出|列全|列举所有|请列出所有"
        r"|(?:哪些|哪几[项条个]|什么)(?:具体)?(?:任务|条目|职责|分工)",
    ),
    (
        "measure",
        r"(?:要|应|应当|需要|该|主要|具体)?做(?:好|些)?(?:哪|什么)(?:几[件项])?(?:些)?(?:工作|事)",
    ),
    (
        "responsible",
        r"责任(?:单位|部门|主体)|牵头|配合(?:单位|部门)|主管(?:单位|部门)|分管|由谁|归谁|找谁"
        r"|谁(?:来|去)?(?:负责|主管|管|抓|承担|实施|落实|统筹|主抓|协同|审批|受理)"
        rf"|{WHICH_BODIES}",
    ),
    (
        "basis",
        r"(?:依据|根据|按照?|贯彻|落实|遵照)[^,。]{0,12}(?:什么|哪|啥)[^,。]{0,6}"
        r"(?:文件|文号|规定|法|政策|通知|意见|精神)"
        r"|(?:依据|根据)的?(?:是)?(?:什么|哪|啥)|(?:什么|哪|啥)[^,。]{0,8}(?:依据|根据)"
        r"|(?:制定|出台|编制)(?:的)?(?:依据|根据)|上位(?:文件|法|规划)",
    ),
    ("measure", r"^(?!.*(?:多少|几)).*(?:怎么(?!样|理解)|怎样(?!的)|如何|咋(?!样))"),
    (
        "date",
        r"哪一?天|哪一?日|何时|什么时[候间]|啥时|几月|几号|哪一?年|哪几年|日期|截止时间|起始?时间"
        r"|有效期|多久|期限",
    ),
    (
        "number",
        rf"{HOW_MANY}|{HOW}|百分之几|占比|比[重例]|增[速幅]|目标值|数量|总量",
    ),
    (
        "definition",
        r"^(?:什么|啥)是|是指|指的?是|指(?:什么|哪|啥)|什么意思|啥意思|含义|定义|怎么理解|何谓|何为|什么叫|啥叫"
        r"|哪[两二三四五六七八九十]化|是什么概念|什么样的|怎样的|何种",
    ),
    (
        "list",
        r"哪(?:些|几|[两二三四五六七八九十]|\d)|都?有什么|都?有啥|包括什么|包含什么|分别是什么"
        r"|列出|列举",
    ),
    (
        "measure",
        r"怎么|怎样|如何|咋|什么(?:措施|举措|办法|方式|要求|安排|支持|做法)"
        r"|能不能|可不可以|是否",
    ),
    ("definition", r"(?:是|为)(?:个)?(?:什么|啥)$"),
    ("entity", r"什么|啥|哪|谁|第几"),
)
"""The kind of a question by its asking words; the first pattern that is found decides."""

ASKING_WORDS = re.compile(
    r"请问一?下?|请教一?下?|想问一?下?|我想(?:知道|了解)|麻烦(?:问|查)一?下?|帮我(?:查|找|看)一?下?|告诉我"
    r"|请(?:全部|逐项|逐条|分别)?(?:列出|列全|列举|说明|回答|对比|比较)(?:来)?"
    r"|全部列出|逐项列出"
    r"|(?:分别|各自|各|具体|主要|总共|一共|到底|究竟)?(?:是|为|有|要|指|包括|包含)?"
    rf"(?:{HOW_MANY}(?:万|亿)?(?:元|{MEASURE})?|{HOW}|百分之几)(?:以上)?"
    rf"|{WHICH_BODIES}"
    r"|(?:分别|各自|都|具体|主要)?(?:是|有|为|指|包括|包含|含|要)?(?:哪|什么|啥)(?:一|几|些|两|[二三四五六七八九十])?"
    r"(?:方面|内容|东西|样的?|个|项|条|种|类|家|份|天|年|日|位)?"
    r"|怎么(?:样|办|说|写|做|搞|弄)?的?|怎样|如何|咋(?:样|办|整|弄)?|何时|由谁来?|谁来?|归谁"
    r"|是指|指的是|什么意思|啥意思|含义是?|分别|各自|打算|准备|计划要|目标是|目标$|要求是$"
    r"|能不能|可不可以|是不是|有没有|是否|包括|包含|吗|呢|吧|呀|啊|么$|[?？!！。，,、;；:：]"
)
"""Wording that asks and says nothing of the subject; removed before comparing with text."""

ASKS = re.compile("哪些|哪[个几]|什么|多少|怎么|怎样|如何|谁|啥|呢|吗")
"""Words that are words wherever they stand, whatever a dictionary joins them to."""

ABOUT_DOCUMENT = re.compile(
    r"落款|成文|印发|发布|公布|签发|发文|文号|施行|生效|失效|实施期|有效期|为止|到期|哪几年|起止|第几次|会议(?:审议|通过)|公开方式|索引号|信息公开"
)
"""Words that ask about a document itself, which its first and last lines state."""

YEAR = re.compile(
    rf"(?<![\d.])(?:20|19)\d\d(?=年|[-—–~至到/])"
    rf"|(?<![\d.])(?:20|19)\d\d(?!\d|[.,]\d|[万亿元%多余]|{MEASURE})"
)
"""A calendar year; 2000亿元 is none."""
PLAN_PERIOD = re.compile(r"[“\"]?十([一二三四五六七])五[”\"]?|[“\"](十|九|八)五[”\"]")
QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{2,60})[”\"」』》]")
MENTIONED = re.compile(r"(?:提到|提及|写到|涉及)了?([^,。?的]{2,16}?)(?:的|[,。?]|$)")
BODY = re.compile(
    r"[\u4e00-\u9fff]{0,14}?(?:领导小组(?:办公室)?|委员会|管委会|办公室|改革委|部门|工作专班"
    r"|[\u4e00-\u9fff](?:局|厅|委)"
    r"|(?:[省市县区州委]|政府|金融|人才|法制|外事|国资|编|信访|扶贫|网信|督查|文明)办"
    r"|(?:宣传|组织|统战|工信|科技|财政|教育|商务|农业农村|交通运输|生态环境|民政|司法|公安)部)"
    r"(?=$|要|在|需|应|作为|参与|承担|主管|主抓|分管|管|具体|主要|有)"
)
PROVINCE_WORDS = re.compile(
    r"省里|省级层面|全省|我省|省内|(?:^|[,、和跟与])省(?:的)?(?=[,、和跟与]|[这那]?(?:份|个)?(?:通知|文件|计划|方案|意见))"
)
ALL_PLACES = re.compile(
    r"(?:哪些|哪几个?)(?:地方|地区|城市|省[市份]?|市县?|县[市区]?|区县?)[^,。]{0,24}?(?:目标|指标|增[长速幅]|占比|多少)|"
    r"(?:各地|各市|各省|各县|各区|各家|[两三几]个?[地市省])[^,。]{0,30}(?:分别|各自?[要是为定有]|对比|比较)"
    r"|(?:对比|比较)(?:一下)?(?:各地|各市|各省|各县|各区|[两三几]个?[地市省])"
)
CONTAINER = re.compile(
    r"(?:省|自治区|市)?的?[两三四五六七八九十\d]+个?(?:地级|设区)?[市县区](?=[\(:,、])"
)
"""A province that is named only to say where the places after it lie: 浙江三市（杭州、温州…）."""
NATION = "全国"
NATIONAL = re.compile(
    r"(?:国家|全国)层面|国务院|(?:^|[,、和跟与])(?:国家|全国)"
    r"(?=的|[,、和跟与]|[这那]?(?:份|个)?(?:规划|政策|预案|意见|方案|计划|办法|通知))"
)
"""The nation as a party; 全国一流 and 国家级 name none."""
PLACE_SUFFIX = re.compile(r"(?<=..)(?:特别行政区|自治区|自治州|省|市|县|区|州|盟|镇|乡|街道)$")
GENERIC_AREA = re.compile(
    r"(?:高新技术|经济技术|产业|经济|高新|新兴|自主创新|综合)*(集聚区|开发区|示范区|试验区|新区|园区|合作区|高新区|保税区)$"
)


LEVEL_WORDS = "省市县区州盟旗"


class Gazetteer:
    """The places a question may name: all administrative divisions and the library's own regions.

    A region that is not a division is known by its own name: a town by its full or short name, a
    zone by its proper name followed within a few characters by the kind of area it is (浙南集聚区
    for 温州浙南产业集聚区).
    """

    def __init__(self, regions: Sequence[str]) -> None:
        self.regions = tuple(regions)
        self._own = tuple(
            (region, pattern) for region in regions if (pattern := _own_pattern(region))
        )
        self._provinces = tuple(region for region in regions if region.endswith(("省", "自治区")))

    def find(self, text: str, *, near: Sequence[Place] = ()) -> tuple[Place, ...]:
        """Places named in ``text``, in order; a zone hides the division inside its name.

        省里 means the province of the places named beside it or before (``near``), else the only
        province of the library.
        """
        found: list[Place] = []
        for region, pattern in self._own:
            divisions = find_divisions(region)
            province = divisions[0][0].province if divisions else None
            found += [
                Place(match.group(), region, region, *match.span(), province=province)
                for match in pattern.finditer(text)
            ]
        for division, (start, end) in find_divisions(text):
            if not any(place.start < end and start < place.end for place in found):
                own = division.name if division.name in self.regions else None
                province = division.province
                found.append(Place(text[start:end], division.name, own, start, end, province))
        said = PROVINCE_WORDS.search(text)
        meant = self._province_meant([*found, *near]) if said else None
        if said and meant and all(place.region != meant for place in found):
            found.append(Place(said.group(), meant, meant, *said.span(), province=meant))
        found.sort(key=lambda place: place.start)
        return tuple(
            replace(
                place, contains=place is not found[-1] and bool(CONTAINER.match(text, place.end))
            )
            for place in found
        )

    def _province_meant(self, places: Sequence[Place]) -> str | None:
        named = [place.province for place in places if place.province in self._provinces]
        if named:
            return named[0]
        return self._provinces[0] if len(self._provinces) == 1 else None


def _own_pattern(region: str) -> re.Pattern[str] | None:
    """How texts call a region that is no administrative division; None for one that is."""
    if region == NATION:
        return NATIONAL
    divisions = find_divisions(region)
    if divisions and divisions[0][1] == (0, len(region)):
        return None
    kind = GENERIC_AREA.search(region)
    if not kind:
        return re.compile("|".join(map(re.escape, (region, PLACE_SUFFIX.sub("", region)))))
    start = divisions[0][1][1] if divisions and divisions[0][1][0] == 0 else 0
    proper = region[start : kind.start()]
    if len(proper) < 2:
        return re.compile(re.escape(region))
    prefix = f"(?:{re.escape(region[:start])}(?:市|省)?)?" if start else ""
    return re.compile(f"{prefix}{re.escape(proper)}[\\u4e00-\\u9fff]{{0,6}}?{kind.group(1)}")


def understand(
    text: str, gazetteer: Gazetteer, *, focus: str = "", known: KnownBodies | None = None
) -> Query:
    """Read a standalone question; ``focus`` is what a follow-up asked anew.

    ``known`` are the bodies of the library.
    """
    folded = squeeze(text)
    places = gazetteer.find(folded)
    bodies = bodies_in(folded, places, known)
    kind = question_kind(folded, places)
    asks_for_tasks = bool(bodies) and kind != "measure" and asks_tasks(folded, kind)
    return Query(
        text=text,
        kind="aggregate" if asks_for_tasks else kind,
        content=content_of(folded),
        focus=content_of(squeeze(focus)),
        places=places,
        years=years_in(folded),
        bodies=bodies,
        tasks=asks_for_tasks,
        phrases=phrases_in(text),
        shape=answer_shape(folded),
        unit=asked_unit(folded),
    )


def question_kind(folded: str, places: Sequence[Place] = ()) -> QuestionKind:
    """The kind of a question by its asking words.

    >>> question_kind("新材料产业总产值目标是多少?")
    'number'
    """
    bare = re.sub(r"[?？!！。]+$", "", folded)
    kind: QuestionKind = next(
        (kind for kind, pattern in KIND_PATTERNS if re.search(pattern, bare)), "other"
    )
    if kind != "aggregate" and (compares(bare, places) or ALL_PLACES.search(bare)):
        return "comparison"
    return kind


def compares(folded: str, places: Sequence[Place]) -> bool:
    """Whether two regions are put side by side (甲和乙, 甲、乙), or 分别 or 各 spreads over them.

    A second place further on (甲在乙建设什么) is part of what is asked, not another party.
    """
    regions = [place for place in places if place.region and not place.contains]
    if len({place.region for place in regions}) < 2:
        return False
    beside = any(
        re.fullmatch(
            r"(?:全?[市省县区]|这?边|里|的)*[、,，和与跟及同/]\s*", folded[one.end : two.start]
        )
        for one, two in pairwise(regions)
    )
    return beside or re.search(r"分别|各自|各[要是有为定达]|对比|相比|比较", folded) is not None


def content_of(folded: str) -> str:
    """What is left when the asking words are gone; runs are kept apart by a blank.

    >>> content_of("温州有哪些新材料基地?"), content_of("引进多少人才?")
    ('温州 新材料基地', '引进 人才')
    """
    return " ".join(without_asking(folded, " ").split())


def without_asking(text: str, instead: str = "") -> str:
    """``text`` with ``instead`` for its asking words, which never take a part of another word.

    In 多少人才 the measure word 人 is not asked with: it belongs to 人才.
    """
    edges = word_edges(text).union(*(match.span() for match in ASKS.finditer(text)))
    kept, at = [], 0
    for match in ASKING_WORDS.finditer(text):
        inside = [edge for edge in edges if match.start() <= edge <= match.end()]
        if len(inside) > 1:
            kept += [text[at : min(inside)], instead]
            at = max(inside)
    return "".join([*kept, text[at:]])


def phrases_in(text: str) -> tuple[str, ...]:
    """What a question quotes, white space removed; else what it asks to find mentioned.

    >>> phrases_in("哪些文件提到了产业基金?")
    ('产业基金',)
    """
    quoted = tuple(filter(None, map(squeeze, QUOTED.findall(fold(text)))))
    mentioned = MENTIONED.search(squeeze(text))
    return quoted or ((mentioned.group(1),) if mentioned else ())


def years_in(folded: str) -> tuple[int, ...]:
    """Calendar years a question fixes; 十四五末 is the last year of that plan (2025).

    >>> years_in("到2022年")
    (2022,)
    """
    years = {int(match.group()) for match in YEAR.finditer(folded)}
    for match in PLAN_PERIOD.finditer(folded):
        later, earlier = match.groups()
        plan = 11 + "一二三四五六七".index(later) if later else 8 + "八九十".index(earlier)
        years.add(1955 + 5 * plan)
    return tuple(sorted(years))


def asks_tasks(folded: str, kind: QuestionKind) -> bool:
    """Whether all tasks of a body are asked for, not who is charged with a task."""
    if kind == "aggregate" and CHARGED.search(folded):
        return True
    return TASKS_OF_BODY.search(re.sub(WHICH_BODIES, " ", folded)) is not None


def bodies_in(
    folded: str, places: Sequence[Place], known: KnownBodies | None = None
) -> tuple[str, ...]:
    """Official bodies the question names, without the place before them.

    >>> bodies_in("市科技局负责哪些任务?", ())
    ('市科技局',)
    """
    named = folded
    for place in places:
        # 温州市发改委 is 市发改委, and not 州市发改委: of a place only its last word goes on.
        end = place.end - 1 if place.written[-1:] in LEVEL_WORDS else place.end
        named = named[: place.start] + " " * (end - place.start) + named[end:]
    found = list(known.find(re.sub(WHICH_BODIES, " ", named))) if known else []
    text = folded
    for name in (*found, *(squeeze(place.written) for place in places)):
        text = text.replace(name, " ")
    asked = re.compile(f"{WHICH_BODIES}|{ASKING_WORDS.pattern}")
    for run in re.split(
        r"[\s，,、和与及跟的由是为]|负责|牵头|配合|包含|中有|里有|作为|责任单位|牵头单位",
        asked.sub(" ", text),
    ):
        if match := BODY.match(run):
            found.append(match.group())
    return tuple(dict.fromkeys(found))


def answer_shape(folded: str) -> AnswerShape:
    """What form the asked value has.

    >>> answer_shape("年均增速要达到多少?")
    'percent'
    """
    if re.search(
        r"(?:联系|咨询|举报|投诉|服务|办公|值班)电话|电话(?:号码)?(?:是)?(?:多少|什么|几号?|[?呢]|$)|联系方式|手机号",
        folded,
    ):
        return "phone"
    if re.search(r"(?:发文字号|文号|发文号|几号文)", folded):
        return "doc_number"
    if re.search(r"哪几年|起止|实施期|规划期|有效期", folded):
        return "period"
    if re.search(r"哪一?天|哪一?日|几月|几号|日期", folded):
        return "date"
    if re.search(r"何时|什么时[候间]|啥时|多久|多长时间|期限", folded):
        return "when"
    if not re.search(rf"{HOW_MANY}|{HOW}|百分之几", folded):
        return "any"
    unit = asked_unit(folded)
    if unit and unit != "元":
        return "figure"
    if re.search(rf"百分之几|增[速幅]|占比|比[重例]|占.{{1,12}}的?{HOW_MANY}", folded):
        return "percent"
    if re.search(
        r"产值|营收|收入|投资|资金|经费|金额|多少钱|多少元|多少个?[万亿]|亿元|万元|税收|补助|补贴|奖励|奖补|罚[款多]|票价|费用?是",
        folded,
    ):
        return "money"
    return "figure"


def asked_unit(folded: str) -> str:
    """The measure word after 多少 or 几.

    >>> asked_unit("要培育多少家企业?")
    '家'
    """
    match = re.search(rf"{HOW_MANY}(?:万|亿)?(元|{MEASURE})", folded)
    return match.group(1) if match and match.end() in word_edges(folded) else ""
