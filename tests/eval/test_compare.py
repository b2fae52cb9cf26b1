"""Two runs are compared question by question."""

from dataclasses import replace

import pytest

from corpus.errors import QuestionSetError
from eval.compare import Changed, compare_runs
from eval.report import Report, RunInfo, Scored

RUN = RunInfo("set.jsonl", "ab" * 32, 3, "index-1", {"encoder": "embedded"}, "2026-01-02T03:04:05")


def report(run=RUN, **correct):
    """Questions by id with whether each was right; ``u…`` is unanswerable."""
    scored = [
        Scored(
            id_,
            f"问{id_}",
            "unanswerable" if id_.startswith("u") else "number",
            "lexical",
            id_[0],
            {"refusal" if id_.startswith("u") else "correct": float(right)},
            None,
        )
        for id_, right in correct.items()
    ]
    return Report.of(run, scored)


def test_differences_are_paired():
    comparison = compare_runs(report(a=0, b=0, c=1, d=1), report(a=1, b=1, c=1, d=0))
    (difference,) = comparison.differences
    assert (difference.metric, difference.n) == ("correct", 4)
    assert (difference.before, difference.after) == (2 / 4, 3 / 4)
    assert difference.difference == (1 + 1 + 0 - 1) / 4
    assert difference.low < 0 < difference.high
    # of the signs of three ones, all eight sums are odd, so at least 1 in size
    assert difference.p == 1


def test_questions_that_changed_are_listed():
    comparison = compare_runs(report(a=0, b=1, u1=1, c=1), report(a=1, b=0, u1=0, c=1))
    assert comparison.better == (Changed("a", "问a", "correct", 0.0, 1.0),)
    assert [(one.id, one.metric) for one in comparison.worse] == [
        ("b", "correct"),
        ("u1", "refusal"),
    ]


def test_a_run_compared_with_itself_has_no_difference():
    comparison = compare_runs(report(a=0, b=1), report(a=0, b=1))
    (difference,) = comparison.differences
    assert (difference.difference, difference.low, difference.high, difference.p) == (0, 0, 0, 1)
    assert comparison.better == comparison.worse == ()


def test_questions_of_one_run_only_are_named_and_not_compared():
    comparison = compare_runs(report(a=0, b=1), report(b=1, c=0))
    assert (comparison.only_before, comparison.only_after) == (("a",), ("c",))
    assert comparison.differences[0].n == 1


def test_runs_without_a_common_question_are_refused():
    with pytest.raises(QuestionSetError, match=r"set\.jsonl.*没有编号相同的题"):
        compare_runs(report(a=1), report(b=1))


def test_the_table_shows_changes_settings_and_another_question_set():
    changed = replace(RUN, settings={"encoder": "other"}, question_sha256="cd" * 32)
    text = compare_runs(report(a=0, b=1), report(changed, a=1, b=1)).to_text()
    assert "设置 encoder：embedded → other" in text
    assert "题集内容不同" in text
    assert "变好（1题）\n  a  问a" in text
    assert "变差（0题）" in text
    assert "+0.500" in text


def test_json_holds_the_differences():
    values = compare_runs(report(a=0), report(a=1)).to_dict()
    assert values["differences"][0]["difference"] == 1
    assert values["better"][0]["id"] == "a"
