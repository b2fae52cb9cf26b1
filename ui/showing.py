"""``cewen show``: the library, the outline of a document as a tree, one section of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from corpus.addresses import find_sections
from corpus.document import Document, Section
from corpus.errors import AddressError, DocumentMissing
from corpus.sections import section_path

if TYPE_CHECKING:
    from index.index import Index
    from index.records import DocumentCard

_ID_SHORTEST = 4
_CANDIDATES = 5


def find_document(library: Index, name: str) -> Document:
    """Return the document of an id, the beginning of one, or words of its title or file name.

    Raises AddressError when none or several answer to ``name``.
    """
    try:
        return library.document(name)
    except DocumentMissing:
        found = library.documents(q=name, limit=_CANDIDATES)
        cards = list(found.documents)
        if len(name) >= _ID_SHORTEST and set(name) <= set("0123456789abcdef"):
            cards += [card for card in library.documents().documents if card.id.startswith(name)]
        ids = {card.id for card in cards}
        if not ids:
            raise _unknown(name) from None
        if len(ids) > 1:
            total = max(found.total, len(ids))
            raise _ambiguous(name, [_named(card) for card in cards], total) from None
    return library.document(ids.pop())


def find_section(document: Document, sections: Sequence[Section], address: str) -> Section:
    """Return the section an address names; AddressError when it names none or several."""
    found = find_sections(sections, address)
    if len(found) == 1:
        return found[0]
    if found:
        paths = [" > ".join(section_path(sections, one.position)) for one in found]
        raise _ambiguous(address, paths, len(found))
    raise AddressError(
        f"{document.source_name} 没有章节“{address}”",
        accepted="章节写法如 二、（五）、第三条 或标题中的文字",
        advice=f"请用 cewen show {document.id} 查看目录",
    )


def _named(card: DocumentCard) -> str:
    return f"{card.id} {card.metadata.title}（{card.source_name}）"


def _unknown(name: str) -> AddressError:
    return AddressError(
        f"文件库里没有编号、标题或文件名与“{name}”相符的文件",
        accepted="可写文件编号或其开头几位，标题、文件名、文号中的文字",
        advice="请用 cewen show 查看全部文件",
    )


def _ambiguous(name: str, candidates: Sequence[str], total: int) -> AddressError:
    more = " 等" if total > _CANDIDATES else ""
    return AddressError(
        f"有{total}处与“{name}”相符：{'；'.join(candidates[:_CANDIDATES])}{more}",
        accepted="须能认定唯一的一处",
        advice="请写得更完整些，或写编号",
    )


def document_lines(document: Document, sections: Sequence[Section]) -> Iterator[str]:
    """Yield a document's metadata and its outline as a tree."""
    meta = document.metadata
    yield f"《{meta.title}》"
    facts = (
        ("发文字号", meta.doc_number),
        ("发文机关", meta.issuer),
        ("地区", meta.region),
        ("文种", meta.genre),
        ("主送", meta.addressees),
        ("签发", meta.signed_by),
        ("成文日期", meta.date_written),
        ("发布日期", meta.date_published),
        ("规划期", meta.period and "—".join(dict.fromkeys(map(str, meta.period))) + "年"),
        ("效力", meta.validity),
    )
    yield from (f"{name}：{value}" for name, value in facts if value)
    yield from tree_lines(sections)


def tree_lines(sections: Sequence[Section]) -> Iterator[str]:
    r"""Yield the outline with its branches drawn.

    >>> from corpus.sections import outline
    >>> print("\n".join(tree_lines(outline("一、甲\n（一）乙\n（二）丙\n二、丁\n正文。"))))
    ├─ 一、甲
    │  ├─ （一）乙
    │  └─ （二）丙
    └─ 二、丁
    """
    last_child = {section.parent: section.position for section in sections}
    bars: dict[int | None, str] = {None: ""}  # what stands before the children of a section
    for section in sections:
        before = bars[section.parent]
        is_last = last_child[section.parent] == section.position
        bars[section.position] = before + ("   " if is_last else "│  ")
        yield f"{before}{'└─ ' if is_last else '├─ '}{section.heading or '（未编号）'}"


def document_json(document: Document, sections: Sequence[Section]) -> dict[str, Any]:
    """Return the outline for programs; more is in ``GET /api/v1/documents/{id}``."""
    outline = [
        {
            "label": one.label, "title": one.title, "depth": one.depth, "kind": one.kind,
            "start": one.start, "end": one.end, "body_end": one.body_end,
        }
        for one in sections
    ]  # fmt: skip
    return {"id": document.id, "title": document.metadata.title, "outline": outline}
