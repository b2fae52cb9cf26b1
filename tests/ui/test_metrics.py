"""What Prometheus is told."""


def figures(client):
    lines = client.get("/metrics").text.splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_requests_are_counted_by_route_and_status(own_client):
    for doc_id in ("0" * 16, "1" * 16):
        own_client.get(f"/api/v1/documents/{doc_id}")
    own_client.get("/nothing")
    counted = figures(own_client)
    route = "/api/v1/documents/{document_id}"
    assert counted[f'cewen_requests_total{{method="GET",route="{route}",status="404"}}'] == "2.0"
    assert counted[f'cewen_request_seconds_count{{route="{route}"}}'] == "2.0"
    assert counted['cewen_requests_total{method="GET",route="none",status="404"}'] == "1.0"


def test_answers_are_counted_by_outcome(own_client):
    for question in (
        "云州市到2023年建成数字乡村示范村多少个？",
        "杭州市建成数字乡村示范村多少个？",
    ):
        own_client.post("/api/v1/ask", json={"question": question})
    counted = figures(own_client)
    assert counted['cewen_answers_total{outcome="answered"}'] == "1.0"
    assert counted['cewen_answers_total{outcome="place_not_in_corpus"}'] == "1.0"


def test_the_size_of_the_library_is_told(own_client, plan):
    assert figures(own_client)['cewen_library_items{item="documents"}'] == "3.0"
    own_client.delete(f"/api/v1/documents/{plan.id}")
    assert figures(own_client)['cewen_library_items{item="documents"}'] == "2.0"


def test_two_apps_count_apart(make_client):
    first, second = make_client(), make_client()
    first.get("/api/v1/targets")
    key = 'cewen_requests_total{method="GET",route="/api/v1/targets",status="200"}'
    assert key in figures(first)
    assert key not in figures(second)
