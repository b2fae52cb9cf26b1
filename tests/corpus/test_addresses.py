"""Sections named as officials name them."""

import pytest

from corpus.addresses import find_sections
from corpus.sections import outline

PLAN = """一、总体要求
（一）指导思想。坚持节水优先，统筹推进。
（二）主要目标。到2027年，建成水库12座。
二、重点任务
（一）加强水源建设。推进水库建设，保障供水。
1.新建水库。在青禾市北部选址，尽快开工。
（二）加强节水。推广喷灌，减少漫灌。
三、保障措施
落实资金。
"""


@pytest.fixture(scope="module")
def tree():
    return outline(PLAN)


@pytest.mark.parametrize(
    ("address", "headings"),
    [
        ("一、", ["一、总体要求"]),
        ("一", ["一、总体要求"]),
        ("二、（一）", ["（一）加强水源建设"]),
        ("二、(一)", ["（一）加强水源建设"]),
        ("二（一）1", ["1.新建水库"]),
        (" 二、 （二） ", ["（二）加强节水"]),
        ("（一）", ["（一）指导思想", "（一）加强水源建设"]),
        ("（二）主要目标", ["（二）主要目标"]),
        ("保障措施", ["三、保障措施"]),
        ("加强", ["（一）加强水源建设", "（二）加强节水"]),
        ("二、重点任务（一）加强水源建设", ["（一）加强水源建设"]),
        ("四、", []),
        ("", []),
        ("、", []),
    ],
)
def test_an_address_names_sections(tree, address, headings):
    assert [section.heading for section in find_sections(tree, address)] == headings


def test_no_sections_no_place():
    assert find_sections((), "一、") == ()
