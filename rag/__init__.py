"""From a question to a cited answer: ``Assistant`` is the one door.

Glossary. Query: a question, understood. Candidate: a sentence that may answer. Citation: a verbatim
quote and where it stands. Refusal 拒答: the reason why there is no answer.
"""

from rag.answer import Answer, Citation, Refusal
from rag.assistant import Assistant
from rag.settings import Settings, load_settings

__all__ = ["Answer", "Assistant", "Citation", "Refusal", "Settings", "load_settings"]
