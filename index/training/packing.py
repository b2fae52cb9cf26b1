"""Makes a pack of sources and questions: vocabulary, token ids, evidence, candidates, folds.

Word boundaries and BM25 are the product's own (``index.analyser``, ``index.lexical``). A passage is
evidence when it holds an evidence quote, whichever document it belongs to: the same report often
lies there in two formats, and neither copy may be taught as wrong or stand on both sides of a fold.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from corpus.fold import fold, squeeze
from corpus.sentences import sentences
from index.analyser import search_terms, word_edges
from index.lexical import TantivyIndex
from index.records import Stored

from .pack import CONTINUES, Counts, Ids, Pack, Question, Quoted, TokenSpan, write_pack
from .sources import LAWS, RawQuestion, Source, read_documents, read_laws, read_questions
from .vocabulary import make_tokenizer, worth_counting

Edges = npt.NDArray[np.int32]

FOLDS = 5
CANDIDATES = 20
OWN = 10
SHARED = 0.2
"""Share of equal passages from which two documents are one document for the folds."""
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as ids with the word bit, and the characters of each token."""

    ids: Ids
    starts: tuple[int, ...]
    ends: tuple[int, ...]


# --- words and tokens ------------------------------------------------------------------------


def edges_of(text: str) -> Edges:
    """Return where words begin or end, in order: found once, used to count and to mask."""
    return np.array(sorted(word_edges(text)), dtype=np.int32)


def count_words(texts: Iterable[str], edges: Iterable[Edges]) -> tuple[Counter[str], Counter[str]]:
    """Count words worth an entry, and characters that are no white space."""
    words: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for text, places in zip(texts, edges, strict=True):
        folded = fold(text)
        characters.update(folded)
        words.update(folded[a:b] for a, b in pairwise(places.tolist()))
    kept = Counter({word: count for word, count in words.items() if worth_counting(word)})
    return kept, Counter({c: count for c, count in characters.items() if not c.isspace()})


def encode_texts(
    tokenizer: Tokenizer, texts: Sequence[str], edges: Sequence[Edges]
) -> Iterator[Encoded]:
    """Yield each text as ids; bit 15 marks tokens that begin inside a word.

    The digits of a figure are one word, whatever cuts them.
    """
    for first in range(0, len(texts), _CHUNK):
        chunk = list(texts[first : first + _CHUNK])
        encoded = tokenizer.encode_batch(chunk, add_special_tokens=False)
        places = edges[first : first + _CHUNK]
        for text, found, around in zip(chunk, encoded, places, strict=True):
            starts = tuple(start for start, _ in found.offsets)
            ends = tuple(end for _, end in found.offsets)
            ids = np.array(found.ids, dtype=np.uint16)
            ids[continuing(text, starts, around)] |= CONTINUES
            yield Encoded(ids, starts, ends)


def continuing(text: str, starts: Sequence[int], edges: Edges) -> list[int]:
    """Return which of the tokens that begin at ``starts`` go on a word begun before.

    >>> continuing("到2025年产业", list(range(8)), edges_of("到2025年产业"))
    [2, 3, 4, 7]
    """
    begins = set(edges.tolist())
    found = []
    for token, start in enumerate(starts):
        in_figure = text[start : start + 1].isdigit() and text[start - 1 : start].isdigit()
        if token and (in_figure or start not in begins):
            found.append(token)
    return found


def token_span(
    starts: Sequence[int], ends: Sequence[int], first: int, last: int
) -> tuple[int, int] | None:
    """Return the tokens that touch the characters ``[first, last)``; None when none does.

    >>> token_span([0, 2, 3], [2, 3, 5], 1, 3)
    (0, 2)
    """
    begin, end = bisect_right(ends, first), bisect_left(starts, last)
    return (begin, end) if begin < end else None


# --- where quotes and answers stand ----------------------------------------------------------


def find_loosely(text: str, wanted: str) -> tuple[int, int] | None:
    """Return where ``wanted`` first stands in ``text``, width, case and white space not counting.

    >>> find_loosely("到 2025 年，增长９%", "2025年,增长9")
    (2, 12)
    """
    needle = squeeze(wanted)
    if not needle:
        return None
    kept = [i for i, character in enumerate(fold(text)) if not character.isspace()]
    at = squeeze(text).find(needle)
    return None if at < 0 else (kept[at], kept[at + len(needle) - 1] + 1)


def locate(
    quoted: dict[int, Quoted],
    passages: Sequence[int],
    wanted: str,
    within: Sequence[TokenSpan] = (),
) -> TokenSpan | None:
    """Return the first passage with ``wanted`` and its tokens there.

    With ``within``, only these spans are looked at, and the span returned lies in one of them.
    """
    places = within or [(passage, 0, len(quoted[passage].starts)) for passage in passages]
    for passage, first, last in places:
        one = quoted[passage]
        if first < last and (found := find_loosely(one.slice(first, last), wanted)):
            offset = one.starts[first]
            span = token_span(one.starts, one.ends, found[0] + offset, found[1] + offset)
            if span:
                return (passage, *span)
    return None


# --- folds -----------------------------------------------------------------------------------


def same_documents(sources: Sequence[Source]) -> list[int]:
    """Return a group for each source: those of one path, and those that share passages, are one."""
    parents = list(range(len(sources)))

    def root(node: int) -> int:
        while parents[node] != node:
            node = parents[node]
        return node

    holders: defaultdict[str, list[int]] = defaultdict(list)
    for number, source in enumerate(sources):
        holders[f"path {source.path}"].append(number)
        for body in {squeeze(text.body) for text in source.passages}:
            holders[body].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for key, numbers in holders.items():
        if key.startswith("path "):
            for other in numbers[1:]:
                parents[root(other)] = root(numbers[0])
        elif 2 <= len(numbers) <= 4:  # a phrase many documents hold tells nothing
            shared.update((a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :])
    for (a, b), count in shared.items():
        if count >= SHARED * min(len(sources[a].passages), len(sources[b].passages)):
            parents[root(b)] = root(a)
    return [root(number) for number in range(len(sources))]


def assign_folds(groups: Sequence[frozenset[int]], folds: int = FOLDS) -> list[int]:
    """Return a fold for each question, given the groups of its documents.

    Questions that share a group share the fold; the largest sets go first, each to the fold with
    the fewest questions.

    >>> assign_folds([frozenset({1}), frozenset({2, 3}), frozenset({3}), frozenset({4})], 2)
    [1, 0, 0, 1]
    """
    label = {group: group for one in groups for group in one}
    for one in groups:
        labels = {label[group] for group in one}
        for group in label:
            if label[group] in labels:
                label[group] = min(labels)
    sets = Counter(label[min(one)] for one in groups)
    sizes = [0] * folds
    chosen: dict[int, int] = {}
    for group, count in sorted(sets.items(), key=lambda item: (-item[1], item[0])):
        chosen[group] = sizes.index(min(sizes))
        sizes[chosen[group]] += count
    return [chosen[label[min(one)]] for one in groups]


# --- the library as the product searches it ---------------------------------------------------


class Library:
    """Passages of the official documents, searched by BM25; keys are numbers of passages."""

    def __init__(self, sources: Sequence[Source], folder: Path) -> None:
        self.index = TantivyIndex.create(folder)
        self.stored: list[Stored] = []
        first = 0
        with self.index.writer() as writer:
            for number, source in enumerate(sources):
                self.stored.append(Stored(number, first, len(source.passages)))
                first += len(source.passages)
                if not source.path.startswith(LAWS):
                    terms = (
                        search_terms("\n".join((*text.context, text.body)))
                        for text in source.passages
                    )
                    writer.add(self.stored[-1], terms)
        self.index = TantivyIndex.open(folder)

    def best(
        self, text: str, limit: int, documents: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return passages with scores, best first."""
        chosen = None if documents is None else [self.stored[number] for number in documents]
        return self.index.search(search_terms(text), limit=limit, documents=chosen)


# --- all together ----------------------------------------------------------------------------


def build_pack(
    sources: Sequence[Source], questions: Sequence[RawQuestion], *, words: int
) -> tuple[Pack, dict[str, int]]:
    """Make the pack and its figures, among them the questions left out: quote not found."""
    texts = [text for source in sources for text in source.passages]
    parts = list(dict.fromkeys(part for text in texts for part in text.context))
    written = [*(text.body for text in texts), *parts]
    edges = [edges_of(text) for text in written]
    tokenizer = make_tokenizer(*count_words(written, edges), words)
    bounds = np.cumsum([0, *(len(source.passages) for source in sources)])
    asked = {path for question in questions for path in question.paths}
    kept = {
        passage
        for number, source in enumerate(sources)
        if source.path in asked
        for passage in range(bounds[number], bounds[number + 1])
    }
    quoted: dict[int, Quoted] = {}
    bodies: list[Ids] = []
    encoded = encode_texts(tokenizer, written[: len(texts)], edges[: len(texts)])
    for passage, (text, found) in enumerate(zip(texts, encoded, strict=True)):
        bodies.append(found.ids)
        if passage in kept:
            quoted[passage] = quoted_of(text.body, found)
    part_ids = [one.ids for one in encode_texts(tokenizer, parts, edges[len(texts) :])]
    numbers = {part: number for number, part in enumerate(parts)}
    contexts = [[numbers[part] for part in text.context] for text in texts]
    made = make_questions(
        sources, [squeeze(text.body) for text in texts], bounds, quoted, questions
    )
    pack = Pack(
        tokenizer=tokenizer,
        tokens=np.concatenate(bodies),
        bodies=_bounds(bodies),
        part_tokens=np.concatenate(part_ids),
        parts=_bounds(part_ids),
        context_parts=np.array([part for context in contexts for part in context], dtype=np.int64),
        context_bounds=_bounds(contexts),
        documents=bounds.astype(np.int64),
        questions=tuple(made),
        quoted=quoted,
    )
    return pack, figures(pack, len(questions))


def _bounds(items: Sequence[Sequence[int] | Ids]) -> Counts:
    return np.cumsum([0, *map(len, items)]).astype(np.int64)


def quoted_of(text: str, found: Encoded) -> Quoted:
    """Return a passage with the tokens of its sentences."""
    spans = [token_span(found.starts, found.ends, *span) for span in sentences(text)]
    return Quoted(text, found.starts, found.ends, tuple(span for span in spans if span))


def make_questions(
    sources: Sequence[Source],
    squeezed: Sequence[str],
    bounds: Counts,
    quoted: dict[int, Quoted],
    questions: Sequence[RawQuestion],
) -> list[Question]:
    """Return the questions whose document is there and whose every quote is found in it."""
    by_path: defaultdict[str, list[int]] = defaultdict(list)
    for number, source in enumerate(sources):
        by_path[source.path].append(number)
    groups = same_documents(sources)
    found: list[Question] = []
    with TemporaryDirectory() as folder:
        library = Library(sources, Path(folder) / "lexical")
        for raw in questions:
            documents = [number for path in raw.paths for number in by_path[path]]
            passages = [p for d in documents for p in range(int(bounds[d]), int(bounds[d + 1]))]
            quotes = [locate(quoted, passages, quote) for quote in raw.quotes]
            if not passages or None in quotes:
                continue
            spans = tuple(span for span in quotes if span)
            found.append(_made(raw, documents, spans, quoted, squeezed, library))
    folds = assign_folds([frozenset(groups[d] for d in one.documents) for one in found])
    return [replace(question, fold=number) for question, number in zip(found, folds, strict=True)]


def _made(
    raw: RawQuestion,
    documents: Sequence[int],
    quotes: tuple[TokenSpan, ...],
    quoted: dict[int, Quoted],
    squeezed: Sequence[str],
    library: Library,
) -> Question:
    candidates = library.best(raw.text, CANDIDATES)
    own = library.best(raw.text, OWN, documents)
    wanted = [squeeze(quote) for quote in raw.quotes]
    right = {passage for passage, _, _ in quotes}
    right |= {
        passage
        for passage, _ in (*candidates, *own)
        if any(quote in squeezed[passage] for quote in wanted)
    }
    answers = (
        [locate(quoted, (), answer, within=quotes) for answer in raw.answers] if quotes else []
    )
    return Question(
        id=raw.id,
        text=raw.text,
        kind=raw.kind,
        style=raw.style,
        fold=0,
        documents=tuple(documents),
        evidence=tuple(sorted(right)),
        quotes=quotes,
        answers=tuple(span for span in answers if span),
        same=tuple((p, score) for p, score in own if p not in right),
        own=tuple(own),
        candidates=tuple(candidates),
        near_miss=raw.near_miss,
    )


def figures(pack: Pack, asked: int) -> dict[str, int]:
    """Return the figures of a pack that its reader wants to see."""
    answerable = [question for question in pack.questions if question.answerable]
    found = [q for q in answerable if set(q.evidence) & {p for p, _ in q.candidates}]
    return {
        "vocabulary": pack.tokenizer.get_vocab_size(),
        "documents": len(pack.documents) - 1,
        "passages": len(pack.bodies) - 1,
        "tokens": len(pack.tokens),
        "stream": len(pack.stream),
        "questions": len(pack.questions),
        "left_out": asked - len(pack.questions),
        "unanswerable": len(pack.questions) - len(answerable),
        "answer_spans": sum(len(question.answers) for question in pack.questions),
        "evidence_in_candidates": len(found),
        **{f"fold_{k}": sum(q.fold == k for q in pack.questions) for k in range(FOLDS)},
    }


def pack_files(
    laws: Path | None, documents: Path, questions: Sequence[Path], out: Path, *, words: int
) -> dict[str, int]:
    """Read the files, write the pack folder, return its figures."""
    sources = [*(read_laws(laws) if laws else ()), *read_documents(documents)]
    pack, found = build_pack(sources, read_questions(questions), words=words)
    found["bytes"] = write_pack(pack, out)
    (out / "figures.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    return found
