"""Figures of an evaluation, from ranks and scores alone.

Intervals are percentiles of a bootstrap that draws whole documents (Efron and Tibshirani 1993):
questions of one document are not independent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over ``count`` questions with its 95 % interval."""

    value: float
    low: float
    high: float
    count: int


def rank_of_first(order: Sequence[int], right: Sequence[int]) -> int | None:
    """Return the rank, from 1, of the first right item; None: not there.

    >>> rank_of_first([7, 5, 9], [9, 5])
    2
    """
    wanted = set(right)
    return next((rank for rank, item in enumerate(order, start=1) if item in wanted), None)


def recall_at(rank: int | None, cut: int) -> float:
    """Return 1 if the rank is within the cut, else 0."""
    return float(rank is not None and rank <= cut)


def reciprocal(rank: int | None) -> float:
    """Return 1/rank, 0 without one."""
    return 1 / rank if rank else 0.0


def order_by(items: Sequence[int], scores: Sequence[float]) -> list[int]:
    """Return the items, highest score first; ties keep their order."""
    return [items[i] for i in sorted(range(len(items)), key=lambda i: -scores[i])]


def standardised(scores: Sequence[float]) -> list[float]:
    """Return z-scores; all equal: zeros.

    >>> standardised([1.0, 3.0])
    [-1.0, 1.0]
    """
    array = np.asarray(scores, dtype=np.float64)
    spread = float(array.std())
    return ((array - array.mean()) / spread).tolist() if spread else [0.0] * len(array)


def overlap_f1(found: tuple[int, int] | None, right: Sequence[tuple[int, int]]) -> float:
    """Return the best F1 of half-open spans by shared tokens; no span found: 0.

    >>> overlap_f1((2, 6), [(4, 8), (20, 21)])
    0.5
    """
    if found is None:
        return 0.0
    best = 0.0
    for first, last in right:
        shared = max(0, min(last, found[1]) - max(first, found[0]))
        best = max(best, 2 * shared / (last - first + found[1] - found[0]))
    return best


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the probability that a positive outscores a negative, ties half (Hanley 1982).

    >>> area_under_curve([3.0, 1.0], [1.0, 0.0])
    0.875
    """
    if not positive or not negative:
        return float("nan")
    differences = np.subtract.outer(np.asarray(positive), np.asarray(negative))
    return float((differences > 0).mean() + (differences == 0).mean() / 2)


def bootstrap(values: Sequence[float], documents: Sequence[int], seed: int = 1) -> Figure:
    """Return the mean with its interval, drawing documents with replacement."""
    groups: defaultdict[int, list[float]] = defaultdict(list)
    for value, document in zip(values, documents, strict=True):
        groups[document].append(value)
    if not groups:
        return Figure(float("nan"), float("nan"), float("nan"), 0)
    sums = np.array([sum(group) for group in groups.values()])
    sizes = np.array([len(group) for group in groups.values()])
    drawn = np.random.default_rng(seed).integers(len(sums), size=(DRAWS, len(sums)))
    means = sums[drawn].sum(1) / sizes[drawn].sum(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Figure(float(np.mean(values)), float(low), float(high), len(values))
