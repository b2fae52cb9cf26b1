"""``cewen facts``: targets, responsibilities and references as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from corpus.errors import SettingsError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from index.index import Index
    from ui.sheets import FileFormat, Sheet

Command = TypeVar("Command", bound=Callable[..., Any])

ROLES = ("责任", "牵头", "配合", "负责")
"""The values of ``corpus.facts.fact.Role``, which takes long to import."""
_SHOWN = 50


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Join options into one decorator; the help shows them in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_DOCUMENT = click.option(
    "--document", multiple=True, help="文件编号，或标题、文件名中的文字，可重复。"
)
_PLACES = _options(
    click.option("--region", multiple=True, help="行政区划，如“温州市”“温州”，可重复。"), _DOCUMENT
)
_LIMIT = click.option(
    "--limit",
    type=click.IntRange(1, 2**31),
    help=f"最多几条（默认：屏幕显示{_SHOWN}条，写入文件或输出JSON时为全部）。",
)
_OUTPUT = _options(
    click.option("--xlsx", type=click.Path(path_type=Path), help="写入XLSX文件。"),
    click.option("--csv", type=click.Path(path_type=Path), help="写入CSV文件。"),
    click.option("--json", "as_json", is_flag=True, help="输出JSON，供程序读取。"),
    click.option(
        "--index", "index", type=click.Path(path_type=Path), help="索引目录（设置 index）。"
    ),
    click.option("--encoder", help="向量模型：embedded、模型名称或本地文件夹。"),
)


@dataclass(frozen=True, slots=True)
class _Output:
    """What the output options ask for."""

    xlsx: Path | None
    csv: Path | None
    as_json: bool
    index: Path | None
    encoder: str | None

    def limit(self, given: int | None) -> int | None:
        """Return how many rows are wanted: all of them where nobody has to look through them."""
        everything = self.as_json or self.xlsx or self.csv
        return given if given or everything else _SHOWN

    def write(self, sheet: Sheet) -> None:
        """Write the files."""
        if self.xlsx:
            _write(self.xlsx, sheet, "xlsx")
        if self.csv:
            _write(self.csv, sheet, "csv")

    def show(
        self, sheet: Sheet, total: int, asked: Mapping[str, object], response: BaseModel | None
    ) -> None:
        """Print a table, or ``response`` as JSON; after writing files only where they are."""
        if response is not None:
            click.echo(response.model_dump_json(indent=2))
        elif self.xlsx or self.csv:
            written = "、".join(str(path) for path in (self.xlsx, self.csv) if path)
            click.echo(f"已写入 {written}：{sheet.name} {total} 条。")
        else:
            click.echo(_table(sheet, total, asked))


@click.group(name="facts")
def facts() -> None:
    """列出指标、责任分工、文件之间的引用。"""


@facts.command()
@_PLACES
@click.option("--indicator", default="", help="指标名称或其中的文字。")
@click.option("--subject", default="", help="指标所属的产业、地方等。")
@click.option("--year", type=click.IntRange(1900, 2200), help="目标年份。")
@click.option("--unit", default="", help="单位，如“亿元”；“元”含万元、亿元。")
@_LIMIT
@_OUTPUT
def targets(
    region: tuple[str, ...],
    document: tuple[str, ...],
    indicator: str,
    subject: str,
    year: int | None,
    unit: str,
    limit: int | None,
    **options: Any,  # noqa: ANN401 - the output options
) -> None:
    """列出文件提出的指标。"""
    from index.facts import TargetFilter
    from ui import fact_sheets
    from ui.fact_schemas import TargetsResponse
    from ui.regions import full_regions

    output = _Output(**options)
    with _library(output) as library:
        ids = _ids(library, document)
        page = library.targets(
            TargetFilter(full_regions(library, region), ids, indicator, subject, unit, year),
            limit=output.limit(limit),
        )
    output.write(fact_sheets.targets(page.rows))
    response = TargetsResponse.from_page(page) if output.as_json else None
    asked = {"地区": region, "文件": document, "指标": indicator, "对象": subject,
             "年份": year, "单位": unit}  # fmt: skip
    output.show(fact_sheets.short_targets(page.rows), page.total, asked, response)


@facts.command()
@_PLACES
@click.option("--unit", default="", help="单位名称，全称、简称均可；带级别时只列该级。")
@click.option("--role", type=click.Choice(ROLES), help="职责。")
@_LIMIT
@_OUTPUT
def responsibilities(
    region: tuple[str, ...],
    document: tuple[str, ...],
    unit: str,
    role: str | None,
    limit: int | None,
    **options: Any,  # noqa: ANN401 - the output options
) -> None:
    """列出各单位的责任分工。"""
    from index.facts import ResponsibilityFilter
    from ui import fact_sheets
    from ui.fact_schemas import ResponsibilitiesResponse
    from ui.regions import full_regions

    output = _Output(**options)
    with _library(output) as library:
        ids = _ids(library, document)
        filters = ResponsibilityFilter(full_regions(library, region), ids, unit, role or "")
        page = library.responsibilities(filters, limit=output.limit(limit))
    output.write(fact_sheets.responsibilities(page.rows))
    response = ResponsibilitiesResponse.from_page(page) if output.as_json else None
    asked = {"地区": region, "文件": document, "单位": unit, "职责": role}
    output.show(fact_sheets.short_responsibilities(page.rows), page.total, asked, response)


@facts.command()
@_DOCUMENT
@_OUTPUT
def references(
    document: tuple[str, ...],
    **options: Any,  # noqa: ANN401 - the output options
) -> None:
    """列出文件之间的引用；不指定文件时为全库。"""
    from ui import fact_sheets
    from ui.fact_schemas import ReferencesResponse

    output = _Output(**options)
    with _library(output) as library:
        graph = library.references(_ids(library, document) or None)
    output.write(fact_sheets.references(graph))
    response = ReferencesResponse.from_graph(graph) if output.as_json else None
    sheet = fact_sheets.short_references(graph)
    output.show(sheet, len(sheet.rows), {"文件": document}, response)


@contextmanager
def _library(output: _Output) -> Iterator[Index]:
    """Lend the index of the settings."""
    from index.encoder import load_encoder
    from index.index import Index
    from rag.settings import load_settings

    settings = load_settings(index=output.index, encoder=output.encoder)
    with Index.open(settings.index, load_encoder(settings.encoder)) as library:
        yield library


def _ids(library: Index, names: Sequence[str]) -> tuple[str, ...]:
    from ui.showing import find_document

    return tuple(find_document(library, name).id for name in names)


def _write(path: Path, sheet: Sheet, file_format: FileFormat) -> None:
    from ui.sheets import to_file

    try:
        path.write_bytes(to_file([sheet], file_format))
    except OSError as error:
        raise SettingsError(
            file_format,
            f"不能写入 {path}（{error.strerror}）",
            accepted="须是可以写入的文件路径",
            advice="请检查目录和权限，文件正被表格软件打开时请先关闭",
        ) from error


def _table(sheet: Sheet, total: int, asked: Mapping[str, object]) -> str:
    from ui.render import aligned

    if not sheet.rows:
        return f"没有找到{sheet.name}。查找范围：{_scope(asked)}。"
    shown = len(sheet.rows)
    part = "" if shown == total else f"，以上是前 {shown} 条；--limit 可列出更多"
    rows = [[str(value or "－") for value in row] for row in sheet.rows]
    return f"{aligned(sheet.columns, rows)}\n共 {total} 条{part}。"


def _scope(asked: Mapping[str, object]) -> str:
    """Say what was searched: 地区 温州市，指标 “企业”."""
    parts = [
        f"{name} {'、'.join(map(str, value)) if isinstance(value, tuple) else value}"
        for name, value in asked.items()
        if value
    ]
    return "，".join(parts) or "整个文件库"
