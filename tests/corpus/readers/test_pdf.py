"""PDFs are written here by hand: characters at places, in a font readers know by its name."""

import contextlib
import random
from collections.abc import Sequence

import pytest

from corpus.document import Table
from corpus.errors import DocumentError
from corpus.readers import ocr
from corpus.readers import pdf as pdf_reader
from corpus.readers.content import Content, Limits
from corpus.readers.pdf import PdfReader

WIDTH, HEIGHT, EM = 595, 842, 16
LEFT, FULL = 90, 26  # 26 characters of 16 points fill the line from 90 to 506
LONG = "为加快全市新材料产业发展，根据省委、省政府决策部署，结合青禾市实际，制定本行动计划。"
NAMED = ((1, "一"), (2, "二"), (3, "三"))


def pdf(*pages: list[tuple], rotate: int = 0, images: Sequence[str] = ()) -> bytes:
    """A file of pages of (x, y from above, size, text) and rules (x0, y0, x1, y1)."""
    shown = f"/XObject << /Im {4 + 2 * len(pages)} 0 R >> " if images else ""
    font = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 "
        "/W [1 95 500 814 939 500] "
        "/FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 4 "
        "/FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 "
        "/CapHeight 880 /StemV 93 >> >>] >>"
    )
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        font,
    ]
    for at, page in enumerate(pages):
        stream = "\n".join(_drawn(item) for item in page)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Rotate {rotate} "
            f"/Resources << {shown}/Font << /F1 3 0 R >> >> /Contents {5 + 2 * at} 0 R >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    return _file([*objects, *images])


def _drawn(item: tuple) -> str:
    if item[3] is None:
        return f"q {item[2]} 0 0 {item[2]} {item[0]} {item[1]} cm /Im Do Q"
    if isinstance(item[3], str):
        x, y, size, text = item
        return f"BT /F1 {size} Tf {x} {HEIGHT - y} Td <{text.encode('utf-16-be').hex()}> Tj ET"
    x0, y0, x1, y1 = item
    return f"{x0} {HEIGHT - y0} m {x1} {HEIGHT - y1} l S"


def _file(objects: list[str]) -> bytes:
    data = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


def body(*paragraphs: str, top: int = 100) -> list[tuple]:
    """Paragraphs as an office prints them: two characters of indent, full lines."""
    items, y = [], top
    for paragraph in paragraphs:
        room = FULL - 2
        x = LEFT + 2 * EM
        while paragraph:
            items.append((x, y, EM, paragraph[:room]))
            paragraph, room, x, y = paragraph[room:], FULL, LEFT, y + 28
    return items


def read(data: bytes, limits: Limits | None = None) -> Content:
    (content,) = PdfReader().read(data, source_name="计划.pdf", limits=limits or Limits())
    return content


def refused(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(DocumentError) as caught:
        read(data, limits)
    return str(caught.value)


def test_lines_become_paragraphs():
    data = pdf(body("一、总体要求", LONG, "二、主要目标", LONG))

    assert read(data).text == f"一、总体要求\n{LONG}\n二、主要目标\n{LONG}"


def test_a_full_line_ends_a_paragraph_where_the_next_is_indented():
    full = "新材料产业产值达到五百亿元以上，培育龙头企业十家。"[:24]
    first = full + "到二〇二五年，产业链条更加完善，创新能力位居全省前列。"[:25] + "。"

    assert len(first) == FULL - 2 + FULL
    assert read(pdf(body(first, LONG, LONG))).text == f"{first}\n{LONG}\n{LONG}"


def test_lines_of_a_table_of_contents_stay_apart():
    entries = ["一、总体要求", "二、主要目标", "三、重点任务"]
    dotted = [f"{entry}{'…' * (FULL - len(entry) - 1)}{at}" for at, entry in enumerate(entries, 2)]
    items = [(LEFT, 100 + 28 * at, EM, line) for at, line in enumerate(dotted)]

    assert read(pdf([*items, *body(LONG, LONG, top=300)])).text.split("\n")[:3] == dotted


def test_characters_in_any_order_are_read_by_their_place():
    items = body("一、总体要求", LONG, "二、主要目标", LONG)
    random.Random(7).shuffle(items)

    assert read(pdf(items)).text == f"一、总体要求\n{LONG}\n二、主要目标\n{LONG}"


def test_a_paragraph_goes_on_over_the_page_and_page_starts_are_kept():
    items = body(LONG, LONG)
    first, second = items[:3], [(x, 100, size, text) for x, _, size, text in items[3:4]]
    content = read(pdf(first, second))

    assert content.text == f"{LONG}\n{LONG}"
    assert content.layout.pages == (0, content.text.index(items[3][3], len(LONG) + 1))


def test_blank_pages_count():
    content = read(pdf([], body("一、总体要求"), [], body("二、主要目标")))

    assert content.text == "一、总体要求\n二、主要目标"
    assert content.layout.pages == (0, 0, 7, 7)


@pytest.mark.parametrize(
    "number", ["—{}—", "- {} -", "{}", "第{}页", "第{}页 共3页", "{}/3", "— {} —"]
)
def test_page_numbers_at_the_foot_are_dropped(number):
    pages = [[*body(f"第{name}，{LONG}"), (280, 800, 12, number.format(at))] for at, name in NAMED]

    assert read(pdf(*pages)).text == "\n".join(f"第{name}，{LONG}" for _, name in NAMED)


def test_running_heads_are_dropped_and_figures_in_the_text_stay():
    head = (LEFT, 50, 10, "青禾市新材料产业行动计划")
    pages = [
        [head, *body(f"第{name}，{LONG}", f"{at}", LONG), (300, 800, 10, f"{at}")]
        for at, name in NAMED
    ]

    assert read(pdf(*pages)).text == "\n".join(
        f"第{name}，{LONG}\n{at}\n{LONG}" for at, name in NAMED
    )


def test_a_title_of_two_lines_is_one():
    title = [(170, 80, 22, "青禾市人民政府关于印发"), (148, 110, 22, "新材料产业行动计划的通知")]

    text = read(pdf([*title, *body("各区人民政府：", LONG, LONG, top=180)])).text

    assert text == f"青禾市人民政府关于印发新材料产业行动计划的通知\n各区人民政府：\n{LONG}\n{LONG}"


def test_two_columns_are_read_one_after_the_other():
    left = [(60, 150 + 20 * at, 10, f"左栏第{at:02}行" + "文" * 14) for at in range(12)]
    right = [(330, 155 + 20 * at, 10, f"右栏第{at:02}行" + "字" * 14) for at in range(12)]
    text = read(pdf([(100, 80, 20, "青禾市人民政府公报二〇二五年第一期总"), *left, *right])).text

    order = [
        text.index(words) for words in ("公报", "左栏第00", "左栏第11", "右栏第00", "右栏第11")
    ]
    assert order == sorted(order)


def test_a_ruled_table_keeps_its_rows_and_merged_cells():
    xs, ys = (90, 190, 340, 500), (200, 230, 260, 290)
    rules = [(xs[0], y, xs[3], y) for y in ys if y != 260] + [(190, 260, 500, 260)]
    rules += [(x, ys[0], x, ys[3]) for x in xs]
    cells = [
        (100, 220, 12, "指标"), (200, 220, 12, "单位"), (350, 220, 12, "2025年"),
        (100, 265, 12, "产业规模"), (200, 250, 12, "亿元"), (350, 250, 12, "500"),
        (200, 280, 12, "家"), (350, 280, 12, "30"),
    ]  # fmt: skip
    page = [*body(LONG), *rules, *cells, *body(LONG, top=330)]
    content = read(pdf(page))
    rows = ["指标\t单位\t2025年", "产业规模\t亿元\t500", "\t家\t30"]
    at = len(LONG) + 1

    assert content.text == f"{LONG}\n" + "\n".join(rows) + f"\n{LONG}"
    spans = ((at, at + 11), (at + 12, at + 23), (at + 24, at + 29))
    assert content.layout.tables == (Table(at, at + 29, spans),)


def table(top: int, rows: Sequence[tuple[str, ...]]) -> list[tuple]:
    """A ruled table with columns of 140 points."""
    ys = [top + 30 * at for at in range(len(rows) + 1)]
    xs = [90 + 140 * at for at in range(len(rows[0]) + 1)]
    rules = [(xs[0], y, xs[-1], y) for y in ys] + [(x, ys[0], x, ys[-1]) for x in xs]
    cells = [
        (x + 10, y + 20, 12, text)
        for y, row in zip(ys, rows, strict=False)
        for x, text in zip(xs, row, strict=False)
    ]
    return rules + cells


def rows_of(content: Content) -> list[str]:
    (found,) = content.layout.tables
    return [content.text[start:end] for start, end in found.rows]


def test_a_table_over_two_pages_is_one_with_its_header_once():
    head = ("任务", "责任单位")
    first, second = [head, ("建设园区", "市科技局")], [head, ("培育企业", "市工信局")]
    content = read(pdf(table(300, first), table(100, second)))

    assert rows_of(content) == ["任务\t责任单位", "建设园区\t市科技局", "培育企业\t市工信局"]
    assert content.text == "\n".join(rows_of(content))


def test_a_row_that_a_page_breaks_is_one():
    first = [("序号", "任务", "责任单位"), ("1", "建设新材料", "市科技局")]
    second = [("", "产业园区", ""), ("2", "培育企业", "市工信局")]
    content = read(pdf(table(300, first), table(100, second)))

    assert rows_of(content) == [
        "序号\t任务\t责任单位",
        "1\t建设新材料产业园区\t市科技局",
        "2\t培育企业\t市工信局",
    ]
    assert content.text == "\n".join(rows_of(content))
    assert content.layout.pages[1] <= content.text.index("2\t")


def test_aligned_cells_without_rules_become_rows():
    rows = [("指标", "2025年"), ("产值", "500亿元"), ("企业", "30家")]
    items = [
        (x, 100 + 24 * at, 12, text)
        for at, row in enumerate(rows)
        for x, text in zip((90, 300), row, strict=True)
    ]

    assert read(pdf(items)).text.rstrip("\n") == "指标\t2025年\n产值\t500亿元\n企业\t30家"


def test_articles_with_white_behind_their_labels_are_no_table():
    articles = [("第一条", "为了规范管理。"), ("第二条", "本市适用。"), ("第三条", "市局负责。")]
    items = [
        (x, 100 + 24 * at, 12, text)
        for at, article in enumerate(articles)
        for x, text in zip((90, 160), article, strict=True)
    ]
    content = read(pdf(items))

    assert content.text == "第一条 为了规范管理。\n第二条 本市适用。\n第三条 市局负责。"
    assert content.layout.tables == ()


def test_leaning_watermarks_are_left_out():
    data = pdf([(0, 0, 1, "密"), *body(LONG)])
    plain = _drawn((0, 0, 1, "密"))
    leaning = plain.replace("0 842 Td", "0.7 0.7 -0.7 0.7 200 500 Tm")
    data = data.replace(plain.encode(), leaning.encode())

    assert read(data).text == LONG


def test_a_page_on_its_side_is_read_upright():
    # On a page shown turned by 90 degrees, upright type runs up the sheet.
    lines = ["青禾市重点项目表", "一、总体要求和主要目标"]
    stream = "\n".join(
        f"BT /F1 14 Tf 0 1 -1 0 {100 + 30 * at} 80 Tm <{text.encode('utf-16-be').hex()}> Tj ET"
        for at, text in enumerate(lines)
    )
    data = pdf([(0, 0, 1, "")], rotate=90)
    empty = _drawn((0, 0, 1, ""))
    data = data.replace(empty.encode(), stream.encode()).replace(
        f"/Length {len(empty)} ".encode(), f"/Length {len(stream)} ".encode()
    )

    assert read(data).text == "\n".join(lines)


def test_spaces_stand_between_words_only():
    items = [(LEFT, 100, EM, "到"), (LEFT + 20, 100, EM, "2025"), (LEFT + 56, 100, EM, "年")]

    assert read(pdf([*items, (LEFT, 130, EM, "PM2.5 index  第一章　总则")])).text == (
        "到2025年\nPM2.5 index 第一章 总则"
    )


def test_radicals_are_read_as_the_characters_they_look_like():
    assert read(pdf(body("⽅案和⻔户网站建设"))).text in ("方案和门户网站建设",)


def test_limits_hold():
    assert "共3页，超过上限" in refused(pdf(*[body(LONG)] * 3), Limits(pages=2))
    assert "超过50个字符" in refused(pdf(body(LONG, LONG)), Limits(characters=50))
    assert "超过上限" in refused(pdf(body(LONG), body(LONG)), Limits(seconds=0))


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.4", b"%PDF-1.7\n%%EOF", b"PK\x03\x04" + b"x" * 99, pdf()]
)
def test_damage_is_one_clear_error(data):
    assert "计划.pdf" in refused(data)


def test_a_page_without_text_is_no_document():
    assert "没有可读的文字" in refused(pdf([]))


def test_a_password_is_named():
    trailer = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"11" * 32 + b"> /U <"
        + b"22" * 32 + b"> >> /ID [<00> <00>] /Root"
    )  # fmt: skip

    assert "密码" in refused(pdf(body(LONG)).replace(b"/Root", trailer))


PICTURE = (100, 100, 400, None)
"""A page item: one grey dot, drawn large."""


def scanned(*texts: list[tuple]) -> bytes:
    """A page that is a picture, then pages of text."""
    image = (
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
        "/BitsPerComponent 8 /Length 1 >>\nstream\n~\nendstream"
    )
    return pdf([PICTURE], *texts, images=[image])


def test_a_scanned_file_needs_the_extra(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)

    assert '扫描件，需安装 pip install "cewen[ocr]"' in refused(scanned())


def test_a_picture_among_pages_of_text_stays_out_without_the_extra(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)
    content = read(scanned(body(LONG), body("二、主要目标")))

    assert content.text == f"{LONG}\n二、主要目标"
    assert content.layout.pages == (0, 0, len(LONG) + 1)


def test_scanned_pages_that_take_too_long_are_refused(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: True)
    monkeypatch.setattr(pdf_reader, "_OCR_SHARE", 0)

    assert "有1页未能在 120 秒内识别" in refused(scanned())


def test_a_garbled_text_layer_counts_as_scanned(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)

    assert "cewen[ocr]" in refused(pdf(body("\ue123\ue124\ue125\ue126" * 20)))


def test_random_damage_gives_no_other_error():
    data = pdf(body(LONG, LONG), [*body(LONG), (90, 500, 300, 500), (90, 500, 90, 600)])
    chance = random.Random(3)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 12)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cut = bytes(
            damaged[: chance.randint(1, len(damaged))] if chance.random() < 0.3 else damaged
        )
        with contextlib.suppress(DocumentError):
            read(cut)
