import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from corpus.document import Passage
from corpus.errors import DocumentMissing, IndexBusy, IndexDamaged
from corpus.facts import Facts
from corpus.parse import Parsed, parse
from index.hit import Filters
from index.store import STORE_FILE, Counts, DocumentCard, Prepared, Store, Stored


def prepare(document):
    """Cut a document; its i-th vector is (i, 0.5)."""
    parsed = parse(document)
    vectors = np.array([(i, 0.5) for i in range(len(parsed.passages))], dtype=np.float32)
    return Prepared(parsed, vectors)


@pytest.fixture
def store(tmp_path):
    created = Store.create(tmp_path, {"encoder": "two numbers"})
    yield created
    created.close()


@pytest.fixture
def full(store, library):
    """The three documents, each added by itself: generations 1, 2, 3."""
    for document in library:
        store.add([prepare(document)])
    return store


def test_what_is_stored_reads_back_whole(full, library):
    for document in library:
        prepared = prepare(document)
        assert full.document(document.id) == document
        assert full.sections(document.id) == prepared.parsed.sections
        assert full.passages(document.id) == prepared.parsed.passages


def test_a_text_keeps_every_character(store, make_document):
    text = "第一行\r\n\x00\t𠮷\u00a0\ufffd 末行"
    odd = make_document(text, source_name="odd.txt", title="怪")
    store.add([Prepared(Parsed(odd, (), (), Facts()), np.zeros((0, 2), dtype=np.float32))])
    assert store.document(odd.id) == odd


def test_a_passage_keeps_its_page(store, plan):
    passage = Passage(plan.id, None, ("一、甲", "“乙”"), 0, 3, plan.text[:3], page=7)
    parsed = Parsed(plan, (), (passage,), Facts())
    store.add([Prepared(parsed, np.ones((1, 2), dtype=np.float32))])
    assert store.passages(plan.id) == (passage,)


def test_counts_add_up(full, library):
    parsed = [parse(document) for document in library]
    assert full.counts() == Counts(
        documents=3,
        sections=sum(len(one.sections) for one in parsed),
        passages=sum(len(one.passages) for one in parsed),
        characters=sum(len(document.text) for document in library),
    )


def test_an_empty_library_counts_nothing(store):
    assert store.counts() == Counts(0, 0, 0, 0)
    assert (store.regions(), store.page(Filters(), "", limit=None, offset=0).total) == ((), 0)


def test_a_batch_is_added_whole_or_not_at_all(store, plan, notice):
    with pytest.raises(sqlite3.IntegrityError):
        store.add([prepare(plan), prepare(notice), prepare(plan)])
    assert (store.counts().documents, store.generation()) == (0, 0)


def test_metadata_of_many_takes_a_query_for_some_hundred(full, plan, opinion):
    statements = []
    with full._reading() as connection:
        connection.set_trace_callback(statements.append)
    ids = [f"{number:016x}" for number in range(1200)]
    ids[3], ids[1100] = opinion.id, plan.id
    expected = {opinion.id: opinion.metadata, plan.id: plan.metadata}
    assert full.metadata(ids) == expected
    selects = [one for one in statements if one.startswith("SELECT")]
    assert len(selects) == 3
    assert not any("texts" in one for one in selects)


def test_metadata_of_none_is_none(full):
    assert full.metadata([]) == {}


def test_an_unknown_document_is_missing(full):
    for read in (full.document, full.sections, full.passages, full.remove):
        with pytest.raises(DocumentMissing, match="编号为“0123456789abcdef”的文件"):
            read("0123456789abcdef")
    assert full.generation() == 3


def test_a_removed_document_leaves_nothing(full, plan, tmp_path):
    full.remove(plan.id)
    with pytest.raises(DocumentMissing):
        full.document(plan.id)
    full.close()
    with sqlite3.connect(tmp_path / STORE_FILE) as connection:
        for table in ("texts", "sections", "passages"):
            query = f"SELECT COUNT(*) FROM {table} WHERE document = 1"
            assert connection.execute(query).fetchone() == (0,), table
        (vectors,) = connection.execute("SELECT COUNT(*) FROM vectors").fetchone()
        (passages,) = connection.execute("SELECT COUNT(*) FROM passages").fetchone()
    connection.close()
    assert vectors == passages > 0


def test_changes_tell_what_came_and_went(full, plan, notice, opinion):
    sizes = [len(parse(one).passages) for one in (plan, notice, opinion)]
    first, second, third = (
        Stored(1, 1, sizes[0]),
        Stored(2, 1 + sizes[0], sizes[1]),
        Stored(3, 1 + sizes[0] + sizes[1], sizes[2]),
    )
    full.remove(plan.id)
    with full.changes(0) as changes:
        assert (changes.removed(), changes.added()) == ([first], [second, third])
        assert (changes.generation, changes.total()) == (4, sizes[1] + sizes[2])
    with full.changes(2) as changes:
        assert (changes.removed(), changes.added()) == ([first], [third])
    with full.changes(4) as changes:
        assert (changes.removed(), changes.added()) == ([], [])


def test_changes_give_passages_and_vectors(full, notice):
    prepared = prepare(notice)
    with full.changes(1) as changes:
        stored = changes.added()[0]
        assert changes.passages(stored) == (notice.metadata, prepared.parsed.passages)
        assert changes.vectors(stored).tolist() == prepared.vectors.tolist()


def test_changes_are_those_of_one_moment(full, plan):
    with full.changes(3) as changes:
        full.remove(plan.id)
        assert (changes.generation, changes.removed()) == (3, [])


def test_keys_are_never_given_out_twice(full, plan):
    given_out = full.counts().passages
    full.remove(plan.id)
    full.add([prepare(plan)])
    with full.changes(4) as changes:
        (again,) = changes.added()
    assert (again.key, again.first_passage) == (4, given_out + 1)


def test_passages_are_found_by_key(full, plan):
    passages = parse(plan).passages
    assert full.passages_of([2, 1, 10**9]) == {1: passages[0], 2: passages[1]}


def test_many_keys_may_be_asked_for_at_once(full):
    assert len(full.passages_of(list(range(40_000)))) == full.counts().passages


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), ["lanjiang", "qingxi", "yunzhou"]),
        (Filters(regions=("云州市",)), ["yunzhou"]),
        (Filters(regions=("云州市", "岚江省")), ["lanjiang", "yunzhou"]),
        (Filters(regions=("云州",)), []),
        (Filters(issuers=("青溪市人民政府",)), ["qingxi"]),
        (Filters(issuers=("青溪市人民政府",), regions=("云州市",)), []),
        (Filters(year_from=2021, year_to=2021), ["yunzhou"]),  # by the year it was written
        (Filters(year_from=2022), ["qingxi"]),
        (Filters(year_from=2025, year_to=2030), ["qingxi"]),  # the last year of its period
        (Filters(year_from=2026), []),
        (Filters(year_to=2022), ["qingxi", "yunzhou"]),
        (Filters(year_to=2020), []),
    ],
)
def test_filters(full, filters, expected):
    cards = full.page(filters, "", limit=None, offset=0).documents
    assert [card.source_name.split("-")[0] for card in cards] == expected


def test_filters_by_document(full, plan, notice):
    filters = Filters(document_ids=(plan.id, "0123456789abcdef"))
    assert [card.id for card in full.page(filters, "", limit=9, offset=0).documents] == [plan.id]
    assert [stored.key for stored in full.allowed(filters)] == [1]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("海洋", ["qingxi"]),
        ("数字乡村　云州", ["yunzhou"]),
        ("〔2021〕18", ["yunzhou"]),
        ("LANJIANG", ["lanjiang"]),
        ("人民政府", ["lanjiang", "qingxi", "yunzhou"]),
        ("海洋 养老", []),
        ("%", []),
        ("_", []),
        ("20__", []),
        ("！", []),
    ],
)
def test_documents_are_found_by_their_names(full, q, expected):
    cards = full.page(Filters(), q, limit=None, offset=0).documents
    assert [card.source_name.split("-")[0] for card in cards] == expected


def test_a_page_is_part_of_the_list(full, notice):
    page = full.page(Filters(), "", limit=1, offset=2)
    prepared = prepare(notice)
    card = DocumentCard(
        id=notice.id,
        source_name=notice.source_name,
        sha256=notice.sha256,
        metadata=notice.metadata,
        characters=len(notice.text),
        sections=len(prepared.parsed.sections),
        passages=len(prepared.parsed.passages),
    )
    assert (page.total, page.documents) == (3, (card,))


def test_regions_are_distinct_and_sorted(full):
    assert full.regions() == ("云州市", "岚江省", "青溪市")


def test_known_ids(full, plan):
    assert full.known([plan.id, "0123456789abcdef"]) == {plan.id}


def test_the_fingerprint_does_not_depend_on_order(full, library, tmp_path):
    (tmp_path / "other").mkdir()
    other = Store.create(tmp_path / "other", {})
    other.add([prepare(document) for document in reversed(library)])
    assert other.fingerprint() == full.fingerprint()
    other.remove(library[0].id)
    assert other.fingerprint() != full.fingerprint()
    other.close()


def test_replacing_all_renews_keys_and_settings(full, library, plan):
    before = full.passages(plan.id)
    batches = ([prepare(document)] for document in full.source_documents())
    full.replace_all(batches, {"encoder": "two others"})
    assert full.meta()["encoder"] == "two others"
    assert (full.generation(), full.counts().documents) == (4, 3)
    assert full.passages(plan.id) == before
    with full.changes(3) as changes:
        assert [stored.key for stored in changes.removed()] == [1, 2, 3]
        assert [stored.key for stored in changes.added()] == [4, 5, 6]


def test_a_broken_replacement_changes_nothing(full, plan):
    def batches():
        yield [prepare(plan)]
        raise KeyError

    with pytest.raises(KeyError):
        full.replace_all(batches(), {"encoder": "two others"})
    assert (full.generation(), full.meta()["encoder"]) == (3, "two numbers")
    assert full.passages(plan.id) == parse(plan).passages


def test_feedback_reads_back_in_order(store):
    cited = [{"doc_id": "0123456789abcdef", "start": 3, "end": 9, "quote": "“引文”"}]
    assert store.save_feedback("问一", "答一", 1, "", cited) == 1
    assert store.save_feedback("问二", "", -1, "没有回答", []) == 2
    first, second = store.feedback()
    assert (first.id, first.question, first.answer, first.rating) == (1, "问一", "答一", 1)
    assert (first.comment, first.citations) == ("", tuple(cited))
    assert (second.id, second.comment, second.citations) == (2, "没有回答", ())
    assert datetime.now(UTC) - first.created_at < timedelta(minutes=5)


def test_feedback_is_no_change_of_the_library(full):
    before = full.generation(), full.fingerprint()
    full.save_feedback("问", "答", 1, "", [])
    assert (full.generation(), full.fingerprint()) == before


def test_threads_read_and_write_together(store, library):
    errors = []

    def attempt(work):
        try:
            work()
        except Exception as error:
            errors.append(error)

    def write(number):
        for _ in range(10):
            store.save_feedback(f"问{number}", "答", 1, "", [])

    def read():
        for _ in range(50):
            page = store.page(Filters(), "", limit=None, offset=0)
            assert page.total == len(page.documents)
            store.feedback()

    jobs = [lambda n=n: write(n) for n in range(4)] + [read] * 3
    jobs.append(lambda: [store.add([prepare(document)]) for document in library])
    threads = [threading.Thread(target=attempt, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(one.id for one in store.feedback()) == list(range(1, 41))
    assert store.counts().documents == 3


def test_a_reader_does_not_wait_for_a_writer(full, plan):
    def batches():
        yield [prepare(plan)]
        assert full.counts().documents == 3  # while the transaction is open
        assert full.document(plan.id) == plan

    full.replace_all(batches(), {})


def test_a_writer_that_waits_too_long_is_told_so(full, plan, monkeypatch):
    monkeypatch.setattr("index.store._WAIT_S", 0.05)

    def batches():
        full.save_feedback("问", "答", 1, "", [])
        yield []

    with pytest.raises(IndexBusy, match="等待超时"):
        full.replace_all(batches(), {})


def test_a_closed_store_is_not_used_again(full):
    full.close()
    with pytest.raises(ValueError, match="closed"):
        full.counts()


def test_a_missing_library_is_damage(tmp_path):
    with pytest.raises(IndexDamaged, match=r"缺少文件 library\.sqlite"):
        Store.open(tmp_path)


@pytest.mark.parametrize("content", [b"", b"this is no database, though long enough to be one" * 9])
def test_another_file_is_no_library(tmp_path, content):
    (tmp_path / STORE_FILE).write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"library\.sqlite .*cewen add"):
        Store.open(tmp_path)


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.99])
def test_a_cut_off_library_is_damage(full, tmp_path, kept):
    full.close()
    path = tmp_path / STORE_FILE
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(IndexDamaged, match="无法读取"):
        Store.open(tmp_path)


def test_an_unfinished_library_holds_no_documents(tmp_path, plan):
    assert not Store.holds_documents(tmp_path)
    (tmp_path / STORE_FILE).touch()
    assert not Store.holds_documents(tmp_path)
    store = Store.create(tmp_path, {})
    assert not Store.holds_documents(tmp_path)
    store.add([prepare(plan)])
    store.close()
    assert Store.holds_documents(tmp_path)
