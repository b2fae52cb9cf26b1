"""Targets of a document: the figures it sets itself to reach.

Each paragraph with figures is read sentence by sentence, clause by clause (``clause``). Which
figures measure something, and what, the clause tells (``measured``); whether one is an aim, the
part of the document it stands in (``outlook``) and the words around it (``modality``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.document import Document, Section
from corpus.facts import modality
from corpus.facts.clause import Span, Stretch, clauses_of, sentences_of, squeeze_span
from corpus.facts.fact import Target
from corpus.facts.figures import Figure, figures
from corpus.facts.indicators import makes, measures_money
from corpus.facts.measured import Finding, Measured
from corpus.facts.outlook import OPENING, Mention, Outlook, Part, Years, mentions
from corpus.facts.tables import table_targets
from corpus.facts.topics import may_lean, names_itself, topic_of
from corpus.reading import Spans, reading_of
from corpus.sections import section_at
from corpus.sentences import enclosed

_MAY_HOLD = re.compile(
    r"\d ?(?:\d|[%‰万亿千百余多个家户项件名人座处所套台辆元倍吨米亩公平立成"
    r"兆瓦伏对门片届场条间栋篇部位]"
    r"|(?:[gkmp]?(?:w|hz|pa|ops)|db|h|[cmnk]?m|[gt]flops|[kv]v?)(?![a-z]))|[十百千万亿][家个元]"
    r"|(?:达到?|超过?|突破|为|至|以上|左右) ?\d|[两三四五六七八九]\ ?[个家]"
)
_AIMS = re.compile(r"力争|目标|到\s*(?:2\s*0|1\s*9|二|“|十)|争取|末")
_BRACKET = re.compile(r"[(“‘《〈「『〔\[【]")
_SIDE_NOTE = re.compile(r"\((?:累计|其中|力争|总数|新增|达到)")
_YEARLY = re.compile(r"每年(?!度)|年均(?=[新引培建投实完发开认转授净])")
_YEARLY_RATE = re.compile(r"每年(?:实现|确保)")
_NEAR = 40
"""Characters after a figure in which 给予…奖励 may still speak of it."""


def find_targets(document: Document, sections: Sequence[Section]) -> tuple[Target, ...]:
    """Return the targets that ``document`` states, in text order.

    A figure stated for two indicators gives two targets. What a text says without a figure (全覆盖)
    gives none.
    """
    reading = reading_of(document.text, document.layout)
    folded = reading.folded
    if _MAY_HOLD.search(folded) is None:
        return ()
    outlook = Outlook(document, folded, sections)
    reader = _Reader(document.text, folded, outlook)
    found = table_targets(document, folded, sections, outlook)
    tables = Spans(
        [(table.start, table.end) for table in document.layout.tables]
        or {(target.start, target.end) for target in found}
    )
    for start, end in _blocks(reading.paragraphs, sections):
        outlook.turn(folded[start : start + OPENING])
        if _MAY_HOLD.search(folded, start, end) and not tables.hold(start):
            found.extend(reader.paragraph(start, end, section_at(sections, start)))
    found.sort(key=lambda target: (target.start, target.figure_start))
    return tuple(_with_subjects(found, sections))


def _with_subjects(found: Iterable[Target], sections: Sequence[Section]) -> Iterator[Target]:
    """Yield the targets, those that name no subject with the industry of their section."""
    topics = dict[int | None, str]()
    for target in found:
        if target.subject or not may_lean(target.indicator):
            yield target
            continue
        if target.section not in topics:
            topics[target.section] = topic_of(sections, target.section)
        topic = topics[target.section]
        if topic and not names_itself(target.indicator, topic):
            target = replace(target, subject=topic, subject_from="section")
        yield target


def _blocks(paragraphs: Sequence[Span], sections: Sequence[Section]) -> Iterator[Span]:
    """Yield the paragraphs, parted where a heading begins or ends."""
    edges = sorted({edge for section in sections for edge in (section.start, section.end)})
    position = 0
    for start, end in paragraphs:
        while position < len(edges) and edges[position] <= start:
            position += 1
        while position < len(edges) and edges[position] < end:
            yield start, edges[position]
            start = edges[position]
            position += 1
        if start < end:
            yield start, end


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence and what is known where it stands; ``named`` are the years it names."""

    words: str
    start: int
    end: int
    named: Sequence[Mention]
    part: Part
    scope: int | None

    def named_before(self, offset: int) -> list[Mention]:
        """Return the years named before ``offset``."""
        return [mention for mention in self.named if mention.at < offset]

    def segment(self, offset: int) -> int:
        """Return where the part between semicolons begins that holds ``offset``."""
        return max(self.words.rfind(";", self.start, offset) + 1, self.start)

    def near(self, offset: int) -> int:
        """Return how far after ``offset`` words still belong to it."""
        stop = self.words.find(";", offset, self.end)
        return stop if stop >= 0 else min(self.end, offset + _NEAR)


class _Reader:
    """Reads the paragraphs of one document in order."""

    def __init__(self, text: str, folded: str, outlook: Outlook) -> None:
        self.text = text
        self.folded = folded
        self.outlook = outlook
        self.years = Years(outlook)

    def paragraph(self, start: int, end: int, position: int | None) -> Iterator[Target]:
        """Yield the targets of ``[start, end)``, which stands in the section at ``position``."""
        part = self.outlook.part(position)
        if part == "past" and self.outlook.is_report:
            return
        if part in ("past", "rule", "support") and not _AIMS.search(self.folded, start, end):
            return
        stretch = squeeze_span(self.folded, start, end)
        measured = Measured(stretch.words, stretch.raw(self.text))
        for sentence, held in self._sentences(stretch.words, part, self.outlook.scope(position)):
            if held:
                for clause, finding in self._aims(sentence, held, measured):
                    yield from self._targets(stretch, sentence, clause, finding, position)
            self.years.note(sentence.scope, sentence.named)

    def _sentences(
        self, words: str, part: Part, scope: int | None
    ) -> Iterator[tuple[_Sentence, list[Figure]]]:
        """Yield the sentences that hold a figure or a year, with their figures."""
        held, named = figures(words), mentions(words, self.outlook.now)
        at = year = 0
        for start, end in sentences_of(words):
            first, first_year = at, year
            while at < len(held) and held[at].start < end:
                at += 1
            while year < len(named) and named[year].at < end:
                year += 1
            if at > first or year > first_year:
                years = named[first_year:year]
                yield _Sentence(words, start, end, years, part, scope), held[first:at]

    def _aims(
        self, sentence: _Sentence, held: Sequence[Figure], measured: Measured
    ) -> Iterator[tuple[Span, Finding]]:
        """Yield the figures of a sentence that are aims; after one those that follow are too."""
        words, start, end = sentence.words, sentence.start, sentence.end
        asides = enclosed(words, start, end) if _BRACKET.search(words, start, end) else []
        measured.begin_sentence()
        stated = False
        for clause in _clauses(sentence, asides):
            inside = _figures_of(clause, held, asides)
            if not inside:
                measured.pass_clause(clause)
                continue
            for finding in measured.findings(clause, inside):
                if self._is_aim(sentence, clause, finding, stated):
                    stated = True
                    yield clause, finding

    def _is_aim(self, sentence: _Sentence, clause: Span, finding: Finding, stated: bool) -> bool:
        words, at = sentence.words, finding.figure.start
        segment = sentence.segment(at)
        if (
            modality.is_boon(words, segment, sentence.near(finding.figure.end))
            or modality.is_condition(words, *clause)
            or self._is_reached(sentence, at)
        ):
            return False
        aimed = any(mention.aim for mention in sentence.named_before(at))
        aimed = aimed or modality.aims_at(words, segment, at) >= 0
        if sentence.part in ("past", "rule", "support"):
            dated = any(mention.aim and mention.explicit for mention in sentence.named)
            return dated and aimed and not modality.is_rule(words, sentence.start, sentence.end)
        if sentence.part == "goal" or aimed or stated:
            return True
        if modality.often_reached(words, clause[0], at):
            return False
        if not self.outlook.is_report and modality.is_rule(words, segment, sentence.end):
            return False  # a report lays down no norms
        return self.outlook.is_plan and self._is_task(words, clause[0], finding)

    def _is_task(self, words: str, start: int, finding: Finding) -> bool:
        """Whether a figure among the tasks of a plan is one to reach, by its own words."""
        if self.outlook.is_report or finding.figure.qualified or finding.made:
            return True
        head = words[start : finding.lead]
        return modality.reaches(head) or makes(words[start : finding.figure.start])

    def _is_reached(self, sentence: _Sentence, at: int) -> bool:
        """Whether the figure at ``at`` is reported: of a year gone by, or in words that say so."""
        before = sentence.named_before(at)
        if before and self.outlook.is_past(before[-1]):
            return True
        reached = modality.reached_at(sentence.words, sentence.start, at)
        if reached < 0:
            return False
        aimed = modality.aims_at(sentence.words, sentence.start, at)
        ahead = max((mention.at for mention in before if mention.aim), default=-1)
        return reached > max(aimed, ahead)

    def _targets(
        self,
        stretch: Stretch,
        sentence: _Sentence,
        clause: Span,
        finding: Finding,
        position: int | None,
    ) -> Iterator[Target]:
        figure = finding.figure
        if measures_money(finding.names[0].indicator):
            figure = figure.in_money()
        unit = _as_written(stretch, self.text, figure)
        named = sentence.named_before(figure.start)
        year, source = self.years.year(named[-1] if named else None, sentence.scope)
        start, end = stretch.span(*clause)
        first, last = stretch.span(figure.start, figure.end)
        for name in finding.names:
            yield Target(
                subject=name.subject,
                indicator=name.indicator,
                comparator=figure.comparator,
                value=figure.value,
                value_max=figure.value_max,
                unit=unit,
                value_base=figure.value_base,
                value_max_base=figure.value_max_base,
                unit_base=figure.unit_base,
                year=year,
                year_from=source,
                per_year=_is_yearly(sentence.words, clause[0], figure),
                binding=None,
                section=position,
                start=start,
                end=end,
                figure_start=first,
                figure_end=last,
                subject_from="sentence" if name.subject else None,
            )


def _clauses(sentence: _Sentence, asides: Sequence[Span]) -> list[Span]:
    """Return the clauses of a sentence, and as ones of their own (累计…) and (其中…)."""
    notes = [
        (first + 1, last - 1)
        for first, last in asides
        if last - first > 2 and _SIDE_NOTE.match(sentence.words, first)
    ]
    return sorted([*clauses_of(sentence.words, sentence.start, sentence.end, asides), *notes])


def _figures_of(clause: Span, held: Sequence[Figure], asides: Sequence[Span]) -> list[Figure]:
    """Return the figures of a clause but for those in its brackets and quotations."""
    first, last = clause
    if not asides:
        return [x for x in held if first <= x.start and x.end <= last]
    inner = Spans(aside for aside in asides if first <= aside[0] and aside[1] <= last)
    return [x for x in held if first <= x.start and x.end <= last and not inner.hold(x.start)]


def _as_written(stretch: Stretch, text: str, figure: Figure) -> str:
    """Return the unit with the capitals that its symbol has in the text: dB, MW."""
    if not any(character.isascii() and character.isalpha() for character in figure.unit):
        return figure.unit
    words = stretch.words[figure.digits : figure.end_digits]
    at = words.rfind(figure.unit)
    if at < 0:
        return figure.unit
    return stretch.raw(text)[figure.digits + at :][: len(figure.unit)]


def _is_yearly(words: str, start: int, figure: Figure) -> bool:
    """Whether a figure is an amount of every year: 每年新增30家, not the rate 年均增长6%."""
    pattern = _YEARLY_RATE if figure.is_rate else _YEARLY
    return pattern.search(words, start, figure.start) is not None
