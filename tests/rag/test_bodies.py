"""The bodies a question names, and whether it asks for their tasks."""

import pytest

from corpus.fold import squeeze
from rag.bodies import TASKS_OF_BODY, KnownBodies
from rag.query import Gazetteer, bodies_in

KNOWN = KnownBodies(["市科技局", "省统计局", "市“一件事”改革专班", "各县（市、区）政府", "政府"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("青禾市科技局负责哪些任务", ("市科技局",)),
        ("科技局牵头什么", ("科技局",)),
        ("市“一件事”改革专班负责什么", ("市“一件事”改革专班",)),
        ("政府提出了什么目标", ()),
    ],
)
def test_known_bodies_are_found_by_any_form_of_their_name(text, found):
    assert KNOWN.find(text) == found


def test_a_department_is_the_body_of_that_charge():
    assert KNOWN.meant("统计部门") == ("统计部门", "省统计局")


def test_bodies_of_like_names():
    assert KNOWN.alike("科学技术局", KNOWN.units) == ("市科技局",)


@pytest.mark.parametrize(
    "question",
    [
        "市科技局负责哪些任务", "市科技局牵头哪几项?", "市科技局配合什么",
        "市科技局负责的工作有哪些?",
        "哪些任务由市科技局负责", "市科技局的职责有哪些", "市科技局牵头什么、配合什么",
        "作为配合单位的工作有哪些",
    ],
)  # fmt: skip
def test_ways_to_ask_for_all_tasks(question):
    assert TASKS_OF_BODY.search(question)


@pytest.mark.parametrize("question", ["市科技局在哪里办公", "市科技局牵头的创投产业由谁配合"])
def test_other_questions_about_a_body(question):
    assert not TASKS_OF_BODY.search(question)


@pytest.mark.parametrize(
    ("question", "bodies"),
    [
        ("台州市发改委负责哪些任务？", ("市发改委",)),
        ("延边朝鲜族自治州教育局负责哪些任务？", ("州教育局",)),
        ("市发改委负责哪些任务？", ("市发改委",)),
    ],
)
def test_the_last_word_of_a_place_goes_on_in_its_body_and_no_more(question, bodies):
    known = KnownBodies(["市发改委", "州教育局"])
    places = Gazetteer(("台州市",)).find(squeeze(question))
    assert bodies_in(squeeze(question), places, known) == bodies
