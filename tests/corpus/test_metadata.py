"""Metadata: where a document says it, and what must not be taken for it."""

from datetime import date

import pytest

from corpus.dates import parse_date, years_of
from corpus.metadata import find_metadata
from corpus.regions import region_of
from corpus.title import genre_of

NOTICE = """青禾市人民政府办公室关于印发青禾市竹产业发展
行动计划（2024—2026年）的通知
青政办发〔2024〕12号
各县（市、区）人民政府，市直各单位：
《青禾市竹产业发展行动计划（2024—2026年）》已经市政府同意，现印发给你们。
青禾市人民政府办公室
2024年5月6日
青禾市竹产业发展行动计划
为落实《国务院办公厅关于某事的意见》（国办发〔2023〕3号），制定本计划。
一、目标
到2026年，产值达到80亿元。
"""


def find(text, name="file.txt"):
    return find_metadata(text, source_name=name)


def test_find_metadata_of_a_notice():
    found = find(NOTICE)
    assert (
        found.title == "青禾市人民政府办公室关于印发青禾市竹产业发展行动计划（2024—2026年）的通知"
    )
    assert found.doc_number == "青政办发〔2024〕12号"
    assert found.issuer == "青禾市人民政府办公室"
    assert found.date_written == date(2024, 5, 6)
    assert found.period == (2024, 2026)
    assert found.inferred == frozenset()


def test_number_of_a_cited_document_is_not_taken():
    assert find(NOTICE.replace("青政办发〔2024〕12号\n", "")).doc_number is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "某省林业局\n关于加强古树保护的\n通知\n各市林业局：\n一、要求\n抓好落实。",
            "某省林业局关于加强古树保护的通知",
        ),
        (
            "某县产业发展规划\n（2021—2025年）\n为推动发展，制定本规划。",
            "某县产业发展规划（2021—2025年）",
        ),
        (
            "标题：关于印发某县养老服务\n内容：《某县养老服务办法（试行）》已经审议通过，现已印发。",
            "某县养老服务办法（试行）",
        ),
        (
            "国务院关于做好某项工作的通知国发〔2014〕9号各省人民政府：　　为做好工作，通知如下。",
            "国务院关于做好某项工作的通知",
        ),
        ("# 某市数据条例\n\n## 第一章 总则\n", "某市数据条例"),
        ("当前位置：首页 > 政策\n某市绿化工作要点\n一、任务\n植树。", "某市绿化工作要点"),
    ],
)
def test_title(text, title):
    assert find(text).title == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("某市数据资源管理条例（" + "年" * 1_000_000, "hostile"),
        ("某市数据工作通知" + "（年年年年）" * 18 + "文", "hostile"),
        ("某市数据资源管理条例" + " " * 500_000 + "文", "某市数据资源管理条例"),
        (" \n" * 200_000 + "某市数据管理办法\n某政发〔2021〕7号\n", "某市数据管理办法"),
        ("标题：" + "关于" * 1_900 + "\n一、总则\n", "关于" * 1_900),
    ],
)
def test_title_of_hostile_text(text, title):
    """Patterns that try every way of dividing these texts would not come back."""
    assert find(text, "hostile.txt").title == title


def test_title_with_number_may_have_years_and_state_in_brackets():
    text = "某市数据发展规划（2021—2025年）（试行）\n某政发〔2021〕7号\n一、总则\n"
    assert find(text).title == "某市数据发展规划（2021—2025年）（试行）"


def test_title_of_last_resort_is_the_file_name_and_marked_as_inferred():
    found = find("今天召开会议，研究部署下一步工作。会议强调，要抓好落实。", "会议情况.txt")
    assert (found.title, found.inferred) == ("会议情况", frozenset({"title"}))


def test_region_and_years_of_last_resort_are_those_of_the_file_name():
    found = find(
        "今天召开会议，研究部署下一步工作。会议强调，要抓好落实。", "绍兴2024年工作情况.txt"
    )
    assert (found.region, found.period) == ("绍兴市", (2024, 2024))
    assert found.inferred == {"title", "region", "period"}


def test_body_on_whose_behalf_a_report_is_given():
    found = find("各位代表：\n现在，我代表绍兴市人民政府向大会报告工作。\n一、工作回顾\n经济平稳。")
    assert (found.issuer, found.region) == ("绍兴市人民政府", "绍兴市")


def test_signature_wins_over_the_dates_of_the_page():
    page = "成文日期: 2024-05-09 发布机构: 某局\n发布时间: 2024- 05- 12 10: 30\n" + NOTICE
    found = find(page)
    assert found.date_written == date(2024, 5, 6)
    assert found.date_published == date(2024, 5, 12)
    assert found.issuer == "青禾市人民政府办公室"


def test_page_header_is_used_where_there_is_no_signature():
    found = find(
        "发布机构：温州市林业局 成文日期：2024-05-09\n温州市古树保护办法\n一、总则\n保护古树。"
    )
    assert (found.issuer, found.date_written) == ("温州市林业局", date(2024, 5, 9))
    assert found.region == "温州市"


def test_signature_inside_a_line():
    text = "现印发给你们。绍兴市水利局2024年5月6日（此件公开发布）节水方案一、目标（一）指标节水。"
    found = find(text)
    assert (found.issuer, found.date_written) == ("绍兴市水利局", date(2024, 5, 6))


def test_imprint_gives_body_and_date():
    found = find("某方案\n一、目标\n节水。\n台州市水利局办公室　2024年5月6日印发\n")
    assert (found.issuer, found.date_written) == ("台州市水利局办公室", date(2024, 5, 6))


def test_number_in_the_name_of_an_attachment():
    text = "某方案\n一、目标\n节水。\n青政办发〔2024〕12号关于印发某方案的通知.pdf\n"
    assert find(text).doc_number == "青政办发〔2024〕12号"


def test_period_of_targets_is_inferred():
    found = find("某方案\n一、目标\n到2027年，产值80亿元。到2027年，企业50家。到2025年，企业20家。")
    assert (found.period, found.inferred) == ((2027, 2027), frozenset({"period"}))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2024年5月6日", date(2024, 5, 6)),
        ("二○二四年十二月三十一日", date(2024, 12, 31)),
        ("2024/05/06", date(2024, 5, 6)),
        ("2024年2月30日", None),
        ("五月六日", None),
    ],
)
def test_parse_date(words, expected):
    assert parse_date(words) == expected


@pytest.mark.parametrize(
    ("title", "years"),
    [
        ("行动计划（2019-2021年）", (2019, 2021)),
        ("规划（2020—2025 年）", (2020, 2025)),
        ("2021年至2023年方案", (2021, 2023)),
        ("“十四五”规划", (2021, 2025)),
        ("“十二五”规划", (2011, 2015)),
        ("第十个五年计划纲要", (2001, 2005)),
        ("2024年工作要点", (2024, 2024)),
        ("2024年3月会议纪要", None),
        ("十五条措施", None),
    ],
)
def test_years_of(title, years):
    assert years_of(title) == years


@pytest.mark.parametrize(
    ("issuer", "title", "region"),
    [
        ("浙江省人民政府办公厅", "", "浙江省"),
        ("浙江省温州市乐清市发展和改革局", "", "乐清市"),
        ("中共绍兴市委办公室", "", "绍兴市"),
        ("中共中央办公厅、国务院办公厅", "", "全国"),
        ("工业和信息化部办公厅", "", "全国"),
        ("国家发展改革委", "", "全国"),
        ("温州浙南产业集聚区(经开区、瓯飞)党政办公室", "", "温州浙南产业集聚区"),
        (None, "关于印发台州市若干政策的通知", "台州市"),
        (None, "中国(上海)自由贸易试验区管理办法", "上海市"),
        (None, "某项工作的通知", None),
    ],
)
def test_region_of(issuer, title, region):
    assert region_of(issuer, title) == region


def test_the_first_sentence_of_a_text_is_not_its_title():
    text = "为深入贯彻关于促进就业的若干措施\n一、总则\n加强就业服务。\n"
    metadata = find_metadata(text, source_name="青禾市就业措施.txt")
    assert metadata.title == "青禾市就业措施"


ORDER = """青禾省节约用水管理办法
青禾省人民政府令
（第290号）
　　《青禾省节约用水管理办法》已经审议通过，现予公布，自2021年11月25日起施行。
省长　某某
2021年10月18日
第一章　总　则
第一条　为了节约用水，制定本办法。
第二条　本办法自2021年11月25日起施行，有效期五年。
"""


def test_an_order_gives_number_and_body():
    found = find(ORDER)
    assert (found.doc_number, found.issuer) == ("青禾省人民政府令第290号", "青禾省人民政府")
    assert found.date_written == date(2021, 10, 18)
    assert (found.genre, found.validity) == ("管理办法", "本办法自2021年11月25日起施行，有效期五年")


@pytest.mark.parametrize(
    ("note", "number", "issuer", "written"),
    [
        (
            "（2011年12月15日青禾市人民政府令第61号公布，2015年9月30日修订）",
            "青禾市人民政府令第61号",
            "青禾市人民政府",
            date(2011, 12, 15),
        ),
        (
            "2018年3月30日 青禾市第十五届人民代表大会常务委员会第三次会议通过",
            None,
            "青禾市人民代表大会常务委员会",
            date(2018, 3, 30),
        ),
        ("2018年3月30日第三次会议通过", None, None, None),
    ],
)
def test_the_note_below_the_title_of_a_regulation(note, number, issuer, written):
    found = find(f"青禾市节水条例\n{note}\n第一条　为了节约用水，制定本条例。\n第二条　略。\n")
    assert (found.doc_number, found.issuer, found.date_written) == (number, issuer, written)


def test_several_bodies_signing_in_one_line_are_told_apart():
    text = "关于节约用水的通知\n一、要求\n抓好落实。\n青禾市水利局　　青禾市财政局\n2024年5月6日\n"
    assert find(text).issuer == "青禾市水利局、青禾市财政局"


REPORT = """各位代表：
现在，我代表市人民政府，向大会报告政府工作，请予审议。
一、2023年工作回顾
经济总体向好。
二、2024年工作安排
抓好落实。
"""


def test_a_spoken_report_is_called_what_it_is():
    found = find(REPORT, name="杭州.txt")
    assert found.title == "2024年杭州市政府工作报告"
    assert (found.region, found.period, found.genre) == ("杭州市", (2024, 2024), "政府工作报告")
    assert found.inferred == {"title", "region", "period"}


def test_lines_above_a_spoken_report_are_not_its_title():
    text = "——2024年1月6日在青禾市第五届\n人民代表大会第二次会议上\n" + REPORT
    assert find(text).title == "2024年政府工作报告"


@pytest.mark.parametrize(
    ("title", "genre"),
    [
        ("青禾市人民政府办公室关于印发青禾市节水行动计划的通知", "行动计划"),
        ("青禾市节水条例", "条例"),
        ("关于加强节水工作的若干意见", "若干意见"),
        ("青禾市节水管理办法（试行）", "管理办法"),
        ("节水那些事", None),
    ],
)
def test_the_genre_is_what_a_title_ends_in(title, genre):
    assert genre_of(title) == genre


@pytest.mark.parametrize(
    ("line", "addressees"),
    [
        (
            "各市、县（市、区）人民政府，省政府直属各单位：",
            "各市、县（市、区）人民政府，省政府直属各单位",
        ),
        ("青禾市水利局、财政局：", "青禾市水利局、财政局"),
        ("经济和社会发展中存在一些问题：", None),
        ("各位同志应当抓好落实。", None),
    ],
)
def test_addressees(line, addressees):
    text = f"关于节约用水的通知\n{line}\n为节约用水，通知如下。\n一、要求\n抓好落实。\n"
    assert find(text).addressees == addressees


@pytest.mark.parametrize(
    ("sentence", "validity"),
    [
        ("本意见自印发之日起施行。", "本意见自印发之日起施行"),
        ("本通知有效期至2027年12月31日。", "本通知有效期至2027年12月31日"),
        ("许可证自发放之日起生效，有效期为五年。", None),
        ("", "试行"),
    ],
)
def test_what_a_document_says_of_its_force(sentence, validity):
    title = "青禾市节水办法（试行）" if not sentence else "青禾市节水办法"
    text = f"{title}\n第一条　节约用水。\n第二条　抓好落实。{sentence}\n"
    assert find(text).validity == validity


def test_each_value_read_from_the_text_says_where():
    found = find(NOTICE)
    spans = dict(found.spans)
    assert NOTICE[slice(*spans["doc_number"])] == "青政办发〔2024〕12号"
    assert NOTICE[slice(*spans["date_written"])] == "2024年5月6日"
    assert "".join(NOTICE[slice(*spans["title"])].split()) == found.title
    assert NOTICE[slice(*spans["issuer"])] == found.issuer
    assert "title" not in dict(find("正文。", name="某县节水措施.txt").spans)


def test_the_signer_of_an_upward_document():
    text = "青政〔2024〕3号　　签发人：王某某\n关于节水工作的请示\n青禾省人民政府：\n一、背景\n"
    assert find(text).signed_by == "王某某"


def test_a_date_in_brackets_after_title_and_number():
    text = "青禾省关于加强节水的决定青政〔1990〕65号（一九九〇年十二月五日）　　节约用水。\n"
    assert find(text).date_written == date(1990, 12, 5)
