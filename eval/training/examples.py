"""Questions asked as at run time, each kept as the signs that were weighed and what was right.

The documents of the questions are parted into folds, and each fold into two libraries of some
twenty, so that every question meets documents like its own and folds share none; questions that
need documents of several libraries are left out. Every question is asked of its library and of a
few documents of it, since libraries are of all sizes. Besides as it
was written, every answerable question is looked at once without the passages that answer it: what
is left is its nearest evidence when there is no answer.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.document import Document
from corpus.load import read_file
from eval.metrics import coverage, holds, needs_all, normalise
from eval.questions import Question, load_questions
from index.encoder import Encoder
from index.hit import Filters, Hit
from index.index import Index
from index.training.embedded_questions import folds_of
from rag.assistant import Assistant
from rag.enumeration import LEAD_IN
from rag.query import Query
from rag.retriever import NO_FILTERS
from rag.signals import Table
from rag.views import PassageView

SAME = 0.5
"""Share of the shorter one that a sentence and a quote have in common to be the same place."""
Library = tuple[list[str], list[tuple[Question, str]]]
"""Paths of documents, and questions each with the file it was written about ("" for none)."""
FEW = range(6)
"""How many documents of the library are searched beside the question's own, where few are."""
ANNOUNCED = 150
"""Characters after a lead-in within which the list it announces begins."""
RELATED = 0.3
"""Share of a gold quote from which on a passage is taken away to make the question unanswerable."""

Grades = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Example:
    """One question with what was read for it.

    ``table`` and ``grades`` have a row a sentence: 0 no evidence, 1 part of it, 2 some of the
    answer's strings (or the lead-in of their list), 3 all of them. ``passages`` has a row a passage
    read, a column a gold quote: whether it holds the quote; ``preferred`` are those of a region the
    question names. ``few``: only a few documents of the library were searched.
    """

    question: Question
    library: str
    few: bool
    table: Table
    grades: Grades
    passages: npt.NDArray[np.bool_]
    preferred: npt.NDArray[np.bool_]

    @property
    def all_needed(self) -> bool:
        """Whether every gold quote is needed."""
        asked = self.question
        return needs_all(asked.type, asked.answer, asked.gold)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was known when it had to be decided whether to answer, and whether there is an answer.

    ``emptied``: the passages that answer were taken away. ``hard``: a rule decides, whatever is
    learned.
    """

    question: Question
    library: str
    few: bool
    emptied: bool
    signs: npt.NDArray[np.float32]
    hard: bool

    @property
    def answerable(self) -> bool:
        """Whether what was read may hold the answer."""
        return self.question.answerable and not self.emptied


def libraries(paths: Sequence[Path]) -> dict[str, Library]:
    """Part the documents of question sets: libraries by name, always the same.

    A name begins with its fold, the one by which the embedded encoder was measured. Questions
    without a document (about nothing a library could hold) go to every library.
    """
    asked: list[tuple[Question, str]] = []
    for path in paths:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        for question in load_questions(path).questions:
            document = json.loads(lines[question.line - 1]).get("document", "")
            asked.append((question, document))
    folds = folds_of(document for _, document in asked if document)
    halves: defaultdict[int, list[str]] = defaultdict(list)
    for document in sorted(folds):
        halves[folds[document]].append(document)
    where = {
        document: f"{fold}{'ab'[i % 2]}"
        for fold, documents in halves.items()
        for i, document in enumerate(documents)
    }
    parts: dict[str, Library] = {name: ([], []) for name in sorted(set(where.values()))}
    for document, name in sorted(where.items()):
        parts[name][0].append(document)
    for question, document in asked:
        for name in [where[document]] if document else parts:
            parts[name][1].append((question, Path(document).name))
    return parts


def build(folder: Path, documents: Sequence[Path], encoder: Encoder) -> Index:
    """Index the documents in ``folder``, or open what was built there before."""
    if (folder / "manifest.json").is_file():
        return Index.open(folder, encoder)
    index = Index.create(folder, encoder)
    index.add([one for path in documents for one in read_file(path) if isinstance(one, Document)])
    return index


class Reader:
    """Reads for a question what the assistant would read."""

    def __init__(self, assistant: Assistant, name: str) -> None:
        self._assistant = assistant
        self._index = assistant.index
        self._ids = {card.source_name: card.id for card in self._index.documents().documents}
        self._name = name

    def holds_documents_of(self, question: Question) -> bool:
        """Whether the library has the files the question is about."""
        return all(one in self._ids for one in question.source_names)

    def examples(self, question: Question, about: str) -> Iterator[Example]:
        """The signs of what is read, and which of it is evidence: in the library and in a few."""
        query = self._assistant.understand(question.text, question.history)
        for filters in (NO_FILTERS, self._few(question, about)):
            yield self._example(question, query, filters)

    def _few(self, question: Question, about: str) -> Filters:
        """The question's document among few others, chosen by its id: a library may be small."""
        own = [self._ids[about]] if about in self._ids else []
        rng = random.Random(question.id)
        all_ids = sorted(self._ids.values())
        others = rng.sample(all_ids, min(len(all_ids), rng.choice(FEW) + (not own)))
        return Filters(document_ids=tuple(dict.fromkeys((*own, *others))))

    def _example(self, question: Question, query: Query, filters: Filters) -> Example:
        pool = self._assistant.pool(query, self._assistant.retrieve(query, filters))
        table, views = self._assistant.ranker.table(query, pool)
        held = [[holds(hit.passage.text, quote) for quote in question.gold] for hit in pool]
        metadata = self._index.metadata({hit.passage.document_id for hit in pool})
        preferred = [metadata[hit.passage.document_id].region in query.regions for hit in pool]
        return Example(
            question=question,
            library=self._name,
            few=not filters.empty,
            table=table,
            grades=self._grades(question, table, views),
            passages=np.array(held, dtype=bool).reshape(len(pool), len(question.gold)),
            preferred=np.array(preferred, dtype=bool),
        )

    def verdicts(self, question: Question, about: str) -> Iterator[Verdict]:
        """What the judgement sees: once as asked, once without the passages that answer."""
        query = self._assistant.understand(question.text, question.history)
        for filters in (NO_FILTERS, self._few(question, about)):
            hits = self._assistant.retrieve(query, filters)
            yield self._verdict(question, query, hits, filters, emptied=False)
            if question.answerable and filters.empty:
                left = [hit for hit in hits if not _answers(question, hit.passage.text)]
                yield self._verdict(question, query, left, filters, emptied=True)

    def _verdict(
        self,
        question: Question,
        query: Query,
        hits: Sequence[Hit],
        filters: Filters,
        *,
        emptied: bool,
    ) -> Verdict:
        signs, hard = self._assistant.verdict(query, hits, filters)
        return Verdict(question, self._name, not filters.empty, emptied, signs, hard)

    def _grades(self, question: Question, table: Table, views: Sequence[PassageView]) -> Grades:
        spans = self._gold_spans(question)
        wanted = [normalise(one) for one in question.answer]
        grades = np.zeros(len(table.owners), dtype=np.int8)
        for row, (owner, number) in enumerate(zip(table.owners, table.numbers, strict=True)):
            view = views[owner]
            sentence = view.sentences[number]
            gold = spans.get(view.passage.document_id, ())
            if any(_same(sentence.start, sentence.end, *span) for span in gold):
                said = sum(one in normalise(sentence.text) for one in wanted)
                grades[row] = 3 if said == len(wanted) else 2 if said else 1
            elif LEAD_IN.search(sentence.text) and any(
                0 <= start - sentence.end + 2 <= ANNOUNCED for start, _ in gold
            ):
                grades[row] = 2
        return grades

    def _gold_spans(self, question: Question) -> dict[str, list[tuple[int, int]]]:
        spans: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for evidence in question.evidence:
            document_id = self._ids[evidence.source_name]
            text, at = self._index.document(document_id).text, -1
            while (at := text.find(evidence.quote, at + 1)) >= 0:
                spans[document_id].append((at, at + len(evidence.quote)))
        return spans


def _same(start: int, end: int, gold_start: int, gold_end: int) -> bool:
    common = min(end, gold_end) - max(start, gold_start)
    return common > 0 and common >= SAME * min(end - start, gold_end - gold_start)


def _answers(question: Question, text: str) -> bool:
    """Whether a passage may answer: it holds a part of the gold, or all strings of the answer."""
    said = normalise(text)
    return all(normalise(one) in said for one in question.answer) or any(
        coverage(quote, text) >= RELATED for quote in question.gold
    )
