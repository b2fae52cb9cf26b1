"""Approved answers → lines of a question set, for whoever tends the evaluation.

The lines are drafts in the format of ``eval/questions/SCHEMA.md``: the question as typed, the cited
quotes as evidence and as answer, the kind as the engine understood it. Only answers that a reader
found useful are gold; of a rejected one it is not known what would have been right. Feedback whose
documents have left the library since is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corpus.document import Document
from corpus.errors import DocumentMissing
from corpus.fold import squeeze
from corpus.sections import section_at, section_path
from index.index import Index
from index.records import Feedback
from rag.query import question_kind

KIND_OF_OTHER = "measure"
"""Question sets have no kind "other": what is none of the others asks what will be done."""


def question_lines(index: Index) -> Iterator[str]:
    """Write one JSON line for every answer that was found useful and cites documents still here."""
    for feedback in index.feedback():
        if feedback.rating > 0 and (cited := _cited(index, feedback.citations)):
            yield json.dumps(_question(index, feedback, cited), ensure_ascii=False)


def _cited(index: Index, citations: Sequence[Mapping[str, Any]]) -> list[tuple[Document, int, int]]:
    try:
        return [
            (index.document(citation["doc_id"]), citation["start"], citation["end"])
            for citation in citations
        ]
    except DocumentMissing:
        return []


def _question(
    index: Index, feedback: Feedback, cited: Sequence[tuple[Document, int, int]]
) -> dict[str, object]:
    document, start, _ = cited[0]
    sections = index.sections(document.id)
    kind = question_kind(squeeze(feedback.question), ())
    quotes = [(each.source_name, each.text[first:last]) for each, first, last in cited]
    return {
        "id": f"fb-{feedback.id:03d}",
        "question": feedback.question,
        "history": [],
        "type": KIND_OF_OTHER if kind == "other" else kind,
        "style": "colloquial",
        "docs": list(dict.fromkeys(name for name, _ in quotes)),
        "evidence": [{"doc": name, "quote": quote} for name, quote in quotes],
        "answer": [quote for _, quote in quotes],
        "section": list(section_path(sections, section_at(sections, start))),
    }
