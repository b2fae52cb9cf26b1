"""Answers made of stored targets: one indicator over several places, all targets of a document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.document import Metadata
from corpus.fold import squeeze
from index.facts import TargetFilter, TargetRow
from index.hit import Filters, Hit, Span
from index.index import Index
from rag.charges import TITLE_SHARE, named_share
from rag.indicators import (
    QUANTITY,
    Indicators,
    Match,
    has_form,
    of_year,
    place_of,
    target_filter,
    topic_of,
    whole_of,
)
from rag.matching import pair_texts
from rag.query import Query
from rag.quotes import Extraction, Quote, summary

COLUMNS = ("地区", "指标", "目标值", "年份", "原文")
ASKS_TARGETS = re.compile(
    r"(?:哪些|什么|哪几[个项]|几[个项]|所有|全部|各项)(?:具体|主要|量化|数量|约束性|预期性|预期|发展|的)*"
    r"(?:指标|目标值|量化目标|数量目标|预期目标|约束性目标)"
    r"|(?:全部|所有|各项)(?:的)?目标(?!任务)"
    r"|(?:指标|目标值?)(?:任务)?(?:都|主要|具体|分别|各)*(?:有|是|包括)(?:哪|什么|啥)"
)
"""How one asks for all targets of a plan: 提出了哪些量化指标, 主要目标有哪些指标."""
IN_FIGURES = re.compile(r"指标|量化|数量目标|目标值|预期目标|方面的目标|(?:全部|所有|各项)的?目标")
"""What asks for targets in figures; 主要目标 alone may be words."""
GOALS = re.compile(r"目标|指标")
CHIEF = re.compile(r"主要|预期|总体|总的")
SURE, EXACT = 0.9, 0.8
"""Coverage and precision from which a target is exactly what is asked."""
TOPIC_SHARE = 0.6
"""Share of the rest of the question that a target's words, headings or sentence must hold."""
OPENING = 30
STOP = re.compile("[。\n]|$")
LONGEST_SENTENCE = 400
"""A sentence of targets is quoted whole up to this length; of a longer one each clause is."""


@dataclass(frozen=True, slots=True)
class _Clause:
    """Targets that are quoted together."""

    document_id: str
    span: Span
    rows: tuple[TargetRow, ...]


class TargetTables:
    """Makes tables of targets."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.indicators = Indicators(index)

    def of_places(self, query: Query, *, filters: Filters) -> dict[str, tuple[Quote, ...]]:
        """The targets asked for, by place; empty when the question asks for no figure."""
        if not QUANTITY.search(query.text):
            return {}
        found: dict[str, list[Match]] = {}
        for match in self.indicators.find(query, filters=filters):
            found.setdefault(place_of(match.row), []).append(match)
        return {
            place: self._quotes([match.row for match in matches], label=place)
            for place, matches in found.items()
        }

    def stated(self, query: Query, *, filters: Filters) -> Extraction:
        """The figure of exactly the indicator asked for; no quotes unless one place states it."""
        if query.kind != "number" or query.elsewhere or not QUANTITY.search(query.text):
            return Extraction()
        filters = filters if filters.regions else replace(filters, regions=query.regions)
        found = self.indicators.find(query, filters=filters)
        exact = [
            match
            for match in found
            if match.measured and match.coverage >= SURE and match.precision >= EXACT
        ]
        if not exact or len(exact) != len(found) or len({place_of(m.row) for m in exact}) > 1:
            return Extraction()
        return Extraction(self._quotes([match.row for match in exact]), columns=COLUMNS)

    def others(self, query: Query, quotes: Sequence[Quote]) -> list[TargetRow]:
        """The targets quoted for a figure that are surely not the one asked for.

        They are shares of something else (占主营业务收入比重 for 占生产总值比重), or the very
        indicator of years that are not asked for.
        """
        if query.kind != "number" or not quotes:
            return []
        rows = [row for row in self._in(quotes) if has_form(query, row.target)]
        if whole := whole_of(topic_of(query)):
            shares = [(row, whole_of(row.target.indicator)) for row in rows]
            stated = [(row, of) for row, of in shares if of]
            if stated and not any(set(pair_texts(of)) & set(pair_texts(whole)) for _, of in stated):
                return [row for row, _ in stated]
        return self._of_other_years(query, rows)

    def _of_other_years(self, query: Query, rows: Sequence[TargetRow]) -> list[TargetRow]:
        if not query.years or any(of_year(query, row.target) for row in rows):
            return []
        any_year = replace(query, years=())
        ids = tuple({row.source.document_id for row in rows})
        exact = {
            match.row
            for match in self.indicators.find(any_year, filters=Filters(document_ids=ids))
            if match.measured and match.coverage >= SURE and match.precision >= EXACT
        }
        return [row for row in rows if row in exact and row.target.year_from != "plan"]

    def _in(self, quotes: Sequence[Quote]) -> list[TargetRow]:
        """The targets whose figures stand in the quotes."""
        ids = tuple({quote.document_id for quote in quotes if quote.document_id})
        rows = self._index.targets(TargetFilter(document_ids=ids)).rows if ids else ()
        return [
            row
            for row in rows
            if any(
                quote.document_id == row.source.document_id
                and quote.span[0] <= row.target.figure_start
                and row.target.figure_end <= quote.span[1]
                for quote in quotes
            )
        ]

    def listed(self, query: Query, hits: Sequence[Hit], *, filters: Filters) -> Extraction:
        """All targets of the document asked about, or of the part of it that is named."""
        asks = ASKS_TARGETS.search(squeeze(query.text)) and IN_FIGURES.search(query.text)
        if not asks or not hits:
            return Extraction()
        document_id = self._document(query, hits)
        inside = Filters(document_ids=(document_id,))
        rows = [
            row
            for row in self._index.targets(target_filter(self._index, inside)).rows
            if of_year(query, row.target)
        ]
        rows = self._asked(query, rows)
        if len(rows) < 2:
            return Extraction()
        head = summary(f"{rows[0].source.title}共{len(rows)}项指标，查了1份文件")
        quotes = self._quotes(rows, whole=True)
        return Extraction((head, *quotes), columns=COLUMNS, exhaustive=True)

    def _document(self, query: Query, hits: Sequence[Hit]) -> str:
        """The document that the question names, else that of the best passage."""
        ids = tuple(dict.fromkeys(hit.passage.document_id for hit in hits))
        asked = set(pair_texts(squeeze(query.text)))
        metadata = self._index.metadata(ids)
        ids = tuple(one for one in ids if one in metadata)
        own = [one for one in ids if metadata[one].region in query.regions]
        own = [one for one in own or ids if _covers(metadata[one], query)] or own
        shares = {one: named_share(asked, query, metadata[one].title) for one in own or ids}
        best = max(shares, key=lambda one: shares[one])
        return best if shares[best] >= TITLE_SHARE else (own or list(ids))[0]

    def _asked(self, query: Query, rows: Sequence[TargetRow]) -> list[TargetRow]:
        binding = next((one for one in ("约束性", "预期性") if one in query.text), None)
        if binding and (bound := [row for row in rows if row.target.binding == binding]):
            return bound
        title = set(pair_texts(squeeze(rows[0].source.title))) if rows else set()
        topic = set(pair_texts(topic_of(query))) - title if topic_of(query) else set()
        if topic:
            return [row for row in rows if self._says(row, topic) >= TOPIC_SHARE]
        if CHIEF.search(query.text):
            chief = [row for row in rows if GOALS.search(self._sentence_text(row))]
            chief = chief or [row for row in rows if GOALS.search("".join(row.source.section_path))]
            return chief or list(rows)
        return list(rows)

    def _says(self, row: TargetRow, topic: set[str]) -> float:
        said = [row.target.subject, row.target.indicator, *row.source.section_path]
        text = squeeze(" ".join(said)) + self._opening(row) + self._sentence_text(row)
        return sum(pair in text for pair in topic) / len(topic)

    def _opening(self, row: TargetRow) -> str:
        """The first sentence of the paragraph where it is short: it says what the rest is about."""
        text = self._index.document(row.source.document_id).text
        start = text.rfind("\n", max(0, row.target.start - LONGEST_SENTENCE), row.target.start)
        end = text.find("。", start + 1, row.target.start)
        return squeeze(text[start + 1 : end]) if 0 <= start < end <= start + OPENING else ""

    def _sentence_text(self, row: TargetRow) -> str:
        text = self._index.document(row.source.document_id).text
        return squeeze(text[slice(*self._sentence(row))])

    def _sentence(self, row: TargetRow) -> Span:
        """From full stop to full stop: a list of targets is one sentence of many semicolons."""
        text = self._index.document(row.source.document_id).text
        start, end = row.target.start, row.target.end
        before = text[max(0, start - LONGEST_SENTENCE) : start]
        after = text[end : end + LONGEST_SENTENCE]
        first = start - len(before) + max(before.rfind("。"), before.rfind("\n")) + 1
        last = STOP.search(after)
        if row.target.section is not None:
            heading = self._index.sections(row.source.document_id)[row.target.section]
            first = max(first, heading.end) if heading.end <= start else first
        return first, end + (last.start() if last else len(after))

    def _quotes(
        self, rows: Sequence[TargetRow], *, label: str = "", whole: bool = False
    ) -> tuple[Quote, ...]:
        """A quote for each clause, or each whole sentence, with a row of the table a target."""
        groups: dict[tuple[str, Span], list[TargetRow]] = {}
        for row in rows:
            span = (row.target.start, row.target.end)
            if whole and _length(sentence := self._sentence(row)) <= LONGEST_SENTENCE:
                span = sentence
            groups.setdefault((row.source.document_id, span), []).append(row)
        return tuple(
            self._quote(_Clause(document_id, span, tuple(some)), label)
            for (document_id, span), some in groups.items()
        )

    def _quote(self, clause: _Clause, label: str) -> Quote:
        figures = [(row.target.figure_start, row.target.figure_end) for row in clause.rows]
        cells = tuple(self._cells(row) for row in clause.rows)
        return Quote(clause.document_id, clause.span, tuple(figures), label, cells)

    def _cells(self, row: TargetRow) -> tuple[str, ...]:
        target = row.target
        text = self._index.document(row.source.document_id).text
        return (
            row.source.region or "",
            f"{target.subject}{target.indicator}",
            text[target.figure_start : target.figure_end],
            "" if target.year is None else f"{target.year}年",
            text[target.start : target.end],
        )


def _covers(metadata: Metadata, query: Query) -> bool:
    """Whether the document's period holds a year that is asked for."""
    first, last = metadata.period or (0, 0)
    return any(first <= year <= last for year in query.years)


def _length(span: Span) -> int:
    return span[1] - span[0]
