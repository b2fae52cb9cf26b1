"""The words and the table form in which figures are shown to people."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from eval.judgement import Metric

METRIC_NAMES: Mapping[Metric, str] = {
    "correct": "正确",
    "concise": "精炼",
    "contained": "包含",
    "answer_recall": "要点召回",
    "f1": "字F1",
    "citation_recall": "引用召回",
    "citation_precision": "引用准确",
    "verbatim": "引用逐字",
    "quotes_cited": "引文有据",
    "recall@1": "召回@1",
    "recall@3": "召回@3",
    "recall@5": "召回@5",
    "recall@10": "召回@10",
    "recall@20": "召回@20",
    "mrr@10": "MRR@10",
    "refusal": "应拒已拒",
    "false_refusal": "误拒",
}
TYPE_NAMES = {
    "number": "数字",
    "date": "日期",
    "entity": "名称",
    "list": "列举",
    "responsible": "责任单位",
    "definition": "定义",
    "measure": "措施",
    "basis": "依据",
    "comparison": "比较",
    "aggregate": "汇总",
    "unanswerable": "无答案",
}
STYLE_NAMES = {"lexical": "原词", "paraphrase": "换说法", "colloquial": "口语"}
SET_NAMES = {"x": "x 跨文件", "u": "u 无答案", "f": "f 追问"}


def width(text: str) -> int:
    """Columns ``text`` takes in a terminal: two for a wide character, none for a combining one.

    >>> width("召回@5")
    6
    """
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def plain_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align columns, the first to the left and the others to the right, two spaces between.

    >>> print(plain_table(["分组", "题数"], [["数字", "38"], ["f", "9"]]))
    分组  题数
    数字    38
    f        9
    """
    table = [head, *rows]
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    return "\n".join(_line(row, widths).rstrip() for row in table)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    gaps = [" " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)]
    return "  ".join([row[0] + gaps[0], *map("".join, zip(gaps[1:], row[1:], strict=True))])
