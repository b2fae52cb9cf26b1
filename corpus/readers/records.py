"""JSON and JSON Lines: one object, a list of objects, or an object that holds one list of them.

What crawlers and content systems export. The keys for text and metadata are those of ``fields``;
the text may be a list of paragraphs, or HTML. Of a key that is given twice the last one counts, as
JSON parsers have it; a number too large to be one is kept as its digits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from corpus.document import PLAIN, Layout
from corpus.errors import DocumentError
from corpus.readers.content import DEFAULT_LIMITS, Content, Limits, too_many
from corpus.readers.fields import NESTED_KEYS, clean, field_of, key_of, metadata_fields, text_key
from corpus.readers.html import has_markup, read_fragment
from corpus.readers.text import decode

_KEYS = "接受含有正文字段（如 正文、内容、content、text）的 JSON 对象，或这种对象的列表"
_FIX = "请检查文件内容，或另存为 UTF-8 编码的纯文本（.txt）后再添加"
_LIST_DEPTH = 4
"""Objects around the list of records: {"code": 0, "data": {"page": {"rows": […]}}}."""
_PARAGRAPHS_DEPTH = 8
_DIGITS_MAX = 18
_DOCUMENT_FROM = 500


class JsonReader:
    """Reads JSON."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content | DocumentError]:
        """Yield the document of an object, or one for each object of a list."""
        text = decode(data, source_name=source_name)
        try:
            value = _loads(text)
        except ValueError as error:
            if _looks_like_lines(text):
                yield from _lines(text, source_name, limits)
                return
            raise _not_json(source_name, error) from None
        except RecursionError:
            raise _refusal(source_name, "JSON 嵌套过深") from None
        yield from _documents(value, source_name, limits)


class JsonLinesReader:
    """Reads JSON Lines."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content | DocumentError]:
        """Yield a document a line; a line that is no JSON costs only itself."""
        yield from _lines(decode(data, source_name=source_name), source_name, limits)


def _loads(text: str) -> object:
    return json.loads(text, parse_int=_integer, parse_constant=lambda _: None)


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _DIGITS_MAX else digits


def _looks_like_lines(text: str) -> bool:
    lines = text.split("\n", 2)
    return len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines[:2])


def _lines(text: str, source_name: str, limits: Limits) -> Iterator[Content | DocumentError]:
    count = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        count += 1
        part = f"第{number}行"
        if count > limits.members:
            yield too_many(source_name, part, f"一个文件里最多{limits.members}条记录")
            return
        yield _line(line, part, source_name, limits)
    if count == 0:
        raise _refusal(source_name, "文件里没有记录")


def _line(line: str, part: str, source_name: str, limits: Limits) -> Content | DocumentError:
    name = f"{source_name}#{part}"
    try:
        return _content(_loads(line), name, limits, part=part)
    except ValueError as error:
        return _not_json(name, error)
    except RecursionError:
        return _refusal(name, "JSON 嵌套过深")
    except DocumentError as error:
        return error


def _documents(
    value: object, source_name: str, limits: Limits
) -> Iterator[Content | DocumentError]:
    records = _records(value)
    if records is None:
        yield _content(value, source_name, limits, part="")
        return
    for count, record in enumerate(records, 1):
        part = f"第{count}条"
        if count > limits.members:
            yield too_many(source_name, part, f"一个文件里最多{limits.members}条记录")
            return
        try:
            yield _content(record, f"{source_name}#{part}", limits, part=part)
        except DocumentError as error:
            yield error


def _records(value: object) -> list[object] | None:
    """Return the list of records, which may stand inside objects; None without one."""
    for _ in range(_LIST_DEPTH):
        if isinstance(value, list):
            return value if any(isinstance(item, Mapping) for item in value) else None
        if not isinstance(value, Mapping) or _text_of(value) is not None:
            return None
        lists = [item for item in value.values() if _is_records(item)]
        inside = lists or [item for item in value.values() if isinstance(item, Mapping)]
        if len(inside) != 1:
            return None
        value = inside[0]
        if isinstance(value, Mapping) and _text_of(value) is not None:
            return [value]
    return None


def _is_records(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def _content(value: object, name: str, limits: Limits, *, part: str) -> Content:
    if not isinstance(value, Mapping):
        raise _refusal(name, "记录不是 JSON 对象")
    text = _text_of(value)
    if text is None:
        keys = "、".join(str(key)[:20] for key in list(value)[:8])
        raise _refusal(name, f"没有正文字段（有 {clean(keys)}）" if keys else "记录是空的")
    layout: Layout = PLAIN
    text = clean(text)
    if has_markup(text):
        text, layout = read_fragment(text, source_name=name, limits=limits)
    return Content(text, layout, metadata_fields(_stated(value)), part, _identity(value, part))


def _text_of(value: Mapping[object, object]) -> str | None:
    """Return the text of a record; its paragraphs, when it is a list of them, a line each."""
    key = text_key([key for key in value if value[key]])
    if key is None:
        key = next((key for key in value if _is_document(value[key])), None)
    paragraphs = list(_paragraphs(value[key], _PARAGRAPHS_DEPTH)) if key is not None else []
    return "\n".join(paragraphs) if any(one.strip() for one in paragraphs) else None


def _is_document(value: object) -> bool:
    """Whether a value, called whatever, is as long as only a text is."""
    return isinstance(value, str) and len(value) >= _DOCUMENT_FROM


def _paragraphs(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, list):
        for item in value:
            yield from _paragraphs(item, depth - 1)
    elif depth and isinstance(value, Mapping):
        key = text_key(value)
        heads = [inside for name, inside in value.items() if field_of(name) == "title"]
        for inside in [*heads, value[key] if key is not None else ""]:
            yield from _paragraphs(inside, depth - 1)


def _stated(value: Mapping[object, object]) -> dict[object, object]:
    """Return keys and values of a record; its own win over those of an object of metadata in it."""
    stated: dict[object, object] = {}
    for key, inside in value.items():
        if key_of(key) in NESTED_KEYS and isinstance(inside, Mapping):
            stated.update(inside)
    return stated | dict(value)


def _identity(value: Mapping[object, object], part: str) -> bytes | None:
    """Return bytes that are the same for equal records; a file that is one record is itself."""
    if not part:
        return None
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", errors="surrogatepass")


def _not_json(name: str, error: ValueError) -> DocumentError:
    if isinstance(error, json.JSONDecodeError):
        return _refusal(name, f"第{error.lineno}行第{error.colno}个字符处不是有效的 JSON")
    return _refusal(name, "不是有效的 JSON")


def _refusal(name: str, met: str) -> DocumentError:
    return DocumentError(name, met, accepted=_KEYS, advice=_FIX)
