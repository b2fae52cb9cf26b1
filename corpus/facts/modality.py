"""Words that tell an aim from what was reached, given, charged or laid down."""

from __future__ import annotations

import re

_AIM = re.compile(
    r"力争|力促|争取|努力|确保|预期(?!为)|目标|计划(?=[新引培建投实完安])|奋力|将(?=[达建新实培])|规划(?=[建布新])"
    r"|每年(?!同期)|年均(?=[新引培建])|到[^,;。]{0,12}末"
)
_REACHED = re.compile(
    r"已(?!经济)|(?<!为)了(?![解望])|截至|截止|去年|上年(?!度?末?水平)|以来|目前|[现共]有(?=[^,;。]{0,15}\d)|曾|过去|预计|预测|当年(?!技术)|相比|仅为|原来"
)
_OFTEN_REACHED = re.compile(
    r"累计|同比(?=[增上提下降])|获批|获得|荣获|入选|上榜|排名|位居|位列|居全[省国市球]|位次|创历史|新高|分别为"
    r"|连续[\d一二三四五六七八九十]+年"
)
_BOON = re.compile(
    r"给予|奖励|补助|补贴|资助|奖补|贴息|贴补|予以(?:奖|补|支)|罚款|处[\d一二三四五六七八九]|罚金|没收|违约金|滞纳金|收费|缴纳|缴费"
    r"|最高(?:不超过|可|给|限额|额度|限价)|贷款额度|免征|减征|减按|税率|(?:的|按)[^,;。]{0,10}标准(?:给|发|补|执)|每人每(?:月|年|天|次)"
    r"|每[月日][^,;。]{0,4}元|起付|报销|支付比例|出资比例|注册资本(?!总)|授信|低保|养老金|津贴|租金|押金|赔偿|工伤|限价"
)
_CONDITION = re.compile(
    r"^(?:对|凡|符合|具备|具有|满足|申请|申报|年满|未满|不满|经认定|被认定|属于|如|若|当|应当|不得)|(?:的,|者,|之一的|条件的?)$"
    r"|不宜|原则上|限报|推荐(?:项目|名额|数量)|申报(?:项目|数量|名额)|比[^,]{2,10}(?:高出|多出)"
    r"|(?:是指|系指|包括下列|下列条件|符合(?:以下|下列))"
)
_RULE = re.compile(r"应当|不得|必须(?=具)|禁止|方可|视为|本(?:办法|规定|条例|细则)")
_MUST_REACH = re.compile(
    r"(?:达到|达|提高到|提升到|提升至|提高至|增加到|增至|增长到|扩大到|下降到|降至|降到|降低到|控制在|稳定在|保持在|突破|超过|不低于"
    r"|不少于|增长|递增|提高|提升|下降|降低|减少|新增|缩短|压减|实现|完成|力争|不超过|高于|超|低于|突破|至)(?:为|约|到)?$"
)


def aims_at(words: str, start: int, end: int) -> int:
    """Return where the last word of aim before ``end`` stands, -1 for none: 力争, 确保, 每年."""
    last = -1
    for match in _AIM.finditer(words, start, end):
        last = match.start()
    return last


def reached_at(words: str, start: int, end: int) -> int:
    """Return where the last word of what has been reached stands, -1 for none: 已, 截至."""
    last = -1
    for match in _REACHED.finditer(words, start, end):
        last = match.start()
    return last


def often_reached(words: str, start: int, end: int) -> bool:
    """Whether words stand there that mostly, but not always, tell of what is: 累计, 位居."""
    return _OFTEN_REACHED.search(words, start, end) is not None


def is_boon(words: str, start: int, end: int) -> bool:
    """Whether the stretch gives, charges or fines: its figures are amounts, not aims."""
    return _BOON.search(words, start, end) is not None


def is_condition(words: str, start: int, end: int) -> bool:
    """Whether a clause states for whom or when something holds: 对…的企业, 符合下列条件."""
    return _CONDITION.search(words[start:end]) is not None


def is_rule(words: str, start: int, end: int) -> bool:
    """Whether a sentence lays down a norm: 应当, 不得."""
    return _RULE.search(words, start, end) is not None


def reaches(words: str) -> bool:
    """Whether ``words`` end in a predicate of reaching: 达到, 提高到, 增长."""
    return _MUST_REACH.search(words) is not None
