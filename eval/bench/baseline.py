"""The baseline of every retrieval figure: BM25 over single characters and pairs, in plain numpy.

The least one could do for Chinese without a segmenter, a search library or a model. Okapi BM25,
Robertson and Zaragoza (2009), with the idf that cannot turn negative, ln(1 + (N − n + ½)/(n + ½)).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from corpus.fold import squeeze

K1 = 1.2
B = 0.5


def grams(text: str) -> list[str]:
    """Single characters and pairs of the squeezed text.

    >>> grams("新材 料")
    ['新', '材', '料', '新材', '材料']
    """
    plain = squeeze(text)
    return [*plain, *(plain[at : at + 2] for at in range(len(plain) - 1))]


class PlainBM25:
    """An inverted file in memory; texts are known by their position."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(grams(text)) for text in texts]
        lengths = np.array([count.total() for count in counts], dtype=np.float64)
        self._norm = K1 * (1 - B + B * lengths / lengths.mean())
        postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for position, count in enumerate(counts):
            for term, times in count.items():
                postings[term].append((position, times))
        self._postings = {term: np.array(pairs).T for term, pairs in postings.items()}

    def search(self, query: str, top_k: int) -> list[int]:
        """Return positions, best first; texts without any term of the query are left out."""
        scores = np.zeros(len(self._norm))
        for term, weight in Counter(grams(query)).items():
            if term in self._postings:
                at, times = self._postings[term]
                scores[at] += (
                    weight * self._idf(len(at)) * times * (K1 + 1) / (times + self._norm[at])
                )
        order = np.argsort(-scores, kind="stable")[:top_k]
        return [int(position) for position in order if scores[position] > 0]

    def _idf(self, holding: int) -> float:
        return float(np.log1p((len(self._norm) - holding + 0.5) / (holding + 0.5)))
