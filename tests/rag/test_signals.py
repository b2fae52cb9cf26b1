"""Signs of sentences, worked out on the invented plan."""

import numpy as np
import pytest

from index.encoder import EMBEDDED, load_encoder
from index.hit import Filters
from rag.asked import Asked, tense_of
from rag.query import Gazetteer, understand
from rag.signals import COLUMN, SENTENCE, Signals
from rag.views import Views

GAZETTEER = Gazetteer(("青溪市", "云州市", "岚江省"))


@pytest.fixture(scope="module")
def signs(index):
    words = load_encoder(EMBEDDED)
    views, signals = Views(index, words), Signals(index, words)

    def of(question, focus=""):
        """Text → name → value for every sentence found for a question."""
        query = understand(question, GAZETTEER, focus=focus)
        hits = index.search(question, by="lexical", top_k=10, filters=Filters())
        seen = views.of([hit.passage for hit in hits])
        table = signals.of(query, hits, seen)
        return {
            seen[owner].sentences[number].text: dict(zip(SENTENCE, row.tolist(), strict=True))
            for owner, number, row in zip(table.owners, table.numbers, table.values, strict=True)
        }

    return of


def starting(found, words):
    return next(signs for text, signs in found.items() if text.startswith(words))


def test_every_sentence_of_every_hit_is_a_row(index, signs):
    found = signs("海洋产业")
    assert any(text.startswith("依托北港产业园") for text in found)
    assert all(np.isfinite(list(row.values())).all() for row in found.values())


def test_words_are_looked_for_in_the_sentence_its_headings_and_the_title(signs):
    row = starting(signs("海洋生物医药要建设几个中试基地"), "建设海洋药物中试基地2个")
    assert 0 < row["own_pairs"] < 1
    assert row["headings_pairs"] > 0  # 海洋生物医药 stands in the heading
    assert row["around_pairs"] >= row["own_pairs"]
    assert row["covered"] >= row["own"]


def test_what_the_title_says_is_not_asked_of_the_sentence(signs):
    row = starting(signs("青溪市发展海洋经济行动计划的专项资金"), "市财政每年安排专项资金3亿元")
    assert row["own_rest"] > row["own_pairs"]


def test_the_asked_form_is_looked_for_clause_by_clause(signs):
    found = signs("海洋新兴产业增加值占比达到百分之几")
    with_figure = starting(found, "海洋新兴产业增加值占比达到35%")
    assert (with_figure["form_found"], with_figure["forms"]) == (1.0, 1.0)
    assert with_figure["form_clause"] > 0.5
    without = starting(found, "坚持陆海统筹")
    assert (without["form_found"], without["form_clause"]) == (-1.0, 0.0)


def test_years_agree_differ_or_are_silent(signs):
    found = signs("到2025年海洋生产总值")
    assert starting(found, "到2025年,全市海洋生产总值")["year"] == 1
    assert starting(signs("到2020年海洋生产总值"), "到2025年,全市海洋生产总值")["year"] == -1
    assert starting(found, "坚持陆海统筹")["year"] == 0


def test_the_best_sentence_is_behind_nobody(signs):
    found = signs("海洋生物医药要建设几个中试基地")
    assert min(row["own_pairs_behind"] for row in found.values()) == 0
    assert max(row["own_pairs_behind"] for row in found.values()) > 0


def test_kind_and_form_of_the_question_stand_in_every_row(signs):
    row = next(iter(signs("海洋生产总值要达到多少亿元").values()))
    assert (row["kind_number"], row["kind_list"], row["form_money"]) == (1, 0, 1)


def test_no_hits_give_an_empty_table(index):
    words = load_encoder(EMBEDDED)
    table = Signals(index, words).of(understand("海洋", GAZETTEER), [], [])
    assert table.values.shape == (0, len(COLUMN))


def test_weights_of_the_words_sum_to_one_and_rare_words_weigh_more(index):
    asked = Asked.of(understand("海洋药物中试基地", GAZETTEER), index)
    assert float(asked.weights.sum()) == pytest.approx(1, abs=1e-5)
    weight = dict(zip(asked.texts, asked.weights.tolist(), strict=True))
    assert weight["中试"] > weight["海洋"]
    assert asked.unknown == 0


def test_words_the_library_lacks_are_counted_not_looked_for(index):
    asked = Asked.of(understand("海洋宇航", GAZETTEER), index)  # 洋宇 and 宇航 stand nowhere
    assert asked.unknown == pytest.approx(2 / 3)
    assert "宇航" not in asked.texts


@pytest.mark.parametrize(
    ("question", "tense"),
    [
        ("2025年GDP目标是多少", 1),
        ("今年打算新建几所学校", 1),
        ("去年财政收入涨了多少", -1),
        ("截至目前有多少家企业", -1),
        ("专项资金有多少", 0),
    ],
)
def test_tense_of_questions(question, tense):
    assert tense_of(question) == tense
