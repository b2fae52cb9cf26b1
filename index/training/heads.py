"""The encoder with a head for each task, and the loss of each.

One model for every task, so that one may be trained alone or all jointly. Its parts are named as
transformers names them, so that ``export`` only sorts them:

- embed: unit mean of the token vectors; softmax over the batch (Henderson et al. 2017);
- rank: one score from the pooled ``[CLS]``; listwise softmax (Cao et al. 2007);
- read: a start and an end score a token, ``[CLS]`` for none (Devlin et al. 2019); where several
  spans are right, their probabilities add up (Clark and Gardner 2018);
- answerable: one score from the pooled ``[CLS]``; binary cross-entropy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from transformers import BertModel

from .batches import Batch
from .config import Shape, bert_config

SCALE = 20.0
"""What cosines are multiplied by before the softmax."""
_NEVER = -1e4
Spans = Sequence[tuple[int, int]]


class Heads(nn.Module):
    """A BERT with pooler and four heads."""

    def __init__(self, shape: Shape, vocabulary: int) -> None:
        super().__init__()
        config = bert_config(shape, vocabulary)
        self.bert: Any = BertModel(config)
        self.rank = nn.Linear(shape.width, 1)
        self.answer = nn.Linear(shape.width, 1)
        self.read = nn.Linear(shape.width, 2)
        self.dropout = nn.Dropout(0.1)

    def states(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Return token vectors (rows, longest, width) and pooled vectors (rows, width)."""
        found = self.bert(
            input_ids=batch.ids, token_type_ids=batch.types, attention_mask=batch.mask
        )
        return found.last_hidden_state, found.pooler_output

    def embed(self, batch: Batch) -> torch.Tensor:
        """Return unit vectors, shape (rows, width)."""
        hidden, _ = self.states(batch)
        mask = batch.mask.unsqueeze(-1).float()
        mean = (hidden.float() * mask).sum(1) / mask.sum(1)
        return nn.functional.normalize(mean, dim=-1)

    def ranked(self, batch: Batch) -> torch.Tensor:
        """Return a score a row."""
        _, pooled = self.states(batch)
        scores: torch.Tensor = self.rank(self.dropout(pooled)).squeeze(-1)
        return scores.float()

    def read_all(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return start and end scores (rows, longest), and an answerability score a row.

        Only ``[CLS]`` and the tokens of the second text can be answers.
        """
        hidden, pooled = self.states(batch)
        scores = self.read(hidden).float()
        allowed = (batch.types == 1) & (batch.mask == 1)
        allowed[:, 0] = True
        scores = scores.masked_fill(~allowed.unsqueeze(-1), _NEVER)
        return scores[..., 0], scores[..., 1], self.answer(self.dropout(pooled)).squeeze(-1).float()


def contrastive_loss(
    queries: torch.Tensor, passages: torch.Tensor, wrong: torch.Tensor
) -> torch.Tensor:
    """Return the loss of unit vectors; the passage of query i is passage i.

    ``wrong[i, j]`` is False where passage j must not count against query i: it answers it too.
    """
    with torch.autocast(queries.device.type, enabled=False):  # bf16 is too coarse for cosines
        scores = (queries @ passages.T * SCALE).masked_fill(~wrong, _NEVER)
    return nn.functional.cross_entropy(scores, torch.arange(len(queries), device=queries.device))


def listwise_loss(scores: torch.Tensor, sizes: Sequence[int]) -> torch.Tensor:
    """Return the mean loss over lists; the first of each list is the right one."""
    lists = torch.split(scores, list(sizes))
    return torch.stack([torch.logsumexp(one, 0) - one[0] for one in lists]).mean()


def span_loss(
    starts: torch.Tensor, ends: torch.Tensor, spans: Sequence[Spans | None]
) -> torch.Tensor:
    """Return the mean loss over rows: spans are half-open, none is ``[CLS]``, None is not asked."""
    losses = []
    for row, right in enumerate(spans):
        if right is None:
            continue
        first = [start for start, _ in right] or [0]
        last = [end - 1 for _, end in right] or [0]
        for scores, places in ((starts[row], first), (ends[row], last)):
            losses.append(torch.logsumexp(scores, 0) - torch.logsumexp(scores[places], 0))
    return torch.stack(losses).mean() if losses else starts.sum() * 0
