"""Facts in the library, made by hand: what is written, what is found, in which order."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.document import Document, Metadata
from corpus.errors import DocumentMissing, IndexStale
from corpus.facts import FACTS_VERSION, Facts, Reference, Responsibility, Target, extract_facts
from corpus.parse import Parsed, parse
from index.facts import (
    CitedDocument,
    FactSource,
    ResponsibilityFilter,
    ResponsibilityRow,
    TargetFilter,
    TargetRow,
)
from index.index import Index
from index.lock import writer_lock
from index.store import STORE_FILE, Prepared, Store


def span(document, clause):
    start = document.text.index(clause)
    return start, start + len(clause)


@pytest.fixture
def parsed(plan, notice, opinion, make_target):
    """The three documents with facts made by hand."""
    ocean = "全市海洋生产总值突破600亿元"
    targets = (
        make_target(plan, ocean, "突破600亿元", indicator="海洋生产总值", comparator=">",
                    value=600.0, value_base=600e8, section=2),
        make_target(plan, "培育高新技术企业12家", "12家", indicator="高新技术企业数",
                    comparator="=", value=12.0, unit="家", value_base=12.0, unit_base="家",
                    year=2025, year_from="plan", subject="海洋生物医药", section=5,
                    subject_from="section"),
    )  # fmt: skip
    charged = span(plan, "（责任单位：市经信局、市科技局）")
    bodies = tuple(
        Responsibility(unit, unit, "责任", "（一）", "壮大海洋装备产业", 4, *charged)
        for unit in ("市经信局", "市科技局")
    )
    percent = {"value": 95.0, "unit": "%", "value_base": 95.0, "unit_base": "%", "year": 2023}
    covered = "行政村5G网络覆盖率"
    rate = make_target(notice, f"{covered}达到95%", "达到95%", indicator=covered, **percent)
    led = span(notice, "牵头单位：市大数据局，配合单位：市农业农村局、市财政局")
    told = tuple(
        Responsibility(unit, unit, role, "（一）", "建设乡村信息基础设施", None, *led)
        for unit, role in (("市大数据局", "牵头"), ("省财政厅", "配合"))
    )
    return [
        replace(parse(plan), facts=Facts(targets, bodies)),
        replace(parse(notice), facts=Facts((rate,), told)),
        replace(parse(opinion), facts=Facts()),
    ]


@pytest.fixture
def with_facts(parsed, encoder, tmp_path):
    with Index.build(tmp_path / "library", parsed, encoder) as index:
        yield index


def test_a_fact_reads_back_whole_with_its_source(with_facts, parsed, plan):
    page = with_facts.targets(TargetFilter(document_ids=(plan.id,)))
    ocean, firms = parsed[0].facts.targets
    path = ("一、总体要求", "（二）主要目标")
    source = FactSource(
        plan.id,
        plan.metadata.title,
        "青溪市",
        plan.source_name,
        path,
        "全市海洋生产总值突破600亿元",
    )
    assert (page.total, page.rows[0]) == (2, TargetRow(source, ocean))
    assert page.rows[1].target == firms
    charged = with_facts.responsibilities(ResponsibilityFilter(document_ids=(plan.id,)))
    assert [row.responsibility for row in charged.rows] == list(parsed[0].facts.responsibilities)
    assert isinstance(charged.rows[0], ResponsibilityRow)


def test_every_quote_is_its_slice(with_facts):
    for row in with_facts.targets().rows:
        text = with_facts.document(row.source.document_id).text
        assert text[row.target.start : row.target.end] == row.source.quote
    for row in with_facts.responsibilities().rows:
        text = with_facts.document(row.source.document_id).text
        found = row.responsibility
        assert text[found.start : found.end] == row.source.quote


@pytest.mark.parametrize(
    ("filters", "values"),
    [
        (TargetFilter(), [600.0, 12.0, 95.0]),
        (TargetFilter(indicator="高新技术企业"), [12.0]),
        (TargetFilter(indicator="高企"), [12.0]),  # its normal form
        (TargetFilter(indicator="行政村５Ｇ 网络"), [95.0]),
        (TargetFilter(indicator="5g"), [95.0]),
        (TargetFilter(indicator="%"), []),
        (TargetFilter(subject="海洋"), [12.0]),
        (TargetFilter(unit="亿元"), [600.0]),
        (TargetFilter(unit="元"), [600.0]),
        (TargetFilter(unit="%"), [95.0]),
        (TargetFilter(year=2025), [600.0, 12.0]),
        (TargetFilter(year=2023, indicator="海洋"), []),
        (TargetFilter(regions=("云州市",)), [95.0]),
        (TargetFilter(regions=("云州市", "青溪市"), unit="家"), [12.0]),
        (TargetFilter(regions=("云州",)), []),
        (TargetFilter(document_ids=("0" * 16,)), []),
    ],
)
def test_target_filters(with_facts, filters, values):
    page = with_facts.targets(filters)
    assert [row.target.value for row in page.rows] == values
    assert page.total == len(values)


@pytest.mark.parametrize(
    ("filters", "units"),
    [
        (ResponsibilityFilter(), ["市经信局", "市科技局", "市大数据局", "省财政厅"]),
        (ResponsibilityFilter(unit="科技局"), ["市科技局"]),
        (ResponsibilityFilter(unit="市科学技术局"), ["市科技局"]),
        (ResponsibilityFilter(unit="青溪市科技局"), ["市科技局"]),
        (ResponsibilityFilter(unit="云州市科技局"), []),  # of another place
        (ResponsibilityFilter(unit="绍兴市科技局"), []),
        (ResponsibilityFilter(unit="_溪市科技局"), []),  # no wildcard
        (ResponsibilityFilter(unit="省财政厅"), ["省财政厅"]),
        (ResponsibilityFilter(unit="市财政厅"), []),  # another level
        (ResponsibilityFilter(unit="科技"), ["市科技局"]),  # no whole name
        (ResponsibilityFilter(role="牵头"), ["市大数据局"]),
        (ResponsibilityFilter(role="责任", unit="市大数据局"), []),
        (ResponsibilityFilter(regions=("青溪市",)), ["市经信局", "市科技局"]),
    ],
)
def test_responsibility_filters(with_facts, filters, units):
    page = with_facts.responsibilities(filters)
    assert [row.responsibility.unit for row in page.rows] == units
    assert page.total == len(units)


@pytest.mark.parametrize(
    ("region", "unit", "found"),
    [
        ("绍兴市越城区", "绍兴市科技局", ["科技局"]),  # begins with the place asked for
        ("越城区", "绍兴市越城区科技局", ["科技局"]),  # ends it
        ("柯桥区", "绍兴市越城区科技局", []),
        ("东绍兴市越城区", "绍兴市越城区科技局", []),
    ],
)
def test_a_place_is_known_by_its_long_and_short_name(
    parsed, encoder, tmp_path, region, unit, found
):
    document, (first, _) = parsed[0].document, parsed[0].facts.responsibilities
    document = replace(document, metadata=replace(document.metadata, region=region))
    facts = Facts((), (replace(first, unit="科技局", written="科技局"),))
    placed = [replace(parsed[0], document=document, facts=facts)]
    with Index.build(tmp_path / "placed", placed, encoder) as index:
        rows = index.responsibilities(ResponsibilityFilter(unit=unit)).rows
    assert [row.responsibility.unit for row in rows] == found


def test_facts_go_with_their_document(with_facts, plan, tmp_path):
    with_facts.remove(plan.id)
    assert (with_facts.targets().total, with_facts.responsibilities().total) == (1, 2)
    with sqlite3.connect(tmp_path / "library" / STORE_FILE) as connection:
        for table in ("targets", "responsibilities", "citations", "names"):
            query = f"SELECT COUNT(*) FROM {table} WHERE document = 1"
            assert connection.execute(query).fetchone() == (0,), table
    connection.close()


def test_a_rebuild_finds_them_anew(with_facts, encoder, plan):
    with_facts.close()
    with Index.rebuild(with_facts.folder, encoder) as again:
        found = again.targets(TargetFilter(document_ids=(plan.id,)))
    assert [row.target for row in found.rows] == list(parse(plan).facts.targets)


# -- another version of the rules ----------------------------------------------------------------


def age(folder):
    """Make the facts of a library those of another version."""
    with sqlite3.connect(folder / STORE_FILE) as connection:
        connection.execute("UPDATE names SET facts_version = -1")
        connection.execute("UPDATE meta SET value = '-1' WHERE name = 'facts_version'")
    connection.close()


@pytest.fixture
def old(with_facts):
    """The folder of a library whose facts, made by hand, count as those of another version."""
    with_facts.close()
    age(with_facts.folder)
    return with_facts.folder


def test_facts_of_another_version_are_found_anew_on_opening(old, library, encoder):
    told = []
    with Index.open(old, encoder, progress=lambda *event: told.append(event)) as index:
        found = [row.target for row in index.targets().rows]
    expected = [extract_facts(one, parse(one).sections) for one in library]
    by_name = sorted(zip(library, expected, strict=True), key=lambda pair: pair[0].source_name)
    assert found == [target for _, facts in by_name for target in facts.targets]
    assert [event[:2] for event in told] == [(1, 3), (2, 3), (3, 3)]
    again = []
    with Index.open(old, encoder, progress=lambda *event: again.append(event)):
        assert again == []


def test_only_documents_of_another_version_are_read_again(old, encoder, plan):
    with sqlite3.connect(old / STORE_FILE) as connection:
        connection.execute(f"UPDATE names SET facts_version = {FACTS_VERSION} WHERE document > 1")
    connection.close()
    told = []
    Index.open(old, encoder, progress=lambda *event: told.append(event)).close()
    assert told == [(1, 1, plan.source_name)]


def test_a_document_that_the_rules_fail_on_keeps_no_library_shut(
    old, encoder, plan, notice, monkeypatch, caplog
):
    def fail(document, sections):
        if document.id == plan.id:
            raise IndexError("bug")
        return extract_facts(document, sections)

    monkeypatch.setattr("index.index.extract_facts", fail)
    with Index.open(old, encoder) as index:
        assert index.targets(TargetFilter(document_ids=(plan.id,))).total == 0
        rows = index.targets(TargetFilter(document_ids=(notice.id,))).rows
    assert tuple(row.target for row in rows) == parse(notice).facts.targets
    assert plan.source_name in caplog.text


def test_a_reader_beside_a_writer_goes_on_with_the_old_facts(old, encoder):
    with writer_lock(old), Index.open(old, encoder) as index:
        assert [row.target.value for row in index.targets().rows] == [600.0, 12.0, 95.0]


# -- a library of the first format ---------------------------------------------------------------

FIRST_FORMAT = """
DROP TABLE targets; DROP TABLE responsibilities; DROP TABLE citations; DROP TABLE names;
DROP TABLE signatures; DROP TABLE bands; DROP INDEX documents_by_name;
ALTER TABLE documents DROP COLUMN genre; ALTER TABLE documents DROP COLUMN addressees;
ALTER TABLE documents DROP COLUMN signed_by; ALTER TABLE documents DROP COLUMN validity;
ALTER TABLE documents DROP COLUMN spans; ALTER TABLE texts DROP COLUMN layout;
ALTER TABLE passages DROP COLUMN header;
DELETE FROM meta WHERE name IN ('facts_version', 'next_fact');
UPDATE meta SET value = '1' WHERE name = 'format';
"""


def test_a_library_of_the_first_format_is_rebuilt_from_its_texts(own_index, library, encoder):
    folder = own_index.folder
    passages = [own_index.passages(document.id) for document in library]
    own_index.close()
    with sqlite3.connect(folder / STORE_FILE) as connection:
        connection.executescript(FIRST_FORMAT)
    connection.close()
    path = Path(folder / "manifest.json")
    manifest = json.loads(path.read_text(encoding="utf-8")) | {"format": 1}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    message = rf"格式是第1版.*cewen rebuild --index {folder}"
    with pytest.raises(IndexStale, match=message):
        Index.open(folder, encoder)
    with Index.rebuild(folder, encoder) as index:
        assert [index.passages(document.id) for document in library] == passages
        assert [index.document(document.id) for document in library] == list(library)
        assert index.save_feedback("问", "答", 1) == 1
    with Index.open(folder, encoder) as index:
        index.remove(library[0].id)
        assert index.counts().documents == 2


# -- references ----------------------------------------------------------------------------------

NOTICE_TITLE = "云州市人民政府办公室关于印发《云州市数字乡村建设实施方案》的通知"


def cite(document, words, *, title=None, number=None, role="依据"):
    return Reference(title, number, role, None, *span(document, words))


@pytest.fixture
def cited(make_document, encoder, tmp_path):
    """Make an index of documents given as (name, title, number, references as title and number)."""
    indexes = []

    def build(*documents):
        made = []
        for name, title, number, references in documents:
            text = f"{name}的正文：" + "".join(f"{a or ''}{b or ''}；" for a, b in references)
            document = make_document(
                text, source_name=f"{name}.txt", title=title, doc_number=number, region="云州市"
            )
            found = tuple(
                cite(document, f"{a or ''}{b or ''}", title=a, number=b) for a, b in references
            )
            made.append(Parsed(document, (), (), Facts(references=found)))
        indexes.append(Index.build(tmp_path / f"cited{len(indexes)}", made, encoder))
        return indexes[-1], [one.document for one in made]

    yield build
    for index in indexes:
        index.close()


def edges(graph):
    """The graph as (file name, cited ids)."""
    return [
        (edge.source.source_name.removesuffix(".txt"), list(edge.cited)) for edge in graph.edges
    ]


def test_a_reference_is_resolved_by_title_or_number_in_either_width(cited):
    index, (first, *_) = cited(
        ("甲", NOTICE_TITLE, "云政办发〔2021〕18号", []),
        ("乙", "乙方案", None, [("云州市数字乡村建设实施方案", None)]),
        ("丙", "丙方案", None, [(None, "云政办发[2021]18 号")]),
    )
    assert sorted(edges(index.references())) == [("丙", [first.id]), ("乙", [first.id])]
    graph = index.references([first.id])
    assert sorted(edges(graph)) == [("丙", [first.id]), ("乙", [first.id])]


def test_the_number_decides_where_both_state_one(cited):
    index, (first, second, _) = cited(
        ("甲", "云州市促进就业办法", "云政发〔2018〕1号", []),
        ("乙", "云州市促进就业办法", "云政发〔2022〕2号", []),
        ("丙", "丙方案", None, [
            ("云州市促进就业办法", "云政发〔2022〕2号"),
            ("云州市促进就业办法", "云政发〔2010〕9号"),
        ]),
    )  # fmt: skip
    assert edges(index.references()) == [
        ("丙", [second.id]), ("丙", ["cited:云政发|2010|9"]),
    ]  # fmt: skip
    assert edges(index.references([first.id])) == []


def test_a_title_that_several_documents_bear_names_none_of_them(cited):
    index, _ = cited(
        ("甲", "政府工作报告", None, []),
        ("乙", "政府工作报告", None, []),
        ("丙", "丙方案", None, [("政府工作报告", None)]),
    )
    assert edges(index.references()) == [("丙", ["cited:政府工作报告"])]


def test_a_document_is_not_itself_what_it_repeals(cited):
    index, _ = cited(("甲", "云州市防汛预案", None, [("云州市防汛预案", None)]))
    assert edges(index.references()) == [("甲", ["cited:云州市防汛预案"])]


def test_documents_outside_are_one_node_each(cited):
    index, (first, second) = cited(
        ("甲", "甲方案", None, [("某省就业规划", "某政发〔2020〕5号")]),
        ("乙", "乙方案", None, [("某省就业规划", None), (None, "某政发〔2020〕5号")]),
    )
    graph = index.references()
    node = "cited:某政发|2020|5"
    assert edges(graph) == sorted([("甲", [node]), ("乙", [node]), ("乙", [node])])
    assert graph.nodes[-1] == CitedDocument(node, False, "某省就业规划", "某政发〔2020〕5号", None)
    assert {one.id for one in graph.nodes} == {first.id, second.id, node}


def test_resolution_follows_what_the_library_holds(cited, make_document):
    index, _ = cited(("乙", "乙方案", None, [("云州市数字乡村建设实施方案", None)]))
    assert edges(index.references()) == [("乙", ["cited:云州市数字乡村建设实施方案"])]
    added = make_document("正文。", source_name="甲.txt", title=NOTICE_TITLE)
    index.add([added])
    assert edges(index.references()) == [("乙", [added.id])]
    assert edges(index.references([added.id])) == [("乙", [added.id])]
    index.remove(added.id)
    assert edges(index.references()) == [("乙", ["cited:云州市数字乡村建设实施方案"])]


def test_references_of_an_unknown_document_are_an_error(own_index):
    with pytest.raises(DocumentMissing):
        own_index.references(["0" * 16])


# -- many ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [20_000, 100])
def test_pages_and_totals_hold_over_many_facts(tmp_path, monkeypatch, at_once):
    """10 documents of 1000 targets; the names of the files run against the order of adding."""
    monkeypatch.setattr("index.facts._KEYS_AT_ONCE", at_once)
    store = Store.create(tmp_path, {})
    none = np.zeros((0, 2), dtype=np.float32)
    for number in range(10):
        document = Document.from_bytes(
            str(number).encode(),
            source_name=f"{9 - number}.txt",
            text="指" * 1001,
            metadata=Metadata(title="计划", region="青溪市" if number % 2 else "云州市"),
        )
        found = tuple(
            Target(
                "", "企业" if i % 4 == 0 else "产值", "=", float(i), None, "家", float(i), None,
                "家", 2020 + i % 5, "plan", False, None, None, i, i + 1, i, i + 1,
            )
            for i in range(1000)
        )  # fmt: skip
        store.add([Prepared(Parsed(document, (), (), Facts(found)), none)])

    def place(page):
        return [(int(row.source.source_name[0]), row.target.start) for row in page.rows]

    for filters, wanted in (
        (TargetFilter(), [(d, i) for d in range(10) for i in range(1000)]),
        (TargetFilter(indicator="企业"), [(d, i) for d in range(10) for i in range(0, 1000, 4)]),
        (
            TargetFilter(indicator="企业", year=2020, regions=("青溪市",)),
            [(d, i) for d in range(0, 10, 2) for i in range(0, 1000, 20)],
        ),
    ):
        seen = []
        while page := place(found := store.targets(filters, limit=700, offset=len(seen))):
            assert found.total == len(wanted)
            seen += page
        assert seen == wanted
        assert place(store.targets(filters, limit=None, offset=0)) == wanted
    store.close()
