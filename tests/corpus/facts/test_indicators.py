"""What a figure is of, from the words beside it, and the form for comparing."""

import pytest

from corpus.facts.indicators import (
    is_rate_list,
    name_after,
    name_before,
    normal_indicator,
    split_heads,
)


@pytest.mark.parametrize(
    ("words", "percent", "subject", "indicator"),
    [
        ("青禾市总产值达到", False, "青禾市", "总产值"),
        ("新材料产业总产值", False, "新材料产业", "总产值"),
        ("到2025年新材料产业规模力争达到", False, "新材料产业", "产业规模"),
        ("规上工业增加值年均增长", True, "规上工业", "增加值年均增速"),
        ("地区生产总值增长", True, "", "地区生产总值增速"),
        ("单位生产总值能耗降低", True, "", "单位生产总值能耗降低"),
        ("森林覆盖率提高到", True, "", "森林覆盖率"),
        ("培育千亿级产业集群", False, "", "千亿级产业集群"),
        ("力争新增上市企业", False, "", "新增上市企业"),
        ("五大产业力争实现总产值", False, "五大产业", "总产值"),
        ("全市高新技术企业数量达到", False, "全市", "高新技术企业数量"),
        ("耕地保有量比2020年增加", False, "", "耕地保有量增加"),
        ("普及率由2020年的40%提高到", True, "", "普及率"),
    ],
)
def test_name_before_a_figure(words, percent, subject, indicator):
    name = name_before(words, percent=percent)
    assert (name.subject, name.indicator) == (subject, indicator)


@pytest.mark.parametrize(
    ("left", "noun", "indicator"),
    [
        ("培育", "研发平台", "研发平台"),
        ("每年实施", "数字化改造项目", "实施数字化改造项目"),
        ("打造", "领军人才等“三个一”", "领军人才"),
        ("新增", "班(约1750个学位)", "新增班"),
    ],
)
def test_name_after_a_figure(left, noun, indicator):
    assert name_after(left, noun).indicator == indicator


@pytest.mark.parametrize(
    ("words", "heads"),
    [
        ("国家级、市级“小巨人”企业", ["国家级“小巨人”企业", "市级“小巨人”企业"]),
        (
            "融合发展指数、信息化指数",
            ["融合发展指数", "信息化指数"],
        ),
        (
            "新兴产业、高新技术产业增加值占比",
            ["新兴产业增加值占比", "高新技术产业增加值占比"],
        ),
        (
            "年产值超50亿元、20亿元的骨干企业",
            ["年产值超50亿元的骨干企业", "年产值超20亿元的骨干企业"],
        ),
        ("城镇和农村居民人均收入", ["城镇居民人均收入", "农村居民人均收入"]),
        ("第一、二产业增加值", ["第一产业增加值", "第二产业增加值"]),
    ],
)
def test_shared_head_is_distributed(words, heads):
    assert split_heads(words, 2) == heads


def test_head_with_another_number_of_parts_is_not_distributed():
    assert split_heads("“隐形冠军”企业", 2) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [("比重和机构设置率达到", True), ("覆盖率、普及率", True), ("企业和项目", False)],
)
def test_rates_that_share_a_figure(words, expected):
    assert is_rate_list(words) is expected


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("高企数量", "高新技术企业"),
        ("高新技术企业总数", "高新技术企业"),
        ("国家高新技术企业家数", "高新技术企业"),
        ("规模以上工业增加值年均增长率", "规上工业增加值年均增速"),
        ("地区生产总值增幅", "GDP增速"),
        ("研发经费支出占生产总值的比重", "R&D经费投入占GDP比重"),
        ("全社会研发投入相当于地区生产总值比例", "全社会R&D经费支出占GDP的比重"),
        ("战新产业产值", "战略性新兴产业产值"),
        ("全市森林覆盖率", "森林覆盖率"),
        ("建成特色基地", "特色基地"),
        ("“小巨人”企业", "小巨人企业"),
        ("新增培育上市企业", "新增上市企业"),
    ],
)
def test_normal_form_is_one_for_the_habits_of_abbreviating(name, other):
    assert normal_indicator(name) == normal_indicator(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("新增高新技术企业", "高新技术企业"),
        ("增加值", "增加值年均增速"),
        ("规上工业增加值", "工业增加值"),
        ("城镇居民人均可支配收入", "农村居民人均可支配收入"),
    ],
)
def test_normal_form_keeps_apart_what_differs(name, other):
    assert normal_indicator(name) != normal_indicator(other)
