"""Summaries of whole answers."""

from eval.training.answers import summary


def test_means_are_by_style_and_over_all_but_the_questions_about_something_else():
    rows = [
        ("lexical", {"correct": 1.0, "false_refusal": 0.0}),
        ("lexical", {"correct": 0.0, "false_refusal": 1.0}),
        ("paraphrase", {"refusal": 1.0}),
        ("outside", {"refusal": 0.0}),
    ]
    found = summary(rows)
    assert found["lexical"]["correct"][0] == 0.5
    assert found["all"]["false_refusal"][0] == 0.5
    assert found["all"]["refusal"] == [1.0, 1.0, 1.0]
    assert found["outside"] == {"refusal": [0.0, 0.0, 0.0]}
    assert "correct" not in found["paraphrase"]
