"""A run file can be read back whole, or says why not."""

import pytest

from corpus.errors import QuestionSetError
from eval.report import Report, RunInfo, score_one
from eval.runfile import read_run, write_run
from eval.runner import ask

RUN = RunInfo("set.jsonl", "ab" * 32, 2, "index-1", {"encoder": "embedded"}, "2026-01-02T03:04:05")
TARGET = "到 2025年，全县绿色建材产值达到60亿元"


@pytest.fixture
def scored(desk, reply, hit, question):
    desk.answers = {"w-001": reply(TARGET, labels=("县：",)), "w-002": ValueError("坏")}
    desk.found = {"w-001": [hit(TARGET)]}
    return [score_one(q, ask(q, desk)) for q in (question(), question("w-002"))]


def test_a_run_reads_back_as_it_was(tmp_path, scored):
    path = tmp_path / "runs" / "one.jsonl"
    assert list(write_run(path, RUN, scored)) == scored
    assert read_run(path) == Report.of(RUN, scored)


def test_each_line_is_on_disk_before_the_next_question(tmp_path, scored):
    path = tmp_path / "one.jsonl"
    lines = write_run(path, RUN, scored)
    next(lines)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2
    lines.close()


def test_chinese_is_readable_in_the_file(tmp_path, scored):
    path = tmp_path / "one.jsonl"
    list(write_run(path, RUN, scored))
    assert "绿色建材产值" in path.read_text(encoding="utf-8")


def test_an_unfinished_run_is_refused(tmp_path, scored):
    path = tmp_path / "one.jsonl"
    list(write_run(path, RUN, scored[:1]))
    with pytest.raises(QuestionSetError, match="运行没有完成：题集有2题，文件里只有1题"):
        read_run(path)


@pytest.mark.parametrize("text", ["", "{}\n", "[1]\n", "不是JSON\n", '{"record": "run"}\n'])
def test_a_file_that_is_no_run_is_refused(tmp_path, text):
    path = tmp_path / "other.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionSetError, match=r"other\.jsonl.*不是评测运行的结果文件"):
        read_run(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(QuestionSetError, match=r"none\.jsonl.*不是评测运行的结果文件"):
        read_run(tmp_path / "none.jsonl")
