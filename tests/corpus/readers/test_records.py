"""JSON and JSON Lines: a record, a list, a list inside objects; a bad one costs only itself."""

import json
from datetime import date

import pytest

from corpus.errors import DocumentError
from corpus.readers.content import Limits
from corpus.readers.records import JsonLinesReader, JsonReader

RECORD = {"title": "河道管理意见", "content": "一、总则\n落实河长制。"}


def read(value, **limits):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return list(JsonReader().read(text.encode(), source_name="a.json", limits=Limits(**limits)))


def read_lines(text, **limits):
    reader = JsonLinesReader()
    return list(reader.read(text.encode(), source_name="a.jsonl", limits=Limits(**limits)))


def test_object_is_a_document_with_its_metadata():
    (content,) = read(
        {
            "id": 7,
            "title": "河道管理意见",
            "doc_no": "青政发〔2024〕5号",
            "metadata": {"发布机构": "青禾市人民政府", "title": "另一题"},
            "publish_date": "2024-05-06",
            "original_text": "一、总则\n落实河长制。",
        }
    )
    assert (content.text, content.part, content.identity) == ("一、总则\n落实河长制。", "", None)
    assert content.fields == {
        "title": "河道管理意见",
        "doc_number": "青政发〔2024〕5号",
        "issuer": "青禾市人民政府",
        "date_published": date(2024, 5, 6),
    }


@pytest.mark.parametrize(
    "value",
    [
        [RECORD, {"title": "绿化方案", "content": "植树。"}],
        {"code": 0, "rows": [RECORD, {"标题": "绿化方案", "正文": "植树。"}]},
        {
            "data": {
                "total": 2,
                "tags": ["a"],
                "list": [RECORD, {"title": "绿化方案", "text": "植树。"}],
            }
        },
    ],
)
def test_list_of_objects_is_a_document_each(value):
    first, second = read(value)
    assert (first.text, first.part) == (RECORD["content"], "第1条")
    assert (second.text, second.part, second.fields["title"]) == ("植树。", "第2条", "绿化方案")


def test_identity_of_a_record_is_its_values_in_any_order():
    (one, _), (_, other) = (
        read([RECORD, {"text": "甲"}]),
        read([{"text": "乙"}, dict(reversed(RECORD.items()))]),
    )
    assert one.identity == other.identity
    assert one.identity == ('{"content":"一、总则\\n落实河长制。","title":"河道管理意见"}'.encode())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["第一段。", "第二段。"], "第一段。\n第二段。"),
        (
            [{"title": "一、总则", "text": "落实。"}, {"text": ["甲", "乙"]}],
            "一、总则\n落实。\n甲\n乙",
        ),
        ("<p>第一段&nbsp;。</p><table><tr><td>a</td><td>b</td></tr></table>", "第一段 。\na b"),
        ("第一段<br>\n第二段", "第一段<br>\n第二段"),
        ("控制\x00符\x07", "控制符"),
    ],
)
def test_text_may_be_paragraphs_or_markup(value, expected):
    (content,) = read({"content": value})
    assert content.text == expected


def test_long_value_of_any_name_is_the_text():
    (content,) = read({"title": "河道", "stuff": "甲" * 500})
    assert content.text == "甲" * 500


def test_lone_surrogates_and_huge_numbers_are_no_failure():
    text = '[{"content": "\\ud800甲", "n": ' + "9" * 5000 + ', "x": NaN, "y": -Infinity}]'
    (content,) = read(text)
    assert content.text == "\ufffd甲"


def test_bad_records_cost_only_themselves():
    first, second, third, fourth = read([RECORD, {"title": "无正文"}, 5, {"text": "甲"}])
    assert (first.text, fourth.text) == (RECORD["content"], "甲")
    assert "a.json#第2条：没有正文字段（有 title）。接受含有正文字段" in str(second)
    assert "a.json#第3条：记录不是 JSON 对象" in str(third)


def test_bad_lines_cost_only_themselves():
    deep = '{"text": ' + "[" * 100_000 + "]" * 100_000 + "}"
    text = f'{{"text": "甲"}}\n\n{{"text": \n{deep}\r\n{{"text": "乙"}}\n'
    first, second, third, last = read_lines(text)
    assert (first.text, first.part, last.text, last.part) == ("甲", "第1行", "乙", "第5行")
    assert "a.jsonl#第3行：第1行第10个字符处不是有效的 JSON" in str(second)
    assert "a.jsonl#第4行：JSON 嵌套过深" in str(third)


def test_lines_saved_as_json_are_read_as_lines():
    assert [content.part for content in read('{"text": "甲"}\n{"text": "乙"}\n')] == [
        "第1行",
        "第2行",
    ]


@pytest.mark.parametrize("read_all", [read, lambda text, **limits: read_lines(text, **limits)])
def test_records_over_the_limit_are_one_error_after_those_read(read_all):
    text = '{"text": "甲"}\n{"text": "乙"}\n{"text": "丙"}\n'
    first, error = read_all(text, members=1)
    assert first.text == "甲"
    assert "文件过多，从第2行起没有读取。一个文件里最多1条记录" in str(error)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"text": "甲"', "第1行第13个字符处不是有效的 JSON"),
        ("[" * 100_000, "嵌套过深|不是有效的 JSON"),
        ('"只有文字"', "记录不是 JSON 对象"),
        ("{}", "记录是空的"),
        ('{"a": {"b": 1}, "c": {"d": 2}}', "没有正文字段（有 a、c）"),
        ('{"text": "   "}', "没有正文字段"),
    ],
)
def test_what_is_no_record_is_refused(text, message):
    with pytest.raises(DocumentError, match=f"^a.json：.*(?:{message})"):
        read(text)
