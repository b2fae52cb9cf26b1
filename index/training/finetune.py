"""Fine-tuning on the questions outside the fold held out, and its evaluation.

Writes a checkpoint with the encoder and all heads, and ``report.json`` with the losses and the
figures on the fold held out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from .batches import collate, generator
from .checkpoint import load_checkpoint, save_checkpoint
from .config import SHAPES, FinetuneOptions, Task
from .evaluate import Evaluation, Report
from .examples import Pairs, Reading, draw, lists, question_pairs, readings, text_pairs
from .heads import Heads, contrastive_loss, listwise_loss, span_loss
from .optimising import Clock, descend, device, make_optimizer, precision, rate_at, set_rate
from .pack import Question, read_pack


def parts_of(task: Task) -> tuple[Task, ...]:
    """Return the losses that a task adds up."""
    return ("embed", "rerank", "read", "answerable") if task == "joint" else (task,)


def load_heads(folder: Path, *, trained: bool = False) -> tuple[Heads, dict[str, object]]:
    """Return the model of a checkpoint of pretraining or fine-tuning, and the checkpoint's state.

    Heads (and the pooler) that it does not hold start at random; with ``trained`` that is an error.
    """
    state, weights, _ = load_checkpoint(folder)
    model = Heads(SHAPES[state["shape"]], int(str(state["vocabulary"])))  # type: ignore[index]
    wanted = model.state_dict()
    held = {name: value for name, value in weights.items() if name in wanted}
    missing = [name for name in wanted if name not in held]
    if any(name.startswith("bert.") and "pooler" not in name for name in missing) or (
        trained and missing
    ):
        raise ValueError(f"{folder} lacks {missing[:3]}")
    model.load_state_dict(held, strict=False)
    return model, state


class Finetuning:
    """One run."""

    def __init__(self, options: FinetuneOptions) -> None:
        self.options = options
        self.where = device()
        self.pack = read_pack(options.pack)
        torch.manual_seed(options.seed)
        model, self.state = load_heads(options.encoder)
        self.model = model.to(self.where)
        kept = [one for one in self.pack.questions if one.fold != options.held_out_fold]
        self.held_out = [one for one in self.pack.questions if one.fold == options.held_out_fold]
        self.questions = kept
        self.answerable = [one for one in kept if one.answerable]
        self.unanswerable = [one for one in kept if not one.answerable]
        self.losses: list[dict[str, float]] = []

    def run(self) -> Report:
        """Train, write, evaluate."""
        self._train()
        self._save()
        found: Report = {"losses": self.losses, "steps": len(self.losses)}
        if self.options.held_out_fold >= 0:
            questions = self.held_out[: self.options.evaluate or None]
            evaluation = Evaluation(self.model, self.pack, self.options.length)
            found["held_out"] = evaluation.report(self.options.task, questions)
            print(json.dumps(found["held_out"], indent=1), flush=True)
        text = json.dumps(found, indent=1)
        (self.options.out / "report.json").write_text(text, encoding="utf-8")
        return found

    def _train(self) -> None:
        options = self.options
        self.model.train()
        optimizer = make_optimizer(self.model, options.rate, self.where)
        clock = Clock()
        pair_steps = options.pair_steps if "embed" in parts_of(options.task) else 0
        total = pair_steps + options.steps
        for step in range(total):
            set_rate(optimizer, rate_at(step, total, options.rate, options.warmup))
            parts: Sequence[str] = ("pairs",) if step < pair_steps else parts_of(options.task)
            losses = {}
            for number, part in enumerate(parts):
                torch.manual_seed(options.seed * 1_000_003 + step * 7 + number)  # dropout
                loss = self._loss(part, step, number)
                loss.backward()  # type: ignore[no-untyped-call]
                losses[part] = loss.item()
            descend(self.model, optimizer)
            self.losses.append(losses)
            if (step + 1) % 50 == 0 or step + 1 == total:
                print(f"step {step + 1}/{total} {losses} {clock.seconds:.0f} s", flush=True)
            if clock.seconds > options.seconds:
                print("out of time", flush=True)
                break

    def _loss(self, part: str, step: int, number: int) -> torch.Tensor:
        calls: dict[str, Callable[[int, int], torch.Tensor]] = {
            "pairs": self._text_pairs,
            "embed": self._embed,
            "rerank": self._rerank,
            "read": self._read,
            "answerable": self._answerable,
        }
        with precision(self.where):
            return calls[part](step, number)

    def _text_pairs(self, step: int, number: int) -> torch.Tensor:
        rng = generator(self.options.seed, step, number)
        return self._contrast(text_pairs(self.pack, rng, self.options.pairs, self.options.length))

    def _embed(self, step: int, number: int) -> torch.Tensor:
        rng = generator(self.options.seed, step, number)
        chosen = draw(self.answerable, rng, self.options.questions)
        return self._contrast(question_pairs(self.pack, chosen, rng, self.options.length))

    def _contrast(self, pairs: Pairs) -> torch.Tensor:
        queries = self.model.embed(collate(pairs.queries, self.where))
        passages = self.model.embed(collate(pairs.rows, self.where))
        wrong = torch.from_numpy(pairs.wrong()).to(self.where)
        return contrastive_loss(queries, passages, wrong)

    def _rerank(self, step: int, number: int) -> torch.Tensor:
        options = self.options
        rng = generator(options.seed, step, number)
        chosen = draw(self.answerable, rng, options.questions)
        rows, sizes = lists(self.pack, chosen, rng, options.listed, options.length)
        return listwise_loss(self.model.ranked(collate(rows, self.where)), sizes)

    def _read(self, step: int, number: int) -> torch.Tensor:
        found = self._readings(step, number)
        starts, ends, _ = self.model.read_all(collate([one.row for one in found], self.where))
        return span_loss(starts, ends, [one.spans for one in found])

    def _answerable(self, step: int, number: int) -> torch.Tensor:
        found = self._readings(step, number)
        _, _, scores = self.model.read_all(collate([one.row for one in found], self.where))
        labels = torch.tensor([float(one.answered) for one in found], device=self.where)
        return torch.nn.functional.binary_cross_entropy_with_logits(scores, labels)

    def _readings(self, step: int, number: int) -> list[Reading]:
        """Draw two questions with an answer for one without."""
        rng = generator(self.options.seed, step, number)
        count = self.options.questions
        without = count // 3 if self.unanswerable else 0
        chosen: list[Question] = draw(self.answerable, rng, count - without)
        chosen += draw(self.unanswerable, rng, without) if without else []
        return readings(self.pack, chosen, rng, self.options.length)

    def _save(self) -> None:
        options = self.options
        state = {
            "kind": "finetune",
            "shape": self.state["shape"],
            "vocabulary": self.state["vocabulary"],
            "task": options.task,
            "held_out_fold": options.held_out_fold,
            "steps": len(self.losses),
            "pretrained": self.state.get("progress", self.state.get("pretrained")),
        }
        save_checkpoint(options.out, state, self.model, compact=options.compact)


def finetune(options: FinetuneOptions) -> Report:
    """Run one fine-tuning."""
    return Finetuning(options).run()
