"""Facts as tables for people: the columns of the files, and the shorter ones of a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corpus.facts.fact import Comparator, Target, YearSource
from index.facts import FactSource, ReferenceGraph, ResponsibilityRow, TargetRow
from rag.comparison import ComparedCell, ComparedValue, TargetComparison
from ui.sheets import Sheet, Value

COMPARATORS: dict[Comparator, str] = {
    ">=": "不低于",
    ">": "超过",
    "≈": "左右",
    "<=": "不超过",
    "<": "低于",
    "=": "",
}
YEAR_SOURCES: dict[YearSource, str] = {"sentence": "本句", "section": "本章节", "plan": "规划期末"}
_SOURCE_COLUMNS = ("文件", "章节", "原文", "起始位置", "结束位置", "文件编号")
_TARGET_COLUMNS = (
    "地区", "对象", "指标", "比较", "数值", "数值上限", "单位", "折算数值", "折算上限", "折算单位",
    "年份", "年份依据", "每年", "性质",
)  # fmt: skip


def _source(source: FactSource, start: int, end: int) -> tuple[Value, ...]:
    path = " > ".join(source.section_path)
    return source.title, path, source.quote, start, end, source.document_id


def _target(row: TargetRow) -> tuple[Value, ...]:
    target = row.target
    return (
        row.source.region,
        target.subject,
        target.indicator,
        COMPARATORS[target.comparator],
        _number(target.value),
        _number(target.value_max),
        target.unit,
        _number(target.value_base),
        _number(target.value_max_base),
        target.unit_base,
        target.year,
        target.year_from and YEAR_SOURCES[target.year_from],
        "是" if target.per_year else "",
        target.binding,
        *_source(row.source, target.start, target.end),
    )


def _number(value: float | None) -> Value:
    """Return 400 for 400.0: a column of figures reads better without noughts."""
    return int(value) if value is not None and value.is_integer() else value


def targets(rows: Iterable[TargetRow]) -> Sheet:
    """Return targets with all that is known of them."""
    return Sheet("指标", (*_TARGET_COLUMNS, *_SOURCE_COLUMNS), [_target(row) for row in rows])


def responsibilities(rows: Iterable[ResponsibilityRow]) -> Sheet:
    """Return responsibilities with all that is known of them."""
    columns = ("地区", "单位", "原文写法", "职责", "任务序号", "任务", *_SOURCE_COLUMNS)
    listed = [
        (
            row.source.region, found.unit, found.written, found.role, found.task_label,
            found.task_title, *_source(row.source, found.start, found.end),
        )
        for row in rows
        for found in (row.responsibility,)
    ]  # fmt: skip
    return Sheet("责任分工", columns, listed)


def references(graph: ReferenceGraph) -> Sheet:
    """Return who cites whom."""
    columns = (
        "引用方", "被引用文件", "被引用文号", "关系", "是否在库", "被引用文件编号",
        *_SOURCE_COLUMNS,
    )  # fmt: skip
    nodes = {node.id: node for node in graph.nodes}
    listed: list[Sequence[Value]] = []
    for row in graph.edges:
        found = row.reference
        for cited in (nodes[id_] for id_ in row.cited):
            held = ("是", cited.id) if cited.held else ("否", None)
            listed.append((
                row.source.title, cited.title, cited.number, found.role, *held,
                *_source(row.source, found.start, found.end),
            ))  # fmt: skip
    return Sheet("引用关系", columns, listed)


def comparison(found: TargetComparison) -> list[Sheet]:
    """Return a sheet with a column a place, and one with the source of every figure."""
    lines = [
        (line.subject, line.indicator, line.unit, *map(_cell, line.cells)) for line in found.lines
    ]
    sources = [
        (line.subject, line.indicator, "是" if cell.conflict else "", *_target(value.row))
        for line in found.lines
        for cell in line.cells
        for value in cell.values
    ]
    return [
        Sheet("指标对比", ("对象", "指标", "单位", *found.places), lines),
        Sheet("出处", ("行对象", "行指标", "不一致", *_TARGET_COLUMNS, *_SOURCE_COLUMNS), sources),
    ]


def _cell(cell: ComparedCell) -> str:
    """Write what a place states, a figure a line, with its source."""
    lines = [
        f"{_compared(value)}〔《{value.row.source.title}》：{value.row.source.quote}〕"
        for value in cell.values
    ]
    return "\n".join([*(["【数值不一致】"] if cell.conflict else []), *lines])


def _compared(value: ComparedValue) -> str:
    return figure(value.row.target, value=value.value, value_max=value.value_max, unit="")


def figure(target: Target, *, value: float, value_max: float | None, unit: str) -> str:
    """Write a figure as people do, with its qualifier and year: 不低于400亿元（2021年）."""
    word = COMPARATORS[target.comparator]
    number = plain(value) if value_max is None else f"{plain(value)}—{plain(value_max)}"
    stated = f"{number}{unit}{word}" if word == "左右" else f"{word}{number}{unit}"
    year = "" if target.year is None else f"（{target.year}年）"
    return f"{'每年' if target.per_year else ''}{stated}{year}"


def plain(value: float) -> str:
    """Write a number without an exponent and without noughts at its end.

    >>> plain(400.0), plain(0.15), plain(4e10)
    ('400', '0.15', '40000000000')
    """
    return str(int(value)) if value.is_integer() else f"{value:.10f}".rstrip("0").rstrip(".")


def short_targets(rows: Iterable[TargetRow]) -> Sheet:
    """Return what a terminal has room for."""
    listed = [
        (
            row.source.region or "－", target.subject or "－", target.indicator,
            figure(target, value=target.value, value_max=target.value_max, unit=target.unit),
            row.source.title, " > ".join(row.source.section_path),
        )
        for row in rows
        for target in (row.target,)
    ]  # fmt: skip
    return Sheet("指标", ("地区", "对象", "指标", "数值", "文件", "章节"), listed)


def short_responsibilities(rows: Iterable[ResponsibilityRow]) -> Sheet:
    """Return what a terminal has room for."""
    listed = [
        (
            row.source.region or "－", found.unit, found.role,
            f"{found.task_label}{found.task_title}" or "－", row.source.title,
        )
        for row in rows
        for found in (row.responsibility,)
    ]  # fmt: skip
    return Sheet("责任分工", ("地区", "单位", "职责", "任务", "文件"), listed)


def short_references(graph: ReferenceGraph) -> Sheet:
    """Return what a terminal has room for."""
    full = references(graph)
    return Sheet(full.name, full.columns[:5], [row[:5] for row in full.rows])
