"""The HTTP interface, version 1, on FastAPI; the chat page is mounted beside it by ``ui/chat.py``.

Handlers are plain functions, so that Starlette runs them in its thread pool: a question costs
milliseconds of CPU and blocks nobody. What is asked and answered is in ``ui/schemas.py``, errors in
``ui/problems.py``, keys and limits in ``ui/guard.py``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, File, Form, Query, Request, Security, UploadFile
from fastapi.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from fastapi.security import HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import TypeAdapter, ValidationError

from corpus.errors import CewenError
from corpus.regions import region_path
from index.hit import Filters
from ui import facts_api, manual, problems, schemas
from ui.fact_schemas import references_of
from ui.feedback import question_lines
from ui.guard import Guard
from ui.jobs import Inbox, Job
from ui.metrics import Measure
from ui.problems import Problem, problem_of, validation_problem
from ui.service import Service

DESCRIPTION = """对政府文件库提问，得到逐字引用原文、注明出处的回答。

所有位置都是Unicode字符数，半开区间 [起, 止)：对任何引用和段落，
`GET /api/v1/documents/{id}/text` 返回的正文的 `text[start:end]` 就是引文。"""

PROBLEM_RESPONSE: dict[str, Any] = {
    "model": schemas.ProblemOut,
    "description": "出错说明（application/problem+json）",
}
MetadataForm = TypeAdapter(schemas.MetadataFields | dict[str, schemas.MetadataFields])

bearer = HTTPBearer(auto_error=False, description="配置了密钥时，/api/ 下的调用都须带密钥")
GUARDED: dict[str, Any] = {
    "dependencies": [Security(bearer), Depends(problems.refuse_unknown_query)],
    "responses": {422: PROBLEM_RESPONSE, 503: PROBLEM_RESPONSE},
}
router = APIRouter(prefix="/api/v1", **GUARDED)
operations = APIRouter(tags=["运行"])


async def service_of(request: Request) -> Service:
    """Return the service of the app that received the request."""
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(service_of)]
Year = Annotated[int | None, Query(ge=1900, le=2200)]
Limit = Annotated[int, Query(ge=1, le=1000, description="本页条数")]
Offset = Annotated[int, Query(ge=0, le=2**53, description="从第几条起，从0数")]


def create_app(
    service: Service, *, loaded: Callable[[Service], None] = lambda service: None
) -> FastAPI:
    """Make the app; ``service`` starts with it and stops with it.

    ``loaded`` is called once the service is ready, or has failed to become so.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.start(loaded=loaded)
        yield
        service.stop()

    app = FastAPI(
        title="策问",
        description=DESCRIPTION,
        version=version("cewen"),
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    app.include_router(router)
    app.include_router(facts_api.router, **GUARDED)
    app.include_router(operations)
    problems.install(app)
    settings = service.settings
    app.add_middleware(Guard, keys=settings.api_keys, upload_bytes=settings.upload_total_bytes)
    app.add_middleware(Measure, metrics=service.metrics)
    return app


def answer_request(service: Service, request: schemas.AskRequest) -> schemas.AskResponse:
    """Ask, and show the answer."""
    answer = service.assistant.ask(
        request.question, request.history, filters=request.filters.to_filters(), top_k=request.top_k
    )
    return schemas.AskResponse.from_answer(
        service.count(answer), service.index, explain=request.explain
    )


@router.post(
    "/ask",
    tags=["问答"],
    summary="提问",
    description="回答由原文逐字组成，每处注明出处；"
    "文件库里没有答案时，说明原因并给出最接近的原文。",
)
def ask(request: schemas.AskRequest, service: ServiceDep) -> schemas.AskResponse:
    """Answer a question."""
    return answer_request(service, request)


@router.post(
    "/ask/batch",
    tags=["问答"],
    summary="批量提问",
    description="逐个作答，与请求同序；不能处理的一项是出错说明，不影响其余各项。",
)
def ask_batch(request: schemas.BatchRequest, service: ServiceDep) -> schemas.BatchResponse:
    """Answer questions one after the other."""
    return schemas.BatchResponse(answers=[_item(service, item) for item in request.questions])


def _item(service: Service, item: Mapping[str, Any]) -> schemas.AskResponse | schemas.ProblemOut:
    try:
        return answer_request(service, schemas.AskRequest.model_validate(item))
    except ValidationError as error:
        return validation_problem(error.errors(include_url=False, include_input=False)).body
    except CewenError as error:
        return problem_of(error).body


@router.post(
    "/ask/stream",
    tags=["问答"],
    summary="提问（事件流）",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    description="依次发出事件 standalone_question、passages、answer（同 /ask 的响应）、done。",
)
def ask_stream(request: schemas.AskRequest, service: ServiceDep) -> StreamingResponse:
    """Answer a question as server-sent events."""
    answer = answer_request(service, request)
    return StreamingResponse(_events(answer), media_type="text/event-stream")


def _events(answer: schemas.AskResponse) -> Iterator[str]:
    shown = answer.model_dump(mode="json")
    yield _event("standalone_question", {"standalone_question": answer.standalone_question})
    yield _event("passages", {"passages": shown["passages"]})
    yield _event("answer", shown)
    yield _event("done", {"elapsed_ms": answer.elapsed_ms})


def _event(name: str, data: Mapping[str, Any]) -> str:
    r"""Write one server-sent event.

    >>> _event("done", {"elapsed_ms": 7.4})
    'event: done\ndata: {"elapsed_ms": 7.4}\n\n'
    """
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


@router.post(
    "/search",
    tags=["问答"],
    summary="检索段落",
    description="返回与问题最相关的段落，由近到远；段落是原文，不跨章节。",
)
def search(request: schemas.SearchRequest, service: ServiceDep) -> schemas.SearchResponse:
    """Find passages."""
    found = service.assistant.search(
        request.query, request.history, filters=request.filters.to_filters(), top_k=request.top_k
    )
    hits = [
        schemas.HitOut.from_hit(
            hit,
            service.index.document(hit.passage.document_id).metadata,
            terms,
            explain=request.explain,
        )
        for hit, terms in zip(found.hits, found.terms, strict=True)
    ]
    return schemas.SearchResponse(hits=hits, elapsed_ms=found.elapsed_ms)


@router.get(
    "/documents", tags=["文件"], summary="文件列表", description="按条件列出文件库中的文件。"
)
def list_documents(
    service: ServiceDep,
    region: Annotated[str | None, Query(max_length=50, description="行政区划全称")] = None,
    issuer: Annotated[str | None, Query(max_length=200, description="发文机关")] = None,
    year: Annotated[Year, Query(description="实施期限或成文年份含这一年")] = None,
    q: Annotated[str, Query(max_length=200, description="标题、文号或文件名中的文字")] = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> schemas.DocumentsResponse:
    """List documents."""
    filters = Filters(
        regions=(region,) if region else (),
        issuers=(issuer,) if issuer else (),
        year_from=year,
        year_to=year,
    )
    page = service.index.documents(filters, q=q, limit=limit, offset=offset)
    return schemas.DocumentsResponse(
        total=page.total,
        documents=[schemas.DocumentSummary.from_card(card) for card in page.documents],
    )


@router.post(
    "/documents",
    tags=["文件"],
    summary="添加文件",
    status_code=202,
    responses={413: PROBLEM_RESPONSE, 429: PROBLEM_RESPONSE},
    description="接收文件，在后台逐份处理；进度和每份的结果见 /jobs/{id}。"
    "同一内容再次上传不会重复。",
)
def add_documents(
    service: ServiceDep,
    files: Annotated[list[UploadFile], File(description="一份或多份文件")],
    metadata: Annotated[
        str | None,
        Form(description="JSON：各文件共用的元数据，或“文件名→元数据”", max_length=100_000),
    ] = None,
) -> schemas.JobAccepted:
    """Take files in; a job adds them."""
    job = receive(service, [(file.filename or "", file.file) for file in files], metadata)
    return schemas.JobAccepted(job_id=job.id)


def receive(service: Service, files: list[tuple[str, Any]], metadata: str | None = None) -> Job:
    """Queue files, given as name and binary stream, for adding.

    Raises Problem when there are too many files or jobs, or the metadata is not understood.
    """
    service.index.id  # noqa: B018 - nothing is taken in before the library is there
    settings = service.settings
    if len(files) > settings.upload_files:
        raise Problem(
            413,
            f"一次上传了{len(files)}份文件。一次最多{settings.upload_files}份。请分批上传。",
        )
    overrides = _overrides(metadata)
    inbox = Inbox()
    for name, stream in files:
        inbox.receive(
            name, stream, file_bytes=settings.upload_file_bytes, overrides=overrides(name)
        )
    job = service.jobs.submit(inbox)
    if job is None:
        raise Problem(
            429,
            "等待处理的上传任务过多。须等已有任务处理完。请稍后重试。",
            headers={"Retry-After": "30"},
        )
    return job


def _overrides(metadata: str | None) -> Callable[[str], Mapping[str, object]]:
    """Read the metadata field: fields for every file, or fields by file name."""
    if not metadata:
        return lambda name: {}
    try:
        given = MetadataForm.validate_json(metadata)
    except ValidationError as error:
        field = schemas.FieldProblem(
            field="metadata",
            detail="应为JSON对象：元数据字段，或“文件名→元数据字段”；字段见 /docs",
            code=error.errors()[0]["type"],
        )
        raise Problem(
            422,
            "metadata 不符合要求。可填 title、doc_number、issuer、region、date_written、"
            "date_published、period。请改正后重试。",
            errors=[field],
        ) from error
    if isinstance(given, schemas.MetadataFields):
        fields = given.overrides()
        return lambda name: fields
    return lambda name: given[name].overrides() if name in given else {}


@router.get(
    "/documents/{document_id}",
    tags=["文件"],
    summary="一份文件及其章节树",
    description="文件的元数据、章节树和引用关系；章节位置可与 /text 对照。",
)
def get_document(document_id: str, service: ServiceDep) -> schemas.DocumentDetail:
    """Describe a document and its sections."""
    service.index.document(document_id)
    page = service.index.documents(Filters(document_ids=(document_id,)), limit=1)
    cites, cited_by = references_of(service.index.references([document_id]), document_id)
    card = page.documents[0]
    metadata = card.metadata
    return schemas.DocumentDetail.from_card(
        card,
        addressees=metadata.addressees,
        signed_by=metadata.signed_by,
        region_path=list(region_path(metadata.region)),
        inferred=sorted(metadata.inferred),
        sources=dict(metadata.spans),
        near_duplicates=[
            schemas.NearDuplicate(id=one, similarity=similarity)
            for one, similarity in service.index.near_duplicates(document_id)
        ],
        outline=schemas.outline_tree(service.index.sections(document_id)),
        references=cites,
        referenced_by=cited_by,
    )


@router.get(
    "/documents/{document_id}/text",
    tags=["文件"],
    summary="正文",
    description="正文，或其中 [start, end) 一段；逐字与文件相同。",
)
def get_text(
    document_id: str,
    service: ServiceDep,
    start: Annotated[int | None, Query(ge=0, description="起始位置，默认0")] = None,
    end: Annotated[int | None, Query(ge=0, description="结束位置（不含），默认到末尾")] = None,
) -> schemas.TextResponse:
    """Return a document's text."""
    document = service.index.document(document_id)
    first = 0 if start is None else start
    last = len(document.text) if end is None else end
    if not first <= last <= len(document.text):
        detail = f"应满足 0 ≤ start ≤ end ≤ {len(document.text)}"
        raise Problem(
            422,
            f"范围 [{first}, {last}) 超出正文。{detail}。请改正 start 和 end 后重试。",
            errors=[schemas.FieldProblem(field="end", detail=detail, code="range")],
        )
    return schemas.TextResponse.from_document(document, first, last)


@router.delete(
    "/documents/{document_id}",
    tags=["文件"],
    summary="删除文件",
    status_code=204,
    description="从文件库删除一份文件，之后的回答不再引用它。",
)
def delete_document(document_id: str, service: ServiceDep) -> None:
    """Remove a document."""
    service.index.remove(document_id)


@router.get(
    "/jobs/{job_id}",
    tags=["文件"],
    summary="上传任务的进度",
    description="任务的状态、已处理份数和每份文件的结果。",
)
def get_job(job_id: str, service: ServiceDep) -> schemas.JobResponse:
    """Tell how far an upload is."""
    job = service.jobs.get(job_id)
    if job is None:
        raise Problem(
            404,
            "没有这个编号的上传任务。只保留最近的任务，服务重启后不再保留。"
            "请核对编号，或用 GET /api/v1/documents 查看文件是否已在库中。",
        )
    return schemas.JobResponse(
        job_id=job.id,
        state=job.state,
        done=job.done,
        total=len(job.files),
        files=[
            schemas.FileResultOut(
                source_name=result.source_name,
                state=result.state,
                document_id=result.document_id,
                document_ids=list(result.document_ids),
                error=result.error,
            )
            for result in job.files
        ],
    )


@router.post(
    "/feedback",
    tags=["反馈"],
    summary="评价一个回答",
    status_code=201,
    description="记下评价，供改进和评测之用。引用须指向库中的文件和正文范围之内。",
)
def add_feedback(request: schemas.FeedbackRequest, service: ServiceDep) -> schemas.FeedbackAccepted:
    """Keep what a reader thinks of an answer."""
    for position, cited in enumerate(request.citations):
        _check_cited(service, position, cited)
    number = service.index.save_feedback(
        request.question,
        request.answer,
        request.rating,
        request.comment,
        [cited.model_dump() for cited in request.citations],
    )
    return schemas.FeedbackAccepted(id=number)


def _check_cited(service: Service, position: int, cited: schemas.CitedPlace) -> None:
    length = len(service.index.document(cited.doc_id).text)
    if not 0 <= cited.start < cited.end <= length:
        field = schemas.FieldProblem(
            field=f"citations.{position}", detail=f"应满足 0 ≤ start < end ≤ {length}", code="range"
        )
        raise Problem(
            422,
            f"第{position + 1}处引用超出正文。{field.detail}。请改正后重试。",
            errors=[field],
        )


@router.get(
    "/feedback/export",
    tags=["反馈"],
    summary="导出为题集",
    response_class=PlainTextResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
    description="被评为有用的回答，按题集格式（JSON Lines）导出，供评测人员核对后使用。",
)
def export_feedback(service: ServiceDep) -> Response:
    """Export approved answers as a question set."""
    text = "".join(f"{line}\n" for line in question_lines(service.index))
    return Response(text, media_type="application/x-ndjson; charset=utf-8")


@operations.get(
    "/healthz", summary="进程是否在运行", description="进程在运行就返回200，不论索引是否载入。"
)
def healthz() -> schemas.Health:
    """Say that the process is up."""
    return schemas.Health(status="ok")


@operations.get(
    "/readyz",
    summary="能否回答问题",
    responses={503: PROBLEM_RESPONSE},
    description="索引载入后返回200，此前返回503。",
)
def readyz(service: ServiceDep) -> schemas.Health:
    """Say whether questions can be answered."""
    index = service.index
    return schemas.Health(status="ready", documents=index.counts().documents, index_id=index.id)


@operations.get(
    "/metrics",
    summary="运行指标",
    response_class=PlainTextResponse,
    description="Prometheus文本格式的运行指标。",
)
def metrics(service: ServiceDep) -> Response:
    """Return figures for Prometheus."""
    if service.ready:
        counts = service.index.counts()
        for item in ("documents", "sections", "passages"):
            service.metrics.library.labels(item).set(getattr(counts, item))
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@operations.get("/docs", include_in_schema=False, response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """Show the manual of the interface."""
    return HTMLResponse(manual.page(request.app.openapi()))
