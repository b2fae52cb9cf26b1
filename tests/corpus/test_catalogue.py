"""library.toml: typed, unknown keys refused, fills what the text lacks."""

from datetime import date

import pytest

from corpus.catalogue import Catalogue, checked
from corpus.document import Metadata
from corpus.errors import DocumentError


def catalogue(tmp_path, text):
    path = tmp_path / "library.toml"
    path.write_text(text, encoding="utf-8")
    return Catalogue.read(path)


def test_complete_fills_what_is_missing_and_keeps_what_the_text_says(tmp_path):
    entry = '[documents."a.txt"]\nissuer = "甲局"\nregion = "甲市"\ndate_written = 2024-05-06\n'
    found = catalogue(tmp_path, entry).complete(Metadata("题", issuer="乙局"), "a.txt")
    assert found == Metadata("题", issuer="乙局", region="甲市", date_written=date(2024, 5, 6))


def test_complete_replaces_a_title_that_was_only_inferred(tmp_path):
    guessed = Metadata("a", inferred=frozenset({"title"}))
    entry = '[documents."a.txt"]\ntitle = "甲市方案"\n'
    assert catalogue(tmp_path, entry).complete(guessed, "a.txt") == Metadata("甲市方案")


def test_complete_marks_the_fields_an_entry_says_it_inferred(tmp_path):
    entry = (
        '[documents."a.txt"]\nregion = "甲市"\nissuer = "甲局"\ninferred = ["region", "issuer"]\n'
    )
    found = catalogue(tmp_path, entry).complete(Metadata("题", issuer="乙局"), "a.txt")
    assert found.inferred == {"region"}


def test_complete_leaves_files_without_entry_alone(tmp_path):
    metadata = Metadata("题")
    entry = '[documents."a.txt"]\nregion = "甲市"\n'
    assert catalogue(tmp_path, entry).complete(metadata, "other.txt") == metadata


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[documents", r"library.toml：不是有效的 TOML"),
        ("a = " + "[" * 5000, r"library.toml：不是有效的 TOML"),
        ("a = " + "9" * 5000, r"library.toml：不是有效的 TOML"),
        ("[files]", r"有不认识的键“files”"),
        ("documents = 3", r"documents 不是表"),
        ("documents.a = 3", r"条目不是表"),
        (
            '[documents."a.txt"]\nauthor = "甲"',
            r"的“a.txt”：有不认识的键“author”。可用的键：title、",
        ),
        ('[documents."a.txt"]\ntitle = ""', r"“title”的值 '' 不可用，应为非空的文字"),
        ('[documents."a.txt"]\ndate_written = "5月6日"', r"应为日期，如 2019-07-03"),
        ('[documents."a.txt"]\nperiod = [2021, 2019]', r"应为起止年份，如 \[2019, 2021\]"),
        ('[documents."a.txt"]\ninferred = ["colour"]', r"应为字段名的列表"),
    ],
)
def test_read_refuses_what_is_wrong(tmp_path, text, message):
    with pytest.raises(DocumentError, match=message):
        catalogue(tmp_path, text)


def test_checked_keeps_no_half_of_a_surrogate():
    assert checked({"title": "青禾\ud800市"}, source_name="a.txt") == {"title": "青禾\ufffd市"}
