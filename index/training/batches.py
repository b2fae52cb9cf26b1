"""Token ids → batches: masked texts for pretraining; questions with passages for fine-tuning.

Whole words are masked (Cui et al. 2021), 8 in 10 by ``[MASK]``, 1 by random tokens, 1 left as they
are (Devlin et al. 2019). Every draw comes from a generator of the seed and the number of the step,
so a run that was stopped goes on as if it had not been.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from .pack import CONTINUES, Ids, Pack
from .vocabulary import CLS, MASK, PAD, SEP, SPECIAL

Long = npt.NDArray[np.int64]
LONGEST_QUESTION = 64


def generator(seed: int, *numbers: int) -> np.random.Generator:
    """Return the generator of a step: the same for the same numbers."""
    return np.random.default_rng([seed, *numbers])


# --- pretraining -----------------------------------------------------------------------------


def windows(stream: Ids, rng: np.random.Generator, count: int, length: int) -> Ids:
    """Return shape ``(count, length)``: ``[CLS]``, a stretch from anywhere, ``[SEP]``."""
    inner = length - 2
    if len(stream) < inner:
        stream = np.tile(stream, -(-inner // len(stream)))
    starts = rng.integers(0, len(stream) - inner + 1, size=count)
    rows = np.empty((count, length), dtype=np.uint16)
    rows[:, 0], rows[:, -1] = CLS, SEP
    rows[:, 1:-1] = stream[starts[:, None] + np.arange(inner)]
    return rows


def words_of(rows: Ids) -> Long:
    """Return the number of each token's word in its row, counted from 0.

    >>> words_of(np.array([[2, 9, 9 | 0x8000, 7, 3]], dtype=np.uint16)).tolist()
    [[0, 1, 1, 2, 3]]
    """
    begins = (rows & CONTINUES) == 0
    begins[:, 0] = True
    return np.cumsum(begins, axis=1) - 1


def mask_words(
    rows: Ids, rng: np.random.Generator, share: float, vocabulary: int
) -> tuple[Long, Long]:
    """Return masked ids and labels, -100 where nothing is asked; special tokens stay.

    A word is chosen with probability ``share``, all its tokens together, and treated alike.
    """
    ids = (rows & ~CONTINUES).astype(np.int64)
    words = words_of(rows)
    drawn = np.take_along_axis(rng.random(rows.shape), words, axis=1)
    treated = np.take_along_axis(rng.random(rows.shape), words, axis=1)
    asked = (drawn < share) & (ids >= len(SPECIAL))
    labels = np.where(asked, ids, -100)
    random = rng.integers(len(SPECIAL), vocabulary, size=rows.shape)
    masked = np.where(asked & (treated < 0.8), MASK, ids)
    return np.where(asked & (treated >= 0.8) & (treated < 0.9), random, masked), labels


# --- questions with passages -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One sequence. ``body`` is where the passage's own tokens begin in it (0: there are none)."""

    ids: Ids
    types: Ids
    body: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Sequences as tensors of shape (rows, longest); ``bodies`` and ``lengths`` one a row."""

    ids: torch.Tensor
    types: torch.Tensor
    mask: torch.Tensor
    bodies: tuple[int, ...]
    lengths: tuple[int, ...]


def single(ids: Ids, length: int) -> Row:
    """Return a text by itself: ``[CLS] text [SEP]``."""
    row = np.concatenate([[CLS], ids[: length - 2], [SEP]]).astype(np.uint16)
    return Row(row, np.zeros(len(row), dtype=np.uint16))


def passage_row(pack: Pack, passage: int, length: int) -> Row:
    """Return a passage with what stands above it: what the product's encoder reads."""
    return single(np.concatenate([pack.context(passage), pack.body(passage)]), length)


def pair(
    pack: Pack, question: Ids, passage: int, length: int, span: tuple[int, int] | None = None
) -> Row:
    """Return ``[CLS] question [SEP] context body [SEP]``; of the body only ``span`` if given.

    The question is cut at ``LONGEST_QUESTION``; of the rest the end is cut.
    """
    context, body = pack.context(passage), pack.body(passage)
    if span is not None:
        body = body[span[0] : span[1]]
    first = np.concatenate([[CLS], question[:LONGEST_QUESTION], [SEP]])
    second = np.concatenate([context, body])[: length - len(first) - 1]
    ids = np.concatenate([first, second, [SEP]]).astype(np.uint16)
    types = (np.arange(len(ids)) >= len(first)).astype(np.uint16)
    return Row(ids, types, len(first) + len(context))


def collate(rows: Sequence[Row], device: torch.device) -> Batch:
    """Pad rows to the longest."""
    lengths = tuple(len(row.ids) for row in rows)
    ids = np.full((len(rows), max(lengths)), PAD, dtype=np.int64)
    types = np.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : lengths[number]] = row.ids
        types[number, : lengths[number]] = row.types
    mask = np.arange(ids.shape[1])[None, :] < np.array(lengths)[:, None]
    return Batch(
        torch.from_numpy(ids).to(device),
        torch.from_numpy(types).to(device),
        torch.from_numpy(mask.astype(np.int64)).to(device),
        bodies=tuple(row.body for row in rows),
        lengths=lengths,
    )
