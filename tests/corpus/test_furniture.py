"""Page furniture: what is marked as such, and what is worth searching."""

import pytest

from corpus.furniture import furniture


def marked(text, **options):
    return [text[start:end] for start, end in furniture(text, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "当前位置：首页\n > 政务公开 > 市府文件\n正文。",
            ["当前位置：首页", " > 政务公开 > 市府文件"],
        ),
        ("正文。\n打印本页 关闭窗口", ["打印本页", "关闭窗口"]),
        ("发布时间：2024-05-06 浏览次数：128", ["浏览次数：128"]),
        ("……工作方案 <BR>.pdf", ["<BR>"]),
        ("标题：某通知\n内容：正文", ["标题：", "内容："]),
        ("正文。附件：分工表.docTHEEND\n", ["THEEND"]),
        ("正文。\n- 12 -\n正文。", ["- 12 -"]),
        ("（责任单位：市科技局） |", [" |"]),
    ],
)
def test_furniture(text, expected):
    assert marked(text) == expected


SPACES = " " * 1_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"正文字号{SPACES}文", []),
        (f"字号：{SPACES}[{SPACES}大 中 小]", [f"字号：{SPACES}[{SPACES}大 中 小]"]),
        (f"位置{SPACES}文", []),
        (f"位置{SPACES}：首页", [f"位置{SPACES}：首页"]),
        (f"第1页{SPACES}文", []),
        ("=" * 100_000 + "文", []),
        ("|" * 100_000 + "文", []),
        ("<!--" * 100_000, []),
        ("<!--" * 100_000 + "注-->文", ["<!--注-->"]),
    ],
)
def test_furniture_of_hostile_text(text, expected):
    """Patterns that try every way of dividing the spaces would not come back."""
    assert marked(text) == expected


@pytest.mark.parametrize("comment", ["<!---->", "<!-- a - b <p> -->", "<!--" + "x" * 200 + "-->"])
def test_a_comment_is_furniture(comment):
    assert marked(f"正文{comment}正文") == [comment]


def test_a_comment_that_does_not_close_soon_is_text():
    assert marked("<!--" + "x" * 201 + "-->") == []


def test_furniture_without_marks_leaves_what_stands_inside_sentences():
    assert marked("工作<BR>方案\n打印本页", marks=False) == ["打印本页"]


@pytest.mark.parametrize(
    "text",
    [
        "索引号: 002/2019-1 发布机构: 某市政府",
        "成文日期: 2019-12-06",
        "主要内容：三个方面",
        "大于>小于",
        "第3页表格所列",
    ],
)
def test_furniture_keeps_page_headers_and_text(text):
    assert marked(text) == []
