"""What pretraining and fine-tuning share: device, precision, optimiser, schedule, clock."""

from __future__ import annotations

import math
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import torch


def device() -> torch.device:
    """Return the accelerator where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def precision(where: torch.device) -> AbstractContextManager[object]:
    """Return bf16 autocast on an accelerator, nothing on a processor."""
    if where.type == "cuda":
        return torch.autocast("cuda", dtype=torch.bfloat16)
    return nullcontext()


def make_optimizer(model: torch.nn.Module, rate: float, where: torch.device) -> torch.optim.AdamW:
    """Return AdamW (Loshchilov and Hutter 2019); vectors and embeddings do not decay."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=where.type == "cuda")


def rate_at(step: int, steps: int, highest: float, warmup: float) -> float:
    """Return the learning rate of a step, counted from 0: a line up, then half a cosine down to 0.

    >>> [round(rate_at(step, 10, 1.0, 0.2), 3) for step in (0, 1, 2, 6, 10)]
    [0.5, 1.0, 1.0, 0.5, 0.0]
    """
    rising = max(1, round(steps * warmup))
    if step < rising:
        return highest * (step + 1) / rising
    done = min(1.0, (step - rising) / max(1, steps - rising))
    return highest * 0.5 * (1 + math.cos(math.pi * done))


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Give every group the learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def descend(model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Take a step along gradients of length at most 1, and forget them."""
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


@dataclass
class Clock:
    """Seconds since it was made."""

    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """Seconds gone by."""
        return time.perf_counter() - self.started
