"""Fusing the lists of several retrievers into one.

Weighted sum of z-scores: each list is brought to mean 0 and deviation 1, then added with the
weight of its retriever. Reciprocal rank fusion with equal weights lets a weak encoder pull right
passages down, because it forgets by how much the lexical search preferred them; standardised
scores keep that, and the weight belongs to the encoder (measured with it, see its model card).
Montague and Aslam, "Relevance score normalization for metasearch", CIKM 2001.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean, pstdev

from index.hit import Finder, Hit


def z_scores(scores: Sequence[float]) -> list[float]:
    """Standardise to mean 0 and deviation 1; all zero when they do not differ.

    >>> z_scores([3.0, 1.0])
    [1.0, -1.0]
    """
    if not scores:
        return []
    mean, deviation = fmean(scores), pstdev(scores)
    return [(score - mean) / deviation if deviation else 0.0 for score in scores]


def fuse(lists: Mapping[Finder, Sequence[Hit]], weights: Mapping[Finder, float]) -> list[Hit]:
    """One list of fused hits, best first; ties go to the smaller passage id.

    A passage that a retriever did not return gets that list's lowest standardised score, so that
    being found twice is never worth less than being found once.
    """
    standard: dict[Finder, dict[str, float]] = {}
    passages: dict[str, Hit] = {}
    raw: dict[str, dict[Finder, float]] = {}
    for finder, hits in lists.items():
        standard[finder] = dict(
            zip(
                (hit.passage.id for hit in hits), z_scores([hit.score for hit in hits]), strict=True
            )
        )
        for hit in hits:
            passages.setdefault(hit.passage.id, hit)
            raw.setdefault(hit.passage.id, {})[finder] = hit.score

    lowest = {finder: min(scores.values(), default=0.0) for finder, scores in standard.items()}

    def total(passage_id: str) -> float:
        return sum(
            weights[finder] * scores.get(passage_id, lowest[finder])
            for finder, scores in standard.items()
        )

    ranked = sorted(((total(i), i) for i in passages), key=lambda pair: (-pair[0], pair[1]))
    return [
        replace(passages[i], rank=rank, score=score, found_by="fused", scores=raw[i])
        for rank, (score, i) in enumerate(ranked, start=1)
    ]
