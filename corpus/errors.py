"""Every error of the project.

    CewenError                    catch this; str() is fit to show an official
    ├── DocumentError             a file that cannot become a document; .source_name
    ├── DocumentMissing           no document of that id in the library; .document_id
    ├── AddressError              words that name no document or section, or several
    ├── IndexFolderError          .folder
    │   ├── IndexMissing          no index there; how to build one
    │   ├── IndexStale            format, analyser or encoder differs from the one it was built with
    │   ├── IndexBusy             another process is writing to it
    │   └── IndexDamaged          counts or checksums disagree
    ├── ModelUnavailable          an encoder that cannot be loaded; .model
    ├── QuestionError             empty, or too long
    ├── SettingsError             an unknown setting or a value out of range; .key
    └── QuestionSetError          an evaluation file that cannot be used; .source_name, .line

What only the web side meets (no such route, a body too large) is a ``Problem`` of ``ui/problems``.

A message has three parts: what was met, what is accepted, what to do next. Errors are raised where
they are found, never caught in the middle, and turned into an exit code in ``ui/cli_errors.py`` and
a status in ``ui/problems.py``. Not finding an answer is not an error.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


class CewenError(Exception):
    """Base of every error an official may see; its text is a complete Chinese message."""

    def __init__(self, met: str, *, accepted: str, advice: str) -> None:
        self.met = met
        self.accepted = accepted
        self.advice = advice
        super().__init__(f"{met}。{accepted}。{advice}。")


class DocumentError(CewenError):
    """A file that cannot become a document: unreadable, empty, too large, or not text."""

    def __init__(self, source_name: str, met: str, *, accepted: str, advice: str) -> None:
        self.source_name = source_name
        self._arguments = (source_name, met, accepted, advice)
        super().__init__(f"{source_name}：{met}", accepted=accepted, advice=advice)

    def __reduce__(self) -> tuple[Callable[..., DocumentError], tuple[str, ...]]:
        """Travel whole from the process that reads to the one that reports."""
        return _document_error, self._arguments


def _document_error(source_name: str, met: str, accepted: str, advice: str) -> DocumentError:
    return DocumentError(source_name, met, accepted=accepted, advice=advice)


class DocumentMissing(CewenError):
    """The library holds no document of this id."""

    def __init__(self, document_id: str) -> None:
        self.document_id = document_id
        super().__init__(
            f"文件库里没有编号为“{document_id}”的文件",
            accepted="文件编号是16位十六进制字符，见 cewen show 或接口 GET /api/v1/documents",
            advice="请核对编号，或先添加该文件",
        )


class AddressError(CewenError):
    """Words that name no document or no section, or several."""


class IndexFolderError(CewenError):
    """The index folder cannot be used as it is."""

    def __init__(self, folder: Path, met: str, *, accepted: str, advice: str) -> None:
        self.folder = folder
        super().__init__(f"索引目录 {folder}：{met}", accepted=accepted, advice=advice)


class IndexMissing(IndexFolderError):
    """There is no index in the folder."""


class IndexStale(IndexFolderError):
    """The index was built with another format, analyser or encoder than the one asked for."""


class IndexBusy(IndexFolderError):
    """Another process is writing to the index."""


class IndexDamaged(IndexFolderError):
    """Parts of the index are missing, or counts and checksums disagree."""


class ModelUnavailable(CewenError):
    """A model that is neither in the package nor in a local folder nor in the local cache."""

    def __init__(self, model: str, met: str, *, accepted: str, advice: str) -> None:
        self.model = model
        super().__init__(f"模型“{model}”：{met}", accepted=accepted, advice=advice)


class QuestionError(CewenError):
    """A question that is empty or longer than the limit."""


class SettingsError(CewenError):
    """A setting that is unknown or whose value is not accepted."""

    def __init__(self, key: str, met: str, *, accepted: str, advice: str) -> None:
        self.key = key
        super().__init__(f"设置项“{key}”：{met}", accepted=accepted, advice=advice)


class QuestionSetError(CewenError):
    """A question set that cannot be used; names the file, the line and the field."""

    def __init__(
        self, source_name: str, line: int, met: str, *, accepted: str, advice: str
    ) -> None:
        self.source_name = source_name
        self.line = line
        super().__init__(f"{source_name} 第{line}行：{met}", accepted=accepted, advice=advice)
