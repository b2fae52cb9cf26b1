"""Reading a question: kind, places, years, bodies, the form of the answer."""

import pytest

from rag.query import (
    Gazetteer,
    answer_shape,
    asked_unit,
    bodies_in,
    content_of,
    question_kind,
    understand,
    years_in,
)

GAZETTEER = Gazetteer(("临川省", "浙江省", "金华市", "嘉兴市", "金华东阳湖产业集聚区"))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("养老床位要达到多少张", "number"),
        ("绿化覆盖率占比目标", "number"),
        ("通知是哪一天印发的", "date"),
        ("有哪些补贴政策", "list"),
        ("攻克哪几项技术", "list"),
        ("由哪个部门牵头", "responsible"),
        ("污水治理的责任单位", "responsible"),
        ("“一窗通办”是指什么", "definition"),
        ("怎么申请公租房", "measure"),
        ("作为牵头单位要做好哪些工作", "measure"),
        ("根据什么文件制定", "basis"),
        ("哪些文件提到了“夜间经济”", "aggregate"),
        ("金华市和嘉兴市的森林覆盖率目标", "comparison"),
        ("放在哪个园区建设", "entity"),
        ("你好", "other"),
    ],
)
def test_kind_of_a_question(question: str, kind: str) -> None:
    assert question_kind(question, GAZETTEER.find(question)) == kind


def test_a_place_inside_what_is_asked_makes_no_comparison() -> None:
    question = "浙江省打算在金华市建设什么基地"
    assert question_kind(question, GAZETTEER.find(question)) == "entity"


def test_the_tasks_of_a_body_are_an_aggregate() -> None:
    query = understand("市水利局负责哪些任务？", GAZETTEER)
    assert (query.kind, query.bodies) == ("aggregate", ("市水利局",))


def test_content_is_free_of_asking_words() -> None:
    assert content_of("请问金华市有哪些养老服务补贴?") == "金华市 养老服务补贴"


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("到2022年", (2022,)),
        ("2020—2025年", (2020, 2025)),
        ("十四五末", (2025,)),
        ("十三五期间", (2020,)),
        ("编号20190815", ()),
    ],
)
def test_years_a_question_fixes(text: str, years: tuple[int, ...]) -> None:
    assert years_in(text) == years


@pytest.mark.parametrize(
    ("question", "shape"),
    [
        ("增速要达到多少", "percent"),
        ("占比要达到多少", "percent"),
        ("总投资多少亿元", "money"),
        ("建几座水库", "figure"),
        ("哪一天施行", "date"),
        ("什么时候之前装好", "when"),
        ("录音要保存多久", "when"),
        ("建几个月", "figure"),
        ("求救电话的录音保存多久", "when"),
        ("管哪几年", "period"),
        ("咨询电话是多少", "phone"),
        ("文号是什么", "doc_number"),
        ("怎么办理", "any"),
    ],
)
def test_form_of_the_answer(question: str, shape: str) -> None:
    assert answer_shape(question) == shape


def test_measure_word_after_how_many() -> None:
    assert asked_unit("新增多少个停车位") == "个"
    assert asked_unit("选哪几个") == ""


@pytest.mark.parametrize(
    ("question", "bodies"),
    [
        ("省卫生健康委牵头的任务", ("省卫生健康委",)),
        ("民生这块支持办哪些事", ()),
        ("财政局、教育局要配合哪些工作", ("财政局", "教育局")),
    ],
)
def test_bodies_a_question_names(question: str, bodies: tuple[str, ...]) -> None:
    assert bodies_in(question, ()) == bodies


def test_a_zone_is_found_by_its_shortened_name() -> None:
    (place,) = GAZETTEER.find("东阳湖集聚区的产值")
    assert (place.written, place.region) == ("东阳湖集聚区", "金华东阳湖产业集聚区")


def test_a_division_without_documents_has_no_region() -> None:
    (place,) = GAZETTEER.find("宁波市的目标")
    assert (place.name, place.region) == ("宁波市", None)


def test_the_only_province_is_meant_by_the_word_province() -> None:
    gazetteer = Gazetteer(("浙江省", "金华市"))
    assert [place.region for place in gazetteer.find("省里和金华各要多少")] == ["浙江省", "金华市"]
    assert gazetteer.find("省级以上平台") == ()


def test_of_several_provinces_the_one_of_the_named_city_is_meant() -> None:
    gazetteer = Gazetteer(("江苏省", "浙江省", "金华市"))
    assert [place.region for place in gazetteer.find("省里和金华各要多少")] == ["浙江省", "金华市"]
    assert gazetteer.find("省里要多少") == ()
    near = gazetteer.find("金华要多少")
    assert [place.region for place in gazetteer.find("省里呢", near=near)] == ["浙江省"]


def test_quoted_words_are_phrases() -> None:
    assert understand("“双 随机”是指什么", GAZETTEER).phrases == ("双随机",)


@pytest.mark.parametrize(
    ("question", "content"),
    [
        ("引进多少人才", "引进 人才"),
        ("需要哪些条件", "需要 条件"),
        ("有哪些项目", "项目"),
        ("风险准备金怎么提取", "风险准备金 提取"),
        ("网吧有哪些要求", "网吧 要求"),
    ],
)
def test_asking_words_leave_other_words_whole(question: str, content: str) -> None:
    assert content_of(question) == content


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("如何吸引更多高层次人才", "measure"),
        ("如何提高研发投入占比", "measure"),
        ("落实用地保障有哪些举措", "list"),
        ("怎么延长贷款期限", "measure"),
    ],
)
def test_how_asks_for_a_measure_whatever_it_is_about(question: str, kind: str) -> None:
    assert question_kind(question) == kind


def test_an_amount_is_no_year() -> None:
    assert years_in("总产值要突破2000亿元") == ()
    assert years_in("到2025年突破2000亿元") == (2025,)


def test_the_nation_is_a_party_only_where_it_is_named_as_one() -> None:
    gazetteer = Gazetteer(("全国", "金华市"))
    assert [p.region for p in gazetteer.find("金华打造全国一流基地")] == ["金华市"]
    assert [p.region for p in gazetteer.find("国家层面和金华市各有什么要求")] == ["全国", "金华市"]


def test_a_body_is_found_after_by_and_is() -> None:
    assert bodies_in("哪些任务由市水利局负责", ()) == ("市水利局",)
    assert bodies_in("哪些任务的责任单位是市水利局", ()) == ("市水利局",)


def test_blank_quotation_marks_quote_nothing() -> None:
    assert understand("“  ”是什么意思", GAZETTEER).phrases == ()
