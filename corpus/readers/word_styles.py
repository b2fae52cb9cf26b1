"""Styles of a Word file: what a paragraph style says of headings, numbering and hidden text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
"""The namespace of WordprocessingML, as lxml writes it before a name."""
_VAL = W + "val"
_BODY_LEVEL = 9
"""``outlineLvl`` of body text; 0 to 8 are the levels of headings."""
_BASED_ON = 20
"""Styles based on styles; Word itself stops at 11."""
_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_CUSTOM_HEADING = re.compile(r"([一二三四五六1-6])级标题")
"""Names that offices give the heading styles of their own templates: 公文一级标题, 2级标题."""
_TITLE = frozenset({"title", "subtitle", "标题", "標題", "副标题"})
"""Styles of the document's title and subtitle, which head no section."""
_DIGITS = "一二三四五六"
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Style:
    """What one style states itself; None where it leaves that to the style it is based on."""

    name: str = ""
    based_on: str | None = None
    outline: int | None = None
    numbering: str | None = None
    level: int | None = None
    hidden: bool | None = None


class Styles:
    """The styles of a file, each seen together with those it is based on."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, Style] = {}
        self.default: str | None = None
        for element in () if root is None else root.findall(W + "style"):
            identifier = element.get(W + "styleId", "")
            self._styles[identifier] = _style(element)
            if element.get(W + "type") == "paragraph" and element.get(W + "default") in _ON:
                self.default = identifier
        self.hiding = any(style.hidden for style in self._styles.values())
        self.heading_level = lru_cache(maxsize=None)(self._heading_level)
        self.numbering = lru_cache(maxsize=None)(self._numbering)

    def chain(self, identifier: str | None) -> list[tuple[str, Style]]:
        """Return a style and those it is based on, nearest first."""
        found: list[tuple[str, Style]] = []
        while identifier in self._styles and len(found) < _BASED_ON:
            found.append((identifier, self._styles[identifier]))
            identifier = found[-1][1].based_on
        return found

    def hidden(self, identifier: str | None) -> bool:
        """Return whether text of this style is hidden."""
        return bool(_first([style.hidden for _, style in self.chain(identifier)]))

    def _heading_level(self, identifier: str | None) -> int | None:
        for _, style in self.chain(identifier):
            if style.name.strip().lower() in _TITLE:
                return None
            if style.outline is not None:
                return style.outline + 1 if style.outline < _BODY_LEVEL else None
            if (level := _named_level(style.name)) is not None:
                return level
        return None

    def _numbering(self, identifier: str | None) -> tuple[str | None, int | None, str | None]:
        """Return the numbering of a style, its level, and the style that states it."""
        chain = self.chain(identifier)
        owner = next((own for own, style in chain if style.numbering is not None), None)
        numbering = None if owner is None else self._styles[owner].numbering
        return numbering, _first([style.level for _, style in chain]), owner


_ON = frozenset({"1", "true", "on"})
_OFF = frozenset({"0", "false", "off", "none"})


def is_on(parent: etree._Element | None, name: str) -> bool | None:
    """Return what a switch (an element that is on unless its value says no) says; None if absent.

    ``name`` is the local name, such as "vanish".
    """
    found = None if parent is None else parent.find(W + name)
    return None if found is None else found.get(_VAL, "1").lower() not in _OFF


def value(parent: etree._Element | None, path: str) -> str | None:
    """Return ``w:val`` of the element at ``path`` below ``parent``."""
    found = None if parent is None else parent.find(path)
    return None if found is None else found.get(_VAL)


def number(text: str | None) -> int | None:
    """Return a whole number as the format writes it, None for anything else."""
    if text is None or len(text) > 9 or not re.fullmatch(r"[+-]?[0-9]+", text):
        return None
    return int(text)


def _style(element: etree._Element) -> Style:
    paragraph = element.find(W + "pPr")
    return Style(
        name=value(element, W + "name") or "",
        based_on=value(element, W + "basedOn"),
        outline=number(value(paragraph, W + "outlineLvl")),
        numbering=value(paragraph, f"{W}numPr/{W}numId"),
        level=number(value(paragraph, f"{W}numPr/{W}ilvl")),
        hidden=is_on(element.find(W + "rPr"), "vanish"),
    )


def _named_level(name: str) -> int | None:
    if named := _HEADING.fullmatch(name.strip()):
        return int(named[1])
    if custom := _CUSTOM_HEADING.search(name):
        return _DIGITS.find(custom[1]) + 1 or int(custom[1])
    return None


def _first(values: list[_Value | None]) -> _Value | None:
    return next((each for each in values if each is not None), None)
