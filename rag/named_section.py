"""Lists read from the outline: the entries of the section a question names by its heading."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.document import Section
from corpus.fold import squeeze
from index.index import Index
from rag.enumeration import entry_end
from rag.evidence import Candidate
from rag.matching import pair_texts
from rag.query import Query
from rag.quotes import Quote
from rag.views import chain, naming_of

TITLE_SHARE = 0.75
"""Share of a heading's character pairs that a question must hold to have named the section."""

ASKED_SHARE = 0.35
"""Share of the question's pairs, those of the document's title left out, that the heading must
account for."""

FEWEST_HEADS = 3
BODY_LIMIT = 220
"""Longest section (blanks not counted) quoted whole."""


class NamedSections:
    """Finds the section that is asked for among those of the candidates."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def entries(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Quote, ...]:
        """The entries of the section that the question names by its heading.

        A short section without entries is quoted whole.
        """
        named = self._named(query, candidates)
        if named is None:
            return ()
        document_id, section = named
        sections = self._index.sections(document_id)
        text = self._index.document(document_id).text
        entries = _entries(sections, section)
        if len(entries) < 2:
            short = len(squeeze(text[section.start : section.body_end])) <= BODY_LIMIT
            return (Quote(document_id, (section.start, section.body_end)),) if short else ()
        return tuple(Quote(document_id, (entry.start, entry_end(text, entry))) for entry in entries)

    def _named(self, query: Query, candidates: Sequence[Candidate]) -> tuple[str, Section] | None:
        """The section whose heading the question repeats; the longest such heading wins.

        Where several sections of a document bear the heading (重点任务 under each industry), the
        headings above tell which is meant; when they do not, none is.
        """
        asked = _pairs(query.focus or query.content)
        best: tuple[float, str, Section] | None = None
        for document_id, section in self._sections_of(candidates):
            sections = self._index.sections(document_id)
            own = _pairs(squeeze(section.title))
            said = len(own & asked)
            above = set().union(
                *(_pairs(squeeze(one.title)) for one in chain(sections, section.parent))
            )
            rest = asked - self._title_pairs(document_id)
            if len(own) < 3 or said < TITLE_SHARE * len(own):
                continue
            if len(rest & (own | above)) < ASKED_SHARE * len(rest):
                continue
            if _is_repeated(sections, section) and not (above - own) & rest:
                continue
            worth = said / len(own) * said + len(above & rest)
            if best is None or worth > best[0]:
                best = (worth, document_id, section)
        return (best[1], best[2]) if best else None

    def _sections_of(self, candidates: Sequence[Candidate]) -> list[tuple[str, Section]]:
        """The sections the candidates stand in and those above, each once, best candidate first."""
        found: dict[tuple[str, int], Section] = {}
        for candidate in candidates:
            sections = self._index.sections(candidate.document_id)
            for section in reversed(chain(sections, candidate.hit.passage.section)):
                found.setdefault((candidate.document_id, section.position), section)
        return [(document_id, section) for (document_id, _), section in found.items()]

    def _title_pairs(self, document_id: str) -> set[str]:
        """What a question says to name the document, not the section."""
        return _pairs(naming_of(self._index.document(document_id).metadata))


def _entries(sections: Sequence[Section], section: Section) -> list[Section]:
    """The enumerated children; those of its only enumerating run-in when it has none itself.

    Run-in heads alone (创新驱动，人才支撑。) are entries when there are several of them.
    """
    children = [one for one in sections if one.parent == section.position]
    entries = [one for one in children if one.label]
    if entries:
        return entries
    nested = [
        [one for one in sections if one.parent == child.position and one.label]
        for child in children
    ]
    filled = [group for group in nested if group]
    if filled:
        return filled[0] if len(filled) == 1 else []
    return children if len(children) >= FEWEST_HEADS else []


def _pairs(text: str) -> set[str]:
    return set(pair_texts(text))


def _is_repeated(sections: Sequence[Section], section: Section) -> bool:
    return sum(one.title == section.title for one in sections) > 1
