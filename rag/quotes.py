"""What extraction hands to composition: spans to quote, and what they are about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.hit import Span
from index.index import Index
from rag.evidence import Candidate
from rag.forms import asked_form
from rag.matching import Squeezed
from rag.query import Query


@dataclass(frozen=True, slots=True)
class Quote:
    """A span to quote, with what it is about where several stand together.

    An empty ``document_id`` quotes nothing: only the label is shown.
    """

    document_id: str
    span: Span
    highlights: tuple[Span, ...] = ()
    label: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """The quotes that answer, in order; ``best`` is the candidate the answer rests on.

    ``columns`` names the cells of the quotes' ``rows`` where the answer is also a table.
    ``exhaustive`` says that everything that could qualify was looked at.
    """

    quotes: tuple[Quote, ...] = ()
    best: Candidate | None = None
    columns: tuple[str, ...] = ()
    exhaustive: bool = False


def summary(text: str) -> Quote:
    """Say in our own words what follows: how many there are and what was searched."""
    return Quote("", (0, 0), label=text)


def nothing_about(region: str) -> Quote:
    """Say that a place of a comparison has no answer."""
    return Quote("", (0, 0), label=f"{region}（文件未写明）")


def labelled(quotes: Sequence[Quote], index: Index) -> tuple[Quote, ...]:
    """Label each quote with its document's title when several documents answer."""
    if len({quote.document_id for quote in quotes}) < 2:
        return tuple(quotes)
    return tuple(
        replace(quote, label=index.document(quote.document_id).metadata.title) for quote in quotes
    )


def without_single_label(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """The quotes without labels when one label stands for all."""
    if len({quote.label for quote in quotes}) > 1:
        return tuple(quotes)
    return tuple(replace(quote, label="") for quote in quotes)


def highlights(query: Query, text: str, span: Span) -> tuple[Span, ...]:
    """Where ``span`` has the asked form, or the question's own quoted words."""
    if query.shape != "any":
        pattern = asked_form(query)
    elif query.phrases:
        pattern = re.compile("|".join(map(re.escape, query.phrases)))
    else:
        return ()
    squeezed = Squeezed.of(text[slice(*span)])
    return tuple(
        (span[0] + start, span[0] + end)
        for match in pattern.finditer(squeezed.text)
        for start, end in [squeezed.source_span(*match.span())]
    )
