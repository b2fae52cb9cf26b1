"""Text → what is searched for: index terms, and words for understanding a question.

The one importer of jieba. ``search_terms`` needs no dictionary: over Chinese it takes characters
and pairs of characters, which on policy questions finds more than dictionary words do, since
official compounds (战略性新兴产业集群) are cut differently in different sentences. ``word_edges``
is for reading a question, where word boundaries matter.

Left to others: scoring (``index.lexical``), vectors (``index.encoder``).
"""

from __future__ import annotations

import logging
import re
import threading
import warnings
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from corpus.document import Metadata, Passage
from corpus.fold import fold
from index.words import Words

if TYPE_CHECKING:
    import jieba

ANALYSER = "grams-2"
"""What the manifest records; changed whenever ``search_terms`` or ``search_parts`` changes."""

_TERMS_FILE = "terms.txt"
_TERM_COUNT = 2000  # beats every split into parts: jieba's own counts of set phrases reach hundreds

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(
    rf"(?P<han>[{_HAN}]+(?:\s+[{_HAN}]+)*)"
    r"|(?P<figure>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+\.\d+(?![\d.]))"
    rf"|(?P<compound>(?:(?![{_HAN}])[^\W_])+(?:[.&+/'’-](?:(?![{_HAN}])[^\W_])+)*)"
)
_JOINTS = re.compile(r"[.&+/'’-]")
_SPACE = re.compile(r"\s+")

_load_lock = threading.Lock()
_loaded: list[jieba.Tokenizer] = []


def search_parts(passage: Passage, metadata: Metadata) -> tuple[str, ...]:
    """Return what stands for a passage in a search: title, section path, columns' names, body.

    A paragraph seldom repeats whose plan it is in or which industry its section is about, so the
    title and the headings are searched with it; only the body is ever quoted.
    """
    header = (passage.header,) if passage.header else ()
    return (metadata.title, *passage.section_path, *header, passage.text)


def search_text(passage: Passage, metadata: Metadata) -> str:
    """Return ``search_parts`` as one text, a part a line: what an encoder reads."""
    return "\n".join(search_parts(passage, metadata))


def search_terms(text: str) -> list[str]:
    """Return the index terms of ``text`` in order, repeated as often as they occur.

    Chinese gives its characters and pairs of neighbours; a pair bridges white space, since pages
    wrap inside words, but no punctuation. Everything else is kept whole, a compound also as its
    parts; figures lose their thousands separator.

    >>> search_terms("到 2025  年")
    ['到', '2025', '年']
    >>> search_terms("高 质量，5G")
    ['高', '质', '高质', '量', '质量', '5g']
    >>> search_terms("“3+12”、1,200.5亿")
    ['3+12', '3', '12', '1200.5', '亿']
    """
    terms: list[str] = []
    for run in _RUN.finditer(fold(text)):
        found = run.group()
        if run.lastgroup == "han":
            terms += _grams(_SPACE.sub("", found))
        elif run.lastgroup == "figure":
            terms.append(found.replace(",", ""))
        else:
            terms += _compound(found)
    return terms


def _grams(run: str) -> list[str]:
    """Return characters and pairs: 质量 → 质, 量, 质量."""
    grams = [run[0]]
    for left, right in pairwise(run):
        grams += (right, left + right)
    return grams


def _compound(run: str) -> list[str]:
    """Return a compound and its parts: r&d → r&d, r, d; 2019-2021 → 2019-2021, 2019, 2021."""
    parts = _JOINTS.split(run)
    return [run] if len(parts) == 1 else [run, *parts]


def warm_up() -> None:
    """Load jieba's dictionary and ours, a fraction of a second; once a process, at start-up."""
    _tokenizer()


def word_edges(text: str) -> frozenset[int]:
    """Return the offsets in ``text`` at which a word begins or ends, those of the text included.

    >>> sorted(word_edges("多少人才"))
    [0, 2, 4]
    """
    edges = [0]
    for word in _tokenizer().cut(fold(text)):
        edges.append(edges[-1] + len(word))
    return frozenset(edges)


def _tokenizer() -> jieba.Tokenizer:
    with _load_lock:
        if not _loaded:
            _loaded.append(_load())
        return _loaded[0]


def _load() -> jieba.Tokenizer:
    """Make a tokenizer of our own.

    jieba would log to stderr, warn on newer Pythons, and marshal its dictionary to a fixed name in
    the shared temporary folder and trust what it finds there. So its dictionary is read directly,
    and into ``index.words``, not by its own loop, which takes a second: every command waits for it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    with tokenizer.get_dict_file() as file:
        tokenizer.FREQ = Words(file.read(), terms(), _TERM_COUNT)
    tokenizer.total = tokenizer.FREQ.total
    tokenizer.initialized = True
    return tokenizer


def terms() -> list[str]:
    """Return our dictionary: institutions and set phrases of official documents."""
    lines = files("index").joinpath(_TERMS_FILE).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
