"""A file, or its bytes, → Documents: reading, finding metadata and the catalogue meet here.

A file mostly holds one document; a table, a list or an archive holds many, and what is wrong with
one of these costs no other.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from corpus.catalogue import LIBRARY_FILE, Catalogue, override
from corpus.document import Document
from corpus.errors import DocumentError
from corpus.metadata import find_metadata
from corpus.readers import SUFFIXES, members, reader_for
from corpus.readers.content import DEFAULT_LIMITS, Content, Limits, too_long
from corpus.readers.text import decode_name

BUNDLED_LIBRARY = Path(__file__).parent / "documents"
"""The folder of sample documents that comes with the package."""


def parse_file(
    data: bytes,
    *,
    source_name: str,
    catalogue: Catalogue | None = None,
    overrides: Mapping[str, object] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Document | DocumentError]:
    """Yield every document of a file in its order, and an error for each part that is none.

    ``source_name`` is the bare file name: with the content it tells the format, and it is the key
    in ``catalogue``. ``overrides`` are metadata fields a user states; they win over everything.
    """
    try:
        _check(data, source_name, limits)
        inside = members(data, source_name=source_name, limits=limits)
        if inside is None:
            reader = reader_for(data, source_name)
            for content in reader.read(data, source_name=source_name, limits=limits):
                yield _made(content, data, source_name, catalogue, overrides, limits)
            return
        for member in inside:
            if isinstance(member, DocumentError):
                yield member
                continue
            name, content_bytes = member
            yield from parse_file(
                content_bytes,
                source_name=f"{source_name}/{name}",
                catalogue=catalogue,
                overrides=overrides,
                limits=limits,
            )
    except DocumentError as error:
        yield error


def parse_document(
    data: bytes,
    *,
    source_name: str,
    catalogue: Catalogue | None = None,
    overrides: Mapping[str, object] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Document:
    """Make the document of a file that holds one; raises DocumentError for any other file."""
    found = parse_file(
        data, source_name=source_name, catalogue=catalogue, overrides=overrides, limits=limits
    )
    return _single(list(found), source_name)


def read_file(
    path: Path,
    *,
    source_name: str | None = None,
    catalogue: Catalogue | None = None,
    overrides: Mapping[str, object] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Document | DocumentError]:
    """Read one file as ``parse_file`` does, under its own name or ``source_name``.

    Without a ``catalogue``, a ``library.toml`` beside it is used.
    """
    name = source_name or shown_name(path.name)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            yield _unreadable(path, name, "不是普通文件")
            return
        _check_size(found.st_size, name, limits)
        data = path.read_bytes()
        catalogue = catalogue or _catalogue_beside(path)
    except OSError as error:
        yield _unreadable(path, name, error.strerror or str(error))
        return
    except DocumentError as error:
        yield error
        return
    yield from parse_file(
        data, source_name=name, catalogue=catalogue, overrides=overrides, limits=limits
    )


def shown_name(name: str) -> str:
    """Return what a file is called, also where its name is not in the encoding of the system.

    What was packed on Windows in Chinese often lies on a server under names in GB18030.
    """
    raw = os.fsencode(name)
    return decode_name(raw) or raw.decode("utf-8", errors="replace")


def _unreadable(path: Path, name: str, why: str) -> DocumentError:
    return DocumentError(
        name,
        f"无法读取（{why}）",
        accepted="须是当前用户可以读取的文件",
        advice=f"请检查路径和权限：{shown_name(str(path))}",
    )


def _catalogue_beside(path: Path) -> Catalogue | None:
    beside = path.parent / LIBRARY_FILE
    return _catalogue(beside, beside.stat().st_mtime_ns) if beside.is_file() else None


@lru_cache(maxsize=16)
def _catalogue(path: Path, changed: int) -> Catalogue:
    """Read a catalogue once for all the files of its folder, again when it has ``changed``."""
    return Catalogue.read(path)


def read_document(
    path: Path, *, catalogue: Catalogue | None = None, limits: Limits = DEFAULT_LIMITS
) -> Document:
    """Read a file that holds one document; raises DocumentError for any other file."""
    found = list(read_file(path, catalogue=catalogue, limits=limits))
    return _single(found, shown_name(path.name))


def _single(found: Sequence[Document | DocumentError], source_name: str) -> Document:
    for one in found:
        if isinstance(one, DocumentError):
            raise one
    if len(found) != 1 or not isinstance(found[0], Document):
        raise DocumentError(
            source_name,
            f"里面有{len(found)}份文件",
            accepted="这里只接受含一份文件的文件",
            advice="请用 cewen add 添加",
        )
    return found[0]


def _made(
    content: Content | DocumentError,
    data: bytes,
    source_name: str,
    catalogue: Catalogue | None,
    overrides: Mapping[str, object] | None,
    limits: Limits,
) -> Document | DocumentError:
    """Return the document of one part; what is wrong with it costs no other part."""
    if isinstance(content, DocumentError):
        return content
    try:
        return _document(content, data, source_name, catalogue, overrides, limits)
    except DocumentError as error:
        return error


def _document(
    content: Content,
    data: bytes,
    source_name: str,
    catalogue: Catalogue | None,
    overrides: Mapping[str, object] | None,
    limits: Limits,
) -> Document:
    name = f"{source_name}#{content.part}" if content.part else source_name
    _check_text(content.text, name, limits)
    metadata = find_metadata(content.text, source_name=name, layout=content.layout)
    metadata = override(metadata, content.fields, source_name=name)
    if catalogue is not None:
        metadata = catalogue.complete(metadata, source_name)
    metadata = override(metadata, overrides, source_name=name)
    return Document.from_bytes(
        data if content.identity is None else content.identity,
        source_name=name,
        text=content.text,
        metadata=metadata,
        layout=content.layout,
    )


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files to read, sorted, each once: of folders, all files of supported suffixes.

    A file named outright is kept whatever its suffix, so that reading it can say what is wrong. A
    link in a folder counts when what it leads to is in the folder too: a folder that somebody sent
    must not bring in files of ours.
    """
    found: set[Path] = set()
    for path in paths:
        name = shown_name(path.name)
        try:
            if path.is_dir():
                found.update(file for file in path.rglob("*") if _supported(file, path))
            elif path.exists():
                found.add(path)
            else:
                raise DocumentError(
                    name,
                    f"路径不存在：{shown_name(str(path))}",
                    accepted="接受文件或文件夹的路径",
                    advice="请核对路径后重试",
                )
        except OSError as error:
            raise _unreadable(path, name, error.strerror or str(error)) from None
    return sorted(found)


def _supported(path: Path, folder: Path) -> bool:
    hidden = path.name.startswith(".")
    known = path.suffix.lower() in SUFFIXES and not hidden and path.is_file()
    return known and not _leads_out(path, folder) and not _is_beside_page(path)


def _leads_out(path: Path, folder: Path) -> bool:
    return path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())


def _is_beside_page(path: Path) -> bool:
    """Whether a browser saved the file with a page: 通知_files holds what 通知.html shows."""
    folder = path.parent
    stem = folder.name.removesuffix("_files").removesuffix(".files")
    pages = (folder.parent / f"{stem}{suffix}" for suffix in (".html", ".htm"))
    return stem != folder.name and any(page.is_file() for page in pages)


def _check(data: bytes, source_name: str, limits: Limits) -> None:
    if not data:
        raise DocumentError(
            source_name,
            "文件是空的（0 字节）",
            accepted="文件须含正文文字",
            advice="请确认文件保存完整后再添加",
        )
    _check_size(len(data), source_name, limits)


def _check_size(size: int, source_name: str, limits: Limits) -> None:
    if size > limits.file_bytes:
        raise DocumentError(
            source_name,
            f"文件过大（{size / 1048576:.1f} MiB）",
            accepted=f"单个文件不超过 {limits.file_bytes / 1048576:g} MiB",
            advice="请拆分后再添加",
        )


def _check_text(text: str, source_name: str, limits: Limits) -> None:
    if not text.strip():
        raise DocumentError(
            source_name,
            "文件里没有文字",
            accepted="文件须含正文文字",
            advice="请确认文件保存完整后再添加",
        )
    if len(text) > limits.characters:
        raise too_long(source_name, limits, found=len(text))
