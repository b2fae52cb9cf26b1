"""``cewen add``: many files into the library, and a report of what became of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpus.errors import DocumentError
    from corpus.ingest import Outcome
    from corpus.parse import Parsed
    from corpus.readers.content import Limits
    from index.index import Added, Index

Progress = Callable[[int, int | None, str], None]

LISTED = 20
"""Names of a kind that the report lists; the rest are counted. ``--json`` has all."""
WORDS = {"added": "已加入", "unchanged": "未变化", "refused": "未加入"}


@dataclass(slots=True)
class Report:
    """What became of the files of one ``cewen add``."""

    files: int = 0
    added: list[Added] = field(default_factory=list)
    refused: list[DocumentError] = field(default_factory=list)
    unstructured: list[str] = field(default_factory=list)
    """Names of documents in which no section was found."""

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "files": [
                {
                    "source_name": one.source_name,
                    "state": one.state,
                    "document_id": one.document_id,
                    "near_duplicates": list(one.near),
                }
                for one in self.added
            ]
            + [
                {"source_name": one.source_name, "state": "refused", "error": str(one)}
                for one in self.refused
            ],
            "unstructured": self.unstructured,
        }

    def lines(self, names: Callable[[str], str]) -> Iterator[str]:
        """Yield the report for people; ``names`` gives the file name of a document id."""
        if len(self.added) <= LISTED:
            for one in self.added:
                yield f"{WORDS[one.state]}  {one.source_name}  {one.document_id}"
        states = [one.state for one in self.added]
        yield (
            f"读取 {self.files} 个文件，得到 {len(states)} 份：加入 {states.count('added')} 份，"
            f"未变化 {states.count('unchanged')} 份；不能加入的 {len(self.refused)} 处。"
        )
        yield from _listed("没有找到章节结构，按段落检索", self.unstructured)
        near: list[str] = []
        told: set[str] = set()
        for one in self.added:
            others = [other for other in one.near if other not in told]
            if one.state == "added" and others:
                near.append(f"{one.source_name} ≈ {'、'.join(map(names, others))}")
            told.add(one.document_id)
        yield from _listed("与库中文件内容近似，请确认是否重复", near)


def add_files(
    library: Index,
    files: Sequence[Path],
    *,
    limits: Limits,
    workers: int | None,
    progress: Progress,
) -> Report:
    """Read ``files`` in worker processes and add what they hold; a refused one costs no other."""
    from corpus.ingest import Source, ingest
    from corpus.load import shown_name

    report = Report()
    sources = [Source(file, shown_name(file.name)) for file in files]

    def parsed() -> Generator[Parsed, None, None]:
        with closing(ingest(sources, workers=workers, limits=limits)) as outcomes:
            for outcome in outcomes:
                report.files += 1
                report.refused += outcome.refused
                report.unstructured += _unstructured(outcome)
                yield from outcome.parsed
                progress(report.files, len(files), outcome.source.source_name)

    # closed: when adding fails, the workers end before the error is told
    with closing(parsed()) as found:
        report.added = library.add(found)
    return report


def _unstructured(outcome: Outcome) -> list[str]:
    return [one.document.source_name for one in outcome.parsed if not one.sections]


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{what}（{len(names)} 份）："
        yield from (f"  {name}" for name in names[:LISTED])
        if len(names) > LISTED:
            yield f"  …… 另有 {len(names) - LISTED} 份，见 --json"
