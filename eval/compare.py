"""What changed between two runs, question by question.

Differences are paired (second run minus first), over the questions both runs have; a difference
whose interval spans 0 is no finding. Means of one run alone are in ``report.py``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from corpus.errors import QuestionSetError
from eval.intervals import bootstrap, sign_flip
from eval.judgement import LOWER_IS_BETTER, METRICS, Metric
from eval.report import Report, RunInfo, Scored
from eval.wording import METRIC_NAMES, plain_table

VERDICTS: tuple[Metric, ...] = ("correct", "refusal")
"""The metric by which a question got better or worse: answerable, unanswerable."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric over ``n`` paired questions.

    ``low`` to ``high`` is the 95 % interval of ``difference``, second run minus first.
    ``p``: how often random signs give so large a difference (``intervals.sign_flip``).
    """

    metric: Metric
    n: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Changed:
    """A question whose verdict changed."""

    id: str
    text: str
    metric: Metric
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side.

    ``only_before`` and ``only_after`` are ids of questions that the other run does not have.
    """

    before: RunInfo
    after: RunInfo
    differences: tuple[Difference, ...]
    better: tuple[Changed, ...]
    worse: tuple[Changed, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as JSON values."""
        return asdict(self)

    def to_json(self) -> str:
        """Return ``to_dict`` as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def to_text(self) -> str:
        """Return the table for the terminal, in Chinese."""
        head = ["指标", "前", "后", "差", "95%区间", "p", "题数"]
        rows = [_row(difference) for difference in self.differences]
        return "\n\n".join(
            [
                "\n".join(self._header()),
                plain_table(head, rows),
                _changed("变好", self.better),
                _changed("变差", self.worse),
            ]
        )

    def _header(self) -> list[str]:
        lines = [
            f"前：索引 {self.before.index_id}，题集 {self.before.question_set}，"
            f"时间 {self.before.started}",
            f"后：索引 {self.after.index_id}，题集 {self.after.question_set}，"
            f"时间 {self.after.started}",
        ]
        if self.before.question_sha256 != self.after.question_sha256:
            lines.append("注意：两次运行的题集内容不同，只比较编号相同的题")
        if self.only_before or self.only_after:
            lines.append(
                f"未比较：只在前一次有{len(self.only_before)}题，"
                f"只在后一次有{len(self.only_after)}题"
            )
        changed = [key for key in self.after.settings if self._setting_changed(key)]
        lines += [
            f"设置 {key}：{self.before.settings.get(key)} → {self.after.settings[key]}"
            for key in changed
        ]
        return lines

    def _setting_changed(self, key: str) -> bool:
        return self.before.settings.get(key) != self.after.settings[key]


def compare_runs(before: Report, after: Report) -> Comparison:
    """Pair the questions of two runs by id; refuses runs without a question in common."""
    first = {one.id: one for one in before.scored}
    second = {one.id: one for one in after.scored}
    pairs = [(first[id_], second[id_]) for id_ in first if id_ in second]
    if not pairs:
        raise QuestionSetError(
            after.run.question_set,
            1,
            f"与“{before.run.question_set}”没有编号相同的题",
            accepted="只能比较有共同题目的两次运行",
            advice="请用同一个题集重新运行后再比较",
        )
    changed = [change for pair in pairs for change in _verdict(*pair)]
    return Comparison(
        before.run,
        after.run,
        tuple(d for metric in METRICS if (d := _difference(metric, pairs))),
        tuple(change for change in changed if change.after > change.before),
        tuple(change for change in changed if change.after < change.before),
        tuple(id_ for id_ in first if id_ not in second),
        tuple(id_ for id_ in second if id_ not in first),
    )


def _difference(metric: Metric, pairs: Sequence[tuple[Scored, Scored]]) -> Difference | None:
    both = [
        (one.scores[metric], other.scores[metric])
        for one, other in pairs
        if metric in one.scores and metric in other.scores
    ]
    if not both:
        return None
    before, after = np.asarray(both, dtype=np.float64).T
    gained = [float(gain) for gain in after - before]
    return Difference(
        metric,
        len(both),
        float(before.mean()),
        float(after.mean()),
        float(np.mean(gained)),
        *bootstrap(gained),
        sign_flip(gained),
    )


def _verdict(before: Scored, after: Scored) -> list[Changed]:
    return [
        Changed(after.id, after.text, metric, before.scores[metric], after.scores[metric])
        for metric in VERDICTS
        if metric in before.scores
        and metric in after.scores
        and before.scores[metric] != after.scores[metric]
    ]


def _row(one: Difference) -> list[str]:
    arrow = "（低为好）" if one.metric in LOWER_IS_BETTER else ""
    return [
        METRIC_NAMES[one.metric] + arrow,
        f"{one.before:.3f}",
        f"{one.after:.3f}",
        f"{one.difference:+.3f}",
        f"{one.low:+.3f}～{one.high:+.3f}",
        f"{one.p:.3f}",
        str(one.n),
    ]


def _changed(title: str, changes: Sequence[Changed]) -> str:
    lines = [f"{title}（{len(changes)}题）", *(f"  {one.id}  {one.text}" for one in changes)]
    return "\n".join(lines)
