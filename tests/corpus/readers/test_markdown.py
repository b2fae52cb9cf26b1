"""Markdown: the text stays as it is; front matter states metadata and is no content."""

from datetime import date

import pytest

from corpus.readers.markdown import MarkdownReader

BODY = "# 河道管理意见\n\n一、总则\n\n落实河长制。\n"


def read(text):
    (content,) = MarkdownReader().read(text.encode(), source_name="a.md")
    assert content.text == text
    return content


def test_yaml_front_matter_states_metadata_and_is_furniture():
    front = (
        "---\ntitle: 青禾市河道管理意见\n发文字号: 青政发〔2024〕5号\n发文机关: 青禾市人民政府\n"
        "date: 2024-05-06\nregion: 青禾市\ntags: [河道, 水利]\n---\n"
    )
    content = read(front + BODY)
    assert content.layout.furniture == ((0, len(front)),)
    assert content.fields == {
        "title": "青禾市河道管理意见",
        "doc_number": "青政发〔2024〕5号",
        "issuer": "青禾市人民政府",
        "date_published": date(2024, 5, 6),
        "region": "青禾市",
    }


def test_toml_front_matter():
    front = '+++\ntitle = "河道管理意见"\n成文日期 = "2024年5月6日"\n+++\r\n'.replace(
        "成", '"成', 1
    )
    content = read(front.replace("日期 =", '日期" =') + BODY)
    assert content.fields == {"title": "河道管理意见", "date_written": date(2024, 5, 6)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("title: 河道管理：若干意见: 试行", "河道管理：若干意见: 试行"),
        ("date: 2024-13-45\ntitle: 河道管理意见", "河道管理意见"),
        ("title: [未闭合\nk: v", "[未闭合"),
        ('title: 河道\nk: !!int ""', "河道"),
        ("title: 河道\nk: !!timestamp x", "河道"),
        ("title: 河道\nk: !!bool x", "河道"),
    ],
)
def test_front_matter_that_is_no_yaml_is_read_line_by_line(line, expected):
    assert read(f"---\n{line}\n---\n{BODY}").fields["title"] == expected


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "---\n一、总则\n---\n" + BODY,  # two rules around text
        "---\ntitle: 河道\n" + BODY,  # never closed
        "---\n" + "[" * 5000 + "\n---\n" + BODY,
        "\n---\ntitle: 河道\n---\n" + BODY,
    ],
)
def test_text_between_rules_is_no_front_matter(text):
    content = read(text)
    assert (content.layout.furniture, dict(content.fields)) == ((), {})


def test_aliases_that_would_expand_without_end_are_left_alone():
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    content = read(f"---\na0: &a0 x\n{levels}title: 河道\n---\n{BODY}")
    assert content.fields == {"title": "河道"}


def test_a_number_too_long_for_toml_is_read_line_by_line():
    block = "+++\ntitle: 河道\nk = " + "9" * 5000 + "\n+++\n"
    assert read(block + BODY).fields == {"title": "河道"}
