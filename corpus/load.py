"""A file, or its bytes, → a Document: reading, finding metadata and the catalogue meet here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from corpus.catalogue import LIBRARY_FILE, Catalogue, override
from corpus.document import Document
from corpus.errors import DocumentError
from corpus.metadata import find_metadata
from corpus.readers import SUFFIXES, reader_for

BUNDLED_LIBRARY = Path(__file__).parent / "documents"
"""The folder of sample documents that comes with the package."""
SIZE_LIMIT = 20 * 1024 * 1024
"""Bytes a file may have; a long law has about 300 KB of text."""


def parse_document(
    data: bytes,
    *,
    source_name: str,
    catalogue: Catalogue | None = None,
    overrides: Mapping[str, object] | None = None,
    size_limit: int = SIZE_LIMIT,
) -> Document:
    """Make a document of a file's bytes; raises DocumentError when they are no readable text.

    ``source_name`` is the bare file name: its suffix chooses the reader and it is the key in
    ``catalogue``. ``overrides`` are metadata fields a user states; they win over everything.
    """
    reader = reader_for(source_name)
    if not data:
        raise DocumentError(
            source_name,
            "文件是空的（0 字节）",
            accepted="文件须含正文文字",
            advice="请确认文件保存完整后再添加",
        )
    _check_size(len(data), source_name, size_limit)
    text = reader.read(data, source_name=source_name)
    metadata = find_metadata(text, source_name=source_name)
    if catalogue is not None:
        metadata = catalogue.complete(metadata, source_name)
    metadata = override(metadata, overrides, source_name=source_name)
    return Document.from_bytes(data, source_name=source_name, text=text, metadata=metadata)


def read_document(
    path: Path, *, catalogue: Catalogue | None = None, size_limit: int = SIZE_LIMIT
) -> Document:
    """Read one file; without a ``catalogue``, a ``library.toml`` beside it is used."""
    try:
        _check_size(path.stat().st_size, path.name, size_limit)
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(
            path.name,
            f"无法读取（{error.strerror or error}）",
            accepted="须是当前用户可以读取的文件",
            advice=f"请检查路径和权限：{path}",
        ) from None
    if catalogue is None and (path.parent / LIBRARY_FILE).is_file():
        catalogue = Catalogue.read(path.parent / LIBRARY_FILE)
    return parse_document(data, source_name=path.name, catalogue=catalogue, size_limit=size_limit)


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files to read, sorted, each once: of folders, all files of supported suffixes.

    A file named outright is kept whatever its suffix, so that reading it can say what is wrong.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found.update(file for file in path.rglob("*") if _supported(file))
        elif path.exists():
            found.add(path)
        else:
            raise DocumentError(
                path.name,
                f"路径不存在：{path}",
                accepted="接受文件或文件夹的路径",
                advice="请核对路径后重试",
            )
    return sorted(found)


def _supported(path: Path) -> bool:
    hidden = path.name.startswith(".")
    return path.suffix.lower() in SUFFIXES and not hidden and path.is_file()


def _check_size(size: int, source_name: str, limit: int) -> None:
    if size > limit:
        raise DocumentError(
            source_name,
            f"文件过大（{size / 1048576:.1f} MiB）",
            accepted=f"单个文件不超过 {limit / 1048576:g} MiB",
            advice="请拆分后再添加",
        )
