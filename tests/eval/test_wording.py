from typing import get_args

from eval.judgement import METRICS
from eval.questions import QuestionStyle, QuestionType
from eval.wording import METRIC_NAMES, STYLE_NAMES, TYPE_NAMES, plain_table, width


def test_wide_characters_take_two_columns():
    assert width("F1字ＡＢ") == 2 + 2 + 4


def test_combining_marks_take_none():
    assert width("e\u0301") == 1


def test_columns_align_by_width():
    table = plain_table(["组", "题数", "F1"], [["无答案", "9", "0.5"], ["f", "138", ""]])
    assert table.splitlines() == [
        "组      题数   F1",
        "无答案     9  0.5",
        "f        138",
    ]


def test_everything_has_a_chinese_name():
    assert set(METRIC_NAMES) == set(METRICS)
    assert set(TYPE_NAMES) == set(get_args(QuestionType))
    assert set(STYLE_NAMES) == set(get_args(QuestionStyle))
