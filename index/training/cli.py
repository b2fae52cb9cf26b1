"""The command line: ``pack``, ``pretrain``, ``finetune``, ``export``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import torch

from .config import FinetuneOptions, PretrainOptions


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says."""
    options = parser().parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    call = {"pack": _pack, "pretrain": _pretrain, "finetune": _finetune, "export": _export}
    call[options.command](options)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    made = argparse.ArgumentParser(prog="python -m index.training", description=__doc__)
    made.add_argument("--threads", type=int, default=0, help="of the processor; 0: torch's choice")
    commands = made.add_subparsers(dest="command", required=True)
    pack = commands.add_parser("pack", help="make the training data")
    pack.add_argument("--laws", type=Path, help="JSON lines of title and body, packed by xz")
    pack.add_argument("--documents", type=Path, required=True, help="tar beside manifest.jsonl")
    pack.add_argument("--questions", type=Path, nargs="*", default=[], help="question sets")
    pack.add_argument("--words", type=int, default=16_000, help="size of the vocabulary")
    pack.add_argument("--out", type=Path, required=True)
    add_fields(commands.add_parser("pretrain", help="train the encoder"), PretrainOptions)
    add_fields(commands.add_parser("finetune", help="train a task"), FinetuneOptions)
    export = commands.add_parser("export", help="write folders that libraries load")
    export.add_argument("--checkpoint", type=Path, required=True, help="of finetune")
    export.add_argument("--pack", type=Path, required=True)
    export.add_argument("--out", type=Path, required=True)
    export.add_argument("--half", action="store_true", help="store fp16")
    return made


def add_fields(command: argparse.ArgumentParser, options: type[Any]) -> None:
    """Make an option of each field of a dataclass."""
    hints = get_type_hints(options)
    for one in fields(options):
        name, hint = f"--{one.name.replace('_', '-')}", hints[one.name]
        text = one.metadata.get("help", "")
        required = one.default is MISSING
        default = None if required else one.default
        if hint is bool:
            command.add_argument(name, action="store_true", help=text)
        elif choices := get_args(hint):
            command.add_argument(
                name, choices=choices, required=required, default=default, help=text
            )
        else:
            command.add_argument(name, type=hint, required=required, default=default, help=text)


def _chosen(options: argparse.Namespace, kind: type[Any]) -> Any:  # noqa: ANN401
    return kind(**{one.name: getattr(options, one.name) for one in fields(kind)})


def _pack(options: argparse.Namespace) -> None:
    from .packing import pack_files  # needs the product's packages, which train machines lack

    found = pack_files(
        options.laws, options.documents, options.questions, options.out, words=options.words
    )
    print(json.dumps(found, indent=1))


def _pretrain(options: argparse.Namespace) -> None:
    from .pretrain import pretrain

    pretrain(_chosen(options, PretrainOptions))


def _finetune(options: argparse.Namespace) -> None:
    from .finetune import finetune

    finetune(_chosen(options, FinetuneOptions))


def _export(options: argparse.Namespace) -> None:
    from .export import export

    print(json.dumps(export(options.checkpoint, options.pack, options.out, half=options.half)))
