"""Reading files: encodings, refusals and their messages, files in folders."""

import codecs
import os
from datetime import date
from pathlib import Path

import pytest

from corpus.errors import DocumentError
from corpus.load import (
    BUNDLED_LIBRARY,
    find_files,
    parse_document,
    parse_file,
    read_document,
    read_file,
    shown_name,
)
from corpus.readers.content import Limits

TEXT = "青禾市人民政府关于加强河道管理的意见\r\n一、总则\r\n落实河长制，保障防洪安全。\r\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8"),
        codecs.BOM_UTF8 + TEXT.encode("utf-8"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("gb18030"),
        TEXT.encode("gbk"),
    ],
    ids=["utf-8", "utf-8-bom", "utf-16-le", "utf-16-be", "gb18030", "gbk"],
)
def test_parse_document_decodes_to_exactly_what_the_file_says(data):
    assert parse_document(data, source_name="a.txt").text == TEXT


@pytest.mark.parametrize("name", ["a.txt", "a.TXT", "a.md", "a.markdown", "a.text"])
def test_parse_document_accepts_text_suffixes(name):
    assert parse_document(TEXT.encode(), source_name=name).source_name == name


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"文件是空的（0 字节）.*文件须含正文文字.*后再添加"),
        (" \r\n　\n".encode(), r"文件里没有文字"),
        (b"PK\x03\x04rest of a docx", r"文件已损坏：不是完整的 ZIP 结构"),
        (b"Rar!\x1a\x07\x00", r"内容是RAR 压缩包，不支持这种格式.*请先解压"),
        (TEXT.encode("utf-16-le"), r"含有空字节.*没有字节序标记的 UTF-16"),
        (b"\x01\x02\x03\x04text" * 9, r"含有大量控制字符"),
        (codecs.BOM_UTF8 + b"\xff\xff", r"字节序标记表明是 UTF-8 编码，但第3个字节处无法解码"),
        (b"abc\xff\xff\xff", r"无法解码：UTF-8 止于第3个字节，GB18030 止于第3个字节"),
        (("加加加".encode()[:-1] + b"A") * 2, r"第6个字节处不是有效的 UTF-8，也不像 GB18030"),
        ("加強河道管理保障防洪安全，落實責任".encode("big5"), r"无法解码"),
    ],
)  # fmt: skip
def test_parse_document_refuses_what_is_no_text(data, message):
    with pytest.raises(DocumentError, match=f"^a.txt：.*{message}"):
        parse_document(data, source_name="a.txt")


@pytest.mark.parametrize(
    ("name", "message"),
    [("a.exe", "不支持“.exe”格式.*支持的格式：.txt、.text"), ("README", "文件名没有扩展名")],
)
def test_parse_document_refuses_other_suffixes(name, message):
    with pytest.raises(DocumentError, match=message):
        parse_document(TEXT.encode(), source_name=name)


def test_parse_document_refuses_a_file_over_the_limit():
    with pytest.raises(DocumentError, match=r"文件过大（2.0 MiB）。单个文件不超过 1 MiB"):
        parse_document(
            b"a" * 2 * 1024 * 1024, source_name="a.txt", limits=Limits(file_bytes=1024 * 1024)
        )


def test_document_id_depends_on_bytes_and_not_on_the_name():
    one = parse_document(TEXT.encode(), source_name="a.txt")
    other = parse_document(TEXT.encode(), source_name="b.txt")
    assert one.id == other.id == one.sha256[:16]


def test_overrides_win_over_the_text():
    stated = {"title": "河道意见", "date_written": "2024-05-06", "period": [2024, 2026]}
    metadata = parse_document(TEXT.encode(), source_name="a.txt", overrides=stated).metadata
    assert (metadata.title, metadata.date_written) == ("河道意见", date(2024, 5, 6))
    assert metadata.period == (2024, 2026)
    assert metadata.issuer == "青禾市人民政府"


def test_overrides_refuse_unknown_fields():
    with pytest.raises(DocumentError, match=r"a.txt：有不认识的键“author”。可用的键：title、"):
        parse_document(TEXT.encode(), source_name="a.txt", overrides={"author": "某人"})


def test_read_document_uses_the_library_toml_beside_the_file(tmp_path):
    (tmp_path / "b.txt").write_text("为加强管理，制定本方案。", encoding="utf-8")
    entry = '[documents."b.txt"]\ntitle = "某方案"\ninferred = ["title"]\n'
    (tmp_path / "library.toml").write_text(entry, encoding="utf-8")
    metadata = read_document(tmp_path / "b.txt").metadata
    assert (metadata.title, metadata.inferred) == ("某方案", frozenset({"title"}))


def test_read_document_says_what_is_wrong_with_a_missing_file(tmp_path):
    with pytest.raises(DocumentError, match=r"gone.txt：无法读取.*请检查路径和权限"):
        read_document(tmp_path / "gone.txt")


def test_read_document_looks_at_the_size_before_reading(tmp_path):
    (tmp_path / "big.txt").write_bytes(b"a" * 100)
    with pytest.raises(DocumentError, match="文件过大"):
        read_document(tmp_path / "big.txt", limits=Limits(file_bytes=50))


def test_parse_file_yields_every_row_and_an_error_for_each_that_is_none():
    rows = '{"title": "河道意见", "text": "落实河长制。"}\n{"text": " "}\nx\n{"text": "植树。"}\n'
    found = list(parse_file(rows.encode(), source_name="a.jsonl"))
    assert [one.source_name for one in found] == [f"a.jsonl#第{n}行" for n in (1, 2, 3, 4)]
    assert [isinstance(one, DocumentError) for one in found] == [False, True, True, False]
    assert (found[0].metadata.title, found[3].text) == ("河道意见", "植树。")
    assert found[0].id != found[3].id


def test_find_files_returns_supported_files_of_folders_sorted_and_once(tmp_path):
    for name in ("b.txt", "sub/a.md", "c.exe", ".hidden.txt", "library.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    found = find_files([tmp_path, tmp_path / "b.txt"])
    assert found == [tmp_path / "b.txt", tmp_path / "sub" / "a.md"]


def test_find_files_leaves_out_what_a_browser_saved_beside_a_page(tmp_path):
    for name in ("通知.html", "通知_files/logo.png", "通知_files/ad.html", "其他_files/扫描.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert find_files([tmp_path]) == [tmp_path / "其他_files" / "扫描.png", tmp_path / "通知.html"]


def test_find_files_keeps_a_file_named_outright_so_that_reading_it_can_refuse(tmp_path):
    (tmp_path / "c.exe").write_bytes(b"MZ")
    assert find_files([tmp_path / "c.exe"]) == [tmp_path / "c.exe"]


def test_find_files_refuses_a_path_that_does_not_exist(tmp_path):
    with pytest.raises(DocumentError, match=r"路径不存在.*接受文件或文件夹的路径"):
        find_files([tmp_path / "nowhere"])


def test_bundled_library_has_five_documents_with_title_and_region():
    documents = [read_document(path) for path in find_files([BUNDLED_LIBRARY])]
    assert [document.metadata.region for document in documents] == [
        "绍兴市", "台州市", "温州市", "浙江省", "温州浙南产业集聚区",
    ]  # fmt: skip
    assert all(document.metadata.title for document in documents)


def test_bundled_text_is_the_decoded_file():
    for path in find_files([BUNDLED_LIBRARY]):
        expected = path.read_bytes().decode("utf-8-sig")
        assert read_document(path).text == expected


def test_find_files_takes_no_link_that_leads_out_of_the_folder(tmp_path):
    folder = tmp_path / "sent"
    folder.mkdir()
    (tmp_path / "ours.txt").write_text("x", encoding="utf-8")
    (folder / "a.txt").write_text("x", encoding="utf-8")
    (folder / "b.txt").symlink_to(folder / "a.txt")
    (folder / "c.txt").symlink_to(tmp_path / "ours.txt")
    (folder / "d").symlink_to(tmp_path, target_is_directory=True)
    assert find_files([folder]) == [folder / "a.txt", folder / "b.txt"]
    assert find_files([folder / "c.txt"]) == [folder / "c.txt"]


def test_find_files_says_which_folder_cannot_be_read(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(DocumentError, match=r"无法读取（Permission denied）.*路径和权限"):
        find_files([tmp_path])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
def test_a_pipe_is_refused_without_waiting_for_its_end(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    (error,) = read_file(tmp_path / "a.txt")
    assert "a.txt：无法读取（不是普通文件）" in str(error)


@pytest.mark.skipif(os.name == "nt", reason="names on Windows are Unicode")
def test_a_name_in_gb18030_is_shown_as_what_it_says(tmp_path):
    path = tmp_path / os.fsdecode("青禾市河道意见.txt".encode("gb18030"))
    try:
        path.write_text(TEXT, encoding="utf-8")
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")
    (document,) = read_file(path)
    assert document.source_name == "青禾市河道意见.txt"
    assert shown_name("通知.txt") == "通知.txt"
