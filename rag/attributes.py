"""What a document says of itself: where its text states its date or number.

Officials ask 落款是哪一天, 文号是多少. The line that answers shares no word with the question; it
is known by the document's metadata, which the reader of the corpus took from that very line.
"""

from __future__ import annotations

import re
from datetime import date

from corpus.document import Metadata
from rag.query import Query

DATE_FIELD = re.compile("(?:成文|发布|印发|公布|公开|生效|施行)(?:日期|时间)")
"""What page headers call their dates (成文日期：2019-12-06)."""

TAKES_EFFECT = re.compile("施行|生效|失效|有效|废止|截止|为止|到期")
STATED_DAY = re.compile(r"\d{1,2}月\d{1,2}日|之日起")

DIGITS = "〇一二三四五六七八九"


def states_attribute(query: Query, metadata: Metadata, squeezed: str) -> bool:
    """Whether the text states what the question asks of the document itself."""
    if not query.about_document:
        return False
    if query.shape == "doc_number":
        return metadata.doc_number is not None and _plain(metadata.doc_number) in _plain(squeezed)
    if query.shape in ("date", "when"):
        if TAKES_EFFECT.search(query.text):
            return (
                TAKES_EFFECT.search(squeezed) is not None
                and STATED_DAY.search(squeezed) is not None
            )
        field = DATE_FIELD.search(query.text)
        if field and re.search(rf"{field.group()}:?\d{{4}}", squeezed):
            return True
        published = re.search("发布|公布", query.text) is not None
        asked = metadata.date_published if published else metadata.date_written
        return asked is not None and any(form in squeezed for form in date_forms(asked))
    return False


def date_forms(day: date) -> tuple[str, ...]:
    """How official texts write a date, white space left out.

    >>> date_forms(date(2017, 9, 4))[0]
    '2017年9月4日'
    """
    year, month, number = day.year, day.month, day.day
    return (
        f"{year}年{month}月{number}日",
        f"{year}年{month:02}月{number:02}日",
        f"{year}-{month:02}-{number:02}",
        f"{year}-{month}-{number}",
        f"{year}/{month}/{number}",
        f"{year}.{month}.{number}",
        f"{''.join(DIGITS[int(c)] for c in str(year))}年{_spoken(month)}月{_spoken(number)}日",
    )


def _spoken(number: int) -> str:
    """A number below 100 in words.

    >>> _spoken(21), _spoken(10)
    ('二十一', '十')
    """
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones else "")


def _plain(number: str) -> str:
    """A document number with one kind of brackets."""
    return "".join(number.split()).translate(str.maketrans("[【(（]】)）", "〔〔〔〔〕〕〕〕"))
