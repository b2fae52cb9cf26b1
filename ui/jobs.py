"""Uploads: one background thread reads files into the library, one after the other.

Files wait in a temporary folder of their job, so that memory holds one at a time. A refused file
never stops the others. Jobs live in memory: the last ones are kept for asking about, and a job that
had not finished when the service stopped is gone (what it had added stays).
"""

from __future__ import annotations

import logging
import queue
import tempfile
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, Literal

from corpus.errors import CewenError
from corpus.load import parse_document
from index.index import Index

logger = logging.getLogger(__name__)

FileState = Literal["waiting", "added", "unchanged", "refused"]
JobState = Literal["queued", "running", "finished", "cancelled"]

JOBS_KEPT = 200
JOBS_WAITING = 16
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file; ``error`` is a complete Chinese message when it was refused."""

    source_name: str
    state: FileState = "waiting"
    document_id: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in; ``overrides`` are metadata given with it."""

    source_name: str
    path: Path
    overrides: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """A snapshot of one upload."""

    id: str
    state: JobState
    files: tuple[FileResult, ...]

    @property
    def done(self) -> int:
        """How many files have a result."""
        return sum(result.state != "waiting" for result in self.files)


class Inbox:
    """A temporary folder that receives the files of one job, within the limits."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="cewen-upload-")
        self.uploads: list[Upload] = []
        self.refused: list[FileResult] = []
        self.bytes = 0

    def receive(
        self,
        name: str,
        source: BinaryIO,
        *,
        file_bytes: int,
        overrides: Mapping[str, object] | None = None,
    ) -> None:
        """Copy one file in; one over ``file_bytes`` is noted as refused and not kept."""
        source_name = safe_name(name)
        path = Path(self.folder.name) / f"{len(self.uploads):05d}"
        size = _copy(source, path, limit=file_bytes)
        if size > file_bytes:
            path.unlink()
            self.refused.append(
                FileResult(source_name, "refused", error=_over(source_name, file_bytes))
            )
            return
        self.bytes += size
        self.uploads.append(Upload(source_name, path, overrides or {}))

    def close(self) -> None:
        """Delete the folder."""
        self.folder.cleanup()


def safe_name(name: str) -> str:
    r"""Reduce what a client calls a file to a plain name of at most 200 characters.

    >>> safe_name("../../etc/通知.txt"), safe_name("C:\\下载\\方案.docx"), safe_name("..")
    ('通知.txt', '方案.docx', '未命名')
    """
    base = PureWindowsPath(PurePosixPath(name).name).name
    shown = "".join(character for character in base if character.isprintable()).strip(" .")
    stem, suffix = PurePosixPath(shown).stem, PurePosixPath(shown).suffix
    return (stem[: 200 - len(suffix)] + suffix) or "未命名"


def _copy(source: BinaryIO, path: Path, *, limit: int) -> int:
    size = 0
    with path.open("wb") as target:
        while size <= limit and (chunk := source.read(CHUNK)):
            size += len(chunk)
            target.write(chunk)
    return size


def _over(source_name: str, limit: int) -> str:
    return (
        f"{source_name}：文件过大。单个文件最多{limit / 1024 / 1024:g} MiB。"
        "请拆分后再上传，或请管理员调高 upload_file_mib。"
    )


class Jobs:
    """The jobs of one service; ``index`` gives the library when a job runs, not before."""

    def __init__(self, index: Callable[[], Index]) -> None:
        self._index = index
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._changed = threading.Condition()
        self._queue: queue.Queue[tuple[str, Inbox] | None] = queue.Queue()
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None

    def submit(self, inbox: Inbox) -> Job | None:
        """Queue a job and return it; None when too many are waiting. Takes over the inbox."""
        with self._changed:
            if self._stopping.is_set() or self._queue.qsize() >= JOBS_WAITING:
                inbox.close()
                return None
            waiting = tuple(FileResult(upload.source_name) for upload in inbox.uploads)
            job = Job(uuid.uuid4().hex, "queued", (*inbox.refused, *waiting))
            self._jobs[job.id] = job
            self._forget()
            self._queue.put((job.id, inbox))
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="cewen-jobs", daemon=True)
                self._worker.start()
        return job

    def get(self, job_id: str) -> Job | None:
        """Return the job as it stands, None when unknown or long past."""
        with self._changed:
            return self._jobs.get(job_id)

    def follow(self, job_id: str) -> Iterator[Job]:
        """Yield the job whenever it has changed, until it has ended."""
        job: Job | None = None
        while job is None or job.state in ("queued", "running"):
            job = self._change(job_id, since=job)
            if job is None:
                return
            yield job

    def _change(self, job_id: str, *, since: Job | None) -> Job | None:
        """Wait until the job is another than ``since``; None when there is no such job."""
        with self._changed:
            if since is not None:
                self._changed.wait_for(lambda: self._jobs.get(job_id) != since)
            return self._jobs.get(job_id)

    def stop(self) -> None:
        """Finish the file in hand, cancel the rest, end the thread."""
        with self._changed:
            self._stopping.set()
            worker = self._worker
        self._queue.put(None)
        if worker is not None:
            worker.join()

    def _forget(self) -> None:
        """Drop the oldest finished jobs over the limit."""
        over = len(self._jobs) - JOBS_KEPT
        past = [job.id for job in self._jobs.values() if job.state in ("finished", "cancelled")]
        for job_id in past[: max(over, 0)]:
            del self._jobs[job_id]

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            job_id, inbox = item
            try:
                self._run(job_id, inbox)
            finally:
                inbox.close()

    def _run(self, job_id: str, inbox: Inbox) -> None:
        self._note(job_id, state="running")
        first = len(inbox.refused)
        for position, upload in enumerate(inbox.uploads):
            if self._stopping.is_set():
                self._note(job_id, state="cancelled")
                return
            self._note(job_id, position=first + position, result=self._add(upload))
        self._note(job_id, state="finished")

    def _add(self, upload: Upload) -> FileResult:
        try:
            document = parse_document(
                upload.path.read_bytes(),
                source_name=upload.source_name,
                overrides=upload.overrides or None,
            )
            (added,) = self._index().add([document])
        except CewenError as error:
            return FileResult(upload.source_name, "refused", error=str(error))
        except Exception:
            # the thread must outlive a bug in one reader; the log keeps the traceback
            logger.exception("upload of %s failed", upload.source_name)
            return FileResult(upload.source_name, "refused", error=_bug(upload.source_name))
        return FileResult(upload.source_name, added.state, added.document_id)

    def _note(
        self,
        job_id: str,
        *,
        state: JobState | None = None,
        position: int | None = None,
        result: FileResult | None = None,
    ) -> None:
        with self._changed:
            job = self._jobs[job_id]
            files = list(job.files)
            if position is not None and result is not None:
                files[position] = result
            self._jobs[job_id] = replace(job, state=state or job.state, files=tuple(files))
            self._changed.notify_all()


def _bug(source_name: str) -> str:
    return (
        f"{source_name}：处理时出现未预料的错误，已记入服务日志。其他文件不受影响。"
        "请联系管理员查看日志。"
    )
