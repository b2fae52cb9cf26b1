"""The page at /docs: complete, and without anything from elsewhere."""

import re

import pytest

from ui import manual


@pytest.fixture(scope="module")
def docs(client):
    return client.get("/docs").text


def test_every_endpoint_is_described(client, docs):
    paths = client.get("/openapi.json").json()["paths"]
    assert "/api/v1/ask" in paths
    for path, methods in paths.items():
        for method in methods:
            assert f'<span class="method">{method.upper()}</span> <code>{path}</code>' in docs


def test_every_endpoint_has_a_chinese_summary_and_description(client):
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for operation in methods.values():
            assert chinese.search(operation["summary"]), path
            assert chinese.search(operation["description"]), path


def test_nothing_is_loaded_from_elsewhere(docs):
    assert not re.search(r"https?://|//cdn|<script|<link|@import", docs)


def test_every_link_inside_the_page_has_its_target(docs):
    targets = set(re.findall(r'id="([^"]+)"', docs))
    assert set(re.findall(r'href="#([^"]+)"', docs)) <= targets


def test_limits_are_told(docs):
    row = re.search(r"<tr><td><code>top_k</code>.*?</tr>", docs).group()
    assert "≥1，≤50，默认 8" in row


def test_texts_of_the_schema_are_escaped():
    hostile = "<script>alert(1)</script>"
    schema = {
        "info": {"title": hostile, "version": "1", "description": hostile},
        "paths": {"/a": {"get": {"summary": hostile, "description": hostile, "responses": {}}}},
    }
    assert "<script" not in manual.page(schema)


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        ({"type": "string"}, "文字"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "整数 或 null"),
        ({"enum": [1, -1]}, "<code>1</code> | <code>-1</code>"),
        ({"$ref": "#/components/schemas/Part"}, '<a href="#Part"><code>Part</code></a>'),
        ({"type": "array", "items": {"type": "string"}}, "文字的列表"),
        ({}, "任意"),
    ],
)
def test_types_are_named_in_chinese(schema, name):
    assert manual.type_name(schema) == name
