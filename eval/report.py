"""Scores of single questions first, means second: the report of one run.

``Report`` is built from scored questions only, so the same report comes from a run just made and
from its file (``runfile.py``). Every mean has its number of questions and a 95 % interval beside
it. Which figure a question gets is decided in ``judgement.py``; two runs are compared in
``compare.py``. The words shown are in ``wording.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np

from eval.intervals import interval
from eval.judgement import METRICS, Metric, Scores, judge
from eval.questions import Question, QuestionStyle, QuestionType
from eval.runner import Outcome
from eval.wording import METRIC_NAMES, SET_NAMES, STYLE_NAMES, TYPE_NAMES, plain_table

GROUP_METRICS: tuple[Metric, ...] = (
    "correct", "concise", "f1", "citation_recall", "citation_precision",
    "recall@1", "recall@5", "recall@10", "mrr@10", "false_refusal",
)  # fmt: skip
NAMED_IDS = 5


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What was run against what: enough to know whether two runs may be compared.

    ``questions`` is how many the set has; ``started`` an ISO time in UTC.
    """

    question_set: str
    question_sha256: str
    questions: int
    index_id: str
    settings: Mapping[str, object]
    started: str


@dataclass(frozen=True, slots=True)
class Scored:
    """A question with its scores; ``outcome`` is None when the run never came to it."""

    id: str
    text: str
    type: QuestionType
    style: QuestionStyle
    group: str
    scores: Scores
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over ``n`` questions with its 95 % interval."""

    mean: float
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Group:
    """The means of some questions; a metric none of them has is absent."""

    name: str
    questions: int
    means: Mapping[Metric, Mean]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds over the ``n`` questions that came to an end without an error."""

    n: int
    p50: float
    p95: float
    max: float


def score(questions: Iterable[Question], outcomes: Iterable[Outcome]) -> tuple[Scored, ...]:
    """Judge every question; one without an outcome earns nothing, it is not left out."""
    by_id = {outcome.question_id: outcome for outcome in outcomes}
    return tuple(score_one(question, by_id.get(question.id)) for question in questions)


def score_one(question: Question, outcome: Outcome | None) -> Scored:
    """Judge one question."""
    return Scored(
        question.id,
        question.text,
        question.type,
        question.style,
        question.group,
        judge(question, outcome),
        outcome,
    )


def group(name: str, scored: Sequence[Scored]) -> Group:
    """Average each metric over the questions that have it."""
    means: dict[Metric, Mean] = {}
    for metric in METRICS:
        values = [one.scores[metric] for one in scored if metric in one.scores]
        if values:
            means[metric] = Mean(float(np.mean(values)), len(values), *interval(values))
    return Group(name, len(scored), means)


def latency(times: Sequence[float]) -> Latency | None:
    """Quantiles by linear interpolation; None of no times."""
    if not times:
        return None
    p50, p95 = np.percentile(times, [50, 95])
    return Latency(len(times), float(p50), float(p95), max(times))


@dataclass(frozen=True, slots=True)
class Report:
    """The report of one run."""

    run: RunInfo
    scored: tuple[Scored, ...]
    overall: Group
    by_type: tuple[Group, ...]
    by_style: tuple[Group, ...]
    by_set: tuple[Group, ...]
    ask: Latency | None
    search: Latency | None

    @classmethod
    def of(cls, run: RunInfo, scored: Sequence[Scored]) -> Self:
        """Average ``scored``; unanswerable questions have no style of wording worth a row."""
        answerable = [one for one in scored if one.type != "unanswerable"]
        return cls(
            run,
            tuple(scored),
            group("all", scored),
            _groups(scored, lambda one: one.type),
            _groups(answerable, lambda one: one.style),
            _groups(scored, lambda one: one.group),
            latency([o.ask_ms for o in _outcomes(scored) if o.ask_ms is not None]),
            latency([o.search_ms for o in _outcomes(scored) if o.search_ms is not None]),
        )

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """Question id and exception of every question the assistant failed on."""
        return tuple((o.question_id, o.error) for o in _outcomes(self.scored) if o.error)

    @property
    def citations(self) -> int:
        """Citations given in the whole run."""
        return sum(len(outcome.citations) for outcome in _outcomes(self.scored))

    @property
    def false_citations(self) -> int:
        """Citations whose document does not say what they quote, where they say it does."""
        cited = [c for outcome in _outcomes(self.scored) for c in outcome.citations]
        return sum(not citation.verbatim for citation in cited)

    def to_dict(self) -> dict[str, object]:
        """Return the report as JSON values; scores of single questions under ``scores``."""
        return {
            "run": asdict(self.run),
            "overall": asdict(self.overall),
            "by_type": [asdict(one) for one in self.by_type],
            "by_style": [asdict(one) for one in self.by_style],
            "by_set": [asdict(one) for one in self.by_set],
            "latency_ms": {
                "ask": asdict(self.ask) if self.ask else None,
                "search": asdict(self.search) if self.search else None,
            },
            "citations": self.citations,
            "false_citations": self.false_citations,
            "errors": [{"id": id_, "error": error} for id_, error in self.errors],
            "scores": {one.id: dict(one.scores) for one in self.scored},
        }

    def to_json(self) -> str:
        """Return ``to_dict`` as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def to_text(self) -> str:
        """Return the table for the terminal, in Chinese."""
        return "\n\n".join(
            [
                self._header(),
                _overall_table(self.overall),
                _group_table("按题型", self.by_type, TYPE_NAMES),
                _group_table("按问法", self.by_style, STYLE_NAMES),
                _group_table("按编号", self.by_set, SET_NAMES),
            ]
        )

    def _header(self) -> str:
        run = self.run
        settings = "，".join(f"{key}={value}" for key, value in run.settings.items())
        lines = [
            f"题集：{run.question_set}，{run.questions}题，校验码 {run.question_sha256[:12]}",
            f"索引：{run.index_id}",
            f"设置：{settings or '默认'}",
            f"时间：{run.started}",
            _latency_line("回答用时", self.ask),
            _latency_line("检索用时", self.search),
            f"引用：{self.citations}条，与原文不符{self.false_citations}条",
            f"出错：{len(self.errors)}题",
            *_error_lines(self.errors),
        ]
        return "\n".join(lines)


def _outcomes(scored: Iterable[Scored]) -> list[Outcome]:
    return [one.outcome for one in scored if one.outcome]


def _groups(scored: Sequence[Scored], key: Callable[[Scored], str]) -> tuple[Group, ...]:
    names = sorted({key(one) for one in scored})
    return tuple(group(name, [one for one in scored if key(one) == name]) for name in names)


def _error_lines(errors: Sequence[tuple[str, str]]) -> list[str]:
    """Name each error once with the questions it hit, the first few of them by id."""
    hit: dict[str, list[str]] = {}
    for id_, error in errors:
        hit.setdefault(error, []).append(id_)
    return [
        f"  {error}（{len(ids)}题：{'、'.join(ids[:NAMED_IDS])}{'…' if ids[NAMED_IDS:] else ''}）"
        for error, ids in hit.items()
    ]


def _latency_line(name: str, times: Latency | None) -> str:
    if times is None:
        return f"{name}：没有数据"
    return (
        f"{name}：中位数 {times.p50:.1f} 毫秒，95%分位 {times.p95:.1f} 毫秒，"
        f"最长 {times.max:.1f} 毫秒（{times.n}题）"
    )


def _overall_table(overall: Group) -> str:
    rows = [
        [METRIC_NAMES[metric], f"{m.mean:.3f}", f"{m.low:.3f}–{m.high:.3f}", str(m.n)]
        for metric, m in overall.means.items()
    ]
    return "总体\n" + plain_table(["指标", "平均", "95%区间", "题数"], rows)


def _group_table(title: str, groups: Sequence[Group], names: Mapping[str, str]) -> str:
    """One row a group; all means of a row share its count of answerable questions."""
    head = ["分组", "可答题", *(METRIC_NAMES[metric] for metric in GROUP_METRICS)]
    head[3:3] = ["95%区间"]
    rows = [_group_row(names.get(one.name, one.name), one) for one in groups]
    return f"{title}\n" + plain_table([*head, "不可答题", METRIC_NAMES["refusal"]], rows)


def _group_row(name: str, one: Group) -> list[str]:
    correct, refusal = one.means.get("correct"), one.means.get("refusal")
    cells = [f"{one.means[m].mean:.3f}" if m in one.means else "" for m in GROUP_METRICS]
    cells[1:1] = [f"{correct.low:.3f}–{correct.high:.3f}" if correct else ""]
    return [
        name,
        str(correct.n if correct else 0),
        *cells,
        str(refusal.n if refusal else 0),
        f"{refusal.mean:.3f}" if refusal else "",
    ]
