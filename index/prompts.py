"""What is put before a text before a model reads it.

Many encoders were trained with an instruction before each question, some with one before each
passage too; without it they find less. Three places say which, the first that does counts: the
setting ``encoder_query_prompt`` (for questions), the model's own configuration, and ``FAMILIES``
for models published before configurations could hold it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

QUERY_NAMES = ("query",)
PASSAGE_NAMES = ("document", "passage", "corpus")
"""What sentence-transformers calls the prompts in a model's configuration."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """The text put before questions and before passages; mostly none."""

    query: str = ""
    passage: str = ""

    def mark(self, name: str) -> str:
        """Return the model's name with a checksum of the passages' prompt, when there is one.

        Another prompt before passages gives other vectors; one before questions does not.

        >>> Prompts(query="query: ").mark("a"), Prompts(passage="passage: ").mark("a")
        ('a', 'a+08a5a4ba')
        """
        return f"{name}+{zlib.crc32(self.passage.encode()):08x}" if self.passage else name


FAMILIES: tuple[tuple[re.Pattern[str], Prompts], ...] = (
    (
        re.compile(r"\bbge-(?:small|base|large)-zh(?:-v1\.5)?\b"),
        Prompts("为这个句子生成表示以用于检索相关文章："),
    ),
    (
        re.compile(r"\bbge-(?:small|base|large)-en(?:-v1\.5)?\b"),
        Prompts("Represent this sentence for searching relevant passages: "),
    ),
    (
        re.compile(r"\be5-large-instruct\b"),
        Prompts(
            "Instruct: Given a web search query, retrieve relevant passages that answer the query\n"
            "Query: "
        ),
    ),
    (re.compile(r"\be5-(?:small|base|large)(?:-v2)?\b"), Prompts("query: ", "passage: ")),
)
"""Families by their name, of a hub model or of a folder, with the prompts of their model cards."""


def prompts_of(
    name: str,
    configured: Mapping[str, str | None],
    default: str | None = None,
    *,
    query: str | None = None,
) -> Prompts:
    """Return the prompts of the model ``name``.

    ``configured`` are those of its configuration by name, ``default`` the name of the one it puts
    before any text; ``query`` is the setting, where an empty text means none at all. Empty texts
    in a configuration say nothing: the library writes them for every model.

    >>> prompts_of("BAAI/bge-small-zh-v1.5", {"query": ""}).query
    '为这个句子生成表示以用于检索相关文章：'
    >>> prompts_of("bge-small-zh", {"query": "问："}), prompts_of("bge-small-zh", {}, query="")
    (Prompts(query='问：', passage=''), Prompts(query='', passage=''))
    """
    own = Prompts(
        _first(configured, (*QUERY_NAMES, default or "")),
        _first(configured, (*PASSAGE_NAMES, default or "")),
    )
    if own == Prompts():
        own = next((known for family, known in FAMILIES if family.search(name.lower())), own)
    return own if query is None else Prompts(query, own.passage)


def _first(configured: Mapping[str, str | None], names: Sequence[str]) -> str:
    return next((text for name in names if (text := configured.get(name))), "")
