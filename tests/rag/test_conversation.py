"""Follow-ups made to stand alone."""

import pytest

from rag.conversation import Standalone, standalone
from rag.query import Gazetteer

GAZETTEER = Gazetteer(("浙江省", "金华市", "嘉兴市"))
FIRST = "金华市到2025年养老床位要达到多少张？"


def test_a_first_question_is_left_alone() -> None:
    assert standalone(FIRST, [], GAZETTEER) == Standalone(FIRST)


def test_another_place_replaces_the_place() -> None:
    found = standalone("那嘉兴呢？", [FIRST], GAZETTEER)
    assert found == Standalone("嘉兴市到2025年养老床位要达到多少张？")


def test_a_place_asked_twice_replaces_the_last_one() -> None:
    found = standalone("那省里呢", [FIRST, "嘉兴呢？"], GAZETTEER)
    assert found.text == "浙江省到2025年养老床位要达到多少张？"


def test_another_subject_is_asked_in_the_same_words() -> None:
    found = standalone("护理员呢？", [FIRST], GAZETTEER)
    assert found == Standalone("金华市到2025年养老床位要达到多少张（护理员）？", focus="护理员")


def test_a_later_subject_replaces_the_earlier_one() -> None:
    found = standalone("那食堂呢", [FIRST, "护理员呢？"], GAZETTEER)
    assert found.focus == "食堂"
    assert "护理员" not in found.text


def test_an_attribute_is_asked_of_the_same_subject() -> None:
    found = standalone("由谁负责？", ["金华市怎样推进老旧小区改造？"], GAZETTEER)
    assert found == Standalone("金华市推进老旧小区改造，由谁负责？", focus="由谁负责？")


@pytest.mark.parametrize(
    "new", ["嘉兴市的公园绿地面积目标是多少？", "办理居住证需要准备的材料清单一共有哪些内容"]
)
def test_a_new_question_takes_nothing_over(new: str) -> None:
    assert standalone(new, [FIRST], GAZETTEER) == Standalone(new)


def test_blank_history_is_passed_over() -> None:
    assert standalone(FIRST, ["", "  "], GAZETTEER) == Standalone(FIRST)


def test_another_document_takes_the_place_of_the_document() -> None:
    history = ["金华市养犬条例从什么时候开始施行？"]
    found = standalone("嘉兴停车条例呢", history, GAZETTEER)
    assert found.text == "嘉兴停车条例从什么时候开始施行？"


def test_a_condition_is_asked_of_the_same_subject() -> None:
    found = standalone("要是情节严重的话，最高能罚多少钱呢？", ["擅自停业怎么处罚？"], GAZETTEER)
    assert found.focus
    assert "擅自停业" in found.text


def test_another_year_takes_the_place_of_the_year() -> None:
    found = standalone("到2030年呢？", [FIRST], GAZETTEER)
    assert found == Standalone("金华市到2030年养老床位要达到多少张？")


def test_another_body_takes_the_place_of_the_body() -> None:
    found = standalone("教育局呢？", ["金华市财政局牵头哪些任务？"], GAZETTEER)
    assert found == Standalone("金华市教育局牵头哪些任务？")


@pytest.mark.parametrize("said", ["谢谢", "好的。", "明白了"])
def test_small_talk_is_no_follow_up_and_leaves_none(said: str) -> None:
    assert standalone(said, [FIRST], GAZETTEER) == Standalone(said)
    assert standalone("嘉兴呢？", [FIRST, said], GAZETTEER).text.startswith(
        "嘉兴市到2025年养老床位"
    )


def test_a_follow_up_is_text_not_a_pattern() -> None:
    found = standalone(r"那\d条例呢", ["金华市养犬条例从什么时候开始施行？"], GAZETTEER)
    assert r"\d条例" in found.text
