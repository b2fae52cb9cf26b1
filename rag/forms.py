"""What the asked value looks like in squeezed text: a figure, a sum of money, a date ….

A question says by its asking words which form its answer has (``rag.query.AnswerShape``); a
sentence without that form can hardly answer it.
"""

from __future__ import annotations

import re

from rag.query import MEASURE, AnswerShape, Query

CHINESE_DIGITS = "零一二三四五六七八九十百千两"
NUMERAL = rf"(?:\d[\d,.]*|[{CHINESE_DIGITS}]+)"
SHAPES: dict[AnswerShape, re.Pattern[str]] = {
    "figure": re.compile(
        r"(?<![\d.])(?!\d{4,}年|(?:19|20)\d\d[-—–~至])"
        rf"\d[\d,.]*(?:[-—–~至]+\d[\d,.]*)?[%‰万亿余多]*(?:美元|元|/|{MEASURE})?"
        rf"|(?<!第)(?<![{CHINESE_DIGITS}])"
        rf"(?:[二三四五六七八九十百千两]|[{CHINESE_DIGITS}]{{2,}})"
        rf"[万亿余多]*{MEASURE}|翻[一两]?番|全覆盖"
    ),
    "period": re.compile(r"\d{4}年?[-—–~至到]+\d{4}年?"),
    "percent": re.compile(
        rf"{NUMERAL}(?:[-—–~至]+{NUMERAL})?(?:[%‰]|个百分点|倍)|百分之[{CHINESE_DIGITS}]+|翻[一两]?番"
    ),
    "money": re.compile(rf"{NUMERAL}[多余]?[万亿千百]*(?:美|港|欧|日)?元|{NUMERAL}[万亿]"),
    "date": re.compile(
        r"\d{4}[-年./]\d{1,2}[-月./]\d{1,2}|\d{1,2}月\d{1,2}日|[二〇○零一九]{4}年[一二三四五六七八九十]+月"
    ),
    "when": re.compile(
        r"\d{4}年\d{1,2}月\d{1,2}日|"
        rf"\d{{4}}[-年./]|{NUMERAL}月|{NUMERAL}个?(?:年|月|日|天|周|小时|分钟|工作日|季度)|之日|季度|年底|月底|同时|即日"
    ),
    "phone": re.compile(r"(?<!\d)(?:0\d{2,3}-?\d{7,8}|1[3-9]\d{9}|400-?\d{3}-?\d{4})(?!\d)"),
    "doc_number": re.compile(r"[\[〔(（【]\d{4}[\]〕)）】]第?\d+号"),
    "any": re.compile(r""),
}
"""What the asked form looks like in squeezed text. A calendar year is no figure, nor is 一批."""


def asked_form(query: Query) -> re.Pattern[str]:
    """What the asked value looks like in squeezed text, with its measure word when one is given."""
    if query.unit and query.shape == "figure":
        return re.compile(rf"{NUMERAL}(?:[-—–~至]+{NUMERAL})?[多余万亿]*{query.unit}")
    return SHAPES[query.shape]
