"""Networks: the formula by hand, the file, and what is refused."""

import numpy as np
import pytest

from corpus.errors import ModelUnavailable
from rag.network import Network

COLUMNS = ("words", "figure")


def network() -> Network:
    """Two members; signs have mean (1, 0) and deviation (2, 1)."""
    return Network(
        columns=COLUMNS,
        mean=np.array([1, 0], dtype=np.float32),
        scale=np.array([2, 1], dtype=np.float32),
        linear=np.array([[1, 0], [0, 1]], dtype=np.float32),
        bias=np.array([0.5, 0], dtype=np.float32),
        hidden=np.array([[[1], [1]], [[-1], [0]]], dtype=np.float32),
        hidden_bias=np.array([[0], [0]], dtype=np.float32),
        out=np.array([[2], [3]], dtype=np.float32),
    )


def test_the_score_is_the_mean_of_the_members():
    # (5, -1) is (2, -1) standardised. First member: 2 + 0.5 + 2 * relu(2 - 1) = 4.5;
    # second: -1 + 3 * relu(-2) = -1. Mean 1.75.
    assert network().scores(np.array([[5, -1]], dtype=np.float32)).tolist() == [1.75]


def test_signs_count_to_six_deviations():
    far, farther = network().scores(np.array([[13, 0], [1300, 0]], dtype=np.float32))
    assert far == farther == (6 + 0.5 + 12 + 0) / 2


def test_what_is_saved_is_loaded(tmp_path):
    network().save(tmp_path / "one.npz")
    loaded = Network.load(tmp_path / "one.npz", COLUMNS)
    rows = np.array([[5, -1], [0, 3]], dtype=np.float32)
    assert loaded.columns == COLUMNS
    assert loaded.scores(rows).tolist() == network().scores(rows).tolist()


def test_a_network_for_other_signs_is_refused(tmp_path):
    network().save(tmp_path / "one.npz")
    with pytest.raises(ModelUnavailable, match=r"另一个版本.*重新安装"):
        Network.load(tmp_path / "one.npz", ("figure", "words"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04damaged", b"\x80\x04."])
def test_a_damaged_file_is_refused_and_nothing_in_it_is_run(tmp_path, content):
    (tmp_path / "one.npz").write_bytes(content)
    with pytest.raises(ModelUnavailable, match="读不出来"):
        Network.load(tmp_path / "one.npz", COLUMNS)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelUnavailable, match=r"none\.npz"):
        Network.load(tmp_path / "none.npz", COLUMNS)
