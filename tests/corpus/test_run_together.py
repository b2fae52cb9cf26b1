"""Titles that ran together with the text after them."""

import pytest

from corpus.run_together import run_together, title_end


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("修复山塘水渠", "按照先急后缓的次序，逐口修复。"),
        ("修复山塘水渠", "山塘水渠要逐口登记，先修病险。"),
        ("改造乡村公路", "乡村公路是致富路，要拓宽弯道。"),
        ("调整和完善养护制度", "要落实到人，每月检查。"),
        ("让竹林成为富民产业", "通过引进设备，做成家具。"),
    ],
)
def test_title_ends_where_the_text_begins(title, text):
    line = f"第一节{title}{text}"
    assert title_end(line, 3, len(line)) == 3 + len(title)


def test_title_without_text_has_no_end_inside():
    assert title_end("修复山塘水渠", 0, 6) is None


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [([60, 70, 80], True), ([60, 70], False), ([60, 70, 80] + [9] * 4, False)],
)
def test_titles_run_together_when_most_lines_are_long(lengths, expected):
    assert run_together((0, length) for length in lengths) is expected
