"""Pretraining: a masked language model over the packed texts (Devlin et al. 2019).

Sequences are full windows of the stream of texts; the output layer is computed at the masked places
alone. A call ends after ``seconds`` with a checkpoint, and the next call with the same folder goes
on: every draw depends on seed and step alone, so that on a processor pieces give the very weights
of one run (on an accelerator as nearly as its kernels repeat themselves).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from transformers import BertForMaskedLM

from .batches import generator, mask_words, windows
from .checkpoint import load_checkpoint, restore, save_checkpoint
from .config import SHAPES, PretrainOptions, bert_config
from .optimising import Clock, descend, device, make_optimizer, precision, rate_at, set_rate
from .pack import Ids, read_pack

MEASURED = (5, 20)
"""Steps between which the speed is measured to fill the time."""
REWARMED = 50
"""Steps over which the rate rises again after a compact checkpoint: the moments are lost."""


@dataclass
class Progress:
    """Where a run stands; kept in ``state.json``."""

    step: int = 0
    steps: int = 0
    tokens: int = 0
    seconds: float = 0.0
    losses: list[tuple[int, float]] = field(default_factory=list)
    resumed_compact_at: int = -REWARMED


def steps_left(marks: Mapping[int, float], seconds: float) -> int:
    """Return how many steps fit the rest of ``seconds``, 3 % kept free for writing.

    ``marks`` are the seconds gone by after each step.

    >>> steps_left({5: 1.0, 20: 16.0}, 116.0)
    97
    """
    first, last = MEASURED
    pace = (marks[last] - marks[first]) / (last - first)
    return max(0, int((seconds - marks[last]) * 0.97 / pace))


class Pretraining:
    """One call's work on a run: made fresh, or from the checkpoint in the folder."""

    def __init__(self, options: PretrainOptions) -> None:
        self.options = options
        self.where = device()
        pack = read_pack(options.pack)
        self.stream: Ids = pack.stream
        self.vocabulary = pack.tokenizer.get_vocab_size()
        torch.manual_seed(options.seed)
        config = bert_config(SHAPES[options.shape], self.vocabulary, dropout=options.dropout)
        self.model: Any = BertForMaskedLM(config).to(self.where)  # type: ignore[arg-type]
        self.model.train()
        self.optimizer = make_optimizer(self.model, options.rate, self.where)
        self.progress = Progress(steps=options.steps)
        self.clock = Clock()
        if (options.out / "state.json").exists():
            self._resume()

    def _resume(self) -> None:
        state, weights, moments = load_checkpoint(self.options.out)
        self.model.load_state_dict(weights)
        self.progress = Progress(**state["progress"])  # type: ignore[arg-type]
        if state["compact"]:
            self.progress.resumed_compact_at = self.progress.step
        else:
            restore(self.model, self.optimizer, moments)

    def run(self) -> Progress:
        """Train until the schedule or the time ends; write the checkpoint."""
        before, kept = self.progress.seconds, 0.0
        marks: dict[int, float] = {}
        done_before = self.progress.step
        while not self.progress.steps or self.progress.step < self.progress.steps:
            self.progress.losses.append((self.progress.step, self._step()))
            self.progress.step += 1
            self._log()
            now = self.clock.seconds
            self.progress.seconds = before + now
            marks[self.progress.step - done_before] = now
            if not self.progress.steps and MEASURED[1] in marks:
                self.progress.steps = self.progress.step + steps_left(marks, self.options.seconds)
            if now > self.options.seconds:
                break
            if now - kept > self.options.checkpoint_seconds:
                self._save()
                kept = now
        self._save()
        return self.progress

    def _step(self) -> float:
        options, progress = self.options, self.progress
        steps = progress.steps or 10 * MEASURED[1]
        rate = rate_at(progress.step, steps, options.rate, options.warmup)
        since = progress.step - progress.resumed_compact_at
        if since < REWARMED:
            rate *= (since + 1) / REWARMED
        set_rate(self.optimizer, rate)
        total = torch.zeros((), device=self.where)
        for part in range(options.accumulate):
            rng = generator(options.seed, progress.step, part)
            rows = windows(self.stream, rng, options.batch, options.length)
            ids, labels = mask_words(rows, rng, options.masked, self.vocabulary)
            torch.manual_seed(int(rng.integers(2**31)))  # dropout
            loss = self._loss(ids, labels) / options.accumulate
            loss.backward()  # type: ignore[no-untyped-call]
            total += loss.detach()
            progress.tokens += rows.size
        descend(self.model, self.optimizer)
        return total.item()

    def _loss(self, ids: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> torch.Tensor:
        asked = torch.from_numpy(np.flatnonzero(labels >= 0)).to(self.where)
        wanted = torch.from_numpy(labels[labels >= 0]).to(self.where)
        with precision(self.where):
            hidden = self.model.bert(torch.from_numpy(ids).to(self.where)).last_hidden_state
            scores = self.model.cls(hidden.flatten(0, 1)[asked])
        return torch.nn.functional.cross_entropy(scores.float(), wanted)

    def _log(self) -> None:
        step = self.progress.step
        if step % 50 == 0 or step == self.progress.steps:
            recent = [loss for _, loss in self.progress.losses[-50:]]
            print(
                f"step {step}/{self.progress.steps} loss {sum(recent) / len(recent):.4f} "
                f"{self.progress.tokens} tokens {self.clock.seconds:.0f} s",
                flush=True,
            )

    def _save(self) -> None:
        options = self.options
        state = {
            "kind": "pretrain",
            "shape": options.shape,
            "vocabulary": self.vocabulary,
            "options": json.loads(json.dumps(vars_of(options), default=str)),
            "progress": vars(self.progress),
        }
        save_checkpoint(options.out, state, self.model, self.optimizer, compact=options.compact)


def vars_of(options: PretrainOptions) -> dict[str, object]:
    """Return the options by name."""
    return {name: getattr(options, name) for name in options.__dataclass_fields__}


def pretrain(options: PretrainOptions) -> Progress:
    """Run one piece of pretraining."""
    return Pretraining(options).run()
