"""Question sets are read strictly: every fault names its line and field."""

import hashlib
from dataclasses import dataclass

import pytest

from corpus.errors import QuestionSetError
from eval.questions import BUNDLED_QUESTIONS, Evidence, Question, check_against, load_questions

NAME = "qingxi-building-materials.txt"
TARGET = "到 2025年，全县绿色建材产值达到60亿元"


def test_a_line_becomes_a_question(question_file, record):
    path = question_file(record(history=["清溪县有哪些目标？"]))
    (question,) = load_questions(path).questions
    assert question == Question(
        id="w-001",
        text="绿色建材产值目标是多少？",
        history=("清溪县有哪些目标？",),
        type="number",
        style="lexical",
        source_names=(NAME,),
        evidence=(Evidence(NAME, TARGET),),
        answer=("60亿元",),
        section=("一、主要目标",),
        line=1,
    )
    assert question.group == "w"


def test_a_set_knows_its_file_and_version(question_file, record):
    path = question_file(record())
    question_set = load_questions(path)
    assert question_set.name == "set.jsonl"
    assert question_set.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_blank_lines_count_but_are_no_questions(question_file, record):
    path = question_file(record(), "", record(id="w-002"))
    assert [(q.id, q.line) for q in load_questions(path).questions] == [("w-001", 1), ("w-002", 3)]


def test_the_bundled_questions_are_sound():
    question_set = load_questions(BUNDLED_QUESTIONS)
    assert len(question_set.questions) == 158
    assert sum(not question.answerable for question in question_set.questions) == 20


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"type": "numbers"}, "第2行：字段 type：不认识的取值“numbers”。可用的取值：number、date"),
        ({"style": "formal"}, "第2行：字段 style：不认识的取值“formal”。可用的取值：lexical、"),
        ({"question": "  "}, "第2行：字段 question：不是非空字符串"),
        ({"id": 7}, "第2行：字段 id：不是非空字符串"),
        ({"history": "上一问"}, "第2行：字段 history：不是字符串的列表"),
        ({"answer": ["60亿元", 8]}, "第2行：字段 answer：不是字符串的列表"),
        ({"evidence": {}}, "第2行：字段 evidence：不是列表"),
        ({"evidence": [{"doc": NAME}]}, r"第2行：字段 evidence\[0\]：不是只含 doc 和 quote 的对象"),
        ({"evidence": [{"doc": NAME, "quote": ""}]}, r"字段 evidence\[0\]\.quote：不是非空字符串"),
        ({"answer": ["70亿元"]}, "第2行：字段 answer：“70亿元”不在任何一条证据的原文里"),
        ({"answer": []}, "第2行：字段 answer：与题型“number”不符"),
        ({"docs": []}, "第2行：字段 docs：与题型“number”不符"),
        ({"type": "unanswerable"}, "第2行：字段 docs：与题型“unanswerable”不符"),
        ({"note": "多余"}, "第2行：有不认识的字段 note"),
    ],
)
def test_a_wrong_field_is_named(question_file, record, changes, message):
    path = question_file(record(), record(**{"id": "w-002"} | changes))
    with pytest.raises(QuestionSetError, match=message):
        load_questions(path)


@pytest.mark.parametrize("field", ["id", "question", "history", "type", "evidence", "section"])
def test_a_missing_field_is_named(question_file, record, field):
    line = record()
    del line[field]
    with pytest.raises(QuestionSetError, match=rf"set\.jsonl 第1行：缺少字段 {field}"):
        load_questions(question_file(line))


def test_broken_json_is_named_with_its_place(question_file, record):
    with pytest.raises(QuestionSetError, match="第2行：不是完整的JSON（第8个字符处"):
        load_questions(question_file(record(), '{"id": '))


def test_a_line_that_is_no_object_is_refused(question_file):
    with pytest.raises(QuestionSetError, match="第1行：不是一个JSON对象"):
        load_questions(question_file("[1]"))


def test_a_repeated_id_names_both_lines(question_file, record):
    with pytest.raises(QuestionSetError, match="第3行：字段 id：编号“w-001”与第1行重复") as caught:
        load_questions(question_file(record(), "", record()))
    assert (caught.value.source_name, caught.value.line) == ("set.jsonl", 3)


def test_an_empty_set_is_refused(question_file):
    with pytest.raises(QuestionSetError, match="一道题也没有"):
        load_questions(question_file(""))


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(QuestionSetError, match=r"none\.jsonl.*读不出来"):
        load_questions(tmp_path / "none.jsonl")


def test_bytes_that_are_not_utf8_are_refused(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_bytes("题集".encode("gb18030"))
    with pytest.raises(QuestionSetError, match=r"读不出来.*UTF-8"):
        load_questions(path)


@dataclass
class Card:
    id: str
    source_name: str


@dataclass
class Page:
    documents: tuple


@dataclass
class Library:
    """What ``check_against`` uses of an index, over one document."""

    only: object

    def documents(self):
        return Page((Card(self.only.id, self.only.source_name),))

    def document(self, document_id):
        assert document_id == self.only.id
        return self.only


def test_quotes_of_the_library_pass(question_file, record, document):
    check_against(load_questions(question_file(record())), Library(document))


def test_a_quote_with_another_space_is_refused(question_file, record, document):
    evidence = [{"doc": NAME, "quote": TARGET.replace(" ", "")}]
    question_set = load_questions(question_file(record(evidence=evidence)))
    with pytest.raises(QuestionSetError, match=r"第1行：字段 evidence\[0\]\.quote：.*不是文件"):
        check_against(question_set, Library(document))


def test_a_file_the_library_lacks_is_refused(question_file, record, document):
    question_set = load_questions(question_file(record(docs=["other.txt"])))
    with pytest.raises(QuestionSetError, match=r"第1行：字段 docs：文件库里没有文件“other\.txt”"):
        check_against(question_set, Library(document))


TRAINING = sorted(BUNDLED_QUESTIONS.parent.glob("train-*.jsonl"))
OUTSIDE = BUNDLED_QUESTIONS.parent / "train-04.jsonl"
"""Questions no library of policy documents answers."""


def test_the_questions_about_something_else_have_no_answer():
    questions = load_questions(OUTSIDE).questions
    assert len(questions) == 80
    assert not any(question.answerable for question in questions)


@pytest.mark.parametrize(
    "path", [path for path in TRAINING if path != OUTSIDE], ids=lambda path: path.stem
)
def test_the_training_sets_keep_to_the_schema(path):
    questions = load_questions(path).questions
    assert len(questions) > 300
    assert len({question.id for question in questions}) == len(questions)
    share = sum(not question.answerable for question in questions) / len(questions)
    assert 0.2 < share < 0.4


def test_no_training_question_is_a_development_question():
    asked = {question.text for question in load_questions(BUNDLED_QUESTIONS).questions}
    for path in TRAINING:
        assert asked.isdisjoint(question.text for question in load_questions(path).questions)
