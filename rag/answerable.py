"""How probable it is that the evidence holds the answer, learned from questions that have none.

A near miss has the right subject and the wrong attribute, year or place: every rule that refuses it
refuses answers too. So the signs of the best sentences, and which rule would refuse, are weighed
together by a network learned from answerable questions and from near misses, and calibrated:
of the answers with probability 0.8 four in five are from answerable questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt

from rag.answer import Refusal, RefusalReason
from rag.evidence import Candidate
from rag.network import MODELS, Network
from rag.query import Query
from rag.signals import COLUMN, QUESTION, RELATIVE, SENTENCE

ANSWERABLE_MODEL = "answerable.npz"
BEST = 5
"""How many of the best sentences are weighed."""

ANSWER_FROM = 0.2
"""The least probability that is answered: with the rules it refuses 4.4 % of the answerable
questions of the folds (``models/README.md``)."""
REASONS: tuple[RefusalReason, ...] = get_args(RefusalReason)
_PLACE_ONLY = {"rank", "place", "depth", "item", *(f"{name}_behind" for name in RELATIVE)}
_SIGNS = tuple(name for name in SENTENCE if name not in {*QUESTION, *_PLACE_ONLY})
_OF_BEST = [COLUMN[name] for name in _SIGNS]
_OF_QUESTION = [COLUMN[name] for name in QUESTION]

VERDICT = (
    *QUESTION,
    *(f"best_{name}" for name in _SIGNS),
    *(f"most_{name}" for name in _SIGNS),
    "strength", "lead", "spread", "mean_strength", "sentences", "places", "years", "bodies",
    *(f"rule_{reason}" for reason in REASONS), "stated", "other_figures",
)  # fmt: skip
"""What is known when it is decided whether to answer."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """What speaks for and against an answer beside the sentences.

    ``rule``: why the rules would refuse, and whether they are ``certain``; ``stated``: a stored
    target is exactly what is asked; ``others``: the figures at hand are surely of something else.
    """

    rule: Refusal | None = None
    certain: bool = False
    stated: bool = False
    others: Refusal | None = None

    @property
    def decided(self) -> Refusal | None:
        """The refusal that needs no weighing."""
        if self.rule is not None and self.certain:
            return self.rule
        return None if self.stated else self.others


def verdict_signs(
    query: Query, candidates: Sequence[Candidate], doubts: Doubts
) -> npt.NDArray[np.float32]:
    """The signs ``VERDICT`` of a question and its sentences, best first."""
    best = candidates[:BEST]
    signs = np.stack([one.signs for one in best]) if best else np.zeros((1, len(SENTENCE)))
    strengths = np.array([one.strength for one in best] or [0.0])
    spread = -np.log(max(best[0].probability, 1e-9)) if best else 0.0
    values = [
        *signs[0, _OF_QUESTION],
        *signs[0, _OF_BEST],
        *signs[:, _OF_BEST].max(axis=0),
        strengths[0],
        strengths[0] - strengths[1] if len(strengths) > 1 else 5.0,
        spread,
        strengths.mean(),
        np.log1p(len(candidates)),
        len(query.places),
        len(query.years),
        len(query.bodies),
        *(doubts.rule is not None and doubts.rule.reason == one for one in REASONS),
        doubts.stated,
        doubts.others is not None,
    ]
    return np.array(values, dtype=np.float32)


class Answerability:
    """The learned judgement."""

    def __init__(self, network: Network | None = None) -> None:
        self._network = network or Network.load(MODELS / ANSWERABLE_MODEL, VERDICT)

    def probability(self, query: Query, candidates: Sequence[Candidate], doubts: Doubts) -> float:
        """How probable it is that one of ``candidates`` answers, in [0, 1]."""
        if not candidates:
            return 0.0
        logit = float(self._network.scores(verdict_signs(query, candidates, doubts)[None])[0])
        return float(1 / (1 + np.exp(-logit)))
