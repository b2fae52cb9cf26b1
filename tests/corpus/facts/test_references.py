"""References: titles and numbers cited, their roles, and resolving them in a library."""

from dataclasses import dataclass

import pytest

from corpus.document import Document, Metadata
from corpus.facts.fact import Reference
from corpus.facts.references import find_references, number_key, resolve, title_key
from corpus.load import BUNDLED_LIBRARY, read_document
from corpus.sections import outline


def cited(text, title="青禾市河道管理办法", number=None):
    """Return (role, title, number) of every reference."""
    document = Document.from_bytes(
        text.encode(),
        source_name="文件.txt",
        text=text,
        metadata=Metadata(title, doc_number=number),
    )
    return [(r.role, r.title, r.number) for r in find_references(document, outline(text))]


@pytest.mark.parametrize(
    "number",
    ["岚政发〔2021〕7号", "岚政发[2021]7号", "岚政发（2021）7 号", "岚政发【2021】 7号"],
)
def test_a_number_follows_its_title(number: str) -> None:
    text = f"根据《岚江省水利发展规划》（{number}）要求，制定本方案。"
    assert cited(text) == [("依据", "岚江省水利发展规划", "".join(number.split()))]


@pytest.mark.parametrize(
    ("text", "title", "number"),
    [
        ("按照《关于治水的意见（岚委〔2021〕8号）》", "关于治水的意见", "岚委〔2021〕8号"),
        ("按照岚委〔2021〕8号文件《关于治水的意见》", "关于治水的意见", "岚委〔2021〕8号"),
        ("按照《关于推进\n治水的意见》要求", "关于推进治水的意见", None),
        ("按照《关于印发〈治水方案〉的通知》要求", "关于印发〈治水方案〉的通知", None),
        ("按照《关于印发《治水方案》的通知》要求", "关于印发《治水方案》的通知", None),
        ("按照岚政办发〔2021〕100号文件要求", None, "岚政办发〔2021〕100号"),
        ("按照《治水条例》（岚江省政府令第321号）", "治水条例", "岚江省政府令第321号"),
        ("按照《岚江制造2030》部署", "岚江制造2030", None),
    ],
)  # fmt: skip
def test_forms_of_citing(text: str, title: str | None, number: str | None) -> None:
    assert cited(f"{text}，制定本方案。") == [("依据", title, number)]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("根据《岚江省治水条例》，结合本市实际，制定本办法。", "依据"),
        ("为贯彻落实《岚江省治水条例》，制定本办法。", "贯彻"),
        ("深入实施《岚江省治水条例》。", "贯彻"),
        ("本办法自公布之日起施行，《岚江省治水条例》同时废止。", "废止"),
        ("岚江省人民政府印发《岚江省治水规划》。", "印发"),
        ("《岚江省治水条例》所称河道，包括湖泊。", "引用"),
        ("根据职责分工，各地要学习，《岚江省治水条例》是重要内容。", "引用"),
    ],
)
def test_role(text: str, role: str) -> None:
    assert [row[0] for row in cited(text)] == [role]


def test_a_list_of_titles_shares_its_role() -> None:
    text = "根据《岚江省治水条例》《岚江省水利规划》（岚政发〔2021〕7号）和《水法》，制定本办法。"
    assert cited(text) == [
        ("依据", "岚江省治水条例", None),
        ("依据", "岚江省水利规划", "岚政发〔2021〕7号"),
        ("依据", "水法", None),
    ]


def test_titles_repealed_together() -> None:
    text = "《岚江省治水条例》《岚江省水利办法》（岚政发〔2001〕7号）同时废止。"
    assert [row[0] for row in cited(text)] == ["废止", "废止"]


@pytest.mark.parametrize(
    "text",
    [
        "据《岚江日报》报道，话剧《大河》上演。",
        "凭《取水许可证》办理，填写《取水申请表》。",
        "应当符合《泵站设计规范》（GB 50265）。",
        "起草《预算管理规范》地方标准。",
        "依照《条例》和《实施方案》执行。",
        "提交《环境影响报告》。",
        "（2019年青禾市人大常委会《关于修改部分地方性法规的决定》修正）",
        "岚政发〔2021〕7号\n\n各县人民政府：",
        "《" * 40,
    ],
)
def test_what_is_no_reference(text: str) -> None:
    assert cited(text) == []


def test_the_document_itself_is_no_reference() -> None:
    text = (
        "青政发〔2022〕5号\n《青禾市河道管理办法》已经市政府同意，现印发给你们。"
        "我市印发的青政发〔2022〕5号文件，对此已有规定。"
    )
    assert cited(text, "青禾市人民政府关于印发青禾市河道管理办法的通知", "青政发〔2022〕5号") == []


def test_a_predecessor_of_the_same_title_is_repealed() -> None:
    assert cited("《青禾市河道管理办法》（青政发〔2001〕5号）同时废止。") == [
        ("废止", "青禾市河道管理办法", "青政发〔2001〕5号")
    ]


def test_a_document_named_often_is_one_reference_with_its_number() -> None:
    text = "《岚江省治水条例》已实施。根据《岚江省治水条例》（岚政发〔2021〕7号），制定本办法。"
    assert cited(text) == [("依据", "岚江省治水条例", "岚政发〔2021〕7号")]


def test_the_span_covers_title_and_number_as_written() -> None:
    text = "根据《岚江省水利规划》（岚政发〔2021〕7号）要求，制定本办法。"
    document = Document.from_bytes(
        text.encode(), source_name="a.txt", text=text, metadata=Metadata("青禾市方案")
    )
    (reference,) = find_references(document, ())
    assert text[reference.start : reference.end] == "《岚江省水利规划》（岚政发〔2021〕7号）"


@pytest.mark.parametrize(
    "title",
    [
        "岚江省水利规划（2021-2025年）",
        "岚江省水利规划(2021—2025年)",
        "《岚江省 水利规划（２０２１－２０２５年）》",
        "岚江省人民政府关于印发岚江省水利规划（2021-2025年）的通知",
        "岚江省人民政府关于印发《岚江省水利规划（2021-2025年）》的通知",
        "岚江省水利规划（2021-2025年）（岚政发〔2021〕7号）",
    ],
)
def test_titles_of_one_document_have_one_key(title: str) -> None:
    assert title_key(title) == "岚江省水利规划20212025年"


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("中华人民共和国水法（2016年修正）", "水法"),
        ("岚江省治水办法（试行）", "岚江省治水办法试行"),
        ("岚江省人民政府关于治水的意见", "岚江省人民政府关于治水的意见"),
    ],
)
def test_what_a_title_key_keeps(title: str, key: str) -> None:
    assert title_key(title) == key


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("岚政发〔2021〕7号", "岚政发|2021|7"),
        ("岚政发［２０２１］　第7 号", "岚政发|2021|7"),
        ("中华人民共和国国务院令第693号", "国务院令||693"),
        ("国务院令第六百九十三号", "国务院令||693"),
        ("水利部公告2021年第5号", "水利部公告|2021|5"),
        ("关于治水的意见", ""),
    ],
)
def test_number_key(number: str, key: str) -> None:
    assert number_key(number) == key


@dataclass(frozen=True)
class StoredCard:
    id: str
    metadata: Metadata


PLAN = StoredCard("plan", Metadata("岚江省水利规划（2021-2025年）", doc_number="岚政发〔2021〕7号"))
NOTICE = StoredCard("notice", Metadata("岚江省政府关于印发岚江省治水方案的通知"))
OLD = StoredCard("old", Metadata("岚江省粮食办法", doc_number="岚政发〔2001〕1号"))
NEW = StoredCard("new", Metadata("岚江省粮食办法", doc_number="岚政发〔2021〕1号"))
UNNUMBERED = (StoredCard("a", Metadata("年度要点")), StoredCard("b", Metadata("年度要点")))


def reference(title=None, number=None):
    return Reference(title, number, "引用", None, 0, 1)


@pytest.mark.parametrize(
    ("title", "number", "found"),
    [
        (None, "岚政发[2021]7号", "plan"),
        ("水利规划", "岚政发〔2021〕7号", "plan"),
        ("岚江省水利规划(2021—2025年)", None, "plan"),
        ("岚江省治水方案", "岚政办发〔2021〕9号", "notice"),
        ("岚江省粮食办法", "岚政发〔2001〕1号", "old"),
        ("岚江省粮食办法", None, None),
        ("岚江省粮食办法", "岚政发〔2011〕1号", None),
        ("年度要点", None, None),
        ("岚江省交通规划", None, None),
    ],
)
def test_resolving(title: str | None, number: str | None, found: str | None) -> None:
    cards = (PLAN, NOTICE, OLD, NEW, *UNNUMBERED)
    assert resolve(reference(title, number), cards) == found


STATE_PLAN = "国务院关于印发“十三五”国家战略性新兴产业发展规划的通知"
PROVINCE = "浙江省人民政府办公厅关于印发浙江省培育发展战略性新兴产业行动计划(2017—2020年)的通知"
CITED = {
    "wenzhou-emerging-industries-2019-2021.txt": [
        (STATE_PLAN, "国发〔2016〕67号"),
        ("浙江省培育发展战略性新兴产业行动计划（2017-2020年）", "浙政办发〔2017〕100号"),
    ],
    "zhejiang-emerging-industries-2017-2020.txt": [(STATE_PLAN, "国发〔2016〕67号")],
    "taizhou-manufacturing-2020-2025.txt": [("长江三角洲区域一体化发展规划纲要", None)],
    "shaoxing-emerging-industries-2020.txt": [
        (PROVINCE, "浙政办发〔2017〕100号"),
        ("高水平建设人才强市三年行动计划", None),
    ],
    "zhenan-innovation-zone-2022.txt": [
        (
            "关于同意宁波、温州高新技术产业开发区建设国家自主创新示范区的批复",
            "国函〔2018〕13号",
        ),
        ("关于推进宁波温州国家自主创新示范区建设的若干意见", "浙委发〔2018〕52号"),
        ("关于高质量推进国家自主创新示范区建设的实施意见", "温委发〔2018〕60号"),
    ],
}


@pytest.mark.parametrize("name", sorted(CITED))
def test_the_bundled_documents_cite_what_they_cite(name: str) -> None:
    document = read_document(BUNDLED_LIBRARY / name)
    found = find_references(document, outline(document.text, document.layout))
    assert [(one.title, one.number) for one in found] == CITED[name]


def test_the_plan_of_the_province_is_found_in_the_bundled_library() -> None:
    documents = [read_document(BUNDLED_LIBRARY / name) for name in CITED]
    resolved = {
        (document.source_name, found)
        for document in documents
        for one in find_references(document, ())
        if (found := resolve(one, documents)) is not None
    }
    province = next(d.id for d in documents if d.source_name.startswith("zhejiang"))
    assert resolved == {
        ("wenzhou-emerging-industries-2019-2021.txt", province),
        ("shaoxing-emerging-industries-2020.txt", province),
    }
