"""Draws what a fine-tuning step learns from: pairs, lists of candidates, passages with spans.

Wrong candidates are the best-ranked passages of the question's own documents and of others (hard
negatives, Karpukhin et al. 2020); none holds an evidence quote. Before questions, the encoder can
learn from the texts alone: a heading or a piece of a passage and the rest of it (inverse cloze
task, Lee et al. 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .batches import Row, pair, passage_row, single
from .heads import Spans
from .pack import Pack, Question, TokenSpan

BY_SENTENCE = 0.4
"""Share of lists that are the sentences of one passage."""
WITHOUT_ANSWER = 0.3
"""Share of answerable questions shown with a passage that does not answer them."""
_HEADING = 0.3
_SHORTEST = 24


@dataclass(frozen=True, slots=True)
class Pairs:
    """Queries, each with the passage at its place; more passages follow. ``passages`` names them.

    ``right[i]`` are the passages that must not count against query i.
    """

    queries: list[Row]
    rows: list[Row]
    passages: list[int]
    right: list[frozenset[int]]

    def wrong(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Return which passages count against which queries; its own always does."""
        table = [[p not in right for p in self.passages] for right in self.right]
        found = np.array(table, dtype=np.bool_)
        np.fill_diagonal(found, True)
        return found


@dataclass(frozen=True, slots=True)
class Reading:
    """A question with a passage: spans in the sequence, [] for no answer, None: not asked."""

    row: Row
    spans: Spans | None
    answered: bool


def draw(questions: Sequence[Question], rng: np.random.Generator, count: int) -> list[Question]:
    """Return ``count`` questions, none twice while they last."""
    chosen = rng.choice(len(questions), size=count, replace=count > len(questions))
    return [questions[int(number)] for number in chosen]


def text_pairs(pack: Pack, rng: np.random.Generator, count: int, length: int) -> Pairs:
    """Draw pairs from the texts: a heading or a piece of a passage, and the rest of the passage."""
    sizes = np.diff(pack.bodies)
    enough = np.flatnonzero(sizes >= _SHORTEST)
    chosen = rng.choice(enough if len(enough) else np.flatnonzero(sizes), size=count)
    queries, rows = [], []
    for passage in map(int, chosen):
        body, heading = pack.body(passage), pack.last_part(passage)
        if rng.random() < _HEADING and len(heading):
            query = heading
        else:
            size = int(rng.integers(5, 21))
            start = int(rng.integers(max(1, len(body) - size)))
            query = body[start : start + size]
            if rng.random() < 0.8:
                body = np.concatenate([body[:start], body[start + size :]])
        queries.append(single(query, length))
        above = pack.context(passage) if query is not heading else pack.context(passage)[:0]
        rows.append(single(np.concatenate([above, body]), length))
    passages = [int(passage) for passage in chosen]
    return Pairs(queries, rows, passages, [frozenset((passage,)) for passage in passages])


def question_pairs(
    pack: Pack, questions: Sequence[Question], rng: np.random.Generator, length: int
) -> Pairs:
    """Return each question with a passage that answers it, and a hard negative of each."""
    right = [_one(rng, [passage for passage, _, _ in one.quotes]) for one in questions]
    hard = [passage for one in questions for passage in negatives(pack, one, rng, 1)]
    passages = [*right, *hard]
    return Pairs(
        [single(pack.question_ids[one.id], length) for one in questions],
        [passage_row(pack, passage, length) for passage in passages],
        passages,
        [frozenset(one.evidence) for one in questions],
    )


def negatives(pack: Pack, question: Question, rng: np.random.Generator, count: int) -> list[int]:
    """Return ``count`` wrong passages, half of the own documents; random ones fill up."""
    own = [passage for passage, _ in question.same]
    others = [p for p, _ in question.candidates if p not in question.evidence and p not in own]
    rng.shuffle(own)
    rng.shuffle(others)
    half = (count + 1) // 2 if rng.random() < 0.5 or not others else count // 2
    chosen = [*own[:half], *others[: count - min(half, len(own))]][:count]
    while len(chosen) < count:
        passage = int(rng.integers(len(pack.bodies) - 1))
        if passage not in question.evidence:
            chosen.append(passage)
    return chosen


def lists(
    pack: Pack, questions: Sequence[Question], rng: np.random.Generator, listed: int, length: int
) -> tuple[list[Row], list[int]]:
    """Return candidates question by question, the right one first, and the lists' sizes."""
    rows: list[Row] = []
    sizes = []
    for question in questions:
        ids = pack.question_ids[question.id]
        quote = question.quotes[int(rng.integers(len(question.quotes)))]
        if rng.random() < BY_SENTENCE and (spans := _sentences(pack, quote, rng, listed)):
            found = [pair(pack, ids, quote[0], length, span) for span in spans]
        else:
            passages = [quote[0], *negatives(pack, question, rng, listed - 1)]
            found = [pair(pack, ids, passage, length) for passage in passages]
        rows += found
        sizes.append(len(found))
    return rows, sizes


def right_sentences(pack: Pack, quote: TokenSpan) -> list[bool]:
    """Tell of each sentence of the quoted passage whether it shares a token with the quote."""
    passage, first, last = quote
    return [a < last and first < b for a, b in pack.quoted[passage].sentences]


def _sentences(
    pack: Pack, quote: TokenSpan, rng: np.random.Generator, listed: int
) -> list[tuple[int, int]]:
    """Return a right sentence and wrong ones; nothing where there is no choice."""
    spans, right = pack.quoted[quote[0]].sentences, right_sentences(pack, quote)
    good = [span for span, ok in zip(spans, right, strict=True) if ok]
    bad = [span for span, ok in zip(spans, right, strict=True) if not ok]
    if not good or not bad:
        return []
    rng.shuffle(bad)
    return [good[int(rng.integers(len(good)))], *bad[: listed - 1]]


def readings(
    pack: Pack, questions: Sequence[Question], rng: np.random.Generator, length: int
) -> list[Reading]:
    """Return each question with a passage; those nobody can answer with their own best ones."""
    return [_reading(pack, question, rng, length) for question in questions]


def _reading(pack: Pack, question: Question, rng: np.random.Generator, length: int) -> Reading:
    ids = pack.question_ids[question.id]
    if question.answerable and (rng.random() >= WITHOUT_ANSWER or not question.same):
        places = question.answers or question.quotes
        passage = places[int(rng.integers(len(places)))][0]
        row = pair(pack, ids, passage, length)
        return Reading(row, spans_in(row, question, passage) or None, True)
    best = (question.same or question.own or question.candidates)[:3]
    if not best:
        return Reading(pair(pack, ids, int(rng.integers(len(pack.bodies) - 1)), length), [], False)
    passage = best[int(rng.integers(len(best)))][0]
    return Reading(pair(pack, ids, passage, length), [], False)


def spans_in(row: Row, question: Question, passage: int) -> list[tuple[int, int]]:
    """Return the answer's spans in the sequence of a question with ``passage``."""
    moved = [
        (row.body + first, row.body + last)
        for where, first, last in question.answers
        if where == passage
    ]
    return [(first, last) for first, last in moved if last <= len(row.ids) - 1]


def _one(rng: np.random.Generator, items: Sequence[int]) -> int:
    return items[int(rng.integers(len(items)))]
