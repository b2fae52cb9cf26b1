"""The length-keeping search form of a text: the one definition of "same text".

``fold`` changes one character into one character, so a span found in the folded copy is the same
span in the text. What a fold cannot do without changing length (㈠ → （一）) it leaves alone.
Source of the width rules: Unicode Standard Annex #15 (NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff")
_INLINE_INDENT = re.compile(
    r"(?=[ \t\xa0\u3000])(?<=\S\S)(?:[ \t\xa0]*+\u3000[ \t\xa0\u3000]++| {4,}+)(?=\S)"
)
_KEPT_MIN = 2000
"""Length of a text from which its folded form is kept for the next finder that asks for it."""
_LABEL_SIGNS = frozenset(range(ord("①"), ord("⑳") + 1)) | frozenset(range(ord("Ⅰ"), ord("Ⅻ") + 1))
_ANY_LABEL_SIGN = re.compile("[①-⑳Ⅰ-Ⅻ]")


def fold_character(character: str) -> str:
    """Fold one character into one character.

    >>> fold_character("Ａ"), fold_character("（"), fold_character("㈠")
    ('a', '(', '㈠')
    """
    if character in _ZERO_WIDTH:
        return " "
    for candidate in (unicodedata.normalize("NFKC", character), character):
        lowered = candidate.lower()
        if len(lowered) == 1:
            return lowered
    return character


class _FoldTable(dict[int, str]):
    """A ``str.translate`` table that fills itself with the characters met."""

    def __missing__(self, code: int) -> str:
        return self.setdefault(code, fold_character(chr(code)))


class _ScanTable(_FoldTable):
    """The same, with ① … ⑳ and Ⅰ … Ⅻ as they are: folded they are no longer labels."""

    def __missing__(self, code: int) -> str:
        folded = chr(code) if code in _LABEL_SIGNS else fold_character(chr(code))
        return self.setdefault(code, folded)


_FOLD = _FoldTable()
_SCAN = _ScanTable()


def fold(text: str) -> str:
    """Return ``text`` in half width and lower case, with ordinary spaces; of the same length.

    >>> fold("到２０２１年（ＳＵＶ）")
    '到2021年(suv)'
    """
    return _kept_fold(text) if len(text) >= _KEPT_MIN else text.translate(_FOLD)


@lru_cache(maxsize=2)
def _kept_fold(text: str) -> str:
    return text.translate(_FOLD)


def fold_for_structure(text: str) -> str:
    """Fold, keeping what tells structure: the form in which headings are looked for.

    Circled numbers and Roman numerals stay, and an indent of two full-width or four other spaces in
    the middle of a line becomes a line break: copied from a web page, a paragraph often keeps its
    indent and loses its break.

    >>> fold_for_structure("①支持１家。　　二是引进").splitlines()
    ['①支持1家。', ' 二是引进']
    """
    return _kept_structure(text) if len(text) >= _KEPT_MIN else _structure(text)


def _structure(text: str) -> str:
    broken = _INLINE_INDENT.sub(lambda match: "\n" + " " * (len(match[0]) - 1), text)
    return broken.translate(_SCAN) if _ANY_LABEL_SIGN.search(broken) else fold(broken)


_kept_structure = lru_cache(maxsize=2)(_structure)


def squeeze(text: str) -> str:
    """Fold and drop all white space: for comparing only, since the length changes.

    >>> squeeze("高 质量　发展")
    '高质量发展'
    """
    return "".join(fold(text).split())
