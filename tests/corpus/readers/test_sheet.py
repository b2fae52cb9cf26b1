"""Tables as files: a list of documents, or one table; values as they are shown."""

import codecs
import io
from datetime import date, datetime

import openpyxl
import pytest

from corpus.errors import DocumentError
from corpus.readers.content import Limits
from corpus.readers.sheet import CsvReader, WorkbookReader

TEXT = "一、总则\n落实河长制。"


def workbook(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return book


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(book, **limits):
    data = book if isinstance(book, bytes) else saved(book)
    return list(WorkbookReader().read(data, source_name="a.xlsx", limits=Limits(**limits)))


def read_csv(text, encoding="utf-8", **limits):
    data = text.encode(encoding)
    return list(CsvReader().read(data, source_name="a.csv", limits=Limits(**limits)))


def rows_of(content):
    (table,) = content.layout.tables
    return [content.text[start:end] for start, end in table.rows]


def test_list_of_documents_is_a_document_a_row():
    rows = [
        ["青禾市文件目录"],
        ["序号", "标题", "发文字号", "成文日期", "正文"],
        [1, "河道管理意见", "青政发〔2024〕5号", datetime(2024, 5, 6), TEXT],
        [],
        [2, "绿化方案", None, "2023年1月2日", "植树。"],
    ]
    first, second = read(workbook(("目录", rows)))
    assert (first.text, first.part) == (TEXT, "第3行")
    assert first.fields == {
        "title": "河道管理意见",
        "doc_number": "青政发〔2024〕5号",
        "date_written": date(2024, 5, 6),
    }
    assert (second.text, second.part) == ("植树。", "第5行")
    assert second.fields == {"title": "绿化方案", "date_written": date(2023, 1, 2)}


def test_identity_of_a_row_is_its_values_and_not_its_place():
    header, row = ["标题", "正文"], ["河道", TEXT]
    (alone,) = read(workbook(("a", [header, row])))
    _, later = read(workbook(("b", [header, ["绿化", "植树。"], row])))
    assert alone.identity == later.identity
    assert alone.identity == '[["标题","河道"],["正文","一、总则\\n落实河长制。"]]'.encode()


def test_column_as_long_as_only_texts_are_makes_documents_whatever_it_is_called():
    rows = [["file", "stuff"], ["a", "甲" * 600], ["b", "乙" * 600]]
    assert [content.text for content in read(workbook(("s", rows)))] == ["甲" * 600, "乙" * 600]


def test_markup_in_a_text_cell_is_read_as_a_page_shows_it():
    (content,) = read(workbook(("s", [["标题", "正文"], ["河道", "<p>一、总则</p><p>落实。</p>"]])))
    assert content.text == "一、总则\n落实。"


def test_any_other_sheet_is_a_table_of_a_line_a_row():
    rows = [
        ["任务分工表"],
        ["任务", None, "责任单位"],
        ["清淤\n护岸", None, "水利局"],
        [None, None, "财政局"],
        ["注：自2024年起。"],
    ]
    (content,) = read(workbook(("s", rows)))
    assert content.text == (
        "任务分工表\n任务\t责任单位\n清淤 护岸\t水利局\n\t财政局\n注：自2024年起。"
    )
    assert rows_of(content) == ["任务\t责任单位", "清淤 护岸\t水利局", "\t财政局"]
    assert (content.part, content.identity) == ("", None)


def test_cell_merged_over_rows_stands_in_each_of_them():
    rows = [["类别", "任务"], ["治水", "清淤"], [None, "护岸"], ["绿化", "植树"]]
    book = workbook(("s", rows))
    book["s"].merge_cells("A2:A3")
    (content,) = read(book)
    assert rows_of(content) == ["类别\t任务", "治水\t清淤", "治水\t护岸", "绿化\t植树"]


def test_several_sheets_stand_below_their_names_and_hidden_ones_are_left_out():
    book = workbook(
        ("甲表", [["a", "b"]]), ("空", []), ("乙表", [["c", "d"]]), ("丙", [["e", "f"]])
    )
    book["丙"].sheet_state = "hidden"
    (content,) = read(book)
    assert content.text == "甲表\na\tb\n乙表\nc\td"
    headings = [content.text[h.start : h.end] for h in content.layout.headings]
    assert headings == ["甲表", "乙表"]
    assert len(content.layout.tables) == 2


def test_values_read_as_they_are_shown():
    book = workbook(
        ("s", [["增速", 0.155], ["产值", 12345.6], ["户数", 3.0], ["日期", date(2024, 5, 6)]])
    )
    sheet = book["s"]
    sheet["B1"].number_format, sheet["B2"].number_format = "0.0%", "#,##0.00"
    sheet["B4"].number_format = 'yyyy"年"m"月"d"日"'
    sheet.append(["比", 0.1 + 0.2, True, datetime(2024, 5, 6, 7, 8)])
    (content,) = read(book)
    assert [line.split("\t")[1] for line in content.text.split("\n")] == [
        "15.5%", "12,345.60", "3", "2024年5月6日", "0.3",
    ]  # fmt: skip
    assert content.text.endswith("\t是\t2024-05-06 07:08:00")


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_csv_of_any_delimiter_and_encoding(delimiter, encoding):
    lines = [["标题", "内容"], ["河道，意见", '"一、总则\n落实。"'], ["绿化", "植树。"]]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    first, second = read_csv(text, encoding)
    assert (first.text, first.part, dict(first.fields)) == (
        "一、总则\n落实。", "第2行", {"title": "河道，意见"},
    )  # fmt: skip
    assert (second.text, second.part) == ("植树。", "第3行")


def test_csv_of_tasks_is_a_table_though_a_column_is_called_content():
    (content,) = read_csv("任务名称,内容,单位\n治水,清淤护岸,水利局\n")
    assert rows_of(content) == ["任务名称\t内容\t单位", "治水\t清淤护岸\t水利局"]


def test_rows_over_the_limit_are_one_error_after_those_read():
    first, second, error = read_csv("标题,正文\n甲,一\n乙,二\n丙,三\n丁,四\n", members=2)
    assert [first.text, second.text] == ["一", "二"]
    assert isinstance(error, DocumentError)
    assert "文件过多，从第4行起没有读取。一个表格最多2份文件" in str(error)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04 cut off", "不是完整的 ZIP 结构"),
        (saved(workbook(("s", [["a", "b"]])))[:-200], "损坏"),
        (
            saved(workbook(("s", [["a", "b"]]))).replace(b"xl/workbook.xml", b"xl/workbook.xmx"),
            "损坏",
        ),
        (saved(workbook(("s", []))), "表格里没有内容"),
        (saved(workbook(("s", [["甲" * 900, "乙"]]))), "文字过多"),
    ],
)
def test_damaged_empty_and_oversized_workbooks_are_refused(data, message):
    with pytest.raises(DocumentError, match=f"^a.xlsx：.*{message}"):
        read(data, characters=500)


def test_csv_that_cannot_be_parted_or_has_too_many_columns_is_refused():
    with pytest.raises(DocumentError, match=r"表格过大.*1024列"):
        read_csv("," * 2000 + "a")
    with pytest.raises(DocumentError, match="表格里没有内容"):
        read_csv("\n , \n")


def test_hidden_byte_order_mark_is_no_part_of_the_first_name():
    data = codecs.BOM_UTF8 + "正文,标题\n一,甲\n".encode()
    (content,) = CsvReader().read(data, source_name="a.csv")
    assert content.text == "一"
