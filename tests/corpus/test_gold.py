"""The section trees and metadata of three bundled documents against annotations made by hand.

data/gold/sections.jsonl holds every heading, docs.jsonl the metadata, with other answers that
count as right. Offsets are characters of the file read with newlines as they are.
"""

import json
import re
import unicodedata
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from corpus.load import BUNDLED_LIBRARY, read_document
from corpus.sections import outline

GOLD = Path(__file__).parent.parent / "data" / "gold"
FIELDS = ("title", "issuer", "doc_number", "date_written", "date_published", "region")


def rows(name):
    lines = (GOLD / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


SECTIONS = rows("sections.jsonl")
DOCS = {row["doc"]: row for row in rows("docs.jsonl")}


def plain(words):
    folded = unicodedata.normalize("NFKC", str(words or "")).lower()
    return re.sub(r"\s+", "", folded).strip(".:。、;,")


def key(label, title):
    return f"{plain(label)}|{plain(title)}"


def matched_pairs(gold, found):
    """Pair annotated and found headings in order, as the longest common blocks give them."""
    matcher = SequenceMatcher(
        a=[key(row["label"], row["title"]) for row in gold],
        b=[key(section.label, section.title) for section in found],
        autojunk=False,
    )
    return [
        (gold[block.a + i], found[block.b + i])
        for block in matcher.get_matching_blocks()
        for i in range(block.size)
    ]


@pytest.fixture(params=sorted(DOCS))
def gold_document(request):
    document = read_document(BUNDLED_LIBRARY / request.param)
    return document, [row for row in SECTIONS if row["doc"] == request.param]


def test_outline_finds_the_annotated_headings(gold_document):
    document, gold = gold_document
    found = outline(document.text)
    right = len(matched_pairs(gold, found))
    assert 2 * right / (len(gold) + len(found)) >= 0.99


def test_outline_gives_depth_level_kind_and_place_as_annotated(gold_document):
    document, gold = gold_document
    pairs = matched_pairs(gold, outline(document.text))
    wrong = [
        (row["raw"], section)
        for row, section in pairs
        if (row["depth"], row["level"], row["kind"], row["start"], row["end"])
        != (section.depth, section.level, section.kind, section.start, section.end)
    ]
    assert wrong == []


@pytest.mark.parametrize("field", FIELDS)
def test_metadata_is_as_annotated(gold_document, field):
    document, _ = gold_document
    row = DOCS[document.source_name]
    wanted = [row[field], *row["accept"].get(field, [])]
    if field == "title":
        wanted += row["title_alt"]
    assert plain(getattr(document.metadata, field)) in [plain(value) for value in wanted]


def test_metadata_of_the_annotated_documents_has_their_period(gold_document):
    document, _ = gold_document
    assert list(document.metadata.period) == DOCS[document.source_name]["period"]
