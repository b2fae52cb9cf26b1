"""Measuring the weights that belong to a model: search, reranker, reader.

Every weight of a grid is tried on every answerable question. The best one over all questions is
chosen where it gains anything; the figure reported is not its own, which flatters, but the mean
over five folds of questions, each scored with the weight that is best on the other four.

The weight of the search is measured on the fused lists, before any passage is read, that of the
reranker with the chosen weight of the search, that of the reader with both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Literal

from corpus.errors import QuestionSetError
from eval.intervals import bootstrap
from eval.judgement import Metric, judge
from eval.metrics import needs_all, recall, reciprocal_rank
from eval.questions import Question, QuestionSet
from eval.runner import Progress, ask
from eval.wording import METRIC_NAMES, plain_table
from index.index import Index
from rag.assistant import Assistant
from rag.reader import Reader, Reading
from rag.rerank import Reranker
from rag.settings import Settings

Weight = Literal["dense_weight", "rerank_weight", "reader_weight"]

GRIDS: Mapping[Weight, tuple[float, ...]] = {
    "dense_weight": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0),
    "rerank_weight": (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0),
    "reader_weight": (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0),
}
MEASURES: Mapping[Weight, tuple[Metric, Metric]] = {
    "dense_weight": ("recall@5", "mrr@10"),
    "rerank_weight": ("recall@5", "mrr@10"),
    "reader_weight": ("correct", "f1"),
}
"""What a weight is chosen by: the mean of the two."""
NAMES: Mapping[Weight, str] = {
    "dense_weight": "向量检索的权重",
    "rerank_weight": "重排得分的权重",
    "reader_weight": "阅读模型的权重",
}
FOLDS = 5
FEWEST = 2 * FOLDS
"""Fewer questions than that say nothing about a weight."""
DEPTH = 10

Scores = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Point:
    """The means of the two measures at one weight."""

    weight: float
    means: Scores


@dataclass(frozen=True, slots=True)
class Tuned:
    """One weight measured.

    ``best`` has the best mean; ``chosen`` is that, or ``current`` where nothing is gained held out.
    ``before`` is the objective with the weight that was set, ``held_out`` with weights chosen on
    other questions than those scored; ``low`` to ``high`` is the 95 % interval of what is gained,
    ``held_out - before``.
    """

    setting: Weight
    current: float
    best: float
    chosen: float
    before: float
    held_out: float
    low: float
    high: float
    curve: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Tuning:
    """All weights that the configured models have."""

    question_set: str
    questions: int
    weights: tuple[Tuned, ...]

    @property
    def settings(self) -> dict[str, float]:
        """The settings that gain by another weight, with it."""
        return {one.setting: one.chosen for one in self.weights if one.chosen != one.current}

    def to_json(self) -> str:
        """Return everything as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def to_text(self) -> str:
        """Return the curves and what was chosen, in Chinese."""
        head = f"{self.question_set}：{self.questions} 道有答案的题。"
        return "\n\n".join([head, *map(_text, self.weights)])


def tune(
    question_set: QuestionSet, assistant: Assistant, *, progress: Progress | None = None
) -> Tuning:
    """Measure the weights of the assistant's models.

    Raises QuestionSetError when too few questions can be answered.
    """
    questions = [question for question in question_set.questions if question.answerable]
    if len(questions) < FEWEST:
        raise QuestionSetError(
            question_set.name,
            1,
            f"只有{len(questions)}道有答案的题",
            accepted=f"测定权重至少要有{FEWEST}道有答案的题",
            advice="请补充题目；接口 GET /api/v1/feedback/export 可把评价导出为题集",
        )
    index, settings = assistant.index, assistant.settings
    if settings.dense_weight is None:
        settings = settings.model_copy(update={"dense_weight": index.encoder.dense_weight})
    tuned: list[Tuned] = []
    for setting in _stages(assistant):
        stage = _Stage(index, settings, setting, assistant.reranker, assistant.reader)
        done = _measured(stage, questions, progress)
        settings = settings.model_copy(update={setting: done.chosen})
        tuned.append(done)
    return Tuning(question_set.name, len(questions), tuple(tuned))


def choose(
    setting: Weight, current: float, grid: Sequence[float], scores: Sequence[Sequence[Scores]]
) -> Tuned:
    """Choose from ``scores``: a row a question, in it the two measures at each weight of ``grid``.

    Of equals the weight nearest to ``current`` is chosen.
    """
    objective = [[fmean(pair) for pair in row] for row in scores]
    rank = sorted(range(len(grid)), key=lambda place: (abs(grid[place] - current), grid[place]))
    before = [row[rank[0]] for row in objective]
    held_out = list(before)
    for fold in range(FOLDS):
        others = [row for place, row in enumerate(objective) if place % FOLDS != fold]
        place = _best(others, rank)
        held_out[fold::FOLDS] = [row[place] for row in objective[fold::FOLDS]]
    gained = [after - was for after, was in zip(held_out, before, strict=True)]
    low, high = bootstrap(gained)
    columns = zip(grid, zip(*scores, strict=True), strict=True)
    curve = tuple(
        Point(weight, (fmean(one for one, _ in column), fmean(other for _, other in column)))
        for weight, column in columns
    )
    best = grid[_best(objective, rank)]
    chosen = best if sum(gained) > 0 else current
    return Tuned(setting, current, best, chosen, fmean(before), fmean(held_out), low, high, curve)


def _best(objective: Sequence[Sequence[float]], rank: Sequence[int]) -> int:
    """The place in the grid of the best mean; of equals the first in ``rank``."""
    means = [fmean(column) for column in zip(*objective, strict=True)]
    return max(rank, key=lambda place: round(means[place], 9))


def _stages(assistant: Assistant) -> Iterator[Weight]:
    yield "dense_weight"
    if assistant.reranker is not None:
        yield "rerank_weight"
    if assistant.reader is not None:
        yield "reader_weight"


class _Stage:
    """An assistant for each weight of one setting's grid; models read the same thing once."""

    def __init__(
        self,
        index: Index,
        settings: Settings,
        setting: Weight,
        reranker: Reranker | None,
        reader: Reader | None,
    ) -> None:
        self.setting = setting
        self.current = float(getattr(settings, setting))
        self.grid = tuple(sorted({*GRIDS[setting], self.current}))
        self._reranker = _Remembered(reranker) if reranker and setting != "dense_weight" else None
        self._reader = _RememberedReader(reader) if reader and setting == "reader_weight" else None
        self._assistants = [
            Assistant(
                index,
                settings.model_copy(update={setting: weight}),
                reranker=self._reranker,
                reader=self._reader,
            )
            for weight in self.grid
        ]

    def scores(self, question: Question) -> list[Scores]:
        """The two measures of one question at each weight."""
        for model in (self._reranker, self._reader):
            if model is not None:
                model.forget()
        judged = self._judged if self.setting == "reader_weight" else self._found
        return [judged(question, assistant) for assistant in self._assistants]

    def _found(self, question: Question, assistant: Assistant) -> Scores:
        if self.setting == "dense_weight":
            query = assistant.understand(question.text, question.history)
            hits = assistant.retrieve(query)[:DEPTH]
        else:
            found = assistant.search(question.text, question.history, top_k=DEPTH)
            hits = list(found.hits)
        texts = [hit.passage.text for hit in hits]
        all_needed = needs_all(question.type, question.answer, question.gold)
        return (
            recall(texts[:5], question.gold, all_needed=all_needed),
            reciprocal_rank(texts, question.gold, depth=DEPTH),
        )

    def _judged(self, question: Question, assistant: Assistant) -> Scores:
        scores = judge(question, ask(question, assistant))
        first, second = MEASURES[self.setting]
        return scores[first], scores[second]


class _Remembered:
    """A reranker that is asked the same only once."""

    def __init__(self, reranker: Reranker) -> None:
        self.name = reranker.name
        self._reranker = reranker
        self._said: dict[tuple[str, ...], list[float]] = {}

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        key = (question, *texts)
        if key not in self._said:
            self._said[key] = self._reranker.score(question, texts)
        return self._said[key]

    def forget(self) -> None:
        self._said.clear()


class _RememberedReader:
    """A reader that is asked the same only once."""

    def __init__(self, reader: Reader) -> None:
        self.name = reader.name
        self._reader = reader
        self._read: dict[tuple[str, ...], list[Reading | None]] = {}

    def read(self, question: str, texts: Sequence[str]) -> list[Reading | None]:
        key = (question, *texts)
        if key not in self._read:
            self._read[key] = self._reader.read(question, texts)
        return self._read[key]

    def forget(self) -> None:
        self._read.clear()


def _measured(stage: _Stage, questions: Sequence[Question], progress: Progress | None) -> Tuned:
    """Score all questions, in an order that has nothing to do with what they ask."""
    mixed = sorted(questions, key=lambda one: hashlib.sha256(one.id.encode("utf-8")).digest())
    scores = []
    for done, question in enumerate(mixed, start=1):
        scores.append(stage.scores(question))
        if progress:
            progress(done, len(mixed), question.id)
    return choose(stage.setting, stage.current, stage.grid, scores)


def _text(one: Tuned) -> str:
    names = [METRIC_NAMES[metric] for metric in MEASURES[one.setting]]
    rows = [[_label(one, point), *(f"{mean:.4f}" for mean in point.means)] for point in one.curve]
    gained = one.held_out - one.before
    lines = [
        f"{NAMES[one.setting]}（{one.setting}）",
        plain_table(["权重", *names], rows),
        f"选定 {one.chosen:g}（原为 {one.current:g}）。"
        f"在未参与挑选的题上，两项的平均 {one.before:.4f} → {one.held_out:.4f}，"
        f"差 {gained:+.4f}（95%区间 {one.low:+.4f} 至 {one.high:+.4f}）。",
    ]
    if one.low <= 0 <= one.high:
        lines.append("区间含0：这些题分不出优劣。")
    if one.chosen != one.best:
        lines.append("没有改进，保留原值。")
    return "\n".join(lines)


def _label(one: Tuned, point: Point) -> str:
    marks = {"最高": one.best, "选定": one.chosen, "原值": one.current}
    told = "、".join(mark for mark, weight in marks.items() if weight == point.weight)
    return f"{point.weight:g}（{told}）" if told else f"{point.weight:g}"
