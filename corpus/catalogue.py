"""What is known of a file beyond its text: ``library.toml`` beside the files, or a user's form.

::

    [documents."plan.txt"]
    title = "某市产业发展行动计划"
    region = "某市"
    inferred = ["title", "region"]

An entry fills what the text does not say; ``inferred`` names the fields that were concluded and
not copied from the published document. Unknown keys and wrong types are refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from pathlib import Path

from corpus.document import Metadata
from corpus.errors import DocumentError
from corpus.readers.fields import clean

LIBRARY_FILE = "library.toml"
_FIELDS = tuple(
    item.name for item in fields(Metadata) if item.name not in ("untitled", "inferred", "spans")
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """File name → what its entry says; both checked when it was read."""

    entries: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Catalogue:
        """Read a ``library.toml``; raises DocumentError naming the key that is wrong."""
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise _refusal(path.name, f"不是有效的 TOML：{error}") from None
        for key in table.keys() - {"documents"}:
            raise _refusal(path.name, f"有不认识的键“{key}”")
        documents = table.get("documents", {})
        if not isinstance(documents, dict):
            raise _refusal(path.name, "documents 不是表")
        return cls(
            {
                name: checked(entry, source_name=f"{path.name} 的“{name}”")
                for name, entry in documents.items()
            }
        )

    def complete(self, metadata: Metadata, source_name: str) -> Metadata:
        """Return ``metadata`` with what the text lacks, or only suggests, filled in."""
        entry = self.entries.get(source_name, {})
        lacking = {
            name: value
            for name, value in entry.items()
            if name in _FIELDS and (getattr(metadata, name) is None or name in metadata.inferred)
        }
        stated = entry.get("inferred", ())
        inferred = {name for name in lacking if isinstance(stated, tuple) and name in stated}
        return _with(metadata, lacking, inferred)


def override(
    metadata: Metadata, values: Mapping[str, object] | None, *, source_name: str
) -> Metadata:
    """Return ``metadata`` with the fields a user states; these win over the text."""
    entry = checked(values or {}, source_name=source_name)
    stated = entry.get("inferred", ())
    chosen = {name: value for name, value in entry.items() if name in _FIELDS}
    return _with(metadata, chosen, set(stated) if isinstance(stated, tuple) else set())


def _with(metadata: Metadata, values: Mapping[str, object], inferred: set[str]) -> Metadata:
    known = frozenset((metadata.inferred - values.keys()) | inferred)
    spans = tuple((name, span) for name, span in metadata.spans if name not in values)
    untitled = metadata.untitled and "title" not in values
    changed = replace(metadata, untitled=untitled, inferred=known, spans=spans)
    return replace(changed, **values)  # type: ignore[arg-type]


def checked(values: object, *, source_name: str) -> dict[str, object]:
    """Return an entry with dates and years converted; raises DocumentError for a wrong one."""
    if not isinstance(values, Mapping):
        raise _refusal(source_name, "条目不是表")
    entry: dict[str, object] = {}
    for key, value in values.items():
        if key not in _CHECKS:
            raise _refusal(source_name, f"有不认识的键“{key}”")
        expected, convert = _CHECKS[key]
        converted = convert(value)
        if converted is None:
            raise _refusal(source_name, f"“{key}”的值 {value!r} 不可用，应为{expected}")
        entry[key] = converted
    return entry


def _refusal(source_name: str, met: str) -> DocumentError:
    return DocumentError(
        source_name,
        met,
        accepted=f"可用的键：{'、'.join(_CHECKS)}",
        advice="请改正后重试",
    )


def _text(value: object) -> object:
    return clean(value).strip() or None if isinstance(value, str) else None


def _date(value: object) -> object:
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _period(value: object) -> object:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    first, last = value
    years = all(isinstance(year, int) and 1949 <= year <= 2100 for year in value)
    return (first, last) if years and first <= last else None


def _names(value: object) -> object:
    known = isinstance(value, list | tuple) and all(name in _FIELDS for name in value)
    return tuple(value) if known else None  # type: ignore[arg-type]


_CHECKS: dict[str, tuple[str, Callable[[object], object]]] = {
    "title": ("非空的文字", _text),
    "doc_number": ("非空的文字", _text),
    "issuer": ("非空的文字", _text),
    "region": ("非空的文字", _text),
    "date_written": ("日期，如 2019-07-03", _date),
    "date_published": ("日期，如 2019-07-03", _date),
    "period": ("起止年份，如 [2019, 2021]", _period),
    "genre": ("非空的文字", _text),
    "addressees": ("非空的文字", _text),
    "signed_by": ("非空的文字", _text),
    "validity": ("非空的文字", _text),
    "inferred": ("字段名的列表", _names),
}
