"""The parts of the training, one by one, with values worked out by hand."""

import math
from collections import Counter

import numpy as np
import pytest
import torch

from index.training import metrics
from index.training.batches import generator, mask_words, windows, words_of
from index.training.checkpoint import load_shards, save_shards
from index.training.examples import Pairs
from index.training.heads import contrastive_loss, listwise_loss, span_loss
from index.training.optimising import rate_at
from index.training.pack import CONTINUES
from index.training.packing import (
    assign_folds,
    continuing,
    edges_of,
    find_loosely,
    token_span,
)
from index.training.pretrain import steps_left
from index.training.vocabulary import MASK, make_tokenizer, worth_counting

WORDS = Counter({"产业": 50, "战略性": 20, "新兴": 20, "高质量": 9})
CHARACTERS = Counter("产业战略性新兴高质量发展亿元年增长到5g0123456789,。%()")


@pytest.fixture(scope="module")
def tokenizer():
    return make_tokenizer(WORDS, CHARACTERS, 400)


# --- vocabulary ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("战略性新兴产业", ["战略性", "新兴", "产业"]),
        ("到２０２５年，增长９.5％", ["到", "2025", "年", ",", "增", "长", "9", ".", "5", "%"]),
        ("12025亿元", ["1", "2", "0", "2", "5", "亿", "元"]),
        ("高 质量", ["高质量"]),
        ("高\n质量", ["高", "质", "量"]),
        ("５Ｇ", ["5", "g"]),
    ],
)
def test_a_text_is_cut_into_words_years_and_digits(tokenizer, text, tokens):
    assert tokenizer.encode(text, add_special_tokens=False).tokens == tokens


def test_tokens_point_at_the_characters_they_come_from(tokenizer):
    text = "到２０２５ 年"
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    assert [text[a:b].strip() for a, b in offsets] == ["到", "２０２５", "年"]


def test_two_texts_are_parted_and_typed(tokenizer):
    pair = tokenizer.encode("产业", "年")
    assert pair.tokens == ["[CLS]", "产业", "[SEP]", "年", "[SEP]"]
    assert pair.type_ids == [0, 0, 0, 1, 1]


def test_frequent_words_come_first_and_characters_before_words():
    small = make_tokenizer(WORDS, CHARACTERS, 5 + 112 + len(CHARACTERS) + 1)
    tokens = small.get_vocab()
    assert "产业" in tokens
    assert "新兴" not in tokens
    first = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    assert [small.id_to_token(i) for i in range(5)] == first


def test_an_impossible_size_is_refused():
    with pytest.raises(ValueError, match="a vocabulary of 40000: from 117 to 32768"):
        make_tokenizer(WORDS, CHARACTERS, 40_000)


def test_what_is_worth_counting():
    words = ["产业", "2025", "5g", "，", "业", "一二三四五六七八九"]
    assert [word for word in words if worth_counting(word)] == ["产业", "5g"]


# --- packing ---------------------------------------------------------------------------------


def test_the_rest_of_a_word_and_of_a_figure_continues():
    text = "到2025年产业"
    assert continuing(text, list(range(8)), edges_of(text)) == [2, 3, 4, 7]


@pytest.mark.parametrize(
    ("span", "tokens"), [((0, 2), (0, 1)), ((1, 3), (0, 2)), ((4, 5), (2, 3)), ((5, 9), None)]
)
def test_characters_to_tokens(span, tokens):
    assert token_span([0, 2, 3], [2, 3, 5], *span) == tokens


def test_width_and_white_space_do_not_hide_a_quote():
    text = "到 2025 年，增长９%"
    assert find_loosely(text, "2025年,增长9") == (2, 12)
    assert text[2:12] == "2025 年，增长９"
    assert find_loosely(text, "2026") is None


def test_questions_that_share_a_document_share_a_fold():
    groups = [frozenset({1}), frozenset({2, 3}), frozenset({3}), frozenset({4})]
    assert assign_folds(groups, 2) == [1, 0, 0, 1]
    chain = [frozenset({1}), frozenset({2}), frozenset({1, 3}), frozenset({3, 2})]
    assert len(set(assign_folds(chain, 3))) == 1


# --- masking ---------------------------------------------------------------------------------


def test_words_are_counted_by_their_first_tokens():
    row = np.array([[2, 9, 9 | CONTINUES, 7, 3]], dtype=np.uint16)
    assert words_of(row).tolist() == [[0, 1, 1, 2, 3]]


def test_a_word_is_masked_whole_and_special_tokens_never():
    pairs = np.tile(np.array([10, 11 | CONTINUES], dtype=np.uint16), (200, 50))
    rows = np.concatenate([np.full((200, 1), 2, dtype=np.uint16), pairs], axis=1)
    ids, labels = mask_words(rows, generator(1), 0.3, 100)
    asked = labels[:, 1:] >= 0
    assert (asked[:, 0::2] == asked[:, 1::2]).all()
    assert (labels[:, 0] == -100).all()
    assert asked.mean() == pytest.approx(0.3, abs=0.02)
    assert (ids[:, 1:] == MASK)[asked].mean() == pytest.approx(0.8, abs=0.02)
    plain = rows[:, 1:] & ~CONTINUES
    assert (ids[:, 1:] == plain)[asked].mean() == pytest.approx(0.1, abs=0.02)
    assert (ids[:, 1:] == plain)[~asked].all()
    assert (labels[:, 1:] == plain)[asked].all()


def test_all_and_none_may_be_masked():
    rows = np.array([[2, 10, 11, 3]], dtype=np.uint16)
    assert mask_words(rows, generator(1), 1.0, 100)[1].tolist() == [[-100, 10, 11, -100]]
    assert mask_words(rows, generator(1), 0.0, 100)[0].tolist() == [[2, 10, 11, 3]]


def test_a_window_is_a_stretch_of_the_stream():
    stream = np.arange(10, 30, dtype=np.uint16)
    rows = windows(stream, generator(1), 50, 6)
    assert rows.shape == (50, 6)
    assert (rows[:, 0] == 2).all()
    assert (rows[:, 5] == 3).all()
    assert (np.diff(rows[:, 1:5].astype(int)) == 1).all()
    assert rows[:, 1].min() == 10
    assert rows[:, 4].max() == 29
    assert windows(stream[:2], generator(1), 1, 6)[0, 1:5].tolist() in ([10, 11] * 2, [11, 10] * 2)


# --- losses ----------------------------------------------------------------------------------


def test_the_listwise_loss_is_the_mean_over_lists():
    scores = torch.tensor([math.log(3.0), 0.0, 1.0, 1.0, 1.0, 1.0])
    expected = (math.log(4 / 3) + math.log(4)) / 2
    assert listwise_loss(scores, [2, 4]).item() == pytest.approx(expected, abs=1e-6)


def test_a_passage_that_also_answers_does_not_count_against_a_query():
    vectors = torch.eye(2)
    third = torch.tensor([[1.0, 0.0]])
    passages = torch.cat([vectors, third])
    all_wrong = torch.ones(2, 3, dtype=torch.bool)
    not_third = all_wrong.clone()
    not_third[0, 2] = False
    counted = contrastive_loss(vectors, passages, all_wrong).item()
    left_out = contrastive_loss(vectors, passages, not_third).item()
    assert counted == pytest.approx(math.log(2) / 2, abs=1e-5)
    assert left_out == pytest.approx(0.0, abs=1e-5)


def test_pairs_know_which_passages_are_right():
    pairs = Pairs([], [], [4, 5, 6], [frozenset({4, 6}), frozenset({5}), frozenset({6})])
    expected = [[True, True, False], [True, True, True], [True, True, True]]
    assert pairs.wrong().tolist() == expected


def test_right_spans_add_up_and_none_is_the_first_token():
    starts = torch.log(torch.tensor([[0.5, 0.2, 0.2, 0.1], [0.7, 0.1, 0.1, 0.1]]))
    ends = torch.log(torch.tensor([[0.5, 0.1, 0.1, 0.3], [0.6, 0.2, 0.1, 0.1]]))
    several = span_loss(starts, ends, [[(1, 2), (2, 4)], None]).item()
    assert several == pytest.approx(-(math.log(0.4) + math.log(0.4)) / 2, abs=1e-6)
    none = span_loss(starts, ends, [None, []]).item()
    assert none == pytest.approx(-(math.log(0.7) + math.log(0.6)) / 2, abs=1e-6)


# --- schedule and shards ---------------------------------------------------------------------


def test_the_rate_rises_and_falls():
    rates = [round(rate_at(step, 10, 1.0, 0.2), 3) for step in (0, 1, 2, 6, 10)]
    assert rates == [0.5, 1.0, 1.0, 0.5, 0.0]


def test_the_steps_fill_the_time():
    """A second a step: of the hundred seconds left 97 hold steps, three are for writing."""
    assert steps_left({5: 1.0, 20: 16.0}, 116.0) == 97
    assert steps_left({5: 1.0, 20: 16.0}, 15.0) == 0


def test_no_file_of_a_checkpoint_is_above_the_limit(tmp_path):
    tensors = {
        "large": torch.arange(30_000, dtype=torch.float32).reshape(300, 100),
        "small": torch.ones(7),
        "one": torch.tensor(3.0).reshape(1),
    }
    limit = 40_000
    files = save_shards(tensors, tmp_path, limit=limit)
    assert len(files) > 3
    assert all(file.stat().st_size <= limit for file in files)
    found = load_shards(tmp_path)
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], value) for name, value in tensors.items())


# --- figures ---------------------------------------------------------------------------------


def test_ranks():
    assert metrics.rank_of_first([7, 5, 9], [9, 5]) == 2
    assert metrics.rank_of_first([7], [9]) is None
    assert [metrics.recall_at(rank, 5) for rank in (1, 5, 6, None)] == [1, 1, 0, 0]
    assert [metrics.reciprocal(rank) for rank in (1, 4, None)] == [1, 0.25, 0]
    assert metrics.order_by([7, 5, 9], [1.0, 2.0, 1.0]) == [5, 7, 9]
    assert metrics.standardised([1.0, 3.0]) == [-1.0, 1.0]
    assert metrics.standardised([2.0, 2.0]) == [0.0, 0.0]


def test_span_overlap():
    assert metrics.overlap_f1((2, 6), [(4, 8), (20, 21)]) == 0.5
    assert metrics.overlap_f1((4, 8), [(4, 8)]) == 1
    assert metrics.overlap_f1((0, 2), [(4, 8)]) == 0
    assert metrics.overlap_f1(None, [(4, 8)]) == 0


def test_area_under_curve():
    assert metrics.area_under_curve([3.0, 1.0], [1.0, 0.0]) == 0.875
    assert math.isnan(metrics.area_under_curve([], [1.0]))


def test_the_interval_draws_documents():
    """Two documents of equal size, one all right, one all wrong: the mean may be 0, ½ or 1."""
    figure = metrics.bootstrap([1, 1, 0, 0], [8, 8, 9, 9])
    assert (figure.value, figure.low, figure.high, figure.count) == (0.5, 0.0, 1.0, 4)
    alone = metrics.bootstrap([1, 0, 1, 0], [8, 8, 8, 8])
    assert (alone.value, alone.low, alone.high) == (0.5, 0.5, 0.5)
