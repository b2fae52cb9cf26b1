"""Readers: a question and a passage → the span of the passage that answers.

Holds the ``Reader`` protocol and the adapter to transformers' extractive question answering models.
What a span is worth to a sentence is decided in ``rag/spans.py``.

transformers is imported when a model is loaded, never with this module: it takes seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from corpus.errors import ModelUnavailable
from index.encoder import load_model
from rag.rerank import BATCH_SIZE, LENGTH, fitting_length

LONGEST_ANSWER = 64
"""Most tokens of a span: a clause, not a paragraph."""
QUESTION_SHARE = 2
"""A question may fill this part of what is read at once, the passage gets the rest."""
OVERLAP = 4
"""Windows over a long passage share this part of their room for it."""

Logits = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reading:
    """The best span of a passage: ``[start, end)`` in its text, never empty.

    ``score`` and ``no_answer`` are sums of two logits, comparable within one call: the higher one
    is what the model believes, that the span answers or that nothing in the passage does.
    """

    start: int
    end: int
    score: float
    no_answer: float

    @property
    def margin(self) -> float:
        """By how much the span leads."""
        return self.score - self.no_answer


class Reader(Protocol):
    """Finds the span of a passage that answers a question."""

    @property
    def name(self) -> str:
        """What the setting ``reader`` has to be to load it."""

    def read(self, question: str, texts: Sequence[str]) -> list[Reading | None]:
        """Return the best span of each text; None for a text without anything to read."""


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of a text as the model reads it; ``offsets`` are in the text, None outside of it."""

    text: int
    offsets: tuple[tuple[int, int] | None, ...]
    null: int


def load_reader(name: str, *, length: int = LENGTH, batch_size: int = BATCH_SIZE) -> SpanReader:
    """Load a model for extractive question answering: a folder, or a name on the model hub.

    ``length``: the most tokens of question and text read at once; less where the model cannot read
    more. Raises ModelUnavailable, also for a tokenizer that does not tell offsets.
    """
    model, tokenizer = load_model(name, _model_and_tokenizer, _unavailable)
    if not tokenizer.is_fast:
        raise _unavailable(name, "它的分词器不给出文字的位置")
    fitting = fitting_length(model.config, tokenizer, length)
    return SpanReader(model, tokenizer, name=name, length=fitting, batch_size=batch_size)


class SpanReader:
    """A loaded model for extractive question answering. Use ``load_reader`` to get one.

    Start and end logits as in Devlin et al., "BERT" (NAACL 2019), section 4.3; the answer that
    there is none is the sum at the first token, over the windows of a passage the least.
    """

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - of any architecture
        tokenizer: Any,  # noqa: ANN401
        *,
        name: str,
        length: int = LENGTH,
        batch_size: int = BATCH_SIZE,
    ) -> None:
        self.name = name
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._length = length
        self._batch_size = batch_size
        self._lock = threading.Lock()  # its tokenizer is not for several threads

    def read(self, question: str, texts: Sequence[str]) -> list[Reading | None]:
        """Return the best span of each text; None for a text without anything to read."""
        best: list[Reading | None] = [None] * len(texts)
        written = [place for place, text in enumerate(texts) if text.strip()]
        if not written:
            return best
        with self._lock:
            found = self._windows(question, [texts[place] for place in written])
        for window, start, end in found:
            place = written[window.text]
            reading = _best_span(window, start, end, texts[place])
            best[place] = _better(best[place], reading)
        return best

    def _windows(self, question: str, texts: Sequence[str]) -> list[tuple[_Window, Logits, Logits]]:
        """Read all windows over all texts; returns each with its start and end logits."""
        import torch

        room = self._length // QUESTION_SHARE
        short = self._shortened(question, room)
        encoded = self._tokenizer(
            [short] * len(texts),
            list(texts),
            truncation="only_second",
            max_length=self._length,
            stride=(self._length - room) // OVERLAP,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        inputs = {key: encoded[key] for key in self._tokenizer.model_input_names if key in encoded}
        windows = [self._window(encoded, row) for row in range(len(encoded["input_ids"]))]
        found: list[tuple[_Window, Logits, Logits]] = []
        for first in range(0, len(windows), self._batch_size):
            part = slice(first, first + self._batch_size)
            batch = self._tokenizer.pad(
                {key: rows[part] for key, rows in inputs.items()}, return_tensors="pt"
            ).to(self._model.device)
            with torch.inference_mode():
                output = self._model(**batch)
            starts = output.start_logits.double().cpu().numpy()
            ends = output.end_logits.double().cpu().numpy()
            found += zip(windows[part], starts, ends, strict=True)
        return found

    def _shortened(self, question: str, room: int) -> str:
        """The question, without what does not fit beside a passage."""
        encoded = self._tokenizer(
            question, add_special_tokens=False, return_offsets_mapping=True, truncation=False,
            verbose=False,
        )  # fmt: skip
        offsets = encoded["offset_mapping"][
            : room - self._tokenizer.num_special_tokens_to_add(True)
        ]
        return question[: offsets[-1][1]] if offsets else question

    def _window(self, encoded: Any, row: int) -> _Window:  # noqa: ANN401 - a BatchEncoding
        parts = encoded.sequence_ids(row)
        offsets = tuple(
            (int(start), int(end)) if part == 1 and end > start else None
            for part, (start, end) in zip(parts, encoded["offset_mapping"][row], strict=True)
        )
        ids, first = encoded["input_ids"][row], self._tokenizer.cls_token_id
        null = ids.index(first) if first in ids else 0
        return _Window(encoded["overflow_to_sample_mapping"][row], offsets, null)


def _best_span(window: _Window, start: Logits, end: Logits, text: str) -> Reading | None:
    """The span of the highest sum, at most ``LONGEST_ANSWER`` tokens; None without any token."""
    inside = [place for place, offset in enumerate(window.offsets) if offset is not None]
    if not inside:
        return None
    pairs = start[inside][:, None] + end[inside][None, :]
    allowed = np.triu(np.ones_like(pairs)) - np.triu(np.ones_like(pairs), LONGEST_ANSWER)
    pairs = np.where(allowed > 0, pairs, -np.inf)
    first, last = np.unravel_index(int(pairs.argmax()), pairs.shape)
    opening, closing = window.offsets[inside[int(first)]], window.offsets[inside[int(last)]]
    assert opening is not None and closing is not None
    span = _trimmed(text, opening[0], closing[1])
    if span is None:
        return None
    null = float(start[window.null] + end[window.null])
    return Reading(*span, score=float(pairs[first, last]), no_answer=null)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without blanks at its ends: some tokenizers count the blank before a word to it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _better(one: Reading | None, other: Reading | None) -> Reading | None:
    """The better span of two windows of a text; no answer is believed as far as both do."""
    if one is None or other is None:
        return one or other
    best = one if one.score >= other.score else other
    return Reading(best.start, best.end, best.score, min(one.no_answer, other.no_answer))


def _model_and_tokenizer(
    name: str, *, local_files_only: bool, revision: str | None
) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    where = {"local_files_only": local_files_only, "revision": revision or "main"}
    tokenizer = AutoTokenizer.from_pretrained(name, **where)
    model, report = AutoModelForQuestionAnswering.from_pretrained(
        name, output_loading_info=True, **where
    )
    if report["missing_keys"]:
        raise _unavailable(name, "它不是抽取式问答模型，缺少选取起止位置的权重")
    return model.to("cuda" if torch.cuda.is_available() else "cpu"), tokenizer


def _unavailable(name: str, met: str) -> ModelUnavailable:
    return ModelUnavailable(
        name,
        met,
        accepted="阅读模型可用本机上的抽取式问答模型文件夹，或模型站点上的名称",
        advice="请把模型文件夹拷到本机并写入设置项 reader（环境变量 CEWEN_READER），或去掉这项设置",
    )
