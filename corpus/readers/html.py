"""Saved web pages: the body of the document, its title, and what the page states of it above."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator

from lxml import etree

from corpus.document import Layout, StyledHeading
from corpus.errors import DocumentError
from corpus.readers.content import DEFAULT_LIMITS, Content, Limits, too_long
from corpus.readers.detect import WEB_ARCHIVE
from corpus.readers.fields import clean, metadata_fields
from corpus.readers.markup import Lines, is_unseen, write
from corpus.readers.text import decode
from corpus.readers.web_page import Page

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", re.IGNORECASE
)
_CODECS = {
    "utf-8": "utf-8", "utf8": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030",
    "gb_2312-80": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs", "big5-hkscs": "big5hkscs",
}  # fmt: skip
_HEAD = 4096
_BROKEN_MAX = 0.001
"""Share of characters that cannot be decoded and show as � on the page."""
_EMPTY_LABEL = re.compile(r"(?:相关)?(?:附件|链接|文档|稿件|阅读)[:：]?")
"""What a content system writes below every body, also where nothing follows."""
_TITLE_WITHIN = 1000
"""Characters at the start of a body in which it may say its own title."""
_END_TAG = re.compile(
    r"</(?:p|div|span|table|td|li|h[1-6]|strong|b|section|article|font|a)\s*>", re.IGNORECASE
)
_BREAK = re.compile(r"<br\s*/?>|<p\b[^<>]*>", re.IGNORECASE)
_ACCEPTED = "接受正文已在其中的网页文件（.html、.htm）"
_SAVE = "请在浏览器中打开网页，等正文显示后另存为“网页，仅 HTML”，或打印为 .pdf，再添加"


class HtmlReader:
    """Reads saved web pages, and the pages that word processors save."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content]:
        """Yield the document of the page: what the page states of it, its title, its body."""
        if WEB_ARCHIVE.match(data):
            data = _page_of_archive(data, source_name)
        root = _parse(_decode(data, source_name), source_name)
        page = Page(root)
        if page.is_bare:
            raise _bare(source_name, page)
        lines = Lines(limits.characters)
        try:
            _write_page(page, lines, limits)
        except OverflowError:
            raise too_long(source_name, limits) from None
        yield Content(lines.text, lines.layout, metadata_fields(page.stated()))


def has_markup(text: str) -> bool:
    """Whether a field of a record holds HTML.

    Lines of plain text with a <br> left among them are plain text: as HTML they would run together.
    """
    if _END_TAG.search(text):
        return True
    return "\n" not in text and _BREAK.search(text) is not None


def read_fragment(text: str, *, source_name: str, limits: Limits) -> tuple[str, Layout]:
    """Return the lines that HTML without a page around it shows."""
    lines = Lines(limits.characters)
    try:
        write(_parse(text, source_name), lines, is_unseen)
    except OverflowError:
        raise too_long(source_name, limits) from None
    return lines.text, lines.layout


def _write_page(page: Page, lines: Lines, limits: Limits) -> None:
    body = Lines(limits.characters)
    write(page.body, body, page.skip)
    while body.lines and _EMPTY_LABEL.fullmatch(body.lines[-1]):
        body.length -= len(body.lines.pop()) + 1
    for line in page.header_lines(limit=limits.characters):
        lines.add(line)
    title = page.title()
    if title is not None:
        start = _squeezed(body.text[: 3 * len(title) + _TITLE_WITHIN])
        if _squeezed(title) not in start:
            lines.add(title)
        body.headings = [one for one in body.headings if not _is_of(title, one, body.text)]
    lines.extend(body)


def _is_of(title: str, heading: StyledHeading, text: str) -> bool:
    """Whether a heading is the title or a line of it: that is no heading of a section."""
    return _squeezed(text[heading.start : heading.end]) in _squeezed(title)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _parse(text: str, source_name: str) -> etree._Element:
    """Return the root of a page; nothing is fetched, no script is run."""
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        root = etree.fromstring(clean(text).encode("utf-8"), parser)
    except etree.LxmlError:
        root = None
    if any("depth" in entry.message for entry in parser.error_log.filter_from_fatals()):
        raise _unusable(source_name, "网页的元素嵌套过深")
    if root is None:
        raise _unusable(source_name, "网页里没有内容")
    return root


def _decode(data: bytes, source_name: str) -> str:
    """Return the characters: by mark, as UTF-8, by the page's own word for it.

    Some pages hold a few broken bytes, which a browser shows as �; so does this.
    """
    if data.startswith(_MARKS):
        return decode(data, source_name=source_name)
    match = _CHARSET.search(data[:_HEAD])
    stated = _CODECS.get(match[1].decode("ascii", "replace").lower()) if match else None
    # UTF-8 first: other text is not valid UTF-8 by chance, and pages are saved anew as UTF-8 while
    # their own word for it stays.
    codecs = tuple(dict.fromkeys(("utf-8", stated or "gb18030", "gb18030")))
    for codec in codecs:
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    texts = (data.decode(codec, errors="replace") for codec in codecs)
    text = min(texts, key=lambda text: text.count("\ufffd"))
    if text.count("\ufffd") <= _BROKEN_MAX * len(text):
        return text
    return decode(data, source_name=source_name)


def _page_of_archive(data: bytes, source_name: str) -> bytes:
    """Return the page of a file that is a mail of a page and its pictures."""
    try:
        for part in email.message_from_bytes(data).walk():
            if part.get_content_type() == "text/html":
                page = part.get_payload(decode=True)
                charset = str(part.get_content_charset() or "")
                if isinstance(page, bytes) and page:
                    stated = f'<meta charset="{charset}">'.encode() if charset in _CODECS else b""
                    return page if page.startswith(_MARKS) else stated + page
    except (LookupError, RecursionError, ValueError):
        pass
    raise _unusable(source_name, "网页归档（mht）里没有网页")


def _bare(source_name: str, page: Page) -> DocumentError:
    if page.is_framed:
        return _unusable(source_name, "网页由框架组成，正文在另外的网页里")
    return _unusable(source_name, "网页里没有正文，正文可能由脚本载入")


def _unusable(source_name: str, met: str) -> DocumentError:
    return DocumentError(source_name, met, accepted=_ACCEPTED, advice=_SAVE)
