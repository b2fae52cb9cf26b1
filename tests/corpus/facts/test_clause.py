"""Stretches without white space keep their offsets; sentences and clauses of them."""

import pytest

from corpus.facts.clause import clauses_of, sentences_of, squeeze_span


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("增 加值达到 1 万亿元", "增加值达到1万亿元"),
        ("到2 0 2 5年", "到2025年"),
        ("产量1 200万吨", "产量1200万吨"),
        ("规模\n化", "规模化"),
        ("120 150", "120\t150"),
        ("2020 2025", "2020\t2025"),
    ],
)
def test_squeezing_joins_words_and_split_figures(text, words):
    assert squeeze_span(text, 0, len(text)).words == words


def test_span_of_squeezed_words_is_a_span_of_the_text():
    text = "  建成 7 个基地。"
    stretch = squeeze_span(text, 0, len(text))
    start, end = stretch.span(stretch.words.index("7"), stretch.words.index("基"))
    assert text[start:end] == "7 个"


def test_raw_words_are_as_long_as_the_folded_ones():
    text, folded = "达到 ５０ ％以上", "达到 50 %以上"
    stretch = squeeze_span(folded, 0, len(folded))
    assert (stretch.words, stretch.raw(text)) == ("达到50%以上", "达到５０％以上")


def test_sentences_end_at_full_stops_only():
    words = "建平台;引人才。抓落实"
    assert [words[a:b] for a, b in sentences_of(words)] == ["建平台;引人才。", "抓落实"]


def test_endless_sentence_is_cut():
    words = "建成基地7个," * 1000
    spans = list(sentences_of(words))
    assert spans[0][0] == 0
    assert spans[-1][1] == len(words)
    assert max(end - start for start, end in spans) <= 1500
    assert all(words[end - 1] == "," for _, end in spans)


def test_clauses_keep_figures_and_asides_whole():
    words = "产量达到5,000吨(含,后同),增长8%"
    assert [words[a:b] for a, b in clauses_of(words, 0, len(words), [(9, 15)])] == [
        "产量达到5,000吨(含,后同)",
        "增长8%",
    ]
