"""A dictionary of words and counts, looked up in its sorted lines.

jieba makes a dict of its 349,000 words and the beginnings of words at every start, which takes
over a second; a command that answers one question looks up a hundred of them. Sorting the lines
takes a twentieth of that, and they keep to the text of the installed jieba: nothing is cached on
disk, so there is nothing to go stale or to be tampered with.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

_KEPT = 1 << 16  # looked-up words kept, a few MB: a running service looks up the same ones
_SPACE, _ZERO = ord(" "), ord("0")


class Words:
    """Stands in for the dict jieba calls ``FREQ``: word → count, 0 for what only begins words.

    ``total`` is the sum of all counts.
    """

    def __init__(self, dictionary: bytes, own: Iterable[str], own_count: int) -> None:
        """Take lines of word, count, part of speech in UTF-8, and our words, each counted alike.

        Our count of a word replaces the dictionary's; in ``total`` both count, as in jieba's.
        Raises ValueError when ``dictionary`` is something else.
        """
        self._lines = sorted(dictionary.splitlines())
        self.total = _sum_of_counts(dictionary, len(self._lines))
        new = []
        for word in dict.fromkeys(own):
            line, place = b"%b %d n" % (word.encode(), own_count), self._place(word.encode() + b" ")
            self.total += own_count
            if place is None:
                new.append(line)
            else:
                self._lines[place] = line
        self._lines += new
        self._lines.sort()
        self._count = lru_cache(maxsize=_KEPT)(self._looked_up)

    def __contains__(self, word: str) -> bool:
        return self._count(word) is not None

    def __getitem__(self, word: str) -> int:
        count = self._count(word)
        if count is None:
            raise KeyError(word)
        return count

    def get(self, word: str, default: int | None = None) -> int | None:
        """Return the count of ``word``, 0 when it only begins words, else ``default``."""
        count = self._count(word)
        return default if count is None else count

    def _looked_up(self, word: str) -> int | None:
        key = word.encode("utf-8", "surrogatepass")
        place = self._place(key + b" ")
        if place is not None:
            return int(self._lines[place].split(b" ")[1])
        return None if self._place(key) is None else 0

    def _place(self, beginning: bytes) -> int | None:
        """Return the first line with this beginning, None without one."""
        place = bisect_left(self._lines, beginning)
        found = place < len(self._lines) and self._lines[place].startswith(beginning)
        return place if found else None


def _sum_of_counts(dictionary: bytes, lines: int) -> int:
    """Add up what stands between the two spaces of each line, all lines at once."""
    letters = np.frombuffer(dictionary, dtype=np.uint8)
    spaces = (letters == _SPACE).nonzero()[0]
    if len(spaces) != 2 * lines:
        raise ValueError(f"{lines} lines with {len(spaces)} spaces")
    starts, units = spaces[::2] + 1, spaces[1::2] - 1
    total = 0
    for power in range(int((units - starts).max(initial=-1)) + 1):
        places = (units - power)[units - power >= starts]
        digits = letters[places].astype(np.int64) - _ZERO
        if (digits < 0).any() or (digits > 9).any():
            raise ValueError("a count that is no number")
        total += int(digits.sum()) * 10**power
    return total
