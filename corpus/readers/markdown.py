"""Markdown: the text as it is; front matter is read for metadata and marked as no content.

Pipe tables and ``#`` headings are found in the text itself, as in plain text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from corpus.document import PLAIN, Layout
from corpus.readers.content import DEFAULT_LIMITS, Content, Limits
from corpus.readers.fields import metadata_fields
from corpus.readers.text import decode

_FRONT_MAX = 64 * 1024
"""Characters of front matter; what goes on longer is text between two rules."""
_OPENING = re.compile(r"(---|\+\+\+)[ \t]*\r?\n")
_CLOSING = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*(?:\r?\n|\Z)", re.MULTILINE),
}
_PAIR = re.compile(r"^([^\s:：#][^:：\n]{0,30})[:：][ \t]+([^\n]+)$", re.MULTILINE)


class MarkdownReader:
    """Reads Markdown, with YAML or TOML front matter or none."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content]:
        """Yield the text with nothing taken out; offsets count the front matter too."""
        text = decode(data, source_name=source_name)
        end, stated = _front_matter(text)
        layout = Layout(furniture=((0, end),)) if end else PLAIN
        yield Content(text, layout, metadata_fields(stated))


def _front_matter(text: str) -> tuple[int, Mapping[Any, object]]:
    """Return where the front matter ends and what it states; 0 and nothing without any."""
    opening = _OPENING.match(text)
    if opening is None:
        return 0, {}
    closing = _CLOSING[opening[1]].search(text, opening.end(), opening.end() + _FRONT_MAX)
    if closing is None:
        return 0, {}
    block = text[opening.end() : closing.start()]
    stated = _toml(block) if opening[1] == "+++" else _yaml(block)
    return (closing.end(), stated) if stated else (0, {})


def _toml(block: str) -> Mapping[Any, object]:
    try:
        return dict(tomllib.loads(block))
    except (ValueError, RecursionError):
        return _pairs(block)


def _yaml(block: str) -> Mapping[Any, object]:
    """Return the mapping a block states.

    Front matter written by hand often is not quite YAML (a colon inside a title, a date of no
    calendar); its lines still say what they say. The parser names no errors for values that are not
    what their tag says: whatever it raises on them is such a block.
    """
    try:
        stated = yaml.safe_load(block)
    except Exception:
        return _pairs(block)
    return stated if isinstance(stated, dict) else {}


def _pairs(block: str) -> Mapping[Any, object]:
    return {match[1].strip(): match[2].strip("\r\"' ") for match in _PAIR.finditer(block)}
