"""The examples in the docstrings of the package hold."""

import doctest
import importlib
from pathlib import Path

import pytest

import corpus

MODULES = sorted(path.stem for path in Path(corpus.__file__).parent.glob("[a-z]*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    failed, _ = doctest.testmod(importlib.import_module(f"corpus.{name}"))
    assert failed == 0
