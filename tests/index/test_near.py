"""Near-duplicates are told when a document is added, and followed when one goes."""

import pytest

from corpus.document import Document, Metadata
from index.encoder import HashEncoder
from index.index import Index

PLAN = "".join(
    f"第{i}条 青禾市第{i}号水库由市水利局管理，每年检修{i % 7}次，巡查{i % 11}次。\n"
    for i in range(1, 60)
)
OTHER = "".join(f"（{i}）白溪县建设民宿{i * 3}家，培训管家{i * 5}人次。\n" for i in range(1, 60))


def document_of(name, text):
    return Document.from_bytes(
        text.encode(), source_name=name, text=text, metadata=Metadata(title=name)
    )


DRAFT = document_of("草案.txt", PLAN)
FINAL = document_of("定稿.txt", PLAN.replace("每年检修3次", "每年检修4次"))
LODGES = document_of("民宿.txt", OTHER)


@pytest.fixture
def index(tmp_path):
    with Index.create(tmp_path / "library", HashEncoder(16)) as made:
        yield made


def test_a_near_duplicate_is_named_when_it_is_added(index):
    assert [one.near for one in index.add([DRAFT, LODGES])] == [(), ()]
    (added,) = index.add([FINAL])
    assert (added.state, added.near) == ("added", (DRAFT.id,))


def test_two_alike_in_one_batch_name_each_other(index):
    added = index.add([DRAFT, FINAL, LODGES])
    assert [one.near for one in added] == [(FINAL.id,), (DRAFT.id,), ()]


def test_similarity_is_told_and_a_removed_document_is_forgotten(index):
    index.add([DRAFT, FINAL])
    ((found, similarity),) = index.near_duplicates(DRAFT.id)
    assert found == FINAL.id
    assert 0.8 <= similarity < 1
    index.remove(FINAL.id)
    assert index.near_duplicates(DRAFT.id) == []


def test_an_unchanged_document_names_none(index):
    index.add([DRAFT, FINAL])
    (added,) = index.add([DRAFT])
    assert (added.state, added.near) == ("unchanged", ())


def test_a_text_too_short_to_compare_has_no_near_duplicates(index):
    short = document_of("短.txt", "节约用水。")
    index.add([short])
    assert index.near_duplicates(short.id) == []
