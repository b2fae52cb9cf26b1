"""What the learned parts are worth on folds that were not learned from, with intervals.

Means over questions with bootstrap intervals over questions (``eval.intervals``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.intervals import bootstrap
from eval.training.examples import Example, Verdict
from rag.evidence import log_shares, pooled
from rag.network import Network

FIRST = 1e3
"""Added to passages of a region that is asked for, which go first as at run time."""
DEPTHS = (1, 5)
RATES = (0.02, 0.04, 0.06, 0.1)

Vector = npt.NDArray[np.float64]
FoldOf = Callable[[Any], int]


def bounded(values: Sequence[float]) -> list[float]:
    """Mean and the bounds of its 95 % interval, three decimals.

    >>> bounded([1.0, 1.0])
    [1.0, 1.0, 1.0]
    """
    return [round(one, 3) for one in (fmean(values), *bootstrap(values))]


def ranking_figures(
    examples: Sequence[Example], networks: Mapping[int, Network], fold_of: FoldOf
) -> dict[str, Any]:
    """Recall and reciprocal rank of passages before and after, and how good the best sentence is.

    By style of question; each figure is a mean with its interval.
    """
    rows: list[dict[str, float]] = []
    for one in examples:
        scores = log_shares(networks[fold_of(one)].scores(one.table.values))
        passages = pooled(scores, one.table.owners, len(one.passages))
        after = np.argsort(-(passages + FIRST * one.preferred), kind="stable")
        before = np.arange(len(one.passages))
        best = int(np.argmax(scores)) if len(scores) else -1
        rows.append(
            {
                "top_sentence": float(best >= 0 and one.grades[best] > 0),
                "top_sentence_complete": float(best >= 0 and one.grades[best] == 3),
                **{f"recall@{k} before": _recall(one, before, k) for k in DEPTHS},
                **{f"recall@{k} after": _recall(one, after, k) for k in DEPTHS},
                "mrr before": _reciprocal_rank(one, before),
                "mrr after": _reciprocal_rank(one, after),
            }
        )
    styles = {"all": list(range(len(rows)))}
    for i, one in enumerate(examples):
        styles.setdefault(one.question.style, []).append(i)
    return {
        style: {"n": len(chosen)}
        | {name: bounded([rows[i][name] for i in chosen]) for name in rows[0]}
        for style, chosen in styles.items()
    }


def _recall(one: Example, order: npt.NDArray[np.int64], depth: int) -> float:
    if not len(order):
        return 0.0
    held = one.passages[order[:depth]].any(axis=0)
    return float(held.mean() if one.all_needed else held.any())


def _reciprocal_rank(one: Example, order: npt.NDArray[np.int64]) -> float:
    held = one.passages[order[:10]].any(axis=1) if len(order) else np.zeros(0)
    return float(1 / (np.argmax(held) + 1)) if held.any() else 0.0


def verdict_figures(
    verdicts: Sequence[Verdict], networks: Mapping[int, Network], fold_of: FoldOf
) -> dict[str, Any]:
    """The receiver operating characteristic: refusals of near misses at rates of false refusal.

    What rules and facts decide (``hard``) is counted as decided; thresholds move the rest.
    """
    asked = [one for one in verdicts if not one.emptied and not one.few]
    soft = [one for one in asked if not one.hard]
    scores = _probabilities(soft, networks, fold_of)
    labels = np.array([one.answerable for one in soft])
    emptied = [one for one in verdicts if one.emptied and not one.hard]
    empty_scores = _probabilities(emptied, networks, fold_of)
    few = [one for one in verdicts if one.few and not one.hard]
    few_labels = np.array([one.answerable for one in few], dtype=bool)
    return {
        "answerable": int(labels.sum()),
        "near_misses": int((~labels).sum()),
        "auc": round(auc(scores, labels), 3),
        "auc_emptied": round(
            auc(
                np.concatenate([scores[labels], empty_scores]),
                np.concatenate([np.ones(int(labels.sum())), np.zeros(len(emptied))]).astype(bool),
            ),
            3,
        ),
        "auc_few": round(auc(_probabilities(few, networks, fold_of), few_labels), 3)
        if few
        else None,
        "refused_at": {str(rate): _refused(scores, labels, rate) for rate in RATES},
        "calibration": _calibration(scores, labels),
        "expected_calibration_error": round(_calibration_error(scores, labels), 3),
    }


def _probabilities(
    verdicts: Sequence[Verdict], networks: Mapping[int, Network], fold_of: FoldOf
) -> Vector:
    logits = [networks[fold_of(one)].scores(one.signs[None])[0] for one in verdicts]
    return 1 / (1 + np.exp(-np.asarray(logits, dtype=np.float64)))


def auc(scores: Vector, labels: npt.NDArray[np.bool_]) -> float:
    """Area under the curve: how often an answerable question scores above one that is not.

    >>> auc(np.array([0.9, 0.4, 0.6, 0.1]), np.array([True, True, False, False]))
    0.75
    """
    right, wrong = scores[labels][:, None], scores[~labels][None]
    return float(((right > wrong) + 0.5 * (right == wrong)).mean())


def _refused(scores: Vector, labels: npt.NDArray[np.bool_], rate: float) -> dict[str, float]:
    """The threshold at which ``rate`` of the answerable are refused, and what it refuses."""
    threshold = float(np.quantile(scores[labels], rate))
    return {
        "threshold": round(threshold, 3),
        "refused": round(float((scores[~labels] < threshold).mean()), 3),
    }


def _calibration(scores: Vector, labels: npt.NDArray[np.bool_]) -> list[list[float]]:
    """For each tenth of probability: mean probability, share answerable, number."""
    tenth = np.minimum((scores * 10).astype(int), 9)
    return [
        [
            round(float(scores[tenth == i].mean()), 3),
            round(float(labels[tenth == i].mean()), 3),
            int((tenth == i).sum()),
        ]
        for i in range(10)
        if (tenth == i).any()
    ]


def _calibration_error(scores: Vector, labels: npt.NDArray[np.bool_]) -> float:
    return sum(
        abs(said - found) * count for said, found, count in _calibration(scores, labels)
    ) / len(scores)
