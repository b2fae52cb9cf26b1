"""Ranking the sentences of the passages found by how well each answers.

A sentence is credited for every question term it holds; terms that stand only in its headings,
its document's title or the rest of its passage earn less, because official texts name the subject
once, in the heading, and then speak of it without repeating it. What the question asks for (a
figure, a date, a quoted phrase, a year) is worth more when it is there and costs when it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from corpus.document import Document, Metadata, Section
from corpus.fold import squeeze
from corpus.sentences import clauses, sentences
from index.hit import Hit, Span
from index.index import Index
from rag.attributes import states_attribute
from rag.matching import Term, coverage, pair_texts, term_texts, weigh
from rag.query import ATTRIBUTE, MEASURE, PLACE_SUFFIX, AnswerShape, Place, Query, years_in

CHINESE_DIGITS = "零一二三四五六七八九十百千两"
NUMERAL = rf"(?:\d[\d,.]*|[{CHINESE_DIGITS}]+)"
SHAPES: dict[AnswerShape, re.Pattern[str]] = {
    "figure": re.compile(
        r"(?<![\d.])(?!\d{4,}年|(?:19|20)\d\d[-—–~至])"
        rf"\d[\d,.]*(?:[-—–~至]+\d[\d,.]*)?[%‰万亿余多]*(?:美元|元|/|{MEASURE})?"
        rf"|(?<!第)(?<![{CHINESE_DIGITS}])"
        rf"(?:[二三四五六七八九十百千两]|[{CHINESE_DIGITS}]{{2,}})"
        rf"[万亿余多]*{MEASURE}|翻[一两]?番|全覆盖"
    ),
    "period": re.compile(r"\d{4}年?[-—–~至到]+\d{4}年?"),
    "percent": re.compile(
        rf"{NUMERAL}(?:[-—–~至]+{NUMERAL})?(?:[%‰]|个百分点|倍)|百分之[{CHINESE_DIGITS}]+|翻[一两]?番"
    ),
    "money": re.compile(rf"{NUMERAL}[多余]?[万亿千百]*(?:美|港|欧|日)?元|{NUMERAL}[万亿]"),
    "date": re.compile(
        r"\d{4}[-年./]\d{1,2}[-月./]\d{1,2}|\d{1,2}月\d{1,2}日|[二〇○零一九]{4}年[一二三四五六七八九十]+月"
    ),
    "when": re.compile(
        r"\d{4}年\d{1,2}月\d{1,2}日|"
        rf"\d{{4}}[-年./]|{NUMERAL}月|{NUMERAL}个?(?:年|月|日|天|周|小时|分钟|工作日|季度)|之日|季度|年底|月底|同时|即日"
    ),
    "phone": re.compile(r"(?<!\d)(?:0\d{2,3}-?\d{7,8}|1[3-9]\d{9}|400-?\d{3}-?\d{4})(?!\d)"),
    "doc_number": re.compile(r"[\[〔(（【]\d{4}[\]〕)）】]第?\d+号"),
    "any": re.compile(r""),
}
"""What the asked form looks like in squeezed text. A calendar year is no figure, nor is 一批."""

CITED_DOCUMENT = re.compile(r"《[^》]{4,}》|[〔\[]\d{4}[〕\]]\d+号")
EXPLAINS = r"[”\"]?(?:\(|是指|指的是|即|:|——)"
DEFINES = re.compile(r"(?:所称|称为)[^。;]{1,30}[，,]?(?:是指|指|包括)|是指")
"""How regulations define a word: 本办法所称甲，是指乙."""

BOILERPLATE = re.compile(
    r"^各[^。]*(?:人民政府|单位|部门|机构|高校|企业)[^。]*:$|印发给你们|(?:请|望)[^。]{0,12}(?:贯彻|遵照)(?:执行|落实|实施)?"
    r"|^\(?此件|https?:|www\.|^(?:来源|责任编辑|信息来源)"
    r"|\.(?:pdf|docx?|xlsx?|wps|ofd|zip|rar)\W*$"
)
"""The frame of a notice and of the web page it was saved from, names of attached files among it;
it states no policy."""
NEAR = 0.92
"""A further sentence is quoted when its score is at least this share of the best one's."""

COUNTED = re.compile(r"[两三四五六七八九十]+[大个种类项条]")
"""How many there are of what is asked (五大产业); official texts close such a list with it:
甲、乙、丙等五大产业."""

FEWEST = 4
"""A sentence with fewer characters beside its document's own title and number says nothing."""

LONG = 200
ENUMERATION = re.compile(r"、|;|和|及")


@dataclass(frozen=True, slots=True)
class Credits:
    """Worth of a term by where it stands, and of the other signs.

    Chosen with the development questions in view; changing any one of them by about half moved at
    most two answers in either half of that set.
    """

    heading: float = 0.75
    title: float = 0.6
    passage: float = 0.45
    context: float = 0.25
    context_of_attribute: float = 0.7
    shape: float = 0.15
    wrong_shape: float = -0.3
    unit: float = 0.06
    phrase: float = 0.25
    same_year: float = 0.05
    other_year: float = -0.12
    cites: float = 0.25
    attribute: float = 0.4
    explains: float = 0.15
    enumerates: float = 0.12
    sums_up: float = 0.15
    defines: float = 0.1
    boilerplate: float = -0.3
    prior: float = 0.2
    long: float = -0.04


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer.

    ``[start, end)`` are offsets in the document. ``coverage`` in [0, 1] is the share of the
    question's terms found in the sentence or around it; ``own`` the share in the sentence itself;
    ``score``: higher is better, comparable within one question.
    """

    hit: Hit
    start: int
    end: int
    text: str
    headings: str
    coverage: float
    own: float
    has_shape: bool
    states_attribute: bool
    score: float = 0.0

    @property
    def document_id(self) -> str:
        """The document the sentence stands in."""
        return self.hit.passage.document_id


class EvidenceRanker:
    """Scores sentences of hits against a query."""

    def __init__(self, index: Index, credits: Credits | None = None) -> None:
        self._index = index
        self._credits = credits or Credits()

    def terms(self, query: Query) -> list[Term]:
        """The query's content terms with their weights; what a follow-up adds weighs most.

        An attribute asked next (增速呢) is one of the subject before, which then counts nearly as
        much; another subject (物联网呢) takes its place.
        """
        found = weigh(term_texts(query.content), self._index.idf)
        if not query.focus:
            return found
        new = set(term_texts(query.focus))
        asks_attribute = ATTRIBUTE.search(query.focus) is not None
        share = self._credits.context_of_attribute if asks_attribute else self._credits.context
        return [
            Term(term.text, term.weight if term.text in new else term.weight * share)
            for term in found
        ]

    def familiarity(self, wording: str, hits: Sequence[Hit]) -> float:
        """How much of ``wording`` the passage most like it shares, in [0, 1].

        The share of its character pairs, each counting the same, found in one passage, its
        headings and its document's title: near 0 for what has nothing to do with the library,
        while even a free paraphrase keeps some pairs. Unlike a weighted coverage it counts pairs
        that the library does not know.
        """
        pairs = pair_texts(wording)
        if not pairs:
            return 0.0
        return max(
            (
                sum(pair in said for pair in pairs) / len(pairs)
                for said in map(self._all_said, hits)
            ),
            default=0.0,
        )

    def _all_said(self, hit: Hit) -> str:
        document = self._index.document(hit.passage.document_id)
        headings = "".join(section.heading for section in self._headings(hit))
        return naming_of(document.metadata) + squeeze(f"{headings} {hit.passage.text}")

    def rank(self, query: Query, hits: Sequence[Hit]) -> list[Candidate]:
        """Every sentence of ``hits`` as a candidate, best first; ties in reading order."""
        terms = self.terms(query)
        best = max((hit.score for hit in hits), default=0.0)
        worst = min((hit.score for hit in hits), default=0.0)
        spread = (best - worst) or 1.0
        found = [
            candidate
            for hit in hits
            for candidate in self._of_passage(query, terms, hit, (hit.score - worst) / spread)
        ]
        return sorted(found, key=lambda one: (-one.score, one.hit.rank, one.start))

    def _of_passage(
        self, query: Query, terms: Sequence[Term], hit: Hit, prior: float
    ) -> Iterator[Candidate]:
        document = self._index.document(hit.passage.document_id)
        headings = squeeze("".join(section.heading for section in self._headings(hit)))
        elsewhere = self._credit_elsewhere(terms, document, headings, hit)
        total = sum(term.weight for term in terms) or 1.0
        for start, end in sentences(document.text, hit.passage.start, hit.passage.end):
            text = squeeze(document.text[start:end])
            covered = sum(
                term.weight * (1.0 if term.text in text else elsewhere[term.text]) for term in terms
            )
            candidate = Candidate(
                hit=hit,
                start=start,
                end=end,
                text=text,
                headings=headings,
                coverage=covered / total,
                own=coverage(terms, text),
                has_shape=bool(SHAPES[query.shape].search(text)),
                states_attribute=states_attribute(query, document.metadata, text),
            )
            signs = self._signs(query, candidate) + self._credits.prior * prior
            yield replace(candidate, score=candidate.coverage + signs)

    def _headings(self, hit: Hit) -> list[Section]:
        return chain(self._index.sections(hit.passage.document_id), hit.passage.section)

    def _credit_elsewhere(
        self, terms: Sequence[Term], document: Document, headings: str, hit: Hit
    ) -> dict[str, float]:
        """What each term is worth to a sentence of the passage that does not hold it itself."""
        title = naming_of(document.metadata)
        around = squeeze(hit.passage.text)
        credit = self._credits
        return {
            term.text: max(
                credit.heading * (term.text in headings),
                credit.title * (term.text in title),
                credit.passage * (term.text in around),
            )
            for term in terms
        }

    def _signs(self, query: Query, candidate: Candidate) -> float:
        """What the sentence is worth beside its words."""
        credit, text = self._credits, candidate.text
        worth = credit.long * (len(text) > LONG) + credit.attribute * candidate.states_attribute
        if query.shape != "any":
            worth += credit.shape if candidate.has_shape else credit.wrong_shape
        if query.unit and asked_form(query).search(text):
            worth += credit.unit
        if query.years and (stated := years_in(text)):
            worth += credit.same_year if set(stated) & set(query.years) else credit.other_year
        if not (query.about_document or query.kind == "basis"):
            worth += credit.boilerplate * self._says_nothing(candidate)
        return worth + self._phrase_signs(query, candidate) + self._kind_signs(query, text)

    def _says_nothing(self, candidate: Candidate) -> bool:
        """Whether the sentence is but the document's title, number or the frame of a notice."""
        metadata = self._index.document(candidate.document_id).metadata
        rest = candidate.text
        for known in (metadata.title, metadata.doc_number, metadata.issuer):
            rest = rest.replace(squeeze(known or ""), "") if known else rest
        return len(rest) < FEWEST or BOILERPLATE.search(candidate.text) is not None

    def _phrase_signs(self, query: Query, candidate: Candidate) -> float:
        """What the sentence should name, and whether it explains what the question quotes."""
        if not query.naming:
            return 0.0
        said = sum(
            1.0 if phrase in candidate.text else 0.5 if phrase in candidate.headings else 0.0
            for phrase in query.naming
        )
        explained = query.kind == "definition" and any(
            re.search(re.escape(phrase) + EXPLAINS, candidate.text) for phrase in query.phrases
        )
        return self._credits.phrase * said / len(query.naming) + self._credits.explains * explained

    def _kind_signs(self, query: Query, text: str) -> float:
        if query.kind == "basis":
            return self._credits.cites * bool(CITED_DOCUMENT.search(text))
        if query.kind == "definition" and DEFINES.search(text):
            return self._credits.defines
        if query.kind not in ("list", "definition", "aggregate"):
            return 0.0
        listed = self._credits.enumerates * min(len(ENUMERATION.findall(text)), 4) / 4
        count = COUNTED.search(query.text)
        sums_up = count is not None and re.search(f"、[^。;]*等{count.group()}", text) is not None
        return listed + self._credits.sums_up * sums_up


def naming_of(metadata: Metadata) -> str:
    """What a question says to name a document: title and region, squeezed."""
    return squeeze(f"{metadata.title} {metadata.region or ''}")


def names_place(candidate: Candidate, place: Place) -> bool:
    """Whether the sentence or its headings name the place, by its full or short name."""
    short = PLACE_SUFFIX.sub("", squeeze(place.written))
    return short in candidate.text or short in candidate.headings


def near_best(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that score nearly as well as the best: any of them may be the answer."""
    if not candidates:
        return []
    return [one for one in candidates if one.score >= NEAR * candidates[0].score]


def chain(sections: Sequence[Section], position: int | None) -> list[Section]:
    """The section and those above it, outermost first."""
    found: list[Section] = []
    while position is not None:
        found.append(sections[position])
        position = sections[position].parent
    return found[::-1]


def asked_form(query: Query) -> re.Pattern[str]:
    """What the asked value looks like in squeezed text, with its measure word when one is given."""
    if query.unit and query.shape == "figure":
        return re.compile(rf"{NUMERAL}(?:[-—–~至]+{NUMERAL})?[多余万亿]*{query.unit}")
    return SHAPES[query.shape]


def narrow(
    text: str,
    span: Span,
    terms: Sequence[Term],
    pattern: re.Pattern[str],
    *,
    limit: int,
    go_on: bool = False,
) -> Span:
    """The run of clauses of at most ``limit`` characters (blanks not counted) that says most.

    A span that is short enough stays whole. Among runs of clauses the one with the greatest
    weight of terms wins, then one that ``pattern`` (the asked form) matches, then the shorter; a
    single clause longer than ``limit`` is kept whole, because half a clause misleads. ``go_on``
    takes in the clauses after it too while they fit: what is to be done follows the condition that
    a question repeats.
    """
    if _length(text, span) <= limit:
        return _without_comma(text, span)
    parts = clauses(text, *span)
    lengths = [0, *accumulate(_length(text, part) for part in parts)]
    fitting = [
        (i, j)
        for i in range(len(parts))
        for j in range(i, len(parts))
        if j == i or (j - i < limit and lengths[j + 1] - lengths[i] <= limit)
    ]

    def worth(run: tuple[int, int]) -> float:
        said = squeeze(text[parts[run[0]][0] : parts[run[1]][1]])
        return coverage(terms, said) + 0.3 * bool(pattern.search(said)) - 0.0005 * len(said)

    first, last = max(fitting, key=worth)
    while go_on and (first, last + 1) in fitting:
        last += 1
    return _without_comma(text, (parts[first][0], parts[last][1]))


def _without_comma(text: str, span: Span) -> Span:
    """``span`` without the comma or blank that joins its last clause to the next."""
    start, end = span
    while end > start + 1 and (text[end - 1] in "，,、；;：:" or text[end - 1].isspace()):
        end -= 1
    return start, end


def _length(text: str, span: Span) -> int:
    return sum(not character.isspace() for character in text[span[0] : span[1]])
