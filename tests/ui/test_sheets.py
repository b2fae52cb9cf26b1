"""Tables as files, read back by what opens them."""

import csv
import io

import pytest
from openpyxl import load_workbook

from ui.render import aligned, width
from ui.sheets import Sheet, disposition, to_csv, to_file, to_xlsx

HOSTILE = (
    "=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "＝1", "＋1", "－1", "＠1", "\t=1", "\r=1", "\n=1",
)  # fmt: skip


def test_csv_begins_with_a_mark_and_keeps_every_cell():
    sheet = Sheet("表", ("甲", "乙"), [('“引”,\n号"', 4.5), (None, -3)])
    written = to_csv(sheet)
    assert written.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert rows == [["甲", "乙"], ['“引”,\n号"', "4.5"], ["", "-3"]]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_no_formula_in_csv(text):
    written = to_csv(Sheet("表", ("甲",), [(text,)])).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert rows[1] == [f"'{text}"]


def test_xlsx_keeps_numbers_as_numbers_and_text_as_text():
    sheet = Sheet("指标", ("甲", "乙"), [("=1+1", 400), ("a\x00b", 0.15)])
    page = load_workbook(io.BytesIO(to_xlsx([sheet, Sheet("出处", ("丙",), [])])))["指标"]
    assert [[cell.value for cell in row] for row in page] == [
        ["甲", "乙"], ["=1+1", 400], ["ab", 0.15],
    ]  # fmt: skip
    assert [cell.data_type for cell in page[2]] == ["s", "n"]
    assert page.freeze_panes == "A2"


def test_a_file_has_every_sheet_or_the_first():
    sheets = [Sheet("一", ("甲",), []), Sheet("二", ("乙",), [])]
    assert load_workbook(io.BytesIO(to_file(sheets, "xlsx"))).sheetnames == ["一", "二"]
    assert to_file(sheets, "csv").decode("utf-8-sig") == "甲\r\n"


def test_a_name_is_given_in_both_ways():
    assert disposition("责任分工", "responsibilities", "xlsx") == (
        'attachment; filename="responsibilities.xlsx"; '
        "filename*=UTF-8''%E8%B4%A3%E4%BB%BB%E5%88%86%E5%B7%A5.xlsx"
    )


def test_columns_stand_under_each_other_whatever_the_width():
    lines = aligned(["地区", "GDP"], [["青溪市", "6%"], ["A", "长" * 30]], widest=20).splitlines()
    assert lines == ["地区    GDP", "青溪市  6%", f"A       {'长' * 9}…"]
    assert width("Ａ市a") == 5
