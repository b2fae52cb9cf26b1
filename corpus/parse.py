"""A document → everything found in its text: sections, passages, facts.

This is the whole of the work that depends on the text alone; it needs no index and no model, so it
can be done in another process (``corpus.ingest``).
"""

from __future__ import annotations

from dataclasses import dataclass

from corpus.document import Document, Passage, Section
from corpus.facts import Facts, extract_facts
from corpus.passages import cut_passages
from corpus.sections import outline


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document with its section tree, its passages and its facts."""

    document: Document
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    facts: Facts


def parse(document: Document) -> Parsed:
    """Find what ``document`` holds. Raises ValueError when a passage differs from its slice."""
    sections = outline(document.text, document.layout)
    passages = cut_passages(document, sections)
    for passage in passages:
        if document.text[passage.start : passage.end] != passage.text:
            raise ValueError(f"passage {passage.id} is not what its document says")
    return Parsed(document, sections, passages, extract_facts(document, sections))
