"""What the keys of front matter, tables, JSON records and page elements mean, in one table.

Keys are met in Chinese and in English, with spaces, underscores or capitals: 发文字号, 文 号,
doc_number, docNo. A value that cannot be what its key says is left out, never guessed: a 文号 of
（政策宣传） is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from corpus.dates import parse_date, years_of
from corpus.fold import fold
from corpus.lines import Line
from corpus.signoff import is_body_line

_KEYS: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "标题", "题名", "文件标题", "文件名称", "文件名", "政策标题", "政策名称",
        "公文标题", "名称", "articletitle", "doctitle", "docname", "documenttitle", "subject",
    ),
    "doc_number": (
        "docnumber", "docno", "documentnumber", "documentno", "发文字号", "发文文号", "文号",
        "文件编号", "文件字号", "文件号", "发文号", "公文文号",
    ),
    "issuer": (
        "issuer", "发文机关", "发文单位", "发文部门", "发文机构", "发布机构", "发布机关",
        "发布单位", "发布部门", "制定机关", "制发机关", "印发机关", "公布机关", "颁布单位",
        "颁发部门", "publisher", "agency", "issuingbody", "issuingagency", "issuingauthority",
        "source", "来源", "信息来源",
    ),
    "region": ("region", "地区", "区域", "地域", "所属地区", "所在地区", "适用地区", "行政区划"),
    "date_written": (
        "datewritten", "成文日期", "成文时间", "发文日期", "发文时间", "印发日期", "印发时间",
        "签发日期", "制定日期", "生成日期", "issuedate", "dateissued", "issued",
    ),
    "date_published": (
        "datepublished", "发布日期", "发布时间", "公布日期", "公布时间", "公开日期", "发表时间",
        "publishdate", "publisheddate", "pubdate", "pubtime", "publishtime", "releasedate",
        "published", "date", "日期",
    ),
    "period": ("period", "规划期", "规划期限", "规划年限"),
    "genre": ("genre", "文种", "公文种类", "doctype"),
    "addressees": ("addressees", "主送机关", "主送单位", "主送"),
    "signed_by": ("signedby", "签发人"),
    "validity": ("validity", "有效性", "时效性", "效力状态", "效力", "有效期"),
}  # fmt: skip
_FIELD_OF = {key: name for name, keys in _KEYS.items() for key in keys}
_RANK = {key: rank for keys in _KEYS.values() for rank, key in enumerate(keys)}
_TEXT_ONLY_KEYS = (
    "正文", "全文", "正文内容", "文件正文", "文件内容", "政策正文", "政策原文", "政策全文", "原文",
    "fulltext", "originaltext", "articlecontent", "contenttext", "maintext", "bodytext",
)  # fmt: skip
"""What names the text of a document and nothing else."""
_TEXT_KEYS = (
    *_TEXT_ONLY_KEYS, "content", "text", "body", "内容", "文本", "政策内容", "contenthtml", "html",
    "article", "paragraphs", "段落",
)  # fmt: skip
"""内容 may also be that of a task."""
_TEXT_ENDINGS = (
    "正文", "全文", "原文", "文本", "内容", "content", "fulltext", "doctext", "documenttext",
    "policytext", "rawtext", "plaintext",
)  # fmt: skip
_TITLE_ENDINGS = ("title", "标题")
_TITLE_IN_ANY_TABLE = "名称"
NESTED_KEYS = frozenset(
    ("metadata", "meta", "元数据", "元信息", "属性", "properties", "attributes")
)
"""Keys under which a record keeps its metadata as an object of its own."""

_SEPARATORS = re.compile(r"[\s_\-.:：]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NUMBER = re.compile(r".{0,40}[\d一二三四五六七八九十百〇零].{0,6}号")
_COMPACT_DATE = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_SITE = re.compile(r"网|门户|客户端|公众号|报社|日报|新华社")
_NATION = frozenset(("国家", "国家级", "中央", "全国", "中国", "中华人民共和国"))
_VALUE_MAX = 300
_GENRE_MAX = 20


def key_of(name: object) -> str:
    """Return a key as the tables here spell it.

    >>> key_of("Doc_Number"), key_of("索 引 号："), key_of(3)
    ('docnumber', '索引号', '')
    """
    return _SEPARATORS.sub("", name).lower() if isinstance(name, str) else ""


def text_key(names: Iterable[object]) -> object | None:
    """Return the one of ``names`` that holds a document's text, the plainest word for it first."""
    known = {key_of(name): name for name in names}
    named = next((known[key] for key in _TEXT_KEYS if key in known), None)
    if named is not None:
        return named
    return next((known[key] for key in known if key.endswith(_TEXT_ENDINGS)), None)


def field_of(name: object) -> str | None:
    """Return the field of ``Metadata`` that a key means; None for any other key."""
    key = key_of(name)
    return _FIELD_OF.get(key) or ("title" if key.endswith(_TITLE_ENDINGS) else None)


def names_documents(names: Iterable[object]) -> bool | None:
    """Whether the columns ``names`` are those of a table with a document a row.

    None: a column may hold whole texts (内容 beside 名称), but only their length can tell.
    """
    names = list(names)
    chosen = key_of(text_key(names))
    fields = {key_of(name) for name in names if field_of(name) is not None}
    if not chosen or not fields:
        return False
    if chosen in _TEXT_ONLY_KEYS:
        return True
    titled = any(field_of(key) == "title" and key != _TITLE_IN_ANY_TABLE for key in fields)
    return True if titled and chosen in _TEXT_KEYS else None


def metadata_fields(values: Mapping[Any, object]) -> dict[str, object]:
    """Return the fields of ``Metadata`` that ``values`` state, as ``corpus.catalogue`` takes them.

    Of several keys for one field the more exact one counts: 发文机关 before 来源.
    """
    found: dict[str, object] = {}
    for name in sorted(values, key=lambda name: _RANK.get(key_of(name), len(_RANK))):
        field = field_of(name)
        value = _value(field, key_of(name), values[name]) if field is not None else None
        if field is not None and value is not None:
            found.setdefault(field, value)
    return found


def clean(text: str) -> str:
    """Return ``text`` without what no text holds: control characters and halves of surrogates."""
    return _LONE_SURROGATE.sub("\ufffd", _CONTROL.sub("", text))


def _value(field: str, key: str, value: object) -> object | None:
    if key in ("source", "来源", "信息来源"):
        return _body(value)
    return _CONVERSIONS.get(field, _line)(value)


def _line(value: object) -> str | None:
    """Return a value as one line; lists of names (发文机关) are joined as in a document."""
    if isinstance(value, list | tuple):
        value = "、".join(item for item in value if isinstance(item, str))
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, int) and abs(value) >= 10**12:
        return None
    line = " ".join(clean(str(value)).split())
    return line if 0 < len(line) <= _VALUE_MAX else None


def _number(value: object) -> str | None:
    line = _line(value)
    return line if line is not None and _NUMBER.fullmatch(line) else None


def _body(value: object) -> str | None:
    """Return the value when it names public bodies; a source may also be a site or a paper."""
    line = _line(value)
    if line is None or _SITE.search(line):
        return None
    folded = fold(line)
    return line if is_body_line(folded, Line(0, len(folded), 0, False)) else None


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    line = _line(value)
    if line is None:
        return None
    compact = _COMPACT_DATE.match(line)
    found = parse_date("-".join(compact.groups()) if compact else line)
    return found if found is not None and 1900 <= found.year <= 2100 else None


def _period(value: object) -> tuple[int, int] | None:
    if isinstance(value, list | tuple):
        value = "-".join(str(year) for year in value[:3] if isinstance(year, int)) + "年"
    line = _line(value)
    years = years_of(line if line is None or "年" in line else line + "年") if line else None
    return years if years is not None and 1949 <= years[0] <= years[1] <= 2100 else None


def _region(value: object) -> str | None:
    line = _line(value)
    return "全国" if line in _NATION else line


def _genre(value: object) -> str | None:
    line = _line(value)
    return line if line is not None and len(line) <= _GENRE_MAX else None


_CONVERSIONS: dict[str, Callable[[object], object | None]] = {
    "doc_number": _number,
    "region": _region,
    "date_written": _date,
    "date_published": _date,
    "period": _period,
    "genre": _genre,
}
