"""Which stored targets a question asks for."""

import pytest

from corpus.facts.fact import Target
from index.facts import FactSource, TargetRow
from rag.indicators import Topic, cleaned, measure


def row(indicator, *, subject="", headings=(), title="青禾市行动计划"):
    target = Target(
        subject, indicator, ">=", 1.0, None, "家", 1.0, None, "家", 2026, "sentence", False, None,
        None, 0, 1, 0, 1,
    )  # fmt: skip
    return TargetRow(FactSource("a", title, "青禾市", "a.txt", tuple(headings), ""), target)


def topic(text):
    pairs = dict.fromkeys(text[i : i + 2] for i in range(len(text) - 1))
    return Topic(text, tuple((pair, 1.0) for pair in pairs), text[-2:])


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("高新技术企业培育目标", "高新技术企业"),
        ("固定资产投资增长目标", "固定资产投资增长"),
        ("提出数字经济量化指标", "数字经济"),
        ("城镇新增就业各要完成", "城镇新增就业"),
    ],
)
def test_words_that_ask_for_a_target_are_taken_out(asked, left):
    assert cleaned(asked) == left


def test_the_same_indicator_is_covered_and_precise():
    match = measure(topic("高新技术企业"), row("高新技术企业"))
    assert (match.coverage, match.precision, match.measured) == (1.0, 1.0, True)


def test_an_indicator_of_what_is_asked_is_not_measured():
    match = measure(topic("高新技术企业"), row("研发中心", subject="省级高新技术企业"))
    assert not match.measured


def test_a_target_without_the_head_fits_not_at_all():
    assert measure(topic("高新技术企业"), row("高新技术产业")).coverage == 0.0


def test_a_heading_speaks_for_its_targets():
    # 智能, 能装, 装备 stand in the heading only, 备产 nowhere, 产值 in the indicator
    match = measure(topic("智能装备产值"), row("总产值", headings=["（一）智能装备"]))
    assert match.coverage == pytest.approx((3 * 0.85 + 1.0) / 5)


def test_how_big_an_industry_is_has_several_names():
    assert measure(topic("智能装备产业规模"), row("主营业务收入", subject="智能装备产业")).measured
