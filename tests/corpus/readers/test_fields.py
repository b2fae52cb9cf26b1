"""Keys and values of metadata, in Chinese and English."""

from datetime import date, datetime

import pytest

from corpus.readers.fields import metadata_fields, names_documents, text_key


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("标 题：", " 河道\n意见 ", {"title": "河道 意见"}),
        ("docNo", "青政发〔2024〕5号", {"doc_number": "青政发〔2024〕5号"}),
        ("文号", "国务院令第746号", {"doc_number": "国务院令第746号"}),
        ("doc_no", "（政策宣传）", {}),
        ("发文机关", ["青禾市水利局", "青禾市财政局"], {"issuer": "青禾市水利局、青禾市财政局"}),
        ("source", "青禾市水利局", {"issuer": "青禾市水利局"}),
        ("来源", "青禾市政府门户网站", {}),
        ("region", "国家", {"region": "全国"}),
        ("成文日期", "二〇二四年五月六日", {"date_written": date(2024, 5, 6)}),
        ("publish_date", "20240506", {"date_published": date(2024, 5, 6)}),
        ("PubDate", "2024-05-06 17:14:08", {"date_published": date(2024, 5, 6)}),
        ("发布时间", datetime(2024, 5, 6, 7), {"date_published": date(2024, 5, 6)}),
        ("发布日期", "待定", {}),
        ("发布日期", 0, {}),
        ("period", [2021, 2025], {"period": (2021, 2025)}),
        ("规划期", "2021-2025", {"period": (2021, 2025)}),
        ("文种", "通知", {"genre": "通知"}),
        ("title", "字" * 301, {}),
        ("title", None, {}),
        ("title", True, {}),
        ("备注", "无", {}),
    ],
)
def test_metadata_fields_take_what_a_value_can_be_and_nothing_else(key, value, expected):
    assert metadata_fields({key: value}) == expected


def test_the_more_exact_key_counts():
    stated = {"来源": "青禾市人民政府", "发文机关": "青禾市水利局", "发布时间": "2024-01-02"}
    assert metadata_fields({**stated, "date": "2023-01-01"}) == {
        "issuer": "青禾市水利局",
        "date_published": date(2024, 1, 2),
    }


@pytest.mark.parametrize(
    ("names", "key", "verdict"),
    [
        (["标题", "正文", "内容"], "正文", True),
        (["title", "content"], "content", True),
        (["policy_title", "policy_content"], "policy_content", None),
        (["名称", "内容"], "内容", None),
        (["序号", "内容"], "内容", False),
        (["任务", "责任单位"], None, False),
    ],
)
def test_columns_of_a_list_of_documents(names, key, verdict):
    assert (text_key(names), names_documents(names)) == (key, verdict)
