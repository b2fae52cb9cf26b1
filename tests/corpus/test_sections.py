"""The section tree: one small document a habit in data/habits, its tree in the .json beside it."""

import json
import sys
from pathlib import Path

import pytest

from corpus.document import Layout, StyledHeading, Table
from corpus.reading import reading_of
from corpus.sections import outline, section_at, section_path

HABITS = Path(__file__).parent.parent / "data" / "habits"
NAMES = sorted(path.stem for path in HABITS.glob("*.txt"))


def tree_of(text):
    return [[s.depth, s.kind, s.label, s.title] for s in outline(text)]


def read(name):
    return (HABITS / f"{name}.txt").read_bytes().decode("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_outline_of_habit(name):
    expected = json.loads((HABITS / f"{name}.json").read_text(encoding="utf-8"))
    assert tree_of(read(name)) == expected


PLAN = """一、目标
（一）规模
主要目标：产值50亿元。
二、任务
一是建园。建园3个。二是引企。引企5家。
"""


def test_outline_offsets_point_at_heading_and_whole_section():
    found = [
        (PLAN[s.start : s.end], PLAN[s.start : s.body_end].replace("\n", "/"))
        for s in outline(PLAN)
    ]
    assert found == [
        ("一、目标", "一、目标/（一）规模/主要目标：产值50亿元。/"),
        ("（一）规模", "（一）规模/主要目标：产值50亿元。/"),
        ("主要目标", "主要目标：产值50亿元。/"),
        ("二、任务", "二、任务/一是建园。建园3个。二是引企。引企5家。"),
        ("一是建园", "一是建园。建园3个。"),
        ("二是引企", "二是引企。引企5家。"),
    ]


@pytest.mark.parametrize(
    ("words", "position"),
    [("目标\n", 0), ("规模", 1), ("产值", 2), ("任务", 3), ("建园3", 4), ("引企5", 5)],
)
def test_section_at_returns_the_innermost_section(words, position):
    assert section_at(outline(PLAN), PLAN.index(words)) == position


def test_section_at_is_none_before_the_first_heading_and_after_the_last_section():
    text = "前言一句。\n一、目标\n产值50亿元。\n青禾市人民政府\n2024年5月6日\n"
    sections = outline(text)
    assert section_at(sections, 0) is None
    assert section_at(sections, text.index("2024年")) is None


@pytest.mark.parametrize(
    ("position", "path"),
    [
        (None, ()),
        (1, ("一、目标", "（一）规模")),
        (2, ("一、目标", "（一）规模")),
        (5, ("二、任务",)),
    ],
)
def test_section_path_leaves_out_run_ins_and_spoken_entries(position, path):
    assert section_path(outline(PLAN), position) == path


def test_outline_of_text_without_headings_is_empty():
    assert outline("今天召开会议，研究部署工作。\n") == ()


def test_outline_ends_the_last_section_before_signature_and_attachment_name():
    text = "一、要求\n抓好落实。附件：任务分工表.doc\n青禾市水利局\n2024年5月6日\n打印本页\n"
    (section,) = outline(text)
    assert text[section.start : section.body_end].rstrip() == "一、要求\n抓好落实。"


@pytest.mark.parametrize(
    "text",
    ["（一）" * 60_000, "（一）\n" * 60_000, "一是，" * 60_000, "（" * 200_000,
     "一、总则\n" * 40_000, "主要目标：" * 40_000, "1.1 总则\n" * 30_000,
     " \n" * 150_000 + "文", "文" + " " * 300_000 + "字", "附件：1.表\n" * 30_000,
     "专栏1 工程\n1.建园。引企。\n" * 15_000, "应用一：甲\n" * 30_000,
     "——强基。抓好落实工作。\n" * 20_000,
     "目标：抓好落实工作，按时完成各项任务，确保取得实效。\n" * 10_000, "| a | b |\n" * 20_000,
     "第一节修复山塘山塘要逐口登记" * 20_000, "2023年工作\n各位代表。\n" * 20_000],
)  # fmt: skip
def test_the_work_of_an_outline_grows_with_its_text(text):
    """Twice the text may take about twice the calls; quadratic work would take four times."""
    half = _calls(text[: len(text) // 20])
    whole = _calls(text[: len(text) // 10])
    assert whole <= 2.5 * half + 1000


@pytest.mark.parametrize("text", ["（一）" * 60_000, "一、总则\n" * 40_000, " \n" * 150_000 + "文"])
def test_outline_of_hostile_text_stays_in_order(text):
    sections = outline(text)
    starts = [section.start for section in sections]
    assert starts == sorted(set(starts))
    assert all(one.start <= one.end <= one.body_end <= len(text) for one in sections)


def laid_out(*parts):
    """A text and its layout: "words", ("heading", level) or ["row", "row"] of a table."""
    text, headings, tables = "", [], []
    for part in parts:
        start = len(text)
        if isinstance(part, list):
            rows = []
            for row in part:
                rows.append((len(text), len(text) + len(row)))
                text += f"{row}\n"
            tables.append(Table(start, len(text) - 1, tuple(rows)))
            continue
        words, level = part if isinstance(part, tuple) else (part, 0)
        text += f"{words}\n"
        if level:
            headings.append(StyledHeading(start, len(text) - 1, level))
    return text, Layout(headings=tuple(headings), tables=tuple(tables))


def styled_tree(*parts):
    return [[s.depth, s.label, s.title] for s in outline(*laid_out(*parts))]


def test_outline_of_styles_alone():
    found = styled_tree(
        ("青禾市规划", 1), ("现状", 2), "河网密布。", ("水系", 3), "三江汇流。", ("堤防", 3),
        "堤防完好。", ("任务", 2), "修堤。",
    )  # fmt: skip
    assert found == [[1, "", "现状"], [2, "", "水系"], [2, "", "堤防"], [1, "", "任务"]]


def test_outline_keeps_the_first_of_several_headings_of_level_one():
    found = styled_tree(("现状", 1), "河网密布。", ("水系", 2), "三江汇流。", ("任务", 1), "修堤。")
    assert found == [[1, "", "现状"], [2, "", "水系"], [1, "", "任务"]]


def test_outline_follows_the_numbers_where_styles_contradict_them():
    found = styled_tree(
        ("第一章 总则", 2), ("第一节 目的", 1), "第一条 为了治水。", ("第二章 附则", 3),
        "第二条 自公布之日起施行。",
    )  # fmt: skip
    assert found == [
        [1, "第一章", "总则"], [2, "第一节", "目的"], [3, "第一条", ""], [1, "第二章", "附则"],
        [2, "第二条", ""],
    ]  # fmt: skip


def test_outline_puts_a_styled_heading_without_number_under_a_numbered_one():
    found = styled_tree(
        ("一、任务", 1), "修堤。", ("清淤", 2), "清淤三处。", ("二、保障", 1), "出钱。"
    )
    assert found == [[1, "一、", "任务"], [2, "", "清淤"], [1, "二、", "保障"]]


def test_outline_takes_no_label_from_a_row_of_several_cells():
    found = styled_tree(
        "一、任务", "如下。", ["1.清淤\t3处", "二、护岸\t5处"], ["（一）说明"], "二、保障", "出钱。"
    )
    assert found == [[1, "一、", "任务"], [2, "（一）", ""], [1, "二、", "保障"]]


def test_outline_looks_past_the_furniture_of_the_format():
    text = "一、任务\n把河道清淤纳入\n1.网站地图\n日程。\n二、保障\n出钱。"
    start = text.index("1.网站")
    layout = Layout(furniture=((start, start + 6),))
    assert [s.heading for s in outline(text, layout)] == ["一、任务", "二、保障"]


def test_a_text_is_read_once_for_all_that_is_found_in_it():
    text = "一、任务\n修堤。" * 3
    assert reading_of(text) is reading_of(text)
    assert outline(text) is outline(text)


def _calls(text):
    """How many functions, Python's and C's, an outline calls."""
    count = 0

    def on(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(on)
    try:
        outline(text)
    finally:
        sys.setprofile(None)
    return count
