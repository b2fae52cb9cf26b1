"""Answer → text for a terminal, and Markdown with its sources. Pure functions.

Quotes are shown verbatim. Markdown escapes what would change their look, so that what is rendered
reads as the document does; the chat page does not use Markdown at all (``ui/page.py``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from rag.answer import Answer, Citation, Part, Table

MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
MARKDOWN_LINE_START = re.compile(r"^(\s*)([-+]|\d+(?=[.)]))", re.MULTILINE)


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


def to_markdown(answer: Answer) -> str:
    """Show an answer as Markdown: quotes as a list, highlights bold, sources numbered below."""
    if answer.refusal is None:
        body = [_markdown_part(part) for part in answer.parts]
        if answer.table is not None:
            body.append(_markdown_table(answer.table))
        return "\n\n".join([*body, "**出处**", _markdown_sources(answer.citations)])
    blocks = [f"**没有作答**：{escape_markdown(answer.refusal.detail)}"]
    if answer.refusal.nearest:
        blocks += ["**最接近的原文**", _markdown_nearest(answer.refusal.nearest)]
    return "\n\n".join(blocks)


def _markdown_part(part: Part) -> str:
    if part.kind == "label":
        return f"**{escape_markdown(part.text)}**"
    marker = "" if part.citation is None else f"\\[{part.citation}\\]"
    return f"> {_bold_spans(part)}{marker}"


def _bold_spans(part: Part) -> str:
    pieces, position = [], 0
    for start, end in part.highlights:
        pieces.append(_quoted(part.text[position:start]))
        pieces.append(f"**{_quoted(part.text[start:end])}**")
        position = end
    pieces.append(_quoted(part.text[position:]))
    return "".join(pieces)


def _quoted(text: str) -> str:
    """Escape, and keep line breaks inside the quotation."""
    return escape_markdown(text).replace("\n", "\n> ")


def _markdown_table(table: Table) -> str:
    head = [*map(_cell, table.columns), "出处"]
    rows = [
        [*map(_cell, row), f"\\[{number}\\]"]
        for row, number in zip(table.rows, table.citation_of_row, strict=True)
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return escape_markdown(one_line(text))


def _markdown_sources(citations: Sequence[Citation]) -> str:
    return "\n".join(
        f"{citation.number}. {escape_markdown(' · '.join(source_parts(citation)))}"
        for citation in citations
    )


def _markdown_nearest(citations: Sequence[Citation]) -> str:
    return "\n".join(
        f"{citation.number}. {escape_markdown(' · '.join(source_parts(citation)))}\n"
        f"   > {escape_markdown(one_line(citation.quote))}"
        for citation in citations
    )


def escape_markdown(text: str) -> str:
    r"""Escape what Markdown or HTML would read as markup.

    >>> print(escape_markdown("1. *重点* <b>"))
    1\. \*重点\* \<b\>
    """
    escaped = MARKDOWN_SPECIAL.sub(r"\\\1", text)
    return MARKDOWN_LINE_START.sub(_escape_line_start, escaped)


def _escape_line_start(match: re.Match[str]) -> str:
    space, mark = match.groups()
    return f"{space}\\{mark}" if mark in "-+" else f"{space}{mark}\\"
