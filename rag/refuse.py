"""Why a question cannot be answered, as rules find it.

The checks go from what is surest to what is least sure: a place or a year the library has no
document for, a body no clause charges, a figure no sentence states, and last a question whose words
the library hardly knows. Each gives its reason and what is missing; the nearest passages are shown
so that an official can judge. The surest decide alone, the others are weighed with the evidence
(``rag.answerable``). The thresholds were chosen with the development questions in view.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.divisions import find_divisions
from corpus.facts.bodies import bare_name
from corpus.fold import squeeze
from index.facts import TargetRow
from index.hit import Filters, Hit
from index.index import Index
from rag.answer import Refusal, RefusalReason
from rag.asked import RELATIVE_YEARS
from rag.charges import Charges
from rag.compose import cite, nearest
from rag.evidence import Candidate, EvidenceRanker, names_place, near_best
from rag.matching import pair_texts
from rag.query import ATTRIBUTE, LEVEL_WORDS, PLACE_SUFFIX, AnswerShape, Place, Query
from rag.responsibility import NARRATIVE

CHARGED = re.compile("负责|牵头|配合|承担|参与|责任|职责|任务|分工|做")
FORM_NAMES: dict[AnswerShape, str] = {
    "phone": "电话", "date": "日期", "when": "时间", "period": "期限", "doc_number": "发文字号",
}  # fmt: skip
"""What a form is called in a refusal; the others are figures."""
DECIDING: frozenset[RefusalReason] = frozenset(
    {"place_not_in_corpus", "year_not_covered", "body_not_charged", "ambiguous"}
)
"""Reasons whose rules seldom err."""
UNMISTAKABLE: frozenset[AnswerShape] = frozenset({"phone", "doc_number"})
"""Forms that no other matter has: where none stands, there is no answer."""
MOST_ALIKE = 3
"""How many bodies of a like name a refusal shows."""
NEAREST = 10
"""How many passages are compared with the question's wording."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Shares of the question, in [0, 1].

    Below ``scope`` of familiar wording the question has nothing to do with the library of 200
    passages (``scope_in_region`` where it names one of its regions); the more passages there are,
    the more any wording has in common with one of them, so ``scope`` grows by ``scope_growth``
    with each e-fold. ``figure`` is the coverage a sentence of the asked form must reach.
    """

    scope: float = 0.145
    scope_growth: float = 0.016
    scope_in_region: float = 0.05
    figure: float = 0.32


class Judge:
    """Decides whether the evidence carries an answer."""

    def __init__(
        self,
        index: Index,
        ranker: EvidenceRanker,
        charges: Charges,
        thresholds: Thresholds | None = None,
    ) -> None:
        self._index = index
        self._ranker = ranker
        self._charges = charges
        self._thresholds = thresholds or Thresholds()

    def refusal(
        self,
        query: Query,
        hits: Sequence[Hit],
        candidates: Sequence[Candidate],
        filters: Filters,
    ) -> Refusal | None:
        """Why the question cannot be answered from ``candidates``; None when it can."""
        return (
            self._places(query, hits, candidates)
            or self._topic(query, hits, candidates)
            or self._scope(query, hits)
            or self._years(query, hits, candidates)
            or self._tasks(query, hits, candidates, filters)
            or self._bodies(query, hits)
            or self._figure(query, hits, candidates)
        )

    def _topic(
        self, query: Query, hits: Sequence[Hit], candidates: Sequence[Candidate]
    ) -> Refusal | None:
        """A place or a year alone asks for nothing in particular."""
        if query.topic or query.about_document or not (query.places or query.years):
            return None
        if years := self._years(query, hits, candidates):
            return years
        detail = (
            "问题只写了地区或年份，没有说明要问什么。请写明所问的事项，例如某项目标、任务或责任单位"
        )
        return self._refuse("ambiguous", detail, hits)

    def _scope(self, query: Query, hits: Sequence[Hit]) -> Refusal | None:
        limits = self._thresholds
        growth = limits.scope_growth * math.log(max(1, self._index.counts().passages) / 200)
        least = limits.scope_in_region if query.regions else limits.scope + max(0.0, growth)
        read = hits[:NEAREST]
        asked = query.content if query.about_document else query.wording.strip() or query.content
        known = query.content and self._ranker.familiarity(asked, read) >= least
        if known and not self._turns_away(query, read):
            return None
        if query.regions and not query.focus:
            detail = f"{'、'.join(query.regions)}的文件没有写到所问的内容"
            return self._refuse("not_found", detail, hits)
        detail = "这个问题与文件库的内容无关，本系统只回答文件库中政策文件写明的内容"
        return self._refuse("out_of_scope", detail, ())

    def _turns_away(self, query: Query, read: Sequence[Hit]) -> bool:
        """Whether a follow-up says nothing that the passages know: it is about something else."""
        if not query.focus or ATTRIBUTE.search(query.focus):
            return False
        return self._ranker.familiarity(query.focus, read) == 0

    def _places(
        self, query: Query, hits: Sequence[Hit], candidates: Sequence[Candidate]
    ) -> Refusal | None:
        """A place without documents may still be spoken of; the evidence must then name it."""
        missing = [
            place
            for place in query.elsewhere
            if _owns_body(query, place)
            or not any(
                names_place(one, place) or self._may_speak_for(one, place)
                for one in near_best(candidates)
            )
        ]
        if not missing:
            return None
        names = tuple(place.name for place in missing)
        held = "、".join(self._index.regions()[:20])
        detail = f"文件库里没有{'、'.join(names)}的文件，也没有写到所问内容。现有文件的地区：{held}"
        return self._refuse("place_not_in_corpus", detail, hits, names)

    def _may_speak_for(self, candidate: Candidate, place: Place) -> bool:
        """Whether the document names the place and speaks for it or for nobody in particular.

        Many plans and notices state no region of their own and name the place in passing (我省);
        a city's document speaks for its districts and counties.
        """
        document = self._index.document(candidate.document_id)
        region = document.metadata.region
        within = [one.city for one, _ in find_divisions(place.name)]
        if region is not None and region not in within:
            return False
        return PLACE_SUFFIX.sub("", squeeze(place.written)) in squeeze(document.text)

    def _years(
        self, query: Query, hits: Sequence[Hit], candidates: Sequence[Candidate]
    ) -> Refusal | None:
        """Years no document of the evidence covers or names."""
        if not query.years:
            return None
        ids = {c.document_id for c in candidates[:5]}
        if query.regions:
            ids = {i for i in ids if self._region(i) in query.regions} or ids
        missing = [
            year
            for year in query.years
            if not any(self._covers(document, year) for document in ids)
        ]
        if len(missing) < len(query.years):
            return None
        years = "、".join(f"{year}年" for year in missing)
        detail = f"有关文件没有涉及{years}的内容"
        return self._refuse("year_not_covered", detail, hits, tuple(map(str, missing)))

    def _covers(self, document_id: str, year: int) -> bool:
        document = self._index.document(document_id)
        period = document.metadata.period
        if period and period[0] <= year <= period[1]:
            return True
        return re.search(rf"(?<!\d){year}(?!\d)", squeeze(document.text)) is not None

    def _region(self, document_id: str) -> str | None:
        return self._index.document(document_id).metadata.region

    def _bodies(self, query: Query, hits: Sequence[Hit]) -> Refusal | None:
        """A body is asked about that no document of the evidence names."""
        if not query.bodies or not CHARGED.search(query.text):
            return None
        ids = {hit.passage.document_id for hit in hits[:20]}
        if query.regions:
            ids = {i for i in ids if self._region(i) in query.regions}
        texts = [squeeze(self._index.document(i).text) for i in ids]
        if any(_body_core(body) in text for body in query.bodies for text in texts):
            return None
        names = "、".join(query.bodies)
        detail = f"有关文件没有写到{names}承担的任务"
        return self._refuse("body_not_charged", detail, hits, query.bodies)

    def _tasks(
        self,
        query: Query,
        hits: Sequence[Hit],
        candidates: Sequence[Candidate],
        filters: Filters,
    ) -> Refusal | None:
        """All tasks of a body are asked for, and neither a clause nor a sentence charges it."""
        if not query.tasks or any(
            _body_core(body) in one.text and NARRATIVE.search(one.text)
            for one in near_best(candidates)
            for body in query.bodies
        ):
            return None
        alike = self._charges.alike(query, filters=filters)[:MOST_ALIKE]
        names = "、".join(query.bodies)
        detail = f"有关文件没有写到{names}承担的任务"
        if not alike:
            return self._refuse("body_not_charged", detail, hits, query.bodies)
        charged = "、".join(task.rows[0].responsibility.unit for task in alike)
        shown = tuple(
            cite(self._index, task.document_id, task.span, number=number)
            for number, task in enumerate(alike, start=1)
        )
        detail = f"{detail}；名称相近、写明任务的单位有：{charged}。"
        return Refusal("body_not_charged", detail, query.bodies, shown)

    def _figure(
        self, query: Query, hits: Sequence[Hit], candidates: Sequence[Candidate]
    ) -> Refusal | None:
        """What has a form (a figure, a date, a number) must stand where the words are."""
        if query.shape == "any" or query.kind in ("comparison", "aggregate"):
            return None
        least = self._thresholds.figure
        if any(c.states_attribute or (c.has_shape and c.coverage >= least) for c in candidates):
            return None
        detail = f"有关文件没有写明所问的{self._form_asked(query)}"
        return self._refuse("figure_not_stated", detail, hits)

    def other_figures(self, rows: Sequence[TargetRow]) -> Refusal | None:
        """The figures at hand are of something else, or of other years; None without any."""
        if not rows:
            return None
        names = "；".join(
            f"{row.target.subject}{row.target.indicator}"
            + (f"（{row.target.year}年）" if row.target.year else "")
            for row in rows[:MOST_ALIKE]
        )
        shown = tuple(
            cite(
                self._index,
                row.source.document_id,
                (row.target.start, row.target.end),
                number=number,
            )
            for number, row in enumerate(rows[:MOST_ALIKE], start=1)
        )
        detail = f"有关文件没有写明所问的数值，写明的是：{names}。"
        return Refusal("figure_not_stated", detail, (), shown)

    def is_certain(self, query: Query, refusal: Refusal) -> bool:
        """Whether a rule's refusal decides alone; of the others the evidence is weighed too."""
        if refusal.reason in DECIDING:
            return True
        if refusal.reason == "figure_not_stated":
            return query.shape in UNMISTAKABLE
        return refusal.reason == "out_of_scope" and self._is_unheard_of(query.focus)

    def _is_unheard_of(self, focus: str) -> bool:
        """Whether a follow-up has words and no passage of the library has one of them.

        去年呢 has none: a year is no matter.
        """
        pairs = pair_texts(re.sub("|".join(RELATIVE_YEARS), "", focus))
        return bool(pairs) and not any(self._index.idf(pairs))

    def unanswered(self, query: Query, hits: Sequence[Hit]) -> Refusal:
        """The evidence is too weak, though no rule says what is missing."""
        if what := self._form_asked(query):
            return self._refuse("figure_not_stated", f"有关文件没有写明所问的{what}", hits)
        return self._refuse("not_found", "有关文件没有写到所问的内容，最接近的段落如下", hits)

    def _form_asked(self, query: Query) -> str:
        return "" if query.shape == "any" else FORM_NAMES.get(query.shape, "数值")

    def _refuse(
        self,
        reason: RefusalReason,
        detail: str,
        hits: Sequence[Hit],
        missing: tuple[str, ...] = (),
    ) -> Refusal:
        return Refusal(reason, f"{detail}。", missing, nearest(self._index, hits))


def _owns_body(query: Query, place: Place) -> bool:
    """Whether a body of the place itself is asked about: others cannot say what it does."""
    asked = squeeze(query.text)
    return any(squeeze(place.written) + body.lstrip(LEVEL_WORDS) in asked for body in query.bodies)


def _body_core(body: str) -> str:
    """A body's name as texts may shorten it: without its level and the word for department."""
    return re.sub(r"(?:主管)?部门$", "", bare_name(body))
