"""Writes a fine-tuned checkpoint as folders that the usual libraries load.

``encoder`` for ``SentenceTransformer``, ``reranker`` and ``answerable`` for ``CrossEncoder``,
``reader`` for ``AutoModelForQuestionAnswering``; each with its tokenizer and a model card.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Tokenizer
from transformers import (
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertModel,
)

from .config import POSITIONS, SHAPES, bert_config
from .finetune import load_heads
from .vocabulary import save_tokenizer

Kind = Literal["encoder", "reranker", "reader", "answerable"]
KINDS: tuple[Kind, ...] = ("encoder", "reranker", "reader", "answerable")
TASK_KINDS: dict[str, tuple[Kind, ...]] = {
    "embed": ("encoder",),
    "rerank": ("reranker",),
    "read": ("reader",),
    "answerable": ("answerable",),
    "joint": KINDS,
}
LENGTH = 384

CARD = """---
language: zh
license: apache-2.0
---
# {kind}

A BERT of {layers} layers × {width}, {parameters:,} parameters, trained from scratch: no weights of
others are in it. Input: {reads}.

Data: laws and official documents, which are outside copyright (Copyright Law of the People's
Republic of China, art. 5), for the vocabulary and pretraining; questions written for this project,
for fine-tuning. No other text and no other question was used.

Fine-tuned for `{task}`, {steps} steps, questions of fold {fold} held out (-1: none).

| weights | bytes |
| --- | ---: |
| as stored ({stored}) | {size:,} |
| fp16 | {half:,} |
| int8 rows with fp32 scales, vectors fp32 | {eighth:,} |

Load: `{load}`.
"""
READS: dict[Kind, tuple[str, str]] = {
    "encoder": (
        "a question, or a passage below its title and headings, a part a line; unit vectors",
        "SentenceTransformer(folder)",
    ),
    "reranker": (
        "a question and a passage below its title and headings, or one sentence of it; one logit",
        "CrossEncoder(folder)",
    ),
    "reader": (
        "a question and a passage below its title and headings; `[CLS]` is no answer",
        "AutoModelForQuestionAnswering.from_pretrained(folder)",
    ),
    "answerable": (
        "a question and a passage below its title and headings; one logit: answers it",
        "CrossEncoder(folder)",
    ),
}


def export(
    checkpoint: Path, pack: Path, out: Path, *, kinds: Sequence[Kind] = (), half: bool = False
) -> dict[str, int]:
    """Write a folder for each kind below ``out``, and return their bytes of weights.

    ``kinds``: all that the checkpoint's task trained. ``half`` stores fp16.
    """
    model, state = load_heads(checkpoint, trained=True)
    config = bert_config(SHAPES[state["shape"]], int(str(state["vocabulary"])))  # type: ignore[index]
    tokenizer = Tokenizer.from_file(str(pack / "tokenizer.json"))
    writers: dict[Kind, Callable[..., Any]] = {
        "encoder": _encoder,
        "reranker": _classifier("rank"),
        "answerable": _classifier("answer"),
        "reader": _reader,
    }
    sizes: dict[str, int] = {}
    for kind in kinds or TASK_KINDS[str(state["task"])]:
        folder = out / kind
        folder.mkdir(parents=True, exist_ok=True)
        made = writers[kind](config, model.state_dict()).eval()
        made = made.half() if half else made
        made.save_pretrained(str(folder))
        save_tokenizer(tokenizer, folder, positions=POSITIONS)
        if kind == "encoder":
            _as_sentence_transformer(folder)
        for file in folder.glob("*.safetensors"):
            file.chmod(0o644)  # safetensors writes for the owner alone
        sizes[kind] = sum(p.numel() * p.element_size() for p in made.parameters())
        _card(folder, kind, made, state, config)
    return sizes


def _encoder(config: BertConfig, weights: dict[str, torch.Tensor]) -> BertModel:
    made = BertModel(config, add_pooling_layer=False)
    _fill(made, {k.removeprefix("bert."): v for k, v in weights.items() if k.startswith("bert.")})
    return made


def _classifier(head: str) -> Callable[..., BertForSequenceClassification]:
    def make(config: BertConfig, weights: dict[str, torch.Tensor]) -> BertForSequenceClassification:
        config.num_labels = 1
        made = BertForSequenceClassification(config)
        _fill(made, _renamed(weights, head, "classifier"))
        return made

    return make


def _reader(config: BertConfig, weights: dict[str, torch.Tensor]) -> BertForQuestionAnswering:
    config.num_labels = 2
    made = BertForQuestionAnswering(config)
    _fill(made, _renamed(weights, "read", "qa_outputs"))
    return made


def _renamed(weights: dict[str, torch.Tensor], head: str, name: str) -> dict[str, torch.Tensor]:
    kept = {k: v for k, v in weights.items() if k.startswith("bert.")}
    return kept | {f"{name}.{part}": weights[f"{head}.{part}"] for part in ("weight", "bias")}


def _fill(made: torch.nn.Module, weights: dict[str, torch.Tensor]) -> None:
    """Load all that the model has; it must miss nothing."""
    wanted = made.state_dict()
    made.load_state_dict({name: weights[name] for name in wanted})


def _as_sentence_transformer(folder: Path) -> None:
    """Add the pooling that training used to a plain encoder."""
    transformer = Transformer(str(folder), max_seq_length=LENGTH)
    width = json.loads((folder / "config.json").read_text(encoding="utf-8"))["hidden_size"]
    modules = [transformer, Pooling(width, pooling_mode="mean"), Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder), create_model_card=False)


def _card(
    folder: Path, kind: Kind, made: torch.nn.Module, state: dict[str, object], config: BertConfig
) -> None:
    parameters = list(made.parameters())
    count = sum(p.numel() for p in parameters)
    rows = sum(p.numel() + 4 * len(p) for p in parameters if p.ndim > 1)
    reads, load = READS[kind]
    text = CARD.format(
        kind=kind,
        layers=config.num_hidden_layers,
        width=config.hidden_size,
        parameters=count,
        reads=reads,
        load=load,
        task=state["task"],
        steps=state["steps"],
        fold=state["held_out_fold"],
        stored=str(parameters[0].dtype).removeprefix("torch."),
        size=sum(p.numel() * p.element_size() for p in parameters),
        half=2 * count,
        eighth=rows + 4 * sum(p.numel() for p in parameters if p.ndim <= 1),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
