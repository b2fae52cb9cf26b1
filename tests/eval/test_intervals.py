"""Intervals and the paired test against published formulas worked by hand."""

import math

import pytest
from scipy import stats

from eval.intervals import bootstrap, interval, sign_flip, wilson


def test_wilson_by_hand():
    # 8 of 10, z² = 3.8415; centre (0.8 + 0.19207) / 1.38415,
    # reach z · √(0.016 + 0.0096036) / 1.38415
    reach = 1.959964 * math.sqrt(0.8 * 0.2 / 10 + 3.841459 / 400) / 1.3841459
    centre = (0.8 + 0.19207295) / 1.3841459
    assert wilson(8, 10) == pytest.approx((centre - reach, centre + reach), abs=1e-6)


@pytest.mark.parametrize(("successes", "trials"), [(0, 5), (5, 5), (7, 20), (130, 138)])
def test_wilson_agrees_with_scipy(successes, trials):
    oracle = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    assert wilson(successes, trials) == pytest.approx((oracle.low, oracle.high))


def test_bootstrap_is_near_the_normal_interval():
    values = [n / 100 for n in range(101)]
    reach = 1.96 * stats.sem(values)
    low, high = bootstrap(values)
    assert (low, high) == pytest.approx((0.5 - reach, 0.5 + reach), abs=0.005)


def test_bootstrap_of_equal_values_has_no_width():
    assert bootstrap([0.25] * 7) == (0.25, 0.25)


def test_intervals_do_not_change_between_two_readings():
    values = [0.1, 0.4, 0.5, 0.9]
    assert bootstrap(values) == bootstrap(values)


def test_interval_takes_wilson_for_zeros_and_ones():
    assert interval([1.0, 0.0, 1.0]) == wilson(2, 3)
    assert interval([1.0, 0.5, 1.0]) == bootstrap([1.0, 0.5, 1.0])


def test_sign_flip_of_no_difference_is_one():
    assert sign_flip([0.0, 0.0]) == 1


def test_sign_flip_is_near_the_exact_share_of_signs():
    # five gains of 1: only +++++ and ----- are as large, 2 of 32
    assert sign_flip([1.0] * 5) == pytest.approx(2 / 32, abs=0.01)


def test_sign_flip_does_not_mind_ties():
    assert sign_flip([1.0] * 5 + [0.0] * 50) == sign_flip([1.0] * 5)
