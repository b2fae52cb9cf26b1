"""The decision to answer: its signs, and that doubts reach it."""

import numpy as np
import pytest

from index.hit import Filters
from rag.answer import Refusal
from rag.answerable import VERDICT, Answerability, Doubts, verdict_signs
from rag.evidence import EvidenceRanker
from rag.query import Gazetteer, understand

GAZETTEER = Gazetteer(("青溪市", "云州市", "岚江省"))
FIGURE = Refusal("figure_not_stated", "有关文件没有写明所问的数值。")
PLACE = Refusal("place_not_in_corpus", "文件库里没有宁波市的文件。")


@pytest.fixture(scope="module")
def read(index):
    ranker = EvidenceRanker(index)

    def of(question):
        query = understand(question, GAZETTEER)
        hits = index.search(question, by="lexical", top_k=10, filters=Filters())
        return query, ranker.rank(query, hits)

    return of


def test_signs_have_the_columns_of_the_verdict(read):
    query, candidates = read("2025年海洋生产总值要达到多少亿元")
    signs = dict(zip(VERDICT, verdict_signs(query, candidates, Doubts(rule=FIGURE)), strict=True))
    assert (signs["rule_figure_not_stated"], signs["rule_not_found"]) == (1, 0)
    assert (signs["stated"], signs["other_figures"], signs["years"]) == (0, 0, 1)
    assert signs["strength"] == pytest.approx(candidates[0].strength)
    assert signs["lead"] == pytest.approx(candidates[0].strength - candidates[1].strength, abs=1e-4)
    assert signs["most_own_pairs"] >= signs["best_own_pairs"]


def test_nothing_read_has_signs_too(read):
    query, _ = read("海洋")
    assert np.isfinite(verdict_signs(query, [], Doubts())).all()
    assert Answerability().probability(query, [], Doubts()) == 0.0


def test_a_stated_answer_is_more_probable_than_none(read):
    judgement = Answerability()
    stated = judgement.probability(*read("2025年青溪市海洋生产总值要达到多少亿元"), Doubts())
    missing = judgement.probability(*read("青溪市海水浴场门票多少钱"), Doubts(rule=FIGURE))
    assert 0 <= missing < stated <= 1


def test_what_is_certain_needs_no_weighing():
    assert Doubts(rule=PLACE, certain=True).decided == PLACE
    assert Doubts(rule=FIGURE).decided is None
    assert Doubts().decided is None


def test_figures_of_something_else_decide_unless_the_asked_one_is_stated():
    assert Doubts(others=FIGURE).decided == FIGURE
    assert Doubts(others=FIGURE, stated=True).decided is None
