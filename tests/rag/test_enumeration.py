"""Lead-ins and their entries, named sections, on a small invented regulation."""

import pytest

from corpus.document import Document, Metadata
from index.index import Index
from rag.assistant import Assistant
from rag.settings import Settings

TEXT = """云溪市电动自行车管理条例
第一条 为了加强电动自行车管理，保障道路交通安全，制定本条例。
第二条 申请电动自行车登记的，应当提交下列材料：
（一）所有人身份证明；
（二）车辆来历证明；
（三）产品合格证。
第三条 市公安机关交通管理部门负责登记和通行管理。
第四条 本条例所称电动自行车，是指以蓄电池作为辅助能源的两轮自行车。
本条例所称充电设施，是指为电动自行车充电的装置。
第五条 充电设施要实现三个转变：一是从分散变为统一；二是从重建变为建管并重；三是从单一变为多元。
第六条 违反本条例规定，未经登记上道路行驶的，处五十元罚款。
第七条 本条例自2023年3月1日起施行，有效期至2028年2月29日。
"""

PLAN = """云溪市乡村游行动方案
一、总体要求
（一）基本原则。
因地制宜，突出特色。依托山水资源，打造精品线路。
市场主导，政府引导。发挥企业作用，改善公共服务。
绿色发展，农民受益。保护生态环境，带动就业增收。
二、重点任务
（一）强化用地保障。落实点状供地政策，新增指标优先安排乡村游项目。盘活闲置农房不少于200栋。
（二）培育经营主体。支持合作社开办民宿。
（三）延伸产业链条。按照因地制宜、突出特色的思路，依托山水资源打造精品线路，重点发展果酒酿造、竹编工艺、温泉疗养等乡村新业态，引导返乡青年到村创业，完善停车场和标识标牌，改善公共服务。
"""


@pytest.fixture(scope="module")
def assistant(encoder, tmp_path_factory):
    documents = [
        Document.from_bytes(
            text.encode("utf-8"),
            source_name=name,
            text=text,
            metadata=Metadata(text.split("\n")[0], region="云溪市"),
        )
        for name, text in (("rule.txt", TEXT), ("plan.txt", PLAN))
    ]
    folder = tmp_path_factory.mktemp("index") / "library"
    with Index.build(folder, documents, encoder) as index:
        yield Assistant(index, Settings())


def quotes(answer):
    return [part.text for part in answer.parts if part.kind == "quote"]


def test_a_lead_in_is_quoted_with_its_entries(assistant):
    assert quotes(assistant.ask("申请电动自行车登记要提交哪些材料？")) == [
        "第二条 申请电动自行车登记的，应当提交下列材料：",
        "（一）所有人身份证明；",
        "（二）车辆来历证明；",
        "（三）产品合格证。",
    ]


def test_an_entry_brings_its_lead_in_and_siblings(assistant):
    answer = quotes(assistant.ask("电动自行车要哪些身份证明、来历证明和合格证"))
    assert answer[0].endswith("应当提交下列材料：")
    assert len(answer) == 4


def test_entries_may_begin_in_the_sentence_that_announces_them(assistant):
    answer = quotes(assistant.ask("充电设施要实现哪三个转变？"))
    assert answer[0] == "第五条 充电设施要实现三个转变："
    assert [one[:2] for one in answer[1:]] == ["一是", "二是", "三是"]


def test_run_in_heads_are_the_entries_of_their_section(assistant):
    answer = quotes(assistant.ask("云溪市乡村游的基本原则有哪些？"))
    assert answer == ["因地制宜，突出特色", "市场主导，政府引导", "绿色发展，农民受益"]


def test_a_short_named_section_is_quoted_whole(assistant):
    (answer,) = quotes(assistant.ask("云溪市乡村游如何强化用地保障？"))
    assert answer.startswith("（一）强化用地保障。")
    assert answer.endswith("不少于200栋。")


def test_a_definition_is_the_sentence_that_defines(assistant):
    (answer,) = quotes(assistant.ask("什么样的车算电动自行车？"))
    assert "是指以蓄电池作为辅助能源的两轮自行车" in answer


def test_the_definition_of_another_term_is_not_added(assistant):
    (answer,) = quotes(assistant.ask("条例所称电动自行车是指什么？"))
    assert "充电设施" not in answer


def test_of_a_long_sentence_the_clause_that_enumerates_is_quoted(assistant):
    assert quotes(assistant.ask("重点发展哪些乡村新业态？")) == [
        "重点发展果酒酿造、竹编工艺、温泉疗养等乡村新业态"
    ]


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("电动自行车条例从什么时候起施行？", "2023年3月1日起施行"),
        ("电动自行车条例管到哪一天为止？", "有效期至2028年2月29日"),
    ],
)
def test_dates_of_effect_come_from_the_closing_article(assistant, question, quote):
    assert quote in "".join(quotes(assistant.ask(question)))


def test_a_figure_in_words_is_a_figure(assistant):
    answer = assistant.ask("没登记就上路行驶罚多少元？")
    assert "五十元罚款" in "".join(quotes(answer))


def test_the_number_of_an_article_is_no_figure(assistant):
    query = assistant.understand("云溪市公安机关交通管理部门有多少人？")
    ranked = assistant.ranker.rank(query, assistant.retrieve(query))
    article = next(one for one in ranked if one.text.startswith("第三条"))
    assert not article.has_shape


def test_the_title_alone_answers_nothing(assistant):
    answer = quotes(assistant.ask("云溪市电动自行车管理条例由哪个部门负责登记？"))
    assert any("市公安机关交通管理部门负责登记" in one for one in answer)
    assert "云溪市电动自行车管理条例" not in answer
