"""Values of the layers below → what the interface shows."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from corpus.document import Passage, Section
from index.hit import Filters, Hit
from index.index import Index
from rag.assistant import Assistant
from ui.schemas import AskRequest, AskResponse, FilterFields, HitOut, outline_tree

PASSAGE = Passage("d" * 16, 0, ("一、目标",), 10, 15, "突破8亿元")


def section(position, parent, label, title):
    return Section(position, parent, 1, 1, "heading", label, title, position, position + 1, 9)


def test_sections_nest_by_their_parents_in_text_order():
    flat = [
        section(0, None, "一、", "甲"), section(1, 0, "（一）", "乙"), section(2, 1, "1.", "丙"),
        section(3, 0, "（二）", "丁"), section(4, None, "二、", "戊"),
    ]  # fmt: skip
    first, second = outline_tree(flat)
    assert [child.title for child in first.children] == ["乙", "丁"]
    assert [child.title for child in first.children[0].children] == ["丙"]
    assert (second.label, second.title, second.children) == ("二、", "戊", [])


def test_a_request_trims_its_question_and_fills_in_the_rest():
    request = AskRequest.model_validate({"question": "  目标？ "})
    assert (request.question, request.history, request.top_k) == ("目标？", [], 8)
    assert request.filters.to_filters().empty


def test_requests_do_not_share_their_lists():
    AskRequest.model_validate({"question": "甲"}).history.append("乙")
    assert AskRequest.model_validate({"question": "甲"}).history == []


def test_filters_pass_on_every_field():
    fields = FilterFields(
        regions=["某市"], document_ids=["1"], issuers=["某办"], year_from=2020, year_to=2021
    )
    assert fields.to_filters() == Filters(("某市",), ("1",), ("某办",), 2020, 2021)


def test_unknown_fields_are_refused():
    with pytest.raises(ValidationError, match="city"):
        FilterFields.model_validate({"city": "某市"})


def test_a_hit_shows_what_each_way_of_searching_said(notice):
    hit = Hit(PASSAGE, 1, 2.5, "fused", {"lexical": 7.0})
    shown = HitOut.from_hit(hit, notice.metadata, [(0, 2)])
    assert shown.scores == {"lexical": 7.0, "dense": None, "rerank": None}
    assert (shown.title, shown.doc_number) == ("云州市数字乡村建设实施方案", "云政办发〔2021〕18号")
    assert (shown.start, shown.end, shown.text) == (10, 15, "突破8亿元")
    assert shown.terms == [[0, 2]]


@pytest.mark.parametrize(("scores", "fused"), [({"fused": 3.0}, 3.0), ({}, 2.5)])
def test_explaining_adds_the_score_that_ranked(notice, scores, fused):
    hit = Hit(PASSAGE, 1, 2.5, "fused", scores)
    assert HitOut.from_hit(hit, notice.metadata, [], explain=True).scores["fused"] == fused


def test_an_answer_keeps_its_citations_and_spans(own_folder, encoder):
    with Index.open(own_folder, encoder) as index:
        answer = Assistant(index).ask("云州市到2023年行政村5G网络覆盖率达到多少？")
        shown = AskResponse.from_answer(replace(answer, hits=answer.hits[:2]), index)
    assert "95%" in shown.answer
    assert [c.model_dump(include={"quote", "start", "end"}) for c in shown.citations] == [
        {"quote": c.quote, "start": c.start, "end": c.end} for c in answer.citations
    ]
    assert len(shown.passages) == 2
    assert shown.passages[0].terms


def test_years_out_of_order_are_refused():
    with pytest.raises(ValidationError, match="year_from after year_to"):
        FilterFields(year_from=2022, year_to=2019)
