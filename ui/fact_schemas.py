"""Facts as the HTTP interface gives them: models made from the rows of ``index.facts``."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, Field

from corpus.facts.fact import Comparator, ReferenceRole, Role, SubjectSource, YearSource
from index.facts import (
    CitedDocument,
    FactPage,
    FactSource,
    ReferenceGraph,
    ReferenceRow,
    ResponsibilityRow,
    TargetRow,
)
from rag.comparison import ComparedCell, ComparedLine, ComparedValue, TargetComparison


def _place(source: FactSource, start: int, end: int) -> dict[str, Any]:
    """Return the fields that every fact has: where it stands."""
    return {
        "doc_id": source.document_id,
        "title": source.title,
        "region": source.region,
        "source_name": source.source_name,
        "section_path": list(source.section_path),
        "quote": source.quote,
        "start": start,
        "end": end,
    }


class FactOut(BaseModel):
    """A fact and where it stands."""

    doc_id: str = Field(description="文件编号")
    title: str = Field(description="文件标题")
    region: str | None = Field(description="行政区划")
    source_name: str = Field(description="文件名")
    section_path: list[str] = Field(description="所在章节，由外到内")
    quote: str = Field(description="原文，与正文[start:end)逐字相同")
    start: int = Field(description="起始位置")
    end: int = Field(description="结束位置")


class TargetOut(FactOut, title="一项指标"):
    """A target."""

    subject: str = Field(
        description="指标所属的产业、地方或单位；本句没有写明的取所在章节标题中的产业，都没有时为空"
    )
    subject_from: SubjectSource | None = Field(
        description="所属对象的依据：sentence 本句，section 本章节；没有对象时为空"
    )
    indicator: str = Field(description="指标名称")
    comparator: Comparator = Field(
        description=">= 不低于、以上；> 超过、突破；≈ 左右；<= 以内；< 低于；= 没有限定"
    )
    value: float = Field(description="数值，按原文单位")
    value_max: float | None = Field(description="范围的上限；不是范围时为空")
    unit: str = Field(description="原文单位，如“亿元”")
    value_base: float = Field(description="按基本单位的数值，万、亿已折算")
    value_max_base: float | None = Field(description="按基本单位的上限")
    unit_base: str = Field(description="基本单位，如“元”")
    year: int | None = Field(description="目标年份")
    year_from: YearSource | None = Field(
        description="年份的依据：sentence 本句，section 本章节，plan 规划期末"
    )
    per_year: bool = Field(description="是否每年的数量")
    binding: Literal["约束性", "预期性"] | None = Field(description="指标性质")
    figure_start: int = Field(description="数值及其限定词的起始位置")
    figure_end: int = Field(description="数值及其限定词的结束位置")

    @classmethod
    def from_row(cls, row: TargetRow, **more: Any) -> Self:  # noqa: ANN401 - fields of a subclass
        """Make from a row of the index."""
        target = row.target
        stated = {
            name: getattr(target, name)
            for name in type(target).__slots__
            if name not in ("section", "start", "end")
        }
        return cls(**_place(row.source, target.start, target.end), **stated, **more)


class ResponsibilityOut(FactOut, title="一项责任分工"):
    """A responsibility."""

    unit: str = Field(description="单位的规范写法")
    written: str = Field(description="单位在原文中的写法")
    role: Role
    task_label: str = Field(description="任务的序号")
    task_title: str = Field(description="任务的标题")

    @classmethod
    def from_row(cls, row: ResponsibilityRow) -> Self:
        """Make from a row of the index."""
        found = row.responsibility
        return cls(
            **_place(row.source, found.start, found.end),
            unit=found.unit,
            written=found.written,
            role=found.role,
            task_label=found.task_label,
            task_title=found.task_title,
        )


class TargetsResponse(BaseModel, title="指标"):
    """A page of targets."""

    total: int = Field(description="符合条件的指标总数")
    rows: list[TargetOut] = Field(description="按文件名、再按原文次序")

    @classmethod
    def from_page(cls, page: FactPage[TargetRow]) -> Self:
        """Make from a page of the index."""
        return cls(total=page.total, rows=[TargetOut.from_row(row) for row in page.rows])


class ResponsibilitiesResponse(BaseModel, title="责任分工"):
    """A page of responsibilities."""

    total: int = Field(description="符合条件的总数")
    rows: list[ResponsibilityOut] = Field(description="按文件名、再按原文次序")

    @classmethod
    def from_page(cls, page: FactPage[ResponsibilityRow]) -> Self:
        """Make from a page of the index."""
        return cls(total=page.total, rows=[ResponsibilityOut.from_row(row) for row in page.rows])


class ComparedValueOut(TargetOut, title="对比表中的一个数值及其出处"):
    """A target in the unit of its row."""

    converted: float = Field(description="按本行单位的数值")
    converted_max: float | None = Field(description="按本行单位的上限")

    @classmethod
    def from_value(cls, value: ComparedValue) -> Self:
        """Make from a value of a comparison."""
        return cls.from_row(value.row, converted=value.value, converted_max=value.value_max)


class ComparedCellOut(BaseModel, title="一个地区的数值"):
    """What one place states."""

    conflict: bool = Field(description="同一年份有不同数值")
    values: list[ComparedValueOut] = Field(description="没有提出该指标时为空")

    @classmethod
    def from_cell(cls, cell: ComparedCell) -> Self:
        """Make from a cell of a comparison."""
        values = [ComparedValueOut.from_value(value) for value in cell.values]
        return cls(conflict=cell.conflict, values=values)


class ComparedRowOut(BaseModel, title="一项指标在各地的数值"):
    """One target; the cells are in the order of the columns."""

    subject: str
    indicator: str
    unit: str = Field(description="本行单位：各地最常用的写法")
    conflict: bool = Field(description="是否有地区前后不一致")
    cells: list[ComparedCellOut] = Field(description="与 columns 同序")

    @classmethod
    def from_line(cls, line: ComparedLine) -> Self:
        """Make from a line of a comparison."""
        return cls(
            subject=line.subject,
            indicator=line.indicator,
            unit=line.unit,
            conflict=line.conflict,
            cells=[ComparedCellOut.from_cell(cell) for cell in line.cells],
        )


class CompareResponse(BaseModel, title="各地指标对比"):
    """Targets side by side, a column a place."""

    columns: list[str] = Field(description="地区")
    total: int = Field(description="指标（行）的总数")
    rows: list[ComparedRowOut] = Field(description="提出的地区多的在前")

    @classmethod
    def from_comparison(cls, found: TargetComparison, *, limit: int, offset: int) -> Self:
        """Make from a part of a comparison."""
        part = found.lines[offset : offset + limit]
        rows = [ComparedRowOut.from_line(line) for line in part]
        return cls(columns=list(found.places), total=len(found.lines), rows=rows)


class CitedNode(BaseModel, title="引用关系中的一份文件"):
    """A document that cites or is cited."""

    id: str = Field(description="节点编号；库中文件即文件编号")
    doc_id: str | None = Field(description="文件编号；不在库中时为空")
    in_library: bool = Field(description="文件库中是否有这份文件")
    title: str | None
    doc_number: str | None = Field(description="发文字号")
    region: str | None = Field(description="行政区划")

    @classmethod
    def from_document(cls, node: CitedDocument) -> Self:
        """Make from a node of the graph."""
        return cls(
            id=node.id,
            doc_id=node.id if node.held else None,
            in_library=node.held,
            title=node.title,
            doc_number=node.number,
            region=node.region,
        )


class CitationEdge(BaseModel, title="一处引用：source 引用 target"):
    """One document citing another."""

    source: str = Field(description="引用它的文件的编号")
    target: str = Field(description="被引用的文件的节点编号")
    role: ReferenceRole
    title: str | None = Field(description="原文所写的标题")
    doc_number: str | None = Field(description="原文所写的发文字号")
    section_path: list[str] = Field(description="所在章节，由外到内")
    quote: str = Field(description="原文，与引用方正文[start:end)逐字相同")
    start: int = Field(description="起始位置")
    end: int = Field(description="结束位置")

    @classmethod
    def all_of(cls, row: ReferenceRow) -> list[Self]:
        """Make one for each document that a reference names."""
        found = row.reference
        return [
            cls(
                source=row.source.document_id,
                target=target,
                role=found.role,
                title=found.title,
                doc_number=found.number,
                section_path=list(row.source.section_path),
                quote=row.source.quote,
                start=found.start,
                end=found.end,
            )
            for target in row.cited
        ]


class ReferencesResponse(BaseModel, title="文件之间的引用关系"):
    """The citation graph."""

    nodes: list[CitedNode]
    edges: list[CitationEdge]

    @classmethod
    def from_graph(cls, graph: ReferenceGraph) -> Self:
        """Make from a graph of the index."""
        return cls(
            nodes=[CitedNode.from_document(node) for node in graph.nodes],
            edges=[edge for row in graph.edges for edge in CitationEdge.all_of(row)],
        )


class ReferenceOut(BaseModel, title="一份文件的一处引用"):
    """A reference seen from one of its documents; the other one is what is described."""

    doc_id: str | None = Field(description="另一份文件的编号；不在库中时为空")
    title: str | None = Field(description="另一份文件的标题；不在库中时照原文所写")
    doc_number: str | None = Field(description="发文字号")
    role: ReferenceRole
    section_path: list[str] = Field(description="引用处所在章节，由外到内")
    quote: str = Field(description="引用处的原文")
    start: int = Field(description="在引用方正文中的起始位置")
    end: int = Field(description="在引用方正文中的结束位置")


def references_of(
    graph: ReferenceGraph, document_id: str
) -> tuple[list[ReferenceOut], list[ReferenceOut]]:
    """Return what a document cites, and what cites it."""
    nodes = {node.id: node for node in graph.nodes}
    edges = [edge for row in graph.edges for edge in CitationEdge.all_of(row)]
    return (
        [_seen(edge, nodes[edge.target]) for edge in edges if edge.source == document_id],
        [_seen(edge, nodes[edge.source]) for edge in edges if edge.target == document_id],
    )


def _seen(edge: CitationEdge, other: CitedDocument) -> ReferenceOut:
    return ReferenceOut(
        doc_id=other.id if other.held else None,
        title=other.title,
        doc_number=other.number,
        role=edge.role,
        section_path=edge.section_path,
        quote=edge.quote,
        start=edge.start,
        end=edge.end,
    )
