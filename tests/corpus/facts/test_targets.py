"""Targets of small invented documents, one habit each, and of three annotated ones."""

import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from corpus.document import Document, Metadata
from corpus.facts.targets import find_targets
from corpus.load import BUNDLED_LIBRARY, read_document
from corpus.sections import outline

GOLD = Path(__file__).parent.parent.parent / "data" / "gold" / "targets.jsonl"
PLAN = Metadata("青禾市制造业发展规划", period=(2021, 2025), date_written=date(2021, 3, 1))
REPORT = Metadata("政府工作报告")


def targets(text, metadata=PLAN):
    document = Document("0", "0", "青禾.txt", text, metadata)
    return find_targets(document, outline(text))


def short(target):
    """Return indicator, comparator and figure as one string: 新增企业 >= 30家."""
    value = f"{target.value:g}"
    if target.value_max is not None:
        value += f"-{target.value_max:g}"
    return f"{target.indicator} {target.comparator} {value}{target.unit}"


def found(text, metadata=PLAN):
    return [short(target) for target in targets(text, metadata)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the figure measures what stands before it
        ("到2025年，新增企业30家。", ["新增企业 = 30家"]),
        ("到2025年，提供对接服务不少于50次。", ["提供对接服务 >= 50次"]),
        ("到2025年，每季度开展督查2次以上。", []),
        ("到2025年，省级平台达到15个以上。", ["省级平台 >= 15个"]),
        ("到2025年，总产值突破700亿元。", ["总产值 > 700亿元"]),
        ("到2025年，规模突破千亿。", ["规模 > 1000亿元"]),
        ("到2025年，失业率控制在5%以内。", ["失业率 <= 5%"]),
        ("到2025年，信息化指数达到95以上。", ["信息化指数 >= 95"]),
        ("到2025年，亩均税收达到40万元/亩。", ["亩均税收 = 40万元/亩"]),
        ("到２０２５年，新增企业３０家。", ["新增企业 = 30家"]),
        ("到2 0 2 5年，覆盖率达到9 0 %以上。", ["覆盖率 >= 90%"]),
        ("到2025年，形成年产电池100亿安时的生产能力。", ["年产电池 = 100亿安时"]),
        # the figure counts the noun behind it
        ("到2025年，培育30家以上研发平台。", ["研发平台 >= 30家"]),
        ("到2025年，打造1—2个产业集群。", ["产业集群 = 1-2个"]),
        ("到2025年，培育50家以上产值超10亿元的骨干企业。", ["产值超10亿元的骨干企业 >= 50家"]),
        (
            "打造100家标杆企业、50个示范案例、20名领军人才。",
            ["标杆企业 = 100家", "示范案例 = 50个", "领军人才 = 20名"],
        ),
        ("到2025年，建设筹措7万套（间）保障性住房。", ["建设筹措保障性住房 = 7万套"]),
        ("到2025年，80%以上的县城建成公园。", ["县城建成公园比例 >= 80%"]),
        ("到2025年，100个事项实现“最多跑一次”。", ["事项实现“最多跑一次” = 100个"]),
        # shared heads
        (
            "新增高新技术企业120家、科技型企业500家以上。",
            ["新增高新技术企业 = 120家", "新增科技型企业 >= 500家"],
        ),
        (
            "国家级、市级平台分别达到2个、20个。",
            ["国家级平台 = 2个", "市级平台 = 20个"],
        ),
        (
            "创新指数、信息化指数分别达到95以上和60以上。",
            ["创新指数 >= 95", "信息化指数 >= 60"],
        ),
        (
            "到2025年，发放额、使用额均超过200万元。",
            ["发放额 > 200万元", "使用额 > 200万元"],
        ),
        (
            "到2025年，建成国家级产业园和省级产业园各1家。",
            ["国家级产业园 = 1家", "省级产业园 = 1家"],
        ),
        (
            "力争各引进10亿元以上、5亿元以上项目1个以上、3个以上。",
            ["引进10亿元以上项目 >= 1个", "引进5亿元以上项目 >= 3个"],
        ),
        (
            "到2025年，有研发活动企业比重和机构设置率达到95%以上。",
            ["有研发活动企业比重 >= 95%", "机构设置率 >= 95%"],
        ),
        (
            "到2025年，总产值达到50亿元，年均增长8%以上。",
            ["总产值 = 50亿元", "总产值年均增速 >= 8%"],
        ),
        (
            "生产总值增长6%、力争6.5%。",
            ["生产总值增速 = 6%", "生产总值增速 = 6.5%"],
        ),
        (
            "到2025年，省级事项网上可办率达到90%，市、县级达到70%。",
            ["省级事项网上可办率 = 90%", "事项网上可办率 = 70%"],
        ),
        ("到2025年，打造企业园，总数达到100个以上。", ["企业园总数 >= 100个"]),
        ("到2025年，新增站点200个（累计600个）。", ["新增站点 = 200个", "累计站点 = 600个"]),
        # a verb far before the figure, and what is counted of a long list
        ("建设长桥、石桥等9个特色镇。", ["特色镇 = 9个"]),
        ("实施光纤园、电厂二期等203个重点项目。", ["实施重点项目 = 203个"]),
        ("推进科创走廊10个重点项目建设。", ["推进重点项目建设 = 10个"]),
        ("推进石桥数据中心等75个亿元以上项目建设。", ["推进亿元以上项目建设 = 75个"]),
        ("完成1200户规模以上企业改造。", ["完成规模以上企业改造 = 1200户"]),
        ("新开辟10条国际航线。", ["新开辟国际航线 = 10条"]),
        ("签约2—3所高校。", ["签约高校 = 2-3所"]),
        ("清理整合1万亩土地。", ["清理整合土地 = 1万亩"]),
        ("统筹安排1亿元制造业专项资金。", ["统筹安排制造业专项资金 = 1亿元"]),
        ("突破50项关键技术。", ["突破关键技术 = 50项"]),
        ("构建1000个以上的训练集。", ["训练集 >= 1000个"]),
        (
            "升级改造道路6条、管网40公里、小区86个70.3万平方米。",
            [
                "升级改造道路 = 6条",
                "管网 = 40公里",
                "升级改造小区 = 86个",
                "升级改造小区 = 70.3万平方米",
            ],
        ),
        (
            "重点项目新开工330个、续建371个。",
            ["重点项目新开工 = 330个", "续建重点项目 = 371个"],
        ),
        ("开展百亩以上地块治理10个以上。", ["开展百亩以上地块治理 >= 10个"]),
        ("新建220千伏变电站3座。", ["新建220千伏变电站 = 3座"]),
        # technical parameters
        ("到2025年，压力传感器绝对精度100Pa以内。", ["压力传感器绝对精度 <= 100Pa"]),
        (
            "到2025年，信噪比达到70dB、过载点达到135dB的声学传感器实现量产。",
            ["信噪比 = 70dB", "过载点 = 135dB"],
        ),
        ("到2025年，推出能效比超过1TFLOPS/w的云端芯片。", ["推出能效比 > 1TFLOPS/w"]),
        ("到2025年，成形效率大于450cm3/h。", ["成形效率 > 450cm3/h"]),
        ("到2025年，连续工作时间大于240h。", ["连续工作时间 > 240h"]),
        ("接入能力10000M以上。", ["接入能力 >= 10000M"]),
        # shares of several, shares of a class, one measure of several
        (
            "90%的市和70%的县（市、区）达到三星级以上。",
            ["市达到三星级以上比例 = 90%", "县（市、区）达到三星级以上比例 = 70%"],
        ),
        ("到2025年，村集体收入过50万元的超过45%。", ["村集体收入过50万元的比例 > 45%"]),
        (
            "养老服务设施、社区食堂覆盖率分别达到90%、80%。",
            ["养老服务设施覆盖率 = 90%", "社区食堂覆盖率 = 80%"],
        ),
        ("生产总值跨越千亿元台阶，增长7%以上。", ["生产总值 > 1000亿元", "生产总值增速 >= 7%"]),
        # words that look like reports, gifts or norms
        ("做好项目前期工作，完成投资20亿元。", ["完成投资 = 20亿元"]),
        ("税收与上年持平，工业增加值增长10%以上。", ["增加值增速 >= 10%"]),
        ("力争存贷比突破70%。", ["存贷比 > 70%"]),
        ("项目当年开工率达到60%以上。", ["项目当年开工率 >= 60%"]),
        ("培育场所33个、累计达到64个。", ["场所 = 33个", "累计场所 = 64个"]),
        ("开展补贴性培训3万人次。", ["开展补贴性培训 = 3万人次"]),
        # a base or a comparison is no target
        ("到2025年，普及率从2020年的40%提高到60%。", ["普及率 = 60%"]),
        ("到2025年，覆盖率比2020年提高3个百分点。", ["覆盖率提高 = 3个百分点"]),
    ],
)
def test_targets_of_a_sentence(text, expected):
    assert found(f"一、发展目标\n{text}\n二、主要任务\n抓好落实。") == expected


@pytest.mark.parametrize(
    "text",
    [
        "2018年实现产值30亿元。",
        "2020年，全市企业达到300家。",
        "已建成基地5个。",
        "新增了30家企业。",
        "截至目前，累计完成投资20亿元。",
        "较去年增加30家，目前共有90家。",
        "预计全年接待游客300万人次。",
        "对新认定的企业给予20万元奖励。",
        "新建平台最高补助100万元。",
        "违反规定的，处2万元以上罚款。",
        "符合条件且营业收入达到2000万元的企业。",
        "申报项目不超过3个。",
        "产值超10亿元的企业要带头。",
        "聚焦33个百亿支柱产业。",
        "15个核心平台要加强协作。",
        "为60岁以上老年人提供服务。",
        "建立每月1次的会商制度。",
        "深化“2211”工程，推广5G和3D打印。",
        "推进《青禾市8英寸芯片项目》。",
        "联系电话87654321，门牌120号。",
        "按照青政发〔2021〕16号文件执行。",
        "争取用3年时间打好基础。",
        "推动220千伏石桥输变电工程投运。",
        "研制8万吨大型模锻压机。",
        "推动石桥5万头肉牛养殖、长桥船厂等项目建设。",
        "加快石桥350MW、长桥300MW风电场等项目建设。",
        "加快首批21个示范村建设。",
        "聚焦新材料、海洋装备等5个产业链。",
        "建设20人以上的自然村网络。",
        "推进孵化器2.0版建设。",
    ],
)
def test_what_is_no_target(text):
    assert found(f"一、主要任务\n{text}\n二、保障措施\n抓好落实。") == []


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("一、发展目标", ["规上企业 = 300家"]),
        ("一、主要任务", ["规上企业 = 300家"]),
        ("一、发展现状", []),
        ("一、发展基础与问题", []),
        ("一、工作回顾", []),
        ("一、奖励政策", []),
    ],
)
def test_heading_tells_what_a_figure_is(heading, expected):
    assert found(f"{heading}\n规上企业达到300家。\n二、其他\n抓好落实。") == expected


def test_norms_set_no_targets():
    text = "第三条 公共绿地面积应当达到30%以上。\n第四条 本办法自公布之日起施行。"
    assert found(text, Metadata("青禾市绿化管理办法")) == []


def test_review_sets_no_targets():
    text = "同比增长8%，同比增加3家。\n网民规模达到30万人，同比增长5%。\n比上年增长6%。"
    assert found(text, Metadata("青禾市数字发展报告")) == []


REPORT_TEXT = """各位代表：
一、2023年工作回顾
过去一年，生产总值增长5.5%，新增企业20家。力争突破，实现了开门红。
二、2024年工作安排
今年主要预期目标是：生产总值增长6%左右，新增就业3万人以上。
新建公园12座。
"""


def test_report_sets_targets_in_its_second_part_only():
    assert found(REPORT_TEXT, REPORT) == [
        "生产总值增速 ≈ 6%",
        "新增就业 >= 3万人",
        "新建公园 = 12座",
    ]
    assert {target.year for target in targets(REPORT_TEXT, REPORT)} == {2024}


def test_report_without_headings_turns_with_its_aims():
    text = """各位代表：
2023年，面对困难，全市生产总值增长5.5%。
2024年政府工作的总体要求和主要目标是稳中求进。
生产总值增长6%左右。
"""
    assert found(text, REPORT) == ["生产总值增速 ≈ 6%"]


@pytest.mark.parametrize(
    ("text", "year", "source"),
    [
        ("到2023年，新增企业30家。", 2023, "sentence"),
        ("2024年底，新增企业30家。", 2024, "sentence"),
        ("“十四五”期间，新增企业30家。", 2025, "sentence"),
        ("到二〇二四年，新增企业30家。", 2024, "sentence"),
        ("2022—2024年，每年新增企业30家。", 2024, "sentence"),
        ("比2020年翻番，新增企业30家。", 2025, "plan"),
        ("新增企业30家。", 2025, "plan"),
        ("五年内，新增企业30家。", None, None),
        ("利用3-5年时间，力争新增企业30家。", None, None),
    ],
)
def test_year_of_a_target(text, year, source):
    (target,) = targets(f"一、发展目标\n{text}\n二、主要任务\n抓好落实。")
    assert (target.year, target.year_from) == (year, source)


def test_year_holds_for_the_rest_of_its_section():
    text = """一、重点任务
（一）抓产业
到2023年，产值达到50亿元。
1.抓企业
新增企业30家。
（二）抓人才
引进人才20名。
"""
    assert [(target.year, target.year_from) for target in targets(text)] == [
        (2023, "sentence"),
        (2023, "section"),
        (2025, "plan"),
    ]


@pytest.mark.parametrize(
    ("text", "yearly"),
    [
        ("每年新增企业30家。", True),
        ("年均新增企业30家。", True),
        ("新增企业30家。", False),
        ("产值年均增长8%。", False),
        ("每年实现增速高于全市平均5个百分点以上。", True),
        ("PM2.5年均浓度控制在28微克/立方米以内。", False),
    ],
)
def test_yearly_amount(text, yearly):
    (target,) = targets(f"一、发展目标\n{text}\n二、主要任务\n抓好落实。")
    assert target.per_year is yearly


@pytest.mark.parametrize(
    ("text", "subject", "indicator"),
    [
        ("到2025年，新材料产业总产值达到50亿元。", "新材料产业", "总产值"),
        ("到2025年，全市高新技术企业达到30家。", "全市", "高新技术企业"),
        ("在智能装备领域培育30家企业。", "智能装备", "企业"),
        ("青禾高新区引进落地项目3个以上。", "青禾高新区", "引进落地项目"),
    ],
)
def test_subject_and_indicator(text, subject, indicator):
    (target,) = targets(f"一、发展目标\n{text}\n二、主要任务\n抓好落实。")
    assert (target.subject, target.indicator) == (subject, indicator)


TOPICS = """一、重点领域
1.高端装备
新认定高新技术企业20家。
2.新材料
新认定高新技术企业30家，地区生产总值达到50亿元。
全市研发机构达到5家，在海洋装备领域培育10家企业。
"""


def test_subject_of_a_section():
    assert [(x.subject, x.subject_from, x.value) for x in targets(TOPICS)] == [
        ("高端装备", "section", 20),
        ("新材料", "section", 30),
        ("", None, 50),
        ("全市", "sentence", 5),
        ("海洋装备", "sentence", 10),
    ]


def test_unit_is_as_written_and_its_base_is_folded():
    (target,) = targets("一、发展目标\n信噪比达到70dB。\n二、任务\n抓好落实。")
    assert (target.unit, target.unit_base) == ("dB", "db")


@pytest.mark.parametrize(
    ("title", "year"),
    [("数字青禾2022行动方案", 2022), ("青禾市2023年工作要点", 2023), ("青禾市行动方案", None)],
)
def test_year_in_the_title(title, year):
    (target,) = targets("一、主要任务\n新建平台3个。\n二、任务\n抓好落实。", Metadata(title))
    assert target.year == year


@pytest.mark.parametrize(
    ("preamble", "expected"),
    [
        ("为贯彻落实部署，制定以下措施。", ["部署攻关任务 >= 20项"]),
        ("现将有关情况说明如下。", []),
    ],
)
def test_plan_without_title_is_known_by_its_preamble(preamble, expected):
    text = f"{preamble}\n一、强化攻关\n每年部署不少于20项攻关任务。\n二、其他\n抓好落实。"
    assert found(text, Metadata("qh07")) == expected


@pytest.mark.parametrize(
    ("aims", "year"),
    [("到2027年，建成体系。", 2027), ("到2027年，建成体系。到2035年，全面领先。", None)],
)
def test_the_one_year_a_plan_aims_at(aims, year):
    text = f"一、总体要求\n{aims}\n二、主要任务\n新建平台3个。"
    (target,) = targets(text, Metadata("青禾市行动方案"))
    assert (target.year, target.year_from) == (year, "plan" if year else None)


def test_outcomes_of_a_goal_are_aims():
    text = "一、主要目标\n——推广应用成效显著。推选6家标杆企业。\n二、任务\n抓好落实。"
    assert found(text) == ["标杆企业 = 6家"]


def test_report_lays_down_no_norms():
    text = f"{REPORT_TEXT}修复矿山8座，禁止非法采砂。\n"
    assert found(text, REPORT)[-1] == "修复矿山 = 8座"


def test_quote_is_the_clause_and_holds_the_figure():
    text = "一、发展目标\n到2025年，新增 企业30 家以上，产值达到5亿元。\n二、任务\n抓好落实。"
    first, second = targets(text)
    assert text[first.start : first.end] == "新增 企业30 家以上"
    assert text[first.figure_start : first.figure_end] == "30 家以上"
    assert text[second.start : second.end] == "产值达到5亿元"
    assert first.section == second.section == 0


def test_text_without_figures_has_no_targets():
    assert found("一、发展目标\n努力走在前列。") == []


# The annotated documents


def plain(words):
    return "".join(unicodedata.normalize("NFKC", words).split())


def values(row):
    base = row["value_base"]
    return tuple(base) if isinstance(base, list) else (base, None)


def stated(row, text):
    """Whether a found target states the same figure in an overlapping clause."""
    return lambda target: (
        (
            (target.value_base, target.value_max_base) == pytest.approx(values(row), nan_ok=True)
            if values(row)[1] is not None
            else target.value_base == pytest.approx(values(row)[0])
            and target.value_max_base is None
        )
        and (target.start < row["end"] and row["start"] < target.end)
    )


def pair(rows, held, text):
    """Pair every annotated row with a found target of its own; None where there is none."""
    free = list(held)
    pairs = []
    for row in rows:
        fits = [target for target in free if stated(row, text)(target)]
        best = min(
            fits, key=lambda target: abs(target.figure_start - row["fig_start"]), default=None
        )
        if best is not None:
            free.remove(best)
        pairs.append((row, best))
    return pairs, free


def is_right(row, target):
    """Whether year, comparator and base unit are as annotated too."""
    return (
        target.year in [row["year"], *row.get("alt_year", [])]
        and target.comparator in [row["comparator"], *row.get("alt_comparator", [])]
        and plain(target.unit_base) == plain(row["unit_base"])
    )


def test_annotated_targets_are_found():
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    matched = right = wrong = 0
    for name in sorted({row["doc"] for row in rows}):
        document = read_document(BUNDLED_LIBRARY / name)
        held = find_targets(document, outline(document.text, document.layout))
        explicit = [row for row in rows if row["doc"] == name and not row.get("implicit")]
        pairs, free = pair(explicit, held, document.text)
        matched += sum(target is not None for _, target in pairs)
        right += sum(target is not None and is_right(row, target) for row, target in pairs)
        wrong += len(free)
    total = sum(not row.get("implicit") for row in rows)
    assert matched / total >= 0.97
    assert right / total >= 0.96
    assert wrong <= 2


def test_report_is_known_by_its_review():
    text = """2023年工作回顾
2023年，新增企业30家，创建文明村镇5个。
2024年工作安排
新增企业40家。
"""
    assert found(text, Metadata("2023年工作回顾", period=(2023, 2023))) == ["新增企业 = 40家"]


def test_later_year_in_a_report_holds_for_its_sentence_only():
    text = """各位代表：
一、2023年工作回顾
成绩来之不易。
二、2024年工作安排
到2027年，产值达到50亿元。新增企业40家。
"""
    assert [target.year for target in targets(text, REPORT)] == [2027, 2024]
