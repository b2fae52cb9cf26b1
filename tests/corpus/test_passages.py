"""Passages: verbatim, in order, inside their section, of readable size, and nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Layout, Metadata
from corpus.furniture import furniture
from corpus.load import BUNDLED_LIBRARY, find_files, read_document
from corpus.passages import PASSAGE_MAX, PASSAGE_MIN, cut_passages
from corpus.sections import outline

SOUP = st.lists(
    st.sampled_from(
        ["一、", "二、", "（一）", "（二）", "1.", "2.", "（1）", "①", "一是", "二是", "三是",
         "主要目标：", "第一条 ", "目标", "推进改革", "到2025年，建成3个", "，", "。", "；", "：",
         "\n", "\n\n", "　　", "<BR>", "打印本页", "青禾市水利局\n2024年5月6日\n", "附件：清单.doc",
         "“", "”", "（", "）", "内容丰富" * 40]
    ),
    max_size=60,
).map("".join)  # fmt: skip


def document_of(text):
    return Document.from_bytes(
        text.encode(), source_name="a.txt", text=text, metadata=Metadata("题")
    )


def cut(text, **options):
    return cut_passages(document_of(text), outline(text), **options)


def texts(text, **options):
    return [passage.text for passage in cut(text, **options)]


def check(document):
    """Assert what holds for the passages of any document."""
    sections = outline(document.text)
    passages = cut_passages(document, sections)
    seen = 0
    covered = bytearray(len(document.text))
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text == passage.text.strip()
        assert passage.start >= seen
        seen = passage.end
        if passage.section is not None:
            section = sections[passage.section]
            assert section.start <= passage.start and passage.end <= section.body_end
        covered[passage.start : passage.end] = b"\x01" * len(passage.text)
    for start, end in [*furniture(document.text), *((s.start, s.end) for s in sections)]:
        covered[start:end] = b"\x01" * (end - start)
    lost = "".join(c for c, seen in zip(document.text, covered, strict=True) if not seen)
    assert not any(map(str.isalnum, lost)), lost


@pytest.mark.parametrize("path", find_files([BUNDLED_LIBRARY]), ids=lambda path: path.stem)
def test_passages_of_the_bundled_documents_are_verbatim_ordered_and_complete(path):
    check(read_document(path))


@given(SOUP)
def test_passages_of_any_text_are_verbatim_ordered_and_complete(text):
    check(document_of(text))


def test_a_passage_is_the_own_text_of_one_section_with_its_heading():
    text = "一、总体要求\n坚持创新。\n（一）目标\n产值80亿元。\n二、保障\n加强领导。\n"
    assert [(p.text, p.section, p.section_path) for p in cut(text)] == [
        ("一、总体要求\n坚持创新。", 0, ("一、总体要求",)),
        ("（一）目标\n产值80亿元。", 1, ("一、总体要求", "（一）目标")),
        ("二、保障\n加强领导。", 2, ("二、保障",)),
    ]


def test_a_bare_heading_gives_no_passage():
    assert texts("一、总体要求\n（一）目标。\n产值80亿元。\n") == ["（一）目标。\n产值80亿元。"]


def test_entries_stay_with_the_section_that_enumerates_them():
    text = (
        "一、任务\n（一）改革。一是放权；二是监管。\n（二）企业。（1）支持农机。（2）支持食品。\n"
    )
    assert texts(text) == [
        "（一）改革。一是放权；二是监管。",
        "（二）企业。（1）支持农机。（2）支持食品。",
    ]


def test_run_ins_are_passages_of_their_own_under_the_path_of_their_section():
    text = "（一）装备产业。\n主要目标：产值90亿元。\n重点任务：发展农机。\n"
    assert [(p.text, p.section_path) for p in cut(text)] == [
        ("主要目标：产值90亿元。", ("（一）装备产业",)),
        ("重点任务：发展农机。", ("（一）装备产业",)),
    ]


def test_text_before_and_after_the_sections_is_cut_too_and_furniture_is_not():
    text = "当前位置：首页 > 政策\n某办法\n一、总则\n保护古树。\n"
    text += "青禾市林业局\n2024年5月6日\n打印本页\n"
    assert [(p.text, p.section) for p in cut(text)] == [
        ("某办法", None),
        ("一、总则\n保护古树。", 0),
        ("青禾市林业局\n2024年5月6日", None),
    ]


def test_what_the_format_shows_to_be_furniture_is_left_out():
    text = "青禾市 > 政务 > 文件\n一、目标\n建成3个园区。\n版权属于青禾市"
    layout = Layout(furniture=((0, text.index("\n")), (text.index("版权"), len(text))))
    document = Document.from_bytes(
        text.encode(), source_name="a.html", text=text, metadata=Metadata("题"), layout=layout
    )
    passages = cut_passages(document, outline(text, layout))
    assert [passage.text for passage in passages] == ["一、目标\n建成3个园区。"]


def test_marks_inside_a_line_do_not_cut_it():
    assert texts("某市绿化工作方案（<BR>2024年）<BR>") == ["某市绿化工作方案（<BR>2024年）"]


def test_a_long_text_is_cut_at_sentences_into_pieces_of_like_size():
    sentence = "支持企业加大研发投入，建设一批高水平的创新平台。"
    pieces = texts("一、任务\n" + sentence * 60)
    assert "".join(pieces).replace("\n", "") == "一、任务" + sentence * 60
    assert all(PASSAGE_MIN <= len(piece) <= PASSAGE_MAX for piece in pieces)
    assert all(piece.endswith("。") for piece in pieces)


def test_a_long_enumeration_is_cut_before_an_entry():
    entry = "推动产业发展壮大。" + "完善机制，加大投入，强化支撑。" * 15
    text = f"（一）实施工程。一是{entry}二是{entry}三是{entry}"
    assert [piece[:2] for piece in texts(text)] == ["（一", "二是"]


def test_a_piece_that_is_all_in_one_entry_belongs_to_it():
    entry = "推动产业发展壮大。" + "完善机制，加大投入，强化支撑。" * 28
    text = f"（一）实施工程。一是{entry}二是{entry}"
    sections = outline(text)
    last = cut(text)[-1]
    assert sections[last.section].label == "二是"
    assert last.section_path == ("（一）实施工程",)


def test_text_without_any_punctuation_is_still_cut():
    pieces = texts("文" * 5000)
    assert "".join(pieces) == "文" * 5000
    assert max(map(len, pieces)) <= 1200


def test_sizes_are_parameters():
    assert (
        texts("甲乙丙丁。" * 8, target=10, longest=12, shortest=5) == ["甲乙丙丁。甲乙丙丁。"] * 4
    )


def test_passage_ids_are_the_same_for_every_cut():
    text = "一、总则\n保护古树。\n"
    assert [p.id for p in cut(text)] == [f"{document_of(text).id}:0-10"]
