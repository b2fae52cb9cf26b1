"""A run enters by ask and search, and one failure costs one question."""

from corpus.errors import QuestionError
from eval.runner import Cited, FoundText, ask, run_questions
from rag.answer import Part

TARGET = "到 2025年，全县绿色建材产值达到60亿元"
FIRMS = "培育龙头企业8家"


def test_history_and_depth_go_through_the_users_door(desk, reply, question):
    desk.answers["企业呢？"] = reply(FIRMS)
    ask(question(text="企业呢？", history=("产值目标是多少？",)), desk)
    assert desk.asked == [
        ("企业呢？", ("产值目标是多少？",)),
        ("企业呢？", ("产值目标是多少？",), 20),
    ]


def test_an_outcome_keeps_what_is_judged(desk, document, reply, hit, question):
    desk.answers["w-001"] = reply(TARGET, labels=("清溪县：",))
    desk.found["w-001"] = [hit(FIRMS), hit(TARGET, 2)]
    outcome = ask(question(), desk)
    start = document.text.index(TARGET)
    assert outcome.parts == (Part("label", "清溪县："), Part("quote", TARGET, 1))
    assert outcome.quoted == TARGET
    assert outcome.citations == (
        Cited(1, document.id, start, start + len(TARGET), TARGET, verbatim=True),
    )
    assert [found.text for found in outcome.hits] == [FIRMS, TARGET]
    assert isinstance(outcome.hits[0], FoundText)
    assert outcome.ask_ms >= 0
    assert outcome.search_ms >= 0


def test_a_citation_is_checked_against_the_document(desk, reply, question):
    desk.answers["w-001"] = reply(TARGET, shift=1)
    assert [cited.verbatim for cited in ask(question(), desk).citations] == [False]


def test_a_refusal_keeps_its_reason(desk, reply, unanswerable):
    desk.answers["u-001"] = reply(refusal="place_not_in_corpus")
    outcome = ask(unanswerable, desk)
    assert (outcome.answered, outcome.refusal) == (False, "place_not_in_corpus")


def test_a_failing_question_is_an_error_outcome_and_the_run_goes_on(desk, reply, question):
    desk.answers["w-001"] = ZeroDivisionError("除以零")
    desk.answers["w-002"] = reply(TARGET)
    first, second = run_questions([question(), question("w-002")], desk)
    assert (first.answered, first.error) == (False, "ZeroDivisionError: 除以零")
    assert (second.answered, second.error) == (True, None)


def test_an_error_of_ours_is_recorded_with_its_message(desk, question):
    error = QuestionError("问题是空的", accepted="须为1至500个字", advice="请重新输入")
    desk.answers["w-001"] = error
    assert ask(question(), desk).error == f"QuestionError: {error}"


def test_a_citation_into_an_unknown_document_is_an_error_outcome(desk, reply, question):
    desk.answers["w-001"] = reply(TARGET)
    desk.index.document_ = desk.index.document_.from_bytes(
        b"x", source_name="x.txt", text="x", metadata=desk.index.document_.metadata
    )
    assert ask(question(), desk).error.startswith("AssertionError")


def test_progress_counts_every_question(desk, reply, question):
    seen = []
    desk.answers = {"w-001": reply(TARGET), "w-002": ValueError("坏")}
    list(
        run_questions(
            [question(), question("w-002")], desk, progress=lambda *call: seen.append(call)
        )
    )
    assert seen == [(1, 2, "w-001"), (2, 2, "w-002")]
