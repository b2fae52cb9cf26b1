"""A small invented document, questions on it, and an assistant whose replies the test writes."""

import json
from dataclasses import dataclass, field

import pytest

from corpus.document import Document, Metadata, Passage
from eval.questions import Evidence, Question
from index.hit import Hit
from rag.answer import Answer, Citation, Coverage, Part, Refusal
from rag.settings import Settings

NAME = "qingxi-building-materials.txt"
TEXT = (
    "清溪县绿色建材产业行动计划\n一、主要目标\n"
    "到 2025年，全县绿色建材产值达到60亿元。培育龙头企业8家。\n"
    "二、重点任务\n（一）建设清溪建材小镇。（责任单位：县经信局、县建设局）\n"
    "（二）推广装配式建筑，新建项目占比达到35%。\n"
)
TARGET = "到 2025年，全县绿色建材产值达到60亿元"
FIRMS = "培育龙头企业8家"
TOWN = "建设清溪建材小镇"


@dataclass
class Shelf:
    """A library of one document."""

    document_: Document
    id: str = "index-1"

    def document(self, document_id):
        assert document_id == self.document_.id
        return self.document_


@dataclass
class Desk:
    """Replies as told; a reply that is an exception is raised."""

    index: Shelf
    answers: dict = field(default_factory=dict)
    found: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)

    def ask(self, question, history=()):
        self.asked.append((question, tuple(history)))
        answer = self.answers[question]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def search(self, query, history=(), *, top_k=10):
        self.asked.append((query, tuple(history), top_k))
        return Results(tuple(self.found.get(query, ())))


@dataclass
class Results:
    hits: tuple


@pytest.fixture
def document():
    return Document.from_bytes(
        TEXT.encode("utf-8"),
        source_name=NAME,
        text=TEXT,
        metadata=Metadata("清溪县绿色建材产业行动计划"),
    )


@pytest.fixture
def desk(document):
    return Desk(Shelf(document))


@pytest.fixture
def hit(document):
    """Make a hit of a piece of the text."""

    def make(text, rank=1):
        start = TEXT.index(text)
        passage = Passage(document.id, None, (), start, start + len(text), text)
        return Hit(passage, rank, 1 / rank, "fused")

    return make


@pytest.fixture
def reply(document):
    """Make an answer of quotes; ``shift`` moves its citations away from the truth."""

    def make(*quotes, question="", shift=0, refusal=None, labels=()):
        starts = [TEXT.index(quote) + shift for quote in quotes]
        citations = [
            Citation(
                n, document.id, "题名", None, None, None, None, None, (), quote, s, s + len(quote)
            )
            for n, (quote, s) in enumerate(zip(quotes, starts, strict=True), start=1)
        ]
        parts = [Part("label", label) for label in labels]
        parts += [Part("quote", quote, n) for n, quote in enumerate(quotes, start=1)]
        return Answer(
            question=question,
            standalone_question=question,
            kind="number",
            text="",
            parts=tuple(parts),
            citations=tuple(citations),
            hits=(),
            refusal=Refusal(refusal, "没有") if refusal else None,
            confidence=0.5,
            coverage=Coverage(1, False, 1),
            table=None,
            index_id="index-1",
            elapsed_ms=1.0,
        )

    return make


@pytest.fixture
def question():
    """Make a question; its text is its id unless given."""

    def make(id_="w-001", gold=(TARGET,), answer=("60亿元",), **other):
        values = {
            "text": id_,
            "history": (),
            "type": "number",
            "style": "lexical",
            "source_names": (NAME,) if gold else (),
            "section": (),
            "line": 1,
        }
        evidence = tuple(Evidence(NAME, quote) for quote in gold)
        return Question(id=id_, evidence=evidence, answer=answer, **(values | other))

    return make


@pytest.fixture
def unanswerable(question):
    return question("u-001", gold=(), answer=(), type="unanswerable")


@pytest.fixture
def record():
    """Make one line of a question file as a dict."""

    def make(**changes):
        return {
            "id": "w-001",
            "question": "绿色建材产值目标是多少？",
            "history": [],
            "type": "number",
            "style": "lexical",
            "docs": [NAME],
            "evidence": [{"doc": NAME, "quote": TARGET}],
            "answer": ["60亿元"],
            "section": ["一、主要目标"],
        } | changes

    return make


@pytest.fixture
def question_file(tmp_path):
    """Write records (or lines as they are) to a question file."""

    def write(*records, name="set.jsonl"):
        lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write
