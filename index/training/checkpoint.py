"""Checkpoints: ``state.json`` and safetensors files under 16 MiB each.

An exact checkpoint holds fp32 weights and the optimiser's moments: a run goes on from it bit for
bit. A compact one holds bf16 weights alone, a sixth of the size; a run that goes on from it warms
up again. A tensor larger than a file is cut by rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from .config import SHARD_BYTES

_HEADER = 64 * 1024
"""Kept free in each file for the names."""

Tensors = dict[str, torch.Tensor]


def cut(name: str, tensor: torch.Tensor, limit: int) -> Iterable[tuple[str, torch.Tensor]]:
    """Yield the tensor in pieces of rows of at most ``limit`` bytes: ``name#0``, ``name#1``.

    >>> [n for n, _ in cut("w", torch.zeros(5, 4), 32)]
    ['w#0', 'w#1', 'w#2']
    """
    size = tensor.numel() * tensor.element_size()
    if size <= limit:
        yield name, tensor
        return
    rows = max(1, limit * len(tensor) // size)
    for number, first in enumerate(range(0, len(tensor), rows)):
        yield f"{name}#{number}", tensor[first : first + rows]


def save_shards(tensors: Mapping[str, torch.Tensor], folder: Path, *, limit: int) -> list[Path]:
    """Write files of at most ``limit`` bytes, filled in the order of the tensors."""
    room = limit - _HEADER if limit > 2 * _HEADER else limit // 2
    shards: list[Tensors] = [{}]
    used = 0
    for name, tensor in tensors.items():
        for part, piece in cut(name, tensor.detach().cpu(), room):
            size = piece.numel() * piece.element_size()
            if used + size > room:
                shards.append({})
                used = 0
            shards[-1][part] = piece.clone().contiguous()
            used += size
    files = [folder / f"weights-{number:03d}.safetensors" for number in range(len(shards))]
    for file, shard in zip(files, shards, strict=True):
        save_file(shard, str(file))
        if file.stat().st_size > limit:
            raise ValueError(f"{file} has {file.stat().st_size} bytes, more than {limit}")
    return files


def load_shards(folder: Path) -> Tensors:
    """Read all files of a folder and join the tensors that were cut."""
    pieces: dict[str, list[tuple[int, torch.Tensor]]] = {}
    for file in sorted(folder.glob("weights-*.safetensors")):
        for part, tensor in load_file(str(file)).items():
            name, _, number = part.partition("#")
            pieces.setdefault(name, []).append((int(number or 0), tensor))
    return {
        name: torch.cat([tensor for _, tensor in sorted(found, key=lambda one: one[0])])
        if len(found) > 1
        else found[0][1]
        for name, found in pieces.items()
    }


def save_checkpoint(
    folder: Path,
    state: Mapping[str, object],
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer | None = None,
    *,
    compact: bool = False,
    limit: int = SHARD_BYTES,
) -> None:
    """Write a checkpoint in place of the folder's; one that was interrupted is not left half."""
    fresh = folder.with_name(folder.name + ".new")
    fresh.mkdir(parents=True, exist_ok=True)
    for stale in fresh.iterdir():
        stale.unlink()
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    if compact:
        tensors = {name: value.to(torch.bfloat16) for name, value in tensors.items()}
    elif optimizer is not None:
        tensors |= moments(model, optimizer)
    save_shards(tensors, fresh, limit=limit)
    record = {**state, "compact": compact}
    (fresh / "state.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    if folder.exists():
        for stale in folder.iterdir():
            stale.unlink()
        folder.rmdir()
    fresh.rename(folder)


def load_checkpoint(folder: Path) -> tuple[dict[str, object], Tensors, Tensors]:
    """Return the state, the model's tensors in fp32, and the optimiser's (none: compact)."""
    state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    tensors = load_shards(folder)
    model = {
        name.removeprefix("model."): value.float()
        for name, value in tensors.items()
        if name.startswith("model.")
    }
    return state, model, {k: v for k, v in tensors.items() if not k.startswith("model.")}


def moments(model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> Tensors:
    """Return Adam's moments by the names of the parameters."""
    found: Tensors = {}
    for name, parameter in model.named_parameters():
        for key, value in optimizer.state.get(parameter, {}).items():
            found[f"{key}.{name}"] = value.reshape(1) if value.ndim == 0 else value
    return found


def restore(model: torch.nn.Module, optimizer: torch.optim.Optimizer, found: Tensors) -> None:
    """Give an optimiser the moments that ``moments`` took."""
    for name, parameter in model.named_parameters():
        if f"exp_avg.{name}" in found:
            step = found[f"step.{name}"].reshape(())
            fused = bool(optimizer.defaults.get("fused"))
            optimizer.state[parameter] = {
                "step": step.to(parameter.device) if fused else step,
                "exp_avg": found[f"exp_avg.{name}"].to(parameter.device),
                "exp_avg_sq": found[f"exp_avg_sq.{name}"].to(parameter.device),
            }
