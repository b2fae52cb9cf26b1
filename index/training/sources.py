"""Reads what a pack is made of: laws, official documents, question sets.

Documents go through the product's own readers and structure finder, so that a passage here is a
passage there. Only what is outside copyright is read: laws and official documents (Copyright Law
of the People's Republic of China, art. 5), of the ``train`` split; and questions of our own.
"""

from __future__ import annotations

import json
import lzma
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document, Metadata, Passage
from corpus.errors import DocumentError
from corpus.load import parse_file
from corpus.passages import cut_passages
from corpus.sections import outline
from index.analyser import search_parts

LAWS = "laws/"


@dataclass(frozen=True, slots=True)
class Text:
    """One passage: its characters and the parts searched with it, outermost first.

    ``start`` is where it begins in its document.
    """

    start: int
    body: str
    context: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A document as packed: its path in its collection, its text, its passages."""

    path: str
    text: str
    passages: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class RawQuestion:
    """A line of a question set; ``history`` stands before the question, as it was asked."""

    id: str
    text: str
    kind: str
    style: str
    paths: tuple[str, ...]
    quotes: tuple[str, ...]
    answers: tuple[str, ...]
    near_miss: str | None


def read_laws(path: Path) -> Iterator[Source]:
    """Yield laws from JSON lines with ``title`` and ``body``, packed by xz."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            record = json.loads(line)
            name = f"{LAWS}{number}"
            yield source_of(
                Document.from_bytes(
                    line.encode(),
                    source_name=name,
                    text=record["body"],
                    metadata=Metadata(title=record["title"]),
                ),
                name,
            )


def read_documents(archive: Path, *, split: str = "train") -> Iterator[Source]:
    """Yield the documents of a tar in the order of their paths, ``manifest.jsonl`` beside it.

    Files that cannot be read are passed over; a file of several documents is several sources of one
    path.
    """
    manifest = (archive.parent / "manifest.jsonl").read_text(encoding="utf-8")
    records = map(json.loads, manifest.splitlines())
    wanted = {record["file"] for record in records if record["split"] == split}
    with tarfile.open(archive) as tar:
        files: dict[str, bytes] = {}
        for member in tar:
            name = member.name.removeprefix("./")
            if name in wanted and (handle := tar.extractfile(member)) is not None:
                files[name] = handle.read()
    for name in sorted(files):
        for found in parse_file(files[name], source_name=Path(name).name):
            if not isinstance(found, DocumentError):
                yield source_of(found, name)


def source_of(document: Document, path: str) -> Source:
    """Cut a document as the product does."""
    passages = cut_passages(document, outline(document.text, document.layout))
    return Source(
        path, document.text, tuple(_text(passage, document.metadata) for passage in passages)
    )


def _text(passage: Passage, metadata: Metadata) -> Text:
    *context, body = search_parts(passage, metadata)
    return Text(passage.start, body, tuple(part for part in context if part.strip()))


def read_questions(paths: Iterable[Path]) -> list[RawQuestion]:
    """Read question sets (eval/questions/SCHEMA.md); lines without ``document`` are left out."""
    found = []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record.get("document"):
                found.append(_question(record))
    return found


def _question(record: dict[str, object]) -> RawQuestion:
    document = record["document"]
    history, evidence = _list(record["history"]), _list(record["evidence"])
    return RawQuestion(
        id=str(record["id"]),
        text="".join([*map(str, history), str(record["question"])]),
        kind=str(record["type"]),
        style=str(record["style"]),
        paths=tuple(map(str, document)) if isinstance(document, list) else (str(document),),
        quotes=tuple(str(one["quote"]) for one in evidence),
        answers=tuple(map(str, _list(record["answer"]))),
        near_miss=str(record["near_miss"]) if record.get("near_miss") else None,
    )


def _list(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []
