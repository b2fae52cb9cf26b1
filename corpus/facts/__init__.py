"""Facts: targets, responsibilities and references, each with its verbatim source.

``fact`` holds the values, ``targets``, ``responsibilities`` and ``references`` find them one kind
each, ``extract`` is the one door.
"""

from corpus.facts.extract import FACTS_VERSION, extract_facts
from corpus.facts.fact import Facts, Reference, Responsibility, Target

__all__ = [
    "FACTS_VERSION",
    "Facts",
    "Reference",
    "Responsibility",
    "Target",
    "extract_facts",
]
