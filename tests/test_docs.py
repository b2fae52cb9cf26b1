"""The manuals name everything there is, and name nothing that is not there."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from rag.settings import ENVIRONMENT_PREFIX, Settings
from ui.api import create_app
from ui.cli import main
from ui.service import Service

CHECKOUT = Path(__file__).parents[1]
MANUALS = ("README.md", "README.zh-CN.md")
DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), CHECKOUT / "eval" / "questions" / "SCHEMA.md"])
HTTP_METHODS = {"get", "post", "put", "patch", "delete"}


def read(name):
    return (CHECKOUT / name).read_text(encoding="utf-8")


def commands(group, prefix):
    """Every leaf command with the words it is called by: ``cewen eval run``."""
    for name, command in group.commands.items():
        words = f"{prefix} {name}"
        if isinstance(command, click.Group):
            yield from commands(command, words)
        else:
            yield words, command


COMMANDS = dict(commands(main, "cewen"))


def endpoints():
    def nothing_to_load():
        raise AssertionError("describing the interface must not load an index")

    paths = create_app(Service(nothing_to_load, Settings())).openapi()["paths"]
    return [
        (method.upper(), path)
        for path, operations in paths.items()
        for method in operations
        if method in HTTP_METHODS
    ]


@pytest.mark.parametrize("manual", MANUALS)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_manual(manual, command):
    assert command in read(manual)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_text(command):
    assert COMMANDS[command].help


@pytest.mark.parametrize("manual", MANUALS)
@pytest.mark.parametrize(("method", "path"), endpoints())
def test_every_endpoint_is_in_the_manual(manual, method, path):
    """``GET /api/v1/documents/{id}``: the name inside the braces may differ."""
    pattern = re.escape(path)
    pattern = re.sub(r"\\\{\w+\\\}", r"\\{\\w+\\}", pattern)
    assert re.search(rf"{method}\W+{pattern}(?![\w/{{])", read(manual))


@pytest.mark.parametrize("manual", MANUALS)
@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_is_in_the_manual(manual, setting):
    assert re.search(rf"\b{ENVIRONMENT_PREFIX}{setting.upper()}\b", read(manual))


@pytest.mark.parametrize("manual", MANUALS)
def test_every_command_of_the_manual_exists(manual):
    called = re.findall(r"^(?:\$ )?cewen ((?:[a-z]+ ?)+)", read(manual), re.MULTILINE)
    assert called
    known = {words.removeprefix("cewen ") for words in COMMANDS}
    for words in called:
        assert any(f"{words.strip()} ".startswith(f"{name} ") for name in known), words


@pytest.mark.parametrize("manual", MANUALS)
def test_every_setting_of_the_manual_exists(manual):
    named = set(re.findall(rf"\b{ENVIRONMENT_PREFIX}([A-Z_]+)\b", read(manual)))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


@pytest.mark.parametrize("manual", [*MANUALS, "CONTRIBUTING.md"])
def test_every_make_target_of_the_manual_exists(manual):
    targets = set(re.findall(r"^([a-z][a-z-]*):(?!=)", read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^|\$ )make ([a-z][a-z-]*)", read(manual), re.MULTILINE))
    assert named
    assert named <= targets


def test_the_changelog_leads_to_the_version_of_the_package():
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## \[([^\]]+)\]", read("CHANGELOG.md"), re.MULTILINE)
    releases = [heading for heading in headings if heading != "Unreleased"]
    assert releases[0] == version
    assert headings[0] in ("Unreleased", version)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_relative_links_lead_somewhere(path):
    links = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    lost = [
        link
        for link in links
        if "://" not in link
        and not link.startswith(("#", "mailto:"))
        and not (path.parent / link.partition("#")[0]).exists()
    ]
    assert lost == []
