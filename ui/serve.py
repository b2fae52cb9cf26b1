"""Run the service: one uvicorn server with the interface for programs and the chat page.

The port is taken before anything is loaded, so that a port in use is told at once. The index loads
in the background: ``/healthz`` answers meanwhile, ``/readyz`` when it is there. SIGTERM and SIGINT
end the server in order: open requests get a few seconds, uploads finish the file in hand.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from fastapi import FastAPI

from corpus.errors import SettingsError
from rag.assistant import Assistant
from rag.settings import Settings
from ui import chat
from ui.api import create_app
from ui.service import Service

logger = logging.getLogger(__name__)

GRACE_SECONDS = 3
LOOPBACK = ("127.0.0.1", "::1", "localhost")
OPEN_NOTICE = (
    "提示：服务对其他机器开放，且没有配置密钥，能访问的人都可以查询和增删文件。"
    "如需限制，请在设置 api_keys 中配置密钥。"
)
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(
    load: Callable[[], Assistant],
    settings: Settings,
    *,
    announce: Callable[[str], None] = lambda message: None,
) -> None:
    """Serve until told to stop; ``announce`` is told what the person who started it should know.

    ``load`` opens the index and the encoder; what it raises ends the server and is raised here.
    Raises SettingsError when the port is taken or the address is not this machine's.
    """
    listener = listen(settings.host, settings.port)
    url = url_of(listener)
    service = Service(load, settings)

    def loaded(service: Service) -> None:
        if service.error is None:
            announce(f"已就绪：{url}")
        else:
            server.should_exit = True

    if exposed(settings):
        announce(OPEN_NOTICE)
    server = _Server(_config(chat.mount(create_app(service, loaded=loaded), service)))
    try:
        server.run(sockets=[listener])
    finally:
        listener.close()
    if service.error is not None:
        raise service.error


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    """Ends normally on a signal, where uvicorn would raise it again after shutting down."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let signals end the server; put back what handled them before."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self._stop) for each in SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.handle_exit(number, frame)


def exposed(settings: Settings) -> bool:
    """Whether other machines reach the service without a key."""
    return settings.host not in LOOPBACK and not settings.api_keys


def listen(host: str, port: int) -> socket.socket:
    """Take the port; 0 takes a free one. Raises SettingsError when that is not possible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        raise SettingsError(
            "port",
            f"不能在 {host}:{port} 上监听（{error.strerror or error}）",
            accepted="地址须是本机的，端口须空闲（0表示自动选择）",
            advice="请换一个端口，例如 cewen serve --port 7861，或停掉占用该端口的程序",
        ) from error


def url_of(listener: socket.socket) -> str:
    """Return the URL at which this machine reaches the listener."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
