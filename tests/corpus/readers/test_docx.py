"""Word files: small ones made here, one habit each, with the whole text that is expected."""

import io
import random
import zipfile

import docx
import pytest

from corpus.errors import DocumentError
from corpus.readers.content import Limits
from corpus.readers.docx import OLE_MAGIC, DocxReader
from corpus.readers.word_numbering import formatted

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{W}" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


def word(body, **parts):
    """Return a Word file of raw XML; ``parts`` are styles, numbering, footnotes, endnotes."""
    related = "".join(
        f'<Relationship Id="r{name}" Type="{RELATIONS}/{name}" Target="{name}.xml"/>'
        for name in parts
    )
    main = f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="word/document.xml"/>'
    members = {
        "_rels/.rels": f"<Relationships>{main}</Relationships>",
        "word/_rels/document.xml.rels": f"<Relationships>{related}</Relationships>",
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
        **{
            f"word/{name}.xml": f"<w:{name} {NAMESPACES}>{content}</w:{name}>"
            for name, content in parts.items()
        },
    }
    return zipped(members)


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def content(data, **limits):
    (found,) = DocxReader().read(data, source_name="a.docx", limits=Limits(**limits))
    return found


def text_of(body, **parts):
    return content(word(body, **parts)).text


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(inner, properties=""):
    """Return a paragraph; ``inner`` is XML, or text that becomes one run."""
    inner = inner if inner.startswith("<") or not inner else run(inner)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def numbered(text, level=0, num=1):
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>')


def level(position, form, text, start=1, extra=""):
    return (
        f'<w:lvl w:ilvl="{position}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'{extra}<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(*levels, nums='<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'):
    return f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>{nums}'


def style(identifier, name, inner="", based_on=None, default=False):
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    mark = ' w:default="1"' if default else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{identifier}"{mark}>'
        f'<w:name w:val="{name}"/>{base}<w:pPr>{inner}</w:pPr></w:style>'
    )


def styled(text, identifier, properties=""):
    return p(text, f'<w:pStyle w:val="{identifier}"/>{properties}')


# Paragraphs and runs


def test_paragraphs_are_lines_and_runs_are_joined():
    body = p(run("青禾市人民") + run("政府")) + p("") + p("　　各县（市、区）：")
    assert text_of(body) == "青禾市人民政府\n\n　　各县（市、区）："


def test_soft_breaks_are_line_breaks_and_tabs_are_tabs():
    body = p("<w:r><w:t>青禾市</w:t><w:br/><w:t>教育局</w:t><w:tab/><w:t>2021年</w:t></w:r>")
    assert text_of(body) == "青禾市\n教育局\t2021年"


def test_a_page_break_adds_no_line_at_the_ends_of_a_paragraph():
    body = p("附件") + p('<w:r><w:br w:type="page"/><w:t>任务清单</w:t></w:r>')
    assert text_of(body) == "附件\n任务清单"


def test_space_around_text_counts_only_where_it_is_preserved():
    body = p("<w:r><w:t> 增长\n  5% </w:t></w:r>" + run(" 以上"))
    assert text_of(body) == "增长   5% 以上"


def test_no_break_hyphens_and_signs_of_symbol_fonts_are_printed():
    body = p(
        run("2019") + "<w:r><w:noBreakHyphen/></w:r>" + run("2021年，占比")
        + '<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>'
        + run("90%，\uf0b15%", '<w:rFonts w:ascii="Symbol"/>')
        + '<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>' + run("是")
        + '<w:r><w:sym w:font="Webdings" w:char="F099"/></w:r>'
    )  # fmt: skip
    assert text_of(body) == "2019-2021年，占比≥90%，±5%☑是"


def test_tracked_insertions_stay_and_deletions_go():
    body = p(
        run("到2021年产值")
        + "<w:del>" + "<w:r><w:delText>300</w:delText></w:r>" + "</w:del>"
        + "<w:ins>" + run("400") + "</w:ins>" + run("亿元")
        + "<w:moveFrom>" + run("旧处") + "</w:moveFrom><w:moveTo>" + run("新处") + "</w:moveTo>"
    )  # fmt: skip
    assert text_of(body) == "到2021年产值400亿元新处"


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next():
    body = p("一、总体", "<w:rPr><w:del/></w:rPr>") + p("要求") + p("二、任务")
    assert text_of(body) == "一、总体要求\n二、任务"


def test_a_drop_cap_is_joined_to_its_paragraph():
    body = p("青", '<w:framePr w:dropCap="drop" w:lines="2"/>') + p("禾市位于东部。")
    assert text_of(body) == "青禾市位于东部。"


def test_hidden_text_is_left_out():
    styles = (
        '<w:style w:type="character" w:styleId="暗"><w:name w:val="暗"/>'
        "<w:rPr><w:vanish/></w:rPr></w:style>"
    )
    body = (
        p(run("公开") + run("内部", "<w:vanish/>") + run("内容", '<w:vanish w:val="0"/>'))
        + p(run("备注", "<w:vanish/>"), "<w:rPr><w:vanish/></w:rPr>")
        + p(run("暗处", '<w:rStyle w:val="暗"/>') + run("明处"))
    )
    assert text_of(body, styles=styles) == "公开内容\n明处"


FIELD = "<w:r><w:fldChar w:fldCharType='{}'/></w:r>"


def test_fields_give_their_result_only():
    instruction = "<w:r><w:instrText>PAGE</w:instrText></w:r>" + run("指令中的字")
    body = (
        p(run("第") + FIELD.format("begin") + instruction + FIELD.format("separate")
          + run("3") + FIELD.format("end") + run("页"))
        + p('<w:fldSimple w:instr="DATE">' + run("2021年3月") + "</w:fldSimple>")
    )  # fmt: skip
    assert text_of(body) == "第3页\n2021年3月"


def test_a_field_result_may_be_many_paragraphs():
    body = (
        p(FIELD.format("begin") + FIELD.format("separate") + run("目录第一行"))
        + p("目录第二行")
        + p(FIELD.format("end") + run("正文"))
    )
    assert text_of(body) == "目录第一行\n目录第二行\n正文"


def test_a_field_that_is_never_ended_costs_its_paragraph_only():
    body = p(FIELD.format("begin") + run("指令")) + p("第二段")
    assert text_of(body) == "\n第二段"


def test_characters_in_rings_are_read_from_their_field():
    ring = FIELD.format("begin") + (
        "<w:r><w:instrText> eq \\o\\ac(○,</w:instrText></w:r>"
        "<w:r><w:instrText>3</w:instrText></w:r><w:r><w:instrText>)</w:instrText></w:r>"
    ) + FIELD.format("end")  # fmt: skip
    assert text_of(p(ring + run("加强监管"))) == "③加强监管"


def test_links_tags_controls_and_pinyin_give_their_text():
    body = p(
        "<w:hyperlink>" + run("见附件") + "</w:hyperlink>"
        "<w:smartTag>" + run("青禾市") + "</w:smartTag>"
        "<w:sdt><w:sdtPr/><w:sdtContent>" + run("2021年") + "</w:sdtContent></w:sdt>"
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + run("单击此处输入")
        + "</w:sdtContent></w:sdt>"
        "<w:r><w:ruby><w:rt>" + run("hé") + "</w:rt><w:rubyBase>" + run("禾")
        + "</w:rubyBase></w:ruby></w:r>"
    )  # fmt: skip
    prompt = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{p('请输入')}"
    controlled = (
        f"{prompt}</w:sdtContent></w:sdt><w:sdt><w:sdtContent>{p('第二段')}</w:sdtContent></w:sdt>"
    )
    assert text_of(body + controlled) == "见附件青禾市2021年禾\n第二段"


def test_formulas_keep_numerator_and_denominator_apart():
    fraction = (
        "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num>"
        "<m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
    )
    assert text_of(p(run("减免") + fraction)) == "减免1/2"


def test_a_text_box_is_read_once_and_follows_its_paragraph():
    inside = f"<w:txbxContent>{p('青禾市文件')}{p('青政〔2021〕3号')}</w:txbxContent>"
    box = (
        "<w:r><mc:AlternateContent><mc:Choice><wps:txbx>" + inside + "</wps:txbx></mc:Choice>"
        "<mc:Fallback><w:pict><v:textbox>" + inside + "</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    expected = "青禾市文件\n青政〔2021〕3号\n标题\n青禾市文件\n青政〔2021〕3号"
    assert text_of(p(box) + p(run("标题") + box)) == expected


def test_a_text_box_counts_for_itself():
    box = f"<w:r><w:txbxContent>{numbered('框内')}</w:txbxContent></w:r>"
    body = numbered("甲") + p(box) + numbered("乙")
    text = text_of(body, numbering=numbering(level(0, "decimal", "%1、")))
    assert text == "1、甲\n1、框内\n2、乙"


def test_the_fallback_is_read_where_the_first_choice_says_nothing():
    body = p(
        "<w:r><mc:AlternateContent><mc:Choice><w:unknown/></mc:Choice><mc:Fallback><w:t>☎</w:t>"
        "</mc:Fallback></mc:AlternateContent></w:r>" + run("12345")
    )
    assert text_of(body) == "☎12345"


def test_notes_follow_the_text_with_their_numbers():
    def note(kind, identifier, text):
        return f'<w:{kind} w:id="{identifier}">{p(text)}</w:{kind}>'

    body = p(
        run("研发投入") + '<w:r><w:endnoteReference w:id="5"/></w:r>' + run("达3%")
        + '<w:r><w:footnoteReference w:id="2"/></w:r>' + run("。")
        + '<w:r><w:footnoteReference w:id="1"/></w:r>'
    )  # fmt: skip
    footnotes = note("footnote", -1, "线") + note("footnote", 1, "乙") + note("footnote", 2, "甲")
    text = text_of(body, footnotes=footnotes, endnotes=note("endnote", 5, "丙"))
    assert text == "研发投入达3%。\n[1] 甲\n[2] 乙\n[3] 丙"


def test_page_headers_and_footers_are_left_out():
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.sections[0].footer.paragraphs[0].text = "— 1 —"
    document.add_paragraph("正文。")
    assert content(saved(document)).text == "正文。"


# Automatic numbering


def test_numbering_of_official_documents_is_resolved_and_restarts():
    parts = numbering(
        level(0, "chineseCountingThousand", "%1、"),
        level(1, "chineseCounting", "（%2）"),
        level(2, "decimal", "%3."),
        level(3, "decimalEnclosedCircleChinese", "%4"),
    )
    body = "".join(
        numbered(text, depth)
        for depth, text in [
            (0, "总体要求"), (1, "指导思想"), (1, "基本原则"), (2, "2025年起实施"), (3, "甲"),
            (3, "乙"), (0, "重点任务"), (1, "产业"), (2, "工业"),
        ]
    )  # fmt: skip
    assert text_of(body, numbering=parts).split("\n") == [
        "一、总体要求", "（一）指导思想", "（二）基本原则", "1. 2025年起实施", "① 甲", "② 乙",
        "二、重点任务", "（一）产业", "1. 工业",
    ]  # fmt: skip


def test_labels_of_several_levels_and_chapters():
    parts = numbering(
        level(0, "japaneseCounting", "第%1章"),
        level(1, "decimalZero", "%1.%2", extra="<w:isLgl/>"),
        level(2, "decimal", "第%3条", extra='<w:lvlRestart w:val="0"/><w:suff w:val="space"/>'),
    )
    body = "".join(
        numbered(text, depth)
        for depth, text in [(0, "总则"), (2, "甲"), (2, "乙"), (0, "管理"), (1, "丁"), (2, "丙")]
    )
    expected = "第一章 总则\n第1条 甲\n第2条 乙\n第二章 管理\n2.01 丁\n第3条 丙"
    assert text_of(body, numbering=parts) == expected


def test_a_level_above_that_was_passed_over_counts():
    parts = numbering(level(0, "decimal", "%1", start=4), level(1, "decimal", "%1.%2"))
    assert text_of(numbered("甲", 1) + numbered("乙", 0), numbering=parts) == "4.1 甲\n5 乙"


def test_bullets_put_nothing_before_the_text():
    parts = numbering(level(0, "bullet", "\uf06c"))
    assert text_of(numbered("任务"), numbering=parts) == "任务"


def test_an_empty_paragraph_with_a_number_shows_it():
    """The column 序号 of a table is often nothing else."""
    parts = numbering(level(0, "decimal", "%1"))
    assert text_of(numbered("") + numbered("甲"), numbering=parts) == "1\n2 甲"


def test_lists_of_one_definition_count_on_unless_they_override_the_start():
    nums = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        '<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        + level(0, "upperRoman", "%1)") + "</w:lvlOverride></w:num>"
    )  # fmt: skip
    body = "".join(
        numbered(text, num=num) for text, num in zip("甲乙丙丁戊", (1, 2, 3, 3, 4), strict=True)
    )
    parts = numbering(level(0, "decimal", "%1)"), nums=nums)
    assert text_of(body, numbering=parts) == "1)甲\n2)乙\n1)丙\n2)丁\nIII)戊"


def test_numbering_may_come_from_a_style_or_the_style_it_is_based_on():
    tie = '<w:pStyle w:val="H2"/>'
    parts = numbering(
        level(0, "chineseCounting", "%1、"), level(1, "chineseCounting", "（%2）", extra=tie)
    )
    number = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    styles = (
        style("H1", "heading 1", number)
        + style("H2", "heading 2", number)
        + style("H2a", "公文二级", based_on="H2")
    )
    off = '<w:numPr><w:numId w:val="0"/></w:numPr>'
    body = styled("甲", "H1") + styled("乙", "H2") + styled("丙", "H2", off) + styled("丁", "H1")
    text = text_of(body, numbering=parts, styles=styles)
    assert text == "一、甲\n（一）乙\n丙\n二、丁"


@pytest.mark.parametrize("stated", ['<w:ilvl w:val="1"/>', ""])
def test_a_style_based_on_a_numbered_style_is_numbered_on_its_level(stated):
    parts = numbering(
        level(0, "chineseCounting", "%1、"),
        level(1, "decimal", "%2．", extra='<w:pStyle w:val="H2"/>'),
    )
    number = f'<w:numPr>{stated}<w:numId w:val="1"/></w:numPr>'
    styles = style("H2", "heading 2", number) + style("H2a", "公文二级", based_on="H2")
    text = text_of(styled("甲", "H2a") + styled("乙", "H2"), numbering=parts, styles=styles)
    assert text == "1． 甲\n2． 乙"


def test_a_list_may_be_defined_by_a_numbering_style():
    linked = (
        '<w:abstractNum w:abstractNumId="7"><w:numStyleLink w:val="L"/></w:abstractNum>'
        + numbering(level(0, "upperLetter", "%1．"))
        + '<w:num w:numId="2"><w:abstractNumId w:val="7"/></w:num>'
    )
    styles = (
        '<w:style w:type="numbering" w:styleId="L"><w:name w:val="L"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    assert text_of(numbered("甲", num=2), numbering=linked, styles=styles) == "A． 甲"


def test_what_is_deleted_or_hidden_is_not_counted():
    def gone(mark):
        inside = f'<w:numPr><w:numId w:val="1"/></w:numPr><w:rPr><w:{mark}/></w:rPr>'
        return p(run("丙", "<w:vanish/>") if mark == "vanish" else "", inside)

    parts = numbering(level(0, "decimal", "%1、"))
    body = numbered("甲") + gone("vanish") + gone("del") + numbered("乙")
    assert text_of(body, numbering=parts) == "1、甲\n2、乙"


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("decimal", {1: "1", 0: "0"}),
        ("decimalZero", {3: "03", 12: "12"}),
        ("001, 002, 003", {3: "003", 1234: "1234"}),
        ("decimalFullWidth", {12: "１２"}),
        ("decimalEnclosedCircle", {1: "①", 20: "⑳", 21: "㉑", 50: "㊿", 51: "51"}),
        ("decimalEnclosedParen", {2: "⑵", 21: "21"}),
        ("decimalEnclosedFullstop", {3: "⒊"}),
        ("upperLetter", {1: "A", 26: "Z", 27: "AA", 53: "AAA", 2_000_000: "2000000"}),
        ("lowerLetter", {2: "b"}),
        ("upperRoman", {4: "IV", 1999: "MCMXCIX", 5000: "5000"}),
        ("lowerRoman", {9: "ix"}),
        (
            "chineseCounting",
            {1: "一", 10: "十", 11: "十一", 20: "二十", 21: "二十一", 100: "一百", 101: "一百零一"},
        ),
        (
            "chineseCountingThousand",
            {0: "零", 110: "一百一十", 1010: "一千零一十", 2003: "二千零三", 10_000: "10000"},
        ),
        ("japaneseCounting", {1: "一", 12: "十二", 110: "百十", 201: "二百一"}),
        ("ideographDigital", {10: "一〇", 23: "二三"}),
        ("chineseLegalSimplified", {3: "叁", 12: "壹拾贰"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "11"}),
        ("ideographZodiac", {1: "子", 12: "亥"}),
        ("ideographZodiacTraditional", {1: "甲子", 60: "癸亥"}),
        ("ideographEnclosedCircle", {1: "㊀", 10: "㊉"}),
        ("numberInDash", {2: "- 2 -"}),
        ("none", {1: ""}),
        ("bullet", {1: ""}),
        ("koreanCounting", {7: "7"}),
    ],
)  # fmt: skip
def test_number_formats(name, counts):
    assert {count: formatted(count, name) for count in counts} == counts


# Headings


def headings(found):
    return [(found.text[one.start : one.end], one.level) for one in found.layout.headings]


def test_headings_of_python_docx_are_told_with_their_level():
    document = docx.Document()
    document.add_heading("青禾市“十四五”规划", level=0)
    document.add_heading("发展环境", level=1)
    document.add_paragraph("正文。")
    document.add_heading(" 主要 成效 ", level=2)
    document.add_heading("", level=1)
    found = content(saved(document))
    assert headings(found) == [("发展环境", 1), ("主要 成效", 2)]
    assert found.text == "青禾市“十四五”规划\n发展环境\n正文。\n 主要 成效 \n"


def test_headings_by_outline_level_name_and_base_style():
    styles = (
        style("a", "Normal", default=True)
        + style("1", "标题 1", based_on="a")
        + style("2", "二级标题（公文）", based_on="a")
        + style("3", "条目", '<w:outlineLvl w:val="2"/>')
        + style("4", "条目加粗", based_on="3")
        + style("5", "正文层", '<w:outlineLvl w:val="9"/>', based_on="1")
        + style("6", "副标题", based_on="1")
        + style("7", "环一", based_on="8")
        + style("8", "环二", based_on="7")
    )
    body = "".join(styled(f"第{name}种", name) for name in "12345678")
    body += p("无样式") + p("直接", '<w:outlineLvl w:val="0"/>')
    body += styled("不是标题", "1", '<w:outlineLvl w:val="9"/>')
    assert headings(content(word(body, styles=styles))) == [
        ("第1种", 1), ("第2种", 2), ("第3种", 3), ("第4种", 3), ("直接", 1),
    ]  # fmt: skip


def test_a_heading_holds_its_label():
    parts = numbering(level(0, "chineseCounting", "%1、"))
    outlined = '<w:outlineLvl w:val="0"/><w:numPr><w:numId w:val="1"/></w:numPr>'
    assert headings(content(word(p("总则", outlined), numbering=parts))) == [("一、总则", 1)]


# Tables


def table(*rows):
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def tr(*cells, properties=""):
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tc(inner, properties=""):
    inner = inner if inner.startswith("<") else p(inner)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def rows_of(found):
    return [[found.text[start:end] for start, end in one.rows] for one in found.layout.tables]


def test_a_table_of_python_docx_is_a_line_a_row():
    document = docx.Document()
    document.add_paragraph("表1 主要指标")
    grid = document.add_table(rows=2, cols=3)
    for cell, text in zip(
        (cell for row in grid.rows for cell in row.cells),
        ("指标", "2020年", "属性", "总产值\n（亿元）", "", "预期性"),
        strict=True,
    ):
        cell.text = text
    document.add_paragraph("注：略。")
    found = content(saved(document))
    rows = ["指标\t2020年\t属性", "总产值 （亿元）\t\t预期性"]
    assert found.text == "\n".join(["表1 主要指标", *rows, "注：略。"])
    assert rows_of(found) == [rows]
    (only,) = found.layout.tables
    assert (only.start, only.end, only.header_rows) == (8, 8 + len("\n".join(rows)), 1)


def test_merged_cells_stand_once_over_columns_and_in_each_row():
    restart, go_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    wide = '<w:gridSpan w:val="2"/>'
    found = content(word(table(
        tr(tc("类别", restart), tc("指标", restart), tc("目标", wide)),
        tr(tc("", go_on), tc("", go_on), tc("2025年"), tc("2030年")),
        tr(tc("创新", restart), tc("研发投入"), tc("3%"), tc("4%")),
        tr(tc("", go_on), tc("专利数"), tc("5件"), tc("8件")),
        tr(tc("合计", wide), tc(""), tc("9")),
        tr(tc("左空"), properties='<w:gridBefore w:val="1"/>'),
    )))  # fmt: skip
    assert rows_of(found) == [[
        "类别\t指标\t目标\t",
        "类别\t指标\t2025年\t2030年",
        "创新\t研发投入\t3%\t4%",
        "创新\t专利数\t5件\t8件",
        "合计\t\t\t9",
        "\t左空",
    ]]  # fmt: skip
    assert found.layout.tables[0].header_rows == 2


def test_marked_header_rows_are_counted():
    marked = "<w:tblHeader/>"
    found = content(word(table(
        tr(tc("表头"), tc("甲"), properties=marked),
        tr(tc("单位"), tc("个"), properties=marked),
        tr(tc("数"), tc("1")),
    )))  # fmt: skip
    assert found.layout.tables[0].header_rows == 2


def test_a_merged_first_column_is_no_header():
    restart, go_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    found = content(word(table(
        tr(tc("工业", restart), tc("1.钢铁")),
        tr(tc("", go_on), tc("2.石化")),
    )))  # fmt: skip
    assert found.layout.tables[0].header_rows == 1


def test_a_table_in_a_cell_and_tabs_become_spaces():
    inner = table(tr(tc("甲"), tc("乙")), tr(tc("丙"), tc("丁")))
    found = content(word(table(tr(tc(p("前") + inner + p("后")), tc("<w:p><w:r><w:t>左</w:t>"
        "<w:tab/><w:t>右</w:t></w:r></w:p>")))))  # fmt: skip
    assert found.text == "前 甲 乙 丙 丁 后\t左 右"
    assert len(found.layout.tables) == 1


def test_rows_without_text_and_deleted_rows_are_left_out():
    found = content(word(table(
        tr(tc("甲"), tc("乙")),
        tr(tc(""), tc("")),
        tr(tc("丙", '<w:vMerge w:val="restart"/>'), tc("丁")),
        tr(tc("", "<w:vMerge/>"), tc("")),
        tr(tc("旧"), tc("行"), properties="<w:del/>"),
    )))  # fmt: skip
    assert found.text == "甲\t乙\n丙\t丁"


def test_a_table_without_text_is_none():
    found = content(word(p("正文") + table(tr(tc(""), tc("")))))
    assert (found.text, found.layout.tables) == ("正文", ())


def test_a_box_of_one_column_is_read_as_paragraphs():
    """专栏 of plans are drawn as a table of one column; its paragraphs are items, not a row."""
    found = content(word(table(
        tr(tc("专栏1 重点工程")),
        tr(tc(p("1.水利工程。") + p("2.交通工程。"))),
    )))  # fmt: skip
    assert found.text == "专栏1 重点工程\n1.水利工程。\n2.交通工程。"
    assert found.layout.tables == ()


# Files


def test_parts_are_found_by_their_relations_and_without_regard_to_case():
    document = f"<w:document {NAMESPACES}><w:body>{p('正文')}</w:body></w:document>"
    main = f'<Relationship Type="{RELATIONS}/officeDocument" Target="/Office/Main.xml"/>'
    broken = f'<Relationship Type="{RELATIONS}/image" Target="NULL"/>'
    data = zipped({
        "_rels/.rels": f"<Relationships>{main}</Relationships>",
        "office\\main.xml": document,
        "Office/_rels/Main.xml.rels": f"<Relationships>{broken}</Relationships>",
    })  # fmt: skip
    assert content(data).text == "正文"


def test_strict_files_are_read():
    strict = word(p("正文"))
    with zipfile.ZipFile(io.BytesIO(strict)) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    name = "word/document.xml"
    members[name] = members[name].replace(W, "http://purl.oclc.org/ooxml/wordprocessingml/main")
    assert content(zipped(members)).text == "正文"


@pytest.mark.parametrize("kind", ["template.main", "document.macroEnabled.main"])
def test_templates_and_files_with_macros_are_read(kind):
    types = f'<Types><Override PartName="/word/document.xml" ContentType="a.{kind}+xml"/></Types>'
    document = f"<w:document {NAMESPACES}><w:body>{p('正文')}</w:body></w:document>"
    data = zipped({"[Content_Types].xml": types, "word/document.xml": document})
    assert content(data).text == "正文"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"文件已损坏：不是完整的 ZIP 结构"),
        (zipped({"a.txt": "text"}), r"不是 Word 文档：压缩包里没有正文部件"),
        (zipped({"word/document.xml": "<workbook/>"}), r"不是 Word 文档"),
        (zipped({"word/document.xml": "<w:document"}), r"部件 word/document.xml 不是规范的 XML"),
        (zipped({"word/document.xml": "<!DOCTYPE a><a/>"}), r"DOCTYPE"),
        (word(p("")), r"文档里没有文字，可能只有扫描图片.*文字识别"),
        (
            OLE_MAGIC + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
            r"文件已加密.*取消密码后另存",
        ),
        (OLE_MAGIC + b"\x00" * 600, r"内容是旧版 Office 文档，与扩展名不符"),
        (word("<w:sdt>" * 300 + "</w:sdt>" * 300), r"元素嵌套过深"),
    ],
    ids=["empty", "other zip", "other root", "cut", "dtd", "blank", "password", "doc", "deep"],
)
def test_refused_files_say_why(data, message):
    with pytest.raises(DocumentError, match=f"^a.docx：.*{message}"):
        content(data)


def test_text_over_the_limit_is_refused():
    with pytest.raises(DocumentError, match="正文超过10字"):
        content(word(p("十个字以内。") + p("十个字以外。")), characters=10)


def test_nesting_up_to_the_bound_is_read():
    body = p("最里面")
    for _ in range(80):
        body = table(tr(tc(body)))
    assert content(word(body)).text == "最里面"


def test_repeated_merged_cells_are_held_to_the_limit():
    """A long cell that is merged over many rows must not multiply the text without end."""
    first = tr(tc("长" * 1000, '<w:vMerge w:val="restart"/>'), tc("甲"))
    more = tr(tc("", "<w:vMerge/>"), tc("乙")) * 1000
    with pytest.raises(DocumentError, match="正文超过100000字"):
        content(word(table(first, more)), characters=100_000)


def example():
    parts = numbering(level(0, "chineseCounting", "%1、"))
    body = numbered("总则") + table(tr(tc("甲"), tc("乙"))) + p(run("正文") + FIELD.format("end"))
    return word(body, numbering=parts, styles=style("a", "Normal", default=True))


@pytest.mark.parametrize("seed", range(40))
def test_damaged_bytes_give_text_or_our_error(seed):
    rng = random.Random(seed)
    data = bytearray(example())
    for _ in range(rng.randrange(1, 8)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    try:
        content(bytes(data[: rng.randrange(len(data) // 2, len(data) + 1)]))
    except DocumentError as error:
        assert error.source_name == "a.docx"


@pytest.mark.parametrize("seed", range(40))
def test_senseless_xml_gives_text_or_our_error(seed):
    """Values and elements out of place: numbers that are none, elements in the wrong order."""
    rng = random.Random(seed)
    with zipfile.ZipFile(io.BytesIO(example())) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    odd = ['"-1"', '"99999999999"', '"x"', '""', '"９"', '"1.5"']
    for name in [name for name in members if name.startswith("word/") and "rels" not in name]:
        pieces = members[name].split('"')
        for place in rng.sample(range(1, len(pieces), 2), min(4, len(pieces) // 2)):
            if "://" not in pieces[place]:
                pieces[place] = rng.choice(odd)[1:-1]
        members[name] = '"'.join(pieces).replace(
            *rng.choice([("w:tc", "w:p"), ("w:r>", "w:tbl>"), ("w:pPr", "w:sdt"), ("w:t ", "w:p ")])
        )
    try:
        content(zipped(members))
    except DocumentError as error:
        assert error.source_name == "a.docx"
