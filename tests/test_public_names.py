"""What each package offers by name: this list and ``__all__`` agree, and all of it is there."""

import importlib
import inspect

import pytest

NAMES = {
    "corpus": ["CewenError", "Document", "Metadata", "Passage", "Section"],
    "index": ["Filters", "Hit", "Index", "load_encoder"],
    "rag": ["Answer", "Assistant", "Citation", "Refusal", "Settings", "load_settings"],
    "ui": ["create_app"],
    "eval": [
        "Comparison",
        "Outcome",
        "Question",
        "QuestionSet",
        "Report",
        "check_against",
        "compare_runs",
        "judge",
        "load_questions",
        "read_run",
        "run_questions",
        "write_run",
    ],
}


@pytest.mark.parametrize("package", NAMES)
def test_the_public_names_are_these(package):
    assert list(importlib.import_module(package).__all__) == NAMES[package]


@pytest.mark.parametrize("package", NAMES)
def test_every_public_name_is_there_and_documented(package):
    module = importlib.import_module(package)
    for name in module.__all__:
        assert inspect.getdoc(getattr(module, name)), name


@pytest.mark.parametrize("package", NAMES)
def test_every_package_says_what_it_is_for(package):
    assert len(importlib.import_module(package).__doc__) > 60
