"""jieba's dictionary looked up in its lines: the same words, counts and cuts as jieba's own."""

import logging
import warnings

import pytest

from corpus.load import BUNDLED_LIBRARY
from index.analyser import terms
from index.words import Words

DICTIONARY = "人才 3642 n\n人 161482 n\n产业 10 n\nB超 3 n\n产业集群 5 l\n".encode()


@pytest.fixture
def words() -> Words:
    return Words(DICTIONARY, ["产业集群", "专精特新"], 2000)


def test_a_word_has_its_count(words: Words) -> None:
    assert (words["人才"], words["人"], words.get("B超")) == (3642, 161482, 3)


def test_our_count_stands_for_our_words(words: Words) -> None:
    assert (words["产业集群"], words["专精特新"]) == (2000, 2000)


def test_the_beginning_of_a_word_counts_nothing(words: Words) -> None:
    assert ("产业集" in words, words["产业集"], words.get("专", 7)) == (True, 0, 0)


@pytest.mark.parametrize("text", ["人才们", "才", "业", "龘", "\ud800"])
def test_what_is_no_word_is_not_there(words: Words, text: str) -> None:
    assert text not in words
    assert words.get(text) is None
    with pytest.raises(KeyError):
        words[text]


def test_the_total_counts_what_is_replaced_too(words: Words) -> None:
    assert words.total == 3642 + 161482 + 10 + 3 + 5 + 2 * 2000


@pytest.mark.parametrize("broken", ["人才 3642\n", "人 才 3 n\n", "人才 x3 n\n"])
def test_another_form_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match=r"spaces|no number"):
        Words(broken.encode(), [], 1)


def test_texts_are_cut_as_jieba_cuts_them() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.WARNING)
    own, ours = jieba.Tokenizer(), jieba.Tokenizer()
    with own.get_dict_file() as file:
        own.FREQ, own.total = own.gen_pfdict(file)
    with ours.get_dict_file() as file:
        ours.FREQ = Words(file.read(), terms(), 2000)
    own.initialized = ours.initialized = True
    for term in terms():
        own.add_word(term, 2000)
    ours.total = ours.FREQ.total
    texts = [file.read_text(encoding="utf-8") for file in sorted(BUNDLED_LIBRARY.glob("*.txt"))]
    assert len(texts) == 5
    assert ours.total == own.total
    assert [list(ours.cut(text)) for text in texts] == [list(own.cut(text)) for text in texts]
