"""Old Word files: what is refused at once, programs that are missing, fail, hang or answer."""

import io
import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

import docx
import pytest

from corpus.errors import DocumentError
from corpus.readers.content import Limits
from corpus.readers.docx import OLE_MAGIC
from corpus.readers.legacy import LegacyReader

needs_soffice = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is missing")
needs_antiword = pytest.mark.skipif(not shutil.which("antiword"), reason="antiword is missing")

STREAM = "WordDocument".encode("utf-16-le")
WORD = OLE_MAGIC + bytes(504) + b"\xec\xa5" + bytes(510) + STREAM
"""Enough of an old Word file for a program that is a stand-in."""
RTF = rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 Qinghe 2021\par 400\par}"


def read(data, **limits):
    (found,) = LegacyReader().read(data, source_name="a.doc", limits=Limits(**limits))
    return found


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Return a function that puts a shell script on an otherwise empty PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def put(name, script):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    return put


def saved(*paragraphs):
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# Refused before any program runs


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"不是旧版 Word 或 WPS 文档"),
        (b"PK\x03\x04", r"不是旧版 Word 或 WPS 文档"),
        (OLE_MAGIC + bytes(600), r"文件已损坏：找不到正文"),
        (OLE_MAGIC + "Workbook".encode("utf-16-le"), r"旧版Excel 工作簿，不是文字文档"),
        (OLE_MAGIC + "PowerPoint Document".encode("utf-16-le"), r"旧版PowerPoint 演示文稿"),
        (OLE_MAGIC + "EncryptedPackage".encode("utf-16-le"), r"文件已加密.*取消密码后另存"),
        (WORD[:523] + b"\x01" + WORD[524:], r"文件已加密"),
    ],
    ids=["empty", "zip", "no stream", "xls", "ppt", "new password", "old password"],
)
def test_other_files_are_refused(data, message, programs):
    programs("antiword", "echo must not run")
    with pytest.raises(DocumentError, match=f"^a.doc：.*{message}"):
        read(data)


def test_without_a_program_the_message_names_the_packages(programs):
    with pytest.raises(DocumentError) as caught:
        read(WORD)
    assert str(caught.value) == (
        "a.doc：读取旧版 .doc、.wps 文件要用 LibreOffice、antiword 或 catdoc，本机没有安装。"
        "不另装软件即可读取 docx、txt 等格式。请用 WPS 或 Word 另存为 .docx 后再添加，"
        "或请管理员安装：apt install libreoffice-writer-nogui 或 apt install antiword。"
    )


def test_rtf_asks_for_libreoffice(programs):
    programs("antiword", "echo must not run")
    with pytest.raises(DocumentError, match=r"RTF 文件要用 LibreOffice，本机没有安装"):
        read(RTF)


# Stand-ins


def test_antiword_gives_the_text_in_utf8_without_wrapping(programs):
    programs("antiword", 'printf "\\n青禾市 %s\\n" "$1 $2 $3 $4"')
    found = read(WORD)
    assert found.text == "青禾市 -m UTF-8.txt -w 0"
    assert found.layout.headings == ()


def test_catdoc_is_asked_when_antiword_fails(programs):
    programs("antiword", "exit 1")
    programs("catdoc", 'printf "青禾市 %s\\n" "$1 $2 $3"')
    assert read(WORD).text == "青禾市 -d utf-8 -w"


def test_libreoffice_comes_first_and_its_docx_is_read(programs, tmp_path):
    converted = tmp_path / "converted.docx"
    converted.write_bytes(saved("一、总则", "正文。"))
    programs("antiword", "echo must not run")
    programs("soffice", f'd=; for a in "$@"; do [ "$d" = --outdir ] && o=$a; d=$a; done\n'
             f'/bin/mkdir "$o" && /bin/cp "{converted}" "$o/source.docx"')  # fmt: skip
    assert read(WORD).text == "一、总则\n正文。"


def test_a_program_sees_a_home_of_its_own_and_no_network(programs):
    programs("antiword", 'echo "$HOME $http_proxy $https_proxy $SECRET"')
    home, *proxies = read(WORD).text.split()
    assert proxies == ["http://127.0.0.1:9"] * 2
    assert home != os.environ["HOME"]
    assert not Path(home).exists()


def test_libreoffice_is_told_to_run_no_macros(programs):
    programs("soffice", "/bin/cat profile/user/registrymodifications.xcu > seen; exit 1")
    programs("catdoc", "/bin/cat seen")
    settings = read(WORD).text
    assert '"DisableMacrosExecution" oor:op="fuse"><value>true' in settings
    assert '"MacroSecurityLevel" oor:op="fuse"><value>3' in settings


def test_when_every_program_fails_the_file_is_damaged(programs):
    programs("soffice", "exit 1")
    programs("antiword", "exit 1")
    with pytest.raises(DocumentError, match="文件已损坏，或不是能转换的旧版文档"):
        read(WORD)


def test_a_program_that_prints_without_end_is_not_taken(programs):
    programs("antiword", "/usr/bin/head -c 5000 /dev/zero")
    with pytest.raises(DocumentError, match="文件已损坏"):
        read(WORD, characters=1000)


def running(pid):
    """Return whether a process runs; one that has ended but is not yet waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except FileNotFoundError:
        return False
    return state.split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc to see processes")
def test_a_program_that_hangs_is_ended_with_its_children(programs, tmp_path):
    programs("antiword", f'/bin/sleep 60 & echo "$$ $!" > "{tmp_path}/pids"; wait')
    with pytest.raises(DocumentError, match=r"转换旧版文档超过0.5秒.*另存为 .docx"):
        read(WORD, seconds=0.5)
    pids = (tmp_path / "pids").read_text(encoding="utf-8").split()
    for _ in range(100):
        if not any(map(running, pids)):
            break
        time.sleep(0.05)
    assert len(pids) == 2
    assert not any(map(running, pids))


# The real programs

LONG = "到2021年产值突破400亿元。" + "增长" * 600
"""antiword refuses files of very little text."""


@pytest.fixture(scope="module")
def old_word(tmp_path_factory):
    """Return a real .doc: LibreOffice turns a new file into an old one."""
    folder = tmp_path_factory.mktemp("old")
    document = docx.Document()
    document.add_heading("总体要求", level=1)
    document.add_paragraph(LONG)
    cells = document.add_table(rows=1, cols=2).rows[0].cells
    cells[0].text, cells[1].text = "指标", "目标"
    document.add_paragraph("注：略。")
    document.save(str(folder / "a.docx"))
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
         "--convert-to", "doc:MS Word 97", "--outdir", str(folder), str(folder / "a.docx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return (folder / "a.doc").read_bytes()


@needs_soffice
def test_an_old_word_file_keeps_headings_and_tables(old_word):
    found = read(old_word)
    assert found.text == f"总体要求\n{LONG}\n指标\t目标\n注：略。"
    assert [(one.start, one.end, one.level) for one in found.layout.headings] == [(0, 4, 1)]
    assert len(found.layout.tables) == 1


@needs_soffice
@needs_antiword
def test_antiword_reads_an_old_word_file(old_word, tmp_path, monkeypatch):
    (tmp_path / "antiword").symlink_to(shutil.which("antiword"))
    monkeypatch.setenv("PATH", str(tmp_path))
    text = read(old_word).text
    assert text.startswith(f"总体要求\n\n{LONG}\n")


@needs_soffice
def test_rtf_is_read_by_libreoffice():
    assert read(RTF).text == "Qinghe 2021\n400"


@needs_soffice
def test_a_damaged_old_file_is_refused():
    with pytest.raises(DocumentError, match="文件已损坏"):
        read(WORD)
