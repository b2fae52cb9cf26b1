"""``manifest.json``: what an index folder is, what built it and how far its search indexes are.

The manifest makes a folder an index. It is written last, beside and swapped, so it never promises
what is not there; ``library.sqlite`` stays the truth about contents. A search index whose state
here is behind the library, or belongs to other settings, is caught up or made again on opening.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shlex import quote
from typing import Any

from corpus.errors import IndexDamaged, IndexMissing, IndexStale
from index.analyser import ANALYSER
from index.encoder import Encoder
from index.store import STORE_FILE

MANIFEST_FILE = "manifest.json"
FORMAT = 2
"""Version of the folder's layout and of the tables in it."""

Signature = tuple[int, int]
"""Changes whenever the manifest is written."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an index is built with; another value of any field means building anew."""

    format: int
    analyser: str
    encoder: str
    dimensions: int

    @classmethod
    def of(cls, encoder: Encoder) -> Settings:
        """Return the settings of this program with ``encoder``."""
        return cls(FORMAT, ANALYSER, encoder.name, encoder.dimensions)

    @classmethod
    def read(cls, meta: dict[str, str]) -> Settings:
        """Read back what ``as_meta`` gave; ``KeyError`` or ``ValueError`` when it is not that."""
        numbers = int(meta["format"]), int(meta["dimensions"])
        return cls(numbers[0], meta["analyser"], meta["encoder"], numbers[1])

    def as_meta(self) -> dict[str, str]:
        """Return the settings as the library keeps them."""
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class LexicalState:
    """How far the lexical index on disk is."""

    generation: int


@dataclass(frozen=True, slots=True)
class DenseState:
    """How far the vectors on disk are, and the checksum of their file."""

    generation: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of the file. ``library`` is the name drawn by lot when the library was made."""

    library: str
    settings: Settings
    lexical: LexicalState | None = None
    dense: DenseState | None = None

    def fitting(self, library: str, settings: Settings) -> Manifest:
        """Return this manifest, without the search indexes when they were made of something else.

        >>> old = Manifest("a", Settings(1, "grams-1", "one", 64), LexicalState(7))
        >>> old.fitting("a", Settings(1, "grams-1", "two", 64)).lexical is None
        True
        """
        same = (self.library, self.settings) == (library, settings)
        return self if same else Manifest(library, settings)


def write(folder: Path, manifest: Manifest, *, counts: dict[str, int]) -> None:
    """Write the manifest; ``counts`` are for those who look into the folder."""
    content = {
        "format": manifest.settings.format,
        "library": manifest.library,
        "settings": asdict(manifest.settings),
        "lexical": manifest.lexical and asdict(manifest.lexical),
        "dense": manifest.dense and asdict(manifest.dense),
        "counts": counts,
        "built_with": _built_with(),
    }
    beside = folder / (MANIFEST_FILE + ".new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / MANIFEST_FILE)


def read(folder: Path) -> Manifest:
    """Read the manifest; ``IndexMissing``, ``IndexDamaged``, or ``IndexStale`` for its format."""
    path = folder / MANIFEST_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = content["format"]
    except FileNotFoundError as error:
        if (folder / STORE_FILE).is_file():
            raise _unreadable(folder, "文件不在了") from error
        raise _missing(folder) from None
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(folder, error) from error
    if found != FORMAT:
        raise stale(folder, f"索引格式是第{found}版", f"本程序只能打开第{FORMAT}版格式的索引")
    try:
        return _manifest(content)
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(folder, error) from error


def signature(folder: Path) -> Signature | None:
    """Return what changes whenever the manifest is written; None without one."""
    try:
        status = (folder / MANIFEST_FILE).stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


def check(
    folder: Path, built: Settings, wanted: Settings, *, sources: tuple[str, str] | None = None
) -> None:
    """Raise ``IndexStale`` when an index was built with other settings than wanted.

    ``sources`` are what the setting ``encoder`` is for the one built with and the one wanted: the
    advice names them. Without, the names of the encoders.
    """
    built_by, source = sources or (built.encoder, wanted.encoder)
    if built.encoder != wanted.encoder or built.dimensions != wanted.dimensions:
        raise stale(
            folder,
            f"索引是用编码器“{built.encoder}”（{built.dimensions}维）建立的，"
            f"现在的编码器是“{wanted.encoder}”（{wanted.dimensions}维）",
            "查询须用建立索引时的编码器",
            advice=f"请把设置项 encoder 改回“{built_by}”",
            encoder=source,
        )
    if built != wanted:
        raise stale(
            folder,
            f"索引是用分析规则“{built.analyser}”建立的，现在的分析规则是“{wanted.analyser}”",
            "查询须用建立索引时的分析规则",
        )


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stale(
    folder: Path, met: str, accepted: str, *, advice: str = "", encoder: str = ""
) -> IndexStale:
    """Return the error of an index that has to be rebuilt, with the command that does it."""
    command = f"重建索引：cewen rebuild --index {quote(str(folder))}"
    if encoder:
        command += f" --encoder {quote(encoder)}"
    return IndexStale(
        folder,
        met,
        accepted=accepted,
        advice=f"{advice}，或{command}" if advice else f"请{command}",
    )


def _manifest(content: dict[str, Any]) -> Manifest:
    lexical, dense = content["lexical"], content["dense"]
    return Manifest(
        str(content["library"]),
        Settings(**content["settings"]),
        lexical and LexicalState(**lexical),
        dense and DenseState(**dense),
    )


def _built_with() -> dict[str, str]:
    packages = ("cewen", "faiss-cpu", "tantivy", "numpy")
    return {"python": platform.python_version()} | {name: _version(name) for name in packages}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _missing(folder: Path) -> IndexMissing:
    return IndexMissing(
        folder,
        "这里没有索引",
        accepted="索引目录由 cewen add 建立，其中有 manifest.json 和 library.sqlite",
        advice=f"请先建立索引：cewen add 文件或文件夹 --index {folder}",
    )


def _unreadable(folder: Path, error: Exception | str) -> IndexDamaged:
    return IndexDamaged(
        folder,
        f"manifest.json 无法读取（{error}）",
        accepted="索引目录须由 cewen 建立，其中的文件不能改动",
        advice=f"请重建索引：cewen rebuild --index {folder}",
    )
