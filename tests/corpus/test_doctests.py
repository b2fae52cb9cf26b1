"""The examples in the docstrings of the package hold."""

import doctest
import importlib
from pathlib import Path

import pytest

import corpus

PACKAGE = Path(corpus.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in PACKAGE.rglob("[a-z]*.py")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
