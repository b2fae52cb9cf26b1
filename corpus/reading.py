"""A text as the structure finders see it: folded, in paragraphs, with what to look past.

Looked past are bracketed and quoted stretches (a label inside them heads nothing here), tables of
contents (their lines look like headings), the list of annexes below a text (附件：1.…2.…), rows of
tables, page furniture, and the 落款 that ends one document inside a file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from corpus.document import PLAIN, Layout, Span
from corpus.fold import fold_for_structure
from corpus.furniture import furniture
from corpus.lines import Line, ends_sentence, join_lines, lines
from corpus.numbering import label_at, line_label
from corpus.sentences import enclosed
from corpus.signoff import breaks

TITLE_LINE_MAX = 60
"""Longest heading on a line of its own; a longer line is a paragraph that has a label."""
_CONTENTS_LINES = range(4, 401)
_CONTENTS_WITHIN = 300
"""Paragraphs from the beginning in which a table of contents may start."""
_LEADER_LINE_MAX = 300
_LEADER = re.compile(
    r"(?:(?<![.·…。-])[.·…。-]{2,}+\ *+|(?<!\s)\s++)\(?\d{1,3}\)?$"  # each run is read once
)
_SENTENCE_MAX = 1000
"""Characters a full stop, beyond which a text has lost its full stops."""
_LIST_MARKS = "#>*|-—●◆■ \t"
_MARKDOWN = re.compile(r"^[^\S\n]*+(#{1,6})[ \t]+(?=\S)", re.MULTILINE)
_ANNEX_LIST = re.compile(r"附\ ?件\ *:|附\ *:")
_ANNEX_ENTRY_MAX = 80
INLINE_ANNEX = re.compile(r"(?<=[^\s:])\s(附\ ?件\ ?\d{1,2})(?=[\u4e00-\u9fff])")
"""附件1 with its title in the middle of a line: a page break that was lost."""
_PIPED_ROW = re.compile(r"^[^\S\n]*+\|[^\n|]*+\|[^\n]*+", re.MULTILINE)
_TABBED_ROW = re.compile(r"^(?=[^\n]*\S\t)[^\n\t]*+\t[^\n\t]*+\t[^\n]*+", re.MULTILINE)


class Styled(NamedTuple):
    """A heading by style: ``start`` with its marks, ``text`` without them, ``level`` from 1."""

    start: int
    text: int
    end: int
    level: int


class Spans:
    """Spans of a text without overlap, and which offsets stand in one."""

    def __init__(self, spans: Iterable[Span]) -> None:
        found = sorted(spans)
        self.starts = [start for start, _ in found]
        self.ends = [end for _, end in found]

    def end_around(self, offset: int) -> int | None:
        """Return the end of the span that holds ``offset``, None when none does."""
        position = bisect_right(self.starts, offset) - 1
        if position < 0 or offset >= self.ends[position]:
            return None
        return self.ends[position]

    def hold(self, offset: int) -> bool:
        """Whether ``offset`` stands in one of the spans."""
        position = bisect_right(self.starts, offset) - 1
        return position >= 0 and offset < self.ends[position]


class Reading:
    """One text and what was found out about its lines; all offsets count in ``text``."""

    def __init__(self, text: str, layout: Layout = PLAIN) -> None:
        self.text = text
        self.folded = fold_for_structure(text)
        self.styled = {head.text: head for head in styled_headings(self.folded, layout)}
        furnished = furniture(text, marks=False, layout=layout)
        self.lines = _uncovered(lines(self.folded), Spans(furnished))
        self.paragraphs = join_lines(self.folded, self.lines, self.styled)
        self.unstopped = self.folded.count("。") * _SENTENCE_MAX < len(self.folded)
        self.starts = [start for start, _ in self.paragraphs]
        self.breaks = breaks(self.folded, self.lines)
        self.signed = frozenset(self.breaks)
        self._asides = Spans((start + 1, end) for start, end in enclosed(self.folded))
        passed = [*furnished, *contents(self.folded, self.paragraphs)]
        passed += _annex_lists(self.folded, self.paragraphs, self.starts)
        self._passed = Spans(_united([*passed, *_rows(self.folded, layout)]))

    def paragraph_of(self, offset: int) -> Span:
        """Return the paragraph that holds ``offset``."""
        return self.paragraphs[bisect_right(self.starts, offset) - 1]

    def opens_paragraph(self, offset: int) -> bool:
        """Whether a paragraph begins here, list marks and Markdown marks aside."""
        first = self.paragraphs[bisect_right(self.starts, offset) - 1][0]
        if offset == first:
            return True
        return offset - first <= 8 and not self.folded[first:offset].strip(_LIST_MARKS)

    def before(self, offset: int, *, in_paragraph: bool = True) -> str:
        """Return the last character before ``offset`` that is no white space, "" for none."""
        first = self.paragraph_of(offset)[0] if in_paragraph else 0
        while offset > first and self.folded[offset - 1].isspace():
            offset -= 1
        return self.folded[offset - 1] if offset > first else ""

    def aside(self, offset: int) -> bool:
        """Whether ``offset`` stands inside a bracket or a quotation."""
        return self._asides.hold(offset)

    def passed(self, offset: int) -> bool:
        """Whether ``offset`` stands in what is looked past as a whole."""
        return self._passed.hold(offset)

    def squeezed(self, start: int, end: int) -> str:
        """Return the text of a span without white space."""
        return "".join(self.text[start:end].split())


@lru_cache(maxsize=2)
def reading_of(text: str, layout: Layout = PLAIN) -> Reading:
    """Return the reading of a text.

    Metadata, section tree and passages of one document are found one soon after the other, so the
    last texts are kept; a reading is never changed once it is made.
    """
    return Reading(text, layout)


def styled_headings(folded: str, layout: Layout) -> list[Styled]:
    """Return what the format marks as headings: by style, or in plain text with Markdown's #.

    The first of them, when it alone is of level 1, is the title of the document, no section.
    """
    found = [_of_layout(folded, head.start, head.end, head.level) for head in layout.headings]
    if not found and "#" in folded:
        found = [_of_markdown(folded, match) for match in _MARKDOWN.finditer(folded)]
    if found and found[0].level == 1 and all(head.level > 1 for head in found[1:]):
        found = found[1:]
    return [head for head in found if head.text < head.end]


def _of_layout(folded: str, start: int, end: int, level: int) -> Styled:
    words = folded[start:end]
    first = start + len(words) - len(words.lstrip())
    return Styled(first, first, start + len(words.rstrip()), level)


def _of_markdown(folded: str, match: re.Match[str]) -> Styled:
    end = folded.find("\n", match.end())
    words = folded[match.end() : len(folded) if end < 0 else end].rstrip()
    return Styled(match.start(1), match.end(), match.end() + len(words), len(match[1]))


def _united(spans: Iterable[Span]) -> list[Span]:
    """Return the spans with those that overlap made one."""
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _uncovered(found: list[Line], furnished: Spans) -> list[Line]:
    """Return the lines that are not furniture as a whole."""
    if not furnished.starts:
        return found
    return [x for x in found if (furnished.end_around(x.start) or 0) < x.end]


def _rows(folded: str, layout: Layout) -> Iterator[Span]:
    """Yield the rows of tables of more than one cell: what stands in a cell heads nothing."""
    for table in layout.tables:
        yield from ((a, b) for a, b in table.rows if "\t" in folded[a:b].strip())
    for mark, pattern in (("|", _PIPED_ROW), ("\t", _TABBED_ROW)):
        if mark in folded:
            yield from (match.span() for match in pattern.finditer(folded))


def _annex_lists(folded: str, spans: Sequence[Span], starts: Sequence[int]) -> Iterator[Span]:
    """Yield 附件：1.…2.… below a text, GB/T 9704—2012, 7.3.4: names of annexes, no headings."""
    read = 0
    for match in _ANNEX_LIST.finditer(folded):
        position = bisect_right(starts, match.start()) - 1
        if position < 0 or match.start() < read:
            continue
        first, last = spans[position]
        if match.start() > first and folded[match.start() - 1] not in "。;)!” \t\xa0":
            continue
        entries = _annex_entries(folded, spans, position + 1)
        if entries or folded[match.end() : last].strip():
            end = spans[position + entries][1]
            inline = INLINE_ANNEX.search(folded, match.end(), end)
            read = inline.start(1) if inline else end
            yield match.start(), read


def _annex_entries(folded: str, spans: Sequence[Span], position: int) -> int:
    """Return how many paragraphs from ``position`` on are the numbered names of annexes."""
    count = 0
    for at in range(position, len(spans)):
        start, end = spans[at]
        label = label_at(folded, start) if end - start <= _ANNEX_ENTRY_MAX else None
        if label is None or label.style != "arabic" or "。" in folded[start:end]:
            break
        count += 1
    return count


def contents(folded: str, spans: Sequence[Span]) -> list[Span]:
    """Return the tables of contents: runs of labelled short lines that come again below."""
    found: list[Span] = []
    position = 0
    squeezed = ""
    while position < min(len(spans), _CONTENTS_WITHIN):
        count = _run_length(folded, spans, position)
        if count in _CONTENTS_LINES:
            squeezed = squeezed or "".join(folded.split())
        if count in _CONTENTS_LINES and _comes_again(folded, spans, position, count, squeezed):
            found.append((spans[position][0], spans[position + count - 1][1]))
        position += max(count, 1)
    return found


def _run_length(folded: str, spans: Sequence[Span], position: int) -> int:
    """Return how many paragraphs from ``position`` on are short lines that a label begins.

    The first line met again is no longer the table but the first heading.
    """
    first = ""
    candidates = spans[position : position + _CONTENTS_LINES[-1]]
    for count, (start, end) in enumerate(candidates):
        if end - start > _LEADER_LINE_MAX or ends_sentence(folded, start, end):
            return count
        bare = _bare(folded, (start, end))
        labelled = label_at(folded, start) or line_label(folded, start, end)
        if labelled is None or bare == first or len(bare) > TITLE_LINE_MAX:
            return count
        first = first or bare
    return len(candidates)


def _comes_again(
    folded: str, spans: Sequence[Span], position: int, count: int, squeezed: str
) -> bool:
    """Whether two of the first, middle and last line of the run stand elsewhere once more."""
    lines_of_run = (_bare(folded, spans[position + at]) for at in (0, count // 2, count - 1))
    return sum(_twice(squeezed, bare) for bare in lines_of_run) > 1


def _twice(squeezed: str, words: str) -> bool:
    first = squeezed.find(words)
    return squeezed.find(words, first + len(words)) > 0


def _bare(folded: str, line: Span) -> str:
    """Return a line of a table of contents without white space and page number."""
    return "".join(_LEADER.sub("", folded[slice(*line)]).split())
