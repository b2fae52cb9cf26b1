"""The endpoints of facts: targets, their comparison, responsibilities, references.

Each gives JSON by pages, or a file (CSV, XLSX) of everything that was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import StringConstraints

from corpus.facts.fact import Role
from index.facts import ResponsibilityFilter, TargetFilter
from rag.comparison import compare_targets
from ui import fact_schemas as schemas
from ui import fact_sheets
from ui.problems import Problem
from ui.regions import full_regions
from ui.service import Service
from ui.sheets import MEDIA_TYPES, FileFormat, Sheet, disposition, to_file

PAGE = 100
COMPARED_MAX = 20_000
"""Targets that one comparison may take in."""

router = APIRouter(prefix="/api/v1", tags=["事实"])


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(_service)]
Format = Annotated[
    Literal["json", "csv", "xlsx"], Query(description="json，或供表格软件打开的 csv、xlsx")
]
Limit = Annotated[
    int | None,
    Query(ge=1, le=1000, description=f"本页条数；不填时 json 为{PAGE}，csv、xlsx 为全部"),
]
Offset = Annotated[int, Query(ge=0, le=2**53, description="从第几条起，从0数")]
Place = Annotated[str, StringConstraints(max_length=100)]
Region = Annotated[
    list[Place], Query(description="行政区划，全称或简称，如“温州市”“温州”；可重复，或用逗号隔开")
]
DocumentId = Annotated[str | None, Query(max_length=64, description="文件编号")]
Indicator = Annotated[str, Query(max_length=100, description="指标名称或其中的文字")]
Subject = Annotated[str, Query(max_length=100, description="指标所属的产业、地方等")]
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for media_type in MEDIA_TYPES.values()
        }
    }
}


@router.get(
    "/targets",
    summary="指标",
    responses=FILES,
    response_model=schemas.TargetsResponse,
    description="文件中提出的指标，逐条附原文和位置。",
)
def targets(
    service: ServiceDep,
    region: Region = [],  # noqa: B006 - FastAPI copies it
    indicator: Indicator = "",
    subject: Subject = "",
    year: Annotated[int | None, Query(ge=1900, le=2200, description="目标年份")] = None,
    unit: Annotated[str, Query(max_length=50, description="单位，如“亿元”；“元”含万元、亿元")] = "",
    document_id: DocumentId = None,
    limit: Limit = None,
    offset: Offset = 0,
    format: Format = "json",
) -> schemas.TargetsResponse | Response:
    """List targets."""
    places = full_regions(service.index, region)
    documents = _one(service, document_id)
    filters = TargetFilter(places, documents, indicator, subject, unit, year)
    page = service.index.targets(filters, limit=_size(limit, format), offset=offset)
    if format != "json":
        return _file([fact_sheets.targets(page.rows)], "targets", format)
    return schemas.TargetsResponse.from_page(page)


@router.get(
    "/targets/compare",
    summary="各地指标对比",
    responses=FILES,
    response_model=schemas.CompareResponse,
    description="同一指标在各地的数值，一地一列；单位已折算，同一地区同一年份数值不同的标为不一致。",
)
def compare(
    service: ServiceDep,
    indicator: Indicator = "",
    subject: Subject = "",
    regions: Region = [],  # noqa: B006 - FastAPI copies it
    limit: Limit = None,
    offset: Offset = 0,
    format: Format = "json",
) -> schemas.CompareResponse | Response:
    """Put the targets of places side by side."""
    filters = TargetFilter(full_regions(service.index, regions), (), indicator, subject)
    page = service.index.targets(filters, limit=COMPARED_MAX)
    if page.total > COMPARED_MAX:
        raise Problem(
            422,
            f"符合条件的指标有{page.total}条。一次对比最多{COMPARED_MAX}条。"
            "请用 indicator、subject 或 regions 缩小范围。",
        )
    found = compare_targets(page.rows)
    if format != "json":
        return _file(fact_sheets.comparison(found), "comparison", format)
    return schemas.CompareResponse.from_comparison(found, limit=limit or PAGE, offset=offset)


@router.get(
    "/responsibilities",
    summary="责任分工",
    responses=FILES,
    response_model=schemas.ResponsibilitiesResponse,
    description="各单位在各项任务中的职责，逐条附原文和位置。",
)
def responsibilities(
    service: ServiceDep,
    unit: Annotated[
        str,
        Query(max_length=100, description="单位名称，全称、简称均可；带级别（市、省）时只列该级"),
    ] = "",
    role: Annotated[Role | None, Query(description="职责")] = None,
    region: Region = [],  # noqa: B006 - FastAPI copies it
    document_id: DocumentId = None,
    limit: Limit = None,
    offset: Offset = 0,
    format: Format = "json",
) -> schemas.ResponsibilitiesResponse | Response:
    """List responsibilities."""
    places = full_regions(service.index, region)
    filters = ResponsibilityFilter(places, _one(service, document_id), unit, role or "")
    page = service.index.responsibilities(filters, limit=_size(limit, format), offset=offset)
    if format != "json":
        return _file([fact_sheets.responsibilities(page.rows)], "responsibilities", format)
    return schemas.ResponsibilitiesResponse.from_page(page)


@router.get(
    "/references",
    summary="文件引用关系",
    responses=FILES,
    response_model=schemas.ReferencesResponse,
    description="文件之间的引用；给出文件编号时，为它引用的和引用它的文件，否则为全库。",
)
def references(
    service: ServiceDep, document_id: DocumentId = None, format: Format = "json"
) -> schemas.ReferencesResponse | Response:
    """Return who cites whom."""
    graph = service.index.references(_one(service, document_id) or None)
    if format != "json":
        return _file([fact_sheets.references(graph)], "references", format)
    return schemas.ReferencesResponse.from_graph(graph)


def _one(service: Service, document_id: str | None) -> tuple[str, ...]:
    """Return the document asked for; DocumentMissing when there is none of that id."""
    return (service.index.document(document_id).id,) if document_id else ()


def _size(limit: int | None, format: str) -> int | None:
    return limit if limit or format != "json" else PAGE


def _file(sheets: Sequence[Sheet], plain_name: str, file_format: FileFormat) -> Response:
    headers = {"Content-Disposition": disposition(sheets[0].name, plain_name, file_format)}
    content = to_file(sheets, file_format)
    return Response(content, media_type=MEDIA_TYPES[file_format], headers=headers)
