"""The same target of several places side by side, with figures that contradict each other marked.

Targets are the same when their indicators and subjects have one normal form and their figures one
base unit: a sum of money and its growth in per cent are two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.facts.indicators import normal_indicator
from corpus.fold import squeeze
from index.facts import TargetRow

UNPLACED = "（未注明地区）"
"""The place of documents that do not say what division they speak for."""
_WHOLE_PLACE = frozenset(f"{whose}{level}" for whose in "全我本" for level in "国省市县区州旗镇乡")
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """A target with its figure in the unit of the line."""

    row: TargetRow
    value: float
    value_max: float | None


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """What one place states; ``conflict``: two different figures for one year."""

    values: tuple[ComparedValue, ...]
    conflict: bool


_UNSTATED = ComparedCell((), False)
"""Shared: most cells of a comparison of many places are empty."""


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One target; ``cells`` are in the order of the places. ``unit`` is the one most used."""

    subject: str
    indicator: str
    unit: str
    cells: tuple[ComparedCell, ...]

    @property
    def conflict(self) -> bool:
        """Whether some place contradicts itself."""
        return any(cell.conflict for cell in self.cells)


@dataclass(frozen=True, slots=True)
class TargetComparison:
    """Lines in the order in which their targets are met; those of more places come first."""

    places: tuple[str, ...]
    lines: tuple[ComparedLine, ...]


def compare_targets(rows: Iterable[TargetRow]) -> TargetComparison:
    """Put the targets of several places side by side; places in the order met."""
    groups: dict[_Key, list[TargetRow]] = {}
    places: dict[str, None] = {}
    for row in rows:
        places.setdefault(_place(row))
        groups.setdefault(_key(row), []).append(row)
    wide_first = sorted(groups.values(), key=lambda group: -len({_place(row) for row in group}))
    columns = tuple(places)
    return TargetComparison(columns, tuple(_line(group, columns) for group in wide_first))


def _place(row: TargetRow) -> str:
    return row.source.region or UNPLACED


def _key(row: TargetRow) -> _Key:
    target = row.target
    subject = squeeze(target.subject)
    if subject in _WHOLE_PLACE or subject == squeeze(_place(row)):
        subject = ""  # 全市 says no more than the place of the document does
    return subject, squeeze(normal_indicator(squeeze(target.indicator))), squeeze(target.unit_base)


def _line(rows: Sequence[TargetRow], places: Sequence[str]) -> ComparedLine:
    unit, factor = _unit(rows)
    by_place: dict[str, list[ComparedValue]] = {}
    for row in rows:
        target = row.target
        highest = None if target.value_max_base is None else _in(factor, target.value_max_base)
        value = ComparedValue(row, _in(factor, target.value_base), highest)
        by_place.setdefault(_place(row), []).append(value)
    stated = {place: ComparedCell(tuple(v), _conflict(v)) for place, v in by_place.items()}
    cells = tuple(stated.get(place, _UNSTATED) for place in places)
    first = rows[0].target
    return ComparedLine(first.subject if _key(rows[0])[0] else "", first.indicator, unit, cells)


def _unit(rows: Sequence[TargetRow]) -> tuple[str, float]:
    """Return the unit most used, and how many base units it is."""
    factors = {
        row.target.unit: row.target.value_base / row.target.value
        for row in rows
        if row.target.value and row.target.value_base
    }
    used = Counter(row.target.unit for row in rows if row.target.unit in factors)
    if not used:
        return rows[0].target.unit_base, 1.0
    unit = used.most_common(1)[0][0]
    return unit, factors[unit]


def _in(factor: float, base: float) -> float:
    """Convert, without the noise of binary fractions."""
    return float(f"{base / factor:.12g}")


def _conflict(values: Sequence[ComparedValue]) -> bool:
    """Whether two values of one year differ; what has no year contradicts nothing."""
    figures: dict[tuple[int, bool], set[tuple[float, float | None]]] = {}
    for one in values:
        target = one.row.target
        if target.year is not None:
            stated = figures.setdefault((target.year, target.per_year), set())
            stated.add((one.value, one.value_max))
    return any(len(stated) > 1 for stated in figures.values())
