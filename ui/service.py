"""What the API and the chat page share: the assistant once loaded, jobs, figures, settings."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from corpus.errors import CewenError
from index.index import Index
from rag.answer import Answer
from rag.assistant import Assistant
from rag.settings import Settings
from ui.jobs import Jobs
from ui.metrics import Metrics
from ui.problems import Problem

logger = logging.getLogger(__name__)


class Service:
    """Loads the assistant in a thread, so that the process answers ``/healthz`` meanwhile.

    ``load`` opens the index and the encoder and may take seconds; it is called once, by ``start``.
    """

    def __init__(self, load: Callable[[], Assistant], settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.jobs = Jobs(lambda: self.index, settings.limits)
        self.error: Exception | None = None
        self._load = load
        self._assistant: Assistant | None = None
        self._loader: threading.Thread | None = None

    def start(self, *, loaded: Callable[[Service], None] = lambda service: None) -> None:
        """Begin loading; ``loaded`` is called in the thread afterwards, whatever came of it."""

        def run() -> None:
            try:
                self._assistant = self._load()
            except Exception as error:
                self.error = error
                logger.error(
                    "loading failed: %s", error, exc_info=not isinstance(error, CewenError)
                )
            loaded(self)

        self._loader = threading.Thread(target=run, name="cewen-load", daemon=True)
        self._loader.start()

    def wait(self) -> None:
        """Return when loading has ended."""
        if self._loader is not None:
            self._loader.join()

    def stop(self) -> None:
        """Let the jobs end and close the index."""
        self.jobs.stop()
        self.wait()
        if self._assistant is not None:
            self._assistant.index.close()

    @property
    def ready(self) -> bool:
        """Whether questions can be answered."""
        return self._assistant is not None

    @property
    def assistant(self) -> Assistant:
        """The assistant; raises Problem (503) until it is loaded, or why it could not be."""
        if self._assistant is not None:
            return self._assistant
        if isinstance(self.error, CewenError):
            raise self.error
        if self.error is not None:
            raise Problem(
                503, "索引未能载入，原因已记入服务日志。须先排除故障。请联系管理员查看日志。"
            )
        raise Problem(
            503,
            "正在载入索引，还不能回答。载入通常需要几秒到几十秒。请稍候重试。",
            headers={"Retry-After": "2"},
        )

    @property
    def index(self) -> Index:
        """The library; raises as ``assistant`` does."""
        return self.assistant.index

    def count(self, answer: Answer) -> Answer:
        """Note an answer's outcome and return it."""
        self.metrics.answered(answer)
        return answer
