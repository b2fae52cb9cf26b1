"""Role clauses: bodies, roles and what names the same body."""

import pytest

from rag.responsibility import charges, role_clauses, role_of, same_body


def test_bodies_of_a_bracket_clause() -> None:
    text = "推进河道整治。（责任单位：市水利局、市生态环境局）"
    (clause,) = role_clauses(text)
    assert text[clause.start : clause.end] == "责任单位：市水利局、市生态环境局"
    assert clause.bodies == (("责任", "市水利局"), ("责任", "市生态环境局"))


def test_leading_and_assisting_bodies_of_one_clause() -> None:
    (clause,) = role_clauses("(牵头单位:教育局,配合单位:财政局<国资办>、人社局)")
    assert clause.bodies == (
        ("牵头", "教育局"),
        ("配合", "财政局<国资办>"),
        ("配合", "人社局"),
    )


def test_a_bracket_inside_the_clause_does_not_end_it() -> None:
    (clause,) = role_clauses("（责任单位：市交通局、各县（市、区）政府）")
    assert clause.bodies == (("责任", "市交通局"), ("责任", "各县(市、区)政府"))


def test_text_without_a_clause_has_none() -> None:
    assert role_clauses("各单位要压实责任。") == []


@pytest.mark.parametrize(
    ("head", "role"),
    [("牵头单位", "牵头"), ("主办单位", "牵头"), ("协办单位", "配合"), ("责任部门", "责任")],
)
def test_role_of_a_clause_head(head: str, role: str) -> None:
    assert role_of(head) == role


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("省水利厅", "水利厅", True),
        ("经发局<金融办>", "经发局", True),
        ("市 水利局", "市水利局", True),
        ("市水利局", "市教育局", False),
        ("", "", False),
    ],
)
def test_same_body(one: str, other: str, same: bool) -> None:
    assert same_body(one, other) is same


@pytest.mark.parametrize(
    ("text", "charged"),
    [
        ("由市教育局牵头组织实施", True),
        ("市民政局负责养老服务监管", True),
        ("到2025年，养老床位达到5万张", False),
    ],
)
def test_running_text_that_charges(text: str, charged: bool) -> None:
    assert charges(text) is charged


def test_a_bracket_without_a_colon_states_roles() -> None:
    text = "稳定外贸。（市商务局牵头，云州海关、市税务局配合）"
    (clause,) = role_clauses(text)
    assert text[clause.start : clause.end] == "市商务局牵头，云州海关、市税务局配合"
    assert clause.bodies == (("牵头", "市商务局"), ("配合", "云州海关"), ("配合", "市税务局"))


def test_a_bracket_that_is_no_clause_states_none() -> None:
    assert role_clauses("推进改革（坚持党的领导，负责任地落实各项要求并做好配合工作）。") == []
