"""Matching ignores white space and width, and keeps offsets into the source."""

import pytest

from rag.matching import Squeezed, Term, coverage, matched_spans, merge, term_texts, weigh


def test_squeezed_drops_white_space_and_folds_width() -> None:
    assert Squeezed.of("到 ２０２０\u00a0年\nＡ").text == "到2020年a"


def test_squeezed_span_leads_back_to_the_source() -> None:
    source = "产业 总产 值"
    squeezed = Squeezed.of(source)
    start = squeezed.text.index("总产值")
    assert source[slice(*squeezed.source_span(start, start + 3))] == "总产 值"


def test_term_texts_are_characters_pairs_and_whole_tokens() -> None:
    assert term_texts("建5g网") == ["建", "5g", "网"]
    assert term_texts("新材料") == ["新", "材", "料", "新材", "材料"]


def test_weigh_leaves_out_what_the_library_lacks() -> None:
    weights = {"新材": 2.0, "火星": 0.0}
    assert weigh(["新材", "火星"], lambda texts: [weights[t] for t in texts]) == [Term("新材", 2.0)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [("新材料产值", 1.0), ("新材料", 0.25), ("无关", 0.0)],
)
def test_coverage_is_the_share_of_weight(said: str, expected: float) -> None:
    assert coverage([Term("新材", 1.0), Term("产值", 3.0)], said) == expected


def test_coverage_without_terms_is_zero() -> None:
    assert coverage([], "新材料") == 0.0


def test_matched_spans_cross_line_breaks() -> None:
    source = "新材\n料产业"
    assert matched_spans(["新材料"], source) == ((0, 4),)


def test_merge_joins_overlaps_and_keeps_gaps() -> None:
    assert merge([(0, 2), (1, 4), (4, 5), (7, 8)]) == ((0, 5), (7, 8))
