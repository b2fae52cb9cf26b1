"""One file a format, behind one protocol; which reader is told by the content, then the name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from corpus.errors import DocumentError
from corpus.readers.content import DEFAULT_LIMITS, Limits, Reader
from corpus.readers.detect import SUFFIXES, Format, detect

__all__ = ["SUFFIXES", "members", "reader_for"]


def reader_for(data: bytes, source_name: str) -> Reader:
    """Return the reader for a file; raises DocumentError for a format nobody reads."""
    found = detect(data, source_name)
    if found == "zip":
        raise DocumentError(
            source_name,
            "内容是压缩包，不是一份文件",
            accepted="压缩包里的文件各自读取",
            advice="请用 cewen add 添加，或先解压",
        )
    return _reader(found)


def members(
    data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
) -> Iterator[tuple[str, bytes] | DocumentError] | None:
    """Return the files inside an archive, as (name, bytes); None when it is none.

    A member that cannot be taken out is an error in its place and costs no other.
    """
    if not data.startswith(b"PK") or detect(data, source_name) != "zip":
        return None
    from corpus.readers.archive import files_in

    return files_in(data, source_name=source_name, limits=limits)


@cache
def _reader(found: Format) -> Reader:
    return _READERS[found]()


# Each is imported when the first file of its format comes: the libraries behind them are heavy.
def _text() -> Reader:
    from corpus.readers.text import TextReader

    return TextReader()


def _markdown() -> Reader:
    from corpus.readers.markdown import MarkdownReader

    return MarkdownReader()


def _html() -> Reader:
    from corpus.readers.html import HtmlReader

    return HtmlReader()


def _docx() -> Reader:
    from corpus.readers.docx import DocxReader

    return DocxReader()


def _legacy() -> Reader:
    from corpus.readers.legacy import LegacyReader

    return LegacyReader()


def _pdf() -> Reader:
    from corpus.readers.pdf import PdfReader

    return PdfReader()


def _image() -> Reader:
    from corpus.readers.ocr import ImageReader

    return ImageReader()


def _ofd() -> Reader:
    from corpus.readers.ofd import OfdReader

    return OfdReader()


def _xlsx() -> Reader:
    from corpus.readers.sheet import WorkbookReader

    return WorkbookReader()


def _csv() -> Reader:
    from corpus.readers.sheet import CsvReader

    return CsvReader()


def _json() -> Reader:
    from corpus.readers.records import JsonReader

    return JsonReader()


def _jsonl() -> Reader:
    from corpus.readers.records import JsonLinesReader

    return JsonLinesReader()


_READERS: dict[Format, Callable[[], Reader]] = {
    "text": _text,
    "markdown": _markdown,
    "html": _html,
    "docx": _docx,
    "legacy": _legacy,
    "pdf": _pdf,
    "image": _image,
    "ofd": _ofd,
    "xlsx": _xlsx,
    "csv": _csv,
    "json": _json,
    "jsonl": _jsonl,
}
