"""Each formula by hand, then all of them against two independent implementations."""

import random

import ir_measures
import pytest
from ir_measures import RR, Qrel, R, ScoredDoc

from eval.metrics import (
    answer_recall,
    character_f1,
    citation_precision,
    common_length,
    concise,
    contained,
    correct,
    coverage,
    gold_text,
    needs_all,
    normalise,
    recall,
    reciprocal_rank,
    share,
    verbatim,
)

QUOTE = "到2025年，清溪县绿色建材产值达到60亿元；培育龙头企业8家"
# clauses: 到2025年 6, 清溪县绿色建材产值达到60亿元 15, 培育龙头企业8家 8: together 29


def test_normalise_drops_width_space_and_case():
    assert normalise("到 2025　年,\nＧＤＰ增长\xa06％") == "到2025年,gdp增长6%"


def test_coverage_is_one_for_the_whole_quote_across_line_breaks():
    assert (
        coverage(QUOTE, "（一）目标。到2025 年，清溪县绿色建材\n产值达到60亿元；培育龙头企业8家。")
        == 1
    )


def test_coverage_weighs_clauses_by_length():
    assert coverage(QUOTE, "全县培育龙头企业8家以上") == 8 / 29


def test_coverage_leaves_out_clauses_under_four_characters():
    assert coverage("其中，绿色建材60亿元", "绿色建材60亿元左右") == 1


def test_coverage_of_a_short_quote_looks_for_all_of_it():
    assert coverage("甲，乙", "甲和乙") == 0
    assert coverage("甲，乙", "甲,乙") == 1


def test_coverage_of_an_empty_quote_is_zero():
    assert coverage(" ", "任何文字") == 0


@pytest.mark.parametrize(
    ("question_type", "answer", "gold", "needed"),
    [
        ("number", ["60亿元"], ["产值60亿元", "达到60亿元"], False),
        ("list", ["建材", "竹木"], ["重点发展建材", "培育竹木"], True),
        ("list", ["建材", "竹木"], ["重点发展建材", "建材和竹木"], False),
        ("comparison", ["60亿元"], ["产值60亿元"], True),
        ("aggregate", ["60亿元"], ["产值60亿元"], True),
    ],
)
def test_needs_all_unless_one_quote_says_the_whole_answer(question_type, answer, gold, needed):
    assert needs_all(question_type, answer, gold) is needed


def test_recall_counts_the_quotes_held_when_all_are_needed():
    texts = ["清溪县产值达到60亿元", "与此无关的一段"]
    gold = ["产值达到60亿元", "培育企业8家", "新建园区两个"]
    assert recall(texts, gold, all_needed=True) == 1 / 3


def test_recall_is_whole_for_one_of_several_alternatives():
    assert recall(["产值达到60亿元"], ["产值达到60亿元", "约60亿元"], all_needed=False) == 1


def test_recall_needs_half_of_a_quote():
    gold = ["一二三四，五六七八"]
    assert recall(["一二三四"], gold, all_needed=False) == 1
    assert recall(["一二三四"], ["一二三四，五六七八九"], all_needed=False) == 0  # 4 of 9


def test_recall_of_no_texts_is_zero():
    assert recall([], ["产值60亿元"], all_needed=False) == 0


def test_reciprocal_rank_is_one_over_the_first_rank():
    assert reciprocal_rank(["无", "无", "产值60亿元", "产值60亿元"], ["产值60亿元"]) == 1 / 3


def test_reciprocal_rank_stops_at_its_depth():
    assert reciprocal_rank(["无"] * 10 + ["产值60亿元"], ["产值60亿元"], depth=10) == 0


def test_answer_recall_is_the_share_of_strings_found():
    assert answer_recall("培育 60 家，引进5家", ["60家", "5家", "8家"]) == 2 / 3


def test_contained_needs_every_string():
    assert contained("建材、竹木", ["建材", "竹木"])
    assert not contained("建材、竹木", ["建材", "茶叶"])


def test_correct_allows_two_hundred_characters_for_short_gold():
    gold = "产值60亿元"  # 3 × 6 = 18, so 200 counts
    assert correct("60亿元" + "文" * 196, ["60亿元"], gold)
    assert not correct("60亿元" + "文" * 197, ["60亿元"], gold)


def test_correct_allows_three_times_longer_gold():
    gold = "产" * 100
    assert correct("产" * 300, ["产"], gold)
    assert not correct("产" * 301, ["产"], gold)


def test_concise_allows_eighty_characters_or_twice_the_gold():
    assert concise("60亿元" + "文" * 76, ["60亿元"], "产值60亿元")
    assert not concise("60亿元" + "文" * 77, ["60亿元"], "产值60亿元")
    assert concise("产" * 100, ["产"], "产" * 50)
    assert not concise("产" * 101, ["产"], "产" * 50)


def test_limits_do_not_make_a_wrong_answer_correct():
    assert not correct("50亿元", ["60亿元"], "产值60亿元")
    assert not concise("50亿元", ["60亿元"], "产值60亿元")


def test_gold_text_is_all_quotes_when_all_are_needed():
    assert gold_text("任何", ["甲 乙", "丙"], all_needed=True) == "甲乙丙"


def test_gold_text_is_the_quote_most_like_the_answer():
    gold = ["全县工业增长8%", "绿色建材产值60亿元"]
    assert gold_text("产值60亿元", gold, all_needed=False) == gold[1]


def test_gold_text_of_a_refusal_is_the_first_quote():
    assert gold_text("", ["甲", "乙"], all_needed=False) == "甲"


def test_character_f1_is_the_harmonic_mean():
    # common 产值60亿元 = 6; precision 6/10, recall 6/8
    expected = 2 * (6 / 10) * (6 / 8) / (6 / 10 + 6 / 8)
    assert character_f1("总产值为60亿元左右", "产值达到60亿元") == pytest.approx(expected)


def test_character_f1_of_nothing_in_common_is_zero():
    assert character_f1("茶叶", "产值60亿元") == 0
    assert character_f1("", "产值60亿元") == 0


def test_character_f1_reads_three_thousand_characters():
    assert character_f1("文" * 3000 + "产值", "产值") == 0


def test_citation_precision_accepts_longer_and_shorter_quotes():
    gold = ["一二三四，五六七八，九十甲乙"]
    longer = "前文。一二三四，五六七八，九十甲乙。后文"
    third = "一二三四，另外的话"  # holds 4 of 12 ≥ 0.3
    inside = "五六七八"  # stands in the gold
    strange = "完全无关的引文"
    assert citation_precision([longer, third, inside, strange], gold) == 3 / 4


def test_citation_precision_without_citations_is_zero():
    assert citation_precision([], ["产值60亿元"]) == 0


def test_verbatim_counts_every_character():
    text = "第一句。到 2025年产值60亿元。"
    assert verbatim("到 2025年", 4, 11, text)
    assert not verbatim("到2025年", 4, 11, text)
    assert not verbatim("到 2025年", 5, 12, text)


def test_share_of_no_flags_is_zero():
    assert share([True, False, True, True]) == 3 / 4
    assert share([]) == 0


def table_common_length(one, other):
    """Fill the textbook table, to hold the bit vectors to."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            longest = max(table[i][j + 1], table[i + 1][j])
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else longest
    return table[-1][-1]


@pytest.mark.parametrize("seed", range(40))
def test_common_length_equals_the_textbook_table(seed):
    chance = random.Random(seed)
    letters = "产值增长到年"[: chance.randint(1, 6)]
    one = "".join(chance.choices(letters, k=chance.randint(0, 90)))
    other = "".join(chance.choices(letters, k=chance.randint(0, 150)))
    assert common_length(one, other) == table_common_length(one, other)


def test_recall_and_reciprocal_rank_agree_with_ir_measures():
    """Passages named by id: a passage holds a gold quote exactly when it is that quote."""
    names = [f"第{n}号段落的文字" for n in range(12)]
    rankings = {"a": [3, 1, 7, 0, 9, 4, 2, 5, 6, 8, 10, 11], "b": [11, 10, 9, 8, 2, 1], "c": [5]}
    relevant = {"a": [1, 9], "b": [1, 2, 7], "c": [0]}
    qrels = [Qrel(q, str(d), 1) for q, docs in relevant.items() for d in docs]
    scored = [
        ScoredDoc(q, str(d), -rank) for q, docs in rankings.items() for rank, d in enumerate(docs)
    ]
    oracle = {
        (value.query_id, str(value.measure)): value.value
        for value in ir_measures.iter_calc([R @ 1, R @ 3, R @ 5, RR @ 10], qrels, scored)
    }
    for question, docs in rankings.items():
        texts = [names[d] for d in docs]
        gold = [names[d] for d in relevant[question]]
        for k in (1, 3, 5):
            ours = recall(texts[:k], gold, all_needed=True)
            assert ours == pytest.approx(oracle[question, f"R@{k}"])
        assert reciprocal_rank(texts, gold, depth=10) == pytest.approx(oracle[question, "RR@10"])
