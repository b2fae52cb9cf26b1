"""Keys and roles, foreign pages, sizes, and the headers of every response."""

import base64

import pytest

from ui.guard import role_of, same_origin

KEYS = {"kR-1": "reader", "kE-2": "editor"}


@pytest.fixture
def keyed(make_client):
    return make_client(api_keys=KEYS)


def bearer(key):
    return {"authorization": f"Bearer {key}"}


def basic(key):
    return {"authorization": f"Basic {base64.b64encode(f'某:{key}'.encode()).decode()}"}


@pytest.mark.parametrize("headers", [{}, bearer("wrong"), bearer(""), basic("kR-1")])
def test_api_calls_need_a_key(keyed, headers):
    response = keyed.get("/api/v1/documents", headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer" in response.json()["detail"]


def test_an_unknown_api_path_does_not_answer_without_a_key(keyed):
    assert keyed.get("/api/v1/nothing").status_code == 401


@pytest.mark.parametrize("key", KEYS)
def test_any_key_may_read_and_ask(keyed, key):
    asked = keyed.post("/api/v1/ask", json={"question": "青溪市的目标"}, headers=bearer(key))
    assert asked.status_code == 200
    assert keyed.get("/api/v1/documents", headers=bearer(key)).json()["total"] == 3


def test_only_editors_delete(keyed, plan):
    path = f"/api/v1/documents/{plan.id}"
    refused = keyed.delete(path, headers=bearer("kR-1"))
    assert refused.status_code == 403
    assert "editor" in refused.json()["detail"]
    assert keyed.delete(path, headers=bearer("kE-2")).status_code == 204


def test_only_editors_add(keyed):
    files = [("files", ("甲.txt", "一、目标".encode()))]
    assert keyed.post("/api/v1/documents", files=files, headers=bearer("kR-1")).status_code == 403
    assert keyed.post("/api/v1/documents", files=files, headers=bearer("kE-2")).status_code == 202


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"])
def test_operations_need_no_key(keyed, path):
    assert keyed.get(path).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), (basic("wrong"), 401), ({"authorization": "Basic 甲"}, 401), (basic("kR-1"), 404)],
)
def test_pages_ask_for_a_key_as_a_password(keyed, headers, status):
    """404, because this app has no chat page: the key was accepted."""
    response = keyed.get("/", headers={name: value.encode() for name, value in headers.items()})
    assert response.status_code == status
    if status == 401:
        assert response.headers["www-authenticate"].startswith("Basic ")


def test_without_keys_nothing_is_asked_for(own_client):
    assert own_client.get("/api/v1/documents").status_code == 200


def test_a_key_is_found_among_several():
    assert [role_of(KEYS, given) for given in ("kR-1", "kE-2", "kE", "")] == [
        "reader", "editor", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://testserver"}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "http://testserver"}, 200),
        ({"origin": "https://policy.example", "x-forwarded-host": "policy.example"}, 200),
        ({}, 200),
    ],
)
def test_pages_of_other_sites_cannot_post(own_client, headers, status):
    response = own_client.post("/api/v1/search", json={"query": "养老"}, headers=headers)
    assert response.status_code == status


def test_a_page_of_another_site_cannot_even_upload(own_client):
    files = [("files", ("甲.txt", "一、目标".encode()))]
    headers = {"sec-fetch-site": "cross-site"}
    assert own_client.post("/api/v1/documents", files=files, headers=headers).status_code == 403


def test_no_origin_is_no_page():
    assert same_origin({"host": "127.0.0.1:7860"})


@pytest.mark.parametrize(
    ("path", "limit"), [("/api/v1/ask", "1 MiB"), ("/api/v1/ask/batch", "32 MiB")]
)
def test_a_large_json_body_is_413(client, path, limit):
    size = {"1 MiB": 1, "32 MiB": 32}[limit] * 1024 * 1024
    body = b'{"question": "' + b"a" * size + b'"}'
    response = client.post(path, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 413
    assert f"最多接受{limit}" in response.json()["detail"]


def test_a_body_of_unstated_length_is_counted(client):
    chunks = (b" " * 65536 for _ in range(20))
    response = client.post(
        "/api/v1/ask", content=chunks, headers={"content-type": "application/json"}
    )
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/nothing", "/docs"])
def test_every_response_is_guarded_against_sniffing_and_framing(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "connect-src 'self'" in headers["content-security-policy"]
