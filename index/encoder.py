"""Encoders: text → unit vectors.

Holds the ``Encoder`` protocol, the adapter to sentence-transformers and ``HashEncoder`` for tests.
Tables of word vectors, the packaged model among them, are read by ``index/static.py`` instead.
Storing and searching the vectors is ``index/dense.py``'s; how much they count beside the lexical
scores is decided in ``rag/``, from the ``dense_weight`` recorded with each model.

sentence-transformers is imported when a model is loaded, never with this module: it takes seconds.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from logging import ERROR
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from corpus.errors import ModelUnavailable
from corpus.fold import squeeze

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from index.static import StaticEncoder

Vectors = npt.NDArray[np.float32]

EMBEDDED = "embedded"
EMBEDDED_FOLDER = Path(__file__).with_name("models") / EMBEDDED
SETTINGS_FILE = "cewen.json"
DEFAULT_DENSE_WEIGHT = 0.3
"""Share of the dense score for a model nobody has measured: enough to order near ties."""

HUB_NAME = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?")
HUB_TIMEOUT_S = 3.0
WEIGHTS = ("*.safetensors", "*.bin", "*.json", "*.txt", "*.model")
NOT_WEIGHTS = (SETTINGS_FILE, "config_sentence_transformers.json")
"""Written by us and by the library's version: they may differ where the vectors do not."""


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their similarity.

    ``name`` is what the manifest records: two encoders of one name give the same vectors.
    """

    @property
    def name(self) -> str:
        """The name the index manifest records."""

    @property
    def dimensions(self) -> int:
        """Length of each vector."""

    @property
    def dense_weight(self) -> float:
        """What its standardised scores count beside the lexical ones, in [0, 1]; measured."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return shape ``(len(texts), dimensions)``, rows of unit length (zero: no known term)."""


def load_encoder(name: str = EMBEDDED) -> SentenceTransformerEncoder | StaticEncoder:
    """Load an encoder: ``embedded``, a folder, or a name on the model hub.

    A hub name is looked for in the local cache first, then on the hub unless ``HF_HUB_OFFLINE`` is
    set. Raises ModelUnavailable, within seconds when there is no network.
    """
    if name == EMBEDDED:
        return _load_folder(EMBEDDED_FOLDER, EMBEDDED, device="cpu")
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _load_folder(folder, folder.resolve().name)
    if HUB_NAME.fullmatch(name):
        return _load_from_hub(name)
    raise _unavailable(name, "没有这个文件夹")


class SentenceTransformerEncoder:
    """A loaded sentence-transformers model. Use ``load_encoder`` to get one."""

    def __init__(
        self,
        model: SentenceTransformer,
        *,
        name: str,
        dense_weight: float = DEFAULT_DENSE_WEIGHT,
        batch_size: int = 64,
    ) -> None:
        self.name = name
        self.dense_weight = dense_weight
        self.dimensions = int(model.get_embedding_dimension() or 0)
        self._model = model
        self._batch_size = batch_size

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return shape ``(len(texts), dimensions)``; blank texts give zero, whatever the model."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=self._batch_size, show_progress_bar=False
        )
        blank = [not text.strip() for text in texts]
        return unit_rows(np.where(np.array(blank)[:, None], 0, vectors))


class HashEncoder:
    """Counts of character bigrams hashed into a few places: for tests, needs no model.

    Shared wording makes vectors similar and nothing else does. Width, case and spaces do not count.
    """

    def __init__(self, dimensions: int = 64) -> None:
        self.name = f"hash:{dimensions}"
        self.dimensions = dimensions
        self.dense_weight = DEFAULT_DENSE_WEIGHT

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return shape ``(len(texts), dimensions)``; a text of one character counts as a bigram."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for bigram in _bigrams(text):
                vectors[row, zlib.crc32(bigram.encode()) % self.dimensions] += 1
        return unit_rows(vectors)


def _bigrams(text: str) -> list[str]:
    """'ＡＢ c' → ['ab', 'bc']; '甲' → ['甲']."""
    letters = squeeze(text)
    return [letters[i : i + 2] for i in range(len(letters) - 1)] or [letters] * bool(letters)


def unit_rows(vectors: npt.ArrayLike) -> Vectors:
    """Return float32 rows of unit length; zero rows stay zero."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return units


def _load_folder(
    folder: Path, label: str, *, device: str | None = None
) -> SentenceTransformerEncoder | StaticEncoder:
    """Load a folder; the name is the label with a checksum of what determines the vectors."""
    from index.static import load_static

    name, weight = f"{label}:{_checksum(folder)}", _dense_weight(folder)
    try:
        if static := load_static(folder, name=name, dense_weight=weight):
            return static
        model = _sentence_transformer(str(folder), device=device, local_files_only=True)
    except Exception as error:  # safetensors and tokenizers raise bare Exceptions for bad files
        raise _unavailable(str(folder), f"文件夹里读不出模型（{_brief(error)}）") from error
    return SentenceTransformerEncoder(model, name=name, dense_weight=weight)


def _load_from_hub(name: str) -> SentenceTransformerEncoder:
    """Load from the local cache, else from the hub; the name carries the hub's commit."""
    try:
        model = _sentence_transformer(name, local_files_only=True)
        revision = _cached_revision(name)
    except (OSError, ValueError):
        revision = _ask_hub(name)
        model = _download(name, revision)
    return SentenceTransformerEncoder(model, name=f"{name}@{revision[:12]}")


def _cached_revision(name: str) -> str:
    """Return the commit of the cached copy: the folder its files lie in."""
    from huggingface_hub import try_to_load_from_cache

    for file in ("modules.json", "config.json"):
        found = try_to_load_from_cache(name, file)
        if isinstance(found, str):
            return Path(found).parent.name
    return "main"


def _ask_hub(name: str) -> str:
    """Return the commit of a hub model by one short request: loading would retry for a minute."""
    from huggingface_hub import HfApi
    from huggingface_hub.constants import is_offline_mode
    from huggingface_hub.errors import HfHubHTTPError, HTTPError  # type: ignore[attr-defined]

    if is_offline_mode():
        raise _unavailable(name, "本机没有这个模型，且已设为离线（HF_HUB_OFFLINE）")
    try:
        return HfApi().model_info(name, timeout=HUB_TIMEOUT_S).sha or "main"
    except HfHubHTTPError as error:
        raise _unavailable(name, "本机没有这个模型，模型站点上也没有或不准取用") from error
    except (OSError, ValueError, HTTPError) as error:
        raise _unavailable(name, "本机没有这个模型，也连不上模型站点") from error


def _download(name: str, revision: str) -> SentenceTransformer:
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]

    try:
        return _sentence_transformer(name, revision=revision)
    except (OSError, ValueError, HTTPError) as error:
        raise _unavailable(name, f"从模型站点取来的文件读不出模型（{_brief(error)}）") from error


def _unavailable(name: str, met: str) -> ModelUnavailable:
    return ModelUnavailable(
        name,
        met,
        accepted="可用的是随软件附带的 embedded，或本机上的 sentence-transformers 模型文件夹",
        advice="请把模型文件夹拷到本机并用 --encoder 文件夹 指定，或改用 --encoder embedded",
    )


def _brief(error: Exception) -> str:
    """Return the first line of an error's text, or its kind."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def _checksum(folder: Path) -> str:
    """Return the first 12 hex digits of a SHA-256 over weights, tokenizer and configuration."""
    digest = hashlib.sha256()
    files = {file for pattern in WEIGHTS for file in folder.rglob(pattern)}
    for file in sorted(file for file in files if file.name not in NOT_WEIGHTS):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
        with file.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()[:12]


def _dense_weight(folder: Path) -> float:
    """Return the weight recorded with the model, else the default."""
    file = folder / SETTINGS_FILE
    if not file.is_file():
        return DEFAULT_DENSE_WEIGHT
    try:
        weight = float(json.loads(file.read_text(encoding="utf-8"))["dense_weight"])
    except (ValueError, KeyError, TypeError) as error:
        raise _unavailable(str(folder), f"{SETTINGS_FILE} 里没有 0 到 1 的 dense_weight") from error
    if not 0 <= weight <= 1:
        raise _unavailable(str(folder), f"{SETTINGS_FILE} 里的 dense_weight 不在 0 到 1 之间")
    return weight


def _sentence_transformer(
    name: str,
    *,
    device: str | None = None,
    revision: str | None = None,
    local_files_only: bool = False,
) -> SentenceTransformer:
    """Load a model without the bars and notes transformers prints while loading."""
    from sentence_transformers import SentenceTransformer

    with _quiet():
        return SentenceTransformer(
            name, device=device, revision=revision, local_files_only=local_files_only
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Turn off transformers' progress bars and notes while a model loads."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(ERROR)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
