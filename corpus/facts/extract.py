"""All facts of a document, found when it is added."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.document import Document, Section
from corpus.facts.fact import Facts, Reference, Responsibility, Target
from corpus.facts.references import find_references
from corpus.facts.responsibilities import find_responsibilities
from corpus.facts.targets import find_targets

FACTS_VERSION = 2
"""Changes with the rules: a library whose facts another version found has them found anew."""


def extract_facts(document: Document, sections: Sequence[Section]) -> Facts:
    """Return what ``document`` states; ``sections`` is its outline.

    Raises ValueError when a finder returns a span outside the text: a fault of ours.
    """
    facts = Facts(
        find_targets(document, sections),
        find_responsibilities(document, sections),
        find_references(document, sections),
    )
    found: list[Target | Responsibility | Reference]
    found = [*facts.targets, *facts.responsibilities, *facts.references]
    for fact in found:
        if not 0 <= fact.start < fact.end <= len(document.text):
            raise ValueError(f"a fact of {document.id} stands outside its text: {fact}")
    return facts
