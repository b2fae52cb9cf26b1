"""What the chat page shows, as HTML: pure functions of answers, documents and cards.

Text of documents and of users is rendered as text, never as HTML: everything passes ``escape``.
Quotes stand in the page verbatim, white space included; where an official text has runs of blank
lines they are narrowed by CSS, not removed. A citation's button carries the place it stands for
(``data-doc``, ``data-start``, ``data-end``), so opening it needs no memory of the conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from corpus.document import Document, Metadata, Section
from corpus.sections import section_at, section_path
from index.hit import Span
from index.records import DocumentCard
from rag.answer import Answer, Citation, Part, Refusal, Table
from ui.jobs import FileResult, Job
from ui.render import book_title

AROUND = 600
"""Characters shown before and after a quote, and up to how many more to end with a sentence."""

WHOLE_SENTENCE = 120
SENTENCE_END = re.compile(r"[。；！？\n]")
AFTER_HEADING = re.compile(r"[。：:；;]?[^\S\n]*\n?")

BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n\s*)+")

REASONS = {
    "out_of_scope": "不属于文件库的内容",
    "place_not_in_corpus": "文件库中没有这个地方的文件",
    "year_not_covered": "文件库没有覆盖这个年份",
    "figure_not_stated": "文件里没有写明这个数字",
    "body_not_charged": "文件里没有给这个单位分派任务",
    "not_found": "没有找到",
    "ambiguous": "问题有多种理解",
}
STATES = {"waiting": "等待", "added": "已添加", "unchanged": "已在库中", "refused": "未收录"}


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of this conversation and its answer; ``rating`` is 0 until the user gives one."""

    question: str
    answer: Answer
    rating: int = 0


def header(documents: int | None) -> str:
    """Render the title line; None while the library is loading."""
    holds = "正在载入文件库…" if documents is None else f"文件库现有 {documents} 份文件"
    return (
        '<header class="masthead"><h1>策问</h1>'
        f'<p>{holds}<span class="aside">　回答逐字引自文件原文，点序号可看出处</span></p></header>'
    )


def welcome(examples: Sequence[str]) -> str:
    """Render what stands in place of a conversation that has not begun."""
    buttons = "".join(
        f'<button type="button" class="example">{escape(example)}</button>' for example in examples
    )
    tried = f'<div class="examples" aria-label="示例问题">{buttons}</div>' if buttons else ""
    return (
        '<div class="welcome"><h2>想了解文件里的什么？</h2>'
        "<p>直接用平常的话提问，例如目标数字、责任单位、时间节点、任务清单；可以接着追问。</p>"
        f"{tried}</div>"
    )


def conversation(turns: Sequence[Turn]) -> str:
    """Every question with its answer, oldest first."""
    shown = "".join(_turn(position, turn) for position, turn in enumerate(turns, start=1))
    return f'<div class="conversation" role="log" aria-label="对话">{shown}</div>'


def _turn(position: int, turn: Turn) -> str:
    answer = turn.answer
    body = _answer(answer) if answer.refusal is None else _refusal(answer.refusal)
    return (
        f'<section class="turn" data-turn="{position - 1}" aria-label="第{position}问">'
        f'<p class="question">{escape(turn.question)}</p>'
        f'<div class="reply">{_understood(turn)}{body}{_footer(turn)}</div></section>'
    )


def _understood(turn: Turn) -> str:
    """Say how a follow-up was understood, where that differs from what was typed."""
    alone = turn.answer.standalone_question
    if alone.strip() == turn.question.strip():
        return ""
    return f'<p class="understood">结合上文，理解为：{escape(alone)}</p>'


def _answer(answer: Answer) -> str:
    parts = "".join(_part(part, answer.citations) for part in answer.parts)
    body = f'<div class="parts">{parts}</div>'
    if answer.table is not None:
        # the rows hold the quotes; they are listed once
        whole = {each.number for each in answer.citations} <= set(answer.table.citation_of_row)
        table = _table(answer.table, answer)
        body = _notes(answer) + table if whole else body + table
    return body + _sources("出处", answer.citations)


def _notes(answer: Answer) -> str:
    """Render what a table does not say: the count, and the places that state nothing."""
    after = [*answer.parts[1:], None]
    notes = [
        part
        for position, (part, following) in enumerate(zip(answer.parts, after, strict=True))
        if part.kind == "label"
        and (position == 0 or following is None or following.kind == "label")
    ]
    return "".join(_part(note, answer.citations) for note in notes)


def _part(part: Part, citations: Sequence[Citation]) -> str:
    if part.kind == "label":
        return f'<p class="label">{escape(part.text)}</p>'
    return (
        f'<p class="quote">{_highlighted(part.text, part.highlights)}'
        f"{_marker(part.citation, citations)}</p>"
    )


def _highlighted(text: str, highlights: Sequence[Span]) -> str:
    """Escape a quote and set its highlights in <strong>.

    >>> _highlighted("突破400亿元<目标>", [(2, 7)])
    '突破<strong>400亿元</strong>&lt;目标&gt;'
    """
    pieces, position = [], 0
    for start, end in highlights:
        pieces += [_plain(text[position:start]), f"<strong>{_plain(text[start:end])}</strong>"]
        position = end
    return "".join([*pieces, _plain(text[position:])])


def _marker(number: int | None, citations: Sequence[Citation]) -> str:
    citation = next((each for each in citations if each.number == number), None)
    if citation is None:
        return ""
    return (
        f'<button type="button" class="cite" {_place(citation)} '
        f'aria-label="查看出处{citation.number}">[{citation.number}]</button>'
    )


def _place(citation: Citation) -> str:
    return (
        f'data-doc="{escape(citation.document_id)}" data-start="{citation.start}" '
        f'data-end="{citation.end}"'
    )


def _table(table: Table, answer: Answer) -> str:
    highlights = {part.text: part.highlights for part in answer.parts}
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (*table.columns, "出处"))
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{_highlighted(cell, highlights.get(cell, ()))}</td>" for cell in row)
        + f"<td>{_marker(number, answer.citations)}</td></tr>"
        for row, number in zip(table.rows, table.citation_of_row, strict=True)
    )
    return (
        '<div class="scroll" tabindex="0"><table class="facts">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _sources(heading: str, citations: Sequence[Citation], *, quotes: bool = False) -> str:
    if not citations:
        return ""
    items = "".join(f"<li>{_source(citation, quotes=quotes)}</li>" for citation in citations)
    return f'<div class="sources"><h3>{heading}</h3><ol>{items}</ol></div>'


def _source(citation: Citation, *, quotes: bool) -> str:
    facts = (citation.doc_number, citation.issuer, chinese_date(citation.date_written))
    where = " › ".join(citation.section_path)
    quote = f'<span class="excerpted">{escape(citation.quote)}</span>' if quotes else ""
    return (
        f'<button type="button" class="source" {_place(citation)}>'
        f'<span class="number">[{citation.number}]</span><span class="named">'
        f'<span class="title">{escape(book_title(citation.title))}</span>'
        f'<span class="facts">{escape(" · ".join(fact for fact in facts if fact))}</span>'
        f'<span class="where">{escape(where)}</span>{quote}</span></button>'
    )


def chinese_date(day: object) -> str:
    """Write a date as official documents do; empty for None.

    >>> from datetime import date
    >>> chinese_date(date(2019, 7, 3))
    '2019年7月3日'
    """
    if day is None:
        return ""
    year, month, number = str(day).split("-")
    return f"{year}年{int(month)}月{int(number)}日"


def _refusal(refusal: Refusal) -> str:
    missing = (
        f"<p>文件库中缺少：{escape('、'.join(refusal.missing))}</p>" if refusal.missing else ""
    )
    return (
        f'<div class="refusal" role="note"><h3>未作答：{REASONS[refusal.reason]}</h3>'
        f"<p>{escape(refusal.detail)}</p>{missing}</div>"
        f"{_sources('最接近的原文', refusal.nearest, quotes=True)}"
    )


def _footer(turn: Turn) -> str:
    coverage = turn.answer.coverage
    searched = f"查找了{coverage.documents_searched}份文件"
    facts = [searched + ("，逐节查遍" if coverage.exhaustive else "")]
    facts.append(f"用时{max(1, round(turn.answer.elapsed_ms))}毫秒")
    return f'<p class="footer"><span>{" · ".join(facts)}</span>{_rating(turn.rating)}</p>'


def _rating(rating: int) -> str:
    if rating:
        return '<span class="rated">已记下，谢谢</span>'
    return (
        '<span class="rating"><button type="button" class="rate" data-rating="1">有用</button>'
        '<button type="button" class="rate" data-rating="-1">没用</button></span>'
    )


def no_evidence() -> str:
    """Render what the panel says before a citation is chosen."""
    return (
        '<div class="evidence empty"><p>点回答中的序号，如 <span class="cite">[1]</span>，'
        "原文会在这里按原处显示。</p></div>"
    )


def evidence(
    document: Document, sections: Sequence[Section], start: int, end: int, *, whole: bool = False
) -> str:
    """Show a quote in its place: about the document, then the text around with the quote marked."""
    first, last = (0, len(document.text)) if whole else around(document.text, start, end)
    text = (
        f"{_cut_mark(first > 0)}{_text(document.text, sections, first, start)}"
        f"<mark>{_text(document.text, sections, start, end)}</mark>"
        f"{_text(document.text, sections, end, last)}{_cut_mark(last < len(document.text))}"
    )
    return (
        '<article class="evidence" aria-label="原文">'
        '<a class="back" href="#conversation">↑ 回到回答</a><h2 tabindex="-1">'
        f"{escape(book_title(document.metadata.title))}</h2>{_about(document, sections, start)}"
        f'<div class="document" tabindex="0" aria-label="正文">{text}</div>'
        f"{_more(document, start, end, whole=whole, all_shown=last - first == len(document.text))}"
        "</article>"
    )


def around(text: str, start: int, end: int) -> Span:
    """Widen ``[start, end)`` by what is shown around it, to whole sentences where they are near."""
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    near = max(0, first - WHOLE_SENTENCE)
    earlier = [match.end() for match in SENTENCE_END.finditer(text, near, first)]
    if near == 0:
        first = 0
    elif earlier:
        first = earlier[-1]
    following = SENTENCE_END.search(text, last, min(len(text), last + WHOLE_SENTENCE))
    return first, following.end() if following else last


def _about(document: Document, sections: Sequence[Section], start: int) -> str:
    path = section_path(sections, section_at(sections, start))
    facts = [
        *_metadata(document.metadata),
        ("章节", " › ".join(path)),
        ("文件", document.source_name),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts if value)
    return f"<dl>{rows}</dl>"


def _metadata(metadata: Metadata) -> list[tuple[str, str]]:
    return [
        ("发文字号", metadata.doc_number or ""),
        ("发文机关", metadata.issuer or ""),
        ("成文日期", chinese_date(metadata.date_written)),
        ("行政区划", metadata.region or ""),
    ]


def _cut_mark(cut: bool) -> str:
    return '<span class="cut" aria-hidden="true"></span>' if cut else ""


def _more(document: Document, start: int, end: int, *, whole: bool, all_shown: bool) -> str:
    if all_shown and not whole:
        return ""
    words = "只看前后文" if whole else f"看全文（{len(document.text)}字）"
    return (
        f'<p class="more"><button type="button" class="widen" data-doc="{escape(document.id)}" '
        f'data-start="{start}" data-end="{end}" data-whole="{int(not whole)}">{words}</button>'
        f"<span>第{start}–{end}字</span></p>"
    )


def _text(text: str, sections: Sequence[Section], start: int, end: int) -> str:
    """Render ``text[start:end]`` with its headings set off; its characters stay as they are."""
    return "".join(
        f'<span class="heading">{_plain(text[a:b])}</span>' if heading else _plain(text[a:b])
        for a, b, heading in _pieces(text, sections, start, end)
    )


def _heading_end(text: str, section: Section) -> int:
    follows = AFTER_HEADING.match(text, section.end)
    return follows.end() if follows else section.end


def _pieces(
    text: str, sections: Sequence[Section], start: int, end: int
) -> Iterator[tuple[int, int, bool]]:
    """Cut ``[start, end)`` at the headings; the third item says whether a piece is one.

    The mark and the line end between a heading and its text are shown with the heading.
    """
    headings = [
        (max(section.start, start), min(_heading_end(text, section), end))
        for section in sections
        if section.kind == "heading" and section.start < end and section.end > start
    ]
    cuts = sorted({start, end, *(place for heading in headings for place in heading)})
    for a, b in pairwise(cuts):
        yield a, b, any(first <= a and b <= last for first, last in headings)


def _plain(text: str) -> str:
    """Escape text; runs of blank lines get a span that CSS narrows.

    >>> _plain("目标<1>")
    '目标&lt;1&gt;'
    """
    pieces, position = [], 0
    for match in BLANK_LINES.finditer(text):
        pieces.append(escape(text[position : match.start()]))
        pieces.append(f'<span class="gap">{match.group()}</span>')
        position = match.end()
    return "".join([*pieces, escape(text[position:])])


def notice(message: str = "") -> str:
    """Render a message about what was typed; empty for none."""
    return f'<p class="notice" role="alert">{escape(message)}</p>' if message else ""


def library(cards: Sequence[DocumentCard], total: int) -> str:
    """Render the library as a table; ``cards`` may be the first of ``total``."""
    rows = "".join(_document_row(card) for card in cards)
    names = ("标题", "行政区划", "发文字号", "成文日期", "期限", "章节", "字数")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    shown = f"共{total}份" if len(cards) == total else f"共{total}份，列出前{len(cards)}份"
    return (
        f'<p class="count">{shown}</p><div class="scroll" tabindex="0"><table class="library">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _document_row(card: DocumentCard) -> str:
    metadata = card.metadata
    period = "" if metadata.period is None else years(*metadata.period)
    cells = (
        metadata.region or "",
        metadata.doc_number or "",
        chinese_date(metadata.date_written),
        period,
        str(card.sections),
        str(card.characters),
    )
    rest = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return (
        f'<tr><td><span class="title">{escape(metadata.title)}</span>'
        f'<span class="file">{escape(card.source_name)}</span></td>{rest}</tr>'
    )


def years(first: int, last: int) -> str:
    """Write a period of years.

    >>> years(2019, 2021), years(2020, 2020)
    ('2019–2021年', '2020年')
    """
    return f"{first}年" if first == last else f"{first}–{last}年"


def upload_progress(job: Job) -> str:
    """How far an upload is, with a line for each file."""
    lines = "".join(_file_line(result) for result in job.files)
    return (
        f'<p class="count">已处理{job.done}/{len(job.files)}份</p><ul class="uploads">{lines}</ul>'
    )


def _file_line(result: FileResult) -> str:
    # an error names its file itself
    said = escape(result.error or result.source_name)
    return f'<li class="{result.state}"><b>{STATES[result.state]}</b> {said}</li>'
