"""How far a mean can be trusted: 95 % intervals and a paired test.

Questions are the sample. Every draw is seeded: the same scores give the same interval.

Sources. Wilson (1927) for shares; percentile bootstrap, Efron and Tibshirani (1993), ch. 13, for
other means; paired sign-flip randomisation, Smucker, Allan and Carterette (CIKM 2007).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""
DRAWS = 10_000
SEED = 20120701  # any fixed number: intervals must not move between two readings of one run


def interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % interval of the mean: Wilson for 0/1 values, bootstrap otherwise.

    >>> [round(end, 3) for end in interval([1, 1, 1, 0])]
    [0.301, 0.954]
    """
    if all(value in (0, 1) for value in values):
        return wilson(int(sum(values)), len(values))
    return bootstrap(values)


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """95 % score interval of a share."""
    share, slack = successes / trials, Z * Z / trials
    middle = share + slack / 2
    reach = Z * math.sqrt(share * (1 - share) / trials + slack / (4 * trials))
    low, high = (middle - reach) / (1 + slack), (middle + reach) / (1 + slack)
    return max(0.0, low), min(1.0, high)


def bootstrap(values: Sequence[float]) -> tuple[float, float]:
    """95 % percentile bootstrap interval of a mean."""
    sample = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(SEED).integers(len(sample), size=(DRAWS, len(sample)))
    low, high = np.percentile(sample[draws].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def sign_flip(differences: Sequence[float]) -> float:
    """Two-sided p: how often random signs give a mean difference at least as large.

    1 when nothing differs. The given signs count as one draw, so p is never 0.
    """
    sample = np.asarray([value for value in differences if value], dtype=np.float64)
    if not len(sample):
        return 1.0
    signs = np.random.default_rng(SEED).choice((-1.0, 1.0), size=(DRAWS, len(sample)))
    sums = np.abs(signs @ sample)
    return float(1 + (sums >= abs(sample.sum()) - 1e-9).sum()) / (DRAWS + 1)
