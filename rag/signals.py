"""What speaks for a sentence as the answer to a question, as numbers a model can weigh.

Every sentence of the best passages is a row, every sign a column. Words are compared exactly
(character pairs, weighted by inverse document frequency) and softly (by the nearest word of the
embedded vectors), in the sentence, its clauses, its neighbours, the headings above and the title:
official texts name the subject once, in a heading, and then speak of it without repeating it.
Whole columns are computed at once, so that a question costs a few milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt

from index.hit import Hit
from index.index import Index
from index.static import StaticEncoder
from rag.answer import QuestionKind
from rag.asked import Asked, Flags
from rag.attributes import states_attribute
from rag.forms import asked_form
from rag.matching import pair_texts
from rag.query import AnswerShape, Query
from rag.views import STATIC, PassageView

Matrix = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Columns = dict[str, npt.ArrayLike]

EXPLAINS = r"[”\"]?(?:\(|是指|指的是|即|:|——)"
COUNTED = re.compile(r"[两三四五六七八九十]+[大个种类项条]")
"""How many there are of what is asked (五大产业); official texts close such a list with it:
甲、乙、丙等五大产业."""

WORTH_IN_HEADINGS = 0.75
WORTH_IN_TITLE = 0.6
WORTH_IN_PASSAGE = 0.45
"""What a word of the question is worth to a sentence that does not hold it itself (``covered``)."""

KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
FORMS: tuple[AnswerShape, ...] = get_args(AnswerShape)

QUESTION = (
    *(f"kind_{kind}" for kind in KINDS), *(f"form_{form}" for form in FORMS),
    "pairs", "unknown", "characters", "follow_up", "about_document", "tense",
)  # fmt: skip
"""What is known of the question alone."""
FOUND = ("rank", "behind", "lexical", "lexical_share")
"""What the searches said of the sentence's passage: nothing that depends on which encoder is set or
how large the library is."""
EXACT = (
    "own", "own_pairs", "headings_pairs", "title_pairs", "passage_pairs", "around_pairs",
    "covered", "own_rest", "headings_rest", "passage_rest", "around_rest", "before_rest",
    "after_rest", "missing", "missing_around", "run", "density", "focus", "focus_headings",
    "clause_pairs", "clause_rest",
)  # fmt: skip
"""Shares of the question's words found in the sentence and around it. ``rest``: of those that do
not stand in the document's title, since these name the document and not what is asked of it."""
SOFT = (
    "cosine", "cosine_passage", "cosine_headings", "soft", "soft_rest", "soft_least",
    "soft_around", "soft_around_rest",
)  # fmt: skip
"""The same by likeness of words."""
SHAPE = ("form_found", "form_clause", "forms", "phrase", "phrase_around", "attribute", "sums_up",
         "explains")  # fmt: skip
"""Whether the sentence has what is asked for."""
TIME = ("year", "year_around", "year_meant")
"""Whether the sentence, what stands above it, and the document's own year agree with the years of
the question: 1 they do, -1 they name others, 0 one side names none."""
RELATIVE = ("covered", "own_pairs", "own_rest", "around_rest", "clause_pairs", "soft", "soft_rest",
            "soft_around_rest", "cosine")  # fmt: skip
"""Signs that count beside the best sentence's as well as by themselves."""
SENTENCE = (
    *QUESTION, *FOUND, *STATIC, *EXACT, *SOFT, *SHAPE, *TIME,
    *(f"{name}_behind" for name in RELATIVE),
)  # fmt: skip
COLUMN: Mapping[str, int] = {name: i for i, name in enumerate(SENTENCE)}


@dataclass(frozen=True, slots=True)
class Table:
    """Sentences of passages with their signs; row i is sentence ``numbers[i]`` of ``owners[i]``.

    ``values`` has the columns ``SENTENCE``; ``owners`` are positions in the list of views.
    """

    owners: Ids
    numbers: Ids
    values: Matrix

    def column(self, name: str) -> Matrix:
        """One sign of every sentence."""
        column: Matrix = self.values[:, COLUMN[name]]
        return column


@dataclass(frozen=True, slots=True)
class _Read:
    """The sentences and clauses of all passages one after the other."""

    views: Sequence[PassageView]
    owners: Ids
    texts: Sequence[str]
    clauses: Sequence[str]
    begin: Ids  # where the clauses of each sentence begin
    end: Ids

    @classmethod
    def of(cls, views: Sequence[PassageView]) -> _Read:
        all_sentences = [sentence for view in views for sentence in view.sentences]
        counts = np.cumsum([0, *(len(one.clauses) for one in all_sentences)])
        return cls(
            views,
            np.repeat(np.arange(len(views)), [len(view.sentences) for view in views]),
            [one.text for one in all_sentences],
            [clause for one in all_sentences for clause in one.clauses],
            counts[:-1],
            counts[1:],
        )


class Signals:
    """Computes the signs of sentences."""

    def __init__(self, index: Index, words: StaticEncoder) -> None:
        self._index = index
        self._words = words

    def of(self, query: Query, hits: Sequence[Hit], views: Sequence[PassageView]) -> Table:
        """The signs of every sentence of ``hits``, whose views are ``views``, in their order."""
        read = _Read.of(views)
        count = len(read.owners)
        numbers = [np.arange(len(view.sentences)) for view in views]
        values = np.zeros((count, len(SENTENCE)), dtype=np.float32)
        if count:
            asked = Asked.of(query, self._index)
            static = np.concatenate([view.static for view in views]).T
            columns: Columns = {
                **_question(query, asked),
                **_found(hits, asked, read.owners),
                **dict(zip(STATIC, static, strict=True)),
                **_exact(query, asked, read),
                **self._soft(query, read),
                **self._shape(query, asked, read),
                **_time(query, asked, read),
            }
            for name in RELATIVE:
                worth = np.asarray(columns[name], dtype=np.float32)
                columns[f"{name}_behind"] = worth.max() - worth
            for name, column in columns.items():
                values[:, COLUMN[name]] = column
        return Table(read.owners, np.concatenate(numbers) if numbers else read.owners, values)

    def _soft(self, query: Query, read: _Read) -> Columns:
        """How near the words of the question come in sentence and headings, each by its nearest."""
        words = self._words
        ids = np.unique(words.word_ids(query.content))
        if not len(ids):
            return dict.fromkeys(SOFT, np.zeros(len(read.owners), dtype=np.float32))
        units, views, owners = words.directions[ids], read.views, read.owners
        known, place = np.unique(
            np.concatenate([part for view in views for part in (view.words, view.heading_words)]),
            return_inverse=True,
        )
        alike = units @ words.directions[known].T
        starts = np.cumsum([0, *(len(v.words) + len(v.heading_words) for v in views)])
        begin = np.concatenate([v.bounds[:-1] + at for v, at in zip(views, starts, strict=False)])
        end = np.concatenate([v.bounds[1:] + at for v, at in zip(views, starts, strict=False)])
        head_begin = np.array([at + len(v.words) for v, at in zip(views, starts, strict=False)])
        nearest = _segment_max(alike[:, place], begin, end)
        heads = _segment_max(alike[:, place], head_begin, starts[1:])
        around = np.maximum(nearest, heads[:, owners])
        titles = {view.title_words for view in views}
        named = {title: [one in title for one in ids.tolist()] for title in titles}
        rest = np.array([np.where(named[view.title_words], 0.05, 1.0) for view in views]).T
        rest = rest[:, owners]
        question = words.vectors[words.word_ids(query.content)].sum(axis=0)
        question /= max(float(np.linalg.norm(question)), 1e-9)
        along = (words.vectors[known] @ question)[place]
        norms = np.concatenate([view.norms[:-2] for view in views])
        outer = np.stack([view.norms[-2:] for view in views])
        return {
            "cosine": _share(_segment_sum(along, begin, end), norms),
            "cosine_passage": _share(_segment_sum(along, starts[:-1], head_begin), outer[:, 0])[
                owners
            ],
            "cosine_headings": _share(_segment_sum(along, head_begin, starts[1:]), outer[:, 1])[
                owners
            ],
            "soft": nearest.mean(axis=0),
            "soft_rest": (nearest * rest).sum(axis=0) / rest.sum(axis=0),
            "soft_least": np.where(rest > 0.5, nearest, 1.0).min(axis=0),
            "soft_around": around.mean(axis=0),
            "soft_around_rest": (around * rest).sum(axis=0) / rest.sum(axis=0),
        }

    def _shape(self, query: Query, asked: Asked, read: _Read) -> Columns:
        """Whether the sentence has the form that is asked for, and what it should name."""
        columns: Columns = dict.fromkeys(SHAPE, 0.0)
        if query.shape != "any":
            columns |= _form(query, asked, read)
        if query.naming:
            share = 1 / len(query.naming)
            heads = [read.views[owner].headings for owner in read.owners]
            columns["phrase"] = [
                share * sum(one in text for one in query.naming) for text in read.texts
            ]
            columns["phrase_around"] = [
                share * sum(one in text or one in head for one in query.naming)
                for text, head in zip(read.texts, heads, strict=True)
            ]
        if query.about_document:
            metadata = self._index.metadata({v.passage.document_id for v in read.views})
            documents = [read.views[owner].passage.document_id for owner in read.owners]
            columns["attribute"] = [
                states_attribute(query, metadata[document], text)
                for document, text in zip(documents, read.texts, strict=True)
            ]
        if counted := COUNTED.search(query.text):
            closes = re.compile(f"、[^。;]*等{counted.group()}")
            columns["sums_up"] = [closes.search(text) is not None for text in read.texts]
        if query.kind == "definition" and query.phrases:
            said = re.compile(f"(?:{'|'.join(map(re.escape, query.phrases))}){EXPLAINS}")
            columns["explains"] = [said.search(text) is not None for text in read.texts]
        return columns


def _question(query: Query, asked: Asked) -> Columns:
    return {
        **{f"kind_{kind}": kind == query.kind for kind in KINDS},
        **{f"form_{form}": form == query.shape for form in FORMS},
        "pairs": float(asked.pairs.sum()),
        "unknown": asked.unknown,
        "characters": len(query.content),
        "follow_up": bool(query.focus),
        "about_document": query.about_document,
        "tense": asked.tense,
    }


def _found(hits: Sequence[Hit], asked: Asked, owners: Ids) -> Columns:
    scores = np.array([hit.score for hit in hits], dtype=np.float32)
    lexical = np.array([hit.scores.get("lexical", 0.0) for hit in hits], dtype=np.float32)
    return {
        "rank": np.log1p(np.arange(len(hits), dtype=np.float32))[owners],
        "behind": (scores.max() - scores)[owners],
        "lexical": (lexical / asked.rarity)[owners],
        "lexical_share": (lexical / max(float(lexical.max()), 1e-9))[owners],
    }


def _exact(query: Query, asked: Asked, read: _Read) -> Columns:
    """Shares of the question's words found in the sentence and around it."""
    owners, views, pairs = read.owners, read.views, asked.pairs
    weights = asked.weights
    pair_weights: Matrix = np.where(pairs, weights, 0.0).astype(np.float32)
    total = max(float(pair_weights.sum()), 1e-9)
    own = _says(read.texts, asked.texts)
    heads = _says([view.headings for view in views], asked.texts)[owners]
    titles = _says([view.title for view in views], asked.texts)[owners]
    bodies = _says([view.text for view in views], asked.texts)[owners]
    clauses = _says(read.clauses, asked.texts)
    rest_weights: Matrix = np.where(titles, 0.0, pair_weights).astype(np.float32)
    rest_total: Matrix = rest_weights.sum(axis=1)
    around = own | heads | titles | bodies

    def share(said: Flags) -> Matrix:
        shared: Matrix = (said @ pair_weights) / total
        return shared

    def rest(said: Flags) -> Matrix:
        return _portion((said * rest_weights).sum(axis=1), rest_total)

    def heaviest_of(missing: Flags) -> Matrix:
        heaviest = max(float(pair_weights.max(initial=0.0)), 1e-9)
        left: Matrix = np.where(missing, pair_weights, 0.0).max(axis=1, initial=0.0) / heaviest
        return left

    worth = np.maximum.reduce(
        [own * 1.0, heads * WORTH_IN_HEADINGS, titles * WORTH_IN_TITLE, bodies * WORTH_IN_PASSAGE]
    )
    first = np.concatenate([[True], owners[1:] != owners[:-1]])
    last = np.concatenate([owners[1:] != owners[:-1], [True]])
    focus = set(pair_texts(query.focus))
    in_focus = np.array([text in focus for text in asked.texts], dtype=bool) * weights
    of_focus = in_focus / max(float(in_focus.sum()), 1e-9)
    clause_rest = clauses * rest_weights[np.repeat(np.arange(len(owners)), read.end - read.begin)]
    lengths = np.array([max(1, len(text)) for text in read.texts], dtype=np.float32)
    return {
        "own": own @ weights,
        "own_pairs": share(own),
        "headings_pairs": share(heads),
        "title_pairs": share(titles),
        "passage_pairs": share(bodies),
        "around_pairs": share(around),
        "covered": worth @ weights,
        "own_rest": rest(own),
        "headings_rest": rest(own | heads),
        "passage_rest": rest(bodies),
        "around_rest": rest(around),
        "before_rest": rest(np.roll(own, 1, axis=0) & ~first[:, None]),
        "after_rest": rest(np.roll(own, -1, axis=0) & ~last[:, None]),
        "missing": heaviest_of(~(own | heads | titles)),
        "missing_around": heaviest_of(~around),
        "run": _longest_run(own[:, pairs]) / max(1, int(pairs.sum())),
        "density": own[:, pairs].sum(axis=1) / lengths,
        "focus": own @ of_focus,
        "focus_headings": (own | heads) @ of_focus,
        "clause_pairs": _segment_max(share(clauses)[None], read.begin, read.end)[0],
        "clause_rest": _portion(
            _segment_max(clause_rest.sum(axis=1)[None], read.begin, read.end)[0], rest_total
        ),
    }


def _form(query: Query, asked: Asked, read: _Read) -> Columns:
    """Whether the asked form is there, how often, and how much its clause says of the question."""
    form = asked_form(query)
    has = np.array([form.search(clause) is not None for clause in read.clauses], dtype=bool)
    whole = np.array([form.search(text) is not None for text in read.texts], dtype=bool)
    weights = np.where(asked.pairs, asked.weights, 0.0)
    total = max(float(weights.sum()), 1e-9)
    worth = np.zeros(len(read.clauses), dtype=np.float32)
    some = [clause for clause, one in zip(read.clauses, has, strict=True) if one]
    worth[has] = 0.1 + _says(some, asked.texts) @ weights / total
    counts = _segment_sum(has.astype(np.float32), read.begin, read.end)
    found = whole | (counts > 0)
    return {
        "form_found": np.where(found, 1.0, -1.0),
        "form_clause": _segment_max(worth[None], read.begin, read.end)[0],
        "forms": np.minimum(counts, 6),
    }


def _time(query: Query, asked: Asked, read: _Read) -> Columns:
    """Whether the years agree; 去年 is the year before the document's own."""
    if not (query.years or asked.relative):
        return dict.fromkeys(TIME, 0.0)
    rows = []
    for view in read.views:
        years = set(query.years)
        if view.now is not None:
            years |= {view.now + shift for shift in asked.relative}
        above = _agree(years, set(view.years))
        for sentence in view.sentences:
            own = _agree(years, set(sentence.years))
            rows.append((own, above, own or above))
    return dict(zip(TIME, np.array(rows, dtype=np.float32).T, strict=True))


def _agree(asked: set[int], stated: set[int]) -> int:
    """1 when a year is common, -1 when both sides name years but no common one, else 0."""
    return 0 if not (asked and stated) else 1 if asked & stated else -1


def _says(texts: Sequence[str], terms: Sequence[str]) -> Flags:
    """Shape ``(len(texts), len(terms))``: whether text i holds term j."""
    flags = np.array([[term in text for term in terms] for text in texts], dtype=bool)
    return flags.reshape(len(texts), len(terms))


def _longest_run(said: Flags) -> Matrix:
    """The longest run of neighbouring terms that each row holds."""
    run = np.zeros(len(said), dtype=np.float32)
    best = np.zeros(len(said), dtype=np.float32)
    for column in said.T:
        run = (run + 1) * column
        best = np.maximum(best, run)
    return best


def _segment_max(values: Matrix, begin: Ids, end: Ids) -> Matrix:
    """Each row's greatest value in every ``[begin, end)``, which follow on another; 0 if empty."""
    found = np.zeros((len(values), len(begin)), dtype=np.float32)
    filled = end > begin
    if filled.any():
        edges = np.stack([begin[filled], end[filled]], axis=1).ravel()
        if edges[-1] == values.shape[1]:
            edges = edges[:-1]
        found[:, filled] = np.maximum.reduceat(values, edges, axis=1)[:, ::2]
    return found


def _segment_sum(values: Matrix, begin: Ids, end: Ids) -> Matrix:
    """The sum of the values of every ``[begin, end)``."""
    totals = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    sums: Matrix = (totals[end] - totals[begin]).astype(np.float32)
    return sums


def _portion(part: Matrix, whole: Matrix) -> Matrix:
    """``part / whole``; 1 where nothing is wanted."""
    portion: Matrix = np.divide(part, whole, out=np.ones_like(part), where=whole > 1e-9)
    return portion


def _share(part: Matrix, whole: Matrix) -> Matrix:
    """``part / whole``; 0 where there is no whole."""
    share: Matrix = np.divide(part, whole, out=np.zeros_like(part), where=whole > 1e-9)
    return share
