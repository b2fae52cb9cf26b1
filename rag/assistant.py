"""Assistant: the one door of this package.

``ask`` reads as the list of hops: stand alone, understand, retrieve, extract or refuse, compose.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from corpus.errors import DocumentMissing, QuestionError
from corpus.fold import squeeze
from index.analyser import warm_up
from index.hit import Filters, Hit, Span
from index.index import Index
from index.static import StaticEncoder
from rag.answer import Answer, Coverage, Refusal, answer_text
from rag.answerable import ANSWER_FROM, Answerability, Doubts, verdict_signs
from rag.compose import Composer
from rag.conversation import Standalone, standalone
from rag.evidence import Evidence, EvidenceRanker
from rag.extract import Extractor
from rag.matching import matched_spans, pair_texts
from rag.network import Network
from rag.query import Gazetteer, Query, understand
from rag.quotes import Extraction
from rag.reader import Reader, load_reader
from rag.refuse import Judge
from rag.rerank import Reranker, Reranking, load_reranker
from rag.retriever import NO_FILTERS, Retriever
from rag.settings import Settings
from rag.spans import FoundSpan, SpanReading, marked

HISTORY_LIMIT = 20
NOTHING_PASSES = Refusal(
    "not_found", "没有文件符合所选的筛选条件（地区、机关、年份或文件），请放宽筛选后再问。"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search returns; ``terms[i]`` are matched spans inside ``hits[i].passage.text``."""

    standalone_question: str
    hits: tuple[Hit, ...]
    terms: tuple[tuple[Span, ...], ...]
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Networks:
    """Learned parts other than those that come with the package: for training and measuring."""

    sentences: Network
    answerable: Network
    words: StaticEncoder


class Assistant:
    """Answers questions from one index."""

    def __init__(
        self,
        index: Index,
        settings: Settings | None = None,
        *,
        reranker: Reranker | None = None,
        reader: Reader | None = None,
        networks: Networks | None = None,
    ) -> None:
        self.index = index
        self.reranker = reranker
        self.reader = reader
        self.settings = settings or Settings()
        weight = self.settings.dense_weight
        self._retriever = Retriever(
            index,
            dense_weight=index.encoder.dense_weight if weight is None else weight,
            candidates=self.settings.candidates,
        )
        self.ranker = (
            EvidenceRanker(index, networks.sentences, networks.words)
            if networks
            else EvidenceRanker(index)
        )
        self._extractor = Extractor(index, self.ranker)
        self._judge = Judge(index, self.ranker, self._extractor.charges)
        self._answerability = Answerability(networks.answerable if networks else None)
        self._reranking = None
        if reranker is not None:
            self._reranking = Reranking(
                index,
                reranker,
                candidates=self.settings.rerank_candidates,
                weight=self.settings.rerank_weight,
            )
        self._reading = None
        if reader is not None:
            self._reading = SpanReading(reader, weight=self.settings.reader_weight)
        self._gazetteer = Gazetteer(())
        warm_up()

    @classmethod
    def load(cls, index: Index, settings: Settings) -> Self:
        """An assistant with the models its settings name, loaded now. Raises ModelUnavailable."""
        length, batch_size = settings.model_length, settings.model_batch_size
        return cls(
            index,
            settings,
            reranker=load_reranker(settings.reranker, length=length, batch_size=batch_size)
            if settings.reranker
            else None,
            reader=load_reader(settings.reader, length=length, batch_size=batch_size)
            if settings.reader
            else None,
        )

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        filters: Filters = NO_FILTERS,
        top_k: int = 8,
    ) -> Answer:
        """Answer ``question`` in the light of earlier ones, or refuse with the reason.

        Raises QuestionError for a question that is empty or too long.
        """
        try:
            return self._ask(question, history, filters, top_k)
        except DocumentMissing:  # removed by another thread while it was read
            return self._ask(question, history, filters, top_k)

    def _ask(self, question: str, history: Sequence[str], filters: Filters, top_k: int) -> Answer:
        started = time.perf_counter()
        alone, query = self._understand(question, history)
        searched = self.index.documents(filters, limit=0).total
        evidence = self._find(query, filters)
        decision = self._decide(query, evidence, filters)
        extraction, refusal = decision.extraction, decision.refusal
        if not (searched or filters.empty):
            refusal = NOTHING_PASSES
        if refusal:
            extraction = Extraction()
        composer = Composer(self.index)
        table = composer.add(marked(extraction, decision.spans))
        if refusal is None and not composer.citations:
            refusal = Refusal("not_found", "文件库里没有找到能回答这个问题的内容。")
        return Answer(
            question=question,
            standalone_question=alone.text,
            kind=query.kind,
            text=refusal.detail if refusal else answer_text(composer.parts),
            parts=() if refusal else composer.parts,
            citations=() if refusal else composer.citations,
            hits=evidence.hits[:top_k],
            refusal=refusal,
            confidence=0.0 if refusal else decision.confidence,
            coverage=Coverage(searched, extraction.exhaustive, len(composer.citations)),
            table=None if refusal else table,
            index_id=self.index.id,
            elapsed_ms=_milliseconds(started),
        )

    def search(
        self,
        query: str,
        history: Sequence[str] = (),
        *,
        filters: Filters = NO_FILTERS,
        top_k: int = 10,
    ) -> Found:
        """The passages ``ask`` would read, best first. Raises QuestionError as ``ask`` does."""
        started = time.perf_counter()
        alone, understood = self._understand(query, history)
        try:
            hits = self._find(understood, filters).hits[:top_k]
        except DocumentMissing:  # removed by another thread while it was read
            hits = self._find(understood, filters).hits[:top_k]
        texts = pair_texts(understood.content)
        terms = tuple(matched_spans(texts, hit.passage.text) for hit in hits)
        return Found(alone.text, hits, terms, _milliseconds(started))

    # what training looks at

    def understand(self, question: str, history: Sequence[str] = ()) -> Query:
        """What ``question`` asks in the light of earlier ones. Raises QuestionError."""
        return self._understand(question, history)[1]

    def retrieve(self, query: Query, filters: Filters = NO_FILTERS) -> list[Hit]:
        """What both searches find, fused, best first."""
        return self._retriever.retrieve(query, filters=filters)

    def pool(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        """The passages that are read sentence by sentence."""
        return self._extractor.pool(query, hits)

    def verdict(
        self, query: Query, hits: Sequence[Hit], filters: Filters
    ) -> tuple[npt.NDArray[np.float32], bool]:
        """The signs the decision to answer rests on, and whether it is made without them."""
        evidence = self._extractor.read(query, hits)
        facts = self._extractor.from_facts(query, evidence.hits, filters=filters)
        doubts, extraction = self._doubts(query, evidence, filters)
        signs = verdict_signs(query, evidence.candidates, doubts)
        return signs, bool(facts.quotes or doubts.decided) or extraction.exhaustive

    # the hops

    def _find(self, query: Query, filters: Filters) -> Evidence:
        evidence = self._extractor.read(query, self.retrieve(query, filters))
        if self._reranking is None:
            return evidence
        hits = self._reranking.apply(query.text, evidence.hits, regions=query.regions)
        return evidence.reordered(hits)

    def _decide(self, query: Query, evidence: Evidence, filters: Filters) -> _Decision:
        """Answer from facts, else from sentences if they probably hold the answer."""
        facts = self._extractor.from_facts(query, evidence.hits, filters=filters)
        if facts.quotes:
            return _Decision(facts, None, 1.0 if facts.exhaustive else 0.5)
        spans: list[FoundSpan] = []
        if self._reading:
            spans = self._reading.read(query.text, evidence.candidates)
            evidence = replace(
                evidence, candidates=self._reading.credited(evidence.candidates, spans)
            )
        doubts, extraction = self._doubts(query, evidence, filters)
        if doubts.decided:
            return _Decision(Extraction(), doubts.decided, 0.0)
        if extraction.exhaustive:
            return _Decision(extraction, None, 1.0)
        probability = self._answerability.probability(query, evidence.candidates, doubts)
        if probability >= ANSWER_FROM:
            return _Decision(extraction, None, round(probability, 3), tuple(spans))
        refusal = doubts.rule or self._judge.unanswered(query, evidence.hits)
        return _Decision(Extraction(), refusal, 0.0)

    def _doubts(
        self, query: Query, evidence: Evidence, filters: Filters
    ) -> tuple[Doubts, Extraction]:
        """What speaks against an answer, and the answer there would be."""
        hits, candidates = evidence.hits, evidence.candidates
        rule = self._judge.refusal(query, hits, candidates, filters)
        doubts = Doubts(rule, rule is not None and self._judge.is_certain(query, rule))
        if doubts.decided:
            return doubts, Extraction()
        stated = self._extractor.stated(query, filters=filters)
        extraction = self._extractor.extract(query, hits, candidates, filters=filters)
        others = self._judge.other_figures(self._extractor.others(query, extraction))
        return replace(doubts, stated=bool(stated.quotes), others=others), extraction

    def _understand(self, question: str, history: Sequence[str]) -> tuple[Standalone, Query]:
        asked = check_question(question, limit=self.settings.question_limit)
        gazetteer = self._gazetteer
        if gazetteer.regions != self.index.regions():
            gazetteer = self._gazetteer = Gazetteer(self.index.regions())
        alone = standalone(asked, list(history)[-HISTORY_LIMIT:], gazetteer)
        return alone, understand(
            alone.text, gazetteer, focus=alone.focus, known=self._extractor.charges.known
        )


@dataclass(frozen=True, slots=True)
class _Decision:
    """An answer or a refusal; ``confidence``: how probably the answer answers, in [0, 1]."""

    extraction: Extraction
    refusal: Refusal | None
    confidence: float
    spans: tuple[FoundSpan, ...] = ()


def check_question(question: str, *, limit: int) -> str:
    """The question trimmed. Raises QuestionError when it is empty or longer than ``limit``."""
    asked = question.strip()
    accepted = f"问题须为1至{limit}个字"
    if not squeeze(asked):
        raise QuestionError("问题是空的", accepted=accepted, advice="请输入要问的内容")
    if len(asked) > limit:
        met = f"问题有{len(asked)}个字"
        raise QuestionError(met, accepted=accepted, advice="请缩短问题，或分成几个问题来问")
    return asked


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
