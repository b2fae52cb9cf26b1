"""What a user installs: the wheel alone, away from the checkout, without the development tools.

The libraries are not downloaded again: the fresh environment links to this one's, but only to those
the wheel requires, directly or through others. Anything else installed here is not there.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.wheel

CHECKOUT = Path(__file__).parents[1]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ("corpus", "index", "rag", "ui", "eval")
NOT_SHIPPED = ("index/training/", "eval/training/", "eval/questions/train-")
QUESTION = "温州市到2021年新材料产业总产值目标是多少？"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build from a copy, so that nothing left over from an earlier build gets in."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in (*PACKAGES, "pyproject.toml", "README.md", "LICENSE"):
        if (CHECKOUT / name).is_dir():
            shutil.copytree(
                CHECKOUT / name, source / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(CHECKOUT / name, source)
    command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    run(sys.executable, *command, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def home(wheel, tmp_path_factory):
    """Make the fresh environment and install the wheel in it; return its folder."""
    folder = tmp_path_factory.mktemp("home")
    run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"), cwd=folder)
    python = str(folder / "venv" / "bin" / "python")
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install"),
        *("--quiet", "--no-deps", "--no-index", str(wheel)),
        cwd=folder,
    )
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    for needed in required().values():
        link(needed, site)
    (folder / "work").mkdir()
    return folder


def run(*command, cwd):
    """Run without this environment's settings; a failure shows what it wrote."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "CEWEN_"))}
    done = subprocess.run(
        command, cwd=cwd, env=kept | {"PYTHONUTF8": "1"}, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def required():
    """Every distribution the wheel needs, with those they need in turn, by canonical name."""
    found, seen = {}, set()
    waiting = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, *sorted(requirement.extras)) in seen:
            continue
        seen.add((name, *sorted(requirement.extras)))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:  # an extra of an extra that nobody installed
            continue
        needs = map(Requirement, found[name].requires or [])
        waiting += [need for need in needs if applies(need, requirement.extras)]
    return found


def applies(requirement, extras):
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def link(needed, site):
    """Link the folders and modules of a distribution; those already there belong to several."""
    for name in {file.parts[0] for file in needed.files} - {"..", "__pycache__"}:
        if not (site / name).exists():
            (site / name).symlink_to(needed.locate_file(name))


def test_development_tools_are_not_required():
    names = set(required())
    assert {"torch", "gradio", "faiss-cpu", "jieba", "click", "numpy"} <= names
    assert names.isdisjoint({"pytest", "mypy", "hypothesis", "playwright", "ir-measures", "build"})


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    expected = {
        path.relative_to(CHECKOUT).as_posix()
        for package in PACKAGES
        for path in (CHECKOUT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected = {name for name in expected if not name.startswith(NOT_SHIPPED)}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == expected


@pytest.mark.parametrize(
    "name",
    [
        "corpus/documents/library.toml",
        "corpus/documents/wenzhou-emerging-industries-2019-2021.txt",
        "corpus/divisions.tsv",
        "index/models/embedded/modules.json",
        "eval/questions/dev.jsonl",
        *(f"{package}/py.typed" for package in PACKAGES),
    ],
)
def test_the_wheel_holds_its_data(wheel, name):
    assert name in zipfile.ZipFile(wheel).namelist()


def test_the_licence_is_in_the_wheel(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_fresh_environment_has_neither_checkout_nor_tools(home):
    code = "import corpus, importlib.util as u; print(corpus.__file__)\ntry:\n import pytest\n"
    code += "except ModuleNotFoundError as error: print(error.name)"
    where, missing = run(str(home / "venv/bin/python"), "-P", "-c", code, cwd=home / "work").split()
    assert Path(where).is_relative_to(home / "venv")
    assert missing == "pytest"


def test_the_command_tells_its_version(home):
    shown = run(str(home / "venv/bin/cewen"), "--version", cwd=home / "work")
    assert shown == f"cewen {PROJECT['project']['version']}\n"


@pytest.fixture(scope="module")
def answer(home):
    """The first question, which builds the index from the documents and model in the wheel."""
    command = (str(home / "venv/bin/cewen"), "ask", QUESTION, "--json")
    return json.loads(run(*command, cwd=home / "work"))


def test_the_command_answers_from_the_bundled_library(answer):
    (source,) = (CHECKOUT / "corpus" / "documents").glob("wenzhou*.txt")
    text = source.read_text(encoding="utf-8")
    cited = answer["citations"][0]
    assert answer["answered"]
    assert "新材料产业总产值突破400亿元" in cited["quote"]
    assert text[cited["start"] : cited["end"]] == cited["quote"]


def test_a_second_question_needs_no_new_index(home, answer):
    command = (str(home / "venv/bin/cewen"), "ask", QUESTION, "--index", ".cewen/index", "--json")
    again = json.loads(run(*command, cwd=home / "work"))
    assert again["index_id"] == answer["index_id"]
    assert again["answer"] == answer["answer"]
