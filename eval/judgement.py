"""One question and its outcome → its scores: which formula is applied to what.

A metric a question has no business with is absent from its scores; one it failed to earn is 0.
An outcome that is missing or ended in an error earns nothing: 0 everywhere, and for an answerable
question a false refusal, since the official went away without an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from eval.metrics import (
    answer_recall,
    character_f1,
    citation_precision,
    concise,
    contained,
    correct,
    gold_text,
    needs_all,
    recall,
    reciprocal_rank,
    share,
)
from eval.questions import Question
from eval.runner import Outcome

Metric = Literal[
    "correct", "concise", "contained", "answer_recall", "f1",
    "citation_recall", "citation_precision", "verbatim", "quotes_cited",
    "recall@1", "recall@3", "recall@5", "recall@10", "recall@20", "mrr@10",
    "refusal", "false_refusal",
]  # fmt: skip
METRICS: tuple[Metric, ...] = get_args(Metric)
LOWER_IS_BETTER: frozenset[Metric] = frozenset({"false_refusal"})
DEPTHS = (1, 3, 5, 10, 20)

Scores = Mapping[Metric, float]


def judge(question: Question, outcome: Outcome | None) -> Scores:
    """Score one question; None is a question without an outcome."""
    if outcome is None or outcome.error is not None:
        return _nothing_earned(question)
    if not question.answerable:
        refused: dict[Metric, float] = {"refusal": float(not outcome.answered)}
        return refused | _trust(outcome)
    return _answer_scores(question, outcome) | _search_scores(question, outcome) | _trust(outcome)


def _nothing_earned(question: Question) -> dict[Metric, float]:
    if not question.answerable:
        return {"refusal": 0.0}
    earned: dict[Metric, float] = {
        metric: 0.0 for metric in METRICS if metric not in ("refusal", "verbatim", "quotes_cited")
    }
    return earned | {"false_refusal": 1.0}


def _answer_scores(question: Question, outcome: Outcome) -> dict[Metric, float]:
    all_needed = needs_all(question.type, question.answer, question.gold)
    text = outcome.quoted if outcome.answered else ""
    cited = [citation.quote for citation in outcome.citations] if outcome.answered else []
    gold = gold_text(text, question.gold, all_needed=all_needed)
    return {
        "correct": float(correct(text, question.answer, gold)),
        "concise": float(concise(text, question.answer, gold)),
        "contained": float(contained(text, question.answer)),
        "answer_recall": answer_recall(text, question.answer),
        "f1": character_f1(text, gold),
        "citation_recall": recall(cited, question.gold, all_needed=all_needed),
        "citation_precision": citation_precision(cited, question.gold),
        "false_refusal": float(not outcome.answered),
    }


def _search_scores(question: Question, outcome: Outcome) -> dict[Metric, float]:
    all_needed = needs_all(question.type, question.answer, question.gold)
    texts = [hit.text for hit in outcome.hits]
    scores: dict[Metric, float] = {"mrr@10": reciprocal_rank(texts, question.gold, depth=10)}
    for metric, depth in zip(_RECALLS, DEPTHS, strict=True):
        scores[metric] = recall(texts[:depth], question.gold, all_needed=all_needed)
    return scores


def _trust(outcome: Outcome) -> dict[Metric, float]:
    """Whether what was quoted is where it is said to be; only for outcomes that quote."""
    quotes = {citation.number: citation.quote for citation in outcome.citations}
    scores: dict[Metric, float] = {}
    if outcome.citations:
        scores["verbatim"] = share([citation.verbatim for citation in outcome.citations])
    lines = [part for part in outcome.parts if part.kind == "quote"]
    if lines:
        scores["quotes_cited"] = share(
            [part.citation in quotes and part.text in quotes[part.citation] for part in lines]
        )
    return scores


_RECALLS: tuple[Metric, ...] = ("recall@1", "recall@3", "recall@5", "recall@10", "recall@20")
