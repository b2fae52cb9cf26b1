"""Patterns made from lists of words."""

import re

from corpus.facts.patterns import any_of, one_of


def test_any_of_prefers_the_longest_word():
    assert re.match(any_of(["新增", "新增培育", "人·年"]), "新增培育企业").group() == "新增培育"


def test_one_of_finds_what_the_plain_alternation_finds():
    words = "已建成,给予奖励,现有3家,按统一标准发放"
    alternatives = ("已(?!经济)", "奖励", r"[现共]有(?=\d)", "[的按][^,]{0,4}标准")
    plain = re.compile("|".join(alternatives))
    assert one_of(*alternatives).findall(words) == plain.findall(words)
    assert plain.findall(words) == ["已", "奖励", "现有", "按统一标准"]
