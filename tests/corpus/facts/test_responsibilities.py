"""Responsibilities of a document: the task of a clause, tables, running text, the gold."""

import json
from pathlib import Path

import pytest

from corpus.document import PLAIN, Document, Layout, Metadata, Table
from corpus.facts.responsibilities import find_responsibilities
from corpus.fold import squeeze
from corpus.load import BUNDLED_LIBRARY, read_document
from corpus.sections import outline

GOLD = Path(__file__).parents[2] / "data" / "gold" / "responsibilities.jsonl"


def charged(text, layout=PLAIN):
    """Return (unit, role, label, title, quote) of every responsibility, as tuples."""
    document = Document.from_bytes(
        text.encode(), source_name="方案.txt", text=text, metadata=Metadata("方案"), layout=layout
    )
    found = find_responsibilities(document, outline(text, layout))
    return [
        (fact.unit, fact.role, fact.task_label, fact.task_title, text[fact.start : fact.end])
        for fact in found
    ]


PLAN = """一、重点任务
（一）整治河道。全面清淤，恢复水系连通。（责任单位：市水利局、市民政局）
（二）加固堤防。完成险段加固。（牵头单位：市水利局，配合单位：市财政局）
二、保障措施
各地要抓好落实。
"""


def test_the_task_is_the_section_the_clause_stands_in() -> None:
    assert charged(PLAN) == [
        ("市水利局", "责任", "（一）", "整治河道", "责任单位：市水利局、市民政局"),
        ("市民政局", "责任", "（一）", "整治河道", "责任单位：市水利局、市民政局"),
        ("市水利局", "牵头", "（二）", "加固堤防", "牵头单位：市水利局"),
        ("市财政局", "配合", "（二）", "加固堤防", "配合单位：市财政局"),
    ]


def test_several_clauses_of_one_section_bear_its_title() -> None:
    text = (
        "一、整治河道\n全面清淤（市水利局负责）。恢复连通（市民政局负责）。\n"
        "二、加固堤防\n完成加固。\n"
    )
    assert [row[:4] for row in charged(text)] == [
        ("市水利局", "责任", "一、", "整治河道"),
        ("市民政局", "责任", "一、", "整治河道"),
    ]


def test_a_clause_after_spoken_points_closes_their_task() -> None:
    text = (
        "一、整治河道\n一是开展全面清淤工作；二是恢复水系连通功能；三是加强日常巡查。"
        "（责任单位：市水利局）\n二、加固堤防\n完成加固。\n"
    )
    assert [row[:4] for row in charged(text)] == [("市水利局", "责任", "一、", "整治河道")]


def test_a_clause_on_the_line_of_its_heading_is_no_part_of_the_title() -> None:
    text = "一、整治河道（责任单位：市水利局）\n全面清淤。\n二、加固堤防\n完成加固。\n"
    assert [row[:4] for row in charged(text)] == [("市水利局", "责任", "一、", "整治河道")]


def test_text_above_the_first_heading_has_no_task() -> None:
    assert charged("全面清淤。（责任单位：市水利局）") == [
        ("市水利局", "责任", "", "", "责任单位：市水利局")
    ]


def test_a_collective_of_two_kinds_is_two_units() -> None:
    assert [row[0] for row in charged("（责任单位：各市、县〔市、区〕政府）")] == [
        "各市政府",
        "各县（市、区）政府",
    ]


def table_of(text, start, header_rows=1):
    rows, begin = [], start
    for line in text[start:].splitlines():
        rows.append((begin, begin + len(line)))
        begin += len(line) + 1
    return Layout(tables=(Table(start, len(text), tuple(rows), header_rows),))


def test_a_table_states_a_task_a_row() -> None:
    text = (
        "序号\t工作任务\t牵头单位\t配合单位\n"
        "1\t整治河道\t市水利局\t市财政局、市民政局\n"
        "2\t加固堤防\t市水利局\t\n"
        "\t\t青禾县政府\t\n"
    )
    assert charged(text, table_of(text, 0)) == [
        ("市水利局", "牵头", "1", "整治河道", "市水利局"),
        ("市财政局", "配合", "1", "整治河道", "市财政局、市民政局"),
        ("市民政局", "配合", "1", "整治河道", "市财政局、市民政局"),
        ("市水利局", "牵头", "2", "加固堤防", "市水利局"),
        ("青禾县政府", "牵头", "2", "加固堤防", "青禾县政府"),
    ]


def test_a_table_that_plain_text_draws_with_bars_is_read_too() -> None:
    text = "| 序号 | 工作任务 | 责任单位 |\n| --- | --- | --- |\n| 1 | 整治河道 | 市水利局 |\n"
    assert charged(text) == [("市水利局", "责任", "1", "整治河道", "市水利局")]


def test_a_table_without_a_column_of_bodies_states_none() -> None:
    text = "指标\t单位\t目标\n河道长度\t公里\t300\n"
    assert charged(text, table_of(text, 0)) == []


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("巡查工作由市水利局牵头，各地配合。", "市水利局"),
        ("市水利局作为牵头单位，要制定年度要点。", "市水利局"),
        ("依托联席会议，市水利局作为牵头单位，要制定年度要点。", "市水利局"),
        ("市水利局负责统筹推进河道整治。", "市水利局"),
        ("第四条　市水利局负责河道管理。", "市水利局"),
    ],
)
def test_running_text_charges_a_named_body(text: str, unit: str) -> None:
    assert [row[:2] for row in charged(text)] == [(unit, "负责")]


@pytest.mark.parametrize(
    "text",
    [
        "各地要抓好落实，有关部门负责指导。",
        "本办法由市水利局负责解释。",
        "市水利局负责人到会讲话。",
        "市、县（市、区）人民政府负责本辖区工作。",
        "支持行业龙头牵头组建创新联合体。",
        "由牵头单位负责。",
    ],
)
def test_running_text_that_charges_nobody_by_name(text: str) -> None:
    assert charged(text) == []


ROWS = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


def plain(words):
    return squeeze(words).strip(".:。、;,")


def role_of_row(role):
    return next((known for known in ("牵头", "配合", "责任") if known in role), role)


@pytest.mark.parametrize("name", sorted({row["doc"] for row in ROWS}))
def test_the_bundled_documents_as_annotated(name: str) -> None:
    document = read_document(BUNDLED_LIBRARY / name)
    found = find_responsibilities(document, outline(document.text, document.layout))
    got = {(plain(f.unit), f.role, plain(f.task_title)) for f in found if f.role != "负责"}
    wanted = {
        (plain(unit), role_of_row(row["role"]), plain(row["task_title"]))
        for row in ROWS
        if row["doc"] == name
        for unit in row["units_norm"]
    }
    assert 2 * len(got & wanted) / (len(got) + len(wanted)) >= 0.98
    spans = {(row["start"], row["end"]) for row in ROWS if row["doc"] == name}
    assert {(f.start, f.end) for f in found if f.role != "负责"} == spans
