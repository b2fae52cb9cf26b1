"""Scores first, means second; nothing that is missing is left out."""

import json
from dataclasses import replace

import pytest

from eval.intervals import wilson
from eval.report import Latency, Mean, Report, RunInfo, Scored, group, latency, score
from eval.runner import Cited, Outcome

RUN = RunInfo("set.jsonl", "ab" * 32, 4, "index-1", {"encoder": "embedded"}, "2026-01-02T03:04:05")


def scored(id_, scores, *, type_="number", style="lexical", outcome=None):
    return Scored(id_, f"题{id_}", type_, style, id_.partition("-")[0], scores, outcome)


FOUR = [
    scored("w-001", {"correct": 1.0, "f1": 0.5, "false_refusal": 0.0}),
    scored("w-002", {"correct": 0.0, "f1": 0.2, "false_refusal": 1.0}, style="colloquial"),
    scored("s-001", {"correct": 1.0, "f1": 0.8, "false_refusal": 0.0}, type_="list"),
    scored("u-001", {"refusal": 1.0}, type_="unanswerable", style="colloquial"),
]


def test_means_are_over_the_questions_that_have_the_metric():
    means = group("all", FOUR).means
    assert means["correct"] == Mean(2 / 3, 3, *wilson(2, 3))
    assert means["f1"].mean == pytest.approx((0.5 + 0.2 + 0.8) / 3)
    assert (means["refusal"].mean, means["refusal"].n) == (1, 1)
    assert "recall@1" not in means


def test_groups_are_by_type_style_and_id():
    report = Report.of(RUN, FOUR)
    assert [(g.name, g.questions) for g in report.by_type] == [
        ("list", 1),
        ("number", 2),
        ("unanswerable", 1),
    ]
    assert [(g.name, g.questions) for g in report.by_style] == [("colloquial", 1), ("lexical", 2)]
    assert [(g.name, g.questions) for g in report.by_set] == [("s", 1), ("u", 1), ("w", 2)]


def test_a_question_without_an_outcome_counts_as_zero(question):
    asked = [question("w-001"), question("w-002")]
    found = score(asked, [Outcome("w-002", answered=True)])
    assert [one.id for one in found] == ["w-001", "w-002"]
    assert group("all", found).means["false_refusal"].mean == 1 / 2
    assert group("all", found).means["correct"].n == 2


def test_latency_by_linear_interpolation():
    assert latency([30.0, 10.0, 20.0]) == Latency(3, 20.0, pytest.approx(29.0), 30.0)
    assert latency([]) is None


def test_latency_leaves_out_failed_questions():
    outcomes = [
        Outcome("a-1", answered=True, ask_ms=8.0, search_ms=2.0),
        Outcome("a-2", error="坏"),
    ]
    report = Report.of(RUN, [scored(o.question_id, {"correct": 1.0}, outcome=o) for o in outcomes])
    assert report.ask == Latency(1, 8.0, 8.0, 8.0)
    assert report.search == Latency(1, 2.0, 2.0, 2.0)
    assert report.errors == (("a-2", "坏"),)


def test_citations_are_counted_over_the_whole_run():
    cited = [Cited(n, "d", 0, 2, "原文", verbatim=n != 2) for n in (1, 2, 3)]
    outcome = Outcome("a-1", answered=True, citations=tuple(cited))
    report = Report.of(RUN, [scored("a-1", {"verbatim": 2 / 3}, outcome=outcome)])
    assert (report.citations, report.false_citations) == (3, 1)


def test_the_table_says_what_was_run_and_how_sure_it_is():
    text = Report.of(RUN, FOUR).to_text()
    low, high = wilson(2, 3)
    assert "题集：set.jsonl，4题，校验码 abababababab" in text
    assert "索引：index-1" in text
    assert "设置：encoder=embedded" in text
    lines = text.splitlines()
    assert f"正确      0.667  {low:.3f}–{high:.3f}     3" in lines
    assert lines[lines.index("按编号") + 1].split()[:4] == ["分组", "可答题", "正确", "95%区间"]
    assert ["u", "无答案", "0", "1", "1.000"] in [line.split() for line in lines]


def test_json_has_every_question_and_every_mean():
    values = Report.of(RUN, FOUR).to_dict()
    assert values["scores"]["w-002"] == {"correct": 0.0, "f1": 0.2, "false_refusal": 1.0}
    assert values["overall"]["means"]["correct"]["n"] == 3
    assert values["run"]["settings"] == {"encoder": "embedded"}
    assert values["latency_ms"] == {"ask": None, "search": None}


def test_json_is_one_line_of_readable_chinese():
    report = Report.of(replace(RUN, question_set="题集.jsonl"), FOUR)
    assert "题集.jsonl" in report.to_json()
    assert json.loads(report.to_json())["overall"]["means"]["correct"]["mean"] == 2 / 3
    assert "\n" not in report.to_json()


def test_an_error_is_named_once_with_its_questions():
    errors = {"a-1": "甲错", "a-2": "乙错", **{f"a-{n}": "甲错" for n in range(3, 8)}}
    outcomes = [Outcome(id_, error=error) for id_, error in errors.items()]
    report = Report.of(RUN, [scored(o.question_id, {"correct": 0.0}, outcome=o) for o in outcomes])
    lines = report.to_text().splitlines()
    at = lines.index("出错：7题")
    assert lines[at + 1 : at + 3] == [
        "  甲错（6题：a-1、a-3、a-4、a-5、a-6…）",
        "  乙错（1题：a-2）",
    ]
