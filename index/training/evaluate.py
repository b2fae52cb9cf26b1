"""Evaluates heads on the questions of the fold held out, BM25 on the same candidates beside them.

- ranking: the product's best passages for the question, ordered anew; the right one may be missing;
- sentences: of the passage that is quoted, the sentence scored highest holds the quote;
- spans: the best span in the passage that holds the answer, against the nearest right one;
- answerability: of its own documents' best passages the highest score, answerable against not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import torch

from .batches import Row, collate, pair, passage_row, single
from .config import Task
from .examples import right_sentences, spans_in
from .heads import Heads
from .metrics import (
    Figure,
    area_under_curve,
    bootstrap,
    order_by,
    overlap_f1,
    rank_of_first,
    recall_at,
    reciprocal,
    standardised,
)
from .optimising import device, precision
from .pack import Pack, Question

BATCH = 64
OWN_READ = 5
LONGEST_SPAN = 40
Scorer = Callable[[Question, Sequence[int]], list[float]]
Report = dict[str, object]


class Evaluation:
    """Scores of one model over one pack; sequences are cut at ``length`` tokens."""

    def __init__(self, model: Heads, pack: Pack, length: int) -> None:
        self.model = model
        self.pack = pack
        self.length = length

    def report(self, task: Task, questions: Sequence[Question]) -> Report:
        """Return the figures that ``task`` is about."""
        self.model.eval()
        answerable = [one for one in questions if one.answerable]
        found: Report = {}
        with torch.no_grad():
            if task in ("embed", "joint"):
                found |= self._ranking("embed", answerable, self.embed_scores)
            if task in ("rerank", "joint"):
                found |= self._ranking("rerank", answerable, self.rank_scores)
                found["sentence_accuracy"] = asdict(self._sentences(answerable))
            if task in ("read", "joint"):
                found["span_f1"] = asdict(self._spans(answerable))
            if task in ("read", "answerable", "joint"):
                found |= self._answerability(questions)
        return found

    # --- scores of one question ---

    def embed_scores(self, question: Question, passages: Sequence[int]) -> list[float]:
        """Return the cosines of a question and passages."""
        rows = [single(self.pack.question_ids[question.id], self.length)]
        rows += [passage_row(self.pack, passage, self.length) for passage in passages]
        vectors = self._run(rows, self.model.embed)
        scores: list[float] = (vectors[1:] @ vectors[0]).tolist()
        return scores

    def rank_scores(self, question: Question, passages: Sequence[int]) -> list[float]:
        """Return the reranker's scores."""
        scores: list[float] = self._run(self._pairs(question, passages), self.model.ranked).tolist()
        return scores

    def sentence_scores(self, question: Question, passage: int) -> list[float]:
        """Return the reranker's scores of the sentences of a passage."""
        ids = self.pack.question_ids[question.id]
        spans = self.pack.quoted[passage].sentences
        rows = [pair(self.pack, ids, passage, self.length, span) for span in spans]
        scores: list[float] = self._run(rows, self.model.ranked).tolist()
        return scores

    def answer_scores(self, question: Question, passages: Sequence[int]) -> tuple[float, float]:
        """Return the highest score of the answerability head, and of best span less none."""
        batch = collate(self._pairs(question, passages), device())
        with precision(device()):
            starts, ends, scores = self.model.read_all(batch)
        margins = [
            _best_span(s, e)[1] - float(s[0] + e[0]) for s, e in zip(starts, ends, strict=True)
        ]
        return float(scores.max()), max(margins)

    # --- figures over questions ---

    def _ranking(self, name: str, questions: Sequence[Question], scorer: Scorer) -> Report:
        documents = [one.documents[0] for one in questions]
        ranks: dict[str, list[int | None]] = {"bm25": [], name: [], f"{name}+bm25": []}
        for one in questions:
            passages = [passage for passage, _ in one.candidates]
            given = standardised([score for _, score in one.candidates])
            ours = standardised(scorer(one, passages)) if passages else []
            both = [a + b for a, b in zip(given, ours, strict=True)]
            for key, scores in zip(ranks, (given, ours, both), strict=True):
                ranks[key].append(rank_of_first(order_by(passages, scores), one.evidence))
        return {key: _ranked(found, documents) for key, found in ranks.items()}

    def _sentences(self, questions: Sequence[Question]) -> Figure:
        values, documents = [], []
        for one in questions:
            right = right_sentences(self.pack, one.quotes[0])
            if any(right) and not all(right):
                scores = self.sentence_scores(one, one.quotes[0][0])
                values.append(float(right[max(range(len(scores)), key=scores.__getitem__)]))
                documents.append(one.documents[0])
        return bootstrap(values, documents)

    def _spans(self, questions: Sequence[Question]) -> Figure:
        values, documents = [], []
        for one in questions:
            if not one.answers:
                continue
            passage = one.answers[0][0]
            (row,) = self._pairs(one, [passage])
            if right := spans_in(row, one, passage):
                with precision(device()):
                    starts, ends, _ = self.model.read_all(collate([row], device()))
                values.append(overlap_f1(_best_span(starts[0], ends[0])[0], right))
                documents.append(one.documents[0])
        return bootstrap(values, documents)

    def _answerability(self, questions: Sequence[Question]) -> Report:
        scores: dict[str, dict[bool, list[float]]] = {
            key: {True: [], False: []} for key in ("bm25", "answerable", "span")
        }
        for one in (one for one in questions if one.own):
            head, span = self.answer_scores(one, [p for p, _ in one.own[:OWN_READ]])
            for key, score in (("bm25", one.own[0][1]), ("answerable", head), ("span", span)):
                scores[key][one.answerable].append(score)
        return {
            f"auc_{key}": area_under_curve(found[True], found[False])
            for key, found in scores.items()
        }

    # --- running the model ---

    def _pairs(self, question: Question, passages: Sequence[int]) -> list[Row]:
        ids = self.pack.question_ids[question.id]
        return [pair(self.pack, ids, passage, self.length) for passage in passages]

    def _run(self, rows: Sequence[Row], call: Callable[..., torch.Tensor]) -> torch.Tensor:
        with precision(device()):
            parts = [
                call(collate(rows[first : first + BATCH], device()))
                for first in range(0, len(rows), BATCH)
            ]
        return torch.cat(parts).float().cpu()


def _ranked(ranks: Sequence[int | None], documents: Sequence[int]) -> Report:
    measures: dict[str, Callable[[int | None], float]] = {
        "recall@1": lambda rank: recall_at(rank, 1),
        "recall@5": lambda rank: recall_at(rank, 5),
        "mrr": reciprocal,
    }
    return {
        name: asdict(bootstrap([measure(rank) for rank in ranks], documents))
        for name, measure in measures.items()
    }


def _best_span(starts: torch.Tensor, ends: torch.Tensor) -> tuple[tuple[int, int], float]:
    """Return the half-open span after ``[CLS]`` with the highest sum of scores, and the sum."""
    length = len(starts)
    sums = starts[:, None] + ends[None, :]
    places = torch.arange(length, device=starts.device)
    distance = places[None, :] - places[:, None]
    allowed = (distance >= 0) & (distance < LONGEST_SPAN) & (places[:, None] > 0)
    sums = sums.masked_fill(~allowed, -torch.inf)
    best = int(sums.argmax())
    return (best // length, best % length + 1), float(sums.flatten()[best])
