"""Paragraphs: which line breaks are meant and which are accidents."""

import pytest

from corpus.lines import lines, paragraphs

LONG = (
    "加快推进产业基础高级化和产业链现代化攻坚战不断提升制造业核心竞争力"
    "和可持续发展能力努力打造具有国际影响力的先进制造业集群促进区"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲句。\n乙句。", ["甲句。", "乙句。"]),
        ("总体要求\n正文一句。", ["总体要求", "正文一句。"]),
        (f"{LONG}\n域协调发展。", [f"{LONG}/域协调发展。"]),
        (f"{LONG}\n\n域协调发展。", [LONG, "域协调发展。"]),
        (f"{LONG}\n(二)下一节", [LONG, "(二)下一节"]),
        ("3.\n实施培育计划。", ["3./实施培育计划。"]),
        ("3.\n\n实施培育计划。", ["3.", "实施培育计划。"]),
        ("1.实施\n“互联网+”行动。推进应用。", ["1.实施/“互联网+”行动。推进应用。"]),
        (
            "一、形势\n“十四五”以来,各项工作取得进展。",
            ["一、形势", "“十四五”以来,各项工作取得进展。"],
        ),
        ("依照第\n(二)项办理", ["依照第/(二)项办理"]),
        ("包括仪器、\n仪表", ["包括仪器、/仪表"]),
        ("# 标题一\n正文", ["# 标题一", "正文"]),
        (f"{LONG}。二、设备\n应当配置", [f"{LONG}。二、设备", "应当配置"]),
        (f"{LONG}。（2）规范发展网络\n视听产业。", [f"{LONG}。（2）规范发展网络/视听产业。"]),
        (
            f"{LONG}。2.通用规范标准\n通用规范侧重于要求。",
            [f"{LONG}。2.通用规范标准", "通用规范侧重于要求。"],
        ),
        ("1.1\n适用范围\n适用于全市。", ["1.1/适用范围", "适用于全市。"]),
        ("甲\r\n乙。\r\n", ["甲", "乙。"]),
    ],
)
def test_paragraphs(text, expected):
    found = [" ".join(text[a:b].split()).replace(" ", "/") for a, b in paragraphs(text)]
    assert [part.replace("#/", "# ") for part in found] == expected


def test_paragraphs_joins_the_lines_of_a_file_wrapped_at_one_width():
    wrapped = "\n".join(["为了加强全市河道管理保障防洪安全发挥综合效益"] * 12) + "。"
    assert len(paragraphs(wrapped)) == 1


def test_paragraphs_keeps_sentences_apart_that_lost_their_full_stops():
    assert len(paragraphs("\n".join([LONG] * 20))) == 20


def test_lines_gives_indent_and_gap():
    first, second = lines("甲\n\n　　乙\n")
    assert (first.indent, first.gap, second.indent, second.gap) == (0, False, 2, True)
