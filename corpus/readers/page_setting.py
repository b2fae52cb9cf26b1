"""How a document is set: the margins of its pages, its lines' pitch, whether paragraphs indent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from corpus.readers.page_lines import Block, Line, is_cjk

INDENT = (1.2, 3.2)
"""Ems by which a first line is indented, two characters with some play."""
_LINES_ENOUGH = 10
"""Lines from which a page says its own margins."""
_COLUMN_MIN = 12
"""Ems of the narrowest column of running text."""
_FIRST_WORD = re.compile(
    r"[（(《〈“‘「『【\[〔]*(?:[!-~]+|\S)(?:[“‘”’]+(?:[!-~]+|\S))*[）)》〉”’」』】\]〕，。、；：！？％℃…—]*"
)
_NARROW = 0.55
"""Width of a letter or figure, in ems."""
_WORD_MAX = 8.0


@dataclass(frozen=True, slots=True)
class Setting:
    """How a document is set: margins of each page and column, pitch, indent, size of its type."""

    margins: dict[tuple[int, int], tuple[float, float]]
    size: float
    pitch: float  # between the lines of a paragraph, in ems
    indents: bool

    @classmethod
    def of(cls, numbered: Sequence[tuple[int, Block]], widths: Sequence[float]) -> Setting:
        """Conclude it from all lines with their page numbers, and the widths of the pages."""
        found = [(number, block) for number, block in numbered if isinstance(block, Line)]
        margins = _margins(found, widths)
        size = _usual([line for _, line in found])
        pitches = sorted(
            (after.y - line.y) / after.size
            for (page, line), (next_page, after) in pairwise(found)
            if page == next_page and line.column == after.column and after.y > line.y
        )
        pitch = pitches[len(pitches) // 3] if pitches else 1.5
        return cls(margins, size, pitch, _indents(found, margins))

    def indent(self, number: int, line: Line) -> float:
        """Return the white before a line, in ems."""
        return (line.left - self.margins[number, line.column][0]) / line.size

    def full(self, number: int, line: Line, following: Line) -> bool:
        """Whether the first word of the next line would not have fitted on this one."""
        return _full(line, following, self.margins[number, line.column][1])

    def centred(self, number: int, line: Line) -> bool:
        """Whether a line stands in the middle, with as much white before it as after."""
        left, right = self.margins[number, line.column]
        before, after = line.left - left, right - line.right
        return before > line.size and abs(before - after) < 2 * line.size


def _usual(found: Sequence[Line]) -> float:
    """Return the size that most characters are printed in."""
    sizes = Counter[float]()
    for line in found:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 1.0


def _margins(
    found: Sequence[tuple[int, Line]], widths: Sequence[float]
) -> dict[tuple[int, int], tuple[float, float]]:
    """Return the left and right edge of the text for each (page, column).

    Margins may change places on left and right pages, so a page with enough lines says its own;
    where its lines are all short (a list, a cover) the width comes from the others.
    """
    by_page: dict[tuple[int, int], list[Line]] = {}
    by_column: dict[int, list[Line]] = {}
    for number, line in found:
        by_page.setdefault((number, line.column), []).append(line)
        by_column.setdefault(line.column, []).append(line)
    usual = {column: _edges(own) for column, own in by_column.items()}
    if 0 in usual and not _wraps(by_column[0], *usual[0]):
        usual[0] = usual[0][0], max(usual[0][1], median(widths) - usual[0][0])
    return {key: _own_margins(own, *usual[key[1]]) for key, own in by_page.items()}


def _own_margins(own: Sequence[Line], left: float, right: float) -> tuple[float, float]:
    """Return the edges of one page, given the usual ones."""
    if len(own) < _LINES_ENOUGH:
        return left, right
    own_left, own_right = _edges(own)
    size = own[0].size
    if abs(own_left - left) < 4 * size:
        return own_left, own_left + max(own_right - own_left, right - left - size / 2)
    on_its_side = own_right - own_left > 1.1 * (right - left)
    return (own_left, own_right) if on_its_side else (left, right)


def _wraps(found: Sequence[Line], left: float, right: float) -> bool:
    """Whether enough lines stop at the right edge for it to be the edge of running text."""
    size = found[0].size
    stopping = sum(abs(line.right - right) < size for line in found)
    return right - left > _COLUMN_MIN * size and stopping >= max(3, 0.1 * len(found))


def _edges(found: Sequence[Line]) -> tuple[float, float]:
    """Return the left and right edge that lines keep to, a few outliers aside."""
    lefts = sorted(line.left for line in found)
    rights = sorted(line.right for line in found)
    return lefts[len(lefts) // 20], rights[len(rights) - 1 - len(rights) // 20]


def _full(line: Line, following: Line, right: float) -> bool:
    return right - line.right < (_first_word(following.text) + 0.6) * line.size


def _first_word(text: str) -> float:
    """Return the width, in ems, of what cannot be parted at the beginning of a line.

    No line ends in an opening bracket or begins with closing punctuation, words and figures stay
    whole, and browsers keep a quotation mark with what stands on both sides of it.

    >>> _first_word("区）、新区"), round(_first_word("2025年"), 1)
    (3.0, 2.2)
    """
    match = _FIRST_WORD.match(text)
    word = match.group() if match else ""
    return min(sum(1.0 if is_cjk(character) else _NARROW for character in word), _WORD_MAX)


def _indents(
    found: Sequence[tuple[int, Line]], margins: dict[tuple[int, int], tuple[float, float]]
) -> bool:
    """Whether the lines after one that is not full are mostly indented by two characters."""
    total = indented = 0
    for (number, line), (page, after) in pairwise(found):
        if page != number or _full(line, after, margins[number, line.column][1]):
            continue
        ems = (after.left - margins[page, after.column][0]) / after.size
        total += 1
        indented += INDENT[0] <= ems <= INDENT[1]
    return total > 0 and indented >= 0.5 * total
