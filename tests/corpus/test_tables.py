"""Tables that the format states, and those that plain text draws."""

import pytest

from corpus.document import Document, Layout, Metadata, Table
from corpus.passages import cut_passages
from corpus.sections import outline
from corpus.tables import cells, columns, find_tables, header_of

BARS = (
    "| 指标 | 单位 | 2027年 |\n| --- | :-: | ---: |\n| 水库数 | 座 | 12 |\n| 堤防长度 | 公里 |  |\n"
)
TABS = "指标\t单位\t2027年\n水库数\t座\t12\n堤防长度\t\t80\n"


def rows_of(text, table):
    return [[text[a:b] for a, b in columns(text, row)] for row in table.rows]


def test_a_markdown_table_is_read_without_its_rule():
    (table,) = find_tables(f"前文。\n{BARS}后文。\n")
    assert rows_of(f"前文。\n{BARS}后文。\n", table) == [
        ["指标", "单位", "2027年"],
        ["水库数", "座", "12"],
        ["堤防长度", "公里", ""],
    ]


def test_an_empty_cell_keeps_its_column():
    (table,) = find_tables(TABS)
    assert rows_of(TABS, table)[2] == ["堤防长度", "", "80"]
    assert [TABS[a:b] for a, b in cells(TABS, table.rows[2])] == ["堤防长度", "80"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "没有表格。\n第二行。\n",
        "一、总体要求 | 二、主要任务\n",
        "青禾市\t2024年5月6日\n",
        "\t缩进的段落。\n\t又一个缩进的段落。\n\t第三个。\n",
        "首页 | 新闻 | 公开\n",
        "|\n|\n|\n",
    ],
)
def test_what_is_no_table(text):
    assert find_tables(text) == ()


def test_tables_of_the_format_come_first():
    stated = Table(0, 5, ((0, 5),))
    assert find_tables(TABS, Layout(tables=(stated,))) == (stated,)


def document_of(text):
    (table,) = find_tables(text)
    return Document.from_bytes(
        text.encode(),
        source_name="a.docx",
        text=text,
        metadata=Metadata("题"),
        layout=Layout(tables=(table,)),
    )


def test_a_long_table_is_cut_between_rows_and_each_piece_knows_its_columns():
    rows = [f"第{i}号水库\t青禾市水利局\t{i}万立方米" for i in range(1, 41)]
    text = (
        "一、任务清单\n表1 水库任务\n工程\t责任单位\t库容\n"
        + "\n".join(rows)
        + "\n二、保障\n落实资金。\n"
    )
    document = document_of(text)
    passages = cut_passages(document, outline(text, document.layout), target=200, longest=260)
    pieces = [passage for passage in passages if "水库\t" in passage.text]
    assert len(pieces) > 3
    assert pieces[0].header == "表1 水库任务"
    assert {piece.header for piece in pieces[1:]} == {"表1 水库任务 工程 责任单位 库容"}
    assert "\n".join(piece.text for piece in pieces) == "\n".join(["工程\t责任单位\t库容", *rows])
    for piece in pieces:
        assert piece.text == text[piece.start : piece.end]
        assert len(piece.text) <= 260
        assert piece.section_path == ("一、任务清单",)


def test_a_short_table_is_one_passage():
    text = "一、主要指标\n到2027年达到下列指标。\n" + TABS + "二、保障\n落实资金。\n"
    document = document_of(text)
    passages = cut_passages(document, outline(text, document.layout))
    assert [passage.text for passage in passages][1] == TABS.strip()


def test_a_row_longer_than_a_passage_is_cut_in_itself():
    long = "加强巡查。" * 200
    text = f"任务\t要求\t单位\n巡查\t{long}\t水利局\n检修\t按期\t水利局\n"
    document = document_of(text)
    passages = cut_passages(document, ())
    assert max(len(passage.text) for passage in passages) < 700
    assert "".join(p.text for p in passages).replace("\n", "") == text.replace("\n", "")


def test_the_header_is_the_rows_that_name_the_columns():
    (table,) = find_tables(TABS)
    assert header_of(TABS, table) == "指标 单位 2027年"
