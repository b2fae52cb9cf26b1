"""From question to cited answer, on an invented library and on the bundled one."""

import pytest

from corpus.errors import QuestionError
from corpus.load import BUNDLED_LIBRARY, find_files, read_document
from index.encoder import load_encoder
from index.hit import Filters
from index.index import Index
from rag.assistant import Assistant
from rag.settings import Settings


@pytest.fixture(scope="module")
def assistant(index):
    return Assistant(index, Settings())


@pytest.fixture(scope="module")
def bundled(tmp_path_factory):
    """The bundled library with the encoder that ships."""
    folder = tmp_path_factory.mktemp("bundled") / "index"
    documents = [read_document(file) for file in find_files([BUNDLED_LIBRARY])]
    with Index.build(folder, documents, load_encoder()) as index:
        yield Assistant(index, Settings())


def quotes(answer):
    return [part.text for part in answer.parts if part.kind == "quote"]


def assert_verbatim(assistant, answer):
    cited = (*answer.citations, *(answer.refusal.nearest if answer.refusal else ()))
    assert cited
    for citation in cited:
        text = assistant.index.document(citation.document_id).text
        assert text[citation.start : citation.end] == citation.quote


# figures


def test_a_figure_is_quoted_with_its_section(assistant):
    answer = assistant.ask("青溪市到2025年海洋生产总值要达到多少亿元？")
    assert quotes(answer) == ["到2025年，全市海洋生产总值突破600亿元，年均增长9%以上"]
    (citation,) = answer.citations
    assert citation.section_path == ("一、总体要求", "（二）主要目标")
    assert answer.text.endswith("[1]")
    assert_verbatim(assistant, answer)


def test_the_asked_value_is_highlighted(assistant):
    (part,) = assistant.ask("青溪市到2025年海洋生产总值要达到多少亿元？").parts
    assert [part.text[slice(*span)] for span in part.highlights] == ["600亿元"]


def test_a_follow_up_keeps_place_and_subject(assistant):
    history = ["青溪市到2025年海洋生产总值要达到多少亿元？"]
    answer = assistant.ask("年均增速呢？", history)
    assert "年均增长9%以上" in "".join(quotes(answer))
    assert "青溪市" in answer.standalone_question


# lists and responsibilities


def test_a_role_clause_answers_who_is_charged(assistant):
    answer = assistant.ask("青溪市壮大海洋装备产业由哪些部门负责？")
    assert answer.kind == "responsible"
    assert quotes(answer) == ["责任单位：市经信局、市科技局"]


def test_the_tasks_of_a_body_are_all_listed(assistant):
    answer = assistant.ask("青溪市科技局负责哪些任务？")
    assert quotes(answer)[::2] == ["（一）壮大海洋装备产业", "（二）发展海洋生物医药"]
    assert answer.coverage.exhaustive
    assert [row[1] for row in answer.table.rows] == quotes(answer)[::2]
    assert_verbatim(assistant, answer)


def test_a_named_section_is_answered_with_its_entries(assistant):
    answer = assistant.ask("云州市数字乡村的主要任务有哪些？")
    assert quotes(answer) == ["（一）建设乡村信息基础设施", "（二）发展农村电子商务"]


# several places


def test_a_comparison_answers_for_each_place(bundled):
    answer = bundled.ask("智能装备产值，温州市和浙南产业集聚区各定了多少亿？")
    assert answer.kind == "comparison"
    labels = [part.text for part in answer.parts if part.kind == "label"]
    assert labels == ["共2项，查了2份文件：", "温州市：", "温州浙南产业集聚区："]
    assert [row[0] for row in answer.table.rows] == ["温州市", "温州浙南产业集聚区"]
    assert "700亿元" in answer.text
    assert "300亿元" in answer.text
    assert_verbatim(bundled, answer)


def test_every_document_that_mentions_a_phrase_is_listed(bundled):
    answer = bundled.ask("哪些文件提到了“飞地”模式？")
    assert [citation.region for citation in answer.citations] == [
        "温州浙南产业集聚区", "台州市", "台州市",
    ]  # fmt: skip
    assert all("飞地" in "".join(citation.quote.split()) for citation in answer.citations)
    assert answer.coverage.exhaustive


# the document itself


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("云州市数字乡村方案的落款是哪一天？", "2021年6月8日"),
        ("云州市数字乡村方案的文号是多少？", "云政办发〔2021〕18号"),
    ],
)
def test_a_document_is_asked_about_itself(assistant, question, quote):
    assert quote in "".join(quotes(assistant.ask(question)))


# refusals


@pytest.mark.parametrize(
    ("question", "reason", "missing"),
    [
        ("宁波市的海洋生产总值目标是多少？", "place_not_in_corpus", ("宁波市",)),
        ("青溪市到2035年海洋生产总值要达到多少？", "year_not_covered", ("2035",)),
        ("青溪市体育局负责哪些任务？", "body_not_charged", ("体育局",)),
        ("云州市数字乡村方案的咨询电话是多少？", "figure_not_stated", ()),
        ("今晚吃火锅还是烤鱼", "out_of_scope", ()),
        ("青溪市2025年呢？", "ambiguous", ()),
    ],
)
def test_what_the_library_does_not_hold_is_refused(assistant, question, reason, missing):
    answer = assistant.ask(question)
    assert not answer.answered
    assert (answer.refusal.reason, answer.refusal.missing) == (reason, missing)
    assert (answer.parts, answer.citations, answer.confidence) == ((), (), 0.0)
    assert answer.text == answer.refusal.detail


def test_a_refusal_shows_the_nearest_passages(assistant):
    answer = assistant.ask("青溪市到2035年海洋生产总值要达到多少？")
    assert "海洋生产总值" in answer.refusal.nearest[0].quote
    assert_verbatim(assistant, answer)


# bounds


@pytest.mark.parametrize(("question", "met"), [("", "空的"), ("  \n", "空的"), ("问" * 501, "501")])
def test_a_question_out_of_bounds_is_an_error(assistant, question, met):
    with pytest.raises(QuestionError, match=met):
        assistant.ask(question)


def test_a_question_of_the_greatest_length_is_taken(assistant):
    assistant.ask("海洋" * 250)


def test_filters_are_strict(assistant):
    found = assistant.search("市科技局", filters=Filters(regions=("云州市",)))
    documents = {hit.passage.document_id for hit in found.hits}
    regions = {assistant.index.document(i).metadata.region for i in documents}
    assert regions == {"云州市"}


def test_search_marks_the_matched_words(assistant):
    found = assistant.search("海洋装备")
    text = found.hits[0].passage.text
    assert "海洋装备" in [text[slice(*span)] for span in found.terms[0]]


def test_an_empty_library_refuses(tmp_path, encoder):
    with Index.create(tmp_path / "empty", encoder) as index:
        answer = Assistant(index, Settings()).ask("海洋生产总值要达到多少？")
    assert answer.refusal.reason == "out_of_scope"


def test_the_same_question_gets_the_same_answer(assistant):
    question = "青溪市到2025年海洋生产总值要达到多少亿元？"
    first, second = assistant.ask(question), assistant.ask(question)
    assert (first.parts, first.citations, first.hits) == (
        second.parts, second.citations, second.hits,
    )  # fmt: skip


@pytest.mark.parametrize("said", ["今天天气怎么样？", "谢谢", "股票怎么买？"])
def test_a_turn_about_something_else_is_not_answered_from_before(assistant, said):
    history = ["青溪市到2025年海洋生产总值要达到多少亿元？"]
    assert assistant.ask(said, history).refusal.reason == "out_of_scope"


def test_what_a_place_is_asked_for_must_be_known(assistant):
    assert not assistant.ask("青溪市旅游收入目标是多少？").answered


def test_blank_quotation_marks_do_no_harm(assistant):
    assistant.ask("“  ”是什么意思 海洋装备")
    assert assistant.ask("“  ”海洋装备产业由谁负责？").answered


def test_a_filter_that_no_document_passes_is_named(assistant):
    answer = assistant.ask("海洋生产总值是多少？", filters=Filters(regions=("月亮湾市",)))
    assert answer.refusal.reason == "not_found"
    assert "筛选" in answer.text
    assert answer.coverage.documents_searched == 0


def test_coverage_counts_the_documents_that_pass_the_filters(assistant):
    answer = assistant.ask("主要任务有哪些？", filters=Filters(regions=("云州市",)))
    assert answer.coverage.documents_searched == 1


class Removing:
    """A retriever whose first find is removed from the library before it can be read."""

    def __init__(self, retriever, index):
        self.retriever, self.index, self.removed = retriever, index, None

    def retrieve(self, query, *, filters):
        hits = self.retriever.retrieve(query, filters=filters)
        if self.removed is None:
            self.removed = hits[0].passage.document_id
            self.index.remove(self.removed)
        return hits


def test_a_document_removed_while_it_is_read_is_answered_without(own_index):
    assistant = Assistant(own_index, Settings())
    assistant._retriever = Removing(assistant._retriever, own_index)
    answer = assistant.ask("养老床位要达到多少张？")
    assert assistant._retriever.removed not in {c.document_id for c in answer.citations}
    assert answer.coverage.documents_searched == 2


def test_the_first_steps_of_a_newcomer(bundled):
    """A figure of one industry, its growth asked next, and a city without documents."""
    first = "温州市到2021年新材料产业总产值目标是多少？"
    for answer, quote in (
        (bundled.ask(first), "到2021年，新材料产业总产值突破400亿元"),
        (bundled.ask("年均增速呢？", [first]), "年均增长15%以上"),
    ):
        assert quote in quotes(answer)[0]
        assert answer.citations[0].section_path[-1] == "（五）构建完善新材料产业体系"
    refused = bundled.ask("宁波市的新材料产值目标是多少？")
    assert refused.refusal.reason == "place_not_in_corpus"


def test_a_subject_asked_next_takes_the_place_of_the_one_before(bundled):
    history = ["浙江省信息技术产业到2020年的产值目标是多少？"]
    assert "物联网产业" in "".join(quotes(bundled.ask("物联网呢", history)))


def test_what_the_documents_of_a_place_never_mention_is_not_found(bundled):
    answer = bundled.ask("台州市2025年的人口目标是多少？")
    assert answer.refusal.reason == "not_found"
    assert "台州市的文件没有写到" in answer.text
