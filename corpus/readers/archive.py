"""zip archives of documents: each file inside is read like a file of its own.

Nothing is written to disk; a member's path is only its name. Names without the UTF-8 flag are
GB18030, as Windows in Chinese writes them. What all archives in one file expand to is counted
together.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.errors import DocumentError
from corpus.readers.bounded import (
    damaged,
    encrypted,
    excessive_ratio,
    is_encrypted,
    open_zip,
    read_member,
)
from corpus.readers.content import Limits
from corpus.readers.detect import detect
from corpus.readers.text import decode_name

Member = tuple[str, bytes] | DocumentError
_UTF8_NAME = 0x800
_MIB = 1024 * 1024
_SYSTEM_FILES = frozenset(("thumbs.db", "desktop.ini"))
_ENTRIES_MAX = 100_000
"""Names in a directory, folders and system files included."""


@dataclass(slots=True)
class _Budget:
    """What may still be taken out, of this archive and of those inside it."""

    members: int
    expanded: int


def files_in(data: bytes, *, source_name: str, limits: Limits) -> Iterator[Member]:
    """Yield name and bytes of every file, those of archives inside too, or an error in its place.

    Folders and what systems leave behind (__MACOSX, hidden files) are passed over.
    """
    budget = _Budget(limits.members, limits.expanded_bytes)
    yield from _files(data, source_name, "", limits, budget, limits.nesting)


def _files(
    data: bytes, source_name: str, prefix: str, limits: Limits, budget: _Budget, nesting: int
) -> Iterator[Member]:
    name = source_name + ("/" + prefix.rstrip("/") if prefix else "")
    archive = open_zip(data)
    if archive is None:
        yield damaged(name, "压缩包已损坏：不是完整的 ZIP 结构")
        return
    entries = {e.filename: e for e in archive.infolist() if not e.filename.endswith("/")}
    if len(entries) > _ENTRIES_MAX:
        yield _over(name, f"压缩包里有{len(entries)}个文件", f"最多{limits.members}个文件")
        return
    for entry in entries.values():
        inside = prefix + _name(entry)
        if _is_of_system(inside):
            continue
        if not _affordable(entry, budget):
            yield _over(name, f"压缩包过大，从 {inside} 起没有读取", _accepted(limits))
            return
        taken = _take(archive, entry, f"{source_name}/{inside}", limits)
        if isinstance(taken, DocumentError):
            yield taken
        elif not _is_archive(taken, inside):
            yield inside, taken
        elif nesting > 1:
            yield from _files(taken, source_name, inside + "/", limits, budget, nesting - 1)
        else:
            yield _over(
                f"{source_name}/{inside}", "压缩包套压缩包的层数过多", f"最多{limits.nesting}层"
            )


def _take(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: Limits
) -> bytes | DocumentError:
    """Return a member's bytes after looking at what its entry says; its name is not trusted."""
    if is_encrypted(entry):
        return encrypted(name)
    if entry.file_size > limits.file_bytes:
        size = f"{entry.file_size / _MIB:.1f}"
        accepted = f"单个文件不超过 {limits.file_bytes / _MIB:g} MiB"
        return _over(name, f"文件过大（{size} MiB）", accepted)
    ratio = excessive_ratio(entry, limits)
    if ratio is not None:
        return _over(name, f"压缩比为 {ratio:.0f}", f"压缩比最多 {limits.expansion_ratio}")
    try:
        taken = read_member(archive, entry.filename, source_name=name)
    except DocumentError as error:
        return error
    return damaged(name, "压缩包里没有这个文件的内容") if taken is None else taken


def _affordable(entry: zipfile.ZipInfo, budget: _Budget) -> bool:
    """Count an entry against the budget; whether it still fits."""
    budget.members -= 1
    budget.expanded -= entry.file_size
    return budget.members >= 0 and budget.expanded >= 0


def _is_archive(data: bytes, name: str) -> bool:
    try:
        return data.startswith(b"PK") and detect(data, name) == "zip"
    except DocumentError:
        return False  # whoever reads it says what is wrong


def _name(entry: zipfile.ZipInfo) -> str:
    """Return a member's name: decoded, below its archive, without what leads elsewhere."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        name = _decoded(name)
    name = "".join(character for character in name if character.isprintable())
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if parts and len(parts[0]) == 2 and parts[0].endswith(":"):
        del parts[0]
    return "/".join(parts) or "未命名"


def _decoded(name: str) -> str:
    """Undo the code page 437 that ``zipfile`` takes unmarked names for."""
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    return decode_name(raw) or name


def _is_of_system(name: str) -> bool:
    parts = name.split("/")
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return hidden or parts[-1].lower() in _SYSTEM_FILES or parts[-1].startswith("~$")


def _accepted(limits: Limits) -> str:
    return f"最多{limits.members}个文件，展开后最多 {limits.expanded_bytes // _MIB} MiB"


def _over(name: str, met: str, accepted: str) -> DocumentError:
    return DocumentError(name, met, accepted=accepted, advice="请解压、拆分后再添加")
