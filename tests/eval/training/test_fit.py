"""Fitting small networks on invented examples."""

import numpy as np
import pytest

from eval.training.fit import Recipe, fit_labels, fit_lists

COLUMNS = ("words", "noise")
QUICK = Recipe(units=4, members=2, epochs=40, batch=8, rate=2e-2, dropout=0.0)


def lists(count: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """In every table of six rows the one with most words is the evidence."""
    rng = np.random.default_rng(3)
    tables = [rng.normal(size=(6, 2)).astype(np.float32) for _ in range(count)]
    grades = [np.where(t[:, 0] == t[:, 0].max(), 3, 0).astype(np.int8) for t in tables]
    return tables, grades


def test_the_evidence_of_new_tables_is_ranked_first():
    network = fit_lists(COLUMNS, *lists(80), recipe=QUICK)
    right = [
        int(np.argmax(network.scores(table)) == np.argmax(grade))
        for table, grade in zip(*lists(120), strict=True)
    ]
    assert sum(right[80:]) >= 36


def test_fitting_twice_gives_the_same_numbers():
    one, other = (fit_lists(COLUMNS, *lists(20), recipe=QUICK, seed=5) for _ in range(2))
    assert one.hidden.tolist() == other.hidden.tolist()
    assert one.linear.tolist() == other.linear.tolist()
    assert (
        fit_lists(COLUMNS, *lists(20), recipe=QUICK, seed=6).linear.tolist() != one.linear.tolist()
    )


def test_tables_without_evidence_change_nothing():
    tables, grades = lists(20)
    empty = np.zeros((6, 2), dtype=np.float32) + 100
    with_empty = fit_lists(
        COLUMNS, [*tables, empty], [*grades, np.zeros(6, dtype=np.int8)], recipe=QUICK
    )
    assert (
        with_empty.linear.tolist()
        == fit_lists(COLUMNS, tables, grades, recipe=QUICK).linear.tolist()
    )


def test_scores_are_logits_of_the_label():
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(600, 2)).astype(np.float32)
    labels = rng.random(600) < 1 / (1 + np.exp(-2 * rows[:, 0]))
    network = fit_labels(COLUMNS, rows, labels, np.ones(600, dtype=np.float32), recipe=QUICK)
    probabilities = 1 / (1 + np.exp(-network.scores(rows)))
    assert probabilities.mean() == pytest.approx(labels.mean(), abs=0.05)
    assert probabilities[rows[:, 0] > 1].mean() > 0.8 > 0.2 > probabilities[rows[:, 0] < -1].mean()


def test_an_example_of_no_weight_teaches_nothing():
    rows = np.array([[1, 0], [-1, 0]] * 40, dtype=np.float32)
    labels = np.array([True, False] * 40)
    lies = np.array([False, True] * 40)
    weights = np.array([1.0] * 80 + [0.0] * 80, dtype=np.float32)
    network = fit_labels(
        COLUMNS, np.concatenate([rows, rows]), np.concatenate([labels, lies]), weights, recipe=QUICK
    )
    assert network.scores(rows[:1])[0] > 0 > network.scores(rows[1:2])[0]
