"""Judgements worked by hand, then the same judgements by an independent scorer."""

import importlib.util
import random
from pathlib import Path

import pytest

from eval.judgement import METRICS, judge
from eval.questions import BUNDLED_QUESTIONS, load_questions
from eval.runner import Cited, FoundText, Outcome
from rag.answer import Part

TARGET = "到 2025年，全县绿色建材产值达到60亿元"  # normal form: 6 + 1 + 14 = 21 characters
FIRMS = "培育龙头企业8家"
TOWN = "建设清溪建材小镇"


def outcome(*quotes, hits=(), answered=True, verbatim=True, citations=None):
    cited = quotes if citations is None else citations
    return Outcome(
        "w-001",
        answered=answered,
        parts=tuple(Part("quote", quote, n) for n, quote in enumerate(quotes, start=1)),
        citations=tuple(
            Cited(n, "d", 0, 1, quote, verbatim) for n, quote in enumerate(cited, start=1)
        ),
        hits=tuple(FoundText("d", 0, 1, text) for text in hits),
    )


def test_the_right_sentence_scores_full(question):
    scores = judge(question(), outcome(TARGET, hits=[TARGET]))
    assert scores == {metric: 1.0 for metric in METRICS if metric != "refusal"} | {
        "false_refusal": 0.0
    }


def test_a_longer_answer_by_hand(question):
    text = TARGET + "。" + FIRMS  # 21 + 1 + 8 = 30 characters
    scores = judge(question(), outcome(text, hits=[TOWN, FIRMS, text]))
    f1 = 2 * (21 / 30) * 1 / (21 / 30 + 1)
    assert scores["f1"] == pytest.approx(f1)
    assert (scores["correct"], scores["concise"]) == (1, 1)  # 30 ≤ 200, 30 ≤ 80
    assert (scores["recall@1"], scores["recall@3"], scores["mrr@10"]) == (0, 1, 1 / 3)


def test_a_chapter_is_contained_but_not_correct(question):
    chapter = TARGET + "文" * 180  # 201 characters, over max(200, 3 × 21)
    scores = judge(question(), outcome(chapter))
    assert (scores["contained"], scores["correct"], scores["concise"]) == (1, 0, 0)


def test_a_list_needs_every_quote(question):
    asked = question(gold=(TOWN, FIRMS), answer=("建材小镇", "龙头企业8家"), type="list")
    scores = judge(asked, outcome(TOWN, hits=[TOWN, TARGET]))
    assert scores["answer_recall"] == 1 / 2
    assert scores["correct"] == 0
    assert scores["citation_recall"] == 1 / 2
    assert scores["citation_precision"] == 1
    assert scores["recall@20"] == 1 / 2
    assert scores["f1"] == pytest.approx(2 * (8 / 8) * (8 / 16) / (8 / 8 + 8 / 16))


def test_alternatives_need_one_quote(question):
    asked = question(gold=("产值60亿元", TARGET))
    scores = judge(asked, outcome("产值60亿元"))
    assert (scores["citation_recall"], scores["f1"]) == (1, 1)


def test_a_false_citation_lowers_precision(question):
    scores = judge(question(), outcome(TARGET, TOWN))
    assert scores["citation_precision"] == 1 / 2


def test_refusing_an_answerable_question_earns_only_its_search(question):
    scores = judge(question(), outcome(answered=False, hits=[TARGET]))
    assert scores["false_refusal"] == 1
    assert (scores["correct"], scores["f1"], scores["citation_recall"]) == (0, 0, 0)
    assert scores["recall@1"] == 1


def test_unanswerable_questions_have_only_a_refusal(unanswerable):
    assert judge(unanswerable, outcome(answered=False)) == {"refusal": 1.0}
    assert judge(unanswerable, outcome(TOWN))["refusal"] == 0
    assert "correct" not in judge(unanswerable, outcome(TOWN))


def test_a_citation_that_is_not_verbatim_shows(question):
    assert judge(question(), outcome(TARGET, verbatim=False))["verbatim"] == 0


def test_a_quoted_line_must_stand_in_its_citation(question):
    scores = judge(question(), outcome("60亿元", TOWN, citations=[TARGET, FIRMS]))
    assert scores["quotes_cited"] == 1 / 2


def test_without_citations_nothing_is_said_of_them(question):
    scores = judge(question(), outcome(answered=False))
    assert {"verbatim", "quotes_cited"}.isdisjoint(scores)


@pytest.mark.parametrize("lost", [None, Outcome("w-001", error="ValueError: 坏")])
def test_missing_and_failed_outcomes_earn_nothing(question, unanswerable, lost):
    scores = judge(question(), lost)
    assert scores.pop("false_refusal") == 1
    assert set(scores.values()) == {0.0}
    assert {"correct", "f1", "recall@20", "mrr@10"} <= set(scores)
    assert judge(unanswerable, lost) == {"refusal": 0.0}


# The independent scorer lies beside a development checkout, never in the product.
CHECKOUT = Path(__file__).parents[2]
SCORER = next(CHECKOUT.parent.glob("*/tools/score_answers.py"), None)
SAME = {
    "correct": "correct",
    "concise": "concise",
    "contained": "contained",
    "answer_recall": "answer_recall",
    "f1": "f1",
    "citation_recall": "cite_recall",
    "citation_precision": "cite_precision",
    "recall@1": "recall@1",
    "recall@3": "recall@3",
    "recall@5": "recall@5",
    "recall@10": "recall@10",
    "recall@20": "recall@20",
    "mrr@10": "mrr",
}


@pytest.fixture(scope="module")
def scorer():
    if SCORER is None:
        pytest.skip("no independent scorer (*/tools/score_answers.py) beside this checkout")
    spec = importlib.util.spec_from_file_location("score_answers", SCORER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def independent(scorer, question, made):
    record = {
        "id": question.id,
        "type": question.type,
        "style": question.style,
        "answer": list(question.answer),
        "evidence": [{"quote": quote} for quote in question.gold],
    }
    return scorer.judge(
        record,
        made.answered,
        made.quoted,
        [cited.quote for cited in made.citations],
        [found.text for found in made.hits],
    )


def invented_outcome(chance, question, sentences):
    """Quotes of the gold, cut, doubled or swapped for other sentences; sometimes a refusal."""
    if chance.random() < 0.1:
        return outcome(answered=False, hits=chance.sample(sentences, 5))
    pieces = [piece for quote in question.gold for piece in (quote, quote[: len(quote) // 2])]
    pieces += chance.sample(sentences, chance.randint(1, 12))
    quotes = chance.sample(pieces, chance.randint(1, min(6, len(pieces))))
    cited = chance.sample(pieces, chance.randint(0, min(4, len(pieces))))
    hits = chance.sample(pieces, len(pieces)) * chance.randint(1, 3)
    return outcome(*quotes, citations=cited, hits=hits)


@pytest.mark.parametrize("seed", range(3))
def test_every_judgement_agrees_with_the_independent_scorer(scorer, seed):
    chance = random.Random(seed)
    questions = load_questions(BUNDLED_QUESTIONS).questions
    sentences = [quote for question in questions for quote in question.gold]
    for question in questions:
        made = invented_outcome(chance, question, sentences)
        ours, theirs = judge(question, made), independent(scorer, question, made)
        if not question.answerable:
            assert ours["refusal"] == theirs["correct"]
            continue
        named = {name: float(theirs[their]) for name, their in SAME.items()}
        assert {name: ours[name] for name in SAME} == pytest.approx(named, abs=1e-12), question.id
        assert ours["false_refusal"] == (not theirs["answered"])
