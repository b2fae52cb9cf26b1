"""Tables drawn with rules: the printed lines of a page → grids of cells.

Cells merged over columns or rows show as missing pieces of rule; what stands in a merged cell
belongs to its first row and column, the others stay empty.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

Rule = tuple[float, float, float, float]
"""A printed line as (left, top, right, bottom), upright or level."""

_TOUCH = 3.0
"""Distance, in points or less, at which two rules still meet."""
_RULES_MAX = 1500
"""Rules of one page from which it is a drawing."""
_CELLS_MAX = 4000
_LONG = 4.0


@dataclass(slots=True)
class Grid:
    """A table's columns lie between neighbouring ``xs``, its rows between neighbouring ``ys``."""

    xs: list[float]
    ys: list[float]
    first: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """The first cell of the merged one that a cell belongs to."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.xs) - 1

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.ys) - 1

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Return (row, column) of the cell that holds a point; None outside the table."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        if not (0 <= column < self.width and 0 <= row < self.height):
            return None
        return self.first[row, column]


def grids(rules: Sequence[Rule]) -> list[Grid]:
    """Return the tables of at least two rows and columns that the rules draw."""
    apart = dict.fromkeys(_rounded(rule) for rule in rules)  # cells often draw shared edges twice
    if len(apart) > _RULES_MAX:
        return []
    level = [rule for rule in apart if rule[2] - rule[0] >= max(rule[3] - rule[1], _LONG)]
    upright = [rule for rule in apart if rule[3] - rule[1] > max(rule[2] - rule[0], _LONG)]
    found = [_grid(*group) for group in _groups(level, upright)]
    return [grid for grid in found if grid is not None]


def _rounded(rule: Rule) -> Rule:
    left, top, right, bottom = rule
    return round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)


def _groups(level: Sequence[Rule], upright: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Return the rules of each table: those that meet, over others or directly."""
    groups: list[tuple[list[Rule], list[Rule]]] = []
    left = [*level, *upright]
    levels = set(level)
    while left:
        reached, frontier = [left.pop()], 0
        while frontier < len(reached):
            apart: list[Rule] = []
            for rule in left:
                (reached if _meet(rule, reached[frontier]) else apart).append(rule)
            left = apart
            frontier += 1
        group = [r for r in reached if r in levels], [r for r in reached if r not in levels]
        groups.append(group)
    return groups


def _meet(one: Rule, other: Rule) -> bool:
    return (
        one[0] <= other[2] + _TOUCH
        and other[0] <= one[2] + _TOUCH
        and one[1] <= other[3] + _TOUCH
        and other[1] <= one[3] + _TOUCH
    )


def _grid(level: Sequence[Rule], upright: Sequence[Rule]) -> Grid | None:
    if len(level) < 3 or not upright:
        return None
    xs = _places([(x0 + x1) / 2 for x0, _, x1, _ in upright])
    ys = _places([(y0 + y1) / 2 for _, y0, _, y1 in level])
    # A table often has no rule at its left and right edge.
    edges = min(rule[0] for rule in level), max(rule[2] for rule in level)
    xs = ([edges[0]] if edges[0] < xs[0] - 2 * _TOUCH else []) + xs
    xs += [edges[1]] if edges[1] > xs[-1] + 2 * _TOUCH else []
    cells = (len(xs) - 1) * (len(ys) - 1)
    if len(xs) < 3 or len(ys) < 3 or cells > _CELLS_MAX:
        return None
    grid = Grid(xs, ys)
    _merge(grid, level, upright)
    return grid


def _places(values: list[float]) -> list[float]:
    """Return one value for each group of nearly equal ones."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _TOUCH:
            found.append(value)
    return found


def _merge(grid: Grid, level: Sequence[Rule], upright: Sequence[Rule]) -> None:
    """Fill ``grid.first``: a cell without a rule to its left or above goes with its neighbour."""
    above = [[rule for rule in level if abs(_y(rule) - y) <= _TOUCH] for y in grid.ys]
    beside = [[rule for rule in upright if abs(_x(rule) - x) <= _TOUCH] for x in grid.xs]
    for row in range(grid.height):
        for column in range(grid.width):
            x = (grid.xs[column] + grid.xs[column + 1]) / 2
            y = (grid.ys[row] + grid.ys[row + 1]) / 2
            first = (row, column)
            if row and not any(rule[0] <= x <= rule[2] for rule in above[row]):
                first = grid.first[row - 1, column]
            elif column and not any(rule[1] <= y <= rule[3] for rule in beside[column]):
                first = grid.first[row, column - 1]
            grid.first[row, column] = first


def _x(rule: Rule) -> float:
    return (rule[0] + rule[2]) / 2


def _y(rule: Rule) -> float:
    return (rule[1] + rule[3]) / 2
