"""A run as a file: JSON Lines, a header line and one line a question.

The file describes itself (format, question set, index, settings) and holds the scores beside what
they were given for, so it can be read, compared and averaged without library or question set. It
is written line by line; a run that was killed leaves a file that says how many lines it lacks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.errors import QuestionSetError
from eval.report import Report, RunInfo, Scored
from eval.runner import Cited, FoundText, Outcome
from rag.answer import Part

FORMAT = 1


def write_run(path: Path, run: RunInfo, scored: Iterable[Scored]) -> Iterator[Scored]:
    """Write ``scored`` to ``path`` as they come, and pass each on once it is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_line({"record": "run", "format": FORMAT, **asdict(run)}))
        for one in scored:
            file.write(_line({"record": "question", **asdict(one)}))
            file.flush()
            yield one


def read_run(path: Path) -> Report:
    """Read a finished run and average it again; refuses a file that is no run or not finished."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        run = _header(json.loads(lines[0]))
        scored = [_scored(json.loads(line)) for line in lines[1:]]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise QuestionSetError(
            str(path),
            1,
            f"不是评测运行的结果文件（{error}）",
            accepted="只接受 cewen eval run 用 --out 写出的文件",
            advice="请重新运行：cewen eval run 题集 --out 文件",
        ) from None
    if len(scored) < run.questions:
        raise QuestionSetError(
            str(path),
            len(scored) + 1,
            f"运行没有完成：题集有{run.questions}题，文件里只有{len(scored)}题",
            accepted="只接受跑完的运行",
            advice="请重新运行：cewen eval run 题集 --out 文件",
        )
    return Report.of(run, scored)


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


def _header(record: dict[str, Any]) -> RunInfo:
    if record.pop("record", None) != "run" or record.pop("format", None) != FORMAT:
        raise ValueError("首行不是本版本的运行记录")
    return RunInfo(**record)


def _scored(record: dict[str, Any]) -> Scored:
    fields = {key: value for key, value in record.items() if key not in ("record", "outcome")}
    return Scored(**fields, outcome=_outcome(record["outcome"]))


def _outcome(record: dict[str, Any] | None) -> Outcome | None:
    if record is None:
        return None
    return Outcome(
        **{
            **record,
            "parts": tuple(_part(part) for part in record["parts"]),
            "citations": tuple(Cited(**cited) for cited in record["citations"]),
            "hits": tuple(FoundText(**hit) for hit in record["hits"]),
        }
    )


def _part(record: dict[str, Any]) -> Part:
    highlights = tuple((start, end) for start, end in record.pop("highlights"))
    return Part(**record, highlights=highlights)
