"""Opening zip packages and XML from outside: each bound is met by one hostile file."""

import io
import zipfile

import pytest

from corpus.errors import DocumentError
from corpus.readers.bounded import check_zip, parse_xml, read_member
from corpus.readers.content import Limits

MIB = 1024 * 1024


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_check_zip_opens_what_is_within_the_limits():
    archive = check_zip(zipped({"正文.xml": b"<a/>"}), source_name="a.docx")
    assert archive.namelist() == ["正文.xml"]
    assert read_member(archive, "正文.xml", source_name="a.docx") == b"<a/>"
    assert read_member(archive, "没有.xml", source_name="a.docx") is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "不是完整的 ZIP 结构"),
        (b"PK\x03\x04 cut off", "不是完整的 ZIP 结构"),
        (zipped({"a": b"x" * 1000})[:-30], "不是完整的 ZIP 结构"),
    ],
    ids=["empty", "only a magic number", "cut off"],
)
def test_check_zip_refuses_what_is_no_archive(data, message):
    with pytest.raises(DocumentError, match=f"^a.docx：文件已损坏：{message}.*重新保存"):
        check_zip(data, source_name="a.docx")


def test_check_zip_refuses_what_expands_too_far():
    data = zipped({"a": b"ab" * MIB, "b": b"cd" * MIB}, zipfile.ZIP_STORED)
    with pytest.raises(DocumentError, match="展开后有 4 MiB，超过上限。展开后最多 3 MiB"):
        check_zip(data, source_name="a.docx", limits=Limits(expanded_bytes=3 * MIB))


def test_check_zip_refuses_a_member_that_is_nearly_all_repetition():
    data = zipped({"word/document.xml": b"0" * (8 * MIB)})
    with pytest.raises(DocumentError, match=r"word/document.xml 的压缩比为 \d+，超过上限.*200"):
        check_zip(data, source_name="a.docx")


def test_check_zip_takes_small_members_that_compress_well():
    data = zipped({"sheet.xml": b"0" * MIB})
    assert check_zip(data, source_name="a.xlsx").getinfo("sheet.xml").file_size == MIB


def test_check_zip_refuses_too_many_members():
    data = zipped({f"{place}": b"" for place in range(20_001)}, zipfile.ZIP_STORED)
    with pytest.raises(DocumentError, match="内含20001个部件，超过上限"):
        check_zip(data, source_name="a.docx")


def flagged_as_encrypted(data):
    """Set bit 0 of the general purpose flags in the directory entry (APPNOTE 4.4.4)."""
    entry = data.index(b"PK\x01\x02")
    return data[: entry + 8] + bytes([data[entry + 8] | 1]) + data[entry + 9 :]


def test_check_zip_refuses_a_member_with_a_password():
    data = flagged_as_encrypted(zipped({"a": b"text"}))
    with pytest.raises(DocumentError, match=r"^a.docx：文件已加密。.*取消密码后另存"):
        check_zip(data, source_name="a.docx")


def test_read_member_reads_no_more_than_the_directory_states():
    """A member whose stated size is a lie is damage, not a larger member."""
    data = bytearray(zipped({"a": b"0" * MIB}))
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    archive = check_zip(bytes(data), source_name="a.docx")
    with pytest.raises(DocumentError, match="部件 a 无法解压"):
        read_member(archive, "a", source_name="a.docx")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_check_zip_refuses_methods_that_expand_without_a_bound(method):
    with pytest.raises(DocumentError, match=r"^a.docx：部件 a 的压缩方式不支持.*Deflate"):
        check_zip(zipped({"a": b"0" * MIB}, method), source_name="a.docx")


def test_read_member_tells_damage():
    data = zipped({"a": b"text of a member"}, zipfile.ZIP_STORED).replace(b"text of", b"test of")
    archive = check_zip(data, source_name="a.docx")
    with pytest.raises(DocumentError, match="文件已损坏：部件 a 无法解压"):
        read_member(archive, "a", source_name="a.docx")


def test_parse_xml_gives_the_root():
    assert parse_xml("<a><b>青禾市</b></a>".encode(), source_name="a.docx")[0].text == "青禾市"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "不是规范的 XML"),
        (b"<a>", "不是规范的 XML"),
        (b"<a>&undefined;</a>", "不是规范的 XML"),
        (b"<a>" * 300 + b"</a>" * 300, "元素嵌套过深"),
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', "DOCTYPE"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>', "DOCTYPE"),
        (b"<a>" + b"<b/>" * 8_000_000 + b"</a>", r"部件 x.xml 有 30 MiB，超过上限"),
    ],
    ids=["empty", "open", "entity", "deep", "file entity", "dtd", "too many elements"],
)
def test_parse_xml_refuses(data, message):
    with pytest.raises(DocumentError, match=message):
        parse_xml(data, source_name="a.docx", part="x.xml")


def test_parse_xml_expands_no_entities_in_entities():
    entities = "".join(f'<!ENTITY e{place} "{f"&e{place - 1};" * 10}">' for place in range(1, 10))
    bomb = f'<!DOCTYPE a [<!ENTITY e0 "哈哈">{entities}]><a b="&e9;">&e9;</a>'
    with pytest.raises(DocumentError, match=r"XML|DOCTYPE"):
        parse_xml(bomb.encode(), source_name="a.docx")
