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
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from logging import ERROR
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from corpus.errors import ModelUnavailable
from corpus.fold import squeeze
from index.prompts import Prompts, prompts_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from index.static import StaticEncoder

Vectors = npt.NDArray[np.float32]
Model = TypeVar("Model")

EMBEDDED = "embedded"
EMBEDDED_FOLDER = Path(__file__).with_name("models") / EMBEDDED
SETTINGS_FILE = "cewen.json"
BATCH_SIZE = 64
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
    def source(self) -> str:
        """What the setting ``encoder`` has to be to load it."""

    @property
    def dimensions(self) -> int:
        """Length of each vector."""

    @property
    def dense_weight(self) -> float:
        """What its standardised scores count beside the lexical ones, in [0, 1]; measured."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return shape ``(len(texts), dimensions)``, rows of unit length (zero: no known term).

        For passages; all rows have one length, so inner product, cosine and Euclidean distance
        put them in the same order, and there is no metric to choose.
        """

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the same for questions: many models want an instruction before them."""


def load_encoder(
    name: str = EMBEDDED, *, query_prompt: str | None = None, batch_size: int = BATCH_SIZE
) -> SentenceTransformerEncoder | StaticEncoder:
    """Load an encoder: ``embedded``, a folder, or a name on the model hub.

    A hub name is looked for in the local cache first, then on the hub unless ``HF_HUB_OFFLINE`` is
    set. ``query_prompt``: what is put before questions; None: what ``index.prompts`` finds.
    Raises ModelUnavailable, within seconds when there is no network.
    """
    folder = EMBEDDED_FOLDER if name == EMBEDDED else Path(name).expanduser()
    if folder.is_dir():
        return _load_folder(name, folder, query_prompt=query_prompt, batch_size=batch_size)
    if not HUB_NAME.fullmatch(name):
        raise _unavailable(name, "没有这个文件夹")
    model, revision = load_from_hub(name, _sentence_transformer, _unavailable)
    prompts = _prompts(name, model, query_prompt)
    return SentenceTransformerEncoder(
        model,
        name=prompts.mark(f"{name}@{revision[:12]}"),
        source=name,
        prompts=prompts,
        batch_size=batch_size,
    )


class SentenceTransformerEncoder:
    """A loaded sentence-transformers model. Use ``load_encoder`` to get one."""

    def __init__(
        self,
        model: SentenceTransformer,
        *,
        name: str,
        source: str = "",
        dense_weight: float = DEFAULT_DENSE_WEIGHT,
        prompts: Prompts = Prompts(),  # noqa: B008
        batch_size: int = BATCH_SIZE,
    ) -> None:
        self.name = name
        self.source = source or name
        self.dense_weight = dense_weight
        self.prompts = prompts
        self.dimensions = int(model.get_embedding_dimension() or 0)
        self._model = model
        self._batch_size = batch_size
        self._lock = threading.Lock()  # its tokenizer is not for several threads

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return shape ``(len(texts), dimensions)``; blank texts give zero, whatever the model."""
        return self._encode(texts, self.prompts.passage)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the same with the questions' prompt before each text."""
        return self._encode(texts, self.prompts.query)

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        with self._lock:
            vectors = self._model.encode(
                list(texts), prompt=prompt, batch_size=self._batch_size, show_progress_bar=False
            )
        blank = [not text.strip() for text in texts]
        return unit_rows(np.where(np.array(blank)[:, None], 0, vectors))


class HashEncoder:
    """Counts of character bigrams hashed into a few places: for tests, needs no model.

    Shared wording makes vectors similar and nothing else does. Width, case and spaces do not count.
    """

    def __init__(self, dimensions: int = 64) -> None:
        self.name = self.source = f"hash:{dimensions}"
        self.dimensions = dimensions
        self.dense_weight = DEFAULT_DENSE_WEIGHT

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return shape ``(len(texts), dimensions)``; a text of one character counts as a bigram."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for bigram in _bigrams(text):
                vectors[row, zlib.crc32(bigram.encode()) % self.dimensions] += 1
        return unit_rows(vectors)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the same: nothing is put before questions."""
        return self.encode(texts)


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
    given: str, folder: Path, *, query_prompt: str | None, batch_size: int
) -> SentenceTransformerEncoder | StaticEncoder:
    """Load a folder; the name is its own with a checksum of what determines the vectors."""
    from index.static import load_static

    label = EMBEDDED if given == EMBEDDED else folder.resolve().name
    name, weight = f"{label}:{_checksum(folder)}", _dense_weight(folder)
    source = EMBEDDED if given == EMBEDDED else str(folder)
    prompt = query_prompt or ""
    try:
        if static := load_static(
            folder, name=name, source=source, dense_weight=weight, query_prompt=prompt
        ):
            return static
        device = "cpu" if given == EMBEDDED else None
        model = _sentence_transformer(str(folder), device=device, local_files_only=True)
    except Exception as error:  # safetensors and tokenizers raise bare Exceptions for bad files
        raise _unavailable(str(folder), f"文件夹里读不出模型（{brief(error)}）") from error
    prompts = _prompts(label, model, query_prompt)
    return SentenceTransformerEncoder(
        model,
        name=prompts.mark(name),
        source=source,
        dense_weight=weight,
        prompts=prompts,
        batch_size=batch_size,
    )


def _prompts(name: str, model: SentenceTransformer, query: str | None) -> Prompts:
    return prompts_of(name, model.prompts, model.default_prompt_name, query=query)


def load_model(
    name: str, load: Callable[..., Model], unavailable: Callable[[str, str], ModelUnavailable]
) -> Model:
    """Load a model of any kind, from a folder or by its name on the hub.

    ``load`` is given the name or folder, ``local_files_only`` and ``revision`` (None: any);
    ``unavailable`` makes the error of the name and what was met.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        try:
            with quiet():
                return load(str(folder), local_files_only=True, revision=None)
        except ModelUnavailable:
            raise
        except Exception as error:  # as for encoders
            raise unavailable(name, f"文件夹里读不出模型（{brief(error)}）") from error
    if not HUB_NAME.fullmatch(name):
        raise unavailable(name, "没有这个文件夹")
    return load_from_hub(name, load, unavailable)[0]


def load_from_hub(
    name: str, load: Callable[..., Model], unavailable: Callable[[str, str], ModelUnavailable]
) -> tuple[Model, str]:
    """Load from the local cache, else from the hub, as ``load_model``; with the hub's commit."""
    try:
        with quiet():
            return load(name, local_files_only=True, revision=None), _cached_revision(name)
    except (OSError, ValueError):
        revision = _ask_hub(name, unavailable)
        with quiet():
            return _download(name, revision, load, unavailable), revision


def _cached_revision(name: str) -> str:
    """Return the commit of the cached copy: the folder its files lie in."""
    from huggingface_hub import try_to_load_from_cache

    for file in ("modules.json", "config.json"):
        found = try_to_load_from_cache(name, file)
        if isinstance(found, str):
            return Path(found).parent.name
    return "main"


def _ask_hub(name: str, unavailable: Callable[[str, str], ModelUnavailable]) -> str:
    """Return the commit of a hub model by one short request: loading would retry for a minute."""
    from huggingface_hub import HfApi
    from huggingface_hub.constants import is_offline_mode
    from huggingface_hub.errors import HfHubHTTPError, HTTPError  # type: ignore[attr-defined]

    if is_offline_mode():
        raise unavailable(name, "本机没有这个模型，且已设为离线（HF_HUB_OFFLINE）")
    try:
        return HfApi().model_info(name, timeout=HUB_TIMEOUT_S).sha or "main"
    except HfHubHTTPError as error:
        raise unavailable(name, "本机没有这个模型，模型站点上也没有或不准取用") from error
    except (OSError, ValueError, HTTPError) as error:
        raise unavailable(name, "本机没有这个模型，也连不上模型站点") from error


def _download(
    name: str,
    revision: str,
    load: Callable[..., Model],
    unavailable: Callable[[str, str], ModelUnavailable],
) -> Model:
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]

    try:
        return load(name, local_files_only=False, revision=revision)
    except (OSError, ValueError, HTTPError) as error:
        raise unavailable(name, f"从模型站点取来的文件读不出模型（{brief(error)}）") from error


def _unavailable(name: str, met: str) -> ModelUnavailable:
    return ModelUnavailable(
        name,
        met,
        accepted="可用的是随软件附带的 embedded，或本机上的 sentence-transformers 模型文件夹",
        advice="请把模型文件夹拷到本机并用 --encoder 文件夹 指定，或改用 --encoder embedded",
    )


def brief(error: Exception) -> str:
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

    with quiet():
        return SentenceTransformer(
            name, device=device, revision=revision, local_files_only=local_files_only
        )


@contextmanager
def quiet() -> Iterator[None]:
    """Turn off transformers' progress bars and notes while a model loads.

    And for good the hub library's telemetry, which asks the network even for models that are here.
    """
    from huggingface_hub import constants
    from transformers.utils import logging

    constants.HF_HUB_DISABLE_TELEMETRY = True
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(ERROR)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
