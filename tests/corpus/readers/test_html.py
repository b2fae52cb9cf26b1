"""Saved web pages: the whole text that is expected of small pages, one habit each."""

from datetime import date
from email.message import EmailMessage

import pytest

from corpus.errors import DocumentError
from corpus.readers.content import Limits
from corpus.readers.html import HtmlReader, has_markup, read_fragment

SENTENCES = "<p>为加强河道管理，保障防洪安全，现通知如下。</p><p>各县要压实责任，按时完成任务。</p>"
LINES = "为加强河道管理，保障防洪安全，现通知如下。\n各县要压实责任，按时完成任务。"


def read(page, encoding="utf-8", **limits):
    (content,) = HtmlReader().read(
        page.encode(encoding), source_name="a.html", limits=Limits(**limits)
    )
    return content


def body(markup):
    return read(f"<html><body><div id='zoom'>{markup}</div></body></html>")


def slices(content):
    text = content.text
    headings = [(text[h.start : h.end], h.level) for h in content.layout.headings]
    tables = [[text[start:end] for start, end in t.rows] for t in content.layout.tables]
    return headings, tables


PAGE = f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>关于做好河道管理工作的通知_青禾市人民政府门户网站</title>
<meta name="ArticleTitle" content="关于做好河道管理工作的通知">
<meta name="PubDate" content="2024-05-07 09:30"><meta name="ContentSource" content="本网">
<style>p {{ color: red }}</style></head><body>
<div><ul class="mainNav"><li><a href="/">首页</a></li><li>政务公开，便民。</li></ul></div>
<div class="crumbs">当前位置：<a href="/">首页</a> &gt; 通知公告</div>
<table class="bd1"><tr><td><b>索 引 号：</b></td><td>000014/2024-00005</td>
<td>发文机关：</td><td>青禾市人民政府</td></tr>
<tr><td>发文字号：</td><td>青政发〔2024〕5号</td><td>主 题 词：</td><td></td></tr></table>
<h1>关于做好河道管理工作的通知</h1>
<div class="info">发布日期：2024-05-07 来源：本网 浏览次数：<span>-</span> 【字体：大 中 小】</div>
<div class="TRS_Editor">{SENTENCES}<p style="DISPLAY: none">水印</p>
<p align="right">青禾市人民政府<br>2024年5月6日</p></div>
<div class="share">分享到：微信，微博。</div>
<div id="footer">版权所有：青禾市人民政府，未经许可不得转载。</div>
<script>document.write("正文。");</script></body></html>"""
PAGE_TEXT = f"""索引号：000014/2024-00005
发文机关：青禾市人民政府
发文字号：青政发〔2024〕5号
发布日期：2024-05-07
来源：本网
关于做好河道管理工作的通知
{LINES}
青禾市人民政府
2024年5月6日"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_page_becomes_what_it_states_its_title_and_its_body(encoding):
    content = read(PAGE, encoding)
    assert content.text == PAGE_TEXT
    assert content.fields == {
        "title": "关于做好河道管理工作的通知",
        "date_published": date(2024, 5, 7),
    }


def test_body_without_a_known_name_is_where_nearly_all_sentences_are():
    links = "".join(
        f"<li><a href='/{n}'>相关新闻标题第{n}条，很长的一条</a></li>" for n in range(30)
    )
    page = f"<body><div><ul>{links}</ul></div><div><div class='x1'>{SENTENCES * 3}</div></div>"
    assert read(page).text == "\n".join([LINES] * 3)


def test_body_in_two_parts_is_read_whole_and_a_copy_of_it_once():
    one, other = (f"<div class='TRS_Editor'>{SENTENCES * n}</div>" for n in (2, 1))
    assert read(f"<body><div>{one}{other}</div></body>").text == "\n".join([LINES] * 3)
    assert read(f"<body><div>{other}{other}</div></body>").text == LINES


def test_body_that_a_script_shows_later_is_read():
    assert read(f"<body style='visibility: hidden'>{SENTENCES}</body>").text == LINES
    hidden = f"<body><div id='zoom' style='display:none'>{SENTENCES}</div><script>0</script>"
    assert read(hidden).text == LINES


def test_window_title_is_used_without_the_name_of_the_site():
    page = f"<title>青禾市水利局网站-河道管理办法</title><body>{SENTENCES}</body>"
    assert read(page).text == f"河道管理办法\n{LINES}"


def test_title_that_the_body_says_itself_is_not_repeated():
    page = f"<title>河道管理办法</title><body><p>河道管理<br>办法</p>{SENTENCES}</body>"
    assert read(page).text == f"河道管理\n办法\n{LINES}"


def test_white_space_is_as_shown_but_for_line_breaks_between_chinese_characters():
    content = body(
        "<p>　　加强\n   <b>河道</b>\n管理，  2024\n年&nbsp;&nbsp;起。\u200b</p><p> &nbsp; </p>"
    )
    assert content.text == "加强河道管理， 2024 年  起。"


def test_preformatted_lines_are_kept():
    assert body("<pre>第一条\n第二条，生效。</pre>").text == "第一条\n第二条，生效。"


def test_headings_are_marked_but_not_the_title_and_not_links():
    content = read(
        "<title>河道管理办法</title><body><h1>河道管理办法</h1><h2>一、<br>总则</h2>"
        f"{SENTENCES}<h3><a href='x'>相关报道的标题</a></h3>"
        "<h3>整段都用大字，不是标题。</h3></body>"
    )
    assert slices(content)[0] == [("一、总则", 2)]


def test_automatic_numbers_of_lists_are_written_out_where_the_text_has_none():
    content = body(
        "<p>任务如下。</p><ol><li>巡查</li><li>清障<ul><li>上游</li></ul></li>"
        "<li value=7>护岸</li></ol>"
        "<ol start=3><li>（一）养护</li><li>绿化</li></ol>"
    )
    assert content.text == "任务如下。\n1.巡查\n2.清障\n上游\n7.护岸\n（一）养护\n4.绿化"


def test_table_of_data_is_a_line_a_row_with_merged_cells_resolved():
    content = body(
        "<p>任务分工，见下表。</p><table><caption>附表</caption>"
        "<tr><td colspan=3>任务分工表</td></tr>"
        "<tr><th>类别</th><th>任务</th><th>单位</th></tr>"
        "<tr><td rowspan=2>治水</td><td>清淤<br>护岸</td><td>水利局</td></tr>"
        "<tr><td colspan=2>另行安排</td></tr></table><p>以上。</p>"
    )
    rows = ["类别\t任务\t单位", "治水\t清淤 护岸\t水利局", "治水\t另行安排\t"]
    assert content.text == "任务分工，见下表。\n附表\n任务分工表\n" + "\n".join(rows) + "\n以上。"
    assert slices(content)[1] == [rows]
    assert content.layout.tables[0].header_rows == 1


def test_two_tiers_of_a_head_are_two_header_rows():
    content = body(
        "<p>目标见表。</p><table><tr><td rowspan=2>指标</td><td colspan=2>年份</td></tr>"
        "<tr><td>2024</td><td>2025</td></tr><tr><td>河长</td><td>5</td><td>6</td></tr></table>"
    )
    assert slices(content)[1] == [["指标\t年份\t", "指标\t2024\t2025", "河长\t5\t6"]]
    assert content.layout.tables[0].header_rows == 2


@pytest.mark.parametrize(
    "cells",
    [
        f"<tr><td>{SENTENCES}</td></tr>",
        f"<tr><td width=5></td><td>{SENTENCES}</td></tr><tr><td></td><td></td></tr>",
        f"<tr><td><table><tr><td>{SENTENCES}</td></tr></table></td><td></td></tr>",
    ],
)
def test_table_that_lays_out_the_page_is_no_table(cells):
    content = read(f"<body><table>{cells}</table></body>")
    assert (content.text, content.layout.tables) == (LINES, ())


def test_few_broken_bytes_show_as_on_the_page():
    data = (f"<meta charset=utf-8><body>{SENTENCES * 50}</body>").encode()
    data = data.replace("防洪".encode(), b"\xff\xff", 1)
    (content,) = HtmlReader().read(data, source_name="a.html")
    assert content.text.startswith("为加强河道管理，保障\ufffd\ufffd安全")
    with pytest.raises(DocumentError, match="无法解码"):
        list(HtmlReader().read(b"<p>" + b"\xff\xfb" * 99, source_name="a.html"))


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<html><frameset><frame src='a.htm'></frameset></html>", "由框架组成，正文在另外的网页里"),
        ("<body><div id='app'></div><script>0</script></body>", "正文可能由脚本载入.*仅 HTML"),
        ("<body><a href='/'>首页</a><script>0</script></body>", "网页里没有正文"),
        ("<html></html>", "网页里没有"),
        ("<div>甲" * 5000, "嵌套过深"),
    ],
)
def test_page_without_a_body_is_refused(page, message):
    with pytest.raises(DocumentError, match=f"^a.html：.*{message}"):
        read(page)


def test_deep_page_is_read_without_recursion():
    deep = "<div>" * 1800 + SENTENCES + "</div>" * 1800
    assert read(f"<body>{deep}</body>").text == LINES


def test_spans_that_repeat_a_cell_too_often_are_over_the_limit():
    cell = "<td rowspan=9999>" + "甲" * 500 + "</td>"
    rows = f"<tr>{cell * 20}</tr>" + "<tr><td>乙</td><td>丙</td></tr>" * 500
    with pytest.raises(DocumentError, match=r"文字过多.*不超过100000字"):
        read(f"<body><table>{rows}</table></body>", characters=100_000)


def test_page_of_a_word_processor():
    page = (
        "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><meta charset=gb2312>"
        "<style>@page {size: 595pt}</style></head><body><div class=WordSection1>"
        "<p class=MsoNormal><![if !supportLists]><span>一、<span>&nbsp;</span></span><![endif]>总则"
        f"<o:p></o:p></p>{SENTENCES}</div></body></html>"
    )
    assert read(page, "gb18030").text == f"一、 总则\n{LINES}"


def test_page_saved_as_a_single_file_with_its_pictures():
    mail = EmailMessage()
    mail.set_content(f"<html><body>{SENTENCES}</body></html>", subtype="html", charset="gb2312")
    mail.add_related(b"GIF89a", "image", "gif")
    (content,) = HtmlReader().read(bytes(mail), source_name="a.mht")
    assert content.text == LINES
    with pytest.raises(DocumentError, match="里没有网页"):
        list(HtmlReader().read(b"MIME-Version: 1.0\r\n\r\nx", source_name="a.mht"))


def test_links_above_the_text_are_navigation_whatever_they_are_called():
    links = "".join(f"<a href='/{name}'>{name}</a> | " for name in ("首页", "政务公开", "办事"))
    files = "<p>附件：<a href='1.doc'>一</a><a href='2.pdf'>二</a><a href='3.ofd'>三</a></p>"
    page = f"<body><div class='x'>{links}</div>{files}{SENTENCES}<p>{links}</p></body>"
    assert read(page).text == f"附件：一二三\n{LINES}\n首页 | 政务公开 | 办事 |"


def test_fragment_of_a_record():
    assert has_markup("<p>第一条</p>")
    assert has_markup("第一条<br/>第二条")
    assert not has_markup("第一条<br>\n第二条 a<b")
    text, layout = read_fragment(
        "<p>一</p><p>二&ldquo;三&rdquo;</p>", source_name="a", limits=Limits()
    )
    assert (text, layout.tables) == ("一\n二“三”", ())
