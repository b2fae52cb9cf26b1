"""Many files → parsed documents, in processes of their own.

Reading a file that somebody sent is the dangerous part of the work: it may be damaged, hostile, or
just too much. Here each is read by a worker process under a limit of time and memory; a worker that
is over it, or dies, is replaced, and that file is refused. The same workers use the other cores.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import traceback
from collections import deque
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NoReturn

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from corpus.document import Document
from corpus.errors import DocumentError
from corpus.load import read_file
from corpus.parse import Parsed, parse
from corpus.readers.content import DEFAULT_LIMITS, Limits

logger = logging.getLogger(__name__)

_AHEAD = 2
"""Files given to each worker beyond the one whose result is awaited."""
_PARSING = 2.0
"""How much of ``Limits.seconds`` structure and facts may take beside reading."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: where it lies, what it is called, and metadata a user states for it."""

    path: Path
    source_name: str
    overrides: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: the documents in it, and why it or parts of it are none."""

    source: Source
    parsed: tuple[Parsed, ...] = ()
    refused: tuple[DocumentError, ...] = ()


def ingest(
    sources: Iterable[Source], *, workers: int | None = None, limits: Limits = DEFAULT_LIMITS
) -> Generator[Outcome, None, None]:
    """Yield what became of each file, in the order given.

    ``workers`` processes read at the same time (default: one a core); ``sources`` is consumed only
    a few files ahead of what is yielded. Closing the generator ends the workers.
    """
    count = workers or os.cpu_count() or 1
    waiting = iter(sources)
    with _pool(count, limits) as pool:
        in_hand: deque[tuple[Source, ProcessFuture[Outcome]]] = deque()
        try:
            while True:
                for source in islice(waiting, count * _AHEAD + 1 - len(in_hand)):
                    seconds = limits.seconds * (1 + _PARSING)
                    future = pool.schedule(_read, args=[source, limits], timeout=seconds)
                    in_hand.append((source, future))
                if not in_hand:
                    break
                yield _outcome(*in_hand.popleft(), limits)
        finally:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def _pool(workers: int, limits: Limits) -> ProcessPool:
    # Never forked: the program that adds files has threads, and libraries that do not survive it.
    context = multiprocessing.get_context("spawn")
    return ProcessPool(
        max_workers=workers,
        context=context,
        initializer=_prepare,
        initargs=[limits],
    )


def _prepare(limits: Limits) -> None:
    """Bound this worker, and with it the programs that it starts."""
    signal.signal(signal.SIGTERM, _unwind)
    # Parsing makes many small values and no cycles: collecting seldom saves a tenth of the time.
    gc.freeze()
    gc.set_threshold(100_000)
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.expanded_bytes, limits.expanded_bytes))


def _unwind(signal_number: int, frame: object) -> NoReturn:
    """Let a reader end its programs and delete its files before the worker is gone."""
    raise SystemExit(128 + signal_number)


def _read(source: Source, limits: Limits) -> Outcome:
    try:
        return _outcome_of(source, limits)
    except SystemExit as end:
        os._exit(int(end.code or 0))  # the pool would take it for a result and go on
    except Exception:
        # What is raised elsewhere may be impossible to unpickle, which would end the whole pool.
        raise RuntimeError(traceback.format_exc()) from None


def _outcome_of(source: Source, limits: Limits) -> Outcome:
    parsed: list[Parsed] = []
    refused: list[DocumentError] = []
    try:
        found = read_file(
            source.path,
            source_name=source.source_name,
            overrides=source.overrides or None,
            limits=limits,
        )
        for one in found:
            if isinstance(one, Document):
                parsed.append(parse(one))
            else:
                refused.append(one)
    except MemoryError:
        parsed.clear()
        refused = [_over(source, f"处理时需要的内存超过 {limits.memory_bytes / 2**30:g} GiB")]
    return Outcome(source, tuple(parsed), tuple(refused))


def _outcome(source: Source, future: ProcessFuture[Outcome], limits: Limits) -> Outcome:
    try:
        return future.result()
    except FutureTimeoutError:
        refusal = _over(source, f"处理时间超过{limits.seconds * (1 + _PARSING):g}秒")
    except ProcessExpired:
        refusal = _over(source, "处理它的进程意外中止")
    except Exception:
        # a fault of ours in one file must not cost the others; the log keeps the traceback
        logger.exception("reading %s failed", source.source_name)
        refusal = _over(source, "处理时出现未预料的错误，已记入日志")
    return Outcome(source, refused=(refusal,))


def _over(source: Source, met: str) -> DocumentError:
    return DocumentError(
        source.source_name,
        met,
        accepted="其他文件不受影响",
        advice="请检查该文件能否正常打开，或另存为 .docx、.txt 后再添加",
    )
