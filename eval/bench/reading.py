"""How fast files become sections, passages and facts, in one process and in several."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path

from corpus.document import Document, Metadata
from corpus.facts import extract_facts
from corpus.fold import fold
from corpus.ingest import Source, ingest
from corpus.load import parse_document
from corpus.parse import parse
from corpus.passages import cut_passages
from corpus.sections import outline
from eval.bench.row import Note, Row, seconds

_MB = 1_000_000
_COPIES = 40
_LINES = 100_000
_LINE_MB = 5
_NUMBERS = count()


def reading(files: Sequence[Path], folder: Path, note: Note) -> list[Row]:
    """Speed of reading and structure on real text, on many lines and on one long line."""
    originals = [file.read_text(encoding="utf-8") for file in files]
    texts = {
        "bundled documents": originals * 2,
        f"a text of {_LINES} lines": [_many_lines(originals)],
        f"a line of {_LINE_MB} MB": [_one_line(originals)],
    }
    rows = [row for name, some in texts.items() for row in _speed(name, some, note)]
    return [
        *rows,
        _growth(originals, note),
        _facts(originals, note),
        *_workers(files, folder, note),
    ]


def _speed(name: str, texts: Sequence[str], note: Note) -> list[Row]:
    note(f"reading: {name}")
    size = sum(len(text.encode("utf-8")) for text in texts) / _MB
    folded = size / seconds(lambda: [fold(text) for text in _fresh(texts)])
    whole = size / seconds(lambda: _structure(_fresh(texts)))
    return [Row("reading", f"{name}: read and structure", "MB/s", whole, "fold alone", folded)]


def _fresh(texts: Sequence[str]) -> list[str]:
    """Return the texts as none was before, since structure found once is kept for a moment."""
    return [f"{text}\n{next(_NUMBERS)}" for text in texts]


def _structure(texts: Sequence[str]) -> None:
    for text in texts:
        document = parse_document(text.encode("utf-8"), source_name="a.txt")
        cut_passages(document, outline(document.text, document.layout))


def _growth(texts: Sequence[str], note: Note) -> Row:
    """Time a character of a text ten times as long: 1 when the cost is linear."""
    note("reading: growth")
    text = "\n".join(texts)

    def microseconds(copies: int) -> float:
        longer = text * copies
        return seconds(lambda: _structure(_fresh([longer]))) / len(longer) * 1e6

    short, long = microseconds(2), microseconds(20)
    return Row("reading", "a character of 20 documents", "µs", long, "of 2", short)


def _facts(texts: Sequence[str], note: Note) -> Row:
    note("reading: facts")
    documents = [
        Document.from_bytes(b"", source_name="a.txt", text=text, metadata=Metadata(""))
        for text in texts
    ]
    found = [outline(text) for text in texts]
    facts = seconds(lambda: [extract_facts(d, s) for d, s in zip(documents, found, strict=True)])
    parsing = seconds(lambda: [cut_passages(d, outline(d.text)) for d in documents])
    return Row("reading", "facts", "s", facts, "sections and passages", parsing)


def _workers(files: Sequence[Path], folder: Path, note: Note) -> list[Row]:
    """Documents a second through ``ingest``, beside the same work without processes."""
    folder = folder / "copies"
    folder.mkdir()
    sources = []
    for copy in range(_COPIES):
        for file in files:
            path = folder / f"{copy}-{file.name}"
            path.write_text(f"{file.read_text(encoding='utf-8')}\n{copy}", encoding="utf-8")
            sources.append(Source(path, path.name))
    note("reading: without processes")
    plain = len(sources) / seconds(lambda: _alone(sources), repeat=1)
    rows = []
    for workers in sorted({1, os.cpu_count() or 1}):
        note(f"reading: {workers} processes")
        taken = seconds(partial(_together, sources, workers), repeat=1)
        name = f"{workers} process{'es' if workers > 1 else ''}"
        rows.append(Row("reading", name, "documents/s", len(sources) / taken, "none", plain))
    return rows


def _alone(sources: Sequence[Source]) -> None:
    for source in sources:
        parse(parse_document(source.path.read_bytes(), source_name=source.source_name))


def _together(sources: Sequence[Source], workers: int) -> None:
    for _ in ingest(sources, workers=workers):
        pass


def _many_lines(texts: Sequence[str]) -> str:
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    return "\n".join(lines[at % len(lines)][:120] for at in range(_LINES))


def _one_line(texts: Sequence[str]) -> str:
    line = "".join("".join(text.split()) for text in texts)
    return (line * (_LINE_MB * _MB // len(line.encode("utf-8")) + 1))[: _LINE_MB * _MB // 3]
