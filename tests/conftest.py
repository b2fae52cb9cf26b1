"""A library of three invented documents, and an index of it."""

from datetime import date

import pytest

from corpus.document import Document, Metadata
from corpus.facts import Target
from index.encoder import HashEncoder
from index.index import Index

PLAN = """青溪市发展海洋经济行动计划（2022-2025年）

一、总体要求
（一）指导思想。坚持陆海统筹，把青溪市建成东部海洋经济强市。
（二）主要目标。到2025年，全市海洋生产总值突破600亿元，年均增长9%以上；海洋新兴产业增加值占比达到35%。

二、重点任务
（一）壮大海洋装备产业。依托北港产业园，发展海工装备和智能船舶，新增规上企业20家。（责任单位：市经信局、市科技局）
（二）发展海洋生物医药。建设海洋药物中试基地2个，培育高新技术企业12家。
（责任单位：市科技局、市卫健委）

三、保障措施
（一）加强组织领导。成立市海洋经济工作领导小组，办公室设在市发改委。
（二）强化资金保障。市财政每年安排专项资金3亿元。
"""

NOTICE = """云州市人民政府办公室关于印发云州市数字乡村建设实施方案的通知
云政办发〔2021〕18号

各县（市、区）人民政府，市政府直属各单位：
《云州市数字乡村建设实施方案》已经市政府同意，现印发给你们，请认真组织实施。

云州市人民政府办公室
2021年6月8日

云州市数字乡村建设实施方案

一、主要目标
到2023年，行政村5G网络覆盖率达到95%，建成数字乡村示范村50个，农产品网络零售额突破80亿元。

二、主要任务
（一）建设乡村信息基础设施。推进光纤和5G网络向自然村延伸。牵头单位：市大数据局，配合单位：市农业农村局、市财政局。
（二）发展农村电子商务。每个县建成1个电商公共服务中心。牵头单位：市商务局。

三、附则
本方案自2021年7月1日起施行。
"""

OPINION = """岚江省关于促进养老服务发展的若干意见

一、健全养老服务网络
1.完善居家养老服务。到2026年，每千名老年人拥有养老床位不少于58张。
2.发展社区养老。社区养老服务设施覆盖率达到100%。

二、加强人才培养
1.支持院校开设养老护理专业。对入职满三年的护理员给予2万元奖补。
2.开展技能培训。每年培训养老护理员3000人次。责任单位：省民政厅、省人力社保厅。
"""


def _document(text, *, source_name, **metadata):
    return Document.from_bytes(
        text.encode("utf-8"), source_name=source_name, text=text, metadata=Metadata(**metadata)
    )


@pytest.fixture(scope="session")
def make_document():
    """Make a document of an invented text: ``make_document(text, source_name=…, title=…)``."""
    return _document


@pytest.fixture(scope="session")
def plan():
    return _document(
        PLAN,
        source_name="qingxi-ocean-2022-2025.txt",
        title="青溪市发展海洋经济行动计划（2022-2025年）",
        issuer="青溪市人民政府",
        region="青溪市",
        period=(2022, 2025),
    )


@pytest.fixture(scope="session")
def notice():
    return _document(
        NOTICE,
        source_name="yunzhou-digital-village-2021.txt",
        title="云州市数字乡村建设实施方案",
        doc_number="云政办发〔2021〕18号",
        issuer="云州市人民政府办公室",
        region="云州市",
        date_written=date(2021, 6, 8),
    )


@pytest.fixture(scope="session")
def opinion():
    return _document(
        OPINION,
        source_name="lanjiang-elderly-care.txt",
        title="岚江省关于促进养老服务发展的若干意见",
        issuer="岚江省人民政府",
        region="岚江省",
        inferred=frozenset({"issuer"}),
    )


@pytest.fixture(scope="session")
def library(plan, notice, opinion):
    """The three documents."""
    return (plan, notice, opinion)


@pytest.fixture(scope="session")
def encoder():
    return HashEncoder()


@pytest.fixture(scope="session")
def index(library, encoder, tmp_path_factory):
    """An index of the three documents, for reading only."""
    folder = tmp_path_factory.mktemp("index") / "library"
    with Index.build(folder, library, encoder) as built:
        yield built


@pytest.fixture
def own_index(library, encoder, tmp_path):
    """An index of the three documents that a test may change."""
    with Index.build(tmp_path / "library", library, encoder) as built:
        yield built


def _target(document, clause, figure, **fields):
    """A target of ``clause``; its figure is not less than 400亿元 by 2025 unless told otherwise."""
    start = document.text.index(clause)
    figure_start = document.text.index(figure, start)
    stated = {
        "subject": "", "indicator": "总产值", "comparator": ">=", "value": 400.0, "value_max": None,
        "unit": "亿元", "value_base": 400e8, "value_max_base": None, "unit_base": "元",
        "year": 2025, "year_from": "sentence", "per_year": False, "binding": None, "section": None,
    }  # fmt: skip
    return Target(
        **stated | fields,
        start=start,
        end=start + len(clause),
        figure_start=figure_start,
        figure_end=figure_start + len(figure),
    )


@pytest.fixture(scope="session")
def make_target():
    """Make a target: ``make_target(document, clause, figure, value=…)``."""
    return _target
