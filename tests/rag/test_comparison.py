"""Targets side by side: what is the same target, in which unit, and what contradicts itself."""

import pytest

from index.facts import FactSource, TargetRow
from rag.comparison import UNPLACED, compare_targets


@pytest.fixture
def row(plan, make_target):
    """Make a row: ``row("青溪市", 600.0, "亿元", 600e8, …)``."""

    def make(region, value, unit="亿元", base=None, **fields):
        factors = {"亿元": 1e8, "万元": 1e4, "家": 1.0, "%": 1.0}
        target = make_target(
            plan, "突破600亿元", "600", value=value, unit=unit,
            value_base=value * factors[unit] if base is None else base,
            unit_base={"亿元": "元", "万元": "元"}.get(unit, unit), **fields,
        )  # fmt: skip
        return TargetRow(FactSource("0" * 16, "计划", region, "a.txt", (), "突破600亿元"), target)

    return make


def figures(comparison):
    """Every line as subject, indicator, unit and the cells' figures."""
    return [
        (
            line.subject, line.indicator, line.unit,
            [[value.value for value in cell.values] for cell in line.cells],
        )
        for line in comparison.lines
    ]  # fmt: skip


def test_figures_are_converted_to_the_unit_most_used(row):
    found = compare_targets([
        row("青溪市", 600.0), row("云州市", 3_000_000.0, "万元"), row("岚江省", 0.15),
    ])  # fmt: skip
    assert found.places == ("青溪市", "云州市", "岚江省")
    assert figures(found) == [("", "总产值", "亿元", [[600.0], [300.0], [0.15]])]


def test_indicators_of_one_normal_form_are_one_line(row):
    found = compare_targets([
        row("青溪市", 30.0, "家", indicator="高新技术企业数量"),
        row("云州市", 20.0, "家", indicator="高企数量"),
    ])  # fmt: skip
    assert figures(found) == [("", "高新技术企业数量", "家", [[30.0], [20.0]])]


def test_a_sum_and_its_growth_are_two_lines(row):
    found = compare_targets([row("青溪市", 600.0), row("青溪市", 9.0, "%")])
    assert figures(found) == [
        ("", "总产值", "亿元", [[600.0]]),
        ("", "总产值", "%", [[9.0]]),
    ]


def test_the_whole_place_is_no_subject_of_its_own(row):
    found = compare_targets([
        row("青溪市", 1.0, subject="全市"), row("青溪市", 2.0, subject="青溪市", year=2030),
        row("云州市", 3.0), row("云州市", 4.0, subject="新材料产业"),
    ])  # fmt: skip
    assert figures(found) == [
        ("", "总产值", "亿元", [[1.0, 2.0], [3.0]]),
        ("新材料产业", "总产值", "亿元", [[], [4.0]]),
    ]


def test_what_more_places_state_comes_first(row):
    found = compare_targets([
        row("青溪市", 1.0, subject="海洋"), row("青溪市", 2.0), row("云州市", 3.0),
    ])  # fmt: skip
    assert [line.subject for line in found.lines] == ["", "海洋"]


@pytest.mark.parametrize(
    ("first", "second", "conflict"),
    [
        ({}, {}, False),  # the same figure, twice
        ({}, {"comparator": ">"}, False),
        ({}, {"value_base": 41e9, "value": 410.0}, True),
        ({}, {"value_max": 500.0, "value_max_base": 500e8}, True),
        ({}, {"value_base": 41e9, "value": 410.0, "year": 2030}, False),
        ({}, {"value_base": 41e9, "value": 410.0, "per_year": True}, False),
        ({"year": None}, {"value_base": 41e9, "value": 410.0, "year": None}, False),
    ],
)
def test_two_figures_for_one_year_are_a_conflict(plan, make_target, first, second, conflict):
    rows = [
        TargetRow(
            FactSource("0" * 16, "计划", "青溪市", "a.txt", (), "突破600亿元"),
            make_target(plan, "突破600亿元", "600", **fields),
        )
        for fields in (first, second)
    ]
    (line,) = compare_targets(rows).lines
    assert (line.conflict, line.cells[0].conflict) == (conflict, conflict)


def test_a_figure_of_nothing_needs_no_unit_of_its_own(row):
    assert figures(compare_targets([row("青溪市", 0.0)])) == [("", "总产值", "元", [[0.0]])]


def test_documents_without_a_region_share_a_column(row):
    assert compare_targets([row(None, 1.0)]).places == (UNPLACED,)
    assert compare_targets([]).lines == ()
