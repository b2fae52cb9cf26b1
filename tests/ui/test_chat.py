"""What the events of the chat page do, and how the page joins the app; no browser."""

import re
from types import SimpleNamespace

import gradio as gr
import pytest
from fastapi.testclient import TestClient

from rag.settings import Settings
from ui import chat, page
from ui.api import create_app
from ui.chat import Chat
from ui.problems import DETAILS
from ui.schemas import HISTORY_LIMIT

QUESTION = "云州市到2023年建成数字乡村示范村多少个？"


@pytest.fixture
def service(service_of, own_folder):
    started = service_of(own_folder)
    started.start()
    started.wait()
    yield started
    started.stop()


@pytest.fixture
def desk(service):
    return Chat(service)


def event(**data):
    return gr.EventData(None, data)


def request(**headers):
    return SimpleNamespace(headers=headers)


def test_an_answer_joins_the_conversation_and_empties_the_box(desk):
    turns, html, box, notice = desk.ask(f"  {QUESTION} ", [])
    assert [turn.question for turn in turns] == [QUESTION]
    assert "50个" in html
    assert (box, notice) == ("", "")


def test_earlier_questions_count_for_a_follow_up(desk):
    turns, *_ = desk.ask("青溪市到2025年海洋生产总值目标是多少？", [])
    turns, html, *_ = desk.ask("年均增长呢？", turns)
    assert "理解为" in html
    assert "海洋生产总值" in turns[1].answer.standalone_question


@pytest.mark.parametrize(
    ("typed", "says"), [("", "问题是空的"), (" \n", "问题是空的"), ("问" * 501, "问题有501个字")]
)
def test_a_wrong_question_stays_in_its_box_with_the_message_of_the_api(desk, typed, says):
    turns, html, box, notice = desk.ask(typed, [])
    assert turns == []
    assert html == box == gr.skip()
    assert says in notice


def test_an_unexpected_error_is_said_and_logged(desk, monkeypatch, caplog):
    def fail(*args, **options):
        raise RuntimeError("secret")

    monkeypatch.setattr(desk.service.assistant, "ask", fail)
    *_, notice = desk.ask(QUESTION, [])
    assert notice == page.notice(DETAILS[500])
    assert "secret" in caplog.text


def test_only_so_many_earlier_questions_are_sent(desk, monkeypatch):
    turns, *_ = desk.ask(QUESTION, [])
    sent = []
    ask = desk.service.assistant.ask
    monkeypatch.setattr(
        desk.service.assistant, "ask", lambda typed, history: sent.append(history) or ask(typed)
    )
    desk.ask(QUESTION, turns * 30)
    assert len(sent[0]) == HISTORY_LIMIT


def test_a_session_keeps_no_passages(desk):
    (turn,), *_ = desk.ask(QUESTION, [])
    assert turn.answer.hits == ()
    assert turn.answer.citations


def test_an_example_is_asked(desk):
    turns, *_ = desk.example([], event(text=QUESTION))
    assert turns[0].question == QUESTION


def test_picking_a_citation_marks_its_quote(desk):
    (turn,), *_ = desk.ask(QUESTION, [])
    cited = turn.answer.citations[0]
    html = desk.pick(event(doc=cited.document_id, start=cited.start, end=cited.end, whole=0))
    assert f"<mark>{cited.quote}</mark>" in html


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (5, 2), (0, 10**9)])
def test_a_place_that_is_not_in_the_document_shows_nothing(desk, plan, start, end):
    assert desk.pick(event(doc=plan.id, start=start, end=end, whole=0)) == page.no_evidence()


def test_a_document_that_has_left_is_said(desk):
    assert "没有编号为" in desk.pick(event(doc="0" * 16, start=0, end=1, whole=0))


def test_a_rating_is_kept_once(desk):
    turns, *_ = desk.ask(QUESTION, [])
    turns, html, notice = desk.rate(turns, event(turn=0, rating=1))
    assert "已记下" in html
    desk.rate(turns, event(turn=0, rating=-1))
    (kept,) = desk.service.index.feedback()
    assert (kept.question, kept.rating) == (QUESTION, 1)
    assert notice == ""


def test_a_rating_of_a_forgotten_turn_is_ignored(desk):
    desk.rate([], event(turn=3, rating=1))
    assert desk.service.index.feedback() == []


def test_a_new_conversation_forgets_the_old(desk):
    turns, conversation, evidence, box, notice = desk.new_conversation()
    assert turns == []
    assert "想了解文件里的什么" in conversation
    assert evidence == page.no_evidence()
    assert (box, notice) == ("", "")


def test_examples_are_asked_of_the_librarys_own_regions(desk):
    *_, (header, welcome) = desk.open_page()
    assert "文件库现有 3 份文件" in header
    assert "青溪市有哪些重点任务？" in welcome


def test_opening_the_page_early_waits_for_the_library(service_of, own_folder):
    service = service_of(own_folder)
    service.start()
    *_, (header, _) = Chat(service).open_page()
    assert "3 份文件" in header
    service.stop()


def test_a_library_that_cannot_be_opened_is_said_on_the_page(service_of, tmp_path):
    service = service_of(tmp_path / "nothing")
    service.start()
    service.wait()
    *_, (_, shown) = Chat(service).open_page()
    assert "索引目录" in shown
    service.stop()


def test_the_library_is_searched_by_title(desk):
    assert "数字乡村" in desk.library("数字")
    assert "养老" not in desk.library("数字")


def test_uploads_are_followed_to_their_end(desk, tmp_path):
    path = tmp_path / "石河通知.txt"
    path.write_text("石河县关于古树名木保护的通知\n\n一、目标\n挂牌1300株。\n", encoding="utf-8")
    *_, last = desk.upload([str(path)], request())
    assert "已处理1/1份" in last
    assert "已添加" in last
    header, listed = desk.refresh("")
    assert "文件库现有 4 份文件" in header
    assert "共4份" in listed


def test_uploading_nothing_is_said(desk):
    assert [*desk.upload(None, request())] == [
        page.notice("还没有选择文件。可以一次选择多份。请先选择要添加的文件。")
    ]


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [({}, False), ({"authorization": "Bearer r"}, False), ({"authorization": "Bearer e"}, True)],
)
def test_only_editors_upload_from_the_page(service, tmp_path, headers, allowed):
    service.settings = Settings(api_keys={"r": "reader", "e": "editor"})
    path = tmp_path / "甲.txt"
    path.write_text("甲县通知\n\n一、目标\n挂牌。\n", encoding="utf-8")
    *_, last = Chat(service).upload([str(path)], request(**headers))
    assert ("已添加" in last) is allowed


@pytest.fixture
def mounted(service_of, own_folder):
    """A client of the whole app: interface and page."""
    service = service_of(own_folder)
    with TestClient(chat.mount(create_app(service), service)) as client:
        service.wait()
        yield client


def test_the_page_does_not_swallow_the_interface(mounted):
    assert "策问" in mounted.get("/").text
    assert mounted.get("/api/v1/documents").json()["total"] == 3
    assert mounted.get("/healthz").json()["status"] == "ok"
    assert mounted.get("/api/v1/nothing").headers["content-type"] == "application/problem+json"
    assert mounted.put("/api/v1/ask").status_code == 405
    assert mounted.get("/docs").text.startswith("<!doctype html>")


def test_the_page_names_no_other_host_to_load_from(mounted):
    html = mounted.get("/").text
    assert not re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//', html)


def test_files_of_the_machine_are_not_served(mounted, own_folder):
    for path in ("/etc/passwd", own_folder / "library.sqlite"):
        assert mounted.get(f"/gradio_api/file={path}").status_code in (403, 404)


def test_the_pages_own_calls_are_not_an_interface(mounted):
    assert mounted.get("/gradio_api/info").json()["named_endpoints"] == {}
