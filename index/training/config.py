"""Sizes of models and the options of each step, with the reasons for their defaults.

A BERT (Devlin et al. 2019) without next-sentence prediction (Liu et al. 2019): plain enough for
every runtime. Options are dataclasses; ``cli`` makes a command-line option of each field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from transformers import BertConfig

ShapeName = Literal["tiny", "mini", "small", "medium", "large"]
Task = Literal["embed", "rerank", "read", "answerable", "joint"]
TASKS: tuple[Task, ...] = ("embed", "rerank", "read", "answerable", "joint")

SHARD_BYTES = 16 * 2**20
PACK_BYTES = 64 * 2**20
POSITIONS = 512


@dataclass(frozen=True, slots=True)
class Shape:
    """Depth and width of an encoder; a head is 32 or 64 wide."""

    layers: int
    width: int
    heads: int


SHAPES: dict[ShapeName, Shape] = {
    "tiny": Shape(2, 32, 2),
    "mini": Shape(4, 192, 6),
    "small": Shape(4, 384, 6),
    "medium": Shape(6, 384, 6),
    "large": Shape(6, 512, 8),
}


def bert_config(shape: Shape, vocabulary: int, *, dropout: float = 0.1) -> BertConfig:
    """Return the transformers configuration; ids 0-4 are the special tokens of ``vocabulary``."""
    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=4 * shape.width,
        max_position_embeddings=POSITIONS,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        pad_token_id=0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainOptions:
    """How to pretrain; the same options, pack and machine give the same weights."""

    pack: Path
    out: Path
    shape: ShapeName = "medium"
    steps: int = field(default=0, metadata={"help": "of the whole schedule; 0: fill --seconds"})
    seconds: float = field(default=540.0, metadata={"help": "then write and stop"})
    checkpoint_seconds: float = field(default=120.0, metadata={"help": "between checkpoints"})
    batch: int = field(default=128, metadata={"help": "sequences a forward pass"})
    accumulate: int = field(default=1, metadata={"help": "forward passes a step"})
    length: int = field(default=256, metadata={"help": "tokens of a sequence"})
    masked: float = field(
        default=0.3, metadata={"help": "share of words; above 0.15: Wettig et al. 2023"}
    )
    rate: float = field(default=7e-4, metadata={"help": "highest learning rate"})
    warmup: float = field(default=0.06, metadata={"help": "share of the steps"})
    dropout: float = 0.1
    seed: int = 1
    compact: bool = field(
        default=False, metadata={"help": "keep bf16 weights alone: small, resumes inexactly"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneOptions:
    """How to fine-tune; fold ``held_out_fold`` is evaluated on and never trained on."""

    pack: Path
    encoder: Path = field(metadata={"help": "checkpoint of pretrain or of finetune"})
    out: Path
    task: Task
    held_out_fold: int = field(default=0, metadata={"help": "-1: train on every question"})
    steps: int = 600
    seconds: float = field(default=540.0, metadata={"help": "stop earlier when they are over"})
    pair_steps: int = field(
        default=0, metadata={"help": "first: sentence or heading and its passage (embed, joint)"}
    )
    pairs: int = field(default=64, metadata={"help": "of a text with its passage, a step"})
    questions: int = field(default=16, metadata={"help": "a step and task"})
    listed: int = field(default=8, metadata={"help": "candidates of a question, the right one in"})
    length: int = field(default=384, metadata={"help": "tokens of a question with a passage"})
    rate: float = 1e-4
    warmup: float = 0.1
    seed: int = 1
    evaluate: int = field(default=0, metadata={"help": "at most so many questions; 0: all"})
    compact: bool = field(default=False, metadata={"help": "write bf16 weights"})
