"""The commands as functions, over an assistant written by hand."""

import pytest

from corpus.errors import QuestionSetError
from eval import commands
from eval.runfile import read_run
from rag.settings import Settings

TARGET = "到 2025年，全县绿色建材产值达到60亿元"
FIRMS = "培育龙头企业8家"


@pytest.fixture
def files(question_file, record, desk, reply, hit):
    """Question file and assistant: one right, one wrong answer, one right refusal."""
    none = {"docs": [], "evidence": [], "answer": [], "section": []}
    desk.answers = {
        "产值": reply(TARGET),
        "目标": reply(FIRMS),
        "茶叶": reply(refusal="not_found"),
    }
    desk.found = {"产值": [hit(TARGET)], "目标": [hit(FIRMS), hit(TARGET, 2)]}
    path = question_file(
        record(question="产值"),
        record(id="w-002", question="目标"),
        record(id="u-001", question="茶叶", type="unanswerable", **none),
    )
    return path, desk


def test_run_reports_and_writes_the_same_run(files, tmp_path):
    out = tmp_path / "run.jsonl"
    report = commands.run(*files, out=out)
    assert report.overall.means["correct"].mean == 1 / 2
    assert report.overall.means["mrr@10"].mean == (1 + 1 / 2) / 2
    assert report.overall.means["refusal"].mean == 1
    assert read_run(out) == report


def test_run_prints_nothing(files, capsys):
    commands.run(*files)
    assert capsys.readouterr() == ("", "")


def test_run_reports_progress(files):
    calls = []
    commands.run(*files, progress=lambda *call: calls.append(call))
    assert calls == [(1, 3, "w-001"), (2, 3, "w-002"), (3, 3, "u-001")]


def test_settings_are_recorded_without_keys_and_places(files, tmp_path):
    out = tmp_path / "run.jsonl"
    files[1].settings = Settings(api_keys={"secret-key": "reader"}, index=tmp_path / "somewhere")
    report = commands.run(*files, out=out)
    assert report.run.settings["encoder"] == "embedded"
    written = out.read_text(encoding="utf-8")
    assert "secret-key" not in written
    assert "somewhere" not in written


def test_a_bad_set_asks_nothing(question_file, desk):
    with pytest.raises(QuestionSetError, match="第1行"):
        commands.run(question_file("{"), desk)
    assert desk.asked == []


def test_compare_reads_two_runs(files, tmp_path, reply):
    path, desk = files
    commands.run(path, desk, out=tmp_path / "a.jsonl")
    desk.answers["目标"] = reply(TARGET)
    commands.run(path, desk, out=tmp_path / "b.jsonl")
    comparison = commands.compare(tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert [(one.id, one.text) for one in comparison.better] == [("w-002", "目标")]


def test_gate_passes_at_the_bound_and_names_what_is_under_it(files):
    report = commands.run(*files)
    assert commands.gate(report, {"correct": 0.5, "false_refusal": 0.0}) == ()
    assert commands.gate(report, {"correct": 0.51, "refusal": 1.0}) == (
        "correct：0.5000（2题），要求不低于 0.51",
    )


def test_gate_takes_an_upper_bound_where_lower_is_better(files, reply):
    path, desk = files
    desk.answers["目标"] = reply(refusal="not_found")
    report = commands.run(path, desk)
    assert commands.gate(report, {"false_refusal": 0.4}) == (
        "false_refusal：0.5000（2题），要求不高于 0.4",
    )


def test_gate_fails_a_metric_nothing_was_measured_for(question_file, record, desk, reply):
    desk.answers["产值"] = reply(TARGET)
    report = commands.run(question_file(record(question="产值")), desk)
    assert commands.gate(report, {"refusal": 0.5}) == ("refusal：本次运行没有可计算该指标的题",)


def test_gate_refuses_an_unknown_metric(files):
    with pytest.raises(QuestionSetError, match=r"不认识的指标“accuracy”.*correct"):
        commands.gate(commands.run(*files), {"accuracy": 0.5})
