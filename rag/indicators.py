"""Which stored targets a question asks for, by the words of the indicator and of its subject.

A question (高企目标), an indicator (新认定高新技术企业) and a heading are brought to the normal
form in which indicators of several documents are compared, then to character pairs. A target fits
when its own words, the headings above it and its document's title hold nearly all the pairs asked
for; what is asked last, the head of a Chinese noun phrase, must be its own: a 高新技术企业研发中心
is a centre.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpus.facts.fact import Target
from corpus.facts.indicators import normal_indicator
from corpus.fold import squeeze
from index.analyser import word_edges
from index.facts import TargetFilter, TargetRow
from index.hit import Filters
from index.index import Index
from rag.matching import pair_texts
from rag.query import ASKS, Query, content_of

LEAST = 0.75
"""Share of what is asked that a target must say to be one of those asked for."""
HEADING, TITLE = 0.85, 0.7
"""Worth of a pair that stands only in the headings above, or only in the document's title."""
ACROSS = 0.25
"""Worth of a pair of which each character is of another word: 城镇新增就业 is 新增城镇就业 too."""
EXACT = 0.3
"""Worth of a name that says nothing more than what is asked."""
BAND = 0.06
"""Targets of one place that score within this of its best are all shown."""

QUANTITY = re.compile(
    r"目标|指标|预期|多少|百分之几|几[个家项万亿人套]|增[速幅长]|占比|比[重例]|数值|规模|产值|多[大高快]|定了|分别"
)
PERIOD = re.compile(
    r"[“\"]?十[一二三四五六七八]?五[”\"]?(?:规划|计划)?(?:期?末|期间|时期)?|\d{4}年?(?:[-—–~至到]\d{4}年?)?"
)
FILLER = re.compile(
    r"(?:发展|建设|培育|主要|总体|预期|工作|控制|量化|具体|约束性|预期性)*(?:目标值?|指标)|预期|要求|情况|数值|数字"
    r"|对比|比较|相比|排名|各[地市省县区]|[两三四五六七八九十几]个?[市省县区地]|地方|地区|城市|省份"
    r"|(?:国民)?经济(?:和|与)?社会(?:发展)?|提出|写[明出]|明确|各[要定是有为自]|设定|制定|定为|定了?|今年|明年|去年|全年|每年|当年|期末|力争|争取|达到|提[高升]到?|增[加长]到|降[低到]到?|完成|实现|突破|超过|年均|前后|[两几]个五年"
    r"|文件|计划|规划|方案|报告|里面?|中|上|方面|数量|多高|高低|高|低|列出|列全|请|所有|全部|相关|各自?|都|哪|些|个|家"
    r"|[要应将得的了在到至等想打算该把是有为之]"
)
"""Words that ask for a target and name none; taken out where they are words of the question."""
_HEAD_ALIKE = {
    "规模": re.compile("产值|收入|增加值|规模|总产出"),
    "体量": re.compile("产值|收入|增加值|规模|总产出"),
}
"""How big an industry is, plans state as its output, its revenue or its value added."""
RATE = re.compile("增[长速幅]|占比|比[重例]|率")
_SHORT = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (r"经济(?:总量|发展)?(?:增速|增长)(?:速度)?", "生产总值增速"),
        (r"保租房", "保障性租赁住房"),
        (r"社零(?:总额)?", "社会消费品零售总额"),
        (r"固投", "固定资产投资"),
        (r"(?<!外)财政收入", "一般公共预算收入"),
        (r"外贸(?!进出口)", "外贸进出口"),
        (r"cpi", "居民消费价格"),
        (r"研发经费强度", "研发经费占生产总值比重"),
    )
)
"""What work reports and officials call the headline indicators for short."""
_SHARE = re.compile("占([^占]{2,}?)(?:比重|$)")
_JOINED = re.compile("、|以及|[和与及跟,，]")


@dataclass(frozen=True, slots=True)
class Topic:
    """What is asked: its normal words, their weights, the pair asked for last."""

    text: str
    weights: tuple[tuple[str, float], ...]
    head: str

    @property
    def pairs(self) -> frozenset[str]:
        """The pairs without their weights."""
        return frozenset(pair for pair, _ in self.weights)


@dataclass(frozen=True, slots=True)
class Match:
    """A target that fits: ``coverage`` is the share of the topic that it says.

    ``precision`` is the share of its name that is asked for; ``measured``: the head of the topic is
    what the figure measures, not only its subject.
    """

    row: TargetRow
    coverage: float
    precision: float
    measured: bool

    @property
    def score(self) -> float:
        """Higher is better, comparable within one topic."""
        return self.coverage + EXACT * self.precision


class Indicators:
    """Finds the targets that a question asks for."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def find(self, query: Query, *, filters: Filters) -> list[Match]:
        """The targets asked for, those of each place that fit it best, in document order.

        Indicators that are joined (甲和乙各多少) are looked for one by one when no target is both.
        """
        text = topic_of(query)
        found = self._of(self._topic(text), query, filters)
        parts = [part for part in _JOINED.split(_joined_topic(query)) if len(part) > 1]
        if not found and len(parts) > 1:
            each = [self._of(self._topic(cleaned(part)), query, filters) for part in parts]
            found = [match for one in each for match in one] if all(each) else []
        return found

    def _topic(self, text: str) -> Topic:
        chunks = [normal for chunk in text.split() if len(normal := squeeze(_normal(chunk))) > 1]
        pairs = list(dict.fromkeys(pair for chunk in chunks for pair in pair_texts(chunk)))
        idf = self._index.idf(pairs)
        unknown = math.log(1 + self._index.counts().passages)
        across = {pair for chunk in chunks for pair in _across_words(chunk)}
        weights = tuple(
            (pair, (weight or unknown) * (ACROSS if pair in across else 1.0))
            for pair, weight in zip(pairs, idf, strict=True)
        )
        return Topic(" ".join(chunks), weights, chunks[-1][-2:] if chunks else "")

    def _of(self, topic: Topic, query: Query, filters: Filters) -> list[Match]:
        if not topic.weights:
            return []
        matches = [
            match
            for row in self._rows(topic, filters)
            if has_form(query, row.target) and of_year(query, row.target)
            for match in [measure(topic, row)]
            if match.coverage >= LEAST
        ]
        if any(match.measured for match in matches):
            matches = [match for match in matches if match.measured]
        if query.unit and any(query.unit in match.row.target.unit for match in matches):
            matches = [match for match in matches if query.unit in match.row.target.unit]
        return _best_of_each_place(matches)

    def _rows(self, topic: Topic, filters: Filters) -> Sequence[TargetRow]:
        """The targets that hold the head of the topic, which none that fits can lack."""
        alike = _HEAD_ALIKE.get(topic.head)
        heads = alike.pattern.split("|") if alike else [topic.head]
        return self._index.targets(target_filter(self._index, filters, tuple(heads))).rows


def target_filter(index: Index, filters: Filters, words: tuple[str, ...] = ()) -> TargetFilter:
    """The same documents as ``filters`` lets pass."""
    ids = filters.document_ids
    if filters.issuers or filters.year_from or filters.year_to:
        ids = tuple(card.id for card in index.documents(filters).documents) or ("",)
    return TargetFilter(regions=filters.regions, document_ids=ids, words=words)


def measure(topic: Topic, row: TargetRow) -> Match:
    """How well a target fits; a target that lacks the head of the topic fits not at all."""
    target = row.target
    indicator, subject = _normal(squeeze(target.indicator)), _normal(squeeze(target.subject))
    alike = _HEAD_ALIKE.get(topic.head)
    measured = bool(alike.search(indicator)) if alike else indicator.endswith(topic.head)
    own = _pairs(subject + indicator)
    if not (measured or topic.head in indicator or topic.head in subject):
        return Match(row, 0.0, 0.0, measured=False)
    above, title = _pairs(_all_normal(row.source.section_path)), _pairs(_normal(row.source.title))
    total = said = 0.0
    for pair, weight in topic.weights:
        is_own = pair in own or (alike is not None and measured and pair == topic.head)
        worth = 1.0 if is_own else HEADING * (pair in above) or TITLE * (pair in title)
        total, said = total + weight, said + weight * worth
    names = own if measured else _pairs(subject) if topic.head in subject else own
    exact = len(names & topic.pairs) / len(names) if names else 0.0
    return Match(row, said / total, exact, measured)


def topic_of(query: Query) -> str:
    """What a question asks the figure of, in chunks.

    >>> topic_of(Query("", "number", "2025年高新技术企业培育目标"))
    '高新技术企业'
    """
    return cleaned(PERIOD.sub(" ", query.matter))


def cleaned(text: str) -> str:
    """``text`` without the words that merely ask for a target, which never cut another word."""
    chunks = []
    for chunk in text.split():
        edges = word_edges(chunk).union(*(match.span() for match in ASKS.finditer(chunk)))
        kept, at = [], 0
        for match in FILLER.finditer(chunk):
            if match.start() in edges and match.end() in edges:
                kept += [chunk[at : match.start()], " "]
                at = match.end()
        chunks.append("".join([*kept, chunk[at:]]))
    return " ".join(" ".join(chunks).split())


def _across_words(text: str) -> set[str]:
    return {text[edge - 1 : edge + 1] for edge in word_edges(text) if 0 < edge < len(text)}


def _joined_topic(query: Query) -> str:
    text = squeeze(query.text)
    for place in query.places:
        text = text.replace(squeeze(place.written), ",")
    return "、".join(content_of(part) for part in _JOINED.split(PERIOD.sub(" ", text)))


def whole_of(name: str) -> str:
    """What an indicator is a share of, in its normal form; empty when it is no share.

    >>> whole_of("全社会研发经费占GDP的比重")
    '生产总值'
    """
    found = [share.group(1) for chunk in name.split() if (share := _SHARE.search(_normal(chunk)))]
    return found[0] if found else ""


def has_form(query: Query, target: Target) -> bool:
    """Whether a target's figure is of the form asked for."""
    if query.shape == "percent":
        return target.unit_base in ("%", "‰", "个百分点", "倍", "番") or not target.unit_base
    if query.shape == "money" and not RATE.search(query.text):
        return target.unit_base.endswith("元")
    return True


def of_year(query: Query, target: Target) -> bool:
    """Whether the target may be of a year that is asked for; one not stated may."""
    return not query.years or target.year in query.years or target.year is None


def _best_of_each_place(matches: Sequence[Match]) -> list[Match]:
    best: dict[str, float] = {}
    for match in matches:
        place = place_of(match.row)
        best[place] = max(best.get(place, 0.0), match.score)
    return [match for match in matches if match.score >= best[place_of(match.row)] - BAND]


def place_of(row: TargetRow) -> str:
    """What a row is shown under: its region, or its document where that has none."""
    return row.source.region or row.source.title


@lru_cache(maxsize=65536)
def _normal(text: str) -> str:
    form = normal_indicator(text) if text else ""
    for pattern, whole in _SHORT:
        form = pattern.sub(whole, form)
    return form


@lru_cache(maxsize=65536)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(pair_texts(text)) if text else frozenset()


@lru_cache(maxsize=16384)
def _all_normal(headings: tuple[str, ...]) -> str:
    return " ".join(_normal(squeeze(heading)) for heading in headings)
