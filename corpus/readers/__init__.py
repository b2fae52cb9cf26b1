"""One file a format, behind one protocol; ``reader_for`` chooses by the file name's suffix."""

from __future__ import annotations

from pathlib import PurePath
from typing import Protocol

from corpus.errors import DocumentError
from corpus.readers.text import TextReader


class Reader(Protocol):
    """Turns the bytes of one format into the text that every offset counts in."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """File name suffixes it reads, lower case with the dot."""

    def read(self, data: bytes, *, source_name: str) -> str:
        """Return the text; raises DocumentError when the bytes are not what the suffix says."""


READERS: tuple[Reader, ...] = (TextReader(),)
SUFFIXES: tuple[str, ...] = tuple(suffix for reader in READERS for suffix in reader.suffixes)


def reader_for(source_name: str) -> Reader:
    """Return the reader for a file name; raises DocumentError for a suffix nobody reads."""
    suffix = PurePath(source_name).suffix.lower()
    for reader in READERS:
        if suffix in reader.suffixes:
            return reader
    met = f"不支持“{suffix}”格式的文件" if suffix else "文件名没有扩展名，无法判断格式"
    raise DocumentError(
        source_name,
        met,
        accepted=f"支持的格式：{'、'.join(SUFFIXES)}",
        advice="请另存为 UTF-8 编码的纯文本（.txt）后再添加",
    )
