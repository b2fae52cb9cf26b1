"""Figures: value, unit, base and comparator, and what is no figure."""

import pytest

from corpus.facts.figures import figures, han_number


def read(words):
    return [(words[x.start : x.end], x.comparator, x.value, x.unit) for x in figures(words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("新增企业30家", ("30家", "=", 30, "家")),
        ("企业30家以上", ("30家以上", ">=", 30, "家")),
        ("企业30家(含)以上", ("30家(含)以上", ">=", 30, "家")),
        ("不低于30%", ("不低于30%", ">=", 30, "%")),
        ("不少于2亿元", ("不少于2亿元", ">=", 2, "亿元")),
        ("≥95%", ("≥95%", ">=", 95, "%")),
        ("超过600亿元", ("超过600亿元", ">", 600, "亿元")),
        ("突破2.5万亿元", ("突破2.5万亿元", ">", 2.5, "万亿元")),
        ("高于5个百分点", ("高于5个百分点", ">", 5, "个百分点")),
        ("2200余家", ("2200余家", ">", 2200, "家")),
        ("2000多万吨", ("2000多万吨", ">", 2000, "万吨")),
        ("增长8%左右", ("8%左右", "≈", 8, "%")),
        ("约40名", ("约40名", "≈", 40, "名")),
        ("控制在5%左右", ("控制在5%左右", "≈", 5, "%")),
        ("控制在5.5%以内", ("控制在5.5%以内", "<=", 5.5, "%")),
        ("不超过3%", ("不超过3%", "<=", 3, "%")),
        ("低于28微克/立方米", ("低于28微克/立方米", "<", 28, "微克/立方米")),
        ("稳定在61万吨以上", ("61万吨以上", ">=", 61, "万吨")),
        ("达到30万元/人以上", ("30万元/人以上", ">=", 30, "万元/人")),
        ("达到95以上、", ("95以上", ">=", 95, "")),
        ("系数达到0.45,", ("0.45", "=", 0.45, "")),
        ("培育三家以上", ("三家以上", ">=", 3, "家")),
        ("突破千亿元", ("突破千亿元", ">", 1000, "亿元")),
        ("各1家", ("各1家", "=", 1, "家")),
        ("至少培育2家", ("至少培育2家", ">=", 2, "家")),
        ("达到14eflops", ("14eflops", "=", 14, "eflops")),
    ],
)
def test_figure_with_its_qualifier(words, expected):
    assert read(words) == [expected]


@pytest.mark.parametrize(
    ("words", "base", "unit_base"),
    [
        ("21万个", 210_000, "个"),
        ("5000亿元", 5e11, "元"),
        ("2.5万亿元", 2.5e12, "元"),
        ("100亿安时", 1e10, "安时"),
        ("30万元/人", 300_000, "元/人"),
        ("1,680万吨", 16_800_000, "吨"),
        ("6.6万亩", 66_000, "亩"),
        ("90平方公里", 90, "平方公里"),
        ("500万千瓦", 5_000_000, "千瓦"),
        ("3.9%", 3.9, "%"),
        ("3个百分点", 3, "个百分点"),
        ("两万三千人", 23_000, "人"),
        ("六五·六亿元", 6.56e9, "元"),
    ],
)
def test_base_resolves_the_scale(words, base, unit_base):
    (figure,) = figures(words)
    assert (figure.value_base, figure.unit_base) == (base, unit_base)


@pytest.mark.parametrize(
    ("words", "low", "high", "unit"),
    [
        ("打造1—2个集群", 1, 2, "个"),
        ("增长6%-7%", 6, 7, "%"),
        ("160~300万千瓦", 160, 300, "万千瓦"),
        ("300万至400万吨", 300, 400, "万吨"),
        ("发展1至3个产业", 1, 3, "个"),
    ],
)
def test_range_has_two_values(words, low, high, unit):
    (figure,) = figures(words)
    assert (figure.value, figure.value_max, figure.unit) == (low, high, unit)


@pytest.mark.parametrize(
    "words",
    [
        "到2025年",
        "2021-2025年",
        "9月30日",
        "第3季度",
        "青政发〔2021〕16号",
        "青政办36号文",
        "5g网络",
        "3d打印",
        "世界500强企业",
        "8英寸芯片",
        "3+12平台",
        "“1+x”体系",
        "深化2211工程",
        "5000吨级码头",
        "打造一个样板",
        "百万家庭工程",
        "三大变革",
        "一批项目",
    ],
)
def test_names_dates_and_ordinals_are_no_figures(words):
    assert figures(words) == []


def test_joined_figure_takes_the_unit_of_percentage_points():
    assert read("提高3个和4个百分点") == [
        ("3个", "=", 3, "个百分点"),
        ("4个百分点", "=", 4, "个百分点"),
    ]


@pytest.mark.parametrize(
    ("words", "value"),
    [("十", 10), ("十五", 15), ("两", 2), ("三百二十", 320), ("一千二百", 1200), ("百亿", 10**10)],
)
def test_han_number(words, value):
    assert han_number(words) == value


def test_a_number_without_end_is_no_figure():
    assert figures("达到" + "9" * 400 + "亿元") == []


def test_a_name_of_so_many_elements_is_no_sum_of_money():
    assert figures("瞄准三元和磷酸铁锂两条主线") == []
    assert [one.value_base for one in figures("安排三百元")] == [300]
