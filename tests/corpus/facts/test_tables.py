"""Tables of indicators: goal columns give targets, base years none."""

import pytest

from corpus.document import Document, Layout, Metadata, Table
from corpus.facts.targets import find_targets

HEAD = "指标名称\t单位\t2020年\t2025年\t属性"


def targets(text, layout=None):
    metadata = Metadata("青禾市发展规划", period=(2021, 2025))
    document = Document("0", "0", "青禾.txt", text, metadata, layout or Layout())
    return find_targets(document, ())


def table(*lines):
    """Return the text and the layout of a table."""
    text = "\n".join(lines)
    starts = [sum(len(line) + 1 for line in lines[:at]) for at in range(len(lines))]
    rows = tuple((at, at + len(line)) for at, line in zip(starts, lines, strict=True))
    return text, Layout(tables=(Table(0, len(text), rows),))


def test_row_gives_the_goal_year_with_unit_and_binding():
    (target,) = targets(*table(HEAD, "森林覆盖率\t%\t41.5\t43\t约束性"))
    assert (target.indicator, target.value, target.unit) == ("森林覆盖率", 43, "%")
    assert (target.year, target.year_from, target.binding) == (2025, "sentence", "约束性")
    assert (target.start, target.end) == (23, 42)


@pytest.mark.parametrize(
    ("row", "value", "base", "unit"),
    [
        ("1.生产总值（亿元）\t\t900\t1200\t预期性", 1200, 1.2e11, "亿元"),
        ("城镇化率\t%\t60\t＞65\t预期性", 65, 65, "%"),
        ("研发强度\t%\t2.1\t3左右\t预期性", 3, 3, "%"),
        ("能耗降低（％）\t\t—\t[13.5]\t约束性", 13.5, 13.5, "%"),
    ],
)
def test_figures_of_cells(row, value, base, unit):
    (target,) = targets(*table(HEAD, row))
    assert (target.value, target.value_base, target.unit) == (value, base, unit)


@pytest.mark.parametrize("cell", ["—", "完成省下达任务", "", "见附件3"])
def test_cell_without_a_figure_gives_none(cell):
    assert targets(*table(HEAD, f"空气质量\t%\t90\t{cell}\t约束性")) == ()


def test_growth_column_is_a_rate_of_the_last_year():
    text, layout = table("指标\t2020年\t2025年\t年均增长（%）", "生产总值（亿元）\t900\t1200\t6.5")
    assert [(x.indicator, x.value, x.unit, x.year) for x in targets(text, layout)] == [
        ("生产总值", 1200, "亿元", 2025),
        ("生产总值年均增速", 6.5, "%", 2025),
    ]


def test_two_goal_years_give_two_targets():
    text, layout = table("指标\t2020年\t2023年\t2025年", "平台（个）\t3\t5\t8")
    assert [(x.value, x.year) for x in targets(text, layout)] == [(5, 2023), (8, 2025)]


def test_merged_first_cell_is_missing_in_the_rows_below():
    text, layout = table(
        "类别\t指标\t单位\t2020年\t2025年", "创新\t平台\t个\t3\t8", "企业\t家\t20\t30"
    )
    assert [(x.indicator, x.value, x.unit) for x in targets(text, layout)] == [
        ("平台", 8, "个"),
        ("企业", 30, "家"),
    ]


def test_other_tables_give_none():
    assert targets(*table("序号\t责任单位\t时限", "1\t市科技局\t2025年")) == ()


def test_table_in_plain_text():
    text = "主要指标\n\n指标    单位   2020年   2025年\n覆盖率   %   41   43\n平台数   个   3   8\n"
    assert [(x.indicator, x.value, x.unit) for x in targets(text)] == [
        ("覆盖率", 43, "%"),
        ("平台数", 8, "个"),
    ]


def test_an_empty_cell_between_bars_keeps_its_column():
    text = (
        "| 类别 | 指标 | 单位 | 2020年 | 2025年 | 属性 |\n| --- | --- | --- | --- | --- | --- |\n"
        "| 创新 | 平台数 | 个 | 3 | 8 | 约束性 |\n|  | 企业数 | 家 | 20 | 30 |  |\n"
    )
    found = targets(text)
    assert [(x.indicator, x.value, x.unit, x.binding) for x in found] == [
        ("平台数", 8, "个", "约束性"),
        ("企业数", 30, "家", None),
    ]
    assert [text[x.start : x.end] for x in found] == [
        "创新 | 平台数 | 个 | 3 | 8 | 约束性",
        "企业数 | 家 | 20 | 30",
    ]
