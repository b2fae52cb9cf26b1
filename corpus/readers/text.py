"""Plain text: bytes → exactly the characters they stand for.

UTF-8 and UTF-16 are told by their byte order mark, else the bytes must be valid UTF-8, else valid
GB18030 (which includes GBK and GB2312) that reads like Chinese. Nothing is guessed beyond that and
nothing is replaced: bytes that are no text are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.errors import DocumentError
from corpus.readers.content import DEFAULT_LIMITS, Content, Limits

_ACCEPTED = "接受 UTF-8、UTF-16（带字节序标记）或 GB18030（GBK）编码的文字"
_RESAVE = "请用文本编辑器或 WPS 另存为 UTF-8 编码的 .txt 文件后再添加"
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x7f]")
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_CONTROL_MAX = 0.001
_RARE_MAX = 0.1
"""Share of 汉字 outside GB 2312 from which bytes only happen to be valid GB18030."""


class TextReader:
    """Reads text as it is."""

    def read(
        self, data: bytes, *, source_name: str, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[Content]:
        """Yield the text without a leading byte order mark, line ends as they are."""
        yield Content(decode(data, source_name=source_name))


def decode(data: bytes, *, source_name: str) -> str:
    """Return the text that ``data`` encodes; raises DocumentError when it encodes none."""
    text = _decode(data, source_name)
    if len(_CONTROL.findall(text)) > _CONTROL_MAX * len(text):
        raise _not_text(source_name, "含有大量控制字符，不是文本文件")
    return text


def decode_name(raw: bytes) -> str | None:
    r"""Return a file name as UTF-8 or, as Windows in Chinese writes it, as GB18030; else None.

    >>> decode_name("河道意见.txt".encode("gb18030")), decode_name(b"\xff")
    ('河道意见.txt', None)
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _decode(data: bytes, source_name: str) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data[len(bom) :].decode(encoding)
            except UnicodeDecodeError as error:
                place = len(bom) + error.start
                met = f"字节序标记表明是 {encoding.upper()} 编码，但第{place}个字节处无法解码"
                raise _not_text(source_name, met) from None
    if b"\x00" in data:
        raise _not_text(source_name, "含有空字节，不是文本文件，或是没有字节序标记的 UTF-16")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_gb18030(data, source_name, error.start)


def _decode_gb18030(data: bytes, source_name: str, utf8_place: int) -> str:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        met = f"无法解码：UTF-8 止于第{utf8_place}个字节，GB18030 止于第{error.start}个字节"
        raise _not_text(source_name, met) from None
    if _reads_like_chinese(text):
        return text
    raise _not_text(
        source_name, f"无法解码：第{utf8_place}个字节处不是有效的 UTF-8，也不像 GB18030"
    )


def _reads_like_chinese(text: str) -> bool:
    characters = _HAN.findall(text)
    rare = sum(1 for character in characters if not _in_gb2312(character))
    return bool(characters) and rare <= _RARE_MAX * len(characters) and not _private_use(text)


def _in_gb2312(character: str) -> bool:
    return bool(character.encode("gb2312", errors="ignore"))


def _private_use(text: str) -> bool:
    return sum("\ue000" <= character <= "\uf8ff" for character in text) > 0.01 * len(text)


def _not_text(source_name: str, met: str) -> DocumentError:
    return DocumentError(source_name, met, accepted=_ACCEPTED, advice=_RESAVE)
