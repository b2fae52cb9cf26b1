"""A question as it is looked for in text: its words with their weights, its time."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.index import Index
from rag.matching import pair_texts, term_texts
from rag.query import ATTRIBUTE, Query

Vector = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

CONTEXT = 0.25
CONTEXT_OF_ATTRIBUTE = 0.7
"""What the words of the question before weigh beside what a follow-up adds: an attribute asked
next (增速呢) is one of the subject before, another subject (物联网呢) takes its place."""

AHEAD = re.compile(
    "目标|计划|打算|力争|争取|准备|预期|预计|将(?![军来])|要|想|规划|今年|明年|未来|下一步"
)
BACK = re.compile(
    "去年|上年|前年|已经?|过去|截至|截止|目前|现有|当时|曾|完成了|实现了|[了过](?:多少|几|哪)|了$|取得"
)
"""How questions ask for what is to be and for what was."""
RELATIVE_YEARS = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2, "明年": 1}
"""Years told by the year of the document that is asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of a question as they are looked for.

    ``texts`` are characters, pairs and tokens the library knows, ``weights`` their share of the
    whole (sum 1), ``pairs`` which of them carry meaning, ``rarity`` the sum of their inverse
    document frequencies. ``unknown`` is the share of the question's pairs that no passage has.
    ``tense`` is 1 when the question asks for what is to be, -1 for what was, 0 for neither;
    ``relative`` are the years it names by the document's own (去年: -1).
    """

    texts: tuple[str, ...]
    weights: Vector
    pairs: Flags
    rarity: float
    unknown: float
    tense: int
    relative: tuple[int, ...]

    @classmethod
    def of(cls, query: Query, index: Index) -> Asked:
        """Weigh the words of ``query`` by their rarity in ``index``."""
        texts = term_texts(query.content)
        new = set(term_texts(query.focus))
        share = CONTEXT_OF_ATTRIBUTE if ATTRIBUTE.search(query.focus) else CONTEXT
        kept = [
            (text, weight * (1.0 if not new or text in new else share))
            for text, weight in zip(texts, index.idf(texts), strict=True)
            if weight > 0
        ]
        pairs = pair_texts(query.content)
        known = {text for text, _ in kept}
        weights = np.array([weight for _, weight in kept], dtype=np.float32)
        return cls(
            texts=tuple(text for text, _ in kept),
            weights=weights / max(float(weights.sum()), 1e-9),
            pairs=np.array([len(text) > 1 for text, _ in kept], dtype=bool),
            rarity=max(float(weights.sum()), 1e-9),
            unknown=sum(pair not in known for pair in pairs) / max(1, len(pairs)),
            tense=tense_of(query.text),
            relative=tuple(shift for word, shift in RELATIVE_YEARS.items() if word in query.text),
        )


def tense_of(question: str) -> int:
    """Whether a question asks for what is to be (1), what was (-1), or does not say (0).

    >>> tense_of("去年财政收入涨了多少"), tense_of("今年打算新建几所学校")
    (-1, 1)
    """
    return bool(AHEAD.search(question)) - bool(BACK.search(question))
