"""Ranking sentences and narrowing them to the clauses that answer."""

import re

import numpy as np
import pytest

from index.hit import Filters
from rag.evidence import EvidenceRanker, log_shares, narrow, near_best, pooled
from rag.forms import SHAPES
from rag.matching import Term
from rag.query import Gazetteer, understand

GAZETTEER = Gazetteer(("青溪市", "云州市", "岚江省"))
ANY = re.compile("")


@pytest.fixture(scope="module")
def rank(index):
    ranker = EvidenceRanker(index)

    def ranked(question, focus=""):
        query = understand(question, GAZETTEER, focus=focus)
        return ranker.rank(query, index.search(question, by="lexical", top_k=15, filters=Filters()))

    return ranked


def test_the_sentence_with_the_words_and_the_figure_is_first(rank):
    best = rank("青溪市海洋生产总值要达到多少亿元")[0]
    assert best.text.startswith("到2025年,全市海洋生产总值突破600亿元")
    assert best.has_shape


def test_a_term_in_the_heading_counts_for_the_sentences_below(rank):
    best = rank("发展农村电子商务要建成多少个公共服务中心")[0]
    assert "每个县建成1个电商公共服务中心" in best.text
    assert best.coverage > best.own


def test_a_sentence_without_the_asked_form_falls_behind(rank):
    assert not any(c.has_shape is False for c in rank("养老床位要达到多少张")[:1])


def test_near_best_keeps_the_close_ones_only(rank):
    candidates = rank("青溪市海洋生产总值要达到多少亿元")
    kept = near_best(candidates)
    assert kept[0] is candidates[0]
    assert len(kept) < len(candidates)


def test_probabilities_of_the_sentences_read_sum_to_one(rank):
    candidates = rank("青溪市海洋生产总值要达到多少亿元")
    assert sum(one.probability for one in candidates) == pytest.approx(1, abs=1e-5)
    assert [one.score for one in candidates] == sorted((c.score for c in candidates), reverse=True)


def test_a_passage_is_worth_what_its_sentences_are_worth_together():
    shares = log_shares(np.log(np.array([1, 2, 1, 4], dtype=np.float32)))
    assert np.exp(shares).tolist() == pytest.approx([1 / 8, 2 / 8, 1 / 8, 4 / 8])
    passages = pooled(shares, np.array([0, 0, 1, 1]), 3)
    assert np.exp(passages).tolist() == pytest.approx([3 / 8, 5 / 8, 0], abs=1e-6)


def test_hits_are_ranked_by_their_sentences_and_keep_what_the_searches_said(index):
    query = understand("要培育多少家高新技术企业", GAZETTEER)
    hits = index.search(query.text, by="lexical", top_k=10, filters=Filters())
    found = EvidenceRanker(index).read(query, hits)
    assert "培育高新技术企业12家" in found.hits[0].passage.text
    assert [hit.rank for hit in found.hits] == list(range(1, len(hits) + 1))
    assert {hit.passage.id for hit in found.hits} == {hit.passage.id for hit in hits}
    for hit in found.hits:
        assert hit.found_by == "rerank"
        assert set(hit.scores) == {"lexical", "rerank"}


def test_nothing_found_is_no_evidence(index):
    found = EvidenceRanker(index).read(understand("随便问问", GAZETTEER), [])
    assert (found.hits, found.candidates) == ((), ())


def test_near_best_of_nothing_is_nothing():
    assert near_best([]) == []


TEXT = "全市经济稳中向好，到2025年，养老床位达到5万张，护理员达到2万人，群众更加满意。"


def test_a_short_span_stays_whole():
    assert narrow(TEXT, (0, len(TEXT)), [], ANY, limit=100) == (0, len(TEXT))


def test_narrowing_takes_the_clauses_that_say_most():
    terms = [Term("养老", 2.0), Term("床位", 2.0), Term("2025", 1.0)]
    start, end = narrow(TEXT, (0, len(TEXT)), terms, SHAPES["figure"], limit=20)
    assert TEXT[start:end] == "到2025年，养老床位达到5万张"


def test_a_single_long_clause_is_kept_whole():
    clause = "支持" + "甲、" * 40 + "乙。"
    assert narrow(clause, (0, len(clause)), [Term("甲", 1.0)], ANY, limit=20) == (0, len(clause))


@pytest.mark.parametrize(
    ("shape", "yes", "no"),
    [
        ("percent", "增长9%以上", "增长600亿元"),
        ("money", "投资3亿元", "占比9%"),
        ("figure", "建成58张", "全面建成"),
        ("date", "2021年6月8日", "2021年"),
        ("when", "2022年底前", "按时完成"),
        ("when", "自交付之日起计算", "及时交付"),
        ("when", "5个工作日内", "尽快答复"),
        ("period", "2019-2021年", "2019年"),
        ("phone", "0571-87654321", "2021年"),
        ("doc_number", "云政办发〔2021〕18号", "第18号线"),
    ],
)
def test_shapes_of_asked_values(shape, yes, no):
    assert SHAPES[shape].search(yes)
    assert not SHAPES[shape].search(no)


def test_going_on_takes_in_what_follows_while_it_fits():
    text = "拒不治理污染的企业，列出清单向社会公布，督促限期治理，" + "并依法依规追究有关责任，" * 6
    terms = [Term("治理", 1.0), Term("污染", 1.0)]
    start, end = narrow(text, (0, len(text)), terms, ANY, limit=30, go_on=True)
    assert text[start:end] == "拒不治理污染的企业，列出清单向社会公布，督促限期治理"
