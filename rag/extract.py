"""From ranked passages to the spans that answer, by the kind of question.

Each kind has the shape officials expect: a figure is a clause, a question for the 责任单位 the role
clause of the task, a list the child headings of the section that is named, a comparison one quote
a place, an aggregate every passage that qualifies. What no shape fits is answered with the best
sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.document import Section
from corpus.fold import squeeze
from corpus.sections import section_at
from corpus.sentences import sentences
from index.facts import TargetRow
from index.hit import Filters, Hit, Span
from index.index import Index
from rag.answer import QuestionKind
from rag.charges import TASK_COLUMNS, Charges
from rag.enumeration import with_entries, with_siblings
from rag.evidence import (
    READ,
    Candidate,
    Evidence,
    EvidenceRanker,
    names_place,
    narrow,
    near_best,
)
from rag.forms import asked_form
from rag.gather import Gatherer
from rag.matching import Term, coverage
from rag.named_section import NamedSections
from rag.query import Query, content_of, question_kind
from rag.quotes import Extraction, Quote, highlights, labelled, nothing_about, summary
from rag.responsibility import NARRATIVE, charges
from rag.target_tables import COLUMNS, TargetTables

FIRST = 40.0
"""Added to the scores of passages of a region that is asked for: more than any difference between
logarithms of probabilities, so other regions follow behind."""
LIKELY = 15
"""How many of the best sentences are looked at for lists and role clauses."""

BUDGET = 150
"""Most characters (blanks not counted) quoted where sentences, not a list, answer."""

CLOSING = 2
"""How many passages at a document's end may state when it takes effect and until when."""

NEAR_CHARGE = 0.2
"""A role clause answers who is charged when its sentence is at least this times as probable as the
best one, which may charge a body in words of its own."""
NEAR_DEFINITION = 0.1
"""A sentence that defines the very term asked for answers when it is at least this times as
probable as the best one."""
MOST_SENTENCES = 8
"""How many of the nearly equal sentences are tried for the budget."""

FIGURE_LIMIT = 75
SENTENCE_LIMIT = 100
"""Longest quote for a figure and for a sentence; a longer one is narrowed to its best clauses."""

LISTS = re.compile(
    r"[^、]、[^、]+(?:、|以?及|和|与|等)|》(?:、|和|与|及)?《|[”\"](?:和|与|及)?[“\"]"
)
"""A clause that enumerates: 甲、乙、丙 or 甲、乙等, 《甲》和《乙》, “甲”“乙”."""
NEARLY_ALL = 0.8
"""Share of what a sentence says of the question that its enumerating clause must say alone."""
SAYS_WHAT_IT_IS = re.compile(r"所称的?([^,，。;]{1,30}?)(?:[(（][^)）]*[)）])?[,，]?是?指")
"""How regulations define a term; each definition is a sentence of its own."""

YEARS_APART = re.compile("分别|各|对比|比较|相比")
"""How figures of several years are asked for."""
PLACES_MEANT = re.compile(r"(?:各个?|哪些|哪几个)([省市县区])")
OF_KIND = {
    "省": re.compile("(?:省|自治区|^北京市|^天津市|^上海市|^重庆市)$"),
    "市": re.compile("(?:市|州|盟|地区)$"),
    "县": re.compile("[县市区旗]$"),
    "区": re.compile("[县市区旗]$"),
}
"""Which places are meant by 各省, 各市 …, by how their names end."""
FAIR_SHARE = 0.75
"""A place that is not named is left out of a comparison when its best sentence covers less than
this share of what the best place's covers."""


class Extractor:
    """Chooses the spans that answer a query."""

    def __init__(self, index: Index, ranker: EvidenceRanker) -> None:
        self._index = index
        self._ranker = ranker
        self._sections = NamedSections(index)
        self._gatherer = Gatherer(index, ranker)
        self._targets = TargetTables(index)
        self.charges = Charges(index)

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
            return self._compare(query, hits, filters)
        if query.kind == "aggregate":
            found = self._gatherer.gather(query, filters=filters)
            if found.quotes:
                return found
        found = self._single(query, candidates)
        return self._in_line_with(self.stated(query, filters=filters), found)

    def stated(self, query: Query, *, filters: Filters) -> Extraction:
        """The stored target that is exactly what is asked; no quotes when none is, or several."""
        return self._targets.stated(query, filters=filters)

    def others(self, query: Query, extraction: Extraction) -> list[TargetRow]:
        """The quoted targets that are surely not the figure asked for."""
        return self._targets.others(query, extraction.quotes)

    def from_facts(self, query: Query, hits: Sequence[Hit], *, filters: Filters) -> Extraction:
        """Answer from the facts kept with the documents; no quotes when they hold no answer."""
        if query.elsewhere:
            return Extraction()
        if query.tasks:
            return self.charges.of_bodies(query, filters=filters)
        listed = self._targets.listed(query, hits, filters=filters)
        years_apart = len(query.years) > 1 and YEARS_APART.search(query.text) is not None
        if listed.quotes or not (query.kind in ("comparison", "aggregate") or years_apart):
            return listed
        return self._compare_targets(query, hits, filters)

    def read(self, query: Query, hits: Sequence[Hit]) -> Evidence:
        """Read the best of ``hits``: all hits and the sentences read, both best first.

        Where the question names a region, its passages go first, and only sentences of its own
        documents are candidates: others merely resemble.
        """
        pool = self.pool(query, hits)
        found = self._ranker.read(query, pool)
        read = {hit.passage.id for hit in pool}
        rest = [hit for hit in hits if hit.passage.id not in read]
        regions = self._regions_of(pool) if query.regions else {}
        own = {one for one, region in regions.items() if region in query.regions}
        ranked = sorted(
            (
                replace(hit, score=hit.score + FIRST * (hit.passage.document_id in own))
                for hit in found.hits
            ),
            key=lambda hit: -hit.score,
        )
        about = {one for one, region in regions.items() if region == query.subject}
        candidates = [one for one in found.candidates if one.document_id in about]
        return Evidence(_in_one_list(ranked, rest), tuple(candidates) or found.candidates)

    def pool(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        """The passages to be read: the best, and what the best document says of itself."""
        pool = list(hits[:READ])
        if query.about_document and pool:
            pool += self._outer_lines(pool)
        return pool

    def _outer_lines(self, read: Sequence[Hit]) -> list[Hit]:
        """The passages that speak of the best document: before the first heading, and the last."""
        best, known = read[0], {hit.passage.id for hit in read}
        passages = self._index.passages(best.passage.document_id)
        outer = [one for one in passages if one.section is None]
        outer += [one for one in passages[-CLOSING:] if one.section is not None]
        return [replace(best, passage=one) for one in outer if one.id not in known]

    def _in_line_with(self, stated: Extraction, found: Extraction) -> Extraction:
        """The sentences that hold the figures stated; the targets themselves where none does."""
        if not stated.quotes:
            return found
        figures = [squeeze(row[2]) for quote in stated.quotes for row in quote.rows]
        holding = [
            quote
            for quote in found.quotes
            if any(figure in squeeze(self._text(quote)) for figure in figures)
        ]
        said = squeeze("".join(map(self._text, holding)))
        if not all(figure in said for figure in figures):
            return stated
        return replace(found, quotes=tuple(holding))

    def _text(self, quote: Quote) -> str:
        if not quote.document_id:
            return ""
        return self._index.document(quote.document_id).text[slice(*quote.span)]

    # one place, one answer

    def _single(self, query: Query, candidates: Sequence[Candidate]) -> Extraction:
        if not candidates:
            return Extraction()
        quotes: tuple[Quote, ...] = ()
        if query.kind == "responsible":
            quotes = self._responsible(query, candidates)
        elif query.kind in ("list", "measure", "aggregate"):
            quotes = self._sections.entries(query, candidates[:LIKELY]) or self._enumerated(
                with_siblings(self._index, candidates[0]), candidates[0]
            )
        quotes = quotes or self._sentences(query, candidates)
        return Extraction(quotes, candidates[0], columns=TASK_COLUMNS)

    def _enumerated(self, spans: Sequence[Span], candidate: Candidate) -> tuple[Quote, ...]:
        return tuple(Quote(candidate.document_id, span) for span in spans)

    def _sentences(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Quote, ...]:
        """The best sentence and those nearly as good, within the budget."""
        quotes: list[Quote] = []
        left = BUDGET
        near = near_best(candidates)
        if query.kind == "definition":
            defining = near_best(candidates, NEAR_DEFINITION)
            near = [one for one in defining if _defines_asked(query, one)][:1] or near
        for candidate in near[:MOST_SENTENCES]:
            if entries := with_entries(self._index, candidate):
                return (*quotes, *self._enumerated(entries, candidate))
            text = self._index.document(candidate.document_id).text
            span = self._span(query, candidate)
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
            quotes.append(Quote(candidate.document_id, span, highlights(query, text, span)))
        return labelled(quotes, self._index)

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
        span = (candidate.start, candidate.end)
        if query.kind == "list" and not figure:
            listing = narrow(text, span, terms, LISTS, limit=FIGURE_LIMIT)
            if _still_lists(text, span, listing, terms):
                return listing
        return narrow(
            text,
            span,
            terms,
            asked_form(query),
            limit=limit,
            go_on=not figure,
        )

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

    # responsibilities

    def _responsible(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Quote, ...]:
        """The role clause of the task that is asked about, or the running text that charges."""
        leading = "牵头" in query.text
        for candidate in near_best(candidates, NEAR_CHARGE)[:LIKELY]:
            charged = self.charges.closing(candidate.document_id, candidate.start)
            leads = any(row.responsibility.role == "牵头" for row in charged)
            if charged and (leads or not (leading and charges(candidate.text))):
                return (self.charges.clause(charged),)
            if charges(candidate.text):
                text = self._index.document(candidate.document_id).text
                span = narrow(
                    text,
                    (candidate.start, candidate.end),
                    self._ranker.terms(query),
                    NARRATIVE,
                    limit=FIGURE_LIMIT,
                )
                return (Quote(candidate.document_id, span),)
        return ()

    # several places

    def _compare(self, query: Query, hits: Sequence[Hit], filters: Filters) -> Extraction:
        """One answer for each place, from the sentences of its own documents.

        A place that is named and has no answer is said to have none; of places that are only meant
        (各地) those without one are left out.
        """
        named = _named(query, filters)
        regions = named or tuple(self._by_region(hits))
        hits_of = self._by_region(hits)
        found = [(one, self._in_region(query, one, hits_of.get(one, []))) for one in regions]
        answered = [(region, one) for region, one in found if one.best and one.best.has_shape]
        best = max((one.best for _, one in answered if one.best), key=_coverage, default=None)
        if best and not named:
            found = [
                (region, one)
                for region, one in answered
                if one.best and one.best.coverage >= FAIR_SHARE * best.coverage
            ]
        quotes: list[Quote] = []
        for region, one in found:
            quotes += self._of_place(region, one)
        return Extraction(tuple(quotes) if best else (), best, columns=("地区", "原文"))

    def _of_place(self, region: str, found: Extraction) -> list[Quote]:
        """The sentences that answer for a place, each a row of a table of place and sentence."""
        if found.best is None or not found.best.has_shape:
            return [nothing_about(region)]
        quotes = []
        for quote in found.quotes[:2]:
            text = self._index.document(quote.document_id).text
            row = (region, text[slice(*quote.span)].strip())
            quotes.append(replace(quote, label=region, rows=(row,)))
        return quotes

    def _compare_targets(self, query: Query, hits: Sequence[Hit], filters: Filters) -> Extraction:
        """The targets of each place; a named place that has none is answered by its sentences."""
        inside = filters if filters.regions else replace(filters, regions=query.regions)
        targets = self._targets.of_places(query, filters=inside)
        kind = PLACES_MEANT.search(query.text)
        if kind and not query.regions:
            targets = {
                region: quotes
                for region, quotes in targets.items()
                if OF_KIND[kind.group(1)].search(region)
            }
        if not targets:
            return Extraction()
        named = _named(query, filters)
        quotes: list[Quote] = []
        for region in named or targets:
            quotes += targets.get(region) or self._nearest_of(query, region, hits)
        rows = sum(len(quote.rows) for quote in quotes)
        searched = self._index.documents(inside, limit=0).total
        head = summary(f"共{rows}项，查了{searched}份文件")
        return Extraction((head, *quotes), columns=COLUMNS, exhaustive=True)

    def _nearest_of(self, query: Query, region: str, hits: Sequence[Hit]) -> list[Quote]:
        """The sentence of a place that says nearly all that is asked, or that there is none."""
        found = self._in_region(query, region, self._by_region(hits).get(region, []))
        if found.best is None or found.best.coverage < FAIR_SHARE or not found.best.has_shape:
            return [nothing_about(region)]
        return [
            replace(quote, rows=tuple((row[0], "", "", "", row[1]) for row in quote.rows))
            for quote in self._of_place(region, found)[:1]
        ]

    def _in_region(self, query: Query, region: str, hits: Sequence[Hit]) -> Extraction:
        single = of_region(query, region)
        return self._single(single, self._ranker.rank(single, self.pool(single, hits)))

    def _by_region(self, hits: Sequence[Hit]) -> dict[str, list[Hit]]:
        """Hits by the region of their document, best first; those without a region are left out."""
        regions = self._regions_of(hits)
        found: dict[str, list[Hit]] = {}
        for hit in hits:
            if region := regions.get(hit.passage.document_id):
                found.setdefault(region, []).append(hit)
        return found

    def _regions_of(self, hits: Sequence[Hit]) -> dict[str, str | None]:
        metadata = self._index.metadata({hit.passage.document_id for hit in hits})
        return {document_id: known.region for document_id, known in metadata.items()}


def _in_one_list(ranked: Sequence[Hit], rest: Sequence[Hit]) -> tuple[Hit, ...]:
    """Hits that were read, then those that were not, ranked on; scores go on falling."""
    last = min((hit.score for hit in ranked), default=0.0)
    first = max((hit.score for hit in rest), default=0.0)
    after = [replace(hit, score=last + hit.score - first - 1.0) for hit in rest]
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate((*ranked, *after), start=1))


def _defines_asked(query: Query, candidate: Candidate) -> bool:
    """Whether a sentence defines a term that the question holds; the others define other terms."""
    defined = SAYS_WHAT_IT_IS.search(candidate.text)
    return defined is not None and defined.group(1) in squeeze(query.text)


def _still_lists(text: str, whole: Span, part: Span, terms: Sequence[Term]) -> bool:
    """Whether a part of a sentence enumerates and says nearly all that the whole says of it."""
    said, in_part = (squeeze(text[slice(*span)]) for span in (whole, part))
    enumerates = LISTS.search(in_part) is not None
    return enumerates and coverage(terms, in_part) >= NEARLY_ALL * coverage(terms, said)


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


def _named(query: Query, filters: Filters) -> tuple[str, ...]:
    """The places that are compared by name; empty where all are meant."""
    named = tuple(one for one in query.regions if not filters.regions or one in filters.regions)
    return named if len(query.regions) > 1 else ()


def _coverage(candidate: Candidate) -> float:
    return candidate.coverage
