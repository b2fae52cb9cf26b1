"""OFD packages are built here: OFD.xml, Document.xml, and a Content.xml a page."""

import io
import random
import zipfile
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest

from corpus.errors import DocumentError
from corpus.readers import ocr
from corpus.readers.content import Content, Limits
from corpus.readers.ofd import OfdReader
from corpus.readers.page_lines import Glyph, Page

NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
EM, LEFT, FULL = 5, 30, 30  # millimetres; 30 characters fill the line from 30 to 180
LONG = "为加快全市新材料产业发展，根据省委、省政府决策部署，结合青禾市实际，制定本行动计划。"


def text(x: float, y: float, words: str, *, attributes: str = "", size: float = EM) -> str:
    """A text object whose baseline begins at a place; all steps but the last are written."""
    steps = f"g {len(words) - 1} {size}" if len(words) > 1 else ""
    delta = f' DeltaX="{steps}"' if steps else ""
    return (
        f'<ofd:TextObject ID="9" Boundary="{x} {y - size} 150 {size}" Font="1" Size="{size}" '
        f'{attributes}><ofd:TextCode X="0" Y="{size}"{delta}>{words}</ofd:TextCode>'
        "</ofd:TextObject>"
    )


def stroke(x0: float, y0: float, x1: float, y1: float) -> str:
    return (
        f'<ofd:PathObject ID="8" Boundary="0 0 210 297" Stroke="true"><ofd:AbbreviatedData>'
        f"M {x0} {y0} L {x1} {y1}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def body(*paragraphs: str, top: int = 40) -> str:
    items, y = "", top
    for paragraph in paragraphs:
        room, x = FULL - 2, LEFT + 2 * EM
        while paragraph:
            items += text(x, y, paragraph[:room])
            paragraph, room, x, y = paragraph[room:], FULL, LEFT, y + 9
    return items


def ofd(*documents: list[str], base: str = "Pages/Page_{}/Content.xml") -> bytes:
    """A package of documents, each a list of what stands on its pages."""
    parts = {
        "OFD.xml": f'<ofd:OFD {NAMESPACE} DocType="OFD" Version="1.0">'
        + "".join(
            f"<ofd:DocBody><ofd:DocInfo><ofd:Title>t</ofd:Title></ofd:DocInfo>"
            f"<ofd:DocRoot>Doc_{at}/Document.xml</ofd:DocRoot></ofd:DocBody>"
            for at in range(len(documents))
        )
        + "</ofd:OFD>"
    }
    for at, pages in enumerate(documents):
        listed = "".join(
            f'<ofd:Page ID="{number}" BaseLoc="{base.format(number)}"/>'
            for number in range(len(pages))
        )
        parts[f"Doc_{at}/Document.xml"] = (
            f"<ofd:Document {NAMESPACE}><ofd:CommonData><ofd:PageArea>"
            "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
            f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
        )
        for number, page in enumerate(pages):
            parts[f"Doc_{at}/Pages/Page_{number}/Content.xml"] = (
                f"<ofd:Page {NAMESPACE}><ofd:Content><ofd:Layer>{page}</ofd:Layer>"
                "</ofd:Content></ofd:Page>"
            )
    return package(parts)


def package(parts: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return target.getvalue()


def unpacked(data: bytes) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            yield name, archive.read(name).decode("utf-8").split("?>", 1)[1]


def read_all(data: bytes, limits: Limits | None = None) -> list[Content]:
    return list(OfdReader().read(data, source_name="通知.ofd", limits=limits or Limits()))


def read(data: bytes) -> Content:
    (content,) = read_all(data)
    return content


def refused(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(DocumentError) as caught:
        read_all(data, limits)
    return str(caught.value)


def test_lines_become_paragraphs_over_pages():
    pages = [
        body("一、总体要求", LONG) + text(100, 280, "—1—", size=4),
        body("二、主要目标", LONG) + text(100, 280, "—2—", size=4),
    ]
    content = read(ofd(pages))

    assert content.text == f"一、总体要求\n{LONG}\n二、主要目标\n{LONG}"
    assert content.layout.pages == (0, content.text.index("二、"))
    assert (content.part, content.identity) == ("", None)


@pytest.mark.parametrize(
    "base",
    [
        "Pages/Page_{}/Content.xml",
        "/Doc_0/Pages/Page_{}/Content.xml",
        "./Pages/Page_{}/Content.xml",
        "../Doc_0/Pages/Page_{}/Content.xml",
        "pages\\page_{}\\content.xml",
    ],
)
def test_parts_are_found_however_they_are_named(base):
    assert read(ofd([body("一、总体要求", LONG)], base=base)).text == f"一、总体要求\n{LONG}"


def test_objects_in_any_order_and_moved_by_a_matrix_are_read_by_their_place():
    moved = text(0, 30, "青禾市新材料产业行动计划", attributes='CTM="1 0 0 1 45 0"', size=8)
    lower, upper = text(LEFT, 60, "二、主要目标"), text(LEFT, 50, "一、总体要求")

    assert read(ofd([lower + upper + moved])).text == (
        "青禾市新材料产业行动计划\n一、总体要求\n二、主要目标"
    )


def test_several_codes_in_one_object_and_single_steps():
    item = (
        f'<ofd:TextObject ID="1" Boundary="{LEFT} 40 100 10" Font="1" Size="5">'
        '<ofd:TextCode X="0" Y="5" DeltaX="5 5">到二〇</ofd:TextCode>'
        '<ofd:TextCode X="15" Y="5" DeltaX="g 2 5">二五年</ofd:TextCode></ofd:TextObject>'
    )

    assert read(ofd([item])).text == "到二〇二五年"


def test_watermarks_and_hidden_text_are_left_out():
    page = (
        body(LONG)
        + text(50, 120, "内部资料", attributes='CTM="0.7 0.7 -0.7 0.7 0 0"')
        + text(50, 130, "草稿", attributes='Visible="false"')
    )

    assert read(ofd([page])).text == LONG


def test_a_ruled_table_keeps_its_rows():
    xs, ys = (30, 80, 130), (100, 112, 124)
    rules = [stroke(xs[0], y, xs[-1], y) for y in ys] + [stroke(x, ys[0], x, ys[-1]) for x in xs]
    cells = [(32, 108, "任务"), (82, 108, "责任单位"), (32, 120, "建园区"), (82, 120, "市科技局")]
    content = read(ofd([body(LONG) + "".join(rules) + "".join(text(*cell) for cell in cells)]))

    assert content.text.rstrip("\n") == f"{LONG}\n任务\t责任单位\n建园区\t市科技局"
    (table,) = content.layout.tables
    assert [content.text[start:end] for start, end in table.rows] == [
        "任务\t责任单位",
        "建园区\t市科技局",
    ]


def test_each_document_of_a_package_is_one():
    found = read_all(ofd([body("青禾市通知")], [body("云州市通知")]))

    assert [(content.text, content.part) for content in found] == [
        ("青禾市通知", "第1个文档"),
        ("云州市通知", "第2个文档"),
    ]
    assert len({content.identity for content in found}) == 2


def test_a_page_that_is_missing_stays_a_page():
    parts = dict(unpacked(ofd([body("一"), body("二、主要目标")])))
    del parts["Doc_0/Pages/Page_0/Content.xml"]
    content = read(package(parts))

    assert content.text == "二、主要目标"
    assert content.layout.pages == (0, 0)


def scanned() -> bytes:
    """A package whose one page is a picture."""
    shown = '<ofd:ImageObject ID="5" ResourceID="7" Boundary="0 0 210 297"/>'
    parts = dict(unpacked(ofd([shown])))
    parts["Doc_0/Document.xml"] = parts["Doc_0/Document.xml"].replace(
        "<ofd:CommonData>", "<ofd:CommonData><ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"
    )
    parts["Doc_0/DocumentRes.xml"] = (
        f'<ofd:Res {NAMESPACE} BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="7" Type="Image">'
        "<ofd:MediaFile>page.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>"
    )
    parts["Doc_0/Res/page.png"] = "the picture"
    return package(parts)


def test_a_page_that_is_a_picture_goes_to_ocr(monkeypatch):
    glyph = Glyph("一、总体要求", 90, 186, 100, 16)
    monkeypatch.setattr(ocr, "available", lambda: True)
    monkeypatch.setattr(ocr, "decoded", lambda data, source_name: np.zeros((1, 1, 3)))
    monkeypatch.setattr(ocr, "page_of", lambda picture, unit: Page(595, 842, [glyph]))

    assert read(scanned()).text == "一、总体要求"


def test_pictures_need_the_extra(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)

    assert 'pip install "cewen[ocr]"' in refused(scanned())


def test_damage_is_one_clear_error():
    whole = ofd([body(LONG)])

    assert "ZIP" in refused(b"PK\x03\x04 no archive")
    assert "缺少 OFD.xml" in refused(package({"a.xml": "<a/>"}))
    assert "没有指明文档" in refused(package({"OFD.xml": "<OFD/>"}))
    assert "缺少部件 Doc_0/Document.xml" in refused(
        package({"OFD.xml": "<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>"})
    )
    assert "没有可读的文字" in refused(ofd([""]))
    assert "通知.ofd" in refused(whole[: len(whole) // 2])


def test_limits_hold():
    data = ofd([body(LONG), body(LONG)])

    assert "页数超过上限1页" in refused(data, Limits(pages=1))
    assert "超过50个字符" in refused(data, Limits(characters=50))
    assert "超过上限" in refused(data, Limits(seconds=-1))


def test_random_damage_gives_no_other_error():
    chance = random.Random(5)
    documents = [body(LONG) + stroke(10, 10, 90, 10)]
    for _ in range(60):
        page = bytearray(documents[0].encode())
        for _ in range(chance.randint(1, 8)):
            page[chance.randrange(len(page))] = chance.choice(b" 0123456789.-eg<>\"'=/")
        whole = bytearray(ofd([page.decode("utf-8", errors="replace")]))
        if chance.random() < 0.5:
            whole[chance.randrange(len(whole))] = chance.randrange(256)
        with suppress(DocumentError):
            read_all(bytes(whole))
