"""What every request passes before a handler sees it: keys, origin, size, and safe headers.

Pure ASGI, so that a refused body is never read. With API keys configured, every ``/api/`` call
needs ``Authorization: Bearer <key>``; the chat page then asks for a key as a password (HTTP Basic),
because it shows the same documents. Pages of other sites cannot post here: a write whose ``Origin``
is another host is refused, which matters for a service on a clerk's own machine.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.settings import ApiRole
from ui.problems import Problem, internal_problem

API = "/api/"
DOCUMENTS = "/api/v1/documents"
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"})
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
JSON_LIMIT = 1024 * 1024
BATCH_LIMIT = 32 * 1024 * 1024
MULTIPART_OVERHEAD = 1024 * 1024

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Nothing from another host. Gradio evaluates templates in the page, hence the two ``unsafe-``."""

SAFE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


class Guard:
    """ASGI middleware; ``keys`` maps an API key to its role, empty when none are needed."""

    def __init__(self, app: ASGIApp, *, keys: Mapping[str, ApiRole], upload_bytes: int) -> None:
        self.app = app
        self.keys = keys
        self.upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass the request on with a counted body."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(receive, send, limit=self._limit(scope["path"]))
        try:
            self._check(scope, exchange.limit)
            await self.app(scope, exchange.receive, exchange.send)
        except Problem as problem:
            await problem.response()(scope, receive, exchange.send)
        except Exception as error:
            failure = internal_problem(error, scope)
            if not exchange.started:
                await failure.response()(scope, receive, exchange.send)

    def _limit(self, path: str) -> int:
        if path.startswith(DOCUMENTS):
            return self.upload_bytes + MULTIPART_OVERHEAD
        if path == "/api/v1/ask/batch":
            return BATCH_LIMIT
        return JSON_LIMIT if path.startswith(API) else self.upload_bytes + MULTIPART_OVERHEAD

    def _check(self, scope: Scope, limit: int) -> None:
        headers = Headers(scope=scope)
        path, method = scope["path"], scope["method"]
        if self.keys and path not in OPEN_PATHS:
            check_key(self.keys, headers.get("authorization", ""), method=method, path=path)
        if method in WRITING and path.startswith(API) and not same_origin(headers):
            raise Problem(
                403,
                "请求来自另一个网站的页面。只接受本服务页面或程序直接发出的写入请求。"
                "请在本服务的页面上操作。",
            )
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > limit:
            raise too_large(limit)
        if method == "POST" and path.startswith(API):
            check_content_type(path, headers)


class _Exchange:
    """One request and its response: counts the body, adds headers, knows whether it started."""

    def __init__(self, receive: Receive, send: Send, *, limit: int) -> None:
        self._receive = receive
        self._send = send
        self.limit = limit
        self.received = 0
        self.started = False

    async def receive(self) -> Message:
        message = await self._receive()
        self.received += len(message.get("body", b""))
        if self.received > self.limit:
            # FastAPI lets its own exception class through while it reads a body, no other
            raise HTTPException(413)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in SAFE_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def check_key(keys: Mapping[str, ApiRole], authorization: str, *, method: str, path: str) -> None:
    """Raise Problem unless the header carries a key whose role may do this."""
    role = role_of(keys, _credential(authorization, basic=not path.startswith(API)))
    if role is None:
        scheme = "Bearer" if path.startswith(API) else 'Basic realm="cewen", charset="UTF-8"'
        raise Problem(
            401,
            "请求没有带有效的密钥。接口调用须带请求头 Authorization: Bearer <密钥>，"
            "网页须在登录框的密码一栏填写密钥。请向管理员索取密钥后重试。",
            headers={"WWW-Authenticate": scheme},
        )
    if role != "editor" and method in WRITING and path.startswith(DOCUMENTS):
        raise Problem(
            403,
            "该密钥只能查询（reader）。增删文件须用 editor 密钥。请换用密钥，或联系管理员。",
        )


def role_of(keys: Mapping[str, ApiRole], given: str) -> ApiRole | None:
    """Find the role of a key; every key is compared, in time that does not depend on where."""
    found: ApiRole | None = None
    for key, role in keys.items():
        if hmac.compare_digest(key.encode(), given.encode()):
            found = role
    return found


def may_write(keys: Mapping[str, ApiRole], authorization: str) -> bool:
    """Whether the sender of a header may add documents: an editor, or anyone without keys."""
    return not keys or role_of(keys, _credential(authorization, basic=True)) == "editor"


def _credential(authorization: str, *, basic: bool) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic" or not basic:
        return ""
    try:
        decoded = base64.b64decode(value, validate=True).decode("utf-8")
    except ValueError:
        return ""
    return decoded.partition(":")[2]


def same_origin(headers: Headers) -> bool:
    """Whether a write comes from this service's own page or from no page at all."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("none", "same-origin")
    origin = headers.get("origin")
    hosts = (headers.get("host"), headers.get("x-forwarded-host"))
    return origin is None or urlsplit(origin).netloc in hosts


def check_content_type(path: str, headers: Headers) -> None:
    """Raise Problem when a POST says it carries something else than the path takes."""
    given = headers.get("content-type")
    wanted = "multipart/form-data" if path.startswith(DOCUMENTS) else "application/json"
    if given is not None and given.partition(";")[0].strip().lower() != wanted:
        raise Problem(
            415,
            f"请求体的类型不是 {wanted}。这个地址只接受 {wanted}。"
            "请改正请求头 Content-Type 后重试。",
        )


def too_large(limit: int) -> Problem:
    """Say that a body is over its limit in bytes."""
    return Problem(
        413,
        f"请求体超过上限。最多接受{limit / 1024 / 1024:g} MiB。请减小内容或分批提交。",
    )
