"""Ask every question through the door the users use, and keep what came back.

One ``Outcome`` a question: enough to judge it later without the library. A question that ends in
an exception becomes an outcome with ``error`` set, so that one bug costs one question and not the
run. Judging is left to ``judgement.py``, means to ``report.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus.document import Document
from eval.metrics import verbatim
from eval.questions import Question
from index.hit import Hit
from rag.answer import Answer, Citation, Part, QuestionKind, RefusalReason
from rag.settings import Settings

SEARCH_DEPTH = 20
"""Passages kept of each search: as deep as recall is measured."""

Progress = Callable[[int, int | None, str], object]
"""Called with (done, total, what) after each question."""


class Library(Protocol):
    """What a run needs of an index."""

    @property
    def id(self) -> str:
        """Changes whenever the content does."""

    def document(self, document_id: str, /) -> Document:
        """Return the document a citation points into."""


class Found(Protocol):
    """What a run needs of a search result."""

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Best first."""


class AskingAssistant(Protocol):
    """What is evaluated: ``rag.Assistant``, or anything that answers and searches like it."""

    @property
    def index(self) -> Library:
        """The library it answers from."""

    @property
    def settings(self) -> Settings:
        """What it answers by."""

    def ask(self, question: str, history: Sequence[str] = (), /) -> Answer:
        """Answer one question."""

    def search(self, query: str, history: Sequence[str] = (), /, *, top_k: int = 10) -> Found:
        """Find passages for one question."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as judged; ``verbatim``: the document says exactly this at ``[start, end)``."""

    number: int
    document_id: str
    start: int
    end: int
    quote: str
    verbatim: bool


@dataclass(frozen=True, slots=True)
class FoundText:
    """A passage found, in the order of the search."""

    document_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question came to; times in milliseconds.

    ``parts``, ``citations`` and ``kind`` are the answer's; ``refusal`` is the reason when there was
    none, ``error`` the exception when the assistant failed: then nothing else is there.
    """

    question_id: str
    answered: bool = False
    kind: QuestionKind | None = None
    parts: tuple[Part, ...] = ()
    citations: tuple[Cited, ...] = ()
    hits: tuple[FoundText, ...] = ()
    refusal: RefusalReason | None = None
    confidence: float = 0.0
    ask_ms: float | None = None
    search_ms: float | None = None
    error: str | None = None

    @property
    def quoted(self) -> str:
        """The answer without labels and markers: what is judged."""
        return "\n".join(part.text for part in self.parts if part.kind == "quote")


def run_questions(
    questions: Sequence[Question],
    assistant: AskingAssistant,
    *,
    progress: Progress | None = None,
) -> Iterator[Outcome]:
    """Yield one outcome a question, in order, as soon as it is there."""
    for done, question in enumerate(questions, start=1):
        outcome = ask(question, assistant)
        if progress:
            progress(done, len(questions), question.id)
        yield outcome


def ask(question: Question, assistant: AskingAssistant) -> Outcome:
    """Ask and search once; never raises for what the assistant does."""
    try:
        begin = time.perf_counter()
        answer = assistant.ask(question.text, question.history)
        answered = time.perf_counter()
        found = assistant.search(question.text, question.history, top_k=SEARCH_DEPTH)
        searched = time.perf_counter()
        return _outcome(
            question.id,
            answer,
            found.hits,
            assistant.index,
            ask_ms=(answered - begin) * 1000,
            search_ms=(searched - answered) * 1000,
        )
    except Exception as error:  # any failure of one question is a result of the run
        return Outcome(question.id, error=f"{type(error).__name__}: {error}")


def _outcome(
    question_id: str,
    answer: Answer,
    hits: Sequence[Hit],
    library: Library,
    *,
    ask_ms: float,
    search_ms: float,
) -> Outcome:
    return Outcome(
        question_id,
        answered=answer.answered,
        kind=answer.kind,
        parts=answer.parts,
        citations=tuple(_cited(citation, library) for citation in answer.citations),
        hits=tuple(
            FoundText(hit.passage.document_id, hit.passage.start, hit.passage.end, hit.passage.text)
            for hit in hits[:SEARCH_DEPTH]
        ),
        refusal=answer.refusal.reason if answer.refusal else None,
        confidence=answer.confidence,
        ask_ms=ask_ms,
        search_ms=search_ms,
    )


def _cited(citation: Citation, library: Library) -> Cited:
    text = library.document(citation.document_id).text
    return Cited(
        citation.number,
        citation.document_id,
        citation.start,
        citation.end,
        citation.quote,
        verbatim(citation.quote, citation.start, citation.end, text),
    )
