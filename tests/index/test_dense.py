import threading

import numpy as np
import pytest

from index.dense import DenseIndex, _Gate
from index.store import Stored


def unit_rows(count, dimensions=16, seed=1):
    rows = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def vectors():
    return unit_rows(50)


@pytest.fixture
def index(vectors):
    """Fifty vectors under the keys 101 … 150."""
    filled = DenseIndex(16)
    filled.add(101, vectors)
    return filled


def test_results_are_those_of_a_matrix_product(index, vectors):
    query = unit_rows(1, seed=2)[0]
    products = vectors @ query
    best = np.argsort(-products)[:10]
    found = index.search(query, limit=10)
    assert [key for key, _ in found] == [101 + int(i) for i in best]
    assert [score for _, score in found] == pytest.approx(products[best].tolist(), abs=1e-6)


def test_a_limit_above_the_count_gives_everything(index, vectors):
    assert len(index.search(vectors[0], limit=999)) == 50


def test_a_restriction_searches_the_passages_of_documents(index, vectors):
    query = unit_rows(1, seed=3)[0]
    allowed = [Stored(1, 105, 3), Stored(2, 140, 2), Stored(3, 900, 5)]
    expected = sorted((105, 106, 107, 140, 141), key=lambda key: -(vectors[key - 101] @ query))
    assert [key for key, _ in index.search(query, limit=10, documents=allowed)] == expected


def test_a_zero_vector_finds_nothing(index):
    assert index.search(np.zeros(16, dtype=np.float32), limit=5) == []


def test_an_empty_index_finds_nothing(vectors):
    assert DenseIndex(16).search(vectors[0], limit=5) == []


def test_removed_vectors_are_found_no_more(index, vectors):
    index.remove([Stored(1, 101, 2), Stored(2, 900, 3)])
    assert len(index) == 48
    assert index.search(vectors[0], limit=1)[0][0] != 101
    assert index.search(vectors[2], limit=1) == [(103, pytest.approx(1.0, abs=1e-6))]


def test_a_saved_index_reads_back(index, vectors, tmp_path):
    path = tmp_path / "dense.faiss"
    index.save(path)
    read = DenseIndex.load(path)
    assert (len(read), read.dimensions) == (50, 16)
    assert read.search(vectors[7], limit=5) == index.search(vectors[7], limit=5)
    read.remove([Stored(1, 101, 50)])
    assert len(read) == 0


def test_saving_leaves_nothing_beside(index, tmp_path):
    index.save(tmp_path / "dense.faiss")
    assert [path.name for path in tmp_path.iterdir()] == ["dense.faiss"]


@pytest.mark.parametrize("content", [b"", b"not an index", b"IxM2\x10\x00\x00"])
def test_a_damaged_file_is_refused(content, tmp_path):
    path = tmp_path / "dense.faiss"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r".+"):
        DenseIndex.load(path)


def test_a_change_waits_for_searches_and_holds_back_new_ones():
    gate, changing, searching = _Gate(), threading.Event(), threading.Event()

    def change():
        with gate.alone():
            changing.set()

    def search():
        with gate.shared():
            searching.set()

    threads = [threading.Thread(target=change), threading.Thread(target=search)]
    with gate.shared():
        threads[0].start()
        assert not changing.wait(0.1)
        threads[1].start()
        assert not searching.wait(0.1)
    assert changing.wait(5) and searching.wait(5)
    for thread in threads:
        thread.join()


def test_searches_run_while_vectors_are_added_and_removed(index, vectors):
    wrong, stop = [], threading.Event()

    def search():
        while not stop.is_set():
            if index.search(vectors[0], limit=1) != [(101, pytest.approx(1.0, abs=1e-5))]:
                wrong.append(1)

    readers = [threading.Thread(target=search) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(100):
        index.add(1000 + 10 * turn, unit_rows(10, seed=10 + turn))
        if turn % 10 == 9:
            index.remove([Stored(1, 1000 + 10 * turn, 10)])
    stop.set()
    for reader in readers:
        reader.join()
    assert (wrong, len(index)) == ([], 50 + 100 * 10 - 10 * 10)
