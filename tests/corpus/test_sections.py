"""The section tree: one small document a habit in data/habits, its tree in the .json beside it."""

import json
import sys
from pathlib import Path

import pytest

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
     " \n" * 150_000 + "文", "文" + " " * 300_000 + "字"],
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
