"""Comparing a question with text: terms, weights, and matches that ignore white space.

Official texts carry blanks and line breaks inside words (hard-wrapped pages, figures set off by
spaces). Matching therefore runs on a squeezed copy, folded and without white space, that remembers
where each character came from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from corpus.fold import fold
from index.hit import Span

IDEOGRAPHS = re.compile(r"[\u3400-\u9fff]+")
TOKEN = re.compile(r"[a-z0-9]+(?:[.&+/-][a-z0-9]+)*%?")


@dataclass(frozen=True, slots=True)
class Squeezed:
    """Folded text without white space; ``offsets[i]`` is where ``text[i]`` stands in the source."""

    text: str
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, source: str) -> Squeezed:
        """Squeeze ``source``.

        >>> Squeezed.of("到 ２０２０年").text
        '到2020年'
        """
        folded = fold(source)
        kept = [i for i, character in enumerate(folded) if not character.isspace()]
        return cls("".join(folded[i] for i in kept), tuple(kept))

    def source_span(self, start: int, end: int) -> Span:
        """The span in the source of ``text[start:end]``; ``start < end``."""
        return self.offsets[start], self.offsets[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Term:
    """Something the answer's place is expected to say; ``weight`` > 0, higher is rarer."""

    text: str
    weight: float


def term_texts(squeezed: str) -> list[str]:
    """Characters and character pairs of each run of ideographs, and Latin or numeric tokens.

    Each once, in order. Pairs carry the meaning; single characters let a paraphrase that keeps
    part of a word still count.

    >>> term_texts("5g网络")
    ['5g', '网', '络', '网络']
    """
    found: dict[str, None] = {}
    for match in re.finditer(rf"{IDEOGRAPHS.pattern}|{TOKEN.pattern}", squeezed):
        run = match.group()
        if IDEOGRAPHS.match(run):
            found.update(dict.fromkeys(run))
            found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
        else:
            found.setdefault(run)
    return list(found)


def pair_texts(squeezed: str) -> list[str]:
    """The terms that carry meaning: pairs and tokens; the characters where there is nothing else.

    >>> pair_texts("5g网络"), pair_texts("水")
    (['5g', '网络'], ['水'])
    """
    found = term_texts(squeezed)
    return [text for text in found if len(text) > 1] or found


def weigh(texts: Iterable[str], idf: Callable[[Sequence[str]], Sequence[float]]) -> list[Term]:
    """Give each text its inverse document frequency as weight; what the library lacks is left out.

    A text that no passage holds cannot tell one passage from another; how much of a question is
    unknown is asked separately.
    """
    kept = list(texts)
    return [Term(text, weight) for text, weight in zip(kept, idf(kept), strict=True) if weight > 0]


def coverage(terms: Sequence[Term], squeezed: str) -> float:
    """Share of the terms' weight that stands in ``squeezed``, in [0, 1]; 0 without terms.

    >>> coverage([Term("新材", 1.0), Term("产值", 3.0)], "总产值突破")
    0.75
    """
    total = sum(term.weight for term in terms)
    if not total:
        return 0.0
    return sum(term.weight for term in terms if term.text in squeezed) / total


def matched_spans(texts: Sequence[str], source: str) -> tuple[Span, ...]:
    """Where the texts stand in ``source``, white space ignored; overlapping spans are merged."""
    squeezed = Squeezed.of(source)
    spans = sorted(
        squeezed.source_span(match.start(), match.end())
        for text in texts
        if text
        for match in re.finditer(re.escape(text), squeezed.text)
    )
    return merge(spans)


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join sorted spans that touch or overlap.

    >>> merge([(0, 2), (1, 3), (5, 6)])
    ((0, 3), (5, 6))
    """
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
