"""zip archives: names, archives inside, and members that cost no other member anything."""

import io
import zipfile

import pytest

from corpus.errors import DocumentError
from corpus.load import parse_file
from corpus.readers import members
from corpus.readers.content import Limits

TEXT = "青禾市河道管理意见\n落实河长制。\n".encode()


def zipped(*files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def unmarked(data):
    """Return the archive without the flag that says that names are UTF-8."""
    changed = bytearray(data)
    for magic, place in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        at = changed.find(magic)
        while at >= 0:
            changed[at + place] &= 0xF7
            at = changed.find(magic, at + 4)
    return bytes(changed)


def files(data, **limits):
    found = members(data, source_name="a.zip", limits=Limits(**limits))
    return [str(one) if isinstance(one, DocumentError) else one for one in found]


def test_files_are_named_by_their_path_without_what_leads_elsewhere():
    data = zipped(
        ("通知/", b""),
        ("通知/河道.txt", TEXT),
        ("/etc/绝对.txt", TEXT),
        ("../../上级.txt", TEXT),
        ("C:\\文件\\盘符.txt", TEXT),
        ("__MACOSX/._河道.txt", b"x"),
        (".hidden/a.txt", b"x"),
        ("Thumbs.db", b"x"),
        ("~$河道.docx", b"x"),
    )
    names = [name for name, content in files(data) if content == TEXT]
    assert names == ["通知/河道.txt", "etc/绝对.txt", "上级.txt", "文件/盘符.txt"]
    assert len(files(data)) == 4


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_without_a_flag_are_decoded(encoding):
    name = "河道管理意见.txt"
    stand_in = "x" * len(name.encode(encoding))
    data = zipped((stand_in, TEXT)).replace(stand_in.encode(), name.encode(encoding))
    assert files(data) == [(name, TEXT)]
    assert files(unmarked(zipped((name, TEXT)))) == [(name, TEXT)]


def test_archives_inside_are_read_to_the_depth_allowed():
    inner = zipped(("丙.txt", TEXT))
    middle = zipped(("乙.txt", TEXT), ("内.zip", inner))
    outer = zipped(("甲.txt", TEXT), ("中.zip", middle))
    assert files(outer, nesting=3) == [
        ("甲.txt", TEXT),
        ("中.zip/乙.txt", TEXT),
        ("中.zip/内.zip/丙.txt", TEXT),
    ]
    first, second, error = files(outer, nesting=2)
    assert (first[0], second[0]) == ("甲.txt", "中.zip/乙.txt")
    assert error.startswith("a.zip/中.zip/内.zip：压缩包套压缩包的层数过多。最多2层")


def test_members_and_expansion_are_counted_over_all_archives():
    inner = zipped(("乙.txt", TEXT), ("丙.txt", TEXT))
    outer = zipped(("甲.txt", TEXT), ("内.zip", inner))
    *read, error = files(outer, members=3)
    assert [name for name, _ in read] == ["甲.txt", "内.zip/乙.txt"]
    assert "a.zip/内.zip：压缩包过大，从 内.zip/丙.txt 起没有读取。最多3个文件" in error
    assert "压缩包过大" in files(outer, expanded_bytes=len(TEXT))[-1]


def test_bad_members_cost_only_themselves():
    bomb = b"\x00" * (5 * 1024 * 1024)
    data = zipped(("甲.txt", TEXT), ("炸.bin", bomb), ("坏.txt", TEXT * 9), ("乙.txt", TEXT))
    damaged = bytearray(data)
    entry = data.index("坏.txt".encode()) + len("坏.txt".encode())
    damaged[entry + 2] ^= 0xFF
    first, bad_ratio, bad, last = files(bytes(damaged))
    assert (first, last) == (("甲.txt", TEXT), ("乙.txt", TEXT))
    assert "a.zip/炸.bin：压缩比为" in bad_ratio
    assert "a.zip/坏.txt：" in bad and "损坏" in bad


def test_encrypted_members_say_so():
    data = bytearray(zipped(("甲.txt", TEXT), ("乙.txt", TEXT)))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    first, second = files(bytes(data))
    assert first.startswith("a.zip/甲.txt：文件已加密") and second == ("乙.txt", TEXT)


def test_large_members_are_refused_before_they_are_expanded():
    (error,) = files(zipped(("甲.txt", b"a" * 3_000_000)), file_bytes=1024 * 1024)
    assert error.startswith("a.zip/甲.txt：文件过大（2.9 MiB）。单个文件不超过 1 MiB")


def test_parse_file_reads_each_member_and_reports_what_no_reader_takes():
    data = zipped(("甲.txt", TEXT), ("乙.pptx", b"?"), ("空.txt", b""), ("丙.md", TEXT))
    found = list(parse_file(data, source_name="a.zip"))
    assert [getattr(one, "source_name", "") for one in found] == [
        "a.zip/甲.txt", "a.zip/乙.pptx", "a.zip/空.txt", "a.zip/丙.md",
    ]  # fmt: skip
    assert [isinstance(one, DocumentError) for one in found] == [False, True, True, False]


def test_a_member_packed_by_an_unusual_method_costs_only_itself():
    data = zipped(("甲.txt", TEXT), method=zipfile.ZIP_LZMA)
    (error,) = files(data)
    assert error.startswith("a.zip/甲.txt：部件 甲.txt 的压缩方式不支持")
