"""The page's HTML: text stays text, quotes stay verbatim, every citation can be opened."""

from datetime import date
from html.parser import HTMLParser

import pytest

from corpus.document import Document, Metadata
from corpus.sections import outline
from rag.answer import Answer, Citation, Coverage, Part, Refusal, Table, answer_text
from ui import page
from ui.jobs import FileResult, Job
from ui.page import AROUND, Turn

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;${alert(3)}{{value}}"


class Reader(HTMLParser):
    """Collects the elements of a page, the text of each kind, and all attribute values."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.texts, self.attributes = [], [], {}, []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        for tag in {*self.open, "all"}:
            self.texts[tag] = self.texts.get(tag, "") + data


def citation(number=1, quote="突破400亿元", **more):
    fields = {
        "number": number, "document_id": "0123456789abcdef", "title": "甲市计划",
        "doc_number": "甲政发〔2024〕1号", "issuer": "甲市人民政府", "region": "甲市",
        "date_written": date(2024, 1, 2), "page": None, "section_path": ("一、目标", "（一）产值"),
        "quote": quote, "start": 31, "end": 31 + len(quote),
    }  # fmt: skip
    return Citation(**{**fields, **more})


def turn(question="目标？", *, parts=None, citations=None, refusal=None, table=None, alone=None):
    parts = (Part("quote", "突破400亿元", 1, ((2, 7),)),) if parts is None else parts
    citations = (citation(),) if citations is None else citations
    text = refusal.detail if refusal else answer_text(parts)
    return Turn(
        question,
        Answer(
            question, alone or question, "number", text, () if refusal else parts,
            () if refusal else citations, (), refusal, 0.9, Coverage(3, True, 1), table, "i", 7.4,
        ),
    )  # fmt: skip


def document(text, **metadata):
    return Document.from_bytes(
        text.encode(), source_name="甲.txt", text=text,
        metadata=Metadata(**{"title": "甲市计划", **metadata}),
    )  # fmt: skip


def shown_evidence(text, quote, **options):
    start = text.index(quote)
    made = document(text)
    return page.evidence(made, outline(text), start, start + len(quote), **options)


def test_an_answer_shows_its_quote_and_a_button_for_its_place():
    html = page.conversation([turn()])
    assert "突破<strong>400亿元</strong>" in html
    assert 'class="cite" data-doc="0123456789abcdef" data-start="31" data-end="38"' in html
    assert "[1]</button>" in html


def test_a_source_names_title_number_issuer_date_and_section():
    text = Reader(page.conversation([turn()])).texts["ol"]
    assert (
        text
        == "[1]《甲市计划》甲政发〔2024〕1号 · 甲市人民政府 · 2024年1月2日一、目标 › （一）产值"
    )


def test_a_follow_up_says_how_it_was_understood():
    assert "理解为：乙市的目标？" in page.conversation([turn("那乙市呢？", alone="乙市的目标？")])
    assert "理解为" not in page.conversation([turn()])


def test_a_refusal_says_why_and_its_nearest_evidence_can_be_opened():
    refusal = Refusal("place_not_in_corpus", "没有宁远市的文件。", ("宁远市",), (citation(),))
    html = page.conversation([turn(refusal=refusal)])
    assert "未作答：文件库中没有这个地方的文件" in html
    assert "文件库中缺少：宁远市" in html
    assert 'class="source" data-doc="0123456789abcdef"' in html
    assert "突破400亿元" in html


def test_every_reason_of_a_refusal_has_words():
    from typing import get_args

    from rag.answer import RefusalReason

    assert set(page.REASONS) == set(get_args(RefusalReason))


def test_a_table_replaces_the_list_of_its_own_quotes():
    table = Table(("地区", "原文"), (("甲市", "突破400亿元"),), (1,))
    html = page.conversation([turn(table=table)])
    assert html.count("突破<strong>400亿元</strong>") == 1
    assert '<td><button type="button" class="cite"' in html


def test_a_table_leaves_the_count_and_the_places_without_a_row():
    parts = (
        Part("label", "共1项，查了2份文件："), Part("label", "甲市："),
        Part("quote", "突破400亿元", 1), Part("label", "乙市（文件未写明）："),
    )  # fmt: skip
    table = Table(("地区", "原文"), (("甲市", "突破400亿元"),), (1,))
    text = Reader(page.conversation([turn(parts=parts, table=table)])).texts["all"]
    assert "共1项，查了2份文件：" in text
    assert "乙市（文件未写明）：" in text
    assert "甲市：" not in text


def test_a_rated_answer_cannot_be_rated_again():
    given = turn()
    assert page.conversation([given]).count('class="rate"') == 2
    rated = Turn(given.question, given.answer, rating=1)
    assert 'class="rate"' not in page.conversation([rated])


@pytest.mark.parametrize(
    "html",
    [
        page.conversation([turn(HOSTILE, alone="甲" + HOSTILE)]),
        page.conversation(
            [turn(parts=(Part("quote", HOSTILE, 1, ((0, 8),)), Part("label", HOSTILE)))]
        ),
        page.conversation(
            [turn(citations=(citation(title=HOSTILE, issuer=HOSTILE, section_path=(HOSTILE,)),))]
        ),
        page.conversation(
            [turn(refusal=Refusal("not_found", HOSTILE, (HOSTILE,), (citation(quote=HOSTILE),)))]
        ),
        page.conversation([turn(table=Table((HOSTILE,), ((HOSTILE,),), (1,)))]),
        page.notice(HOSTILE),
        page.welcome([HOSTILE]),
        page.upload_progress(Job("1", "running", (FileResult(HOSTILE, "refused", error=HOSTILE),))),
        page.evidence(
            document(f"前文。{HOSTILE}。后文。", title=HOSTILE, issuer=HOSTILE), (), 3, 30
        ),
    ],
)
def test_markup_in_texts_is_shown_not_obeyed(html):
    read = Reader(html)
    assert not {"script", "img"} & set(read.tags)
    assert HOSTILE in read.texts["all"]
    assert not [name for name, _ in read.attributes if name.startswith("on")]


def test_the_quote_is_marked_exactly_in_its_place():
    text = "一、总体要求\n到2025年，产值突破400亿元。\n二、保障措施\n加强组织领导。\n"
    read = Reader(shown_evidence(text, "产值突破400亿元"))
    assert read.texts["mark"] == "产值突破400亿元"
    assert text in read.texts["all"]


def test_a_mark_across_headings_and_blank_lines_is_one_and_verbatim():
    quote = "甲。\n\n \n二、保障措施\n乙"
    read = Reader(shown_evidence(f"一、总体要求\n{quote}。\n", quote))
    assert read.tags.count("mark") == 1
    assert read.texts["mark"] == quote


def test_headings_stand_apart_with_the_mark_after_them():
    html = shown_evidence("一、总体要求。指导思想和目标。\n二、保障措施\n加强领导。\n", "目标")
    assert '<span class="heading">一、总体要求。</span>指导思想和' in html
    assert '<span class="heading">二、保障措施\n</span>加强领导' in html


def test_only_the_text_around_is_shown_until_the_whole_is_asked_for():
    text = "。".join("段" * 50 for _ in range(100)) + "。目标句子。" + "末" * 5000
    around, whole = (Reader(shown_evidence(text, "目标句子", whole=each)) for each in (False, True))
    assert text in whole.texts["all"]
    assert text not in around.texts["all"]
    assert len(around.texts["all"]) < 2 * AROUND + 400
    assert f"看全文（{len(text)}字）" in around.texts["all"]
    assert "只看前后文" in whole.texts["all"]


def test_what_is_around_begins_and_ends_with_a_sentence():
    text = "甲" * 700 + "。" + "乙" * 650 + "目标" + "丙" * 630 + "。" + "丁" * 900
    start = text.index("目标")
    first, last = page.around(text, start, start + 2)
    assert text[first] == "乙"
    assert text[last - 2 : last] == "丙。"


def test_a_short_document_is_shown_whole_without_a_button_for_it():
    html = shown_evidence("一、目标\n产值突破400亿元。\n", "400亿元")
    assert "看全文" not in html
    assert 'class="cut"' not in html


def test_about_a_document_leaves_out_what_is_not_known():
    read = Reader(page.evidence(document("一、目标\n甲。\n", region="甲市"), (), 5, 6))
    assert "行政区划" in read.texts["dt"]
    assert "发文字号" not in read.texts["dt"]


def test_the_library_tells_when_it_lists_a_part(own_client):
    found = own_client.app.state.service.index.documents(limit=2)
    html = page.library(found.documents, found.total)
    assert "共3份，列出前2份" in html
    assert Reader(html).tags.count("tr") == 3


def test_upload_progress_names_each_file():
    job = Job("1", "running", (FileResult("甲.txt", "added", "0"), FileResult("乙.txt")))
    text = Reader(page.upload_progress(job)).texts["all"]
    assert text == "已处理1/2份已添加 甲.txt等待 乙.txt"


@pytest.mark.parametrize(("count", "says"), [(None, "正在载入文件库"), (5, "文件库现有 5 份文件")])
def test_the_header_says_what_the_library_holds(count, says):
    assert says in page.header(count)
