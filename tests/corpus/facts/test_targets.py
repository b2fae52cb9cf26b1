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
