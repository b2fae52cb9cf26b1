"""A small feed-forward network over named signs: what is learned, read from a file.

``score = v·x + c + W₂·relu(W₁·x + b₁)`` over standardised signs, the mean of several such networks
trained from other random beginnings. It is a few thousand numbers, so numpy evaluates it in
microseconds and the file can be read without running anything that it holds. Trained by
``eval/training``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from corpus.errors import ModelUnavailable

Matrix = npt.NDArray[np.float32]

MODELS = Path(__file__).with_name("models")
"""The folder of the networks that come with the package."""
CLIP = 6.0
"""Standard deviations beyond which a sign says no more."""
ARRAYS = ("columns", "mean", "scale", "linear", "bias", "hidden", "hidden_bias", "out")


@dataclass(frozen=True, slots=True)
class Network:
    """``columns`` name the signs; members are stacked along the first axis of the other arrays.

    Shapes for m members, n signs, h units: ``mean``, ``scale`` (n,), ``linear`` (m, n), ``bias``
    (m,), ``hidden`` (m, n, h), ``hidden_bias`` (m, h), ``out`` (m, h).
    """

    columns: tuple[str, ...]
    mean: Matrix
    scale: Matrix
    linear: Matrix
    bias: Matrix
    hidden: Matrix
    hidden_bias: Matrix
    out: Matrix

    @classmethod
    def load(cls, path: Path, columns: Sequence[str]) -> Network:
        """Read a network made for ``columns``; ``ModelUnavailable`` for anything else."""
        try:
            with path.open("rb") as file:
                stored = np.load(file, allow_pickle=False)
                arrays = {name: stored[name] for name in ARRAYS}
        except (OSError, ValueError, KeyError, IndexError, EOFError, BadZipFile) as error:
            raise _unusable(path, f"读不出来（{error}）") from error
        found = tuple(map(str, arrays.pop("columns")))
        if found != tuple(columns):
            raise _unusable(path, "是为另一个版本的软件训练的")
        return cls(found, **{name: value.astype(np.float32) for name, value in arrays.items()})

    def save(self, path: Path) -> None:
        """Write the file ``load`` reads."""
        arrays = {name: np.asarray(getattr(self, name)) for name in ARRAYS}
        np.savez_compressed(path, allow_pickle=False, **arrays)

    def scores(self, values: Matrix) -> Matrix:
        """Shape ``(rows,)`` for ``(rows, signs)``: higher is better, comparable within a table."""
        standard = np.clip((values - self.mean) / self.scale, -CLIP, CLIP)
        units = np.maximum(standard @ self.hidden + self.hidden_bias[:, None], 0.0)
        each = (
            self.linear @ standard.T + self.bias[:, None] + np.einsum("mrh,mh->mr", units, self.out)
        )
        scores: Matrix = each.mean(axis=0)
        return scores


def _unusable(path: Path, met: str) -> ModelUnavailable:
    return ModelUnavailable(
        path.name,
        met,
        accepted="可用的是随本软件同一版本安装的排序模型",
        advice="请重新安装本软件（pip install --force-reinstall cewen）",
    )
