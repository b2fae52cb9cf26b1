"""From ranked passages to the spans that answer, by the kind of question.

Each kind has the shape officials expect: a figure is a clause, a question for the 责任单位 the role
clause of the task, a list the child headings of the section that is named, a comparison one quote
a place, an aggregate every passage that qualifies. What no shape fits is answered with the best
sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.document import Section
from corpus.fold import squeeze
from corpus.sections import section_at
from corpus.sentences import sentences
from index.hit import Filters, Hit, Span
from index.index import Index
from rag.answer import QuestionKind
from rag.evidence import (
    SHAPES,
    Candidate,
    EvidenceRanker,
    asked_form,
    chain,
    names_place,
    narrow,
    near_best,
)
from rag.matching import Squeezed, term_texts
from rag.query import Query, content_of, question_kind
from rag.responsibility import RoleClause, charges, role_clauses, same_body

READ = 15
"""How many of the best passages are read sentence by sentence."""

BUDGET = 150
"""Most characters (blanks not counted) quoted where sentences, not a list, answer."""

MOST_SENTENCES = 8
"""How many of the nearly equal sentences are tried for the budget."""

FIGURE_LIMIT = 75
SENTENCE_LIMIT = 80
MENTION_LIMIT = 60

TITLE_SHARE = 0.75
"""Share of a heading's character pairs that a question must hold to have named the section."""

ASKED_SHARE = 0.35
"""Share of the question's pairs, those of the document's title left out, that the heading must
account for."""

FAIR_SHARE = 0.75
"""A place that is not named is left out of a comparison when its best sentence covers less than
this share of what the best place's covers."""

SCAN = 300
"""Most passages looked through for a question that wants every match."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A span to quote, with what it is about where several stand together.

    An empty ``document_id`` quotes nothing: only the label is shown.
    """

    document_id: str
    span: Span
    highlights: tuple[Span, ...] = ()
    label: str = ""
    row: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """The quotes that answer, in order; ``best`` is the candidate the answer rests on.

    ``columns`` names the cells of the quotes' ``row`` where the answer is also a table.
    ``exhaustive`` says that every passage that could qualify was looked at.
    """

    quotes: tuple[Quote, ...] = ()
    best: Candidate | None = None
    columns: tuple[str, ...] = ()
    exhaustive: bool = False


class Extractor:
    """Chooses the spans that answer a query."""

    def __init__(self, index: Index, ranker: EvidenceRanker) -> None:
        self._index = index
        self._ranker = ranker

    def extract(
        self,
        query: Query,
        hits: Sequence[Hit],
        candidates: Sequence[Candidate],
        *,
        filters: Filters,
    ) -> Extraction:
        """Answer ``query`` from ``hits`` and their ranked ``candidates``.

        No quotes when nothing was found.
        """
        named = [
            one for one in candidates if all(names_place(one, place) for place in query.elsewhere)
        ]
        candidates = named or candidates
        if query.kind == "comparison":
            return self._compare(query, hits)
        if query.kind == "aggregate":
            found = self._aggregate(query, filters)
            if found.quotes:
                return found
        return self._single(query, candidates)

    def candidates(self, query: Query, hits: Sequence[Hit]) -> list[Candidate]:
        """The sentences of the best passages, best first.

        Where the question names a region, its own documents are read, not others that resemble.
        """
        own = [hit for hit in hits if self._region(hit) == query.subject] if query.subject else []
        read = (own or list(hits))[:READ]
        if query.about_document and read:
            read += self._outer_lines(read)
        return self._ranker.rank(query, read)

    def _outer_lines(self, read: Sequence[Hit]) -> list[Hit]:
        """The passages before the first heading and after the last section of the best document."""
        best, known = read[0], {hit.passage.id for hit in read}
        outer = [
            passage
            for passage in self._index.passages(best.passage.document_id)
            if passage.section is None and passage.id not in known
        ]
        return [replace(best, passage=passage) for passage in outer]

    # one place, one answer

    def _single(self, query: Query, candidates: Sequence[Candidate]) -> Extraction:
        if not candidates:
            return Extraction()
        if query.kind == "responsible":
            quotes = self._responsible(query, candidates)
        elif query.kind in ("list", "measure", "aggregate"):
            quotes = self._entries_of_named_section(query, candidates)
        else:
            quotes = ()
        return Extraction(quotes or self._sentences(query, candidates), candidates[0])

    def _sentences(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Quote, ...]:
        """The best sentence and those nearly as good, within the budget."""
        quotes: list[Quote] = []
        left = BUDGET
        for candidate in near_best(candidates)[:MOST_SENTENCES]:
            span = self._span(query, candidate)
            text = self._index.document(candidate.document_id).text
            length = len(squeeze(text[slice(*span)]))
            overlaps = any(
                quote.document_id == candidate.document_id
                and quote.span[0] < span[1]
                and span[0] < quote.span[1]
                for quote in quotes
            )
            if overlaps or (quotes and length > left):
                continue
            left -= length
            quotes.append(Quote(candidate.document_id, span, self._highlights(query, text, span)))
        return _labelled(quotes, self._index)

    def _span(self, query: Query, candidate: Candidate) -> Span:
        """The candidate's sentence, narrowed when long, carried on when it is but a heading."""
        text = self._index.document(candidate.document_id).text
        terms = self._ranker.terms(query)
        if self._is_heading(candidate):
            return self._with_following(candidate)
        figure = query.shape != "any"
        limit = FIGURE_LIMIT if figure else SENTENCE_LIMIT
        if query.kind in ("list", "definition") and not figure:
            limit = BUDGET
        return narrow(text, (candidate.start, candidate.end), terms, asked_form(query), limit=limit)

    def _is_heading(self, candidate: Candidate) -> bool:
        section = self._section(candidate.document_id, candidate.start)
        return (
            section is not None
            and candidate.start < section.end
            and (candidate.end <= section.end + 1)
        )

    def _with_following(self, candidate: Candidate) -> Span:
        """A heading with the sentences after it, while they stay within the sentence limit."""
        text = self._index.document(candidate.document_id).text
        section = self._section(candidate.document_id, candidate.start)
        stop = section.body_end if section else candidate.end
        end, length = candidate.end, 0
        for start, stop_at in sentences(text, candidate.end, stop):
            length += len(squeeze(text[start:stop_at]))
            if end > candidate.end and length > SENTENCE_LIMIT:
                break
            end = stop_at
        return candidate.start, end

    def _section(self, document_id: str, offset: int) -> Section | None:
        sections = self._index.sections(document_id)
        position = section_at(sections, offset)
        return None if position is None else sections[position]

    def _highlights(self, query: Query, text: str, span: Span) -> tuple[Span, ...]:
        """Where the quote has the asked form, or the question's own quoted words."""
        squeezed = Squeezed.of(text[slice(*span)])
        if query.shape != "any":
            pattern = asked_form(query)
        elif query.phrases:
            pattern = re.compile("|".join(map(re.escape, query.phrases)))
        else:
            return ()
        return tuple(
            (span[0] + start, span[0] + end)
            for match in pattern.finditer(squeezed.text)
            for start, end in [squeezed.source_span(*match.span())]
        )

    # responsibilities

    def _responsible(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Quote, ...]:
        """The role clause of the task that is asked about, or the running text that charges."""
        leading = "牵头" in query.text
        for candidate in candidates[:READ]:
            clause = self._clause_of(candidate)
            if clause and not (leading and charges(candidate.text) and not _leads(clause)):
                return (Quote(candidate.document_id, (clause.start, clause.end)),)
            if charges(candidate.text):
                text = self._index.document(candidate.document_id).text
                span = narrow(
                    text,
                    (candidate.start, candidate.end),
                    self._ranker.terms(query),
                    SHAPES["any"],
                    limit=FIGURE_LIMIT,
                )
                return (Quote(candidate.document_id, span),)
        return ()

    def _clause_of(self, candidate: Candidate) -> RoleClause | None:
        """The role clause that closes the task a sentence belongs to."""
        text = self._index.document(candidate.document_id).text
        section = self._section(candidate.document_id, candidate.start)
        if section is None:
            return None
        sections = self._index.sections(candidate.document_id)
        children = [
            s.start for s in sections if s.parent == section.position and s.kind == "heading"
        ]
        own_end = min(children, default=section.body_end)
        clauses = role_clauses(text, section.start, own_end)
        return clauses[-1] if clauses else None

    # lists

    def _entries_of_named_section(
        self, query: Query, candidates: Sequence[Candidate]
    ) -> tuple[Quote, ...]:
        """The entries of the section that the question names by its heading."""
        named = self._named_section(query, candidates)
        if named is None:
            return ()
        document_id, section = named
        sections = self._index.sections(document_id)
        text = self._index.document(document_id).text
        entries = _entries(sections, section)
        if len(entries) < 2:
            return ()
        return tuple(
            Quote(document_id, (entry.start, _entry_end(text, entry))) for entry in entries
        )

    def _named_section(
        self, query: Query, candidates: Sequence[Candidate]
    ) -> tuple[str, Section] | None:
        """The section whose heading the question repeats; the longest such heading wins.

        Where several sections of a document bear the heading (重点任务 under each industry), the
        headings above tell which is meant; when they do not, none is.
        """
        asked = _pairs(query.focus or query.content)
        best: tuple[float, str, Section] | None = None
        for document_id, section in self._sections_of(candidates[:READ]):
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
        metadata = self._index.document(document_id).metadata
        return _pairs(squeeze(f"{metadata.title} {metadata.region}"))

    # several places

    def _compare(self, query: Query, hits: Sequence[Hit]) -> Extraction:
        """One answer for each place, from its own documents.

        A place that is named and has no answer is said to have none; of places that are only meant
        (各地) those without one are left out.
        """
        regions = query.regions if len(query.regions) > 1 else self._regions_of(hits[:SCAN])
        found = [(region, self._in_region(query, region, hits)) for region in regions]
        answered = [(region, one) for region, one in found if one.best and one.best.has_shape]
        best = max((one.best for _, one in answered if one.best), key=_coverage, default=None)
        if best and len(query.regions) < 2:
            found = [
                (region, one)
                for region, one in answered
                if one.best and one.best.coverage >= FAIR_SHARE * best.coverage
            ]
        quotes: list[Quote] = []
        for region, one in found:
            if one.best is None or not one.best.has_shape:
                quotes.append(nothing_about(region))
                continue
            for quote in one.quotes[:2]:
                text = self._index.document(quote.document_id).text
                row = (region, text[slice(*quote.span)].strip())
                quotes.append(replace(quote, label=region, row=row))
        return Extraction(tuple(quotes) if best else (), best, columns=("地区", "原文"))

    def _in_region(self, query: Query, region: str, hits: Sequence[Hit]) -> Extraction:
        single = of_region(query, region)
        own = [hit for hit in hits if self._region(hit) == region]
        return self._single(single, self.candidates(single, own))

    def _regions_of(self, hits: Sequence[Hit]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, map(self._region, hits))))

    def _region(self, hit: Hit) -> str | None:
        return self._index.document(hit.passage.document_id).metadata.region

    # every match

    def _aggregate(self, query: Query, filters: Filters) -> Extraction:
        inside = filters if filters.regions else replace(filters, regions=query.regions)
        if query.bodies:
            return self._tasks_of(query, inside)
        if query.phrases:
            return self._mentions(query, inside)
        return Extraction()

    def _tasks_of(self, query: Query, filters: Filters) -> Extraction:
        """Every task whose role clause names the body, with the clause."""
        wanted = wanted_roles(query.text)
        quotes: list[Quote] = []
        found = self._scan(query.bodies, filters)
        for hit in _in_reading_order(found):
            text = self._index.document(hit.passage.document_id).text
            for clause in role_clauses(text, hit.passage.start, hit.passage.end):
                roles = {
                    role
                    for role, name in clause.bodies
                    for body in query.bodies
                    if same_body(name, body) and (not wanted or role in wanted)
                }
                if not roles:
                    continue
                section = self._section(hit.passage.document_id, clause.start)
                written = text[clause.start : clause.end]
                title = section.heading if section else ""
                row = ("、".join(sorted(roles)), title, written)
                label = self._index.document(hit.passage.document_id).metadata.title
                if section:
                    quotes.append(
                        Quote(hit.passage.document_id, (section.start, section.end), label=label)
                    )
                quotes.append(
                    Quote(hit.passage.document_id, (clause.start, clause.end), label=label, row=row)
                )
        return Extraction(
            _one_label_is_none(quotes),
            columns=("角色", "任务", "原文"),
            exhaustive=len(found) < SCAN,
        )

    def _mentions(self, query: Query, filters: Filters) -> Extraction:
        """Every sentence and heading that holds the quoted words, by document."""
        found = self._scan(query.phrases, filters)
        spans: dict[tuple[str, Span], None] = {}
        for hit in _in_reading_order(found):
            document = self._index.document(hit.passage.document_id)
            sections = self._index.sections(document.id)
            above = [(one.start, one.end) for one in chain(sections, hit.passage.section)]
            inside = sentences(document.text, hit.passage.start, hit.passage.end)
            for span in (*above, *inside):
                said = squeeze(document.text[slice(*span)])
                if all(phrase in said for phrase in query.phrases):
                    spans.setdefault((document.id, span))
        pattern = re.compile("|".join(map(re.escape, query.phrases)))
        quotes = []
        for document_id, span in _without_contained(sorted(spans)):
            document = self._index.document(document_id)
            span = narrow(
                document.text, span, self._ranker.terms(query), pattern, limit=MENTION_LIMIT
            )
            title = document.metadata.title
            quotes.append(
                Quote(
                    document_id,
                    span,
                    self._highlights(query, document.text, span),
                    label=title,
                    row=(title, document.text[slice(*span)].strip()),
                )
            )
        return Extraction(tuple(quotes), columns=("文件", "原文"), exhaustive=len(found) < SCAN)

    def _scan(self, texts: Sequence[str], filters: Filters) -> list[Hit]:
        """Every passage that may hold one of the texts, up to SCAN for each."""
        found: dict[str, Hit] = {}
        for text in texts:
            for hit in self._index.search(text, by="lexical", top_k=SCAN, filters=filters):
                found.setdefault(hit.passage.id, hit)
        return list(found.values())


def nothing_about(region: str) -> Quote:
    """Say that a place of a comparison has no answer."""
    return Quote("", (0, 0), label=f"{region}（文件未写明）")


def of_region(query: Query, region: str) -> Query:
    """The same question asked of one place only.

    Its kind is read again without the other places, so that a comparison of figures becomes a
    question for a figure.
    """
    text = squeeze(query.text)
    for place in query.places:
        if place.region != region:
            text = text.replace(squeeze(place.written), "")
    kind: QuestionKind = question_kind(text)
    places = tuple(place for place in query.places if place.region == region)
    return replace(query, kind=kind, content=content_of(text), places=places)


def wanted_roles(question: str) -> frozenset[str]:
    """Roles a question restricts itself to; empty when it asks for any.

    >>> sorted(wanted_roles("要配合哪几项工作(不是牵头的)"))
    ['配合']
    """
    said = re.sub(r"(?:不是|不含|不包括|除了?)(?:牵头|配合|责任)", "", question)
    both = {role for role in ("牵头", "配合") if role in said}
    return frozenset() if "责任单位" in said or len(both) == 2 else frozenset(both)


def _entries(sections: Sequence[Section], section: Section) -> list[Section]:
    """The enumerated children; those of its only enumerating run-in when it has none itself."""
    children = [one for one in sections if one.parent == section.position]
    entries = [one for one in children if one.label]
    if entries:
        return entries
    nested = [
        [one for one in sections if one.parent == child.position and one.label]
        for child in children
    ]
    filled = [group for group in nested if group]
    return filled[0] if len(filled) == 1 else []


def _pairs(text: str) -> set[str]:
    return {term for term in term_texts(text) if len(term) > 1}


def _without_contained(spans: Sequence[tuple[str, Span]]) -> list[tuple[str, Span]]:
    """Sorted spans without those that lie inside another one (a heading run into its sentence)."""
    return [
        (document_id, span)
        for document_id, span in spans
        if not any(
            other_id == document_id
            and other != span
            and other[0] <= span[0]
            and span[1] <= other[1]
            for other_id, other in spans
        )
    ]


def _coverage(candidate: Candidate) -> float:
    return candidate.coverage


def _is_repeated(sections: Sequence[Section], section: Section) -> bool:
    return sum(one.title == section.title for one in sections) > 1


def _entry_end(text: str, entry: Section) -> int:
    """Where an entry's quote ends: at its title, or after its first sentence when it has none."""
    if entry.title:
        return entry.end
    ends = (stop for _, stop in sentences(text, entry.start, entry.body_end) if stop > entry.end)
    return next(ends, entry.body_end)


def _in_reading_order(hits: Sequence[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (hit.passage.document_id, hit.passage.start))


def _leads(clause: RoleClause) -> bool:
    return any(role == "牵头" for role, _ in clause.bodies)


def _labelled(quotes: Sequence[Quote], index: Index) -> tuple[Quote, ...]:
    """Label each quote with its document's title when several documents answer."""
    if len({quote.document_id for quote in quotes}) < 2:
        return tuple(quotes)
    return tuple(
        replace(quote, label=index.document(quote.document_id).metadata.title) for quote in quotes
    )


def _one_label_is_none(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    if len({quote.label for quote in quotes}) > 1:
        return tuple(quotes)
    return tuple(replace(quote, label="") for quote in quotes)
