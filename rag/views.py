"""What of a passage is compared with a question, worked out once and kept.

A passage is read by every question that finds it; cutting it into sentences and clauses, dropping
white space and looking its words up need not be done each time. A view holds no more than a few
times the passage's text, and the cache that keeps views is bounded by their characters.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from corpus.document import Metadata, Passage, Section
from corpus.facts.modality import aims_at, reached_at
from corpus.facts.outlook import Outlook, Part
from corpus.fold import fold, squeeze
from corpus.sections import section_at
from corpus.sentences import clauses, sentences
from index.cache import Cache
from index.encoder import Vectors
from index.hit import Span
from index.index import Index
from index.static import StaticEncoder
from rag.responsibility import NARRATIVE

KEPT_CHARACTERS = 4_000_000
"""Characters of passages whose views are kept."""

FEWEST = 4
"""A sentence with fewer characters beside its document's own title and number says nothing."""

BOILERPLATE = re.compile(
    r"^各[^。]*(?:人民政府|单位|部门|机构|高校|企业)[^。]*:$|印发给你们|(?:请|望)[^。]{0,12}(?:贯彻|遵照)(?:执行|落实|实施)?"
    r"|^\(?此件|https?:|www\.|^(?:来源|责任编辑|信息来源)"
    r"|\.(?:pdf|docx?|xlsx?|wps|ofd|zip|rar)\W*$"
)
"""The frame of a notice and of the web page it was saved from, names of attached files among it;
it states no policy."""
CITED_DOCUMENT = re.compile(r"《[^》]{4,}》|[〔\[]\d{4}[〕\]]\d+号")
DEFINES = re.compile(r"(?:所称|称为)[^。;]{1,30}[，,]?(?:是指|指|包括)|是指")
"""How regulations define a word: 本办法所称甲，是指乙."""
ENUMERATION = re.compile(r"、|;|和|及")
OBLIGES = re.compile(
    "应当|应该|必须|不得|可以|鼓励|支持|推动|推进|加快|加强|建立|健全|完善|实施|开展|落实|提高|提升|给予|确保"
)
"""How official texts say what will or may be done."""
REASONS = re.compile("为了|为进一步|为深入|为贯彻|为加快|根据|按照|依据")
"""How official texts open with why and on what grounds."""
FIGURE = re.compile(r"\d[\d,.]*")
LEAD_IN = re.compile(r"[:：]$")

STATIC = (
    "length", "clauses", "place", "heading", "item", "depth", "position", "boilerplate",
    "enumerates", "cites", "defines", "charges", "obliges", "reasons", "figures", "leads_in",
    "cells", "part", "reached", "aims",
)  # fmt: skip
"""What is known of a sentence without a question, in the order of ``PassageView.static``."""

PARTS: Mapping[Part | None, float] = {
    "past": -1.0, None: 0.0, "rule": 0.25, "support": 0.5, "task": 0.75, "goal": 1.0,
}  # fmt: skip
"""What a part of a document is for, from what has been reached to what is to be reached."""
KEPT_DOCUMENTS = 2_000
"""Documents of which is kept what their parts are for."""
YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?=年|[-—–~至到/])")

Ids = npt.NDArray[np.int32]
Row = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SentenceView:
    """A sentence at ``[start, end)`` of its document; ``text`` and ``clauses`` are squeezed.

    ``cells`` counts the tabs between cells where it is a row of a table.
    """

    start: int
    end: int
    text: str
    clauses: tuple[str, ...]
    years: tuple[int, ...]
    cells: int


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage as it is compared: all texts squeezed.

    ``title`` is what names the document, ``headings`` those above the passage, ``years`` those the
    headings name, ``now`` the year the document was written in, where that is known. ``words`` are
    the word ids of the sentences one after the other, sentence i at ``[bounds[i],
    bounds[i + 1])``; ``norms`` the lengths of the sums of the words' vectors: of each sentence, of
    the passage, of its headings. ``static[i]`` is what is known of sentence i (``STATIC``).
    """

    passage: Passage
    title: str
    headings: str
    years: tuple[int, ...]
    now: int | None
    text: str
    sentences: tuple[SentenceView, ...]
    words: Ids
    bounds: npt.NDArray[np.int64]
    heading_words: Ids
    title_words: frozenset[int]
    norms: Row
    static: Row


@dataclass(frozen=True, slots=True)
class _Cut:
    """A passage cut into sentences, its words not yet looked up."""

    passage: Passage
    title: str
    headings: str
    now: int | None
    sentences: tuple[SentenceView, ...]
    static: Row

    @property
    def texts(self) -> Iterator[str]:
        """What has words: the title, the headings, the sentences."""
        yield self.title
        yield self.headings
        for sentence in self.sentences:
            yield sentence.text


class Views:
    """The views of an index's passages."""

    def __init__(self, index: Index, words: StaticEncoder) -> None:
        self._index = index
        self._words = words
        self._state = ""
        self._kept = Cache[str, PassageView](KEPT_CHARACTERS, lambda view: len(view.text) + 50)
        self._outlooks = Cache[str, Outlook](KEPT_DOCUMENTS, lambda _: 1)

    def of(self, passages: Sequence[Passage]) -> list[PassageView]:
        """The views of ``passages``, in their order."""
        if self._state != self._index.id:
            self._kept.clear()
            self._outlooks.clear()
            self._state = self._index.id
        by_id = {passage.id: passage for passage in passages}

        def load(missing: list[str]) -> Mapping[str, PassageView]:
            cuts = [self._cut(by_id[one]) for one in missing]
            ids = iter(self._words.word_ids_of(text for cut in cuts for text in cut.texts))
            return {cut.passage.id: _view(cut, ids, self._words.vectors) for cut in cuts}

        found = self._kept.get_all(by_id, load)
        return [found[passage.id] for passage in passages]

    def _cut(self, passage: Passage) -> _Cut:
        document_id = passage.document_id
        sections = self._index.sections(document_id)
        metadata = self._index.metadata([document_id])[document_id]
        above = chain(sections, passage.section)
        outlook = self._outlooks.get(document_id, lambda: self._outlook(document_id))
        cut = _sentences(passage)
        last = max(1, max((one.body_end for one in sections), default=passage.end))
        static = [
            [
                *_static(sentence, number, sections, metadata, last),
                PARTS[outlook.headed(section_at(sections, sentence.start))],
                *_tense(sentence.text),
            ]
            for number, sentence in enumerate(cut)
        ]
        return _Cut(
            passage=passage,
            title=naming_of(metadata),
            headings=squeeze("".join(section.heading for section in above)),
            now=outlook.now,
            sentences=cut,
            static=np.array(static, dtype=np.float32).reshape(len(cut), len(STATIC)),
        )

    def _outlook(self, document_id: str) -> Outlook:
        document = self._index.document(document_id)
        return Outlook(document, fold(document.text), self._index.sections(document_id))


def _view(cut: _Cut, ids: Iterator[Ids], vectors: Vectors) -> PassageView:
    """Put the words to what was cut; takes the ids of ``cut.texts`` from ``ids``."""
    title_words, heading_words, *words = islice(ids, 2 + len(cut.sentences))
    sums = [vectors[one].sum(axis=0) for one in words]
    sums += [np.sum(sums, axis=0), vectors[heading_words].sum(axis=0)]
    return PassageView(
        passage=cut.passage,
        title=cut.title,
        headings=cut.headings,
        years=tuple(map(int, YEAR.findall(cut.headings))),
        now=cut.now,
        text=squeeze(cut.passage.text),
        sentences=cut.sentences,
        words=np.concatenate([np.empty(0, np.int32), *words]),
        bounds=np.cumsum([0, *map(len, words)]),
        heading_words=heading_words,
        title_words=frozenset(title_words.tolist()),
        norms=np.linalg.norm(np.stack(sums), axis=1),
        static=cut.static,
    )


def _sentences(passage: Passage) -> tuple[SentenceView, ...]:
    """The sentences with their clauses, which are looked for once in the whole passage."""
    text = passage.text
    parts = clauses(text)
    starts = [start for start, _ in parts]
    return tuple(
        _sentence(passage, start, end, parts[bisect_left(starts, start) : bisect_left(starts, end)])
        for start, end in sentences(text)
    )


def _sentence(passage: Passage, start: int, end: int, parts: Sequence[Span]) -> SentenceView:
    text = squeeze(passage.text[start:end])
    return SentenceView(
        passage.start + start,
        passage.start + end,
        text,
        tuple(squeeze(passage.text[a:b]) for a, b in parts) or (text,),
        tuple(map(int, YEAR.findall(text))),
        min(passage.text.count("\t", start, end), 8),
    )


def _tense(squeezed: str) -> list[float]:
    """Whether words of what has been reached and words of aim stand in a sentence."""
    return [
        float(reached_at(squeezed, 0, len(squeezed)) >= 0),
        float(aims_at(squeezed, 0, len(squeezed)) >= 0),
    ]


def _static(
    sentence: SentenceView,
    number: int,
    sections: Sequence[Section],
    metadata: Metadata,
    last: int,
) -> list[float]:
    """What is known of a sentence without a question: ``STATIC`` but for its last three."""
    text = sentence.text
    position = section_at(sections, sentence.start)
    section = None if position is None else sections[position]
    heads = section is not None and sentence.start < section.end
    return [
        float(np.log1p(len(text))),
        len(sentence.clauses),
        number,
        heads and section is not None and sentence.end <= section.end + 1,
        section is not None and section.kind == "item",
        section.depth if section else 0,
        sentence.start / last,
        says_nothing(text, metadata),
        min(len(ENUMERATION.findall(text)), 8),
        CITED_DOCUMENT.search(text) is not None,
        DEFINES.search(text) is not None,
        NARRATIVE.search(text) is not None,
        min(len(OBLIGES.findall(text)), 6),
        REASONS.search(text) is not None,
        min(len(FIGURE.findall(text)), 8),
        LEAD_IN.search(text) is not None,
        sentence.cells,
    ]


def says_nothing(squeezed: str, metadata: Metadata) -> bool:
    """Whether a sentence is but the document's title, number or the frame of a notice."""
    rest = squeezed
    for known in (metadata.title, metadata.doc_number, metadata.issuer):
        rest = rest.replace(squeeze(known or ""), "") if known else rest
    return len(rest) < FEWEST or BOILERPLATE.search(squeezed) is not None


def naming_of(metadata: Metadata) -> str:
    """What a question says to name a document: title and region, squeezed."""
    return squeeze(f"{metadata.title} {metadata.region or ''}")


def chain(sections: Sequence[Section], position: int | None) -> list[Section]:
    """The section and those above it, outermost first."""
    found: list[Section] = []
    while position is not None:
        found.append(sections[position])
        position = sections[position].parent
    return found[::-1]
