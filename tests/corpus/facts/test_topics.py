"""The industry that the headings above a place name."""

import pytest

from corpus.facts.topics import may_lean, names_itself, topic_of
from corpus.sections import outline


def topic(text):
    """Return the topic of the innermost section at the end of ``text``."""
    tree = outline(text)
    return topic_of(tree, len(tree) - 1)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("构建完善新材料产业体系", "新材料产业"),
        ("做大做强现代服务业", "现代服务业"),
        ("加快海洋装备产业集群发展", "海洋装备产业"),
        ("大力发展都市现代农业", "都市现代农业"),
        ("推动生物医药与大健康产业提质增效", "生物医药与大健康产业"),
        ("印染行业", "印染行业"),
        # several industries, or industry in general, or something else about it
        ("发展新材料产业和海洋产业", ""),
        ("科技创新和产业创新融合", ""),
        ("培育壮大新兴产业", ""),
        ("做强特色优势产业", ""),
        ("完善产业链条", ""),
        ("加速推进数字产业化", ""),
        ("巩固农业特色产业", ""),
        ("发展县域经济", ""),
        ("补齐服务业短板", ""),
        ("促进高质量充分就业", ""),
        ("支持龙头企业", ""),
        ("壮大新材料产业，建设制造强市", ""),
    ],
)
def test_industry_of_a_heading(title, expected):
    assert topic(f"一、{title}\n抓好落实。\n") == expected


def test_innermost_heading_that_names_one():
    text = "一、发展海洋产业\n（一）壮大船舶产业\n1.培育企业\n新增企业5家。\n"
    assert topic(text) == "船舶产业"


FIELDS = """一、{parent}
1.高端装备
到2025年，产值达到50亿元。
2.{second}
新认定企业30家。
"""


@pytest.mark.parametrize(
    ("parent", "second", "expected"),
    [
        ("重点领域", "新材料", "新材料"),
        ("产业发展重点", "电子信息", "电子信息"),
        ("重点领域", "加强要素保障", ""),
        ("重点领域", "人才队伍", ""),
        ("工作要求", "新材料", ""),
    ],
)
def test_bare_titles_are_fields_among_their_like(parent, second, expected):
    assert topic(FIELDS.format(parent=parent, second=second)) == expected


def test_lone_bare_title_is_no_field():
    assert topic("一、重点领域\n1.新材料\n新认定企业30家。\n") == ""


def test_no_heading():
    assert topic_of((), None) == ""


@pytest.mark.parametrize(
    ("indicator", "leans"),
    [
        ("新认定企业", True),
        ("总产值", True),
        ("新增研发中心（研究院）", True),
        ("地区生产总值", False),
        ("数字经济增加值", False),
        ("居民收入", False),
        ("粮食产量", False),
        ("新建高标准农田", False),
    ],
)
def test_what_needs_an_industry(indicator, leans):
    assert may_lean(indicator) is leans


def test_indicator_that_names_its_industry():
    assert names_itself("旅游收入", "现代旅游业")
    assert not names_itself("龙头企业", "现代旅游业")
