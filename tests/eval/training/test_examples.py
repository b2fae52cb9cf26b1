"""Libraries of the question sets, and what is kept of a question that is asked."""

import json

import pytest

from eval.questions import Evidence, Question
from eval.training.examples import Reader, libraries
from rag.assistant import Assistant
from rag.settings import Settings


def line(number: int, document: str) -> str:
    """A question of a set; without a document it is about something else."""
    fields = {
        "id": f"t-{number}", "question": f"第{number}个问题？", "history": [],
        "type": "unanswerable", "style": "lexical", "docs": [], "evidence": [], "answer": [],
        "section": [],
    }  # fmt: skip
    return json.dumps(fields | ({"document": document} if document else {}), ensure_ascii=False)


@pytest.fixture
def parts(tmp_path):
    documents = [f"甲/{number}.txt" for number in range(40)]
    lines = [line(number, document) for number, document in enumerate(documents)]
    path = tmp_path / "train.jsonl"
    path.write_text("\n".join([*lines, line(99, "")]), encoding="utf-8")
    return libraries([path])


def test_every_document_is_in_one_library_of_one_fold(parts):
    assert list(parts) == [f"{fold}{half}" for fold in range(5) for half in "ab"]
    documents = [one for files, _ in parts.values() for one in files]
    assert sorted(documents) == sorted(f"甲/{number}.txt" for number in range(40))
    assert {len(files) for files, _ in parts.values()} == {4}


def test_a_question_is_asked_where_its_document_is_and_others_everywhere(parts):
    for files, questions in parts.values():
        about = [name for _, name in questions]
        assert sorted(about) == sorted([*(one.removeprefix("甲/") for one in files), ""])


@pytest.fixture
def reader(own_index):
    return Reader(Assistant(own_index, Settings()), "0a")


CLAUSE = "到2025年，全市海洋生产总值突破600亿元，年均增长9%以上"
PLAN_FILE = "qingxi-ocean-2022-2025.txt"


def question(**changes) -> Question:
    fields = {
        "id": "t-1", "text": "青溪市2025年海洋生产总值要达到多少亿元？", "history": (),
        "type": "number", "style": "lexical", "source_names": (PLAN_FILE,),
        "evidence": (Evidence(PLAN_FILE, CLAUSE),), "answer": ("600亿元",), "section": (),
        "line": 1,
    }  # fmt: skip
    return Question(**fields | changes)


def test_the_sentence_of_the_evidence_has_the_highest_grade(reader):
    whole, few = reader.examples(question(), PLAN_FILE)
    assert (whole.few, few.few) == (False, True)
    assert sorted(whole.grades.tolist(), reverse=True)[:2] == [3, 0]
    assert whole.passages.sum() == 1
    assert len(whole.table.values) == len(whole.grades)


def test_evidence_without_all_answers_has_a_lower_grade(reader):
    whole, _ = reader.examples(question(answer=("600亿元", "不少于58张")), PLAN_FILE)
    assert max(whole.grades) == 2


def test_what_answers_is_taken_away_once(reader):
    verdicts = list(reader.verdicts(question(), PLAN_FILE))
    assert [(one.few, one.emptied) for one in verdicts] == [
        (False, False), (False, True), (True, False),
    ]  # fmt: skip
    assert [one.answerable for one in verdicts] == [True, False, True]


def test_a_near_miss_is_never_answerable(reader):
    near_miss = question(
        type="unanswerable", source_names=(), evidence=(), answer=(),
        text="青溪市2025年旅游收入要达到多少亿元？",
    )  # fmt: skip
    verdicts = list(reader.verdicts(near_miss, PLAN_FILE))
    assert [(one.few, one.emptied) for one in verdicts] == [(False, False), (True, False)]
    assert not any(one.answerable for one in verdicts)


def test_questions_of_files_the_library_lacks_are_known(reader):
    assert reader.holds_documents_of(question())
    assert not reader.holds_documents_of(question(source_names=("nowhere.txt",)))
