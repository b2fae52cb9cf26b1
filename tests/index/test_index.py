import errno
import json
import pickle
import shutil
import subprocess
import sys
import threading
from math import log
from pathlib import Path

import pytest

from corpus.errors import (
    DocumentMissing,
    IndexBusy,
    IndexDamaged,
    IndexFolderError,
    IndexMissing,
    IndexStale,
)
from corpus.passages import cut_passages
from corpus.sections import outline
from index.analyser import search_text
from index.encoder import HashEncoder
from index.hit import Filters
from index.index import Added, Index
from index.lock import writer_lock

QUESTIONS = (
    "海洋生产总值到2025年要达到多少？",
    "哪个部门牵头建设乡村信息基础设施",
    "养老护理员奖补",
)
WAYS = ("lexical", "dense")


class CountingEncoder(HashEncoder):
    """Keeps the texts it was asked to encode."""

    def __init__(self, dimensions=64):
        super().__init__(dimensions)
        self.texts = []

    def encode(self, texts):
        self.texts += texts
        return super().encode(texts)


def found(index, by="lexical", **options):
    """Return what the questions find, with scores."""
    return [
        [(hit.passage.id, hit.score) for hit in index.search(text, by=by, top_k=5, **options)]
        for text in QUESTIONS
    ]


# -- searching -----------------------------------------------------------------------------------


def test_the_answering_passage_is_found_first(index):
    firsts = [index.search(text, by="lexical", top_k=1)[0].passage for text in QUESTIONS]
    assert [passage.section_path for passage in firsts] == [
        ("一、总体要求", "（二）主要目标"),
        ("二、主要任务", "（一）建设乡村信息基础设施"),
        ("二、加强人才培养", "1.支持院校开设养老护理专业"),
    ]


def test_title_and_headings_are_searched_but_not_quoted(index):
    (hit,) = index.search("保障措施 青溪市 资金", by="lexical", top_k=1)
    assert hit.passage.section_path == ("三、保障措施", "（二）强化资金保障")
    assert "青溪" not in hit.passage.text


def test_dense_scores_are_inner_products_over_title_headings_and_body(index, library, encoder):
    passages = [
        (passage, document.metadata)
        for document in library
        for passage in cut_passages(document, outline(document.text))
    ]
    vectors = encoder.encode([search_text(*each) for each in passages])
    products = vectors @ encoder.encode([QUESTIONS[0]])[0]
    hits = index.search(QUESTIONS[0], by="dense", top_k=len(passages))
    expected = {passage.id: score for (passage, _), score in zip(passages, products, strict=True)}
    assert {hit.passage.id: hit.score for hit in hits} == pytest.approx(expected, abs=1e-6)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("by", WAYS)
def test_hits_carry_rank_finder_and_verbatim_text(index, by):
    hits = index.search("5G网络", by=by, top_k=3)
    assert [hit.rank for hit in hits] == [1, 2, 3]
    for hit in hits:
        assert (hit.found_by, hit.scores) == (by, {by: hit.score})
        text = index.document(hit.passage.document_id).text
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text


@pytest.mark.parametrize("by", WAYS)
def test_only_documents_that_pass_the_filters_are_searched(index, notice, opinion, by):
    both = Filters(regions=("云州市", "岚江省"))
    hits = index.search("到2025年 主要目标", by=by, top_k=50, filters=both)
    assert {hit.passage.document_id for hit in hits} == {notice.id, opinion.id}
    assert index.search("目标", by=by, top_k=5, filters=Filters(regions=("别处",))) == []


@pytest.mark.parametrize(
    ("by", "text"), [("lexical", ""), ("lexical", "，。\n"), ("dense", ""), ("dense", "\n")]
)
def test_nothing_is_like_nothing(index, by, text):
    assert index.search(text, by=by, top_k=5) == []


@pytest.mark.parametrize("by", WAYS)
def test_none_asked_for_none_found(index, by):
    assert index.search("目标", by=by, top_k=0) == []


def test_words_not_in_the_library_find_nothing_lexically(index):
    assert index.search("zebra", by="lexical", top_k=5) == []


@pytest.mark.parametrize("by", WAYS)
@pytest.mark.parametrize("top_k", [1, 7, 20])
def test_equal_scores_come_in_order_of_document_and_place(make_document, tmp_path, by, top_k):
    documents = [
        make_document("一、要求\n各地抓好落实。\n" + "\n" * i, source_name=f"{i}.txt", title="同")
        for i in range(40)
    ]
    with Index.build(tmp_path / "same", documents, HashEncoder()) as index:
        hits = index.search("抓好落实", by=by, top_k=top_k)
    ids = sorted(document.id for document in documents)[:top_k]
    assert [hit.passage.document_id for hit in hits] == ids
    assert len({hit.score for hit in hits}) == 1


def test_a_rare_term_weighs_more(index):
    """零售 stands in 1 passage; 5g in 2; 2099 in none."""
    total = index.counts().passages
    assert index.idf(["零售", "5g", "2099"]) == pytest.approx(
        [log(1 + (total - 0.5) / 1.5), log(1 + (total - 1.5) / 2.5), 0.0]
    )


# -- reading -------------------------------------------------------------------------------------


def test_documents_sections_and_passages_read_back(index, library):
    for document in library:
        sections = outline(document.text)
        assert index.document(document.id) == document
        assert index.sections(document.id) == sections
        assert index.passages(document.id) == cut_passages(document, sections)


def test_the_library_is_listed(index, notice):
    page = index.documents(q="云州", limit=1)
    assert (page.total, [card.metadata for card in page.documents]) == (1, [notice.metadata])
    assert index.regions() == ("云州市", "岚江省", "青溪市")
    assert index.counts().documents == 3


def test_an_unknown_document_is_missing(index):
    for read in (index.document, index.sections, index.passages):
        with pytest.raises(DocumentMissing, match="编号为“0123456789abcdef”"):
            read("0123456789abcdef")


def test_metadata_of_documents_that_are_there(index, plan, notice):
    asked = (one for one in (notice.id, "0123456789abcdef", plan.id, notice.id))
    found = index.metadata(asked)
    assert list(found.items()) == [(notice.id, notice.metadata), (plan.id, plan.metadata)]


def test_metadata_is_read_once(own_index, plan, notice, monkeypatch):
    asked, read = [], own_index._store.metadata
    monkeypatch.setattr(own_index._store, "metadata", lambda ids: asked.append(ids) or read(ids))
    own_index.metadata([plan.id])
    own_index.metadata([plan.id, notice.id])
    own_index.metadata([plan.id, notice.id])
    assert asked == [[plan.id], [notice.id]]


def test_metadata_follows_changes(own_index, plan, notice):
    own_index.metadata([plan.id, notice.id])
    own_index.remove(plan.id)
    assert own_index.metadata([plan.id, notice.id]) == {notice.id: notice.metadata}
    own_index.add([plan])
    assert set(own_index.metadata([plan.id, notice.id])) == {plan.id, notice.id}


def test_feedback_is_kept(own_index, encoder):
    before = own_index.id
    assert own_index.save_feedback("问", "答", -1, "不对", [{"doc_id": "x"}]) == 1
    own_index.close()
    with Index.open(own_index.folder, encoder) as again:
        (feedback,) = again.feedback()
        assert again.id == before
    assert (feedback.question, feedback.rating, feedback.comment) == ("问", -1, "不对")


# -- building, adding, removing ------------------------------------------------------------------


def test_building_twice_gives_the_same(index, library, encoder, tmp_path):
    with Index.build(tmp_path / "again", library, encoder) as again:
        assert again.id == index.id
        assert [found(again, by) for by in WAYS] == [found(index, by) for by in WAYS]


def test_the_order_of_adding_changes_no_id(index, library, encoder, tmp_path):
    with Index.create(tmp_path / "again", encoder) as again:
        for document in reversed(library):
            again.add([document])
        assert again.id == index.id
        assert found(again, "dense") == found(index, "dense")


def test_the_id_tells_contents_and_encoder(index, library, encoder, tmp_path):
    with Index.build(tmp_path / "fewer", library[:2], encoder) as fewer:
        ids = [fewer.id]
        fewer.add(library[2:])
        assert fewer.id == index.id
    with Index.build(tmp_path / "other", library, HashEncoder(32)) as other:
        ids += [index.id, other.id]
    assert len(set(ids)) == 3


def test_adding_tells_what_became_of_each(library, plan, notice, opinion, encoder, tmp_path):
    told = []
    with Index.create(tmp_path / "new", encoder) as index:
        index.add([notice])
        results = index.add([plan, notice, plan, opinion], progress=lambda *each: told.append(each))
    states = ["added", "unchanged", "unchanged", "added"]
    assert results == [
        Added(document.id, document.source_name, state)
        for document, state in zip((plan, notice, plan, opinion), states, strict=True)
    ]
    assert told == [(n, 4, one.source_name) for n, one in enumerate(results, start=1)]


def test_documents_may_come_one_by_one(library, encoder, tmp_path):
    told = []
    with Index.build(
        tmp_path / "new", iter(library), encoder, progress=lambda *each: told.append(each[:2])
    ) as index:
        assert index.counts().documents == 3
    assert told == [(1, None), (2, None), (3, None)]


def test_adding_encodes_only_what_is_new(library, plan, notice, opinion, tmp_path):
    encoder = CountingEncoder()
    with Index.build(tmp_path / "new", [plan, notice], encoder) as index:
        encoder.texts.clear()
        index.add([plan, opinion, notice])
        expected = [search_text(each, opinion.metadata) for each in index.passages(opinion.id)]
    assert encoder.texts == expected


def test_opening_encodes_nothing(library, tmp_path):
    Index.build(tmp_path / "new", library, HashEncoder()).close()
    encoder = CountingEncoder()
    for gone in ("dense.faiss", "lexical"):
        path = tmp_path / "new" / gone
        path.unlink() if path.is_file() else shutil.rmtree(path)
    with Index.open(tmp_path / "new", encoder) as index:
        assert index.search("目标", by="lexical", top_k=1) != []
    assert encoder.texts == []


def test_an_added_document_is_found_at_once(own_index, make_document):
    extra = make_document(
        "一、目标\n建设零碳园区8个。\n", source_name="extra.txt", title="零碳园区方案"
    )
    assert own_index.search("碳", by="lexical", top_k=5) == []
    own_index.add([extra])
    for by in WAYS:
        (hit,) = own_index.search("零碳园区", by=by, top_k=1)
        assert hit.passage.document_id == extra.id


def test_a_removed_document_is_gone(own_index, plan):
    own_index.document(plan.id)
    own_index.remove(plan.id)
    for by in WAYS:
        hits = own_index.search("海洋装备产业", by=by, top_k=50)
        assert plan.id not in {hit.passage.document_id for hit in hits}
    with pytest.raises(DocumentMissing):
        own_index.document(plan.id)
    with pytest.raises(DocumentMissing):
        own_index.remove(plan.id)


def test_removing_and_adding_again_restores_the_index(own_index, index, plan, encoder):
    own_index.remove(plan.id)
    assert own_index.id != index.id
    own_index.add([plan])
    assert own_index.id == index.id
    assert found(own_index, "dense") == found(index, "dense")
    own_index.close()
    with Index.open(own_index.folder, encoder) as again:
        assert found(again, "dense") == found(index, "dense")


def test_the_last_document_may_be_removed(own_index, library, encoder):
    for document in library:
        own_index.remove(document.id)
    assert [own_index.search("目标", by=by, top_k=5) for by in WAYS] == [[], []]
    own_index.close()
    with Index.open(own_index.folder, encoder) as again:
        assert again.counts().documents == 0
        again.add(library[:1])
        assert again.search("海洋", by="lexical", top_k=1) != []


def test_what_was_added_before_a_failure_stays(plan, encoder, tmp_path, monkeypatch):
    monkeypatch.setattr("index.index._BATCH_DOCUMENTS", 1)

    def documents():
        yield plan
        raise OSError("the disk went away")

    with Index.create(tmp_path / "new", encoder) as index:
        with pytest.raises(OSError, match="went away"):
            index.add(documents())
        assert index.search("海洋", by="lexical", top_k=1)[0].passage.document_id == plan.id


def test_a_long_addition_is_published_on_the_way(library, encoder, tmp_path, monkeypatch):
    monkeypatch.setattr("index.index._BATCH_DOCUMENTS", 1)
    monkeypatch.setattr("index.derived._CHECKPOINT_PASSAGES", 1)
    seen = []
    with Index.create(tmp_path / "new", encoder) as index:

        def progress(done, total, what):
            seen.append(len(index.search("到", by="lexical", top_k=50)))

        index.add(library, progress=progress)
    assert seen[0] == 0 < seen[1] < seen[2]


# -- opening -------------------------------------------------------------------------------------


def test_reopening_gives_the_same(index, encoder):
    with Index.open(index.folder, encoder) as again:
        assert again.id == index.id
        assert [found(again, by) for by in WAYS] == [found(index, by) for by in WAYS]


def test_an_empty_index_opens(encoder, tmp_path):
    Index.create(tmp_path / "new", encoder).close()
    with Index.open(tmp_path / "new", encoder) as index:
        assert [index.search("目标", by=by, top_k=5) for by in WAYS] == [[], []]


def test_a_folder_without_index_is_missing(encoder, tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        for begin in (Index.open, Index.rebuild):
            with pytest.raises(IndexMissing, match=rf"cewen add 文件或文件夹 --index {folder}。$"):
                begin(folder, encoder)


def test_an_index_is_not_made_over_another(own_index, encoder):
    with pytest.raises(IndexFolderError, match="已经有索引"):
        Index.create(own_index.folder, encoder)
    assert own_index.counts().documents == 3


@pytest.mark.parametrize("begin", [Index.open, Index.create, Index.rebuild])
@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_is_no_index_folder(encoder, tmp_path, begin, name):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(IndexFolderError, match=r"是文件，不是目录。索引目录须是.*请检查路径"):
        begin(tmp_path / name, encoder)


@pytest.mark.parametrize("begin", [Index.open, Index.create])
def test_a_folder_the_system_refuses_is_told(encoder, tmp_path, begin):
    with pytest.raises(IndexFolderError, match=r"路径太长。索引目录须是.*请检查路径"):
        begin(tmp_path / ("x" * 300), encoder)


def test_a_folder_that_cannot_be_made_is_told(encoder, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(IndexFolderError, match="不能读写（Input/output error）。索引目录须是"):
        Index.create(tmp_path / "new", encoder)


def test_a_full_disk_is_told(own_index, make_document, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    extra = make_document("一、目标\n建设零碳园区8个。\n", source_name="e.txt", title="零碳")
    monkeypatch.setattr("index.manifest.write", refuse)
    with pytest.raises(IndexFolderError, match="磁盘已满。索引目录须是"):
        own_index.add([extra])


def test_an_unfinished_index_is_made_anew(encoder, tmp_path):
    Index.create(tmp_path, encoder).close()
    (tmp_path / "manifest.json").unlink()
    with Index.create(tmp_path, encoder) as index:
        assert index.counts().documents == 0


def test_a_lost_manifest_costs_no_document(own_index, encoder):
    own_index.close()
    (own_index.folder / "manifest.json").unlink()
    with pytest.raises(IndexDamaged, match=r"缺少 manifest\.json.*cewen rebuild"):
        Index.create(own_index.folder, encoder)
    with Index.rebuild(own_index.folder, encoder) as again:
        assert again.counts().documents == 3


def test_another_encoder_is_told(own_index):
    own_index.close()
    with pytest.raises(IndexStale, match=r"“hash:64”（64维）.*“hash:32”（32维）.*cewen rebuild"):
        Index.open(own_index.folder, HashEncoder(32))


def test_another_analyser_is_told(own_index, encoder, monkeypatch):
    own_index.close()
    monkeypatch.setattr("index.manifest.ANALYSER", "grams-9")
    with pytest.raises(IndexStale, match=r"现在的分析规则是“grams-9”.*cewen rebuild"):
        Index.open(own_index.folder, encoder)
    with Index.rebuild(own_index.folder, encoder) as again:
        assert again.search("海洋", by="lexical", top_k=1) != []


def test_a_missing_or_cut_off_library_is_damage(own_index, encoder):
    own_index.close()
    path = own_index.folder / "library.sqlite"
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(IndexDamaged, match=r"library\.sqlite 无法读取.*cewen add"):
        Index.open(own_index.folder, encoder)
    path.unlink()
    with pytest.raises(IndexDamaged, match=r"缺少文件 library\.sqlite"):
        Index.open(own_index.folder, encoder)


def delete_dense(folder):
    (folder / "dense.faiss").unlink()


def cut_dense(folder):
    path = folder / "dense.faiss"
    path.write_bytes(path.read_bytes()[:-10])


def blot_dense(folder):
    path = folder / "dense.faiss"
    content = bytearray(path.read_bytes())
    content[200:1000] = bytes(800)  # three vectors become zero, and the file still loads
    path.write_bytes(content)


def delete_lexical(folder):
    shutil.rmtree(folder / "lexical")


def empty_lexical(folder):
    for path in (folder / "lexical").iterdir():
        path.unlink()


def cut_lexical(folder):
    path = max((folder / "lexical").iterdir(), key=lambda path: path.stat().st_size)
    path.write_bytes(path.read_bytes()[:-10])


def other_lexical(folder):
    delete_lexical(folder)
    other = folder.parent / "other"
    Index.create(other, HashEncoder()).close()
    (other / "lexical").rename(folder / "lexical")


def everything(folder):
    delete_dense(folder)
    delete_lexical(folder)


def old_manifest(folder):
    """As if both had been written for no change at all."""
    path = folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["lexical"]["generation"] = content["dense"]["generation"] = 0
    path.write_text(json.dumps(content), encoding="utf-8")


def manifest_of_another_library(folder):
    path = folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8")) | {"library": "f" * 16}
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    "harm",
    [
        delete_dense,
        cut_dense,
        blot_dense,
        delete_lexical,
        empty_lexical,
        cut_lexical,
        other_lexical,
        everything,
        old_manifest,
        manifest_of_another_library,
    ],
)
def test_search_indexes_are_made_up_on_opening(own_index, encoder, harm):
    expected = [found(own_index, by) for by in WAYS]
    own_index.close()
    harm(own_index.folder)
    for _ in range(2):
        with Index.open(own_index.folder, encoder) as again:
            assert [found(again, by) for by in WAYS] == expected
    assert {"dense.faiss", "lexical", "manifest.json"} <= {
        path.name for path in own_index.folder.iterdir()
    }


@pytest.fixture
def exchanged(own_index, plan, make_document, encoder, tmp_path):
    """An index in which one document took the place of ``plan``, and a copy from before.

    Both have as many passages, so only the generation tells them apart.
    """
    passages = len(own_index.passages(plan.id))
    own_index.close()
    copy = tmp_path / "copy"
    shutil.copytree(own_index.folder, copy)
    other = make_document(plan.text.replace("海洋", "低空"), source_name="air.txt", title="低空")
    with Index.open(own_index.folder, encoder) as index:
        index.remove(plan.id)
        index.add([other])
        assert len(index.passages(other.id)) == passages
    return own_index.folder, copy, other


def test_an_older_copy_of_the_library_is_followed(exchanged, encoder, plan):
    """Someone restores library.sqlite alone: what was changed since is gone, nothing else is."""
    folder, copy, _ = exchanged
    shutil.copy(copy / "library.sqlite", folder / "library.sqlite")
    with Index.open(folder, encoder) as index:
        for by in WAYS:
            assert index.search("海洋装备产业", by=by, top_k=1)[0].passage.document_id == plan.id


@pytest.mark.parametrize("share", [20, 0.1])
def test_older_copies_of_the_search_indexes_catch_up(exchanged, encoder, monkeypatch, share):
    """Whether dense.faiss is due to be written anew or may wait."""
    monkeypatch.setattr("index.derived._UNSAVED_SHARE", share)
    folder, copy, other = exchanged
    shutil.rmtree(folder / "lexical")
    shutil.copytree(copy / "lexical", folder / "lexical")
    for name in ("dense.faiss", "manifest.json"):
        shutil.copy(copy / name, folder / name)
    with Index.open(folder, encoder) as index:
        for by in WAYS:
            assert index.search("低空装备产业", by=by, top_k=1)[0].passage.document_id == other.id


def test_a_lexical_index_of_another_library_is_not_searched(own_index, encoder):
    own_index.close()
    manifest_of_another_library(own_index.folder)
    with writer_lock(own_index.folder), pytest.raises(IndexBusy):
        Index.open(own_index.folder, encoder)


# -- a killed writer -----------------------------------------------------------------------------

KILLED = """
import os, pathlib, pickle, sys
from index.encoder import HashEncoder
from index.index import Index

def die(done, total, what):
    if done == total:
        os._exit(9)

documents = pickle.loads(pathlib.Path(sys.argv[2]).read_bytes())
Index.open(pathlib.Path(sys.argv[1]), HashEncoder()).add(documents, progress=die)
"""


def killed_while_adding(folder, documents, tmp_path):
    """Add documents in another process that dies when it is told of the last one."""
    file = tmp_path / "documents.pickle"
    file.write_bytes(pickle.dumps(documents))
    arguments = [sys.executable, "-c", KILLED, str(folder), str(file)]
    assert subprocess.run(arguments, check=False).returncode == 9


def test_a_document_reported_as_added_survives_a_kill(
    plan, notice, opinion, index, encoder, tmp_path
):
    folder = tmp_path / "library"
    Index.build(folder, [plan], encoder).close()
    manifest = (folder / "manifest.json").read_bytes()
    killed_while_adding(folder, [notice, opinion], tmp_path)
    assert (folder / "manifest.json").read_bytes() == manifest  # the search indexes are behind
    with Index.open(folder, encoder) as again:
        assert again.id == index.id
        assert found(again, "dense") == found(index, "dense")
        assert [[one for one, _ in each] for each in found(again)] == [
            [one for one, _ in each] for each in found(index)
        ]


def test_adding_after_a_kill_catches_up_too(plan, notice, opinion, encoder, tmp_path):
    folder = tmp_path / "library"
    with Index.build(folder, [plan], encoder) as index:
        killed_while_adding(folder, [notice], tmp_path)
        index.add([opinion])
        for text, document in zip(QUESTIONS, (plan, notice, opinion), strict=True):
            for by in WAYS:
                assert index.search(text, by=by, top_k=1)[0].passage.document_id == document.id


# -- several at once -----------------------------------------------------------------------------


def test_another_process_may_not_write_at_the_same_time(own_index, opinion):
    with writer_lock(own_index.folder):
        for change in (lambda: own_index.add([opinion]), lambda: own_index.remove(opinion.id)):
            with pytest.raises(IndexBusy, match="另一个程序正在写入"):
                change()
        assert own_index.search("养老", by="lexical", top_k=1) != []


def test_an_index_opens_while_another_process_writes(own_index, encoder):
    with writer_lock(own_index.folder), Index.open(own_index.folder, encoder) as again:
        assert found(again) == found(own_index)


def test_without_lexical_index_opening_waits_for_the_writer(own_index, encoder):
    own_index.close()
    delete_lexical(own_index.folder)
    with writer_lock(own_index.folder), pytest.raises(IndexBusy):
        Index.open(own_index.folder, encoder)


def test_a_reader_sees_what_another_writes(own_index, encoder, plan, make_document):
    extra = make_document("一、目标\n建设零碳园区8个。\n", source_name="e.txt", title="零碳")
    with Index.open(own_index.folder, encoder) as reader:
        own_index.add([extra])
        own_index.remove(plan.id)
        for by in WAYS:
            assert reader.search("零碳园区", by=by, top_k=1)[0].passage.document_id == extra.id
            hits = reader.search("海洋装备", by=by, top_k=50)
            assert plan.id not in {hit.passage.document_id for hit in hits}
        assert reader.id == own_index.id
        with pytest.raises(DocumentMissing):
            reader.document(plan.id)


def test_a_reader_with_the_old_encoder_is_told_after_a_rebuild(own_index):
    Index.rebuild(own_index.folder, HashEncoder(32)).close()
    with pytest.raises(IndexStale, match="“hash:32”"):
        own_index.search("目标", by="dense", top_k=1)


def test_searches_run_while_documents_are_added(own_index, make_document, plan):
    errors, stop = [], threading.Event()

    def search(by):
        try:
            while not stop.is_set():
                (hit,) = own_index.search("壮大海洋装备产业", by=by, top_k=1)
                assert hit.passage.document_id == plan.id
                assert own_index.document(plan.id) == plan
                assert own_index.documents(limit=1).total >= 3
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=search, args=(by,)) for by in (*WAYS, *WAYS)]
    for thread in threads:
        thread.start()
    for i in range(8):
        text = f"一、目标\n第{i}项：新建乡镇卫生院{i}所，改造农村公路{i}公里。\n"
        own_index.add([make_document(text, source_name=f"{i}.txt", title=f"方案{i}")])
    stop.set()
    for thread in threads:
        thread.join()
    assert (errors, own_index.counts().documents) == ([], 11)


def test_two_threads_may_add_at_once(own_index, make_document):
    def add(number):
        text = f"一、目标\n新建水库{number}座。\n"
        own_index.add([make_document(text, source_name=f"{number}.txt", title="水库")])

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(own_index.search("库", by="lexical", top_k=50)) == 6


# -- rebuilding ----------------------------------------------------------------------------------


def test_rebuilding_takes_another_encoder(own_index, library, plan):
    own_index.save_feedback("问", "答", 1)
    own_index.close()
    told, encoder = [], HashEncoder(32)
    with Index.rebuild(own_index.folder, encoder, progress=lambda *e: told.append(e)) as rebuilt:
        results = [found(rebuilt, by) for by in WAYS]
        assert rebuilt.document(plan.id) == plan
        assert len(rebuilt.feedback()) == 1
    assert told == 2 * [(n, 3, one.source_name) for n, one in enumerate(library, start=1)]
    assert not (own_index.folder / "rebuild").exists()
    with Index.open(own_index.folder, encoder) as again:
        assert [found(again, by) for by in WAYS] == results
        assert (again.id, again.counts().documents) == (rebuilt.id, 3)


def test_rebuilding_with_the_same_settings_changes_nothing(own_index, index, encoder):
    own_index.close()
    with Index.rebuild(own_index.folder, encoder) as rebuilt:
        assert rebuilt.id == index.id
        assert [found(rebuilt, by) for by in WAYS] == [found(index, by) for by in WAYS]


def test_a_killed_rebuild_leaves_the_index_as_it_was(own_index, index, encoder):
    class Failing(HashEncoder):
        def encode(self, texts):
            raise MemoryError

    own_index.close()
    with pytest.raises(MemoryError):
        Index.rebuild(own_index.folder, Failing(32))
    with Index.open(own_index.folder, encoder) as again:
        assert again.id == index.id
        assert found(again, "dense") == found(index, "dense")


def test_a_rebuild_killed_at_the_end_is_finished_on_opening(own_index, index, monkeypatch):
    """All is in SQLite, nothing yet in the search indexes, and the manifest is the old one."""
    encoder = HashEncoder(32)
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr("index.derived.Derived.publish", _interrupt)
        Index.rebuild(own_index.folder, encoder)
    with pytest.raises(IndexStale, match="“hash:32”"):
        own_index.add([])
    with Index.open(own_index.folder, encoder) as again:
        assert found(again, "lexical") == found(index, "lexical")
        assert len(again.search(QUESTIONS[0], by="dense", top_k=50)) == index.counts().passages


def _interrupt(_):
    raise KeyboardInterrupt


def test_an_unreadable_manifest_is_repaired_by_rebuilding(own_index, encoder):
    own_index.close()
    (own_index.folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(IndexDamaged, match="cewen rebuild"):
        Index.open(own_index.folder, encoder)
    with Index.rebuild(own_index.folder, encoder) as rebuilt:
        assert rebuilt.counts().documents == 3


def test_vectors_that_are_few_wait_for_more(own_index, make_document, encoder, monkeypatch):
    """One document among many does not make the file of all vectors be written anew."""
    monkeypatch.setattr("index.derived._UNSAVED_SHARE", 0.1)
    dense = own_index.folder / "dense.faiss"
    before = dense.read_bytes()
    extra = make_document("一、目标\n建设零碳园区8个。\n", source_name="e.txt", title="零碳")
    own_index.add([extra])
    assert dense.read_bytes() == before
    expected = found(own_index, "dense")
    own_index.close()
    with Index.open(own_index.folder, encoder) as again:
        assert found(again, "dense") == expected
        assert again.search("零碳", by="dense", top_k=1)[0].passage.document_id == extra.id
    assert dense.read_bytes() == before


def test_a_library_without_its_manifest_is_damage_that_rebuild_mends(own_index, encoder):
    folder = own_index.folder
    (folder / "manifest.json").unlink()
    with pytest.raises(IndexDamaged, match=r"cewen rebuild"):
        Index.open(folder, encoder)
    with Index.rebuild(folder, encoder) as rebuilt:
        assert rebuilt.counts().documents == 3
