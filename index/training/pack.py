"""The packed data: what a training machine needs, in a folder of a few small files.

- ``tokenizer.json``
- ``texts.npz``: passages of laws and documents as token ids, 16 bits each; the highest bit says
  that a token continues the word of the token before it (for whole-word masking). A passage's
  context (title, headings, names of columns) is a list of parts, kept once however often it occurs.
- ``questions.json.xz``: questions with folds, evidence and candidates; the texts, token offsets and
  sentences of the passages they quote.

Everything is checked against ``PACK_BYTES`` when written.
"""

from __future__ import annotations

import json
import lzma
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .config import PACK_BYTES
from .vocabulary import SEP

Ids = npt.NDArray[np.uint16]
Counts = npt.NDArray[np.int64]
TokenSpan = tuple[int, int, int]
"""A passage and the half-open span of tokens of its body."""
CONTINUES = np.uint16(0x8000)
VERSION = 1


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what there is to learn from it; unanswerable: no evidence, no span.

    ``evidence`` are all passages that hold an evidence quote, ``quotes`` and ``answers`` spans in
    the passages first quoted; ``same`` the best wrong passages of its own documents, best first;
    ``candidates`` the best passages of the whole library with their BM25 scores, right and wrong.
    """

    id: str
    text: str
    kind: str
    style: str
    fold: int
    documents: tuple[int, ...]
    evidence: tuple[int, ...]
    quotes: tuple[TokenSpan, ...]
    answers: tuple[TokenSpan, ...]
    same: tuple[tuple[int, float], ...]
    own: tuple[tuple[int, float], ...]
    candidates: tuple[tuple[int, float], ...]
    near_miss: str | None = None

    @property
    def answerable(self) -> bool:
        """Whether its documents answer it."""
        return bool(self.evidence)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage of a questioned document: its text, its tokens' characters, its sentences.

    ``starts`` and ``ends`` are offsets in ``text``, one a token of the body; ``sentences`` are
    half-open spans of tokens.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    sentences: tuple[tuple[int, int], ...]

    def slice(self, first: int, last: int) -> str:
        """Return the characters of the tokens ``[first, last)``, verbatim."""
        return self.text[self.starts[first] : self.ends[last - 1]]


@dataclass(frozen=True)
class Pack:
    """The data in memory. ``bodies``, ``parts`` and ``documents`` are bounds, one more than items.

    ``context_parts[context_bounds[p]:context_bounds[p + 1]]`` are the parts above passage ``p``.
    """

    tokenizer: Tokenizer
    tokens: Ids
    bodies: Counts
    part_tokens: Ids
    parts: Counts
    context_parts: Counts
    context_bounds: Counts
    documents: Counts
    questions: tuple[Question, ...]
    quoted: dict[int, Quoted]

    def body(self, passage: int) -> Ids:
        """Return the ids of a passage's own text, without the bit."""
        return self.tokens[self.bodies[passage] : self.bodies[passage + 1]] & ~CONTINUES

    def context(self, passage: int) -> Ids:
        """Return the ids of what stands above a passage, without the bit."""
        return np.concatenate([self._part(part) for part in self.path(passage)] or [_NONE]) & (
            ~CONTINUES
        )

    def path(self, passage: int) -> list[int]:
        """Return the parts above a passage, outermost first."""
        bounds = self.context_bounds
        return [int(part) for part in self.context_parts[bounds[passage] : bounds[passage + 1]]]

    def last_part(self, passage: int) -> Ids:
        """Return the ids of the innermost part above a passage, without the bit."""
        path = self.path(passage)
        return self._part(path[-1]) & ~CONTINUES if path else _NONE

    def encode(self, text: str) -> Ids:
        """Return the ids of a text, no special tokens."""
        return np.array(self.tokenizer.encode(text, add_special_tokens=False).ids, dtype=np.uint16)

    @cached_property
    def question_ids(self) -> dict[str, Ids]:
        """The ids of each question by its id."""
        return {question.id: self.encode(question.text) for question in self.questions}

    @cached_property
    def stream(self) -> Ids:
        """All texts in one row with the bits: of the parts above, those that changed; the body.

        A heading the body begins with is not told twice. Documents are parted by ``[SEP]``.
        """
        pieces: list[Ids] = []
        for first, last in zip(self.documents[:-1], self.documents[1:], strict=True):
            before: list[int] = []
            for passage in range(int(first), int(last)):
                path = self.path(passage)
                body = self.tokens[self.bodies[passage] : self.bodies[passage + 1]]
                new = [self._part(part) for part in path if part not in before]
                pieces += [part for part in new if not np.array_equal(part, body[: len(part)])]
                pieces.append(body)
                before = path
            pieces.append(np.array([SEP], dtype=np.uint16))
        return np.concatenate(pieces)

    def _part(self, part: int) -> Ids:
        return self.part_tokens[self.parts[part] : self.parts[part + 1]]


_NONE: Ids = np.empty(0, dtype=np.uint16)
_ARRAYS = ("bodies", "parts", "context_parts", "context_bounds", "documents")


def write_pack(pack: Pack, folder: Path) -> int:
    """Write the folder and return its size in bytes; raises ValueError above ``PACK_BYTES``."""
    folder.mkdir(parents=True, exist_ok=True)
    pack.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    bounds = {name: getattr(pack, name).astype(np.int32) for name in _ARRAYS}
    np.savez_compressed(
        folder / "texts.npz", tokens=pack.tokens, part_tokens=pack.part_tokens, **bounds
    )
    record = {
        "version": VERSION,
        "questions": [asdict(question) for question in pack.questions],
        "quoted": {str(key): asdict(value) for key, value in pack.quoted.items()},
    }
    with lzma.open(folder / "questions.json.xz", "wt", encoding="utf-8") as file:
        json.dump(record, file, ensure_ascii=False, separators=(",", ":"))
    size = sum(file.stat().st_size for file in folder.iterdir())
    if size > PACK_BYTES:
        raise ValueError(f"the pack has {size} bytes, more than {PACK_BYTES}")
    return size


def read_pack(folder: Path) -> Pack:
    """Read what ``write_pack`` wrote."""
    with np.load(folder / "texts.npz") as arrays:
        bounds = {name: arrays[name].astype(np.int64) for name in _ARRAYS}
        tokens, part_tokens = arrays["tokens"], arrays["part_tokens"]
    with lzma.open(folder / "questions.json.xz", "rt", encoding="utf-8") as file:
        record = json.load(file)
    if record["version"] != VERSION:
        raise ValueError(f"a pack of version {record['version']}, this reads {VERSION}")
    return Pack(
        tokenizer=Tokenizer.from_file(str(folder / "tokenizer.json")),
        tokens=tokens,
        part_tokens=part_tokens,
        questions=tuple(_question(fields) for fields in record["questions"]),
        quoted={int(key): _quoted(value) for key, value in record["quoted"].items()},
        **bounds,
    )


def _question(fields: dict[str, object]) -> Question:
    """Make lists tuples again."""
    return Question(**{name: _frozen(value) for name, value in fields.items()})  # type: ignore[arg-type]


def _quoted(fields: dict[str, object]) -> Quoted:
    return Quoted(**{name: _frozen(value) for name, value in fields.items()})  # type: ignore[arg-type]


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
