"""Feedback in, question set out."""

import json

import pytest

QUESTION = "云州市到2023年建成数字乡村示范村多少个？"


@pytest.fixture
def rated(own_client):
    """Rate an answer to a question."""

    def rate(rating, **more):
        answer = own_client.post("/api/v1/ask", json={"question": QUESTION}).json()
        body = {
            "question": QUESTION, "answer": answer["answer"], "rating": rating,
            "citations": answer["citations"], **more,
        }  # fmt: skip
        return own_client.post("/api/v1/feedback", json=body)

    return rate


def exported(client):
    response = client.get("/api/v1/feedback/export")
    assert response.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in response.text.splitlines()]


def test_feedback_is_numbered(rated):
    assert [rated(1).json(), rated(-1, comment="不全").json()] == [{"id": 1}, {"id": 2}]
    assert rated(1).status_code == 201


def test_an_approved_answer_becomes_a_question_with_its_evidence(own_client, rated, notice):
    rated(1)
    (line,) = exported(own_client)
    assert set(line) == {
        "id", "question", "history", "type", "style", "docs", "evidence", "answer", "section",
    }  # fmt: skip
    assert (line["id"], line["question"], line["type"]) == ("fb-001", QUESTION, "number")
    assert line["docs"] == ["yunzhou-digital-village-2021.txt"]
    assert line["evidence"][0]["quote"] in notice.text
    assert "50个" in line["answer"][0]
    assert line["section"] == ["一、主要目标"]


def test_a_rejected_answer_is_no_gold(own_client, rated):
    rated(-1)
    assert exported(own_client) == []


def test_feedback_on_a_document_that_has_left_is_passed_over(own_client, rated, notice):
    rated(1)
    own_client.delete(f"/api/v1/documents/{notice.id}")
    assert exported(own_client) == []


def test_the_export_is_a_question_set(own_client, rated, tmp_path):
    from eval.questions import load_questions

    rated(1)
    path = tmp_path / "set.jsonl"
    path.write_text(own_client.get("/api/v1/feedback/export").text, encoding="utf-8")
    (question,) = load_questions(path).questions
    assert question.text == QUESTION


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"rating": 0}, 422, "只能是以下之一：1 或 -1"),
        ({"citations": [{"doc_id": "0" * 16, "start": 0, "end": 1}]}, 404, "没有编号为"),
        ({"stars": 5}, 422, "没有这个字段"),
    ],
)
def test_feedback_that_cannot_be_kept_is_refused(rated, change, status, says):
    response = rated(**{"rating": 1, **change})
    assert response.status_code == status
    assert says in response.json()["detail"]


def test_a_cited_place_outside_its_document_is_refused(rated, notice):
    end = len(notice.text) + 1
    response = rated(1, citations=[{"doc_id": notice.id, "start": 0, "end": end}])
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "citations.0"
