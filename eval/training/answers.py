"""Whole answers on folds: every question asked with networks and word vectors that are new to it.

What ``cewen eval run`` would measure, but for one thing: the models that ship have learned from
these questions, those of the folds have not. Questions about nothing a library holds are asked
once, each in one of the libraries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from eval.judgement import Metric, Scores, judge
from eval.questions import Question
from eval.runner import ask
from eval.training.figures import bounded
from rag.assistant import Assistant

SHOWN: tuple[Metric, ...] = (
    "correct", "concise", "f1", "citation_precision", "recall@1", "recall@5", "mrr@10",
    "false_refusal", "refusal",
)  # fmt: skip
OUTSIDE = "outside"
"""The group of the questions without a document; the others go by ``all`` and their style."""


def judged(
    assistant: Assistant, questions: Sequence[tuple[Question, str]], place: int, places: int
) -> Iterator[tuple[str, Scores]]:
    """Ask the questions of library number ``place`` of ``places``; yields (group, scores)."""
    held = {card.source_name for card in assistant.index.documents().documents}
    for number, (question, about) in enumerate(questions):
        if about and all(name in held for name in question.source_names):
            yield question.style, judge(question, ask(question, assistant))
        elif not about and number % places == place:
            yield OUTSIDE, judge(question, ask(question, assistant))


def summary(rows: Sequence[tuple[str, Scores]]) -> Mapping[str, Mapping[str, list[float]]]:
    """Mean and 95 % interval of each metric, over all questions and by style."""
    groups: defaultdict[str, list[Scores]] = defaultdict(list)
    for group, scores in rows:
        groups[group].append(scores)
        if group != OUTSIDE:
            groups["all"].append(scores)
    return {
        group: {
            metric: bounded(values)
            for metric in SHOWN
            if (values := [one[metric] for one in scores if metric in one])
        }
        for group, scores in sorted(groups.items())
    }
