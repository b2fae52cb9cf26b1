"""Uploads: one background thread adds files to the library, one after the other.

Files wait in a temporary folder of their job and are read by a process of its own
(``corpus.ingest``), so that a hostile one takes neither the service's memory nor its time. A
refused file never stops the others. Jobs live in memory: the last ones are kept for asking about,
and a job that had not finished when the service stopped is gone (what it had added stays).
"""

from __future__ import annotations

import logging
import queue
import tempfile
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, Literal

from corpus.errors import CewenError
from corpus.ingest import Outcome, Source, ingest
from corpus.readers.content import DEFAULT_LIMITS, Limits
from index.index import Added, Index

logger = logging.getLogger(__name__)

FileState = Literal["waiting", "added", "unchanged", "refused"]
JobState = Literal["queued", "running", "finished", "cancelled"]

JOBS_KEPT = 200
JOBS_WAITING = 16
CHUNK = 1024 * 1024
ERRORS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file.

    ``added``: some document in it is new; ``unchanged``: all were there already; ``refused``: it
    gave none. ``document_ids`` are the documents in it, in order. ``error`` says in Chinese why it,
    or parts of it, were refused.
    """

    source_name: str
    state: FileState = "waiting"
    document_ids: tuple[str, ...] = ()
    error: str | None = None

    @property
    def document_id(self) -> str | None:
        """The first document in the file, mostly the only one."""
        return self.document_ids[0] if self.document_ids else None


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
        self.entries: list[Source | FileResult] = []
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
        path = Path(self.folder.name) / f"{len(self.entries):05d}"
        size = _copy(source, path, limit=file_bytes)
        if size > file_bytes:
            path.unlink()
            error = _over(source_name, file_bytes)
            self.entries.append(FileResult(source_name, "refused", error=error))
            return
        self.bytes += size
        self.entries.append(Source(path, source_name, overrides or {}))

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

    def __init__(self, index: Callable[[], Index], limits: Limits = DEFAULT_LIMITS) -> None:
        self._index = index
        self._limits = limits
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
            files = tuple(
                one if isinstance(one, FileResult) else FileResult(one.source_name)
                for one in inbox.entries
            )
            job = Job(uuid.uuid4().hex, "queued", files)
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
            except Exception:
                # the thread must outlive a bug; the log keeps the traceback
                logger.exception("upload job %s failed", job_id)
                self._give_up(job_id)
            finally:
                inbox.close()

    def _give_up(self, job_id: str) -> None:
        """Refuse what is left of a job."""
        with self._changed:
            for position, one in enumerate(self._jobs[job_id].files):
                if one.state == "waiting":
                    name = one.source_name
                    refused = FileResult(name, "refused", error=_bug(name))
                    self._note(job_id, position=position, result=refused)
            self._note(job_id, state="finished")

    def _run(self, job_id: str, inbox: Inbox) -> None:
        if self._stopping.is_set():
            self._note(job_id, state="cancelled")
            return
        self._note(job_id, state="running")
        waiting = [(at, one) for at, one in enumerate(inbox.entries) if isinstance(one, Source)]
        sources = [source for _, source in waiting]
        with closing(ingest(sources, workers=1, limits=self._limits)) as outcomes:
            for (position, _), outcome in zip(waiting, outcomes, strict=True):
                if self._stopping.is_set():
                    self._note(job_id, state="cancelled")
                    return
                self._note(job_id, position=position, result=self._add(outcome))
        self._note(job_id, state="finished")

    def _add(self, outcome: Outcome) -> FileResult:
        name = outcome.source.source_name
        errors = [str(error) for error in outcome.refused]
        added: list[Added] = []
        try:
            added = self._index().add(outcome.parsed) if outcome.parsed else []
        except CewenError as error:
            errors.append(str(error))
        except Exception:
            # the thread must outlive a bug; the log keeps the traceback
            logger.exception("upload of %s failed", name)
            errors.append(_bug(name))
        ids = tuple(dict.fromkeys(one.document_id for one in added))
        return FileResult(name, _state(added), ids, _listed(errors))

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


def _state(added: Sequence[Added]) -> FileState:
    if not added:
        return "refused"
    return "added" if any(one.state == "added" for one in added) else "unchanged"


def _listed(errors: Sequence[str]) -> str | None:
    """Join the first errors of a file, and count the rest.

    >>> _listed(["甲。", "乙。"])
    '甲。 乙。'
    """
    more = f" 另有{len(errors) - ERRORS_SHOWN}处。" if len(errors) > ERRORS_SHOWN else ""
    return " ".join(errors[:ERRORS_SHOWN]) + more if errors else None


def _bug(source_name: str) -> str:
    return (
        f"{source_name}：处理时出现未预料的错误，已记入服务日志。其他文件不受影响。"
        "请联系管理员查看日志。"
    )
