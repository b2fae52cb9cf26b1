"""One suite for every ``LexicalIndex``; expected scores are the formula of ``index.lexical``."""

from math import log

import pytest

from index.lexical import TantivyIndex
from index.store import Stored

K1, B = 1.2, 0.75


@pytest.fixture(params=[TantivyIndex])
def kind(request):
    return request.param


@pytest.fixture
def make(kind, tmp_path):
    """Write documents, each a list of passages of blank-separated terms, and open the index."""

    def write(*documents):
        folder = tmp_path / "lexical"
        index = kind.open(folder) if folder.exists() else kind.create(folder)
        key = passage = 1
        with index.writer() as writer:
            for passages in documents:
                writer.add(
                    Stored(key, passage, len(passages)), [terms.split() for terms in passages]
                )
                key, passage = key + 1, passage + len(passages)
        return kind.open(folder)

    return write


def idf(count, holding):
    return log(1 + (count - holding + 0.5) / (holding + 0.5))


def weight(frequency, length, average):
    return frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / average))


def test_the_score_is_bm25(make):
    index = make(["a b b", "a c"], ["c"])  # lengths 3, 2, 1: 2 on average
    assert index.search(["b"], limit=5) == [
        (1, pytest.approx(idf(3, 1) * weight(2, 3, 2), abs=1e-4))
    ]
    assert index.search(["a"], limit=5) == [
        (2, pytest.approx(idf(3, 2) * weight(1, 2, 2), abs=1e-4)),
        (1, pytest.approx(idf(3, 2) * weight(1, 3, 2), abs=1e-4)),
    ]


def test_rare_terms_and_short_passages_come_first(make):
    index = make(
        [
            "目标 产值",  # 1: only the term that every passage has
            "目标 海洋 产值 装备 生物 医药 港口 园区",  # 2: the rare term in a long passage
            "目标 海洋",  # 3: the rare term in a short one
        ]
    )
    assert [key for key, _ in index.search(["目标", "海洋"], limit=3)] == [3, 2, 1]


def test_a_query_term_counts_once(make):
    index = make(["a b", "c"])
    assert index.search(["a", "a"], limit=2) == index.search(["a"], limit=2)


def test_only_passages_that_share_a_term_are_found(make):
    index = make(["a", "b"])
    assert index.search(["z"], limit=2) == []
    assert index.search([], limit=2) == []
    assert [key for key, _ in index.search(["z", "b"], limit=2)] == [2]


def test_frequencies_count_passages_not_occurrences(make):
    index = make(["a a b", "a"], ["c"])
    assert index.frequencies(["a", "b", "c", "z"]) == [2, 1, 1, 0]


def test_an_empty_index_finds_nothing(make):
    index = make()
    assert (len(index), index.search(["a"], limit=2)) == (0, [])


def test_the_limit_keeps_the_best(make):
    index = make(["a", "a a a", "a b c d e"])
    assert [key for key, _ in index.search(["a"], limit=1)] == [2]


def test_a_restriction_changes_no_score(make):
    index = make(["a", "a b"], ["a b c"])
    everything = index.search(["a", "b"], limit=5)
    second = [Stored(2, 3, 1)]
    assert index.search(["a", "b"], limit=5, documents=second) == [
        (key, score) for key, score in everything if key == 3
    ]
    assert index.search(["a", "b"], limit=5, documents=[]) == []


def test_terms_are_taken_as_they_are(make):
    index = make(["r&d r d", "2.5", "3+12 3 12", 'a" OR b: (c)*'])
    assert [key for key, _ in index.search(["r&d"], limit=5)] == [1]
    assert [key for key, _ in index.search(["2.5"], limit=5)] == [2]
    assert [key for key, _ in index.search(["12"], limit=5)] == [3]
    assert [key for key, _ in index.search(["(c)*"], limit=5)] == [4]


def test_a_removed_document_is_found_no_more(make):
    index = make(["a", "b"], ["a"])
    with index.writer() as writer:
        writer.remove([Stored(1, 1, 2), Stored(9, 9, 1)])
    index = make()
    assert len(index) == 1
    assert [key for key, _ in index.search(["a", "b"], limit=5)] == [3]


def test_a_document_removed_and_added_in_one_go_is_there_once(make):
    make(["a"])
    index = make()
    with index.writer() as writer:
        writer.remove([Stored(1, 1, 1)])
        writer.add(Stored(1, 1, 1), [["b"]])
    index = make()
    assert len(index) == 1
    assert index.search(["a"], limit=5) == []
    assert [key for key, _ in index.search(["b"], limit=5)] == [1]


def test_nothing_is_kept_after_an_exception(make):
    index = make(["a"])
    with pytest.raises(KeyError), index.writer() as writer:
        writer.add(Stored(2, 2, 1), [["a"]])
        raise KeyError
    assert [key for key, _ in make().search(["a"], limit=5)] == [1]


def test_an_open_index_does_not_see_later_changes(make):
    before = make(["a"])
    with before.writer() as writer:
        writer.add(Stored(2, 2, 1), [["a"]])
    assert [key for key, _ in before.search(["a"], limit=5)] == [1]
    assert {key for key, _ in make().search(["a"], limit=5)} == {1, 2}


def test_a_folder_that_is_no_index_is_refused(kind, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "missing"):
        with pytest.raises(ValueError, match=r".+"):
            kind.open(tmp_path / folder)


def test_a_cut_off_file_is_refused(kind, make, tmp_path):
    make(["a"], ["b"])
    largest = max((tmp_path / "lexical").iterdir(), key=lambda path: path.stat().st_size)
    largest.write_bytes(largest.read_bytes()[:-20])
    with pytest.raises(ValueError, match=r".+"):
        kind.open(tmp_path / "lexical")
