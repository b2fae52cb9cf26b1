"""Question sets: JSON Lines in, frozen questions out; refused whole when any line is wrong.

The format is in ``questions/SCHEMA.md``. A set is read strictly, because a question that is
skipped or half understood changes every mean after it: an error names file, line and field.
Whether the gold quotes stand in a library is a second check, ``check_against``. Judging an answer
is left to ``metrics.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn, cast, get_args

from corpus.errors import QuestionSetError
from eval.metrics import normalise

if TYPE_CHECKING:
    from index.index import Index

QuestionType = Literal[
    "number", "date", "entity", "list", "responsible", "definition", "measure", "basis",
    "comparison", "aggregate", "unanswerable",
]  # fmt: skip
QuestionStyle = Literal["lexical", "paraphrase", "colloquial"]

BUNDLED_QUESTIONS = Path(__file__).parent / "questions" / "dev.jsonl"
FIELDS = (
    "id", "question", "history", "type", "style", "docs", "evidence", "answer", "section",
)  # fmt: skip
OPTIONAL_FIELDS = ("document", "near_miss")
"""What training questions add for those who read them; an evaluation has no use for it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim quote of the library file called ``source_name``."""

    source_name: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its gold.

    ``answer``: strings a correct answer must contain; empty exactly for an unanswerable question,
    as are ``evidence``, ``source_names`` and ``section``. ``line`` is where it stands in its file.
    """

    id: str
    text: str
    history: tuple[str, ...]
    type: QuestionType
    style: QuestionStyle
    source_names: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    answer: tuple[str, ...]
    section: tuple[str, ...]
    line: int

    @property
    def answerable(self) -> bool:
        """Whether the library holds an answer."""
        return self.type != "unanswerable"

    @property
    def group(self) -> str:
        """The prefix of the id: ``w-001`` → ``w``."""
        return self.id.partition("-")[0]

    @property
    def gold(self) -> tuple[str, ...]:
        """The evidence quotes."""
        return tuple(evidence.quote for evidence in self.evidence)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file, in its order; ``sha256`` says which version of the file."""

    name: str
    sha256: str
    questions: tuple[Question, ...]


def load_questions(path: Path) -> QuestionSet:
    """Read a question set; blank lines are allowed, anything else wrong is a QuestionSetError."""
    try:
        data = path.read_bytes()
        lines = data.decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionSetError(
            str(path),
            0,
            f"读不出来（{error}）",
            accepted="题集是一个UTF-8编码的JSON Lines文件",
            advice="请核对路径和编码；格式见 eval/questions/SCHEMA.md",
        ) from None
    questions = tuple(
        _Line(path.name, number, line).question()
        for number, line in enumerate(lines, start=1)
        if line.strip()
    )
    _refuse_bad_set(path.name, questions)
    return QuestionSet(path.name, hashlib.sha256(data).hexdigest(), questions)


def _refuse_bad_set(name: str, questions: Sequence[Question]) -> None:
    if not questions:
        raise QuestionSetError(
            name,
            1,
            "里面一道题也没有",
            accepted="题集至少要有一道题，每行一道",
            advice="请换一个题集文件",
        )
    first_line: dict[str, int] = {}
    for question in questions:
        earlier = first_line.setdefault(question.id, question.line)
        if earlier != question.line:
            raise QuestionSetError(
                name,
                question.line,
                f"字段 id：编号“{question.id}”与第{earlier}行重复",
                accepted="每道题的编号在题集里只能出现一次",
                advice="请改掉其中一个编号",
            )


def check_against(question_set: QuestionSet, index: Index) -> None:
    """Refuse a set whose files or quotes the library of ``index`` does not hold."""
    ids = {card.source_name: card.id for card in index.documents().documents}
    for question in question_set.questions:
        for source_name in (*question.source_names, *(e.source_name for e in question.evidence)):
            if source_name not in ids:
                _refuse_missing_file(question_set.name, question.line, source_name)
        for number, evidence in enumerate(question.evidence):
            if evidence.quote not in index.document(ids[evidence.source_name]).text:
                _refuse_quote(question_set.name, question.line, number, evidence)


def _refuse_missing_file(name: str, line: int, source_name: str) -> NoReturn:
    raise QuestionSetError(
        name,
        line,
        f"字段 docs：文件库里没有文件“{source_name}”",
        accepted="docs 和 evidence.doc 要写文件库中文件的文件名",
        advice="请先添加该文件，或改用与题集配套的文件库",
    )


def _refuse_quote(name: str, line: int, number: int, evidence: Evidence) -> NoReturn:
    raise QuestionSetError(
        name,
        line,
        f"字段 evidence[{number}].quote：“{evidence.quote[:40]}”"
        f"不是文件“{evidence.source_name}”的原文",
        accepted="quote 必须是该文件中连续的一段原文，一字不差（含空格和标点）",
        advice="请从文件原文中复制这段话",
    )


class _Line:
    """One line of the file, read field by field."""

    def __init__(self, name: str, line: int, text: str) -> None:
        self.name = name
        self.line = line
        try:
            record = json.loads(text)
        except json.JSONDecodeError as error:
            self.refuse(f"不是完整的JSON（第{error.colno}个字符处：{error.msg}）")
        if not isinstance(record, dict):
            self.refuse("不是一个JSON对象")
        self.record = cast("Mapping[str, object]", record)

    def question(self) -> Question:
        self._check_fields()
        question = Question(
            id=self._string("id"),
            text=self._string("question"),
            history=self._strings("history"),
            type=cast("QuestionType", self._choice("type", get_args(QuestionType))),
            style=cast("QuestionStyle", self._choice("style", get_args(QuestionStyle))),
            source_names=self._strings("docs"),
            evidence=self._evidence(),
            answer=self._strings("answer"),
            section=self._strings("section"),
            line=self.line,
        )
        self._check_gold(question)
        return question

    def refuse(self, met: str, *, accepted: str | None = None) -> NoReturn:
        raise QuestionSetError(
            self.name,
            self.line,
            met,
            accepted=accepted or f"每行是一个JSON对象，字段为 {'、'.join(FIELDS)}",
            advice="请改正这一行；格式见 eval/questions/SCHEMA.md",
        )

    def _check_fields(self) -> None:
        for field in FIELDS:
            if field not in self.record:
                self.refuse(f"缺少字段 {field}")
        for field in self.record:
            if field not in FIELDS + OPTIONAL_FIELDS:
                self.refuse(f"有不认识的字段 {field}")

    def _string(self, field: str) -> str:
        value = self.record[field]
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"字段 {field}：不是非空字符串", accepted=f"{field} 是一个非空的字符串")
        return value

    def _strings(self, field: str) -> tuple[str, ...]:
        value = self.record[field]
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self.refuse(
                f"字段 {field}：不是字符串的列表", accepted=f"{field} 是由非空字符串组成的列表"
            )
        return tuple(value)

    def _choice(self, field: str, accepted: Sequence[str]) -> str:
        value = self._string(field)
        if value not in accepted:
            self.refuse(
                f"字段 {field}：不认识的取值“{value}”",
                accepted=f"可用的取值：{'、'.join(accepted)}",
            )
        return value

    def _evidence(self) -> tuple[Evidence, ...]:
        value = self.record["evidence"]
        if not isinstance(value, list):
            self.refuse("字段 evidence：不是列表", accepted="evidence 是 {doc, quote} 的列表")
        return tuple(self._one_evidence(number, item) for number, item in enumerate(value))

    def _one_evidence(self, number: int, item: object) -> Evidence:
        if not isinstance(item, dict) or set(item) != {"doc", "quote"}:
            self.refuse(
                f"字段 evidence[{number}]：不是只含 doc 和 quote 的对象",
                accepted="每条证据写作 {“doc”: 文件名, “quote”: 原文}",
            )
        for key in ("doc", "quote"):
            if not isinstance(item[key], str) or not item[key].strip():
                self.refuse(
                    f"字段 evidence[{number}].{key}：不是非空字符串",
                    accepted="doc 是文件名，quote 是一段原文",
                )
        return Evidence(item["doc"], item["quote"])

    def _check_gold(self, question: Question) -> None:
        """Refuse gold on an unanswerable question, none on another, answers outside the quotes."""
        gold = (
            ("docs", question.source_names),
            ("evidence", question.evidence),
            ("answer", question.answer),
        )
        for field, values in gold:
            if bool(values) != question.answerable:
                self.refuse(
                    f"字段 {field}：与题型“{question.type}”不符",
                    accepted="unanswerable 题的 docs、evidence、answer 为空，其他题都不为空",
                )
        for text in question.answer:
            if not any(normalise(text) in normalise(quote) for quote in question.gold):
                self.refuse(
                    f"字段 answer：“{text}”不在任何一条证据的原文里",
                    accepted="answer 的每一项都是某条 quote 的一部分（不计空格、全半角和大小写）",
                )
