"""Patterns made from lists of words."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CLASS = re.compile(r"\[([^\]^]+)\]")


def any_of(words: Iterable[str]) -> str:
    """Return a pattern that matches any of ``words``, the longest first."""
    return "|".join(sorted({re.escape(word) for word in words}, key=len, reverse=True))


def one_of(*alternatives: str) -> re.Pattern[str]:
    """Compile a pattern of ``alternatives``, each beginning with a character or a class of them.

    What the alternatives begin with is looked for first: a text has few such places, and a search
    that tries every alternative at every character takes several times as long.
    """
    firsts = (_CLASS.match(words) for words in alternatives)
    begin = "".join(
        first[1] if first else words[0] for first, words in zip(firsts, alternatives, strict=True)
    )
    return re.compile(f"(?=[{begin}])(?:{'|'.join(alternatives)})")
