"""Labels: what looks like one, its style, ordinal and place."""

import pytest

from corpus.fold import fold_for_structure
from corpus.numbering import label_at, labels, line_label, number


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("一", 1), ("十", 10), ("十八", 18), ("二十", 20), ("九十九", 99), ("一百零三", 103),
     ("二百一十", 210), ("一〇三", 103), ("两", 2), ("12", 12)],
)  # fmt: skip
def test_number(numeral, value):
    assert number(numeral) == value


@pytest.mark.parametrize(
    ("text", "style", "ordinal", "label"),
    [
        ("一、总则", "han", 1, "一、"),
        ("十二、附则", "han", 12, "十二、"),
        ("（三）目标", "han_bracket", 3, "（三）"),
        ("( 三 )、目标", "han_bracket", 3, "( 三 )、"),
        ("4．任务", "arabic", 4, "4．"),
        ("18、任务", "arabic", 18, "18、"),
        ("１．任务", "arabic", 1, "１．"),
        ("1.2025年目标", "arabic", 1, "1."),
        ("（ 1）机器人", "arabic_bracket", 1, "（ 1）"),
        ("2)支持", "arabic_half", 2, "2)"),
        ("③支持", "circled", 3, "③"),
        ("第十一章 附则", "chapter", 11, "第十一章"),
        ("第 3 条 内容", "article", 3, "第 3 条"),
        ("第二十条之一 内容", "article", 20, "第二十条之一"),
        ("第一部分 概况", "part", 1, "第一部分"),
        ("三是推进", "first", 3, "三是"),
        ("㈢目标", "han_bracket", 3, "㈢"),
        ("⑵任务", "arabic_bracket", 2, "⑵"),
        ("⒎任务", "arabic", 7, "⒎"),
        ("5\ue010任务", "arabic", 5, "5\ue010"),
    ],
)
def test_label_at_the_start(text, style, ordinal, label):
    found = label_at(fold_for_structure(text), 0)
    assert (found.style, found.ordinal, text[: found.end]) == (style, ordinal, label)


@pytest.mark.parametrize(
    "text",
    [
        "1.5亿元",
        "2019年",
        "3235",
        "supet“1+n”",
        "唯一、必要",
        "之一、之二",
        "第（二）项",
        "10-12、甲",
        "唯一是",
    ],
)
def test_labels_passes_over_figures_and_words(text):
    assert list(labels(fold_for_structure(text))) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("附件1", ("annex", 1, 3)),
        ("附件", ("annex", 1, 2)),
        ("专栏12 重大工程", ("box", 12, 4)),
        ("1.2 编制依据", ("point_point", 2, 3)),
        ("4.2.1编制依据", ("point_point_point", 1, 5)),
        ("3 组织体系", ("point", 3, 1)),
        ("附件：任务分工表", None),
        ("附件：", None),
        ("附件2：任务分工表", ("annex", 2, 3)),
        ("附件3 任务分工表", ("annex", 3, 3)),
        ("附件4-1", ("annex", 4, 5)),
        ("附表1任务分工", ("annex", 1, 3)),
        ("附录a 术语", ("annex", 1, 3)),
        ("附1", ("annex", 1, 2)),
        ("附件1：任务分工表.doc", None),
        ("附件1所列事项", None),
        ("附件1明确，各县区负责。", None),
        ("应用二：形式审查", ("noun", 2, 4)),
        ("任务3 修堤", ("noun", 3, 4)),
        ("02 怎样申领", ("point", 2, 2)),
        ("b.申请表", ("letter", 2, 2)),
        ("(c)申请表", ("letter", 3, 3)),
        ("1.2.3.4 数据汇聚", ("point_four", 4, 7)),
        ("3.2万吨", None),
        ("3 组织体系由三部分构成，分别是领导小组、办公室和专家组", None),
    ],
)
def test_line_label(line, expected):
    found = line_label(fold_for_structure(line), 0, len(line))
    assert (found and (found.style, found.ordinal, found.end)) == expected
