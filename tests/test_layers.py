"""Who may import whom, and behind which file each heavy library stays.

corpus  ←  index  ←  rag  ←  ui
                         ←  eval      (ui/cli.py alone may import eval, inside a function)
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
MAY_IMPORT = {
    "corpus": set(),
    "index": {"corpus"},
    "rag": {"corpus", "index"},
    "ui": {"corpus", "index", "rag"},
    "eval": {"corpus", "index", "rag"},
}
LAZILY = {("ui/cli.py", "eval")}
FENCES = {
    "jieba": ("index/analyser.py", "index/training/"),
    "faiss": ("index/dense.py",),
    "tantivy": ("index/lexical.py",),
    "sqlite3": ("index/store.py", "index/facts.py", "index/near.py", "index/schema.py"),
    "sentence_transformers": ("index/encoder.py", "rag/rerank.py", "index/training/"),
    "transformers": ("index/encoder.py", "rag/reader.py", "index/training/"),
    "torch": (
        "index/encoder.py",
        "rag/rerank.py",
        "rag/reader.py",
        "index/training/",
        "eval/training/",
    ),
    "tokenizers": ("index/static.py", "index/training/"),
    "safetensors": ("index/static.py", "index/training/"),
    "lxml": ("corpus/readers/",),
    "openpyxl": ("corpus/readers/sheet.py", "ui/"),
    "yaml": ("corpus/readers/markdown.py",),
    "pypdfium2": ("corpus/readers/",),
    "rapidocr": ("corpus/readers/ocr.py",),
    "PIL": ("corpus/readers/ocr.py",),
    "pebble": ("corpus/ingest.py",),
    "fastapi": ("ui/",),
    "gradio": ("ui/",),
    "starlette": ("ui/",),
    "uvicorn": ("ui/",),
    "prometheus_client": ("ui/",),
}


@dataclass(frozen=True)
class Import:
    """An import of the top-level name ``module``; ``lazy``: it stands inside a function."""

    file: str
    line: int
    module: str
    lazy: bool


def imports(root: Path) -> Iterator[Import]:
    for path in sorted(root.glob("*/**/*.py")):
        file = path.relative_to(root).as_posix()
        if file.split("/")[0] in MAY_IMPORT:
            yield from _walk(ast.parse(path.read_text(encoding="utf-8")), file, lazy=False)


def _walk(node: ast.AST, file: str, *, lazy: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        inside = lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for module in _modules(child, file):
            yield Import(file, child.lineno, module.split(".")[0], inside)
        yield from _walk(child, file, lazy=inside)


def _modules(node: ast.AST, file: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""] if node.level == 0 else [file.split("/")[0]]
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in (
        "import_module",
        "__import__",
    ):
        return [str(node.args[0].value)] if isinstance(node.args[0], ast.Constant) else []
    return []


def broken_layers(root: Path) -> list[str]:
    return [
        f"{one.file}:{one.line} imports {one.module}"
        for one in imports(root)
        if one.module in MAY_IMPORT
        and one.module != (package := one.file.split("/")[0])
        and one.module not in MAY_IMPORT[package]
        and not (one.lazy and (one.file, one.module) in LAZILY)
    ]


def broken_fences(root: Path) -> list[str]:
    return [
        f"{one.file}:{one.line} imports {one.module}"
        for one in imports(root)
        if one.module in FENCES
        and not any(
            one.file.startswith(place) if place.endswith("/") else one.file == place
            for place in FENCES[one.module]
        )
    ]


def test_packages_import_only_to_their_left():
    assert broken_layers(CHECKOUT) == []


def test_heavy_libraries_stay_behind_their_files():
    assert broken_fences(CHECKOUT) == []


def test_the_check_reads_the_whole_product():
    seen = {one.file.split("/")[0] for one in imports(CHECKOUT)}
    assert seen == set(MAY_IMPORT)


@pytest.fixture
def tree(tmp_path):
    """Write files of a small checkout."""

    def write(**files):
        for name, text in files.items():
            path = tmp_path / (name.replace("__", "/") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"corpus__load": "import index.hit"}, ["corpus/load.py:1 imports index"]),
        ({"index__index": "x = 1\nfrom rag import Answer"}, ["index/index.py:2 imports rag"]),
        ({"rag__answer": "def f():\n    from ui import api"}, ["rag/answer.py:2 imports ui"]),
        ({"rag__answer": "import eval.metrics"}, ["rag/answer.py:1 imports eval"]),
        ({"eval__runner": "from ui.api import app"}, ["eval/runner.py:1 imports ui"]),
        ({"ui__chat": "def f():\n    import eval.runner"}, ["ui/chat.py:2 imports eval"]),
        ({"ui__cli": "from eval import commands"}, ["ui/cli.py:1 imports eval"]),
        (
            {"corpus__readers__txt": "import importlib\nimportlib.import_module('rag.query')"},
            ["corpus/readers/txt.py:2 imports rag"],
        ),
        ({"ui__cli": "def f():\n    from eval import commands"}, []),
        ({"ui__cli": "import rag, index, corpus", "rag__query": "from . import fold"}, []),
        ({"tests__test_x": "import ui, eval"}, []),
    ],
)
def test_an_upward_import_is_found(tree, files, found):
    assert broken_layers(tree(**files)) == found


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"rag__query": "import jieba.posseg"}, ["rag/query.py:1 imports jieba"]),
        ({"index__index": "def f():\n    import faiss"}, ["index/index.py:2 imports faiss"]),
        ({"corpus__load": "from sqlite3 import connect"}, ["corpus/load.py:1 imports sqlite3"]),
        ({"eval__x": "from fastapi import FastAPI"}, ["eval/x.py:1 imports fastapi"]),
        (
            {"index__encoders": "import sentence_transformers"},
            ["index/encoders.py:1 imports sentence_transformers"],
        ),
        ({"index__analyser": "import jieba", "index__dense": "import faiss"}, []),
        ({"index__training__train": "import sentence_transformers", "ui__a": "import gradio"}, []),
    ],
)
def test_a_library_outside_its_fence_is_found(tree, files, found):
    assert broken_fences(tree(**files)) == found
