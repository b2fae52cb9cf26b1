"""The evaluation commands, as functions: what ``cewen eval`` calls.

Nothing here opens an index, reads settings or prints: the caller brings the assistant and shows
what is returned (``to_text``, ``to_json``). Errors are ``CewenError``; turning them into an exit
code is left to the caller too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import QuestionSetError
from eval.compare import Comparison, compare_runs
from eval.judgement import LOWER_IS_BETTER, METRICS, Metric
from eval.questions import QuestionSet, check_against, load_questions
from eval.report import Report, RunInfo, score_one
from eval.runfile import read_run, write_run
from eval.runner import AskingAssistant, Progress, run_questions
from eval.tune import Tuning
from eval.tune import tune as tune_weights

if TYPE_CHECKING:
    from index.index import Index
    from rag.assistant import Assistant

NOT_RECORDED = frozenset({"api_keys", "host", "port", "index"})
"""Settings that do not bear on answers, or are nobody's business: a run file is passed around."""


def run(
    questions_path: Path,
    assistant: AskingAssistant,
    *,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Ask every question of a set, judge, and report.

    ``out``: file for the run, which ``compare`` reads.
    """
    question_set = load_questions(questions_path)
    info = _info(question_set, assistant)
    questions = question_set.questions
    outcomes = run_questions(questions, assistant, progress=progress)
    pairs = zip(questions, outcomes, strict=True)
    scored = (score_one(question, outcome) for question, outcome in pairs)
    return Report.of(info, list(write_run(out, info, scored) if out else scored))


def compare(before: Path, after: Path) -> Comparison:
    """Compare two run files, question by question."""
    return compare_runs(read_run(before), read_run(after))


def check(questions_path: Path, index: Index | None = None) -> QuestionSet:
    """Read a question set strictly; with ``index``, also check its quotes against the library."""
    question_set = load_questions(questions_path)
    if index is not None:
        check_against(question_set, index)
    return question_set


def gate(report: Report, bounds: Mapping[str, float]) -> tuple[str, ...]:
    """Say which overall means are on the wrong side of their bound; none when the run passes.

    A bound is the least accepted value, or the greatest for a metric where lower is better. A
    metric the run has no question for fails: it was asked for and nothing vouches for it.
    """
    return tuple(
        line for name, bound in bounds.items() if (line := _broken(report, _metric(name), bound))
    )


def tune(questions_path: Path, assistant: Assistant, *, progress: Progress | None = None) -> Tuning:
    """Measure the weights of the assistant's models on a set."""
    return tune_weights(load_questions(questions_path), assistant, progress=progress)


def _metric(name: str) -> Metric:
    for metric in METRICS:
        if metric == name:
            return metric
    raise QuestionSetError(
        "gate", 0, f"不认识的指标“{name}”", accepted=f"可用的指标：{'、'.join(METRICS)}",
        advice="请改正指标名称",
    )  # fmt: skip


def _broken(report: Report, metric: Metric, bound: float) -> str | None:
    mean = report.overall.means.get(metric)
    if mean is None:
        return f"{metric}：本次运行没有可计算该指标的题"
    lower = metric in LOWER_IS_BETTER
    if (mean.mean > bound) if lower else (mean.mean < bound):
        word = "不高于" if lower else "不低于"
        return f"{metric}：{mean.mean:.4f}（{mean.n}题），要求{word} {bound:g}"
    return None


def _info(question_set: QuestionSet, assistant: AskingAssistant) -> RunInfo:
    return RunInfo(
        question_set.name,
        question_set.sha256,
        len(question_set.questions),
        assistant.index.id,
        assistant.settings.model_dump(mode="json", exclude=set(NOT_RECORDED)),
        datetime.now(UTC).isoformat(timespec="seconds"),
    )
