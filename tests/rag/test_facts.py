"""Answers made of stored facts: whole answers over an invented library of three plans."""

import pytest

from index.hit import Filters
from index.index import Index
from rag.assistant import Assistant

QINGHE = """青禾市智能制造行动计划（2024-2026年）

一、主要目标
到2026年，智能装备产业总产值突破300亿元、年均增长12%以上，高新技术企业达到800家，研发经费支出占GDP比重达到3%左右。

二、重点任务
（一）建设智能工厂。每年新建智能工厂20家。（牵头单位：市经信局，配合单位：市科技局、市财政局）
（二）攻克关键技术。实施重大科技项目50项。（牵头单位：市科技局）
（三）培育企业。培育上市企业10家。（责任单位：市科技局、市发改委）
"""

YUNZHOU = """云州市智能制造实施方案（2024-2026年）

一、发展目标
到2026年，智能装备产业总产值达到150亿元，新认定高新技术企业120家以上。

二、主要举措
（一）完善创新平台。责任单位：市科技局、市发改委。
（二）加强用地保障。责任单位：市发改委。

三、重点领域
到2026年，新认定高新技术企业达到100家。
"""

LANJIANG = """岚江省先进制造业发展规划（2024-2026年）

一、总体目标
到2026年，数字经济核心产业增加值占生产总值比重达到10%。

二、保障措施
（一）加强统筹。由省发展改革委负责规划实施的协调和评估。
（二）强化支持。（责任单位：省财政厅、省科技厅）
"""


@pytest.fixture(scope="module")
def assistant(make_document, encoder, tmp_path_factory):
    documents = [
        make_document(
            text, source_name=name, title=text.split("\n")[0], region=region, period=period
        )
        for text, name, region, period in (
            (QINGHE, "1-qinghe.txt", "青禾市", (2024, 2026)),
            (YUNZHOU, "2-yunzhou.txt", "云州市", (2024, 2026)),
            (LANJIANG, "3-lanjiang.txt", "岚江省", (2024, 2026)),
        )
    ]
    folder = tmp_path_factory.mktemp("facts") / "index"
    with Index.build(folder, documents, encoder) as index:
        yield Assistant(index)


def shown(answer):
    return [part.text for part in answer.parts]


def assert_every_row_is_cited_word_for_word(assistant, answer):
    assert len(answer.table.rows) == len(answer.table.citation_of_row)
    for row, number in zip(answer.table.rows, answer.table.citation_of_row, strict=True):
        citation = answer.citations[number - 1]
        text = assistant.index.document(citation.document_id).text
        assert text[citation.start : citation.end] == citation.quote
        assert row[-1] in citation.quote


# tasks of a body


def test_all_tasks_of_a_body_in_a_place(assistant):
    answer = assistant.ask("青禾市科技局负责哪些任务？")
    assert shown(answer) == [
        "市科技局共3项任务（牵头1项、责任1项、配合1项），查了1份文件：",
        "（一）建设智能工厂", "配合单位：市科技局、市财政局",
        "（二）攻克关键技术", "牵头单位：市科技局",
        "（三）培育企业", "责任单位：市科技局、市发改委",
    ]  # fmt: skip
    assert answer.table.columns == ("文件", "任务", "角色", "原文")
    assert [row[1:3] for row in answer.table.rows] == [
        ("（一）建设智能工厂", "配合"),
        ("（二）攻克关键技术", "牵头"),
        ("（三）培育企业", "责任"),
    ]
    assert answer.coverage.exhaustive
    assert_every_row_is_cited_word_for_word(assistant, answer)


@pytest.mark.parametrize(
    ("question", "tasks"),
    [
        ("青禾市科技局牵头哪几项", ["（二）攻克关键技术"]),
        ("青禾市由科技局牵头的工作有哪些？", ["（二）攻克关键技术"]),
        ("青禾市科技局配合什么工作", ["（一）建设智能工厂"]),
        ("青禾市科技局和市发改委共同承担哪些任务？", ["（三）培育企业"]),
        ("青禾市科技部门管哪几项", ["（一）建设智能工厂", "（二）攻克关键技术", "（三）培育企业"]),
        ("云州市智能制造方案里市发改委一家单独负责哪些任务？", ["（二）加强用地保障"]),
        ("岚江省由省发改委负责的工作有哪些？", ["（一）加强统筹"]),
    ],
)
def test_roles_and_names_as_asked(assistant, question, tasks):
    answer = assistant.ask(question)
    assert [row[1] for row in answer.table.rows] == tasks


def test_a_body_of_another_level_is_another_body(assistant):
    answer = assistant.ask("市发改委负责哪些任务？")
    assert [(row[0][:3], row[1]) for row in answer.table.rows] == [
        ("青禾市", "（三）培育企业"),
        ("云州市", "（一）完善创新平台"),
        ("云州市", "（二）加强用地保障"),
    ]
    labels = [part.text for part in answer.parts if part.kind == "label"]
    assert labels == [
        "市发改委共3项任务，查了3份文件：",
        "青禾市智能制造行动计划（2024-2026年）：",
        "云州市智能制造实施方案（2024-2026年）：",
    ]


def test_a_role_a_body_does_not_have_is_said(assistant):
    answer = assistant.ask("云州市科技局牵头哪些任务？")
    assert shown(answer) == [
        "查了1份文件，没有写明市科技局牵头的任务；写明市科技局责任的共1项：",
        "（一）完善创新平台", "责任单位：市科技局、市发改委",
    ]  # fmt: skip


def test_filters_bound_the_tasks(assistant):
    answer = assistant.ask("市科技局负责哪些任务？", filters=Filters(regions=("云州市",)))
    assert [row[1] for row in answer.table.rows] == ["（一）完善创新平台"]


def test_a_body_without_tasks_is_refused_with_those_alike(assistant):
    answer = assistant.ask("青禾市财政金融局负责哪些任务？")
    assert answer.refusal.reason == "body_not_charged"
    assert answer.refusal.detail == (
        "有关文件没有写到财政金融局承担的任务；名称相近、写明任务的单位有：市财政局。"
    )
    assert [citation.quote for citation in answer.refusal.nearest] == [
        "配合单位：市科技局、市财政局"
    ]


# bodies of a task


def test_the_bodies_of_a_task_are_rows(assistant):
    answer = assistant.ask("青禾市建设智能工厂的责任单位是哪些？")
    assert shown(answer) == ["牵头单位：市经信局，配合单位：市科技局、市财政局"]
    assert answer.table.columns == ("任务", "角色", "单位")
    assert answer.table.rows == (
        ("（一）建设智能工厂", "牵头", "市经信局"),
        ("（一）建设智能工厂", "配合", "市科技局"),
        ("（一）建设智能工厂", "配合", "市财政局"),
    )


# one indicator in several places


def test_an_indicator_is_compared_over_named_places(assistant):
    answer = assistant.ask("青禾市和云州市的智能装备产业总产值目标分别是多少？")
    assert answer.kind == "comparison"
    assert shown(answer) == [
        "共2项，查了2份文件：",
        "青禾市：", "智能装备产业总产值突破300亿元、年均增长12%以上",
        "云州市：", "智能装备产业总产值达到150亿元",
    ]  # fmt: skip
    assert [row[:4] for row in answer.table.rows] == [
        ("青禾市", "智能装备产业总产值", "突破300亿元", "2026年"),
        ("云州市", "智能装备产业总产值", "150亿元", "2026年"),
    ]
    assert_every_row_is_cited_word_for_word(assistant, answer)


def test_two_figures_for_one_target_stand_side_by_side(assistant):
    answer = assistant.ask("各市的高新技术企业目标分别是多少家？")
    assert [(row[0], row[2]) for row in answer.table.rows] == [
        ("青禾市", "800家"), ("云州市", "120家以上"), ("云州市", "100家"),
    ]  # fmt: skip
    assert answer.coverage.exhaustive


def test_a_named_place_without_the_target_is_said_to_have_none(assistant):
    answer = assistant.ask("青禾市和云州市的研发投入占GDP比重目标对比")
    assert shown(answer) == [
        "共1项，查了2份文件：",
        "青禾市：", "研发经费支出占GDP比重达到3%左右",
        "云州市（文件未写明）：",
    ]  # fmt: skip


def test_places_of_one_kind_are_meant(assistant):
    answer = assistant.ask("哪些省提出了数字经济核心产业增加值占比目标？")
    assert [(row[0], row[2]) for row in answer.table.rows] == [("岚江省", "10%")]


# all targets of a plan


@pytest.mark.parametrize("question", ["云州市提出了哪些量化指标？", "列出云州市2026年的全部目标"])
def test_all_targets_of_a_plan_are_listed(assistant, question):
    answer = assistant.ask(question)
    assert answer.parts[0].text == "云州市智能制造实施方案（2024-2026年）共3项指标，查了1份文件："
    assert [row[1:4] for row in answer.table.rows] == [
        ("智能装备产业总产值", "150亿元", "2026年"),
        ("新认定高新技术企业", "120家以上", "2026年"),
        ("新认定高新技术企业", "100家", "2026年"),
    ]


# one figure


def test_the_sentence_that_states_the_target_is_chosen(assistant):
    answer = assistant.ask("青禾市2026年高新技术企业要达到多少家？")
    (quote,) = shown(answer)
    assert "高新技术企业达到800家" in quote


@pytest.mark.parametrize(
    ("question", "stated"),
    [
        (
            "青禾市2026年研发经费占主营业务收入的比重要达到多少？",
            "研发经费支出占GDP比重（2026年）",
        ),
        ("青禾市2025年高新技术企业要达到多少家？", "高新技术企业（2026年）"),
    ],
)
def test_a_figure_of_something_else_is_refused_and_named(assistant, question, stated):
    refusal = assistant.ask(question).refusal
    assert refusal.reason == "figure_not_stated"
    assert refusal.detail == f"有关文件没有写明所问的数值，写明的是：{stated}。"
    assert len(refusal.nearest) == 1


def test_a_body_of_a_place_without_documents_is_refused_for_the_place(assistant):
    answer = assistant.ask("宁波市科技局负责哪些任务？")
    assert (answer.refusal.reason, answer.refusal.missing) == ("place_not_in_corpus", ("宁波市",))
