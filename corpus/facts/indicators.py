"""What a figure measures: the words beside it → subject and indicator; a normal form to compare by.

五大战新产业新增培育上市企业 → (五大战新产业, 新增培育上市企业); 新材料产业总产值突破 → (新材料产业,
总产值); a bare 年均增长 is the growth of the indicator named before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.facts.verbs import AT_END, AT_START, FLOW, FLOW_AT_END, INSIDE, TASK

_YEARS = (
    r"(?:力争|争取|确保|计划)?(?:到|至|在)?(?:(?:19|20)[\d０-９]{2}|[二一][〇零○九][〇零○一二三四五六七八九]{2})年?"
    r"(?:[-~—–至][\d]{2,4}年?)?(?:底|末)?(?:之?前)?"
)
_FIVE_YEARS = (
    r"(?:到|至)?[“\"]?[十五六七八九][一二三四五六七八]?五[”\"]?(?:规划)?(?:期?末|期间|时期)"
)
_LEAD = re.compile(
    rf"^(?:{_YEARS}|{_FIVE_YEARS}|力争|力促|争取|努力|确保|计划|预计|预期|其中|同时|并(?![网购联])|且|即|提出|支撑|以及|及|和|、|,|:"
    r"|全面|加快|大力|积极|进一步|着力|重点(?=打造|培育|支持|推进|发展|实施|引进|建成|抓好)|继续|持续|不断|使得?|要|将|总共|一共|共计|共|每年|平均每年|今年|全年|年内"
    r"|本年度|(?:期间)?内|今后|未来(?=[一二三四五六七八九十\d]+年)|[一二三四五六七八九十\d]+年(?:时间)?(?:之?内|左右)|年底前|年底|期间|再|也|基本(?=[建实形达完])|推行|推动|推进|促进|带动"
    r"|实现|达到|保持|主要目标(?:是|为)?|(?:主要)?预期目标(?:是|为)?|目标(?:是|为)?|一是|二是|三是|四是|五是|[\d０-９]+[.．、])+"
)
_ENDING_MAX = 24
_ENDING = re.compile(
    r"(?:分别|均|都|各|全部|力争|努力|争取|确保|将|要|可|应|须|再|约|为|是|在|达到?|到|至|实现|完成|突破|超过|超"
    r"|提[高升](?:到|至)|增[加长](?:到|至)|增至|扩大(?:到|至)|上升(?:到|至)|下?降[低]?(?:到|至|为)|下降(?:到|至)|降[至到]"
    r"|压[缩减](?:到|至)|缩[短小](?:到|至)|缩减[到至]|减少[到至]|扩容[到至]|控制|保持|稳定|维持|总计|合计|不变|同比|有"
    r"|累计|基本|发展到|拓展[到至]|恢复到|做到|[,:、和的])+$"
)
_CHANGE = re.compile(
    r"(?P<yearly>年均|平均每年|每年平均|每年|年平均)?(?:同比|累计|平均|力争|将|再|实现|保持)*"
    r"(?P<change>增长|递增|增加|提[高升]|上升|下降|降低|降|减少|削减|压减|缩短|缩小|高于|低于|快于|翻)$"
)
_COMPARED = re.compile(
    r"(?:,)?(?:比|较)(?:上年|上一年|去年|往年|同期|“?[十五六七八九][一二三四五六七八]?五”?(?:期?末|时期|期间)?|(?:19|20)\d\d年?)"
    r"(?:底|末|同期)?(?:水平)?(?:分别|均|都|累计|年均|平均)*$"
)
_MODAL = re.compile(
    r"^(?P<who>[^,]{2,40}?)(?:力争|争取|确保)(?:每年|实现|达到|完成|全部)*(?P<what>.{2,})$"
)
_ACTOR = re.compile(
    r"(?:[市县区省州盟旗镇乡]|业|平台|企业|集群|园区|各地|高校|学校|医院|机构|部门|单位|局|委|领域)$"
)
_SUBJECT_END = (
    r"(?:[产行工农林牧渔副商企服造矿]业|制造业|服务业|建筑业|旅游业|金融业|数字经济|民营经济|海洋经济|[^人]经济|集群|园区"
    r"|居民|平台|开发区|高新区|(?<!城)[市县省州]|全[国省市区县州镇]|我[省市区县州]|[市县区州省]级|市本级|汽车|领域|行业|部门)"
)
_ATTRIBUTE = (
    r"(?:规模以上|规上|限上|限额以上)?(?:工业)?(?:总产值|产值|增加值|总产出|产业规模|规模|总量|总规模|主营业务|营业|销售|总收入|收入|营收"
    r"|利润|利税|税收|亩均|人均|全员|研发|R&D|投资|占比|占|比重|年均|增速|增长|整车|产能|应用比例|数字化|覆盖率|普及率"
    r"|固定资产|科技|单位|能耗|用水|增加值率|生产率|就业|参保|品牌)"
)
_SUBJECT = re.compile(
    rf"^(?P<subject>.{{0,30}}?{_SUBJECT_END})(?:的)?(?P<attribute>{_ATTRIBUTE}.*)$"
)
_PLACE = re.compile(
    r"^(?P<place>(?:在)?(?:全国(?!重点|文明|百强|先进|示范|一流)|全[省市区县州域]|我[省市区县州]|各(?:市县区|县市区|县区|市州|[市县区地乡镇][^,、]{0,4})))(?:的|内|范围内)?(?=.{2})"
)
_FIELD = re.compile(r"^在?(?P<field>[^,]{2,24}?)(?:等)?(?:重点)?领域(?!类)(?:共|累计)?(?=.{2})")
_BARE = frozenset(("占比", "比重", "比例", "增速", "年均增速", "总量", "覆盖率", "普及率"))
"""Attributes that name nothing without what they are of."""
_GENERIC = re.compile(
    r"^(?:全[国省市区县州]|我[省市区县州])?(?:总数|数量|总量|规模|总规模|总额|总计|合计|占比|比重|累计|个数|面积|人数|总投资|投资|产量|收入|产值|总产值|"
    r"年产值|年产量|增速|年均增速|普及率|覆盖率|总面积|总里程|利用率|增加值)?$"
)
_ET_CETERA = re.compile(
    r"等(?:[“\"「]|.{0,4}(?:目标|任务)$).*$|[（(][^()（）]*[\d０-９][^()（）]*[）)]$"
)
_HAN_ORDER = "一二三四五六七八九十"  # 第一、二、三产业
_LEVEL = re.compile(r"^.{0,12}(?:级|城镇|农村|城市|乡村|地区|县城|城区)$")
_LEVEL_AT_START = re.compile(r"^(?:[国家省市县区乡镇、]{1,6}级|城镇|农村|城市|乡村)")
_CHANGED = re.compile(
    r"(?:年均)?(?:增速|增长|递增|增加|提[高升]|上升|下降|降低|降|减少|削减|压减|缩短|缩小)$"
)
_MEASURE_END = re.compile(
    r"(?:播种|种植|种养|养殖|造林|建筑)?(?:面积|总?产量|产值|规模|数量|总数|总量|总额|率|比例|比重|占比|投资|收入)$"
)
_MONEY_END = re.compile(
    r"(?:产值|收入|营收|规模|增加值|总量|投资|GDP|税收|能级|额|存款|贷款|资产|资金|利润|市值|价值|总产出)$"
)
_SAYS_NOTHING = re.compile(
    r"^[、，,]?(?:力争|争取|确保|努力|或|甚至|最终|并|达到?|到|突破|超过?|实现|完成|再)*$"
)
_FROM_BASE = re.compile(
    r"(?:将)?(?:比|较|由|从)(?:(?:19|20)\d\d年|“?[十五六七八九][一二三四五六七八]?五”?(?:期?末|时期|期间)|(?=[\d０-９]))"
    r"(?:底|末)?的?[^、]{0,24}?(?=(?:年均|平均每年|每年)?"
    r"(?:增长|增加|提高|提升|上升|扩大|下降|降低|减少|降|缩短)[到至为约近]*$)"
)
_EARLIER = re.compile(
    r"^.{2,}?(?:实现|达到|提升[到至]|提高[到至]|保持|突破|稳居|降至|取得).*、(?=[^、]{3,}$)"
)
_CLASS = re.compile(r"[\d０-９][^，,]{0,6}的")
"""收入过50万元的村 is a class of things, which an attribute does not begin."""
_RATIO = re.compile(
    r"[毛净]?[\u4e00-\u9fff]{2}率$|(?:增加值|总?产值|收入|面积|产量)?(?:比重|占比|比例)$"
)
_SHORT = 3
_JOINED_MAX = 4
_JOINERS = re.compile(
    r"、|以及|(?<![饱总共温缓])和(?![谐平美])|(?<![普以])及(?![格时以])|(?<!参)与(?!会)"
)
_RATE_END = re.compile(r"(?:率|比重|占比|比例|增速|指数|强度|额|产值|收入|面积)$")


@dataclass(frozen=True, slots=True)
class Name:
    """What a figure is of: ``subject`` may be empty, ``change`` is 增长, 下降 … when it is one."""

    subject: str
    indicator: str
    change: str = ""
    yearly: bool = False
    verb: str = ""

    def parts(self, count: int) -> list[str] | None:
        """Return the indicator distributed over ``count`` figures, verb and change to each."""
        change = _CHANGED.search(self.indicator)
        suffix = change.group() if change and change.start() else ""
        base = self.indicator.removeprefix(self.verb).removesuffix(suffix)
        if "分别" in base:
            base, _, shared = base.partition("分别")
            suffix = shared + suffix
        heads = split_heads(base, count)
        return None if heads is None else [self.verb + head + suffix for head in heads]

    def of(self, part: str, position: int) -> Name:
        """Return the name with ``part`` of the distributed indicator; it may bring a subject."""
        subject, indicator = _subject("", part) if position else ("", part)
        if not subject:
            return replace(self, indicator=part)
        return replace(self, subject=subject, indicator=indicator)

    @property
    def is_bare_change(self) -> bool:
        """Whether only a change is named, not of what: 年均增长8%."""
        bare = self.indicator in ("年均增速", "增速")
        return bare or bool(self.change and self.indicator == self.change)

    @property
    def generic(self) -> bool:
        """Whether the words say nothing without the ones before: 总数达到…, 年均增长…."""
        return not self.subject and _GENERIC.match(self.indicator) is not None


def name_before(words: str, *, percent: bool) -> Name:
    """Return what the words before a figure name; ``percent`` tells a rate from an amount.

    >>> name_before("到2021年新材料产业总产值突破", percent=False).indicator
    '总产值'
    >>> name_before("地区生产总值年均增长", percent=True).indicator
    '地区生产总值年均增速'
    """
    words = _FROM_BASE.sub("", _EARLIER.sub("", words))
    rest, change, yearly = _predicate(words)
    rest = _LEAD.sub("", rest)
    subject, rest = _subject_before_verb(rest)
    verb = ""
    match = AT_START.match(rest)
    if match and len(rest) > match.end() and not _RATE_END.search(rest):
        verb = match["flow"] or ""
        rest = _LEAD.sub("", rest[match.end() :])
    elif match and match.end() == len(rest):
        verb, rest = match["flow"] or "", ""
    subject, rest = _subject(subject, rest)
    return Name(subject, _indicator(verb + rest, change, yearly, percent), change, yearly, verb)


def _without_ending(words: str) -> str:
    """Cut off what leads from a name to its figure: 力争达到, 分别为."""
    match = _ENDING.search(words, max(len(words) - _ENDING_MAX, 0))
    return words[: match.start()] if match else words


def _predicate(words: str) -> tuple[str, str, bool]:
    """Cut the predicate off: (words before it, verb of change, whether it is a yearly one)."""
    stripped = _without_ending(words)
    match = _CHANGE.search(stripped)
    if match is None or (stripped != words and re.search(r"[到至]$", words[len(stripped) :][:3])):
        return stripped, "", False
    rest = _COMPARED.sub("", stripped[: match.start()])
    return _without_ending(rest), match["change"], match["yearly"] is not None


def _subject_before_verb(words: str) -> tuple[str, str]:
    """Part 全市重点打造无人工厂 into who (全市) and what (打造无人工厂)."""
    parted = _MODAL.match(words)
    if parted is not None:
        return parted["who"], _LEAD.sub("", parted["what"])
    match = INSIDE.search(words)
    if match is None or match.start() == 0 or len(words) == match.end():
        return "", words
    before = words[: match.start()]
    if len(before) > 60 or before.endswith(("的", "“", "、", "和", "年")):
        return "", words
    field = re.match(r"(?:在)?(.+?)(?:等)?(?:重点)?领域$", before)
    cleaned = re.sub(r"(?:力争|重点|将|要|各|共|累计|计划|等地|确保|持续|加快|努力)+$", "", before)
    cleaned = cleaned.removeprefix("加快").removeprefix("在")
    return (field[1].removeprefix("在") if field else cleaned), words[match.start() :]


def _subject(subject: str, words: str) -> tuple[str, str]:
    """Part 新材料产业总产值 into 新材料产业 and 总产值, 全市高新技术企业 into 全市 and the rest."""
    place = _PLACE.match(words)
    if place and len(words) > place.end() + 1:
        words, subject = words[place.end() :], subject or place["place"].removeprefix("在")
    field = _FIELD.match(words)
    if field:
        words, subject = words[field.end() :], field["field"]
    match = _SUBJECT.match(words)
    if match is None or match["subject"] in ("产业", "行业", "企业"):
        return subject, words
    attribute = match["attribute"]
    if _CLASS.search(attribute):
        return subject, words
    if _JOINERS.split(attribute, maxsplit=1)[0] in _BARE:
        return subject, words
    if attribute.startswith("规模") and match["subject"].endswith("产业"):
        attribute = "产业" + attribute  # 新材料产业规模 is the size of the industry
    return match["subject"], attribute


def _indicator(words: str, change: str, yearly: bool, percent: bool) -> str:
    words = words.strip("、，,：:的")
    if not change:
        return words
    if percent and change in ("增长", "递增", "上升"):
        return words + ("年均" if yearly else "") + "增速"
    return words + ("年均" if yearly and words else "") + change


def name_share(noun: str) -> Name:
    """Name the share of those that do something: 80%以上的(县城建成公园) → 县城建成公园比例."""
    return Name("", noun.removeprefix("的").strip("、，,") + "比例")


def same_for(name: Name, last: Name) -> Name:
    """Give a place or level alone the indicator before it: 省级可办率达到90%,县级达到70%."""
    if _LEVEL.search(name.indicator) is None or not _RATE_END.search(last.indicator):
        return name
    return replace(last, subject=name.indicator, indicator=_LEVEL_AT_START.sub("", last.indicator))


def name_after(verb_words: str, noun: str) -> Name:
    """Return what 培育 … 30家以上研发平台 counts: the noun behind the figure."""
    match = AT_END.search(verb_words)
    verb, subject = "", ""
    if match is not None:
        start = AT_START.match(verb_words[match.start() :])
        verb = (start["flow"] or "") if start else ""
        before = _LEAD.sub("", verb_words[: match.start()])
        field = re.match(r"在?(.+?)(?:等)?(?:重点)?领域$", before)
        if field is not None and not field[1].startswith("分"):
            subject = field[1]
        else:
            cleaned = re.sub(r"(?:力争|重点|将|要|共|累计|计划|新|再)+$", "", before)
            subject = cleaned if _ACTOR.search(cleaned) and len(cleaned) <= 40 else ""
    if verb_words.endswith("的"):
        name = name_before(verb_words, percent=False)
        return replace(name, indicator=name.indicator + "的" + noun)
    noun = _ET_CETERA.sub("", noun.removeprefix("的").strip("、，,"))
    return Name(subject, verb + noun, verb=verb)


def governs(words: str) -> bool:
    """Whether ``words`` end in a verb that makes or gets things: 培育, 新建, 力争引进."""
    if words.endswith("的"):
        return AT_START.match(_LEAD.sub("", words)) is not None
    return AT_END.search(words) is not None


def makes(words: str) -> bool:
    """Whether a verb that makes or gets things stands in ``words``."""
    stripped = _LEAD.sub("", words)
    return (
        AT_START.match(stripped) is not None
        or INSIDE.search(stripped) is not None
        or governs(_without_ending(words))
    )


def split_heads(words: str, count: int) -> list[str] | None:
    """Distribute a shared head over ``count`` figures; None when it has another number of parts.

    >>> split_heads("国家级、市级专精特新企业", 2)
    ['国家级专精特新企业', '市级专精特新企业']
    >>> split_heads("年产值超50亿元、20亿元的骨干企业", 2)
    ['年产值超50亿元的骨干企业', '年产值超20亿元的骨干企业']
    """
    parts = _parts(words, count)
    if parts is None:
        return None
    if parts[0][-1] in _HAN_ORDER and parts[-1][0] in _HAN_ORDER:
        lead = "第" if parts[0].startswith("第") else ""
        tail = parts[-1][1:]
        return [part + tail if lead in part else lead + part + tail for part in parts[:-1]] + [
            lead + parts[-1]
        ]
    last = parts[-1]
    tail = _shared_tail(parts, last)
    heads = [part + tail for part in parts[:-1]] + [last]
    lead = _shared_lead(parts[0], last)
    return [heads[0], *(lead + head for head in heads[1:])]


def _parts(words: str, count: int) -> list[str] | None:
    """Part ``words`` at 、和及 outside quotes and brackets; the last joins come first."""
    cuts = [match.span() for match in _JOINERS.finditer(words) if _outside(words, match.start())]
    if len(cuts) + 1 != count:
        marks = [cut for cut in cuts if words[cut[0]] == "、"]
        cuts = marks if len(marks) + 1 == count else cuts[: count - 1]
        if len(cuts) + 1 != count:
            return None
    edges = [0, *(edge for cut in cuts for edge in cut), len(words)]
    parts = [words[edges[at] : edges[at + 1]] for at in range(0, len(edges), 2)]
    return parts if all(parts) else None


def _outside(words: str, at: int) -> bool:
    before = words[:at]
    return all(
        before.count(left) <= before.count(right) for left, right in ("“”", "（）", "()", "《》")
    )


def _shared_tail(parts: Sequence[str], last: str) -> str:
    """Return what the last part says for all: of 国家级 and 市级企业 it is 企业."""
    first = parts[0]
    if _RATE_END.search(first):
        return ""
    if len(first) > 2 and first[-2:] == last[-2:] and not first.endswith("以上"):
        return ""
    ratio = _RATIO.search(last)
    if ratio and len(first) > _SHORT and ratio.start():
        return ratio.group()  # 养老设施、农村食堂覆盖率
    for size in (3, 2, 1):
        ending = first[-size:]
        found = last.find(ending)
        if len(ending) == size and 0 <= found < len(last) - size:
            return last[found + size :]
    return last[len(first) :] if len(first) <= _SHORT and len(last) > len(first) + 1 else ""


def _shared_lead(first: str, last: str) -> str:
    """Return what the first part says for all: 年产值超 of 年产值超50亿元 and 20亿元."""
    match = re.search(r"[\d０-９]", first)
    if match and match.start() and re.match(r"[\d０-９]", last):
        return first[: match.start()]
    return ""


def each_of(name: Name) -> list[str]:
    """Return the indicators one figure is stated for: 发放额、使用额均超过200万元 is of two."""
    count = _joined_count(name.indicator)
    return (name.parts(count) if count > 1 else None) or [name.indicator]


def joined(words: str) -> list[str]:
    """Return the subjects that 、 and 和 join, what they share given to each."""
    count = _joined_count(words)
    return (split_heads(words, count) if count > 1 else None) or [words]


def _joined_count(words: str) -> int:
    """Return how many parts are joined, 1 for more than can be one figure's."""
    cuts = sum(_outside(words, match.start()) for match in _JOINERS.finditer(words))
    return cuts + 1 if cuts <= _JOINED_MAX else 1


def is_rate_list(words: str) -> bool:
    """Whether ``words`` join whole rates, which then share a figure: A率和B率达到95%."""
    ended = _predicate(words)[0]
    parts = _JOINERS.split(ended)
    return 1 < len(parts) <= 4 and all(_RATE_END.search(part) for part in parts)


def measures_money(indicator: str) -> bool:
    """Whether a figure of ``indicator`` without a unit is in 元: 产值突破千亿."""
    return _MONEY_END.search(indicator) is not None


def says_nothing(words: str) -> bool:
    """Whether ``words`` only go on from the figure before: 增长6%、力争7%."""
    return _SAYS_NOTHING.match(_LEAD.sub("", words)) is not None


def without_verb(name: Name) -> str:
    """Return what a name is of: 项目 of 新增项目 and of 项目新开工."""
    return FLOW_AT_END.sub("", name.indicator.removeprefix(name.verb))


def task_verb(words: str) -> re.Match[str] | None:
    """Return the verb that the words of a task begin with: 实施…, 加快推进…."""
    return TASK.match(_LEAD.sub("", words)) or TASK.match(words)


def made(words: str) -> Name | None:
    """Return what a clause of its own has made: 打造升级版企业园; None for any other clause."""
    match = AT_START.match(words)
    if match is None or match.end() == len(words) or "、" in words:
        return None
    return Name("", words[match.end() :])


def in_total(name: Name) -> Name:
    """Return what a sum up to now is of: 新增站点 → 累计站点."""
    return replace(name, indicator="累计" + name.indicator.removeprefix(name.verb), verb="")


def has_verb(words: str) -> bool:
    """Whether a noun phrase brings a verb of its own: 竣工项目, 老旧小区改造."""
    return FLOW.search(words) is not None or "实现" in words


def stem(indicator: str) -> str:
    """Return what an indicator is of, without what it measures: 粮食播种面积 → 粮食."""
    return _MEASURE_END.sub("", indicator) or indicator


_NORMAL: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (r"[\s“”\"'‘’《》()（）·]", ""),
        (r"规模以上|规模上", "规上"),
        (r"限额以上", "限上"),
        (r"高企(?!业)", "高新技术企业"),
        (r"国家级高新技术企业|国家高新技术企业", "高新技术企业"),
        (r"战新产业", "战略性新兴产业"),
        (r"r&d|研究与试验发展|研究与开发|研究开发|科技研发", "研发"),
        (r"研发(?:研发)+", "研发"),
        (r"研发(?:经费)?(?:投入|支出|费用)(?:支出|投入|总额)?|研发经费", "研发经费"),
        (r"(?:地区|国内)?生产总值|gdp", "生产总值"),
        (r"相当于|与(?=.{2,12}之比)", "占"),
        (r"的?(?:比重|比例|占比|之比|份额)$", "比重"),
        (r"(?:占|之?比)(生产总值|主营业务收入|营业收入|销售收入)(?:的)?(?:比重)?$", r"占\1比重"),
        (r"营收|营业收入", "营业收入"),
        (r"主营收入", "主营业务收入"),
        (r"年均增长(?:率|速度)?|年均增幅|年均递增|平均增速|年平均增长", "年均增速"),
        (r"增长率|增长速度|增幅|同比增长|增长$", "增速"),
        (r"^(?:全[国省市区县州]|我[省市区县州])", ""),
        (r"^(?:累计|重点|新)?(?:打造|形成|培育|建成|创建|集聚|建设|拥有)(?=.{2})", ""),
        (r"^(?:新增(?:培育|培养|建设)|新培育|新建成?)", "新增"),
        (r"(?:总数量|总数|数量|家数|个数|总量|数)$", ""),
        (r"的", ""),
    )
)
"""General habits of abbreviating, each named by what it turns into; nothing of one document."""


def normal_indicator(name: str) -> str:
    """Return the form in which indicators of several documents are compared.

    >>> normal_indicator("高企数量"), normal_indicator("规模以上工业增加值增长率")
    ('高新技术企业', '规上工业增加值增速')
    >>> normal_indicator("全社会R&D经费支出占GDP的比重") == normal_indicator(
    ...     "全社会研发投入占地区生产总值比重"
    ... )
    True
    """
    form = name.lower()
    for pattern, replacement in _NORMAL:
        form = pattern.sub(replacement, form)
    return form or name
