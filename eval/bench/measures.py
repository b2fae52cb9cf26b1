"""The benchmarks of the whole: retrieval, asking, building, starting."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from corpus.load import read_document
from corpus.passages import cut_passages
from corpus.sections import outline
from eval.bench.baseline import PlainBM25
from eval.bench.row import Note, Row, seconds
from eval.metrics import needs_all, recall, reciprocal_rank
from eval.questions import Question
from index.analyser import search_text
from index.encoder import Encoder
from index.hit import Finder, Hit
from index.index import Index
from rag.assistant import Assistant
from rag.fusion import fuse

DEPTH = 10
CANDIDATES = 100
Search = Callable[[str], list[str]]
"""Question → passage texts, best first."""


def retrieval(assistant: Assistant, questions: Sequence[Question], note: Note) -> list[Row]:
    """Quality and time of each search; only questions that stand alone and have an answer."""
    asked = [q for q in questions if q.answerable and not q.history]
    baseline, lexical, fused, whole = (
        _figures(search, asked, note, name) for name, search in _searches(assistant).items()
    )
    steps = [
        ("lexical", lexical, "plain BM25", baseline),
        ("lexical + dense", fused, "lexical", lexical),
        ("Assistant.search", whole, "lexical + dense", fused),
    ]
    return [
        Row("retrieval", f"{name}: {figure}", unit, value, against, other[figure][0])
        for name, figures, against, other in steps
        for figure, (value, unit) in figures.items()
    ]


def _searches(assistant: Assistant) -> dict[str, Search]:
    index = assistant.index
    encoder = index.encoder
    passages = [
        (passage.text, search_text(passage, card.metadata))
        for card in index.documents().documents
        for passage in index.passages(card.id)
    ]
    plain = PlainBM25([searched for _, searched in passages])

    def both(question: str) -> list[str]:
        lists: dict[Finder, list[Hit]] = {
            "lexical": index.search(question, by="lexical", top_k=CANDIDATES),
            "dense": index.search(question, by="dense", top_k=CANDIDATES),
        }
        hits = fuse(lists, {"lexical": 1.0, "dense": encoder.dense_weight})
        return [hit.passage.text for hit in hits[:DEPTH]]

    return {
        "plain BM25": lambda text: [passages[at][0] for at in plain.search(text, DEPTH)],
        "lexical": lambda text: [
            hit.passage.text for hit in index.search(text, by="lexical", top_k=DEPTH)
        ],
        "lexical + dense": both,
        "Assistant.search": lambda text: [
            hit.passage.text for hit in assistant.search(text, top_k=DEPTH).hits
        ],
    }


def _figures(
    search: Search, questions: Sequence[Question], note: Note, name: str
) -> dict[str, tuple[float, str]]:
    """Means over the questions, and the median time of a warm search."""
    for question in questions:  # warm
        search(question.text)
    scores, times = [], []
    for question in questions:
        begin = time.perf_counter()
        texts = search(question.text)
        times.append(time.perf_counter() - begin)
        all_needed = needs_all(question.type, question.answer, question.gold)
        scores.append(
            (
                recall(texts[:1], question.gold, all_needed=all_needed),
                recall(texts[:5], question.gold, all_needed=all_needed),
                reciprocal_rank(texts, question.gold),
            )
        )
        note(f"retrieval: {name}, {len(times)} of {len(questions)}")
    first, five, rank = (float(mean) for mean in np.mean(scores, axis=0))
    median = float(np.median(times)) * 1000
    return {
        "recall@1": (first, ""),
        "recall@5": (five, ""),
        "MRR@10": (rank, ""),
        "p50": (median, "ms"),
    }


def asking(assistant: Assistant, questions: Sequence[Question], note: Note) -> list[Row]:
    """Time of a warm answer beside that of a plain search over the same passages."""
    plain = _searches(assistant)["plain BM25"]
    ask_ms: list[float] = []
    plain_ms: list[float] = []
    for turn in ("cold", "warm"):
        ask_ms.clear()
        plain_ms.clear()
        for done, question in enumerate(questions, start=1):
            text, history = question.text, question.history
            begin = time.perf_counter()
            assistant.ask(text, history)
            asked = time.perf_counter()
            plain(text)
            ask_ms.append((asked - begin) * 1000)
            plain_ms.append((time.perf_counter() - asked) * 1000)
            note(f"asking, {turn}: {done} of {len(questions)}")
    return [
        Row(
            "asking",
            f"Assistant.ask: p{point}",
            "ms",
            float(np.percentile(ask_ms, point)),
            f"plain BM25 p{point}",
            float(np.percentile(plain_ms, point)),
        )
        for point in (50, 95)
    ]


def building(files: Sequence[Path], encoder: Encoder, folder: Path, note: Note) -> list[Row]:
    """Time of ``Index.build`` for 1,000 passages beside those of its two unavoidable parts."""
    note("building: parsing alone")
    documents = [read_document(file) for file in files]
    cut = [(d, cut_passages(d, outline(d.text))) for d in documents]
    texts = [search_text(passage, d.metadata) for d, passages in cut for passage in passages]

    def parse() -> None:
        for file in files:
            document = read_document(file)
            cut_passages(document, outline(document.text))

    parsing = seconds(parse)
    note("building: encoding alone")
    encoder.encode(texts)  # warm
    encoding = seconds(lambda: encoder.encode(texts))
    note("building: the whole")
    runs = iter(range(3))
    whole = seconds(lambda: Index.build(folder / f"build-{next(runs)}", documents, encoder).close())
    thousand = 1000 / len(texts)
    parts = {"parse": parsing, "encode": encoding, "parse + encode": parsing + encoding}
    return [
        Row(
            "building",
            "read and build 1,000 passages",
            "s",
            (parsing + whole) * thousand,
            f"{name} alone",
            part * thousand,
        )
        for name, part in parts.items()
    ]


def starting(folder: Path, note: Note) -> list[Row]:
    """Time of fresh processes up to the first answer, beside a bare interpreter and the library."""

    def run(what: str, *arguments: str) -> float:
        note(f"starting: {what}")
        command = [sys.executable, *arguments]
        return seconds(lambda: subprocess.run(command, check=True, capture_output=True))

    bare = run("bare interpreter", "-c", "pass")
    library = run("sentence_transformers alone", "-c", "import sentence_transformers")
    opened = run("open", "-c", _OPEN, str(folder))
    answered = run("first answer", "-c", _OPEN + _ASK, str(folder))
    version = run("cewen --version", str(Path(sys.executable).with_name("cewen")), "--version")
    return [
        Row("starting", "cewen --version", "s", version, "bare interpreter", bare),
        Row("starting", "open the index", "s", opened, "import sentence_transformers", library),
        Row("starting", "open and answer once", "s", answered, "open the index", opened),
    ]


_OPEN = """
import sys
from pathlib import Path
from index.encoder import load_encoder
from index.hit import Finder, Hit
from index.index import Index
from rag.assistant import Assistant
assistant = Assistant(Index.open(Path(sys.argv[1]), load_encoder("embedded")))
"""
_ASK = 'assistant.ask("产值目标是多少？")'
