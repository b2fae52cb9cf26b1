"""How officials name a place in a document: 二、（五）, 第三条, or a heading's words."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.document import Section
from corpus.fold import squeeze


def find_sections(sections: Sequence[Section], address: str) -> tuple[Section, ...]:
    r"""Return the sections that ``address`` names, in text order; none when it names none.

    An address is a path of labels (二、（五）), its last part (（五）), a whole heading or its
    title. The most exact reading wins: the whole path over its end, the heading over words in it.
    Widths, white space and the kind of bracket do not matter.

    >>> from corpus.sections import outline
    >>> tree = outline("一、甲\n（一）乙。丙丙丙丙。\n二、丁\n（一）戊。己己己己。\n")
    >>> [s.title for s in find_sections(tree, "二、(一)")], len(find_sections(tree, "（一）"))
    (['戊'], 2)
    """
    wanted = _bare(address)
    if not wanted:
        return ()
    names = [_names(sections, section) for section in sections]
    for exactness in range(len(names[0]) if names else 0):
        found = tuple(
            section
            for section, name in zip(sections, names, strict=True)
            if wanted == name[exactness]
        )
        if found:
            return found
    return tuple(
        section for section in sections if section.title and wanted in _bare(section.heading)
    )


def _names(sections: Sequence[Section], section: Section) -> tuple[str, ...]:
    """Return path of labels, path of headings, heading, title, label; the most exact first."""
    above = [section]
    while above[0].parent is not None:
        above.insert(0, sections[above[0].parent])
    labels = _bare("".join(one.label for one in above))
    headings = _bare("".join(one.heading for one in above))
    return (
        labels if section.label else headings,
        headings,
        _bare(section.heading),
        _bare(section.title) or _bare(section.label),
        _bare(section.label) or _bare(section.title),
    )


def _bare(words: str) -> str:
    """Fold, and drop white space and the marks that part labels: 二、(五) and 二（五） are one."""
    return squeeze(words).translate(_MARKS)


_MARKS = str.maketrans({"〔": "(", "〕": ")", "[": "(", "]": ")", "、": None, ".": None, "#": None})
