"""Answers as terminal text and Markdown: whole results."""

from datetime import date

from rag.answer import Answer, Citation, Coverage, Part, Refusal, Table, answer_text
from ui.render import to_terminal

FIRST = Citation(
    1, "0" * 16, "甲市计划", "甲政发〔2024〕1号", "甲市人民政府", "甲市", date(2024, 1, 2), None,
    ("一、目标", "（一）产值"), "突破400亿元", 31, 38,
)  # fmt: skip
SECOND = Citation(
    2,
    "1" * 16,
    "乙市关于印发《乙市方案》的通知",
    None,
    None,
    "乙市",
    None,
    3,
    (),
    "超500亿元",
    5,
    11,
)


def answer(parts=(), citations=(), refusal=None, table=None):
    text = refusal.detail if refusal else answer_text(parts)
    return Answer(
        "问", "问", "number", text, tuple(parts), tuple(citations), (), refusal, 0.9,
        Coverage(2, False, 1), table, "i", 1.0,
    )  # fmt: skip


QUOTED = answer(
    [
        Part("label", "甲市："),
        Part("quote", "突破400亿元", 1, ((2, 7),)),
        Part("quote", "超500亿元", 2),
    ],
    [FIRST, SECOND],
)
REFUSED = answer(
    refusal=Refusal("figure_not_stated", "文件里没有写明这个数字。", ("产值",), (FIRST,))
)


def test_terminal_shows_quotes_then_numbered_sources():
    assert to_terminal(QUOTED) == (
        "甲市：\n突破400亿元[1]\n超500亿元[2]\n\n出处：\n"
        "[1] 《甲市计划》 甲政发〔2024〕1号 · 一、目标 > （一）产值 · 第31–38字\n"
        "[2] 《乙市关于印发〈乙市方案〉的通知》 · 第3页 · 第5–11字"
    )


def test_terminal_shows_a_refusal_with_its_nearest_evidence():
    assert to_terminal(REFUSED) == (
        "没有作答：文件里没有写明这个数字。\n\n最接近的原文：\n"
        "[1] 《甲市计划》 甲政发〔2024〕1号 · 一、目标 > （一）产值 · 第31–38字\n"
        "    突破400亿元"
    )


def test_terminal_shows_a_table_row_by_row():
    table = Table(("地区", "目标"), (("甲市", "突破400亿元"),), (1,))
    shown = to_terminal(answer([Part("quote", "突破400亿元", 1)], [FIRST], table=table))
    assert "地区 | 目标\n甲市 | 突破400亿元 | [1]\n" in shown
