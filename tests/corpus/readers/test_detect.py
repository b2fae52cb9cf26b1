"""Which format a file is: content first, then the name; unread formats named with what to do."""

import io
import zipfile

import pytest

from corpus.errors import DocumentError
from corpus.readers import SUFFIXES, members, reader_for
from corpus.readers.detect import detect


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def compound(*streams):
    """Return the head of an OLE file with directory entries of these names."""
    entries = b"".join(name.encode("utf-16-le").ljust(128, b"\x00") for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\x00") + entries


DOCX = zipped("[Content_Types].xml", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "xl/workbook.xml")
PAGE = "<!DOCTYPE html><html><body><p>青禾市</p></body></html>".encode()


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (DOCX, "a.docx", "docx"),
        (DOCX, "a.doc", "docx"),
        (DOCX, "a.txt", "docx"),
        (XLSX, "a.xlsx", "xlsx"),
        (XLSX, "表", "xlsx"),
        (zipped("OFD.xml", "Doc_0/Document.xml"), "a.ofd", "ofd"),
        (zipped("a.txt"), "a.zip", "zip"),
        (zipped("a.txt"), "a.docx", "docx"),  # damaged, as its reader will say
        (zipped(), "a.zip", "zip"),
        (compound("Root Entry", "WordDocument"), "a.doc", "legacy"),
        (compound("Root Entry", "WordDocument", "Workbook"), "a.wps", "legacy"),
        (b"{\\rtf1\\ansi", "a.doc", "legacy"),
        (b"%PDF-1.7\n", "a.txt", "pdf"),
        (b"\r\n%PDF-1.7\n", "a.pdf", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "a.jpg", "image"),
        (b"\xff\xd8\xff\xe0", "扫描件", "image"),
        (b"GIF89a", "a.gif", "image"),
        (b"II*\x00", "a.tif", "image"),
        (b"BM\x00\x10\x00\x00\x00\x00\x00\x00", "a.bmp", "image"),
        (b"RIFF\x00\x00\x00\x00WEBP", "a.webp", "image"),
        (PAGE, "a.html", "html"),
        (PAGE, "a.txt", "html"),
        (PAGE, "a.doc", "html"),
        (PAGE, "a.csv", "html"),
        (b"<!-- saved -->\n<html>", "a.txt", "html"),
        ("\ufeff<html>".encode("utf-16-le"), "a.htm", "html"),
        (b"MIME-Version: 1.0\r\n", "a.mht", "html"),
        (b"<div><p>1</p></div>", "a.html", "html"),
        (b"<div><p>1</p></div>", "a.txt", "text"),
        ("没有标签".encode(), "a.html", "text"),
        ("没有标签".encode(), "a.doc", "text"),
        (b"BM is a text", "a.txt", "text"),
        (b"MZ is a text", "a.txt", "text"),
        (b"---\ntitle: a\n---\n", "a.md", "markdown"),
        (b"a,b\n1,2\n", "a.csv", "csv"),
        (b'{"title": "a"}', "a.json", "json"),
        (b'[\n {"title": "a"}]', "a.txt", "json"),
        (b'{"title": "a"}\n', "a.jsonl", "jsonl"),
    ],
)
def test_detect_goes_by_content_before_the_name(data, name, expected):
    assert detect(data, name) == expected


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "a.pptx", "演示文稿.*另存为 .pdf"),
        (zipped("mimetype", "content.xml"), "a.odt", "OpenDocument 文档.*另存为 .docx"),
        (zipped("[Content_Types].xml", "xl/workbook.bin"), "a.xlsb", "另存为 .xlsx"),
        (compound("Root Entry", "Workbook"), "a.xls", r"旧版电子表格.*另存为 .xlsx"),
        (compound("Root Entry", "Workbook"), "a.doc", r"旧版电子表格.*另存为 .xlsx"),
        (compound("PowerPoint Document"), "a.ppt", "旧版演示文稿.*另存为 .pdf"),
        (compound("EncryptedPackage"), "a.docx", "加密的 Office 文档.*取消密码"),
        (b"Rar!\x1a\x07\x00", "a.rar", "RAR 压缩包.*请先解压"),
        (b"7z\xbc\xaf\x27\x1c", "a.zip", "7z 压缩包"),
        (b"\x1f\x8b\x08", "a.txt", "gzip"),
        (b"MZ\x90\x00", "a.txt", "可执行程序"),
        (b"PK\x03\x04 cut off", "a.docx", "不是完整的 ZIP 结构.*重新下载"),
        (b"<?xml version='1.0'?><?mso-application progid='Word.Document'?>", "a.doc", "Word XML"),
        (b"\x00\x01\x02\x00", "a.pdf", "内容与扩展名“.pdf”不符"),
        (b"text", "a.exe", r"不支持“.exe”格式的文件。支持的格式：.txt、"),
        (b"text", "README", "文件名没有扩展名"),
    ],
)
def test_detect_refuses_unread_formats_by_name_and_says_what_to_do(data, name, message):
    with pytest.raises(DocumentError, match=f"^{name}：.*{message}"):
        detect(data, name)


def test_reader_for_an_archive_points_to_its_files():
    with pytest.raises(DocumentError, match="内容是压缩包，不是一份文件"):
        reader_for(zipped("a.txt"), "a.zip")


def test_members_is_none_for_what_is_no_archive():
    assert members(DOCX, source_name="a.docx") is None
    assert members(b"text", source_name="a.txt") is None


def test_suffixes_are_lower_case_and_once():
    assert sorted(set(SUFFIXES)) == sorted(SUFFIXES)
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in SUFFIXES)
