"""A lead-in carries its list: 应当提交下列材料：（一）…；（二）….

Regulations and plans put what is asked into one sentence and the answer into the entries after it.
Neither is an answer without the other, so both are quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.document import Section
from corpus.fold import squeeze
from corpus.sections import section_at
from corpus.sentences import sentences
from index.hit import Span
from index.index import Index
from rag.evidence import Candidate

LEAD_IN = re.compile(r"[:：]$|(?:下列|以下|如下)[^。;]*[:：。]?$")
"""How a sentence announces entries."""

ENTRY_LENGTH = 120
"""Entries longer than this on average are paragraphs of their own, not a list."""


def with_entries(index: Index, candidate: Candidate) -> tuple[Span, ...]:
    """The lead-in and its entries when ``candidate`` announces entries; empty otherwise.

    The first entry may stand in the same sentence: 实现三个转变：一是…；二是….
    """
    sections = index.sections(candidate.document_id)
    text = index.document(candidate.document_id).text
    position = section_at(sections, candidate.start)
    entries = [
        one
        for one in sections
        if one.label and one.parent == position and one.start > candidate.start
    ]
    if len(entries) < 2:
        return ()
    end = min(candidate.end, entries[0].start)
    if text[end : entries[0].start].strip() or not LEAD_IN.search(
        squeeze(text[candidate.start : end])
    ):
        return ()
    return ((candidate.start, end), *_entry_spans(text, entries))


def with_siblings(index: Index, candidate: Candidate) -> tuple[Span, ...]:
    """The lead-in and all entries when ``candidate`` is one short entry; empty otherwise."""
    sections = index.sections(candidate.document_id)
    position = section_at(sections, candidate.start)
    entry = None if position is None else sections[position]
    if entry is None or entry.kind != "item" or entry.parent is None:
        return ()
    parent = sections[entry.parent]
    entries = [one for one in sections if one.parent == entry.parent and one.label]
    text = index.document(candidate.document_id).text
    length = sum(one.body_end - one.start for one in entries) / len(entries)
    before = sentences(text, parent.start, entries[0].start)
    if len(entries) < 2 or length > ENTRY_LENGTH or not before:
        return ()
    if not LEAD_IN.search(squeeze(text[slice(*before[-1])])):
        return ()
    return (before[-1], *_entry_spans(text, entries))


def _entry_spans(text: str, entries: Sequence[Section]) -> list[Span]:
    return [(entry.start, entry_end(text, entry)) for entry in entries]


def entry_end(text: str, entry: Section) -> int:
    """Where an entry's quote ends: at its title, or after its first sentence when it has none."""
    if entry.title:
        return entry.end
    ends = (stop for _, stop in sentences(text, entry.start, entry.body_end) if stop > entry.end)
    return next(ends, entry.body_end)
