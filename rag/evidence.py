"""Ranking the sentences of the passages found by how well each answers.

What speaks for each sentence (``rag.signals``) is weighed by a network learned from questions with
their evidence (``models/README.md``); a passage is worth what its sentences are worth together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from corpus.fold import squeeze
from corpus.sentences import clauses
from index.encoder import EMBEDDED, load_encoder
from index.hit import Hit, Span
from index.index import Index
from index.static import StaticEncoder
from rag.asked import CONTEXT, CONTEXT_OF_ATTRIBUTE
from rag.matching import Term, coverage, pair_texts, term_texts, weigh
from rag.network import MODELS, Network
from rag.query import ATTRIBUTE, PLACE_SUFFIX, Place, Query
from rag.signals import SENTENCE, Signals, Table
from rag.views import PassageView, Views

SENTENCES_MODEL = "sentences.npz"
NEAR = 0.5
"""A further sentence may be the answer when it is at least this times as probable as the best."""

READ = 30
"""How many of the best passages are read sentence by sentence."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer.

    ``[start, end)`` are offsets in the document. ``coverage`` in [0, 1] is the share of the
    question's terms found in the sentence or around it; ``own`` the share in the sentence itself;
    ``probability`` that it answers, if one of the sentences read does. ``score``: its logarithm,
    higher is better, comparable within one question; ``strength`` is what the network said, which
    other questions' may be compared with. ``signs`` has the columns
    ``rag.signals.SENTENCE``.
    """

    hit: Hit
    start: int
    end: int
    text: str
    headings: str
    coverage: float
    own: float
    has_shape: bool
    states_attribute: bool
    signs: npt.NDArray[np.float32]
    probability: float = 0.0
    score: float = 0.0
    strength: float = 0.0

    @property
    def document_id(self) -> str:
        """The document the sentence stands in."""
        return self.hit.passage.document_id


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read: the passages, best first, and their sentences, best first."""

    hits: tuple[Hit, ...] = ()
    candidates: tuple[Candidate, ...] = ()

    def reordered(self, hits: Sequence[Hit]) -> Evidence:
        """The same with ``hits`` scored anew: sentences gain and lose with their passages."""
        before = {hit.passage.id: hit.score for hit in self.hits}
        gained = {hit.passage.id: hit.score - before[hit.passage.id] for hit in hits}
        scores = [one.score + gained[one.hit.passage.id] for one in self.candidates]
        return Evidence(tuple(hits), rescored(self.candidates, scores))


def rescored(candidates: Sequence[Candidate], scores: Sequence[float]) -> tuple[Candidate, ...]:
    """The candidates with other scores, best first, ties as they came.

    The scores become logarithms of probabilities that sum to 1.
    """
    shares = log_shares(np.asarray(scores, dtype=np.float32))
    found = [
        replace(one, score=float(share), probability=float(np.exp(share)))
        for one, share in zip(candidates, shares, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: -one.score))


class EvidenceRanker:
    """Ranks the sentences of hits, and the hits by their sentences."""

    def __init__(
        self, index: Index, network: Network | None = None, words: StaticEncoder | None = None
    ) -> None:
        self._index = index
        words = words or _word_vectors(index)
        self._views = Views(index, words)
        self._signals = Signals(index, words)
        self._network = network or Network.load(MODELS / SENTENCES_MODEL, SENTENCE)

    def terms(self, query: Query) -> list[Term]:
        """The query's content terms with their weights; what a follow-up adds weighs most.

        An attribute asked next (增速呢) is one of the subject before, which then counts nearly as
        much; another subject (物联网呢) takes its place.
        """
        found = weigh(term_texts(query.content), self._index.idf)
        if not query.focus:
            return found
        new = set(term_texts(query.focus))
        share = CONTEXT_OF_ATTRIBUTE if ATTRIBUTE.search(query.focus) else CONTEXT
        return [
            Term(term.text, term.weight if term.text in new else term.weight * share)
            for term in found
        ]

    def familiarity(self, wording: str, hits: Sequence[Hit]) -> float:
        """How much of ``wording`` the passage most like it shares, in [0, 1].

        The share of its character pairs, each counting the same, found in one passage, its
        headings and its document's title: near 0 for what has nothing to do with the library,
        while even a free paraphrase keeps some pairs. Unlike a weighted coverage it counts pairs
        that the library does not know.
        """
        pairs = pair_texts(wording)
        if not pairs:
            return 0.0
        said = (
            view.title + view.headings + view.text
            for view in self._views.of([hit.passage for hit in hits])
        )
        return max((sum(pair in text for pair in pairs) / len(pairs) for text in said), default=0.0)

    def table(self, query: Query, hits: Sequence[Hit]) -> tuple[Table, list[PassageView]]:
        """The signs of every sentence of ``hits`` and the views of their passages."""
        views = self._views.of([hit.passage for hit in hits])
        return self._signals.of(query, hits, views), views

    def read(self, query: Query, hits: Sequence[Hit]) -> Evidence:
        """Read ``hits`` sentence by sentence; both lists best first, ties as they came.

        A passage's score is the logarithm of the probability that one of its sentences answers.
        """
        if not hits:
            return Evidence()
        table, views = self.table(query, hits)
        strengths = self._network.scores(table.values)
        scores = log_shares(strengths)
        passages = pooled(scores, table.owners, len(hits))
        rescored = [
            replace(
                hit, score=float(score), found_by="rerank",
                scores={**hit.scores, "rerank": float(score)},
            )
            for hit, score in zip(hits, passages, strict=True)
        ]  # fmt: skip
        candidates = [
            replace(
                _candidate(query, rescored[owner], views[owner], number, table, row),
                probability=float(np.exp(scores[row])),
                score=float(scores[row]),
                strength=float(strengths[row]),
            )
            for row, (owner, number) in enumerate(
                zip(table.owners.tolist(), table.numbers.tolist(), strict=True)
            )
        ]
        order = sorted(range(len(hits)), key=lambda i: -passages[i])
        ranked = [replace(rescored[i], rank=rank) for rank, i in enumerate(order, start=1)]
        candidates.sort(key=lambda one: -one.score)
        return Evidence(tuple(ranked), tuple(candidates))

    def rank(self, query: Query, hits: Sequence[Hit]) -> list[Candidate]:
        """Every sentence of ``hits`` as a candidate, best first."""
        return list(self.read(query, hits).candidates)


def _word_vectors(index: Index) -> StaticEncoder:
    """The embedded model's words, whichever encoder the index was built with."""
    if isinstance(index.encoder, StaticEncoder) and index.encoder.name.startswith(f"{EMBEDDED}:"):
        return index.encoder
    loaded = load_encoder(EMBEDDED)
    assert isinstance(loaded, StaticEncoder)
    return loaded


def _candidate(
    query: Query,
    hit: Hit,
    view: PassageView,
    number: int,
    table: Table,
    row: int,
) -> Candidate:
    sentence = view.sentences[number]
    return Candidate(
        hit=hit,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text,
        headings=view.headings,
        coverage=float(table.column("covered")[row]),
        own=float(table.column("own")[row]),
        has_shape=query.shape == "any" or bool(table.column("form_found")[row] > 0),
        states_attribute=bool(table.column("attribute")[row] > 0),
        signs=table.values[row],
    )


def log_shares(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Logarithms of the softmax.

    >>> np.exp(log_shares(np.zeros(4, dtype=np.float32))).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if not len(scores):
        return scores
    shifted = scores - scores.max()
    shares: npt.NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum())
    return shares


def pooled(
    log_probabilities: npt.NDArray[np.float32], owners: npt.NDArray[np.int64], count: int
) -> npt.NDArray[np.float32]:
    """Logarithms of the sums of the probabilities of each owner's rows; very low for none."""
    sums = np.bincount(owners, np.exp(log_probabilities.astype(np.float64)), minlength=count)
    pooled_: npt.NDArray[np.float32] = np.log(np.maximum(sums, 1e-13)).astype(np.float32)
    return pooled_


def names_place(candidate: Candidate, place: Place) -> bool:
    """Whether the sentence or its headings name the place, by its full or short name."""
    short = PLACE_SUFFIX.sub("", squeeze(place.written))
    return short in candidate.text or short in candidate.headings


def near_best(candidates: Sequence[Candidate], near: float = NEAR) -> list[Candidate]:
    """The candidates that answer nearly as probably as the best: any of them may be the answer."""
    if not candidates:
        return []
    return [one for one in candidates if one.probability >= near * candidates[0].probability]


def narrow(
    text: str,
    span: Span,
    terms: Sequence[Term],
    pattern: re.Pattern[str],
    *,
    limit: int,
    go_on: bool = False,
) -> Span:
    """The run of clauses of at most ``limit`` characters (blanks not counted) that says most.

    A span that is short enough stays whole. Among runs of clauses the one with the greatest
    weight of terms wins, then one that ``pattern`` (the asked form) matches, then the shorter; a
    single clause longer than ``limit`` is kept whole, because half a clause misleads. ``go_on``
    takes in the clauses after it too while they fit: what is to be done follows the condition that
    a question repeats.
    """
    if _length(text, span) <= limit:
        return _without_comma(text, span)
    parts = clauses(text, *span)
    lengths = [0, *accumulate(_length(text, part) for part in parts)]
    fitting = [
        (i, j)
        for i in range(len(parts))
        for j in range(i, len(parts))
        if j == i or (j - i < limit and lengths[j + 1] - lengths[i] <= limit)
    ]

    def worth(run: tuple[int, int]) -> float:
        said = squeeze(text[parts[run[0]][0] : parts[run[1]][1]])
        return coverage(terms, said) + 0.3 * bool(pattern.search(said)) - 0.0005 * len(said)

    first, last = max(fitting, key=worth)
    while go_on and (first, last + 1) in fitting:
        last += 1
    return _without_comma(text, (parts[first][0], parts[last][1]))


def _without_comma(text: str, span: Span) -> Span:
    """``span`` without the comma or blank that joins its last clause to the next."""
    start, end = span
    while end > start + 1 and (text[end - 1] in "，,、；;：:" or text[end - 1].isspace()):
        end -= 1
    return start, end


def _length(text: str, span: Span) -> int:
    return sum(not character.isspace() for character in text[span[0] : span[1]])
