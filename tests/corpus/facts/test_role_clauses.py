"""Role clauses: where they stand, whom they charge and in what role."""

import pytest

from corpus.facts.role_clauses import role_clauses, role_of


def bodies(text):
    return [clause.bodies for clause in role_clauses(text)]


def spans(text):
    return [text[part.start : part.end] for clause in role_clauses(text) for part in clause.parts]


@pytest.mark.parametrize(
    "text",
    [
        "整治河道。（责任单位：市水利局、市民政局）",
        "整治河道。(责任单位:市水利局、市民政局)",
        "整治河道。【责任单位：市水利局、市民政局】",
        "整治河道。[责任单位：市水利局、市民政局]",
        "整治河道。\n责任单位：市水利局、市民政局\n",
        "整治河道。责任单位：市水利局、市民政局。",
        "整治河道。\n【责任单位】市水利局、市民政局\n",
        "整治河道。（市水利局、市民政局按职责分工负责）",
        "整治河道。（市水利局、市民政局负责，2025年底前完成）",
        "整治河道。（2025年底前完成，责任单位：市水利局、市民政局）",
        "整治河道。（责任单位：市水利局，\n市民政局）",
        "整治河道。（责任领导：张青禾；责任单位：市水利局、市民政局；完成时限：2025年）",
    ],
)
def test_forms_of_one_clause(text: str) -> None:
    assert bodies(text) == [(("责任", "市水利局"), ("责任", "市民政局"))]


def test_leading_and_assisting_bodies_have_spans_of_their_own() -> None:
    text = "（牵头单位：教育局，配合单位：财政局<国资办>、人社局）"
    assert bodies(text) == [(("牵头", "教育局"), ("配合", "财政局<国资办>"), ("配合", "人社局"))]
    assert spans(text) == ["牵头单位：教育局", "配合单位：财政局<国资办>、人社局"]


def test_a_space_parts_two_heads() -> None:
    assert bodies("(牵头单位:教育局 配合单位:财政局)") == [(("牵头", "教育局"), ("配合", "财政局"))]


def test_a_verb_states_the_role() -> None:
    text = "（省商务厅牵头，云州海关、省税务局等有关部门配合，各市政府落实）"
    assert bodies(text) == [
        (("牵头", "省商务厅"), ("配合", "云州海关"), ("配合", "省税务局"), ("责任", "各市政府"))
    ]
    assert spans(text) == ["省商务厅牵头", "云州海关、省税务局等有关部门配合", "各市政府落实"]


def test_bodies_wait_for_their_verb() -> None:
    text = "（教育部、民政部，各省级人民政府按职责分工负责）"
    assert bodies(text) == [(("责任", "教育部"), ("责任", "民政部"), ("责任", "各省级人民政府"))]


def test_with_names_who_assists() -> None:
    assert bodies("（由市水利局牵头，会同市财政局负责）") == [
        (("牵头", "市水利局"), ("配合", "市财政局"))
    ]


@pytest.mark.parametrize("name", ["商务部", "商水县政府", "会同县政府"])
def test_a_name_that_begins_like_with(name: str) -> None:
    assert bodies(f"（{name}负责）") == [(("责任", name),)]


def test_a_verb_behind_the_colon_wins_over_the_head() -> None:
    assert bodies("（责任单位：市水利局牵头，市财政局配合）") == [
        (("牵头", "市水利局"), ("配合", "市财政局"))
    ]


def test_a_name_that_ends_like_a_verb_is_a_name() -> None:
    assert bodies("（责任单位：市推进办、市落实办）") == [
        (("责任", "市推进办"), ("责任", "市落实办"))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "（财政部、税务总局负责，排在第一位的部门为牵头部门，下同）",
        "（责任单位：财政部、税务总局；列首位的为牵头单位，下同）",
    ],
)
def test_who_of_the_list_leads_is_no_body(text: str) -> None:
    assert bodies(text) == [(("责任", "财政部"), ("责任", "税务总局"))]


def test_a_nested_bracket_does_not_end_the_clause() -> None:
    assert bodies("（责任单位：各县（市、区）政府、市水利局）") == [
        (("责任", "各县（市、区）政府"), ("责任", "市水利局"))
    ]


def test_every_line_is_a_clause_of_its_own() -> None:
    assert bodies("牵头单位：市水利局\n配合单位：市财政局、市民政局\n") == [
        (("牵头", "市水利局"),),
        (("配合", "市财政局"), ("配合", "市民政局")),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "各单位要压实责任。",
        "推进改革（坚持党的领导，负责任地落实各项要求并做好配合工作）。",
        "（企业负责人）",
        "（以联合体形式申报时，牵头单位填写）",
        "（牵头领导：张青禾）",
        "主办单位：青禾市人民政府办公室",
        "明确责任单位和进度安排。",
        "负责起草单位：青禾市水利科学研究院",
        "（" * 50,
    ],
)
def test_what_is_no_clause(text: str) -> None:
    assert role_clauses(text) == []


def test_offsets_count_in_the_whole_text() -> None:
    text = "甲。（责任单位：市水利局）乙。（责任单位：市民政局）"
    (clause,) = role_clauses(text, 14)
    assert text[clause.start : clause.end] == "责任单位：市民政局"


@pytest.mark.parametrize(
    ("head", "role"),
    [
        ("牵头单位", "牵头"),
        ("牵头考核单位", "牵头"),
        ("主办单位", "牵头"),
        ("协办单位", "配合"),
        ("参与单位", "配合"),
        ("责任部门", "责任"),
        ("负责部门", "责任"),
        ("落实单位", "责任"),
    ],
)
def test_role_of_a_head(head: str, role: str) -> None:
    assert role_of(head) == role
