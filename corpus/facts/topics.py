"""The industry a section is about: the subject of targets whose clause names none.

Plans give each industry a section of its own and do not repeat its name: under （五）构建完善新材料
产业体系 or 2.新材料 a clause says 新认定高新技术企业30家 and means those of that industry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.document import Section
from corpus.facts.patterns import any_of
from corpus.facts.verbs import AT_START, FLOW
from corpus.unnumbered import PART_NAMES

_TITLE_MAX = 26
"""Characters of a heading that is one short clause."""
_LEADING_WORDS = """
加快 加速 大力 着力 重点 积极 全面 全力 深入 持续 不断 进一步 聚力 合力 奋力 加力 精心 稳步
有序 高水平 高质量 高标准 做大做强 做强做优 做优做强 做强 做优 做大 做精 做特 做深 做实 推进
推动 促进 培育 培优 培强 发展 壮大 构建 完善 打造 建设 提升 聚焦 深化 优化 实施 振兴 突出
改造 支持 引导 推广 形成 巩固 拓展 布局 抢占 突破 抓好 抓实 扶持 繁荣 激活 前瞻布局 谋划
集聚 加强 强化 健全 建立健全 助推 塑强 深耕 鼓励 丰富 主攻 提质 增效 坚定不移 集中 扶优扶强
大抓 建强 延伸 夯实 提振 塑造 树立 构筑 扩大 开展 提速 升级 转型 调整 创新发展
"""
_LEADING = re.compile(rf"^(?:(?:{any_of(_LEADING_WORDS.split())})(?:和|、)?)+")
_NAMED = re.compile(
    r"^(?P<name>[\u4e00-\u9fff“”A-Za-z0-9+\-—·、]{0,12}"
    r"(?:产业|经济|行业|(?<![企行就创专事作毕职从开停学失商物执])业))(?P<tail>.*)$"
)
_TAIL = re.compile(
    r"^(?:(?:体系|集群|集群化|生态|基地|规模|高地|强[省市县区]|新体系|新优势|新高地|新引擎|新动能|新支柱)?"
    r"(?:的)?(?:规模化|集群化|创新|协同|融合|提质|加快|跨越|绿色|高质量|高水平|健康|快速|持续|特色)*"
    r"(?:发展|建设|壮大|培育|提升|振兴|升级|转型升级|倍增|突破|提质增效|做大做强|集聚)?"
    r"(?:行动|工程|专项行动|计划|重点|方向|目标)?)$"
)
_PARTICULAR = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]{2,}")
_GENERAL = re.compile(
    r"^(?:[各本我全][省市县区州国地]?|其他|相关|传统|主导|优势|特色|现代|重点|支柱|未来|现有|新兴|新型|战略性|战略|核心|关键|基础"
    r"|先导|标志性|千亿|百亿|富民|乡村|县域|区域|城市|地方|开放型|外向型|民营|集体|村级|个体|市场|国民|实体|总部|平台|产|高端|高效"
    r"|高新技术|高技术|非公有制|高耗能|两高|相近|有关|新业态|城镇|农村|工业|绿色|现代化|高质量|一二三|第[一二三]|[一二三]次?|[二三]产|大|新)*(?:产业|经济|工业|行业|农业农村经济)$"
)
"""Names of industries in general: whose, or how important, but not which."""
_OWN = re.compile(
    r"产业|经济|工业|农业|服务业|制造业|建筑业|生产总值|GDP|全社会|居民|城镇|财政|公共预算|固定资产|社会消费|进出口|外贸"
)
"""Indicators that are of an industry or of the place as a whole by their own name."""
_OF_ANY = re.compile(
    r"(?:企业|公司|主体|项目|工程|投资|产值|产出|增加值|规模|收入|营收|利润|税收|出口|平台|中心|研究院|研究所|实验室|园|园区|基地|集群"
    r"|人才|团队|专利|标准|产品|装备|首台套|品牌|商标|冠军|小巨人|瞪羚|独角兽|工厂|车间|机构|孵化器|空间|载体|技术|成果|联盟|产业链"
    r"|链主|示范点|试点|案例|场景)(?:[(（].*[)）])?[”》]?(?:总?数量?|总额|总量|个数|家数|建设|投资|开工|年均)*(?:增速|增长|比重|占比|比例)?$"
)
"""What every industry has: the same words under another heading mean something else."""
_INDUSTRY = re.compile(r"(?:产业|经济|行业|工业|业)$")
_VERBAL = re.compile(
    r"推[进动]|加快|发展|提升|培育|打造|建设|完善|促进|[强优深]化|加强|做[大强优]|实施|实现|保障|助力|赋能|带动|引领|支撑|融入|联动"
    r"|改革|开放|招商|投资|转移|承接|合作|协同|融合|振兴|转型|升级|安全|循环|协调|[拼抓育做]|提[质速]|增效|[发聚致]力"
    r"|[扶用]优|具有|更|突出"
    # what is named is no one industry
    r"|[的等“”]|事业|宜居|地[带区]|其他|[一二三四五六七八九十\d]大|(?:特色|优势|核心|主导|支柱|千亿|亿级)产业$"
)
_CLAUSES = re.compile(r"[,，;；:：。]|以")
_SEVERAL = re.compile(r"(?:产业|业|经济).*[、和与及]|[、和与及](?:产业|经济|工业)$|^[、和与及]")
"""Names of several industries, of which a figure may be any: 新材料产业和海洋产业."""
_FIELDS = re.compile(
    r"(?:重点|优势|主导|支柱|新兴|未来|特色|关键|优先|战略)[^,，、]{0,6}?(?:领域|产业|方向|行业|赛道|集群)"
    r"|(?:产业|行业)(?:发展)?(?:方向|领域|重点|布局)|发展(?:重点|方向|领域)$"
)
_BARE_MAX = 10
_SISTERS = 2
_NO_FIELD = re.compile(
    rf"{PART_NAMES}|工程|行动|计划|保障|机制|体[系制]|组织|领导|思想|原则|目标|任务|措施|现状|形势|优势|问题|趋势|空间|布局|政策"
    r"|资金|金融|人才|平台|企业|要素|生态|标准|环境|创新|基础|支撑|能力|水平|结构|质量|品牌|区域|项目|方面|阶段|总体|其[他它]"
    r"|传统|主导|支柱|未来|新兴|城市|乡村|农村|[省市县区]$|片区|园区|开发区|[A-Za-z0-9]$"
)
_BARE_CHARACTERS = re.compile(r"[\u4e00-\u9fffA-Za-z0-9“”（）()+\-—·]+")


def topic_of(sections: Sequence[Section], position: int | None) -> str:
    r"""Return the industry that the headings above a place name, the innermost; "" for none.

    Rather none than a wrong one: a heading counts only when it is one short clause that names one
    industry, or a bare noun among such (2.新材料 under 重点领域).

    >>> from corpus.sections import outline
    >>> tree = outline("一、构建完善新材料产业体系\n主要目标：到2027年，产值达到400亿元。\n")
    >>> topic_of(tree, len(tree) - 1)
    '新材料产业'
    """
    while position is not None:
        section = sections[position]
        topic = _named(section.title) or _field(sections, section)
        if topic:
            return topic
        position = section.parent
    return ""


def may_lean(indicator: str) -> bool:
    """Whether an indicator needs an industry to say what it is of: 高新技术企业, but not 粮食产量.

    What names its matter itself gets none, so that it compares with the same of other places,
    whatever heading it stands under there.
    """
    return _OWN.search(indicator) is None and _OF_ANY.search(indicator) is not None


def names_itself(indicator: str, topic: str) -> bool:
    """Whether an indicator names the industry of its section anyway: 旅游收入 of 旅游业."""
    matter = _INDUSTRY.sub("", topic)
    return len(matter) > 1 and matter[-2:] in indicator


def _named(title: str) -> str:
    """Return the one industry that a title names; its verbs and 体系, 集群 … are left out."""
    if not 1 < len(title) <= _TITLE_MAX or _CLAUSES.search(title):
        return ""
    match = _NAMED.match(_without_verbs(title))
    if match is None or _TAIL.match(match["tail"]) is None:
        return ""
    name = match["name"]
    wrong = (
        _GENERAL.match(name) or _SEVERAL.search(name) or _VERBAL.search(name) or FLOW.search(name)
    )
    return "" if wrong or _PARTICULAR.match(name) is None else name


def _without_verbs(title: str) -> str:
    """Cut the verbs and adverbs off that a title begins with."""
    rest = _LEADING.sub("", title)
    verb = AT_START.match(rest)
    return _LEADING.sub("", rest[verb.end() :]) if verb else rest


def _field(sections: Sequence[Section], section: Section) -> str:
    """Return a bare title when it is one of several that enumerate fields: 1.高端装备 2.新材料."""
    if section.parent is None or not _is_bare(section.title):
        return ""
    if not _FIELDS.search(sections[section.parent].title):
        return ""
    sisters = [
        one.title
        for one in sections[section.parent + 1 :]
        if one.parent == section.parent and one.kind == section.kind and one.level == section.level
    ]
    return section.title if len(sisters) >= _SISTERS and all(map(_is_bare, sisters)) else ""


def _is_bare(title: str) -> bool:
    """Whether a title is a noun alone, of a field and not of a part of the document."""
    if not 1 < len(title) <= _BARE_MAX or _BARE_CHARACTERS.fullmatch(title) is None:
        return False
    return not (_NO_FIELD.search(title) or _VERBAL.search(title) or AT_START.match(title))
