"""The command line: what it prints, where, and with which exit code."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.encoder import HashEncoder
from index.index import Index
from ui.cli import main

DOCUMENT = """白溪县发展民宿产业实施方案

一、主要目标
到2026年，全县民宿达到800家，床位达到1.2万张，从业人员达到5000人。
二、重点任务
（一）提升服务品质。开展等级评定，每年培训民宿管家300人次。（责任单位：县文广旅游局、县人力社保局）
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run ``cewen`` in an empty directory; the result keeps stdout and stderr apart."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CEWEN_INDEX", raising=False)

    def call(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return call


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with plan.txt and an index of it, and the id of the document; made once."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "plan.txt").write_text(DOCUMENT, encoding="utf-8")
    words = ["add", str(folder / "plan.txt"), "--index", str(folder / "library"), "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.stdout)["files"][0]["document_id"]


@pytest.fixture
def library(run, built):
    """An index of one document in the empty directory, and the document; returns its id."""
    folder, document_id = built
    shutil.copytree(folder, Path.cwd(), dirs_exist_ok=True)
    return document_id


def test_add_reports_each_file_and_the_library(run):
    Path("plan.txt").write_text(DOCUMENT, encoding="utf-8")
    result = run("add", "plan.txt", "--index", "library")
    assert result.exit_code == 0
    assert "已加入  plan.txt" in result.stdout
    assert "文件库现有 1 份文件" in result.stdout


def test_the_same_bytes_twice_are_unchanged(run, library):
    result = run("add", "plan.txt", "--index", "library", "--json")
    report = json.loads(result.stdout)
    assert report["files"] == [
        {
            "source_name": "plan.txt",
            "state": "unchanged",
            "document_id": library,
            "near_duplicates": [],
        }
    ]
    assert report["documents"] == 1


def test_a_refused_file_costs_the_others_nothing(run):
    folder = Path("papers")
    folder.mkdir()
    (folder / "good.txt").write_text(DOCUMENT, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    result = run("add", folder, "--index", "library")
    assert result.exit_code == 3
    assert "已加入  good.txt" in result.stdout
    assert "错误：empty.txt" in result.stderr
    assert "错误：picture.txt" in result.stderr


def test_a_gb18030_file_is_read(run):
    Path("old.txt").write_bytes(DOCUMENT.encode("gb18030"))
    assert run("add", "old.txt", "--index", "library").exit_code == 0
    result = run("ask", "白溪县到2026年民宿要达到多少家？", "--index", "library")
    assert "全县民宿达到800家" in result.stdout


@pytest.mark.parametrize("command", [["ask"], ["ask", "--json"], ["search"]])
def test_a_question_is_answered_without_the_libraries_that_take_seconds(built, command):
    folder, _ = built
    words = [*command, "白溪县民宿目标是多少？", "--index", str(folder / "library")]
    script = f"""
import sys
from ui.cli import main

main({words!r}, standalone_mode=False)
slow = {{"torch", "transformers", "sentence_transformers", "gradio", "pandas", "fastapi", "scipy"}}
sys.exit(", ".join(sorted(slow & sys.modules.keys())) or None)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.stderr.strip(), done.returncode) == ("", 0)
    assert "民宿达到800家" in done.stdout


def test_ask_prints_the_quote_and_its_source(run, library):
    result = run("ask", "白溪县到2026年民宿要达到多少家？", "--index", "library")
    assert result.exit_code == 0
    assert "全县民宿达到800家" in result.stdout
    assert "[1] 《白溪县发展民宿产业实施方案》" in result.stdout
    assert "一、主要目标" in result.stdout


def test_ask_as_json_is_the_answer_of_the_api(run, library):
    question = "白溪县提升服务品质由哪些部门负责？"
    result = run("ask", question, "--index", "library", "--json")
    answer = json.loads(result.stdout)
    assert answer["answered"]
    (citation,) = answer["citations"]
    assert citation["quote"] == DOCUMENT[citation["start"] : citation["end"]]
    assert citation["quote"] == "责任单位：县文广旅游局、县人力社保局"


def test_search_lists_passages(run, library):
    result = run("search", "民宿管家培训", "--index", "library", "--json", "--top-k", 1)
    (hit,) = json.loads(result.stdout)["hits"]
    assert "每年培训民宿管家300人次" in hit["text"]


def test_add_reports_what_has_no_structure_and_what_is_nearly_the_same(run):
    folder = Path("papers")
    folder.mkdir()
    body = "".join(f"全县第{i}处民宿由第{i * 7}村管理，每年培训{i * 3}人次。" for i in range(60))
    (folder / "a.txt").write_text(DOCUMENT + body, encoding="utf-8")
    (folder / "b.txt").write_text(DOCUMENT + body + "另行通知。", encoding="utf-8")
    (folder / "c.txt").write_text("今天召开会议，研究部署民宿工作。", encoding="utf-8")
    result = run("add", folder, "--index", "library", "--workers", 1)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "读取 3 个文件，得到 3 份：加入 3 份，未变化 0 份；不能加入的 0 处。" in lines
    assert lines[lines.index("没有找到章节结构，按段落检索（1 份）：") + 1] == "  c.txt"
    near = lines.index("与库中文件内容近似，请确认是否重复（1 份）：")
    assert lines[near + 1] == "  a.txt ≈ b.txt"


def test_show_lists_the_library_and_one_outline_as_a_tree(run, library):
    assert f"{library}" in run("show", "--index", "library").stdout
    outline = run("show", library, "--index", "library").stdout.splitlines()
    assert outline == [
        "《白溪县发展民宿产业实施方案》",
        "文种：实施方案",
        "├─ 一、主要目标",
        "└─ 二、重点任务",
        "   └─ （一）提升服务品质",
    ]


@pytest.mark.parametrize("name", ["白溪县 民宿", "plan.txt"])
def test_a_document_can_be_named_by_words_of_its_title_or_file(run, library, name):
    assert "一、主要目标" in run("show", name, "--index", "library").stdout


def test_a_document_can_be_named_by_the_beginning_of_its_id(run, library):
    assert "一、主要目标" in run("show", library[:6], "--index", "library").stdout


@pytest.mark.parametrize("address", ["二、（一）", "二(一)", "提升服务品质"])
def test_show_prints_one_section(run, library, address):
    shown = run("show", library, "--section", address, "--index", "library").stdout
    assert shown == DOCUMENT[DOCUMENT.index("（一）") :]


def test_a_section_that_is_not_there_is_an_error(run, library):
    result = run("show", library, "--section", "五、", "--index", "library")
    assert result.exit_code == 2
    assert "没有章节“五、”" in result.stderr
    assert f"cewen show {library}" in result.stderr


def test_an_unknown_document_is_an_error(run, library):
    result = run("show", "不存在的文件", "--index", "library")
    assert (result.exit_code, "文件库里没有" in result.stderr) == (2, True)


def test_rebuild_keeps_the_documents(run, library):
    result = run("rebuild", "--index", "library")
    assert result.exit_code == 0
    assert "1 份文件" in result.stdout
    assert "800家" in run("ask", "民宿要达到多少家？", "--index", "library").stdout


def test_doctor_is_content_with_a_good_index(run, library):
    result = run("doctor", "--index", "library")
    assert result.exit_code == 0
    assert "正常  索引：library：1 份文件" in result.stdout


def test_config_show_names_value_and_source(run):
    Path("cewen.toml").write_text("port = 9000\n", encoding="utf-8")
    assert "port = 9000  （cewen.toml）" in run("config", "show").stdout


def test_config_show_hides_keys(run, monkeypatch):
    monkeypatch.setenv("CEWEN_API_KEYS", '{"s3cret": "reader"}')
    result = run("config", "show")
    assert "s3cret" not in result.output
    assert "reader" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("ask", "", "--index", "library"), 2, "问题是空的"),
        (("ask", "问" * 501, "--index", "library"), 2, "501个字"),
        (("show", "0" * 16, "--index", "library"), 2, "没有编号、标题或文件名与“000"),
        (("ask",), 2, "缺少 '问题'"),
        (("no-such",), 2, "没有命令 no-such"),
        (("search", "民宿", "--top-k", "0"), 2, "0 不在范围 1<=x<=100 内"),
        (("ask", "民宿", "--no-such"), 2, "没有选项 --no-such"),
        (("ask", "民宿", "--index", "nowhere"), 4, "cewen add"),
        (("doctor", "--index", "nowhere"), 4, None),
        (("rebuild", "--index", "nowhere"), 4, "nowhere"),
        (("ask", "民宿", "--index", "library", "--encoder", "./no-such-model"), 5, "embedded"),
    ],
)
def test_errors_are_one_line_with_an_exit_code(run, library, words, code, message):
    result = run(*words)
    assert result.exit_code == code
    if message:
        assert message in result.stderr
        assert result.stderr.startswith("错误：")
        assert result.stderr.strip().count("\n") == 0
    assert "Traceback" not in result.output


def test_an_index_of_another_encoder_is_not_used(run):
    Index.create(Path("library"), HashEncoder()).close()
    result = run("ask", "民宿", "--index", "library")
    assert result.exit_code == 4
    assert "hash:64" in result.stderr
    assert "cewen rebuild" in result.stderr


def test_nothing_to_add_is_an_error(run):
    Path("empty").mkdir()
    result = run("add", "empty", "--index", "library")
    assert result.exit_code == 3
    assert "没有可以加入的文件" in result.stderr


def test_help_and_version_need_no_model(run):
    assert "提问" in run("--help").stdout
    assert run("--version").stdout.startswith("cewen ")
