"""Recognition runs on pages drawn here; without the extra only the refusals are tested."""

import io
import random
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from corpus.document import Table
from corpus.errors import DocumentError
from corpus.readers import ocr
from corpus.readers.content import Content, Limits
from corpus.readers.ocr import ImageReader
from corpus.readers.pdf import PdfReader

FONTS = [
    path
    for folder in ("/usr/share/fonts", "/usr/local/share/fonts")
    for path in sorted(Path(folder).rglob("*CJK*.tt[cf]")) + sorted(Path(folder).rglob("*CJK*.otf"))
]
HEADING, SENTENCE = "一、总体要求", "到二〇二五年，青禾市新材料产业产值达到五百亿元以上。"

recognises = pytest.mark.skipif(
    not ocr.available() or not FONTS,
    reason='needs pip install "cewen[ocr]" and a Chinese font (fonts-noto-cjk)',
)


def picture() -> Image.Image:
    """A heading and a sentence of two lines, as on a page."""
    image = Image.new("L", (700, 330), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONTS[0]), 32)
    for x, y, line in ((124, 60, HEADING), (124, 120, SENTENCE[:15]), (60, 180, SENTENCE[15:])):
        draw.text((x, y), line, font=font, fill=0)
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def read(data: bytes, limits: Limits | None = None) -> Content:
    (content,) = ImageReader().read(data, source_name="扫描.png", limits=limits or Limits())
    return content


def refused(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(DocumentError) as caught:
        read(data, limits)
    return str(caught.value)


@recognises
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_read_line_by_line_into_paragraphs(kind):
    assert read(saved(picture(), kind)).text == f"{HEADING}\n{SENTENCE}"


@recognises
def test_each_picture_of_a_tiff_is_a_page():
    page = picture()
    content = read(saved(page, "TIFF", save_all=True, append_images=[page]))

    assert content.text == f"{HEADING}\n{SENTENCE}\n{HEADING}\n{SENTENCE}"
    assert content.layout.pages == (0, len(HEADING) + len(SENTENCE) + 2)


@recognises
def test_a_scanned_pdf_is_recognised():
    data = saved(picture().convert("RGB"), "PDF", resolution=100)
    (content,) = PdfReader().read(data, source_name="扫描.pdf")

    assert content.text == f"{HEADING}\n{SENTENCE}"
    assert content.layout.pages == (0,)


@recognises
def test_a_printed_table_keeps_its_rows():
    image = Image.new("L", (700, 400), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONTS[0]), 30)
    for at in range(3):
        draw.line((50, 50 + 120 * at, 650, 50 + 120 * at), fill=0, width=2)
        draw.line((50 + 300 * at, 50, 50 + 300 * at, 290), fill=0, width=2)
    cells = {
        (70, 90): "任务",
        (370, 90): "责任单位",
        (70, 190): "建设园区",
        (370, 190): "青禾市科技局、",
    }
    for place, words in {**cells, (370, 235): "市工信局"}.items():
        draw.text(place, words, font=font, fill=0)
    content = read(saved(image, "PNG"))

    assert content.text == "任务\t责任单位\n建设园区\t青禾市科技局、市工信局"
    assert content.layout.tables == (Table(0, 24, ((0, 7), (8, 24))),)


@recognises
@pytest.mark.parametrize("size", [(200, 200), (1, 1), (1, 5000), (5000, 12), (4000, 50)])
def test_a_white_picture_holds_no_text(size):
    assert "没有认出文字" in refused(saved(Image.new("L", size, "white"), "PNG"))


def test_the_extra_is_named_when_it_is_missing(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)

    assert '需安装 pip install "cewen[ocr]"' in refused(b"")


@pytest.fixture
def blind(monkeypatch):
    """Recognition that finds nothing, so that what stands before it is tested without it."""
    empty = type("Found", (), {"boxes": None, "txts": None})()
    monkeypatch.setattr(ocr, "available", lambda: True)
    monkeypatch.setattr(ocr, "_engine", lambda: lambda picture: empty)


@pytest.mark.usefixtures("blind")
def test_damaged_and_oversized_pictures_are_refused_before_they_are_decoded():
    small = saved(Image.new("L", (40, 30), "white"), "PNG")
    size = b"IHDR" + (40).to_bytes(4) + (30).to_bytes(4)
    bomb = small.replace(size, b"IHDR" + (15_000).to_bytes(4) + (9_000).to_bytes(4))

    assert "图片已损坏" in refused(b"\x89PNG no picture")
    assert "图片已损坏" in refused(small[:50])
    assert "扫描.png" in refused(bomb)
    pages = saved(
        Image.new("L", (9, 9)), "TIFF", save_all=True, append_images=[Image.new("L", (9, 9))]
    )
    assert "超过上限1页" in refused(pages, Limits(pages=1))
    assert "超过上限" in refused(small, Limits(seconds=-1))


@pytest.mark.usefixtures("blind")
def test_random_damage_gives_no_other_error():
    chance = random.Random(11)
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (40, 50, 3), dtype=np.uint8))
    for kind in ocr.FORMATS:
        data = saved(noise, kind)
        for _ in range(30):
            damaged = bytearray(data)
            for _ in range(chance.randint(1, 6)):
                damaged[chance.randrange(min(len(damaged), 200))] = chance.randrange(256)
            with suppress(DocumentError):
                read(bytes(damaged))
