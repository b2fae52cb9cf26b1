"""Static models without torch: a text is the mean of its words' vectors.

Reads the folders sentence-transformers writes for ``StaticEmbedding``, alone or with ``Normalize``,
by tokenizers, safetensors and numpy, and gives the vectors that library gives. Importing torch and
sentence-transformers takes seconds, this does not: a command answers at once.

Left to others: models that are more than a table, names and dense weights (``index.encoder``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from tokenizers import Tokenizer

from index.encoder import DEFAULT_DENSE_WEIGHT, Vectors, unit_rows
from index.prompts import Prompts

WordIds = npt.NDArray[np.int32]

_MODULES = (["StaticEmbedding"], ["StaticEmbedding", "Normalize"])
_WEIGHTS = "embedding.weight"
_FLOATS = {"F16", "F32", "F64"}
_TEXTS_AT_ONCE = 512  # enough to keep all cores busy with finding words


class StaticEncoder:
    """A table of word vectors with the tokenizer that finds the words. See ``load_static``."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        vectors: Vectors,
        *,
        name: str,
        source: str = "",
        dense_weight: float = DEFAULT_DENSE_WEIGHT,
        query_prompt: str = "",
    ) -> None:
        self.name = name
        self.source = source or name
        self.prompts = Prompts(query_prompt)
        self.dense_weight = dense_weight
        self.dimensions = int(vectors.shape[1])
        self.vectors = vectors
        """Shape ``(words, dimensions)``, as trained: a word's direction says what it is about, its
        length how much it counts in the mean. A row of zeros is a word that adds nothing."""
        self._tokenizer = tokenizer
        self._counts = np.linalg.norm(vectors, axis=1) > 0

    @cached_property
    def directions(self) -> Vectors:
        """``vectors`` with rows of unit length (zero: a word that adds nothing); made once.

        The inner product of two rows is how alike two words are used, in [-1, 1].
        """
        return unit_rows(self.vectors)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return shape ``(len(texts), dimensions)``; zero for a text without a known word."""
        parts = [
            self._encode(texts[start : start + _TEXTS_AT_ONCE])
            for start in range(0, len(texts), _TEXTS_AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimensions), dtype=np.float32)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the same with the questions' prompt before each text that is not blank."""
        prompt = self.prompts.query
        return self.encode([prompt + text if text.strip() else "" for text in texts])

    def word_ids(self, text: str) -> WordIds:
        """Return the words of ``text`` in order, as rows of ``vectors``; those of zeros left out.

        An unknown character is such a word. Words do not overlap; punctuation and, in Chinese,
        white space are none, so the numbers say nothing about offsets in the text.
        """
        return self.word_ids_of((text,))[0]

    def word_ids_of(self, texts: Iterable[str]) -> list[WordIds]:
        """Return ``word_ids`` of each text; many texts at once use all cores."""
        return [ids[self._counts[ids]] for ids in self._ids(list(texts))]

    def _encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, ids in enumerate(self._ids([text if text.strip() else "" for text in texts])):
            if len(ids):
                rows[row] = self.vectors.take(ids, axis=0).mean(axis=0)
        return unit_rows(rows)

    def _ids(self, texts: Sequence[str]) -> list[WordIds]:
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [np.array(encoding.ids, dtype=np.int32) for encoding in encodings]


def load_static(
    folder: Path, *, name: str, source: str = "", dense_weight: float, query_prompt: str = ""
) -> StaticEncoder | None:
    """Load a static model; None when the folder is of another kind, whole or not.

    Raises bare exceptions of safetensors and tokenizers when the weights or the tokenizer of a
    static model cannot be read.
    """
    if not _is_static(folder):
        return None
    with safe_open(folder / "model.safetensors", framework="np") as weights:
        if weights.keys() != [_WEIGHTS] or weights.get_slice(_WEIGHTS).get_dtype() not in _FLOATS:
            return None
        vectors = np.ascontiguousarray(weights.get_tensor(_WEIGHTS), dtype=np.float32)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    if tokenizer.get_vocab_size() > len(vectors):
        raise ValueError(f"{tokenizer.get_vocab_size()} words, {len(vectors)} vectors")
    return StaticEncoder(
        tokenizer,
        vectors,
        name=name,
        source=source,
        dense_weight=dense_weight,
        query_prompt=query_prompt,
    )


def _is_static(folder: Path) -> bool:
    """Whether the folder's modules are a table and nothing is put before the texts."""
    modules = _json(folder / "modules.json")
    if not isinstance(modules, list) or not all(isinstance(one, dict) for one in modules):
        return False
    kinds = [str(one.get("type", "")).split(".")[-1] for one in modules]
    if kinds not in _MODULES or modules[0].get("path") != "":
        return False
    settings = _json(folder / "config_sentence_transformers.json")
    return isinstance(settings, dict) and not (
        settings.get("default_prompt_name") or any((settings.get("prompts") or {}).values())
    )


def _json(file: Path) -> object:
    """Return what a file of JSON holds, None when it cannot be read."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
