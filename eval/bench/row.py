"""One line of a benchmark: a figure, its baseline, their ratio."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from eval.wording import plain_table

Note = Callable[[str], object]
"""Told what is being measured now."""


@dataclass(frozen=True, slots=True)
class Row:
    """``ratio`` is value / baseline; whether high is good depends on the figure."""

    section: str
    figure: str
    unit: str
    value: float
    baseline: str
    baseline_value: float

    @property
    def ratio(self) -> float | None:
        """Value over baseline; None over nothing."""
        return self.value / self.baseline_value if self.baseline_value else None


def table(rows: list[Row]) -> str:
    """Show the rows of one section."""
    head = ["figure", "value", "unit", "baseline", "its value", "ratio"]
    cells = [
        [
            row.figure,
            f"{row.value:.3f}",
            row.unit,
            row.baseline,
            f"{row.baseline_value:.3f}",
            "" if row.ratio is None else f"{row.ratio:.2f}×",
        ]
        for row in rows
    ]
    return plain_table(head, cells)


def seconds(work: Callable[[], object], *, repeat: int = 3) -> float:
    """Return the median time of ``repeat`` calls."""
    return median(_one(work) for _ in range(repeat))


def _one(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
