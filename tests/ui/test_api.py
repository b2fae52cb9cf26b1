"""The endpoints against the contract, over the bundled library and small ones."""

import json
import threading

import pytest

QUESTION = "温州市到2021年新材料产业总产值目标是多少？"
ANSWER_FIELDS = {
    "answered", "answer", "parts", "confidence", "refusal", "kind", "standalone_question",
    "citations", "passages", "table", "coverage", "index_id", "elapsed_ms",
}  # fmt: skip
CITATION_FIELDS = {
    "number", "doc_id", "title", "doc_number", "issuer", "region", "date_written", "page",
    "section_path", "quote", "start", "end",
}  # fmt: skip
HIT_FIELDS = {
    "rank", "doc_id", "title", "doc_number", "region", "section_path", "text", "start", "end",
    "page", "score", "scores", "terms",
}  # fmt: skip
DOCUMENT_FIELDS = {
    "id", "title", "doc_number", "issuer", "region", "date_written", "date_published", "period",
    "characters", "sections", "passages", "source_name", "sha256", "display_title", "genre",
    "validity",
}  # fmt: skip


def ask(client, question, **more):
    response = client.post("/api/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return response.json()


def text_of(client, doc_id):
    return client.get(f"/api/v1/documents/{doc_id}/text").json()["text"]


def test_ask_answers_with_the_fields_of_the_contract(client):
    answer = ask(client, QUESTION)
    assert answer["answered"] is True
    assert "400亿元" in answer["answer"]
    assert answer["kind"] == "number"
    assert set(answer) == ANSWER_FIELDS
    assert set(answer["citations"][0]) == CITATION_FIELDS
    assert set(answer["parts"][0]) == {"kind", "text", "citation", "highlights"}
    assert set(answer["passages"][0]) == HIT_FIELDS
    assert set(answer["coverage"]) == {"documents_searched", "exhaustive", "places_found"}


def test_every_quoted_character_stands_at_its_place(client):
    answer = ask(client, QUESTION)
    for citation in answer["citations"]:
        text = text_of(client, citation["doc_id"])
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    for passage in answer["passages"]:
        text = text_of(client, passage["doc_id"])
        assert text[passage["start"] : passage["end"]] == passage["text"]


def test_the_answer_is_its_parts_with_their_markers(client):
    answer = ask(client, QUESTION)
    lines = [
        part["text"] if part["kind"] == "label" else f"{part['text']}[{part['citation']}]"
        for part in answer["parts"]
    ]
    assert answer["answer"] == "\n".join(lines)


def test_a_question_without_an_answer_is_refused_with_status_200(client):
    answer = ask(client, "金华市新材料产业总产值目标是多少？")
    assert answer["answered"] is False
    assert answer["parts"] == []
    assert answer["citations"] == []
    assert set(answer["refusal"]) == {"reason", "detail", "missing", "nearest"}
    assert answer["refusal"]["reason"] == "place_not_in_corpus"


def test_history_turns_a_follow_up_into_a_question_that_stands_alone(client):
    answer = ask(client, "那绍兴呢？", history=["温州市的新材料产业有哪些主要目标？"])
    assert "绍兴" in answer["standalone_question"]
    assert "新材料" in answer["standalone_question"]


def test_top_k_is_the_number_of_passages(client):
    assert len(ask(client, QUESTION, top_k=3)["passages"]) == 3


def test_filters_leave_out_other_documents(client):
    answer = ask(client, "新材料产业的目标是什么？", filters={"regions": ["绍兴市"]})
    assert {passage["region"] for passage in answer["passages"]} == {"绍兴市"}


@pytest.mark.parametrize(("explain", "fused"), [(False, False), (True, True)])
def test_explain_adds_the_fused_score(client, explain, fused):
    scores = ask(client, QUESTION, explain=explain)["passages"][0]["scores"]
    assert {"lexical", "dense", "rerank"} <= set(scores)
    assert ("fused" in scores) is fused


def test_search_ranks_verbatim_passages_with_their_matched_terms(client):
    found = client.post("/api/v1/search", json={"query": "新材料产业总产值", "top_k": 5}).json()
    assert set(found) == {"hits", "elapsed_ms"}
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3, 4, 5]
    assert set(found["hits"][0]) == HIT_FIELDS
    first = found["hits"][0]
    start, end = first["terms"][0]
    assert 0 <= start < end <= len(first["text"])


def test_batch_answers_in_order_and_keeps_a_bad_one_apart(client):
    items = [{"question": QUESTION}, {"question": " "}, {"question": "甲", "colour": 1}, {}]
    answers = client.post("/api/v1/ask/batch", json={"questions": items}).json()["answers"]
    assert answers[0]["answered"] is True
    assert [answer.get("status") for answer in answers] == [None, 422, 422, 422]
    assert answers[1]["detail"].startswith("问题是空的")
    assert answers[2]["errors"][0]["field"] == "colour"
    assert answers[3]["errors"][0]["field"] == "question"


def test_batch_of_nothing_gives_nothing(client):
    assert client.post("/api/v1/ask/batch", json={"questions": []}).json() == {"answers": []}


def test_stream_sends_its_events_in_order(client):
    response = client.post("/api/v1/ask/stream", json={"question": QUESTION})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = [block.split("\n") for block in response.text.strip().split("\n\n")]
    names = [name.removeprefix("event: ") for name, _ in events]
    data = [json.loads(line.removeprefix("data: ")) for _, line in events]
    assert names == ["standalone_question", "passages", "answer", "done"]
    assert data[0] == {"standalone_question": QUESTION}
    assert set(data[2]) == ANSWER_FIELDS
    assert data[1]["passages"] == data[2]["passages"]


def test_a_stream_that_cannot_begin_is_a_problem(client):
    response = client.post("/api/v1/ask/stream", json={"question": ""})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_documents_lists_the_bundled_library(client):
    listed = client.get("/api/v1/documents").json()
    assert listed["total"] == len(listed["documents"]) == 5
    assert set(listed["documents"][0]) == DOCUMENT_FIELDS


def test_documents_are_paged_in_one_order(client):
    pages = [
        client.get("/api/v1/documents", params={"limit": 2, "offset": offset}).json()
        for offset in (0, 2, 4)
    ]
    everything = client.get("/api/v1/documents").json()["documents"]
    assert [page["total"] for page in pages] == [5, 5, 5]
    assert [each for page in pages for each in page["documents"]] == everything


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"region": "云州市"}, ["云州市数字乡村建设实施方案"]),
        ({"issuer": "岚江省人民政府"}, ["岚江省关于促进养老服务发展的若干意见"]),
        ({"year": 2024}, ["青溪市发展海洋经济行动计划（2022-2025年）"]),
        ({"q": "18号"}, ["云州市数字乡村建设实施方案"]),
        ({"region": "没有这个市"}, []),
    ],
)
def test_documents_are_filtered(own_client, query, titles):
    listed = own_client.get("/api/v1/documents", params=query).json()
    assert [document["title"] for document in listed["documents"]] == titles
    assert listed["total"] == len(titles)


def test_a_document_has_its_dates_period_and_outline(own_client, plan, notice):
    detail = own_client.get(f"/api/v1/documents/{plan.id}").json()
    assert detail["period"] == [2022, 2025]
    assert detail["references"] == detail["referenced_by"] == []
    assert [node["label"] for node in detail["outline"]] == ["一、", "二、", "三、"]
    first = detail["outline"][0]
    assert set(first) == {"label", "title", "level", "kind", "start", "end", "children"}
    assert [child["title"] for child in first["children"]] == ["指导思想", "主要目标"]
    dated = own_client.get(f"/api/v1/documents/{notice.id}").json()
    assert dated["date_written"] == "2021-06-08"


def test_metadata_says_where_it_was_read(own_client, add_files):
    text = "石河县节水办法（试行）\n各乡镇人民政府：\n第一条　节约用水。\n第二条　抓好落实。\n"
    job = add_files(own_client, ("办法.txt", text.encode()))
    detail = own_client.get(f"/api/v1/documents/{job['files'][0]['document_id']}").json()
    assert (detail["genre"], detail["validity"]) == ("办法", "试行")
    assert (detail["addressees"], detail["inferred"]) == ("各乡镇人民政府", [])
    start, end = detail["sources"]["title"]
    assert text[start:end] == detail["title"] == detail["display_title"]
    assert detail["near_duplicates"] == []


def test_a_document_without_a_title_has_none_and_is_called_by_its_file(own_client, add_files):
    job = add_files(own_client, ("会议材料.txt", "今天召开会议，研究部署民宿工作。".encode()))
    detail = own_client.get(f"/api/v1/documents/{job['files'][0]['document_id']}").json()
    assert (detail["title"], detail["display_title"]) == (None, "会议材料")
    assert detail["inferred"] == ["title"]


@pytest.mark.parametrize(
    ("query", "span"),
    [("", (0, None)), ("?start=3&end=9", (3, 9)), ("?start=5", (5, None)), ("?end=4", (0, 4))],
)
def test_text_is_the_document_or_a_part_of_it(own_client, plan, query, span):
    got = own_client.get(f"/api/v1/documents/{plan.id}/text{query}").json()
    start, end = span[0], len(plan.text) if span[1] is None else span[1]
    assert got == {
        "text": plan.text[start:end], "start": start, "end": end, "characters": len(plan.text),
    }  # fmt: skip


def test_a_deleted_document_is_gone(own_client, plan):
    assert own_client.delete(f"/api/v1/documents/{plan.id}").status_code == 204
    assert own_client.get(f"/api/v1/documents/{plan.id}").status_code == 404
    assert own_client.get("/api/v1/documents").json()["total"] == 2


def test_health_and_readiness(client):
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json()["documents"] == 5


def test_a_service_without_an_index_is_up_but_not_ready(service_of, client_of, tmp_path):
    client = client_of(service_of(tmp_path / "nothing"))
    assert client.get("/healthz").status_code == 200
    for response in (client.get("/readyz"), client.post("/api/v1/ask", json={"question": "甲"})):
        assert response.status_code == 503
        assert "索引目录" in response.json()["detail"]


def test_a_service_that_is_still_loading_says_so(service_of, client_of, own_folder):
    service = service_of(own_folder)
    opening = service._load
    release = threading.Event()

    def load():
        release.wait()
        return opening()

    service._load = load
    client = client_of(service, wait=False)
    waiting = client.get("/readyz")
    release.set()
    service.wait()
    assert waiting.status_code == 503
    assert waiting.headers["retry-after"] == "2"
    assert "正在载入" in waiting.json()["detail"]
    assert client.get("/readyz").json()["documents"] == 3
