"""The parts of the benchmarks that must be right for a ratio to mean anything."""

from math import log

import pytest

from eval.bench.baseline import PlainBM25, grams
from eval.bench.row import Row, seconds, table


def test_grams_are_characters_and_pairs_without_space():
    assert grams("茶 Ａ") == ["茶", "a", "茶a"]


def test_plain_bm25_by_hand():
    """Each text is one character long, the mean length: the tf part is (1 · 2.2) / (1 + 1.2)."""
    bm25 = PlainBM25(["茶", "茶", "竹"])
    once, twice = log(1 + (3 - 1 + 0.5) / 1.5), log(1 + (3 - 2 + 0.5) / 2.5)
    assert once > twice
    assert bm25.search("茶竹", 3) == [2, 0, 1]


def test_plain_bm25_prefers_the_shorter_text():
    assert PlainBM25(["绿色建材与其他许多产业", "绿色建材"]).search("建材", 2) == [1, 0]


def test_plain_bm25_leaves_out_texts_without_a_term():
    assert PlainBM25(["茶叶", "竹木"]).search("茶", 5) == [0]


def test_a_row_is_a_ratio():
    row = Row("building", "build", "s", 3.0, "parse alone", 2.0)
    assert row.ratio == 1.5
    assert table([row]).splitlines()[1].split() == [
        *("build", "3.000", "s", "parse", "alone", "2.000", "1.50×"),
    ]


def test_a_row_over_nothing_has_no_ratio():
    assert Row("building", "build", "s", 3.0, "parse alone", 0.0).ratio is None


def test_seconds_calls_as_often_as_told():
    calls = []
    assert seconds(lambda: calls.append(1), repeat=5) == pytest.approx(0, abs=1)
    assert len(calls) == 5
