"""Fitting the networks: listwise for sentences, by cross-entropy for answerability.

Sentences: the probability a softmax over all sentences read gives to those that are evidence is
made large (ListNet, Cao et al. 2007, with the evidence as one set), the complete ones first.
Adam with decoupled weight decay (Loshchilov and Hutter 2019), dropout on the signs' units, the rate
falling to nothing. The same examples, seed and versions give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from rag.network import CLIP, Network

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is fitted; ``rate`` is the highest learning rate, ``decay`` per step."""

    units: int = 16
    members: int = 3
    epochs: int = 16
    batch: int = 32
    rate: float = 2e-3
    decay: float = 1e-2
    dropout: float = 0.2


SENTENCES = Recipe(units=32, members=2, epochs=24, dropout=0.3)
ANSWERABLE = Recipe(units=12, members=3, epochs=24, batch=64, rate=1e-3, decay=0.1, dropout=0.3)

WARM_UP = 50
"""Steps in which the rate rises."""
SOFT_SHARE = 0.3
"""Share of the loss that tells complete evidence from partial."""
GAINS = (0.0, 1.0, 2.0, 4.0)
"""What a sentence of each grade is worth beside others of its question."""


class _Member(torch.nn.Module):
    def __init__(self, signs: int, recipe: Recipe) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(signs, 1)
        self.hidden = torch.nn.Linear(signs, recipe.units)
        self.out = torch.nn.Linear(recipe.units, 1, bias=False)
        self.dropout = torch.nn.Dropout(recipe.dropout)

    def forward(self, signs: torch.Tensor) -> torch.Tensor:
        units = self.dropout(torch.relu(self.hidden(signs)))
        scores: torch.Tensor = (self.linear(signs) + self.out(units)).squeeze(-1)
        return scores


def fit_lists(
    columns: Sequence[str],
    tables: Sequence[Matrix],
    grades: Sequence[npt.NDArray[np.int8]],
    *,
    recipe: Recipe = SENTENCES,
    seed: int = 1,
) -> Network:
    """Fit a network that ranks the rows of each table by grade.

    Tables without evidence teach nothing.
    """
    kept = [i for i, grade in enumerate(grades) if grade.max(initial=0) > 0]
    mean, scale = _standard(np.concatenate([tables[i] for i in kept]))
    rows = [_standardised(tables[i], mean, scale) for i in kept]
    gains = torch.tensor(GAINS)
    worth = [gains[torch.from_numpy(grades[i].astype(np.int64))] for i in kept]

    def loss(member: _Member, chosen: npt.NDArray[np.int64]) -> torch.Tensor:
        signs = torch.nn.utils.rnn.pad_sequence([rows[i] for i in chosen], batch_first=True)
        gain = torch.nn.utils.rnn.pad_sequence([worth[i] for i in chosen], batch_first=True)
        lengths = torch.tensor([len(rows[i]) for i in chosen])
        absent = torch.arange(signs.shape[1])[None] >= lengths[:, None]
        shares = torch.log_softmax(member(signs).masked_fill(absent, -1e4), dim=-1)
        soft = -(gain / gain.sum(-1, keepdim=True) * shares).sum(-1).mean()
        found = -torch.logsumexp(shares.masked_fill(gain == 0, -1e4), dim=-1).mean()
        return SOFT_SHARE * soft + (1 - SOFT_SHARE) * found

    members = _fit(len(columns), len(kept), loss, recipe, seed)
    return _network(columns, mean, scale, members)


def fit_labels(
    columns: Sequence[str],
    rows: Matrix,
    labels: npt.NDArray[np.bool_],
    weights: Matrix,
    *,
    recipe: Recipe = ANSWERABLE,
    seed: int = 1,
) -> Network:
    """Fit a network whose score is the logit of the label's probability."""
    mean, scale = _standard(rows)
    signs = _standardised(rows, mean, scale)
    target = torch.from_numpy(labels.astype(np.float32))
    weight = torch.from_numpy(weights.astype(np.float32))

    def loss(member: _Member, chosen: npt.NDArray[np.int64]) -> torch.Tensor:
        each = torch.nn.functional.binary_cross_entropy_with_logits(
            member(signs[chosen]), target[chosen], reduction="none"
        )
        return (each * weight[chosen]).sum() / weight[chosen].sum().clamp(min=1e-6)

    members = _fit(len(columns), len(rows), loss, recipe, seed)
    return _network(columns, mean, scale, members)


@dataclass(frozen=True, slots=True)
class _Rate:
    """The share of the highest rate at a step: rises for a while, then falls to nothing."""

    steps: int

    def __call__(self, step: int) -> float:
        return min(1.0, (step + 1) / WARM_UP) * (1 - step / self.steps)


def _fit(
    signs: int,
    count: int,
    loss: Callable[[_Member, npt.NDArray[np.int64]], torch.Tensor],
    recipe: Recipe,
    seed: int,
) -> list[_Member]:
    torch.set_num_threads(1)  # small batches: more threads only wait for each other
    members = []
    for number in range(recipe.members):
        torch.manual_seed(seed * 1000 + number)
        rng = np.random.default_rng(seed * 1000 + number)
        member = _Member(signs, recipe)
        optimizer = torch.optim.AdamW(
            member.parameters(), lr=recipe.rate, weight_decay=recipe.decay
        )
        steps = recipe.epochs * -(-count // recipe.batch)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _Rate(steps))
        for _ in range(recipe.epochs):
            order = rng.permutation(count)
            for start in range(0, count, recipe.batch):
                value = loss(member, order[start : start + recipe.batch])
                optimizer.zero_grad()
                value.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
        members.append(member.eval())
    return members


def _standard(rows: Matrix) -> tuple[Matrix, Matrix]:
    """Mean and deviation of each sign; 1 for one that never changes."""
    deviation = rows.std(axis=0)
    return rows.mean(axis=0), np.where(deviation > 1e-6, deviation, 1.0).astype(np.float32)


def _standardised(rows: Matrix, mean: Matrix, scale: Matrix) -> torch.Tensor:
    return torch.from_numpy(np.clip((rows - mean) / scale, -CLIP, CLIP).astype(np.float32))


def _network(
    columns: Sequence[str], mean: Matrix, scale: Matrix, members: Sequence[_Member]
) -> Network:
    def stack(pick: Callable[[_Member], torch.Tensor]) -> Matrix:
        return np.stack([pick(member).detach().numpy() for member in members]).astype(np.float32)

    return Network(
        columns=tuple(columns),
        mean=mean.astype(np.float32),
        scale=scale,
        linear=stack(lambda member: member.linear.weight[0]),
        bias=stack(lambda member: member.linear.bias[0]),
        hidden=stack(lambda member: member.hidden.weight.T),
        hidden_bias=stack(lambda member: member.hidden.bias),
        out=stack(lambda member: member.out.weight[0]),
    )
