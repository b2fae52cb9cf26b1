"""Tables of contents: found by their lines coming again, whatever leads to the page number."""

import pytest

from corpus.reading import Reading

HEADINGS = ["一、总体要求", "二、主要任务", "三、保障措施", "四、组织实施"]
BODY = "".join(f"{heading}\n抓好落实。\n" for heading in HEADINGS)


def contents_of(text):
    reading = Reading(text)
    offsets = [offset for offset in range(len(text)) if reading.passed(offset)]
    return text[offsets[0] : offsets[-1] + 1] if offsets else ""


@pytest.mark.parametrize("leader", ["......", "……… ", "--", " ", "\t", " \t ", "。。", "·-  "])
def test_page_numbers_are_looked_past(leader):
    table = "\n".join(f"{heading}{leader}3" for heading in HEADINGS)
    assert contents_of(f"{table}\n{BODY}") == table


def test_lines_that_do_not_come_again_are_no_contents():
    assert contents_of("一、甲\n二、乙\n三、丙\n四、丁\n抓好落实。\n") == ""


@pytest.mark.parametrize("leader", [" " * 200, "." * 200, ". " * 100])
def test_contents_padded_and_without_page_number(leader):
    """Looking for the number from every space on, in every way, would not come back."""
    assert contents_of(f"一、甲{leader}文\n" * 300) == ""
