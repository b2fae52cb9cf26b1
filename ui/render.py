"""Answer → text for a terminal: pure functions. The chat page has its own (``ui/page.py``)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from unicodedata import combining, east_asian_width

from rag.answer import Answer, Citation, Part, Table


def to_terminal(answer: Answer) -> str:
    """Show an answer or a refusal, then its numbered sources with their offsets."""
    if answer.refusal is None:
        lines = [*_terminal_body(answer), "", "出处："]
        return "\n".join([*lines, *map(source_line, answer.citations)])
    lines = [f"没有作答：{answer.refusal.detail}"]
    if answer.refusal.nearest:
        lines += ["", "最接近的原文："]
        for citation in answer.refusal.nearest:
            lines += [source_line(citation), f"    {one_line(citation.quote)}"]
    return "\n".join(lines)


def _terminal_body(answer: Answer) -> list[str]:
    lines = [_terminal_part(part) for part in answer.parts]
    if answer.table is None:
        return lines
    return [*lines, "", *_terminal_table(answer.table)]


def _terminal_part(part: Part) -> str:
    return part.text if part.citation is None else f"{part.text}[{part.citation}]"


def _terminal_table(table: Table) -> list[str]:
    rows = [table.columns, *table.rows]
    return [
        " | ".join([*map(one_line, row), *([f"[{number}]"] if number else [])])
        for row, number in zip_longest(rows, (None, *table.citation_of_row))
    ]


def source_line(citation: Citation) -> str:
    """Name a source on one line: number, title, 发文字号, section path, page, offsets.

    >>> from datetime import date
    >>> source_line(Citation(1, "0a1b", "某市行动计划", "某政发〔2024〕1号", None, "某市",
    ...     date(2024, 1, 2), None, ("一、总体要求", "（一）目标"), "突破400亿元", 31, 38))
    '[1] 《某市行动计划》 某政发〔2024〕1号 · 一、总体要求 > （一）目标 · 第31–38字'
    """
    return f"[{citation.number}] {' · '.join(source_parts(citation))}"


def source_parts(citation: Citation) -> list[str]:
    """Return the parts of a source line after its number."""
    title = book_title(citation.title)
    head = f"{title} {citation.doc_number}" if citation.doc_number else title
    place = " > ".join(citation.section_path)
    page = f"第{citation.page}页" if citation.page is not None else ""
    return [part for part in (head, place, page, f"第{citation.start}–{citation.end}字") if part]


def book_title(title: str) -> str:
    """Set a title in 《》, unless it brings its own.

    >>> book_title("某市行动计划"), book_title("关于印发《办法》的通知")
    ('《某市行动计划》', '《关于印发〈办法〉的通知》')
    """
    return f"《{title.replace('《', '〈').replace('》', '〉')}》"


def one_line(text: str) -> str:
    """Join the lines of a quote for a place that has one line only."""
    return " ".join(text.split())


def width(text: str) -> int:
    """Return how many columns a terminal takes for a text.

    >>> width("GDP增速")
    7
    """
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )


def aligned(columns: Sequence[str], rows: Sequence[Sequence[str]], *, widest: int = 40) -> str:
    """Lay out a table for a terminal; a cell wider than ``widest`` is cut.

    >>> print(aligned(["地区", "数值"], [["青禾市", "400"], ["云州", "9"]]))
    地区    数值
    青禾市  400
    云州    9
    """
    cells = [[_fitted(one_line(cell), widest) for cell in row] for row in (columns, *rows)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    )


def _fitted(text: str, widest: int) -> str:
    if width(text) <= widest:
        return text
    kept = ""
    used = 0
    for character in text:
        used += width(character)
        if used > widest - 2:
            break
        kept += character
    return f"{kept}…"
