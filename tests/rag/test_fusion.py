"""Weighted sum of z-scores, worked out by hand."""

from collections.abc import Sequence

import pytest

from corpus.document import Passage
from index.hit import Finder, Hit
from rag.fusion import fuse, z_scores


def hits(finder: Finder, scores: Sequence[tuple[str, float]]) -> list[Hit]:
    return [
        Hit(Passage(name, None, (), 0, 1, name[0]), rank, score, finder)
        for rank, (name, score) in enumerate(scores, start=1)
    ]


def test_z_scores_have_mean_zero_and_deviation_one() -> None:
    # mean 4, deviation sqrt((4 + 0 + 4) / 3)
    assert z_scores([2.0, 4.0, 6.0]) == pytest.approx([-(1.5**0.5), 0.0, 1.5**0.5])


def test_equal_scores_become_zero() -> None:
    assert z_scores([3.0, 3.0]) == [0.0, 0.0]


def test_no_scores_give_none() -> None:
    assert z_scores([]) == []


def test_fuse_adds_weighted_z_scores() -> None:
    lists = {
        "lexical": hits("lexical", [("a", 3.0), ("b", 1.0)]),
        "dense": hits("dense", [("b", 0.9), ("a", 0.5)]),
    }
    fused = fuse(lists, {"lexical": 1.0, "dense": 0.3})
    # a: 1·1 + 0.3·(−1) = 0.7; b: 1·(−1) + 0.3·1 = −0.7
    assert [(h.passage.document_id, h.rank) for h in fused] == [("a", 1), ("b", 2)]
    assert [h.score for h in fused] == pytest.approx([0.7, -0.7])


def test_fused_hits_keep_what_each_retriever_said() -> None:
    lists = {
        "lexical": hits("lexical", [("a", 3.0)]),
        "dense": hits("dense", [("a", 0.5), ("b", 0.1)]),
    }
    first = fuse(lists, {"lexical": 1.0, "dense": 0.3})[0]
    assert first.found_by == "fused"
    assert dict(first.scores) == {"lexical": 3.0, "dense": 0.5}


def test_a_passage_one_list_lacks_gets_that_lists_lowest_score() -> None:
    lists = {
        "lexical": hits("lexical", [("a", 3.0), ("b", 1.0)]),
        "dense": hits("dense", [("c", 0.9), ("a", 0.5)]),
    }
    fused = {h.passage.document_id: h.score for h in fuse(lists, {"lexical": 1.0, "dense": 1.0})}
    # a: 1 − 1; b: −1 + lowest dense (−1); c: lowest lexical (−1) + 1
    assert fused == pytest.approx({"a": 0.0, "b": -2.0, "c": 0.0})


def test_ties_go_to_the_smaller_passage_id() -> None:
    lists = {"lexical": hits("lexical", [("b", 1.0), ("a", 1.0)])}
    assert [h.passage.document_id for h in fuse(lists, {"lexical": 1.0})] == ["a", "b"]
