"""Finding passages: terms, vectors, the library in SQLite, and ``Index``, the one door to them.

Glossary. Hit: a passage found. Lexical: by shared terms (BM25). Dense: by the nearness of vectors.
Encoder: text → vector. Analyser: text → terms. Generation: the number of a change to a library.
"""

from index.encoder import load_encoder
from index.hit import Filters, Hit
from index.index import Index

__all__ = ["Filters", "Hit", "Index", "load_encoder"]
