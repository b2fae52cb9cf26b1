"""Opening zip packages and XML from outside: sizes are checked before anything is expanded."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib

from lxml import etree

from corpus.errors import DocumentError
from corpus.readers.content import DEFAULT_LIMITS, Limits

_XML_BYTES = 64 * 1024 * 1024
_XML_TAGS = 8_000_000
"""Marks of one XML part, whose tree takes about 100 bytes each; long documents stay below 1 M."""
_MEMBERS = 20_000
"""Parts of one package; a document of thousands of pictures or OFD pages stays below."""
_RATIO_FROM = 4 * 1024 * 1024
_MIB = 1024 * 1024
_ENCRYPTED = 0x1
_METHODS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
"""ISO/IEC 29500-2 allows no other in office files."""
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    KeyError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises on bytes that are no archive, or one by a method it does not know."""


def open_zip(data: bytes) -> zipfile.ZipFile | None:
    """Open an archive by its directory, nothing of which is checked; None when it has none."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _ZIP_ERRORS:
        return None


def check_zip(data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS) -> zipfile.ZipFile:
    """Open an archive after checking what its directory says of every member.

    Of the methods that are let through ``zipfile`` never expands a member beyond the size its
    directory entry states, so the sum that is checked here holds for whatever is read later. Raises
    DocumentError for damage, encryption, too many members or too much to expand.
    """
    archive = open_zip(data)
    if archive is None:
        raise damaged(source_name, "文件已损坏：不是完整的 ZIP 结构")
    members = archive.infolist()
    if len(members) > _MEMBERS:
        raise _too_large(source_name, f"内含{len(members)}个部件", f"最多{_MEMBERS}个部件")
    total = sum(member.file_size for member in members)
    if total > limits.expanded_bytes:
        accepted = f"展开后最多 {limits.expanded_bytes // _MIB} MiB"
        raise _too_large(source_name, f"展开后有 {total // _MIB} MiB", accepted)
    for member in members:
        _check_member(member, source_name, limits)
    return archive


def read_member(archive: zipfile.ZipFile, name: str, *, source_name: str) -> bytes | None:
    """Return a member's bytes, None when there is none; raises DocumentError when damaged."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        return None
    _check_method(member, source_name)
    try:
        return archive.read(member)
    except _ZIP_ERRORS:
        raise damaged(source_name, f"文件已损坏：部件 {name} 无法解压") from None


def parse_xml(data: bytes, *, source_name: str, part: str = "") -> etree._Element:
    """Return the root of an XML part; no entity is resolved, nothing is fetched.

    Raises DocumentError for what is too large or not well formed, for a document type declaration
    (the office formats allow none) and for elements nested over 256 deep (libxml2's own bound).
    """
    named = f"部件 {part} " if part else "内容"
    if len(data) > _XML_BYTES or data.count(b"<") > _XML_TAGS:
        met = f"{named}有 {len(data) // _MIB} MiB"
        raise _too_large(source_name, met, f"每个部件最多 {_XML_BYTES // _MIB} MiB")
    try:
        root = etree.fromstring(data, _parser())
    except (etree.LxmlError, ValueError):
        met = f"文件已损坏：{named}不是规范的 XML，或元素嵌套过深"
        raise damaged(source_name, met) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise damaged(source_name, f"{named}含有文档类型声明（DOCTYPE），不予读取")
    return root


def damaged(source_name: str, met: str) -> DocumentError:
    """Return the error for a file whose inside cannot be read."""
    return DocumentError(
        source_name,
        met,
        accepted="接受能用 WPS 或 Word 等办公软件正常打开的文件",
        advice="请用办公软件打开核对并重新保存，或向来文单位重新索取后再添加",
    )


def encrypted(source_name: str) -> DocumentError:
    """Return the error for a file that asks for a password."""
    return DocumentError(
        source_name,
        "文件已加密",
        accepted="接受没有密码保护的文件",
        advice="请用办公软件输入密码打开，取消密码后另存，再添加",
    )


def is_encrypted(member: zipfile.ZipInfo) -> bool:
    """Whether a member asks for a password."""
    return bool(member.flag_bits & _ENCRYPTED)


def excessive_ratio(member: zipfile.ZipInfo, limits: Limits) -> float | None:
    """Return how far a member expands when that is over the limit; small ones may by any ratio."""
    ratio = member.file_size / max(member.compress_size, 1)
    over = member.file_size > _RATIO_FROM and ratio > limits.expansion_ratio
    return ratio if over else None


def _check_member(member: zipfile.ZipInfo, source_name: str, limits: Limits) -> None:
    if is_encrypted(member):
        raise encrypted(source_name)
    _check_method(member, source_name)
    ratio = excessive_ratio(member, limits)
    if ratio is not None:
        met = f"部件 {member.filename} 的压缩比为 {ratio:.0f}"
        raise _too_large(source_name, met, f"压缩比最多 {limits.expansion_ratio}")


def _check_method(member: zipfile.ZipInfo, source_name: str) -> None:
    """Refuse what ``zipfile`` expands without a bound, whatever size the entry states."""
    if member.compress_type not in _METHODS:
        raise DocumentError(
            source_name,
            f"部件 {member.filename} 的压缩方式不支持",
            accepted="接受“存储”和 Deflate 两种压缩方式",
            advice="请解压后再添加，或用办公软件重新保存、用默认方式重新压缩",
        )


def _too_large(source_name: str, met: str, accepted: str) -> DocumentError:
    return DocumentError(
        source_name,
        f"{met}，超过上限",
        accepted=accepted,
        advice="请拆分成较小的文件，或另存为纯文本（.txt）后再添加",
    )


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
