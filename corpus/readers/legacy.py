"""Old Word and WPS files (.doc, .wps) and RTF, by a program of the system that converts them.

LibreOffice keeps numbering, headings and tables (its docx goes through ``DocxReader``); antiword
and catdoc give the bare text. Each runs in a folder of its own, for a limited time, with macros
off and without a way to the network, and is ended together with what it started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from corpus.errors import DocumentError
from corpus.readers.bounded import damaged, encrypted
from corpus.readers.content import DEFAULT_LIMITS, Content, Limits
from corpus.readers.docx import OLE_MAGIC, DocxReader

_RTF_MAGIC = b"{\\rtf"
_WORD_STREAM = "WordDocument".encode("utf-16-le")
_OTHER_STREAMS = (("Workbook", "Excel 工作簿"), ("PowerPoint Document", "PowerPoint 演示文稿"))
_FIRST_SECTOR = 512
_FIB = b"\xec\xa5"
_FIB_FLAGS = 11
_FIB_ENCRYPTED = 0x01
_UTF8_MOST = 4
_NOWHERE = "http://127.0.0.1:9"
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>2</value></prop>
</item>
<item oor:path="/org.openoffice.Inet/Settings">
<prop oor:name="ooInetProxyType" oor:op="fuse"><value>1</value></prop>
<prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop>
<prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop>
</item>
</oor:items>
"""
"""LibreOffice's settings for one run: no macros, no links followed, a proxy that is not there."""


_OFFICE = ("soffice", "libreoffice")
_TEXT_PROGRAMS = ("antiword", "catdoc")


def programs() -> list[str]:
    """Return the installed programs that read .doc and .wps, the best first."""
    return [name for name in (*_OFFICE, *_TEXT_PROGRAMS) if shutil.which(name)]


class LegacyReader:
    """Reads OLE .doc and .wps files, and RTF where LibreOffice is installed."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content]:
        """Yield the one document; raises DocumentError that names the package to install."""
        rtf = data.lstrip().startswith(_RTF_MAGIC)
        if not rtf:
            _check_ole(data, source_name)
        text_programs = () if rtf else _TEXT_PROGRAMS
        office = next((found for name in _OFFICE if (found := shutil.which(name))), None)
        texts = [found for name in text_programs if (found := shutil.which(name))]
        if not office and not texts:
            raise _no_program(source_name, rtf=rtf)
        run = _Run(source_name, limits)
        with tempfile.TemporaryDirectory(prefix="cewen-", ignore_cleanup_errors=True) as folder:
            content = _convert(run, data, Path(folder), office=office, texts=texts, rtf=rtf)
        if content is None:
            raise damaged(source_name, "文件已损坏，或不是能转换的旧版文档")
        yield content


def _convert(
    run: _Run, data: bytes, folder: Path, *, office: str | None, texts: Sequence[str], rtf: bool
) -> Content | None:
    """Try LibreOffice, then the programs that give bare text; None when none of them can."""
    source = folder / ("source.rtf" if rtf else "source.doc")
    source.write_bytes(data)
    if office and (converted := run.office(office, source)) is not None:
        return next(
            iter(DocxReader().read(converted, source_name=run.source_name, limits=run.limits))
        )
    for program in texts:
        text = run.text(program, source)
        if text and text.strip():
            return Content(text.strip("\n"))
    return None


class _Run:
    """Runs programs for one file, all of them together within its time."""

    def __init__(self, source_name: str, limits: Limits) -> None:
        self.source_name = source_name
        self.limits = limits
        self._until = time.monotonic() + limits.seconds

    def office(self, program: str, source: Path) -> bytes | None:
        """Return ``source`` as docx by LibreOffice, None when it cannot read it."""
        profile, target = source.parent / "profile", source.parent / "converted"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
        # The filter is named because LibreOffice takes what it does not know for plain text.
        known = "Rich Text Format" if source.suffix == ".rtf" else "MS Word 97"
        self._program(
            [
                program, "--headless", "--norestore", "--nolockcheck", "--nodefault",
                f"-env:UserInstallation={profile.as_uri()}", f"--infilter={known}",
                "--convert-to", "docx", "--outdir", str(target), str(source),
            ],
            source.parent,
        )  # fmt: skip
        return _read(target / "source.docx", self.limits.expanded_bytes)

    def text(self, program: str, source: Path) -> str | None:
        """Return the text by antiword or catdoc, None when it cannot read the file."""
        options = (
            ["-m", "UTF-8.txt", "-w", "0"]
            if Path(program).stem == "antiword"
            else ["-d", "utf-8", "-w"]
        )
        written = self._program([program, *options, str(source)], source.parent)
        data = _read(written, self.limits.characters * _UTF8_MOST) or b""
        return data.decode("utf-8", errors="ignore")

    def _program(self, command: list[str], folder: Path) -> Path:
        """Run a program to its end or to the end of the time; return what it printed, as a file."""
        printed = folder / f"{Path(command[0]).stem}.out"
        with printed.open("wb") as out:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=_environment(folder),
                start_new_session=True,
            )
            try:
                process.wait(timeout=max(self._until - time.monotonic(), 0.0))
            except subprocess.TimeoutExpired:
                raise _too_slow(self.source_name, self.limits.seconds) from None
            finally:
                _end(process)
        return printed


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started: LibreOffice's starter is not the one that works."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Return what a program sees: a home of its own, and proxies that lead nowhere."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy", "all_proxy"), _NOWHERE)
    return {"LANG": "C.UTF-8", **kept, **proxies, "HOME": str(folder), "TMPDIR": str(folder)}


def _read(path: Path, most: int) -> bytes | None:
    """Return a file's bytes, None when there is none or it is larger than ``most``."""
    if not path.is_file() or path.stat().st_size > most:
        return None
    return path.read_bytes()


def _check_ole(data: bytes, source_name: str) -> None:
    """Refuse what is no Word document, and what is encrypted, before a program is started."""
    if not data.startswith(OLE_MAGIC):
        raise damaged(source_name, "不是旧版 Word 或 WPS 文档")
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise encrypted(source_name)
    if _WORD_STREAM not in data:
        for stream, name in _OTHER_STREAMS:
            if stream.encode("utf-16-le") in data:
                raise damaged(source_name, f"内容是旧版{name}，不是文字文档")
        raise damaged(source_name, "文件已损坏：找不到正文")
    # The text stream nearly always begins in the first sector; [MS-DOC] 2.5.2: fEncrypted.
    first = data[_FIRST_SECTOR : _FIRST_SECTOR + 12]
    if first[:2] == _FIB and len(first) == 12 and first[_FIB_FLAGS] & _FIB_ENCRYPTED:
        raise encrypted(source_name)


def _no_program(source_name: str, *, rtf: bool) -> DocumentError:
    names = "LibreOffice" if rtf else "LibreOffice、antiword 或 catdoc"
    packages = "libreoffice-writer-nogui" + ("" if rtf else " 或 apt install antiword")
    return DocumentError(
        source_name,
        f"读取{'RTF' if rtf else '旧版 .doc、.wps'} 文件要用 {names}，本机没有安装",
        accepted="不另装软件即可读取 docx、txt 等格式",
        advice=f"请用 WPS 或 Word 另存为 .docx 后再添加，或请管理员安装：apt install {packages}",
    )


def _too_slow(source_name: str, seconds: float) -> DocumentError:
    return DocumentError(
        source_name,
        f"转换旧版文档超过{seconds:g}秒",
        accepted=f"每份文件最多用{seconds:g}秒",
        advice="请用 WPS 或 Word 另存为 .docx 后再添加",
    )
