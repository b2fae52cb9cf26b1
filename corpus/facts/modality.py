"""Words that tell an aim from what was reached, given, charged or laid down."""

from __future__ import annotations

import re

from corpus.facts.patterns import one_of

_AIM = one_of(
    "力争",
    "力促",
    "争取",
    "努力",
    "奋力",
    "确保",
    "目标",
    "预期(?!为)",
    "到[^,;。]{0,12}末",
    # 计划, 将, 规划 and 年均 are words of aim before a verb of making only.
    "计划(?=[新引培建投实完安])",
    "将(?=[达建新实培])",
    "规划(?=[建布新])",
    "年均(?=[新引培建])",
)
_REACHED = one_of(
    "已(?!经济|签约|开工|批|建[^成立有])",  # 已签约项目 is what is worked on
    "了(?<!为了)(?![解望])",
    "截至",
    "截止",
    "以来",
    "目前(?<!项目前)(?!期)",  # 项目前期工作
    "过去",
    "曾",
    "原来",
    "仅为",
    "相比",
    "预计",
    "预测",
    "去年",
    "上年(?!度?末?(?:水平|持平))",
    "当年(?!技术|毕业|应届|开工|竣工|投产|达效)",
    r"[现共]有(?=[^,;。]{0,15}\d)",
)
_OFTEN_REACHED = one_of(
    "累计",
    "同比(?=[增上提下降])",
    "获批",
    "获得",
    "荣获",
    "入选",
    "上榜",
    "排名",
    "位居",
    "位列",
    "位次",
    "创历史",
    "新高",
    "分别为",
    "居全[省国市球]",
    r"连续[\d一二三四五六七八九十]+年",
)
_BOON = one_of(
    # what somebody is given
    "给予",
    "奖励",
    "奖补",
    "补助",
    "补贴(?!性)",
    "资助",
    "贴息",
    "贴补",
    "予以(?:奖|补|支)",
    "授信",
    "津贴",
    "低保",
    "养老金",
    "报销",
    "赔偿",
    "工伤",
    # what somebody pays or is spared
    "收费",
    "缴纳",
    "缴费",
    "租金",
    "押金",
    "税率",
    "免征",
    "减征",
    "减按",
    "罚款",
    "罚金",
    "没收",
    "违约金",
    "滞纳金",
    r"处[\d一二三四五六七八九]",
    # limits and norms of these
    "最高(?:不超过|可|给|限额|额度|限价)",
    "限价",
    "贷款额度",
    "单笔",
    "起付",
    "支付比例",
    "出资比例",
    "注册资本(?!总)",
    "[的按][^,;。]{0,10}标准(?:给|发|补|执)",
    "每人每[月年天次]",
    "每[月日][^,;。]{0,4}元",
)
_CONDITION = re.compile(
    # for whom or when something holds
    r"^(?:对|凡|符合|具备|具有|满足|申请|申报|年满|未满|不满|经认定|被认定|属于|如|若|当|应当|不得)"
    r"|(?:的,|者,|之一的|条件的?)$|是指|系指|包括下列|下列条件|符合(?:以下|下列)"
    # how much one may ask for
    r"|不宜|原则上|限报|(?:推荐|申报)的?(?:项目|名额|数量|主体|优秀)"
    # a comparison of the aims themselves
    r"|比[^,]{2,10}(?:高出|多出)"
)
_RULE = one_of(
    "应当",
    "应(?:达|具|为|不|有|在|至少)",
    "需(?:至少|不)",
    "须(?=[达具为不有在至])",
    "不得",
    "必须(?=具)",
    "禁止",
    "方可",
    "视为",
    "本(?:办法|规定|条例|细则)",
)
_REACHES = re.compile(
    r"(?:达到?|至|突破|超过?|低于|高于|不低于|不少于|不超过|实现|完成|新增|力争"
    r"|(?:提高|提升|增加|增长|扩大|下降|降低|降)到|(?:提升|提高|增|降)至|(?:控制|稳定|保持)在"
    r"|增长|递增|提高|提升|下降|降低|减少|缩短|压减)(?:为|约|到)?$"
)


def aims_at(words: str, start: int, end: int) -> int:
    """Return where the last word of aim before ``end`` stands, -1 for none: 力争, 确保."""
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
    return _REACHES.search(words) is not None
