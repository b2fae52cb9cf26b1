"""Every way of asking wrongly: the status, and a message that says what to do."""

import pytest

from corpus.errors import (
    DocumentError,
    DocumentMissing,
    IndexBusy,
    IndexDamaged,
    IndexMissing,
    IndexStale,
    ModelUnavailable,
    QuestionError,
    SettingsError,
)
from ui.problems import KINDS, Problem, explain, problem_of

PARTS = {"accepted": "只接受某某", "advice": "请改正"}


def assert_problem(response, status, *, says):
    body = response.json()
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert set(body) <= {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    assert body["title"] == KINDS[status][1]
    assert says in body["detail"], body["detail"]
    assert "Traceback" not in response.text
    return body


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({"question": ""}, "question", "问题是空的"),
        ({"question": "　 \n"}, "question", "问题是空的"),
        ({"question": "问" * 501}, "question", "问题有501个字"),
        ({}, "question", "缺少这一项"),
        ({"question": 7}, "question", "应为文字"),
        ({"question": "甲", "colour": "红"}, "colour", "没有这个字段"),
        ({"question": "甲", "top_k": 0}, "top_k", "不能小于1"),
        ({"question": "甲", "top_k": 51}, "top_k", "不能大于50"),
        ({"question": "甲", "top_k": 1.5}, "top_k", "应为整数"),
        ({"question": "甲", "top_k": "多"}, "top_k", "应为整数"),
        ({"question": "甲", "explain": "也许"}, "explain", "应为 true 或 false"),
        ({"question": "甲", "history": ["乙"] * 21}, "history", "最多20项，收到21项"),
        ({"question": "甲", "history": "乙"}, "history", "应为列表"),
        ({"question": "甲", "history": [""]}, "history.0", "不能为空"),
        ({"question": "甲", "history": ["乙" * 501]}, "history.0", "最多500个字"),
        ({"question": "甲", "filters": {"city": "某市"}}, "filters.city", "没有这个字段"),
        ({"question": "甲", "filters": {"year_from": 20}}, "filters.year_from", "不能小于1900"),
        ({"question": "甲", "filters": []}, "filters", "应为JSON对象"),
    ],
)
def test_a_wrong_question_is_422_and_names_the_field(client, body, field, says):
    response = client.post("/api/v1/ask", json=body)
    errors = assert_problem(response, 422, says=says)["errors"]
    assert [error["field"] for error in errors] == [field]


def test_an_empty_search_names_its_own_field(client):
    errors = assert_problem(
        client.post("/api/v1/search", json={"query": " "}), 422, says="问题是空的"
    )["errors"]
    assert [error["field"] for error in errors] == ["query"]


def test_several_wrong_fields_are_all_named(client):
    response = client.post("/api/v1/ask", json={"top_k": 0, "x": 1})
    errors = assert_problem(response, 422, says="有3处不符合要求")["errors"]
    assert {error["field"] for error in errors} == {"question", "top_k", "x"}


@pytest.mark.parametrize("body", [b"{", b'{"question": "\xff"}', b"", b"[1"])
def test_a_body_that_is_not_json_is_a_problem(client, body):
    response = client.post(
        "/api/v1/ask", content=body, headers={"content-type": "application/json"}
    )
    assert response.status_code in (400, 422)
    assert_problem(response, response.status_code, says="请")


def test_bad_json_says_where(client):
    headers = {"content-type": "application/json"}
    response = client.post("/api/v1/ask", content=b'{"question": }', headers=headers)
    assert_problem(response, 422, says="不是合法的JSON（第13个字符附近出错）")


def test_a_lone_surrogate_is_refused_not_echoed(client):
    headers = {"content-type": "application/json"}
    response = client.post("/api/v1/ask", content=b'{"question": "\\ud800"}', headers=headers)
    assert_problem(response, 422, says="UTF-8")


def test_another_content_type_is_415(client):
    response = client.post("/api/v1/ask", content="甲", headers={"content-type": "text/plain"})
    assert_problem(response, 415, says="application/json")
    response = client.post("/api/v1/documents", json={})
    assert_problem(response, 415, says="multipart/form-data")


@pytest.mark.parametrize(
    ("method", "path", "status", "says"),
    [
        ("GET", "/api/v1/documents/0000000000000000", 404, "没有编号为“0000000000000000”的文件"),
        ("GET", "/api/v1/documents/0000000000000000/text", 404, "请核对编号"),
        ("DELETE", "/api/v1/documents/0000000000000000", 404, "请核对编号"),
        ("GET", "/api/v1/jobs/0", 404, "没有这个编号的上传任务"),
        ("GET", "/api/v1/nothing", 404, "没有这个地址"),
        ("GET", "/nothing", 404, "没有这个地址"),
        ("PUT", "/api/v1/ask", 405, "不支持该请求方法"),
        ("GET", "/api/v1/documents?limit=0", 422, "不能小于1"),
        ("GET", "/api/v1/documents?year=abc", 422, "应为整数"),
        ("GET", "/api/v1/targets?format=pdf", 422, "只能是以下之一：'json', 'csv' 或 'xlsx'"),
        ("GET", "/api/v1/responsibilities?role=甲", 422, "只能是以下之一：'责任', '牵头'"),
        ("GET", "/api/v1/references?document_id=0", 404, "没有编号为“0”的文件"),
    ],
)
def test_wrong_addresses_are_problems(own_client, method, path, status, says):
    assert_problem(own_client.request(method, path), status, says=says)


def test_a_wrong_method_names_the_right_ones(client):
    assert client.put("/api/v1/ask").headers["allow"] == "POST"


@pytest.mark.parametrize("query", ["start=9&end=3", "end=100000", "start=100000"])
def test_a_range_outside_the_text_is_422(own_client, plan, query):
    response = own_client.get(f"/api/v1/documents/{plan.id}/text?{query}")
    assert_problem(response, 422, says=f"0 ≤ start ≤ end ≤ {len(plan.text)}")


def test_an_unexpected_error_is_logged_and_not_shown(own_client, caplog, monkeypatch):
    def fail(*args, **options):
        raise RuntimeError("secret")

    monkeypatch.setattr(own_client.app.state.service.assistant, "ask", fail)
    response = own_client.post("/api/v1/ask", json={"question": "甲"})
    assert_problem(response, 500, says="已记入服务日志")
    assert "secret" not in response.text
    assert "secret" in caplog.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DocumentMissing("0"), 404),
        (DocumentError("a.txt", "是空的", **PARTS), 422),
        (IndexBusy("i", "正在写入", **PARTS), 409),
        (IndexMissing("i", "不存在", **PARTS), 503),
        (IndexStale("i", "过时", **PARTS), 503),
        (IndexDamaged("i", "损坏", **PARTS), 503),
        (ModelUnavailable("m", "没有", **PARTS), 503),
        (QuestionError("问题是空的", **PARTS), 422),
        (SettingsError("port", "不对", **PARTS), 500),
    ],
)
def test_every_error_class_has_its_status(error, status):
    problem = problem_of(error)
    assert (problem.status, problem.detail) == (status, str(error))


def test_a_problem_is_a_document_with_type_title_and_detail():
    assert Problem(404, "没有。").body.model_dump(exclude_none=True) == {
        "type": "urn:cewen:problem:not-found", "title": "没有找到", "status": 404,
        "detail": "没有。",
    }  # fmt: skip


def test_an_unforeseen_kind_of_error_still_has_a_chinese_message():
    assert explain({"type": "decimal_max_digits", "loc": ("x",)}) == "值不符合要求"
