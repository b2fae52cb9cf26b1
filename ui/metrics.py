"""Figures for Prometheus: requests, latency, answers, size of the library.

Each app has a registry of its own, so that several can live in one process.
"""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.answer import Answer
from ui.guard import API, OPEN_PATHS

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The instruments of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "cewen_requests", "Requests by route and status", ["method", "route", "status"],
            registry=self.registry,
        )  # fmt: skip
        self.latency = Histogram(
            "cewen_request_seconds", "Time to the end of the response", ["route"],
            registry=self.registry, buckets=BUCKETS,
        )  # fmt: skip
        self.answers = Counter(
            "cewen_answers", "Questions by outcome: answered, or the reason of the refusal",
            ["outcome"], registry=self.registry,
        )  # fmt: skip
        self.library = Gauge(
            "cewen_library_items", "Documents, sections and passages in the library", ["item"],
            registry=self.registry,
        )  # fmt: skip

    def answered(self, answer: Answer) -> None:
        """Count one answer."""
        outcome = "answered" if answer.refusal is None else answer.refusal.reason
        self.answers.labels(outcome).inc()

    def text(self) -> bytes:
        """Everything in the Prometheus text format."""
        return generate_latest(self.registry)


class Measure:
    """ASGI middleware that counts and times requests by route template."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; note its status and how long it took."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        try:
            await self.app(scope, receive, note)
        finally:
            route = route_of(scope)
            self.metrics.requests.labels(scope["method"], route, str(status)).inc()
            self.metrics.latency.labels(route).observe(time.perf_counter() - started)


def route_of(scope: Scope) -> str:
    """Name the route by its template, so that the number of names stays bounded.

    Everything of the chat page is one route, ``chat``; ``none`` is a path that does not exist.
    """
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return "none"
    return str(path) if path.startswith(API) or path in OPEN_PATHS else "chat"
