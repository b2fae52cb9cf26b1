"""Sentences and clauses are spans of the text that part it and keep brackets whole."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.sentences import clauses, enclosed, sentences

SOUP = st.text(alphabet="文字甲乙。！？；，：、（）“”《》\n 1.", max_size=120)


def cut(finder, text, *bounds):
    return [text[start:end] for start, end in finder(text, *bounds)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("建成3个。新增5家！行不行？", ["建成3个。", "新增5家！", "行不行？"]),
        ("一是建园；二是引企。", ["一是建园；", "二是引企。"]),
        ("half; width! ok?", ["half;", "width!", "ok?"]),
        ("他说“好。”各地照办。", ["他说“好。”", "各地照办。"]),
        ("坚持（快！稳！准）推进。完", ["坚持（快！稳！准）推进。", "完"]),
        ("标题没有句号\n\n正文一句。", ["标题没有句号", "正文一句。"]),
        ("（没有右括号。下一句。", ["（没有右括号。", "下一句。"]),
        ("增长3.2%。", ["增长3.2%。"]),
        ("……！！真的。", ["……！！", "真的。"]),
        ("  \n ", []),
    ],
)
def test_sentences(text, expected):
    assert cut(sentences, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "到2025年，达到5家（含3家，均为新增）；完成。",
            ["到2025年，", "达到5家（含3家，均为新增）；", "完成。"],
        ),
        ("牵头单位：科技局，配合单位：财政局", ["牵头单位：", "科技局，", "配合单位：", "财政局"]),
        ("总额3,235亿元，12:56发布", ["总额3,235亿元，", "12:56发布"]),
    ],
)
def test_clauses(text, expected):
    assert cut(clauses, text) == expected


def test_sentences_of_a_range_are_spans_of_the_whole_text():
    text = "第一句。第二句。第三句。"
    assert sentences(text, 4, 10) == [(4, 8), (8, 10)]


def test_sentences_goes_on_over_a_break_inside_a_long_line():
    first = "支持各地围绕主攻的产业方向因地制宜招引一批自主创新能力强、研发投入大、辐射带动力强、"
    text = first + "\n符合产业导向的项目。下一句。"
    assert cut(sentences, text) == [first + "\n符合产业导向的项目。", "下一句。"]


@given(SOUP)
def test_sentences_cover_every_character_but_white_space_once(text):
    covered = "".join(text[start:end] for start, end in sentences(text))
    assert "".join(covered.split()) == "".join(text.split())


@given(SOUP)
def test_clauses_are_in_order_and_inside_sentences(text):
    spans = clauses(text)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    whole = sentences(text)
    assert all(any(a <= start and end <= b for a, b in whole) for start, end in spans)


def test_enclosed_returns_outermost_pairs_and_no_lost_bracket():
    text = "（甲（乙）丙）丁《戊》" + "（" + "己" * 400 + "）"
    assert enclosed(text.replace("（", "(").replace("）", ")")) == [(0, 7), (8, 11)]


def test_a_role_bracket_after_a_full_stop_is_a_sentence_of_its_own():
    text = "推进农网改造。（市供电公司牵头，市发改委配合）发展冷链物流。"
    assert [text[a:b] for a, b in sentences(text)] == [
        "推进农网改造。",
        "（市供电公司牵头，市发改委配合）",
        "发展冷链物流。",
    ]


def test_another_bracket_after_a_full_stop_goes_with_what_follows():
    text = "推进农网改造。（一期）工程开工。"
    assert [text[a:b] for a, b in sentences(text)] == ["推进农网改造。", "（一期）工程开工。"]
