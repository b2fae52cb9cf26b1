"""Folding keeps length, and brings together what is the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.fold import fold, fold_for_structure, squeeze


@given(st.text())
def test_fold_keeps_length(text):
    assert len(fold(text)) == len(text)


@given(st.text(alphabet="①⑳　 \xa0\n。文A１"))
def test_fold_for_structure_keeps_length(text):
    assert len(fold_for_structure(text)) == len(text)


@given(st.text())
def test_fold_of_folded_text_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＳＵＶ５Ｇ", "suv5g"),
        ("（一），：；！？", "(一),:;!?"),
        ("到\xa02020　年", "到 2020 年"),
        ("a\u200bb\ufeffc", "a b c"),
        ("㈠ ㎡ ½ İ", "㈠ ㎡ ½ İ"),
        ("、。“”《》〔〕", "、。“”《》〔〕"),
        ("①", "1"),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


def test_fold_for_structure_keeps_circled_numbers_and_breaks_at_indents():
    assert fold_for_structure("①支持。　　②引进") == "①支持。\n ②引进"


def test_fold_for_structure_leaves_spaced_out_words_in_one_line():
    assert "\n" not in fold_for_structure("附　　则")


def test_squeeze_compares_across_width_and_breaks():
    assert squeeze("高 质\n量\xa0发展（ＡＩ）") == squeeze("高质量发展(ai)") == "高质量发展(ai)"


@pytest.mark.parametrize("text", ["①支持", "Ⅱ、重大", "第Ⅻ类"])
def test_fold_for_structure_keeps_the_signs_of_labels(text):
    assert fold_for_structure(text) == text


@pytest.mark.parametrize("sign", ["", "①"])
def test_a_long_text_folds_as_a_short_one_does(sign):
    text = f"{sign}到２０３０年（ＡＢ）　　建成" * 300
    structure = f"{sign}到2030年(ab)\n 建成" * 300
    assert fold_for_structure(text) == structure
    assert fold(text) == "".join(map(fold, text))
