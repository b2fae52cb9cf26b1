import subprocess
import sys
from itertools import pairwise

import pytest

from corpus.document import Metadata, Passage
from corpus.fold import fold
from index.analyser import search_parts, search_terms, search_text, terms, word_edges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("质量", ["质", "量", "质量"]),
        ("海洋经济", ["海", "洋", "海洋", "经", "洋经", "济", "经济"]),
        ("县", ["县"]),
        ("", []),
        ("，。（）——", []),
    ],
)
def test_search_terms_are_characters_and_pairs(text, expected):
    assert search_terms(text) == expected


@pytest.mark.parametrize("blank", [" ", "\n", "\u3000", "\xa0 ", "\r\n  ", "\u200b"])
def test_a_pair_bridges_white_space(blank):
    assert search_terms(f"高{blank}质") == ["高", "质", "高质"]


@pytest.mark.parametrize("mark", ["，", "。", "、", "(", "“", "|", "2", "a"])
def test_a_pair_bridges_nothing_else(mark):
    assert "高质" not in search_terms(f"高{mark}质")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021年", ["2021", "年"]),
        ("５Ｇ", ["5g"]),
        ("8英寸", ["8", "英", "寸", "英寸"]),
        ("R&D", ["r&d", "r", "d"]),
        ("3＋12", ["3+12", "3", "12"]),
        ("2019-2021", ["2019-2021", "2019", "2021"]),
        ("增长2.5%", ["增", "长", "增长", "2.5"]),
        ("1,200亿", ["1200", "亿"]),
        ("12,345.60元", ["12345.60", "元"]),
        ("1,2和3", ["1", "2", "和", "3"]),
        ("10.1.2", ["10.1.2", "10", "1", "2"]),
        ("α粒", ["α", "粒"]),
    ],
)
def test_search_terms_keep_figures_and_names_whole(text, expected):
    assert search_terms(text) == expected


def test_search_terms_repeat_what_repeats():
    assert search_terms("县、县") == ["县", "县"]


def test_a_term_has_no_white_space():
    text = "“互联网 +”行动，R & D 经费 2 .5%\t高\n质 量"
    assert [term for term in search_terms(text) if term.split() != [term]] == []


def test_what_is_searched_is_title_headings_and_body():
    passage = Passage("0" * 16, 1, ("一、主要目标", "（一）总量"), 5, 9, "翻一番。")
    metadata = Metadata(title="青溪市行动计划", region="青溪市")
    assert search_parts(passage, metadata) == (
        "青溪市行动计划",
        "一、主要目标",
        "（一）总量",
        "翻一番。",
    )
    assert search_text(passage, metadata) == "青溪市行动计划\n一、主要目标\n（一）总量\n翻一番。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("牵头单位是哪些？", ["牵头单位", "是", "哪些"]),
        ("市发改委和市经信局", ["市", "发改委", "和", "市", "经信局"]),
        ("规模以上工业增加值", ["规模以上工业增加值"]),
        ("ＧＤＰ 目标", ["gdp", "目标"]),
    ],
)
def test_words_know_the_vocabulary_of_official_documents(text, expected):
    edges = sorted(word_edges(text))
    found = [text[a:b].strip() for a, b in pairwise(edges)]
    assert [fold(word) for word in found if word and word.isalnum()] == expected


def test_word_edges_count_in_the_text_itself():
    assert sorted(word_edges("多少人才")) == [0, 2, 4]
    assert word_edges("") == {0}


def test_our_dictionary_is_folded_and_has_no_word_twice():
    found = terms()
    assert len(found) == len(set(found))
    assert [term for term in found if fold(term) != term or len(term) < 2 or " " in term] == []


def test_jieba_is_silent_and_leaves_no_file(tmp_path):
    script = "from index.analyser import warm_up, word_edges; warm_up(); assert word_edges('青溪')"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env={"TMPDIR": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
