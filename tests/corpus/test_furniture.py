"""Page furniture: what is marked as such, and what is worth searching."""

import pytest

from corpus.document import Layout
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


def page(number):
    return "".join(f"第{number}段第{line}句，各县区要把河道清淤抓紧抓实。\n" for line in range(16))


PAGE = page(0)


def test_numbers_a_page_apart_are_page_numbers():
    assert marked("".join(f"{page(n)}{n}\n" for n in (1, 2, 3))) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "text",
    [f"{PAGE}1\n{PAGE}2\n{PAGE}", f"{PAGE}3\n{PAGE}2\n{PAGE}1\n", "1\n清淤\n2\n护岸\n3\n绿化\n"],
)
def test_numbers_of_a_table_are_no_page_numbers(text):
    assert marked(text) == []


def test_a_line_beside_each_page_number_is_a_running_head():
    text = "".join(f"{page(n)}青禾市河道规划\n— {n} —\n" for n in (1, 2, 3))
    assert marked(text) == ["青禾市河道规划", "— 1 —", "青禾市河道规划", "— 2 —",
                            "青禾市河道规划", "— 3 —"]  # fmt: skip


@pytest.mark.parametrize("leader", ["......", ". . . . ", "……… ", "····"])
def test_lines_that_lead_to_a_page_number_are_furniture(leader):
    lines = [f"{title}{leader}{number}" for number, title in enumerate(("总则", "职责", "附则"), 1)]
    assert marked("目录\n" + "\n".join(lines) + "\n正文。") == lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("附件：任务分工表.docx\n正文。", ["附件：任务分工表.docx"]),
        (f"{PAGE}2.项目清单.xlsx\n", ["2.项目清单.xlsx"]),
        (f"关于防汛的通知.pdf\n{PAGE}", []),
        (f"请下载见附件.pdf。\n{PAGE}", []),
    ],
)
def test_names_of_attached_files_are_furniture(text, expected):
    assert marked(text) == expected


def test_furniture_adds_what_the_format_shows():
    text = "网站首页\n正文。"
    assert marked(text, layout=Layout(furniture=((0, 4),))) == ["网站首页"]
