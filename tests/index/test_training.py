"""The second stage of the embedded encoder's training: what it learns from, by hand."""

import json
import math

import numpy as np
import pytest

from index.training.embedded_questions import (
    Asked,
    bm25,
    folds_of,
    make_group,
    read_questions,
    standardised,
)


def test_bm25_is_that_of_the_lexical_index():
    # 人 is in one of two texts of 3 and 1 terms (人才 gives 人, 才, 人才), once; average length 2
    scores = bm25(["人才", "水"], ["人"])
    expected = math.log1p(1.5 / 1.5) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 3 / 2))
    assert scores == pytest.approx(np.array([[expected, 0]]))


def test_scores_are_standardised_over_the_best_hundred():
    scores = np.array([[0.0] * 30 + [1.0] * 50 + [3.0] * 50], dtype=np.float32)
    # the best hundred are 50 threes and 50 ones: mean 2, deviation 1; zeros get what the ones have
    assert standardised(scores).tolist() == [[-1.0] * 80 + [1.0] * 50]


def test_documents_are_dealt_out_evenly_and_always_alike():
    names = [f"{number}.txt" for number in range(12)]
    folds = folds_of(names)
    assert folds == folds_of(reversed(names))
    assert sorted(list(folds.values()).count(fold) for fold in range(5)) == [2, 2, 2, 3, 3]


def test_answerable_questions_are_read_with_the_one_before(tmp_path):
    lines = [
        {
            "question": "增速呢？",
            "history": ["早", "产值？"],
            "document": "甲.txt",
            "evidence": [1],
        },
        {"question": "水？", "history": [], "document": "甲.txt", "evidence": []},
        {"question": "比较？", "history": [], "document": ["甲.txt", "乙.txt"], "evidence": [1]},
    ]
    for line in lines:
        line["evidence"] = [{"quote": "增长9%"}] * len(line["evidence"])
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert read_questions([file]) == [Asked("甲.txt", "产值？ 增速呢？", ("增长9%",))]


def test_the_right_passages_are_those_that_hold_a_quote(tmp_path):
    text = "青溪县人才工作办法\n一、目标\n到2026年引进人才500人。\n二、水利\n新建水库3座。\n"
    (tmp_path / "甲.txt").write_text(text, encoding="utf-8")
    asked = [
        Asked("甲.txt", "引进多少人才？", ("引进人才500人",)),
        Asked("甲.txt", "没有这句", ("别处的话",)),
    ]
    group = make_group(tmp_path, ["甲.txt"], asked)
    assert group.questions == ("引进多少人才？",)
    (right,) = group.right
    assert ["500人" in passage for passage in group.passages] == right.tolist()
    assert right.any() and not right.all()
