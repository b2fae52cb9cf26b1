"""Figures of the folds, worked out by hand."""

import numpy as np
import pytest

from eval.training.examples import Verdict
from eval.training.figures import auc, bounded, verdict_figures
from rag.network import Network


def test_the_interval_of_equal_values_is_a_point():
    assert bounded([0.5] * 10) == [0.5, 0.5, 0.5]


def test_the_interval_holds_the_mean():
    mean, low, high = bounded([0.0, 1.0] * 20)
    assert mean == 0.5
    assert 0.3 < low < 0.5 < high < 0.7


def test_area_under_the_curve_counts_pairs():
    # (0.9 > 0.6), (0.9 > 0.1), (0.4 < 0.6), (0.4 > 0.1): three of four
    scores = np.array([0.9, 0.4, 0.6, 0.1])
    assert auc(scores, np.array([True, True, False, False])) == 0.75
    assert auc(np.array([0.5, 0.5]), np.array([True, False])) == 0.5


class _Asked:
    """What a verdict needs of a question here."""

    def __init__(self, answerable: bool) -> None:
        self.answerable = answerable


def _verdict(answerable: bool, logit: float, *, emptied: bool = False) -> Verdict:
    signs = np.array([logit], dtype=np.float32)
    return Verdict(_Asked(answerable), "0a", few=False, emptied=emptied, signs=signs, hard=False)


IDENTITY = Network(
    ("logit",),
    np.zeros(1, np.float32), np.ones(1, np.float32), np.ones((1, 1), np.float32),
    np.zeros(1, np.float32), np.zeros((1, 1, 1), np.float32), np.zeros((1, 1), np.float32),
    np.zeros((1, 1), np.float32),
)  # fmt: skip


def test_refusals_at_a_rate_of_false_refusal():
    verdicts = [_verdict(True, logit) for logit in np.linspace(0, 4, 101)]
    verdicts += [_verdict(False, -1.0), _verdict(False, 0.1), _verdict(False, 3.0)]
    verdicts.append(_verdict(True, -2.0, emptied=True))
    figures = verdict_figures(verdicts, {0: IDENTITY}, lambda one: 0)
    assert (figures["answerable"], figures["near_misses"]) == (101, 3)
    # the 0.04 quantile of 0, 0.04 … 4 is 0.16: -1 and 0.1 fall below it
    assert figures["refused_at"]["0.04"]["refused"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["refused_at"]["0.04"]["threshold"] == pytest.approx(
        1 / (1 + np.exp(-0.16)), abs=1e-3
    )
    assert figures["auc_emptied"] == 1.0
