"""One writer at a time in an index folder, across processes.

The lock is the operating system's, held on an open file: it ends with the process, however that
ends, so a killed writer never leaves a lock behind.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from corpus.errors import IndexBusy, IndexFolderError

LOCK_FILE = "writer.lock"


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the folder's writer lock, or raise ``IndexBusy`` at once."""
    with _lock_file(folder) as file:
        try:
            _lock(file)
        except OSError as error:
            raise IndexBusy(
                folder,
                "另一个程序正在写入",
                accepted="同一索引同时只能由一个程序添加、删除或重建",
                advice="请等它结束后再试；查询不受影响",
            ) from error
        yield


def _lock_file(folder: Path) -> IO[str]:
    try:
        return (folder / LOCK_FILE).open("a", encoding="utf-8")
    except OSError as error:
        raise IndexFolderError(
            folder,
            f"不能写入（{error.strerror}）",
            accepted="添加、删除和重建须能写入索引目录",
            advice="请检查目录权限和磁盘后再试",
        ) from error


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
