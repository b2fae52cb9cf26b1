"""Which format a file is: by its content; its name only where the content does not tell.

Names mislead: offices pass on web pages as .doc, docx files as .doc or .wps, and JSON as .txt. So
signatures come first, then the members of a zip package, the streams of an OLE file, the first tags
of a page. What is left is characters, and there the suffix says how to read them.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import PurePath
from typing import Literal

from corpus.errors import DocumentError

Format = Literal[
    "text", "markdown", "html", "docx", "legacy", "pdf", "image", "ofd", "xlsx", "csv", "json",
    "jsonl", "zip",
]  # fmt: skip
"""legacy: doc, wps and rtf, which one reader takes."""

_SUFFIXES: dict[Format, tuple[str, ...]] = {
    "text": (".txt", ".text"),
    "markdown": (".md", ".markdown"),
    "html": (".html", ".htm", ".shtml", ".xhtml", ".mht", ".mhtml"),
    "docx": (".docx", ".docm"),
    "legacy": (".doc", ".wps", ".rtf"),
    "pdf": (".pdf",),
    "ofd": (".ofd",),
    "xlsx": (".xlsx", ".xlsm"),
    "csv": (".csv", ".tsv"),
    "json": (".json",),
    "jsonl": (".jsonl", ".ndjson"),
    "image": (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif"),
    "zip": (".zip",),
}
SUFFIXES: tuple[str, ...] = tuple(suffix for group in _SUFFIXES.values() for suffix in group)
"""File name suffixes that are looked for in folders, lower case with the dot."""
_BY_SUFFIX = {suffix: found for found, group in _SUFFIXES.items() for suffix in group}
_PACKAGES: tuple[Format, ...] = ("docx", "xlsx", "ofd")
"""Formats that are zip archives."""
_TOLD_BY_SUFFIX: tuple[Format, ...] = ("markdown", "csv", "json", "jsonl")
"""Formats that are told from plain text by the suffix alone."""

_TO_DOCX = "请用 WPS 或 Word 打开，另存为 .docx 后再添加"
_TO_XLSX = "请用 WPS 或 Excel 打开，另存为 .xlsx 后再添加"
_TO_PDF = "请用 WPS 或 PowerPoint 打开，另存为 .pdf 后再添加"
_UNPACK = "请先解压，再添加其中的文件；或改用 .zip 压缩"
_TO_TEXT = "请另存为 UTF-8 编码的纯文本（.txt）后再添加"
_AGAIN = "请用办公软件打开核对并重新保存，或重新下载后再添加"

_SIGNATURES: tuple[tuple[bytes, Format], ...] = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "legacy"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
)
_UNREAD: tuple[tuple[bytes, str, str], ...] = (
    (b"Rar!\x1a\x07", "RAR 压缩包", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包", _UNPACK),
    (b"\x1f\x8b", "gzip 压缩文件", _UNPACK),
    (b"BZh91AY&SY", "bzip2 压缩文件", _UNPACK),
    (b"\xfd7zXZ\x00", "xz 压缩文件", _UNPACK),
    (b"MZ", "可执行程序", "请核对是否选错了文件"),
    (b"\x7fELF", "可执行程序", "请核对是否选错了文件"),
    (b"SQLite format 3\x00", "数据库文件", "请导出为 .csv 或 .xlsx 后再添加"),
    (b"CAJ", "CAJ 文献", "请用 CAJViewer 打开，另存为 .pdf 后再添加"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP_ERRORS = (
    zipfile.BadZipFile, struct.error, EOFError, OSError, OverflowError, RuntimeError, ValueError,
)  # fmt: skip
_OPEN_DOCUMENT = ("mimetype", "content.xml")

_STREAMS: tuple[tuple[str, str, str], ...] = (
    ("EncryptedPackage", "加密的 Office 文档", "请用办公软件输入密码打开，取消密码后另存，再添加"),
    ("PowerPoint Document", "旧版演示文稿（ppt、dps）", _TO_PDF),
    ("Workbook", "旧版电子表格（xls、et）", _TO_XLSX),
    ("Book", "旧版电子表格（xls、et）", _TO_XLSX),
    ("__properties_version1.0", "Outlook 邮件（msg）", "请把正文另存为 .txt、附件另存后再添加"),
)
"""Directory entries of an OLE file that tell what it is, other than WordDocument."""

_HEAD = 4096
_COMMENTS = r"(?:\s|\ufeff|<\?xml[^>]{0,200}\?>|<!--(?s:.){0,2000}?-->)*+"
_PAGE = re.compile(_COMMENTS + r"<(?:!doctype\s+html|html|head|body|meta\s|title)\b", re.IGNORECASE)
_ELEMENT = re.compile(
    r"<(?:div|table|p|span|h[1-6]|ul|ol|br|center|font|article|section)\b[^<>]*>", re.IGNORECASE
)
_RECORD = re.compile(r"\s*(?:\[\s*)?\{\s*\"[^\"\n]{1,60}\"\s*:")
WEB_ARCHIVE = re.compile(
    rb"\s*(?:From:\s*<Saved|MIME-Version:|Content-Type:\s*multipart)", re.IGNORECASE
)
"""How a page begins that was saved as a single file (mht), its pictures with it."""
_WORD_XML = re.compile(r"<\?mso-application|<w:wordDocument|<pkg:package")
_MAY_BE_PAGE = frozenset((".html", ".htm", ".shtml", ".xhtml", ".doc", ".docx", ".wps", ".xls"))


def detect(data: bytes, source_name: str) -> Format:
    """Return the format of a file; raises DocumentError for one that nobody here reads."""
    suffix = PurePath(source_name).suffix.lower()
    head = data[:_HEAD]
    if head.startswith(_ZIP):
        return _package(data, source_name)
    if head.startswith(_OLE):
        return _compound(data, source_name)
    found = _signature(head, suffix)
    if found is not None:
        return found
    _refuse_unread(head, source_name)
    return _characters(head, source_name, suffix)


def _signature(head: bytes, suffix: str) -> Format | None:
    for magic, found in _SIGNATURES:
        if head.startswith(magic):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image"
    # Two letters may also begin a text; a bitmap goes on with its own size and four zero bytes.
    if head[:2] == b"BM" and head[6:10] == b"\x00\x00\x00\x00":
        return "image"
    # A PDF may have a few bytes of a download before its first line.
    return "pdf" if suffix == ".pdf" and b"%PDF-" in head[:1024] else None


def _package(data: bytes, source_name: str) -> Format:
    """Tell the formats that are zip archives by what they hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except _ZIP_ERRORS:
        raise _refusal(source_name, "文件已损坏：不是完整的 ZIP 结构", _AGAIN) from None
    folders = {name.split("/")[0] for name in names if "/" in name}
    if "[Content_Types].xml" in names and folders & {"word", "xl", "ppt"}:
        return _office(names, folders, source_name)
    if "OFD.xml" in names:
        return "ofd"
    if names.issuperset(_OPEN_DOCUMENT):
        raise _unread(source_name, "OpenDocument 文档（odt、ods、odp）", _TO_DOCX)
    by_name = _BY_SUFFIX.get(PurePath(source_name).suffix.lower())
    return by_name if by_name in _PACKAGES else "zip"  # damaged: its reader says how


def _office(names: set[str], folders: set[str], source_name: str) -> Format:
    if "word" in folders:
        return "docx"
    if "ppt" in folders:
        raise _unread(source_name, "演示文稿（pptx）", _TO_PDF)
    if "xl/workbook.bin" in names:
        raise _unread(source_name, "二进制电子表格（xlsb）", _TO_XLSX)
    return "xlsx"


def _compound(data: bytes, source_name: str) -> Format:
    """Tell the formats of old office programs by the streams named in the file's directory."""
    if _has_stream(data, "WordDocument"):
        return "legacy"
    for stream, name, advice in _STREAMS:
        if _has_stream(data, stream):
            raise _unread(source_name, name, advice)
    return "legacy"


def _has_stream(data: bytes, name: str) -> bool:
    """Whether a directory entry is called ``name``: 64 bytes, filled up with zeros."""
    entry = name.encode("utf-16-le") + b"\x00\x00"
    place = data.find(entry)
    while place > 0 and place % 128:  # entries are 128 bytes long and begin at a multiple of it
        place = data.find(entry, place + 1)
    return place > 0


def _refuse_unread(head: bytes, source_name: str) -> None:
    for magic, name, advice in _UNREAD:
        # Letters alone may begin a text; real programs and archives hold zero bytes soon.
        if head.startswith(magic) and (b"\x00" in head[:512] or not magic.isalpha()):
            raise _unread(source_name, name, advice)


def _characters(head: bytes, source_name: str, suffix: str) -> Format:
    """Tell the formats that are characters: pages and records by content, others by suffix."""
    start = _lenient(head)
    if WEB_ARCHIVE.match(head) and suffix not in (".txt", ".text"):
        return "html"
    if _WORD_XML.search(start):
        raise _unread(source_name, "Word XML 文档", _TO_DOCX)
    if _PAGE.match(start) or (suffix in _MAY_BE_PAGE and _ELEMENT.search(start)):
        return "html"
    by_name = _BY_SUFFIX.get(suffix)
    if by_name in _TOLD_BY_SUFFIX:
        return by_name
    if by_name is None:
        raise _unknown(source_name, suffix)
    if b"\x00" in head and by_name not in ("text", "html") and not _has_mark(head):
        met = f"内容与扩展名“{suffix}”不符，文件可能已损坏或没有下载完整"
        raise _refusal(source_name, met, _AGAIN)
    return "json" if by_name == "text" and _RECORD.match(start) else "text"


def _lenient(head: bytes) -> str:
    """Return the characters of ``head`` well enough to see tags; broken ones do not matter."""
    if _has_mark(head):
        return head.decode("utf-16", errors="replace")
    return head.decode("utf-8", errors="replace")


def _has_mark(head: bytes) -> bool:
    return head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _unread(source_name: str, name: str, advice: str) -> DocumentError:
    return _refusal(source_name, f"内容是{name}，不支持这种格式", advice)


def _unknown(source_name: str, suffix: str) -> DocumentError:
    met = f"不支持“{suffix}”格式的文件" if suffix else "文件名没有扩展名，无法判断格式"
    return _refusal(source_name, met, _TO_TEXT)


def _refusal(source_name: str, met: str, advice: str) -> DocumentError:
    return DocumentError(
        source_name, met, accepted=f"支持的格式：{'、'.join(SUFFIXES)}", advice=advice
    )
