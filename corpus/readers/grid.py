"""Which tables of a page hold data, and their cells in rows; pages are also laid out with tables.

A merged cell is read in every row it reaches, as the eye does; over several columns it stands in
the first of them. The header table of a government page (索引号, 发文机关, 成文日期) becomes lines
``索引号：…``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

Cells = list[list[tuple[etree._Element, str]]]

_LONG = 800
"""Characters of one cell from which running text stands in it: the table lays out a page."""
_SHARE = 0.7
_SHARE_FROM = 300
_COLUMNS_MAX = 100
_CELLS_MAX = 200_000
_SHORT = 60

_LABEL_WORDS = (
    "索引号", "信息索引", "信息索引号", "主题分类", "主题词", "关键词", "公文种类", "文种",
    "体裁", "体裁分类", "组配分类", "服务对象", "服务对象分类", "发文机关", "发文单位",
    "发文部门", "发布机构", "发布机关", "发布单位", "制定机关", "公开责任部门", "公开主体",
    "责任部门", "成文日期", "成文时间", "生成日期", "发文日期", "印发日期", "发布日期",
    "发布时间", "发表时间", "公开日期", "公布日期", "生效日期", "实施日期", "施行日期",
    "失效日期", "废止日期", "发文字号", "发文文号", "文号", "文件编号", "统一编号", "标题",
    "名称", "题名", "文件名称", "分类", "有效性", "效力状态", "文件状态", "时效性", "有效期",
    "来源", "信息来源", "文章来源", "公开方式", "公开范围", "时间",
)  # fmt: skip
LABELS = frozenset(_LABEL_WORDS)
"""What the header tables of government pages name."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a table of data; ``title_rows`` of a single cell stand above its header."""

    rows: tuple[tuple[str, ...], ...]
    header_rows: int
    title_rows: int


def data_grid(rows: Cells) -> Grid | None:
    """Return the cells of a table that holds data; None for one that only lays out a page."""
    rows = [row for row in rows if any(text for _, text in row)]
    texts = [text for row in rows for _, text in row]
    if sum(len([text for _, text in row if text]) > 1 for row in rows) < 2:
        return None
    longest, total = max(map(len, texts)), sum(map(len, texts))
    if longest > _LONG or (total > _SHARE_FROM and longest > _SHARE * total):
        return None
    cells = _placed(rows)
    if cells is None:
        return None
    titles = _titles(rows)
    return Grid(cells, titles + _header_rows(rows[titles:]), titles)


def short_rows(rows: Cells) -> set[etree._Element]:
    """Return the rows of a layout table that read as one line: 发文机关： beside 国务院."""
    short: set[etree._Element] = set()
    for row in rows:
        if len(row) > 1 and all(len(text) <= _SHORT for _, text in row):
            parent = row[0][0].getparent()
            short |= {parent} if parent is not None else set()
    return short


def stated_lines(grid: Grid) -> list[str] | None:
    """Return 标签：值 for each pair of cells of a page's header table; None for other tables."""
    pairs: list[tuple[str, str]] = []
    for row in grid.rows:
        cells = [cell for cell in row if cell]
        labels = [position for position, cell in enumerate(cells) if _label(cell) in LABELS]
        if cells and (not labels or labels[0] != 0):
            return None
        for position in labels:
            following = cells[position + 1 : position + 2]
            if following and _label(following[0]) not in LABELS:
                pairs.append((_label(cells[position]), following[0]))
    if len(pairs) < 2:
        return None
    return [f"{label}：{value}" for label, value in pairs]


def _label(cell: str) -> str:
    return re.sub(r"\s", "", cell).rstrip(":：")


def _titles(rows: Cells) -> int:
    """Return how many rows of a single cell, as wide as the table, stand above the others."""
    count = 0
    while count < len(rows) - 1 and len(rows[count]) == 1:
        count += 1
    return count


def _header_rows(rows: Cells) -> int:
    """Return how many rows name the columns: all of th cells, or those a two-tier head spans."""
    named = 0
    while named < len(rows) - 1 and all(cell.tag == "th" for cell, _ in rows[named]):
        named += 1
    if named:
        return named
    first = [cell for cell, _ in rows[0]]
    tiered = any(_span(cell, "colspan") > 1 for cell in first)
    return min(max(_span(cell, "rowspan") for cell in first), 3) if tiered else 1


def _placed(rows: Cells) -> tuple[tuple[str, ...], ...] | None:
    """Return the texts with merged cells resolved; None when there are too many to be a table."""
    placed: list[tuple[str, ...]] = []
    reaching: dict[int, tuple[int, str]] = {}  # column → rows still to fill from above, with what
    count = 0
    for row in rows:
        texts: list[str] = []
        for cell, text in row:
            _fill(texts, reaching)
            width, height = min(_span(cell, "colspan"), _COLUMNS_MAX), _span(cell, "rowspan")
            for column in range(len(texts), len(texts) + width):
                if height > 1:
                    reaching[column] = (height - 1, text if column == len(texts) else "")
            texts += [text] + [""] * (width - 1)
        _fill(texts, reaching)
        count += len(texts)
        if len(texts) > _COLUMNS_MAX or count > _CELLS_MAX:
            return None
        placed.append(tuple(texts))
    columns = max(map(len, placed))
    return tuple(texts + ("",) * (columns - len(texts)) for texts in placed)


def _fill(texts: list[str], reaching: dict[int, tuple[int, str]]) -> None:
    """Add the cells that reach into this row from above, where the next one would stand."""
    while len(texts) in reaching:
        column = len(texts)
        left, text = reaching.pop(column)
        texts.append(text)
        if left > 1:
            reaching[column] = (left - 1, text)


def _span(cell: etree._Element, name: str) -> int:
    value = cell.get(name) or ""
    return max(1, int(value)) if re.fullmatch(r"\s*\d{1,4}\s*", value) else 1
