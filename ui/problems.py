"""Errors as RFC 9457 problem documents: one table from error class to status, messages in Chinese.

Every message says what was met, what is accepted and what to do next, and never echoes more of the
request than names. Errors of the layers below are not caught where they happen; they come
here, or (on the chat page) are shown as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from corpus.errors import (
    CewenError,
    DocumentError,
    DocumentMissing,
    IndexBusy,
    IndexFolderError,
    ModelUnavailable,
    QuestionError,
)
from ui.schemas import FieldProblem, ProblemOut

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

STATUSES: tuple[tuple[type[CewenError], int], ...] = (
    (DocumentMissing, 404),
    (DocumentError, 422),
    (IndexBusy, 409),
    (IndexFolderError, 503),
    (ModelUnavailable, 503),
    (QuestionError, 422),
)
"""The first class that fits counts: subclasses stand before their base."""

KINDS: Mapping[int, tuple[str, str]] = {
    400: ("unreadable-request", "请求无法读取"),
    401: ("key-required", "需要密钥"),
    403: ("not-allowed", "没有权限"),
    404: ("not-found", "没有找到"),
    405: ("method-not-allowed", "不支持这种请求方法"),
    409: ("index-busy", "索引正在写入"),
    413: ("too-large", "内容过大"),
    415: ("content-type", "内容类型不对"),
    422: ("invalid-request", "请求不符合要求"),
    429: ("too-many-requests", "请求过多"),
    500: ("internal-error", "服务内部错误"),
    503: ("unavailable", "服务暂不可用"),
}
"""Status → the last part of the problem's type, and its title."""

DETAILS: Mapping[int, str] = {
    400: "请求体无法读取。JSON接口须用UTF-8编码的JSON，上传须用multipart/form-data。请检查后重试。",
    404: "没有这个地址。可用的地址见 /docs。请核对路径后重试。",
    405: "这个地址不支持该请求方法。可用的方法见响应头 Allow 和 /docs。请改用其中之一。",
    413: "请求体超过上限。请减小内容或分批提交。",
    500: "处理请求时出现未预料的错误，已记入服务日志。请稍后重试；若仍出错，请联系管理员查看日志。",
}


class Problem(Exception):
    """An error of the interface itself (authority, size, readiness); its text is its detail."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[FieldProblem] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = headers
        super().__init__(detail)

    @property
    def body(self) -> ProblemOut:
        """The problem document."""
        slug, title = KINDS.get(self.status, ("http-error", "请求未能完成"))
        return ProblemOut(
            type=f"urn:cewen:problem:{slug}",
            title=title,
            status=self.status,
            detail=self.detail,
            errors=None if self.errors is None else list(self.errors),
        )

    def response(self) -> Response:
        """Return the problem document as a response."""
        return JSONResponse(
            self.body.model_dump(exclude_none=True),
            status_code=self.status,
            headers=None if self.headers is None else dict(self.headers),
            media_type=MEDIA_TYPE,
        )


def problem_of(error: CewenError, *, field: str = "question") -> Problem:
    """Turn an error of the layers below into a problem; ``field`` is what the question was in.

    An error of a class that is not in the table is the service's own: 500, with its message.
    """
    status = next((s for kind, s in STATUSES if isinstance(error, kind)), 500)
    errors = None
    if isinstance(error, QuestionError):
        errors = [FieldProblem(field=field, detail=str(error), code="question")]
    return Problem(status, str(error), errors=errors)


def validation_problem(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Turn pydantic's errors into a problem that names each field in Chinese."""
    fields = [
        FieldProblem(
            field=_field_name(error["loc"]), detail=explain(error), code=str(error["type"])
        )
        for error in errors
    ]
    if fields and fields[0].code == "json_invalid":
        return Problem(422, fields[0].detail, errors=fields)
    listed = "；".join(f"{field.field}：{field.detail}" for field in fields)
    return Problem(
        422,
        f"请求中有{len(fields)}处不符合要求（{listed}）。各字段的要求见 /docs。请改正后重试。",
        errors=fields,
    )


EXPLANATIONS: Mapping[str, str] = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这个字段，请删去或改正名称",
    "string_type": "应为文字",
    "string_too_short": "不能为空，至少{min_length}个字",
    "string_too_long": "过长，最多{max_length}个字",
    "string_unicode": "含有不能用UTF-8表示的字符",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数，不能带小数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "dict_type": "应为JSON对象",
    "model_type": "应为JSON对象",
    "model_attributes_type": "应为JSON对象，并带请求头 Content-Type: application/json",
    "too_long": "最多{max_length}项，收到{actual_length}项",
    "too_short": "至少{min_length}项，收到{actual_length}项",
    "greater_than_equal": "不能小于{ge}",
    "less_than_equal": "不能大于{le}",
    "year_order": "起始年份不能晚于截止年份",
    "literal_error": "只能是以下之一：{expected}",
    "date_type": "应为日期，如 2024-05-01",
    "date_parsing": "应为日期，如 2024-05-01",
    "date_from_datetime_parsing": "应为日期，如 2024-05-01",
}
"""What pydantic's error types mean to a caller; placeholders are the error's own context."""


def explain(error: Mapping[str, Any]) -> str:
    """Say in Chinese what is wrong with one field.

    >>> explain({"type": "less_than_equal", "loc": ("top_k",), "ctx": {"le": 50}})
    '不能大于50'
    """
    if error["type"] == "json_invalid":
        return (
            f"请求体不是合法的JSON（第{error['loc'][-1]}个字符附近出错）。"
            "只接受UTF-8编码的JSON对象。请检查引号、逗号和括号后重试。"
        )
    template = EXPLANATIONS.get(error["type"], "值不符合要求")
    context = {key: _chinese(value) for key, value in (error.get("ctx") or {}).items()}
    return template.format_map(context)


def _chinese(value: object) -> object:
    return value.replace(" or ", " 或 ") if isinstance(value, str) else value


def _field_name(location: Sequence[object]) -> str:
    """Name a field as a caller writes it.

    >>> _field_name(("body", "filters", "regions", 0))
    'filters.regions.0'
    """
    inner = location[1:] if location and location[0] in ("body", "query", "path") else location
    return ".".join(str(part) for part in inner) or "请求体"


def http_problem(error: HTTPException) -> Problem:
    """Turn the framework's own errors (no route, wrong method, body too large) into a problem."""
    detail = DETAILS.get(
        error.status_code, "请求未能完成。可用的地址和方法见 /docs。请核对后重试。"
    )
    return Problem(error.status_code, detail, headers=error.headers)


def internal_problem(error: Exception, scope: Scope) -> Problem:
    """Log an unexpected error with its traceback and return what the caller may see of it."""
    logger.error("%s %s failed", scope.get("method"), scope.get("path"), exc_info=error)
    return Problem(500, DETAILS[500])


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` with a problem document."""

    @app.exception_handler(Problem)
    def _problem(request: Request, error: Problem) -> Response:
        return error.response()

    @app.exception_handler(CewenError)
    def _known(request: Request, error: CewenError) -> Response:
        searching = request.url.path.endswith("/search")
        problem = problem_of(error, field="query" if searching else "question")
        if problem.status >= 500:
            logger.error("%s: %s", request.url.path, error)
        return problem.response()

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        return validation_problem(error.errors()).response()

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        return http_problem(error).response()


async def refuse_unknown_query(request: Request) -> None:
    """Raise Problem (422) for a query parameter that the endpoint does not know.

    A misspelt filter would otherwise be a filter that silently does nothing.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = {one.alias for one in route.dependant.query_params}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        accepted = f"可用的参数：{'、'.join(sorted(known))}" if known else "这个接口没有查询参数"
        detail = f"有不认识的查询参数 {'、'.join(unknown)}。{accepted}。请改正后重试。"
        raise Problem(
            422,
            detail,
            errors=[FieldProblem(field=name, detail=accepted, code="extra") for name in unknown],
        )
