"""Where a text states its own date and number."""

from datetime import date

import pytest

from corpus.document import Metadata
from rag.attributes import date_forms, states_attribute
from rag.query import Gazetteer, understand

METADATA = Metadata(
    "云州市方案",
    doc_number="云政办发〔2021〕18号",
    date_written=date(2021, 6, 8),
    date_published=date(2021, 6, 11),
)
GAZETTEER = Gazetteer(())


@pytest.mark.parametrize(
    ("question", "text", "stated"),
    [
        ("落款是哪一天？", "2021年6月8日", True),
        ("落款是哪一天？", "2021年6月11日", False),
        ("哪天发布的？", "发布时间:2021-06-11", True),
        ("成文日期是哪天？", "成文日期:2021-06-09", True),
        ("文号是多少？", "云政办发[2021]18号", True),
        ("文号是多少？", "国发〔2016〕67号", False),
        ("展会在哪一天举行？", "2021年6月8日", False),
    ],
)
def test_a_text_states_what_is_asked_of_the_document(question, text, stated):
    assert states_attribute(understand(question, GAZETTEER), METADATA, text) is stated


def test_dates_are_written_in_figures_and_in_words():
    forms = date_forms(date(2019, 12, 30))
    assert "2019-12-30" in forms
    assert "二〇一九年十二月三十日" in forms


def test_single_digits_with_and_without_zero():
    forms = date_forms(date(2020, 1, 5))
    assert {"2020年1月5日", "2020年01月05日", "2020-1-5", "二〇二〇年一月五日"} <= set(forms)
