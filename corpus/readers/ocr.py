"""Pictures of pages → text, by the optional OCR; pdf hands its scanned pages here.

The engine and its models come with the extra ``ocr`` and are loaded once a process, when the first
picture is met. Nothing is fetched: the models lie inside the package.
"""

from __future__ import annotations

import importlib.util
import io
import math
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from corpus.errors import DocumentError
from corpus.readers.content import DEFAULT_LIMITS, Content, Limits
from corpus.readers.page_lines import Glyph, Page, is_cjk
from corpus.readers.page_tables import Rule
from corpus.readers.page_text import text_of

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
_PIXELS_MAX = 80_000_000
"""Pixels of a picture that is decoded: A3 at 600 dpi has 70 million."""
_SIDE_MAX = 3200
"""Pixels of a longer side beyond which recognition gains nothing; A4 at 270 dpi."""
_ENGINE_SIDE = 2000
"""The engine makes longer sides this short, and fails where no line of ``_LINE_MIN`` is left."""
_LINE_MIN = 24
_RENDER_PIXELS_MAX = 10_000_000
_HIGH = 0.75
"""Share of a recognised box's height that is the em of its type."""
_NARROW = 0.55
_DARK = 140
_LONG_SHARE = 25
"""A rule is at least this part of the page's width; type is set in 26 to 45 characters a line."""
_A4_LENGTH = 842.0
_LOADING = threading.Lock()


class ImageReader:
    """Reads a picture of a page, or of several (TIFF)."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content]:
        """Yield the one document; every picture of the file is a page."""
        if not available():
            raise missing(source_name, "是图片，需要文字识别")
        content = text_of(_pages(data, source_name, limits))
        if not content.text:
            raise _refused(source_name, "图片里没有认出文字")
        yield content


def available() -> bool:
    """Whether the extra is installed."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def missing(source_name: str, met: str) -> DocumentError:
    """Return the error for a file that only ocr can read."""
    return DocumentError(
        source_name,
        met,
        accepted="未安装文字识别组件时，只接受有文字层的文件",
        advice='扫描件，需安装 pip install "cewen[ocr]" 后再添加',
    )


def scale_for(width: float, height: float, unit: float) -> float:
    """Return the factor (1 at most) that keeps a page of ``unit`` pixels a length in bounds."""
    pixels = max(width * height * unit * unit, 1.0)
    return min(1.0, math.sqrt(_RENDER_PIXELS_MAX / pixels))


def page_of(picture: np.ndarray[Any, Any], unit: float = 1.0) -> Page:
    """Recognise one page; ``picture`` has rows × columns × (blue, green, red), 0 to 255.

    A pixel is ``unit`` wide in the page that is returned.
    """
    height, width = picture.shape[:2]
    if min(height, width) * min(1.0, _ENGINE_SIDE / max(height, width)) < _LINE_MIN:
        return Page(width * unit, height * unit, [])
    found = _engine()(picture)
    boxes = () if found.boxes is None else found.boxes * unit
    pairs = zip(boxes, found.txts or (), strict=True)
    glyphs = [_glyph(box, text) for box, text in pairs if text.strip()]
    return Page(width * unit, height * unit, glyphs, _rules(picture, unit))


def _rules(picture: np.ndarray[Any, Any], unit: float) -> list[Rule]:
    """Return the dark lines, upright or level, that are longer than any stroke of a character."""
    import cv2

    dark = (picture.min(axis=2) < _DARK).astype(np.uint8)
    long = max(picture.shape[1] // _LONG_SHARE, 8)
    found: list[Rule] = []
    for shape in ((long, 1), (1, long)):
        opened = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        for left, top, wide, high, _ in cv2.connectedComponentsWithStats(opened)[2][1:]:
            if min(wide, high) <= max(wide, high) / 4:
                found.append((left * unit, top * unit, (left + wide) * unit, (top + high) * unit))
    return found


def _glyph(box: np.ndarray[Any, Any], text: str) -> Glyph:
    """Return a recognised stretch; its em comes from its width, which is the surer measure."""
    left, top = (float(value) for value in box.min(axis=0))
    right, bottom = (float(value) for value in box.max(axis=0))
    size = _HIGH * (bottom - top)
    ems = sum(1 if is_cjk(character) else _NARROW for character in text)
    if ems >= 4:
        size = min((right - left) / ems, bottom - top)
    return Glyph(text.strip(), left, right, (top + bottom) / 2 + 0.35 * size, size)


@cache
def _loaded() -> Any:  # noqa: ANN401 (the engine has no types)
    import rapidocr

    folder = Path(rapidocr.__file__).parent / "models"
    models = {
        f"{name.capitalize()}.model_path": str(next(folder.glob(f"*{name}*.onnx")))
        for name in ("det", "rec")
    }
    # Lines upside down are not looked for: the order of such a page would be lost all the same.
    options = {"Global.log_level": "error", "Global.use_cls": False}
    return rapidocr.RapidOCR(params={**options, **models})


def _engine() -> Any:  # noqa: ANN401
    with _LOADING:
        return _loaded()


def _pages(data: bytes, source_name: str, limits: Limits) -> Iterator[Page]:
    started = time.monotonic()
    for number, picture in enumerate(_pictures(data, source_name, limits), start=1):
        if time.monotonic() - started > limits.seconds:
            met = f"识别到第{number}页时已用 {limits.seconds:.0f} 秒，超过上限"
            raise _refused(source_name, met)
        yield page_of(picture, _A4_LENGTH / max(picture.shape[:2]))  # in points, if it is A4


def decoded(data: bytes, source_name: str) -> np.ndarray[Any, Any]:
    """Return the first picture of a file, as ``page_of`` takes it."""
    return next(_pictures(data, source_name, DEFAULT_LIMITS))


def _pictures(data: bytes, source_name: str, limits: Limits) -> Iterator[np.ndarray[Any, Any]]:
    """Yield the decoded pictures of a file, none before its size was checked."""
    with _decoding(source_name):
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        frames = getattr(image, "n_frames", 1)
    if frames > limits.pages:
        raise _refused(source_name, f"共{frames}页，超过上限{limits.pages}页")
    for number in range(frames):
        with _decoding(source_name):
            image.seek(number)
            picture = _picture(image, source_name)
        yield picture


@contextmanager
def _decoding(source_name: str) -> Iterator[None]:
    """Turn whatever a decoder makes of damaged bytes into one error.

    Pillow's decoders raise nearly anything on bytes they did not expect, and warn of sizes and
    fields that are refused or not used here.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except DocumentError:
        raise
    except Exception:
        raise _refused(source_name, "图片已损坏或像素过多，无法解码") from None


def _picture(image: Image.Image, source_name: str) -> np.ndarray[Any, Any]:
    """Decode a picture whose size is checked before, upright and not larger than of use."""
    width, height = image.size
    if width * height > _PIXELS_MAX:
        raise _refused(source_name, f"图片有 {width}×{height} 像素，超过上限")
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    upright.thumbnail((_SIDE_MAX, _SIDE_MAX))
    paper = Image.new("RGBA", upright.size, "white")
    paper.alpha_composite(upright)
    return np.ascontiguousarray(np.asarray(paper.convert("RGB"))[:, :, ::-1])


def _refused(source_name: str, met: str) -> DocumentError:
    return DocumentError(
        source_name,
        met,
        accepted=f"接受 {'、'.join(FORMATS)} 图片，每页最多 {_PIXELS_MAX // 1_000_000} 百万像素",
        advice="请核对图片能否打开，必要时以 200 至 300 dpi 重新扫描后再添加",
    )
