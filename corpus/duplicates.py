"""Near-duplicate documents: the same text sent twice, a draft and its final form, two scans.

Each text is reduced to a MinHash signature of its character 8-grams (A. Broder, "On the resemblance
and containment of documents", 1997), made in one pass by one-permutation hashing with rotation into
empty bins (P. Li, A. Owen, C.-H. Zhang, "One Permutation Hashing", 2012; A. Shrivastava, P. Li,
2014). The share of equal positions in two signatures estimates the Jaccard similarity of the sets
of 8-grams; at 0.9 its standard error is about 0.03. Signatures are cut into bands so that a table
of band hashes finds the candidates without comparing all pairs.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from corpus.fold import squeeze

Signature: TypeAlias = npt.NDArray[np.uint32]

BINS = 128
BAND_ROWS = 8
"""16 bands of 8: a pair of similarity 0.8 shares a band with probability 0.95, one of 0.3 hardly
ever (0.001)."""
NEAR = 0.8
"""Estimated similarity from which two documents are called near-duplicates."""
_GRAM = 8
_BASE = np.uint64(0x9E3779B97F4A7C15)
_EMPTY = np.uint64(2**64 - 1)


def signature(text: str) -> Signature | None:
    """Return the signature of ``text``, of shape (128,); None when it is too short to compare."""
    codes = np.frombuffer(squeeze(text).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(codes) < 4 * _GRAM:
        return None
    hashes = _mixed(_rolling(codes))
    bins = np.full(BINS, _EMPTY, dtype=np.uint64)
    places = (hashes >> np.uint64(57)).astype(np.intp)  # 2⁷ bins by the highest bits
    np.minimum.at(bins, places, hashes & np.uint64(2**57 - 1))
    return _rotated(bins)


def similarity(one: Signature, other: Signature) -> float:
    """Estimate the Jaccard similarity of two texts, in [0, 1]."""
    return float(np.mean(one == other))


def bands(found: Signature) -> list[int]:
    """Return a hash for each band; two near-duplicates very likely have one in common.

    In the range of a signed 64-bit integer, the band's number included.
    """
    rows = found.reshape(-1, BAND_ROWS).astype(np.uint64)
    hashes = np.arange(1, len(rows) + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in range(BAND_ROWS):
            hashes = _mixed(hashes * _BASE + rows[:, column])
    return [int(one) for one in hashes.astype(np.int64)]


def _rolling(codes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return the polynomial hash of every 8-gram."""
    count = len(codes) - _GRAM + 1
    hashes = np.zeros(count, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for at in range(_GRAM):
            hashes = hashes * _BASE + codes[at : at + count]
    return hashes


def _mixed(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spread the bits (the finalizer of SplitMix64, G. Steele et al., 2014)."""
    with np.errstate(over="ignore"):
        hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _rotated(bins: npt.NDArray[np.uint64]) -> Signature:
    """Fill each empty bin from the next full one, marked by how far that is."""
    full = np.flatnonzero(bins != _EMPTY)
    here = np.arange(BINS)
    following = full[np.searchsorted(full, here) % len(full)]
    distance = ((following - here) % BINS).astype(np.uint64)
    with np.errstate(over="ignore"):
        mixed = _mixed(bins[following] + distance * _BASE)
    return (mixed >> np.uint64(32)).astype(np.uint32)
