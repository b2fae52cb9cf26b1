"""Damaged files of every format: an error of ours or documents that hold together, nothing else."""

import io
import json
import zipfile

import docx
import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpus.document import Document
from corpus.errors import DocumentError
from corpus.load import parse_file
from corpus.parse import parse
from corpus.readers.content import Limits

TEXT = """青禾市人民政府关于印发节水行动方案的通知
青政发〔2024〕3号
各县（市、区）人民政府：
一、总体目标
到2027年，建成水库12座，万元产值用水量下降8%以上。（责任单位：市水利局、市发改委）
（一）主要任务。一是修渠；二是蓄水。根据《青禾省节水条例》实施。
青禾市人民政府
2024年5月6日
"""
LIMITS = Limits(
    file_bytes=200_000, expanded_bytes=2_000_000, members=50, pages=20, characters=300_000
)


def docx_file():
    document = docx.Document()
    document.add_heading("节水方案", 1)
    for line in TEXT.splitlines():
        document.add_paragraph(line)
    table = document.add_table(rows=2, cols=3)
    table.rows[0].cells[0].text = "指标"
    table.rows[1].cells[2].text = "12座"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def xlsx_file():
    book = openpyxl.Workbook()
    for row in (["标题", "正文"], ["通知", TEXT], ["方案", "一、目标\n建成水库12座。"]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def pdf_file():
    stream = b"BT /F1 12 Tf 72 720 Td (1. Reservoirs: 12 by 2027) Tj 0 -20 Td (2. Canals) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(data)
    return data + b"xref\n0 6\n0000000000 65535 f \n" + rows + end


def zip_of(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def ofd_file():
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    words = "".join(
        f'<ofd:TextObject ID="{at}" Boundary="20 {20 + 10 * at} 170 8" Size="4">'
        f'<ofd:TextCode X="0" Y="5" DeltaX="g {max(len(line) - 1, 1)} 4">{line}</ofd:TextCode>'
        "</ofd:TextObject>"
        for at, line in enumerate(TEXT.splitlines(), 1)
    )
    return zip_of(
        {
            "OFD.xml": f'<ofd:OFD {space} Version="1.0" DocType="OFD"><ofd:DocBody>'
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData><ofd:PageArea>"
            "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
            '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
            "</ofd:Document>",
            "Doc_0/Pages/Page_0/Content.xml": f"<ofd:Page {space}><ofd:Content><ofd:Layer>"
            f"{words}</ofd:Layer></ofd:Content></ofd:Page>",
        }
    )


PAGE = (
    '<html><head><meta charset="utf-8"><title>通知</title></head><body><div id="zoom">'
    + "".join(f"<p>{line}</p>" for line in TEXT.splitlines())
    + "<table><tr><td>指标</td><td>2027年</td></tr><tr><td>水库</td><td>12座</td></tr></table>"
    "</div></body></html>"
)
RECORD = {"title": "节水方案", "content": TEXT, "date": "2024-05-06"}
FRONT = "---\ntitle: 节水方案\ndate: 2024-05-06\n---\n\n"
FILES = {
    "a.txt": TEXT.encode(),
    "b.txt": TEXT.encode("gb18030"),
    "c.txt": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "a.md": (FRONT + "# 节水\n\n| 指标 | 目标 |\n| --- | --- |\n| 水库 | 12座 |\n").encode(),
    "a.html": PAGE.encode(),
    "a.json": json.dumps([RECORD, RECORD], ensure_ascii=False).encode(),
    "a.jsonl": (json.dumps(RECORD, ensure_ascii=False) + "\n").encode() * 2,
    "a.csv": f'标题,正文\n通知,"{TEXT}"\n'.encode(),
    "a.docx": docx_file(),
    "a.xlsx": xlsx_file(),
    "a.pdf": pdf_file(),
    "a.ofd": ofd_file(),
    "a.zip": zip_of({"甲.txt": TEXT, "乙/丙.html": PAGE, "内.zip": zip_of({"丁.txt": TEXT})}),
    "a.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
    "a.png": b"\x89PNG\r\n\x1a\n" + bytes(200),
}
DAMAGE = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4), st.booleans()),
    max_size=12,
)
"""Where, as a share of the file; with which bytes; in place of those there, or between them."""


def damaged(data, damage, length):
    changed = bytearray(data)
    for share, bytes_, insert in damage:
        at = int(share * len(changed))
        changed[at : at if insert else at + len(bytes_)] = bytes_
    return bytes(changed[: max(1, int(len(changed) * length))])


def check(data, name):
    for found in parse_file(data, source_name=name, limits=LIMITS):
        assert isinstance(found, Document | DocumentError)
        if isinstance(found, DocumentError):
            assert all((found.met, found.accepted, found.advice))
            assert "\n" not in str(found)
            continue
        parsed = parse(found)
        assert len(found.text) <= LIMITS.characters
        assert all(0 <= a <= b <= len(found.text) for _, (a, b) in found.metadata.spans)
        for table in found.layout.tables:
            assert all(table.start <= a <= b <= table.end for a, b in table.rows)
        for passage in parsed.passages:
            assert found.text[passage.start : passage.end] == passage.text


@pytest.mark.parametrize("name", [name for name in FILES if name not in ("a.doc", "a.png")])
def test_the_whole_files_are_read(name):
    found = list(parse_file(FILES[name], source_name=name, limits=LIMITS))
    assert found
    assert all(isinstance(one, Document) for one in found), found


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(damage=[], length=0.5)
@given(damage=DAMAGE, length=st.sampled_from([1.0, 1.0, 1.0, 0.9, 0.5, 0.01]))
def test_a_damaged_file_is_read_or_refused(name, damage, length):
    check(damaged(FILES[name], damage, length), name)


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=400), name=st.sampled_from(list(FILES)))
def test_random_bytes_under_any_name(data, name):
    check(data, name)


@settings(max_examples=30, deadline=None)
@given(name=st.sampled_from(list(FILES)), other=st.sampled_from(list(FILES)))
def test_the_content_under_another_name(name, other):
    check(FILES[name], other)
