"""What a good answer is, one formula a function.

Every figure is of one question, in [0, 1], higher better except ``false_refusal``; means and
intervals are made in ``report.py``. Texts are compared in normal form (``normalise``), so widths,
line breaks and case never decide. The gold of a question is its evidence quotes and its answer
strings (``questions/SCHEMA.md``).

Sources. Recall and reciprocal rank: Manning, Raghavan and Schütze, Introduction to Information
Retrieval (2008), ch. 8, and Voorhees (TREC-8, 1999). Character F1 over the longest common
subsequence: ROUGE-L (Lin 2004), as in the CMRC 2018 evaluation, which uses the longest common
substring. LCS: the bit-vector algorithm of Hyyrö (2004), exact. What is ours: coverage by clauses,
and the length limits that keep a whole chapter from being a correct answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

HIT_COVERAGE = 0.5
"""A text counts as holding a quote from this share of the quote's clauses on."""
LOOSE_COVERAGE = 0.3
"""A citation that holds this share of a gold quote is no false citation."""
SHORTEST_CLAUSE = 4
"""Clauses under this many characters say too little to be looked for on their own."""
F1_CHARACTERS = 3000
CHOOSING_CHARACTERS = 1500
"""How much of an answer is read for F1, and for choosing between alternative gold quotes."""

_SPACE = re.compile(r"\s+")
_CLAUSE_END = re.compile(r"[。;；!！?？,，、:：()（）]")


def normalise(text: str) -> str:
    """Return the form in which texts are compared: NFKC, no white space, lower case.

    >>> normalise("到 2021年，ＧＤＰ")
    '到2021年,gdp'
    """
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).lower()


def coverage(quote: str, text: str) -> float:
    """Share of the quote's clauses, weighted by their length, that stand verbatim in ``text``.

    1 when the whole quote does. Clauses of fewer than four characters are left out, unless there
    is no other; an empty quote is covered by nothing.

    >>> coverage("产值突破400亿元，年均增长15%以上", "总产值突破400亿元。")  # 9 of 9 + 9
    0.5
    """
    wanted, found = normalise(quote), normalise(text)
    if not wanted:
        return 0.0
    if wanted in found:
        return 1.0
    clauses = [c for c in _CLAUSE_END.split(wanted) if len(c) >= SHORTEST_CLAUSE] or [wanted]
    held = sum(len(clause) for clause in clauses if clause in found)
    return held / sum(len(clause) for clause in clauses)


def holds(text: str, quote: str) -> bool:
    """Whether ``text`` holds at least half of ``quote``."""
    return coverage(quote, text) >= HIT_COVERAGE


def needs_all(question_type: str, answer: Sequence[str], gold: Sequence[str]) -> bool:
    """Whether every gold quote is needed, or one of them will do.

    All are needed for a comparison or an aggregate, and where no single quote has every answer
    string; otherwise the quotes are places that each say the whole answer.
    """
    if question_type in ("comparison", "aggregate"):
        return True
    return not any(all(normalise(a) in normalise(quote) for a in answer) for quote in gold)


def recall(texts: Sequence[str], gold: Sequence[str], *, all_needed: bool) -> float:
    """Share of the gold quotes held by any of ``texts``; where one will do, 1 if any is held.

    Recall at k is this over the first k passages, citation recall this over the cited quotes.
    """
    held = [any(holds(text, quote) for text in texts) for quote in gold]
    return sum(held) / len(held) if all_needed else float(any(held))


def reciprocal_rank(texts: Sequence[str], gold: Sequence[str], *, depth: int = 10) -> float:
    """1 / rank of the first of the ``depth`` best texts that holds any gold quote, else 0."""
    for rank, text in enumerate(texts[:depth], start=1):
        if any(holds(text, quote) for quote in gold):
            return 1 / rank
    return 0.0


def answer_recall(answer_text: str, answer: Sequence[str]) -> float:
    """Share of the answer strings that stand in ``answer_text``."""
    text = normalise(answer_text)
    return sum(normalise(wanted) in text for wanted in answer) / len(answer)


def gold_text(answer_text: str, gold: Sequence[str], *, all_needed: bool) -> str:
    """Return the normalised gold an answer is measured against.

    All quotes together when all are needed; else the one that has most in common with the answer,
    the first of equals.
    """
    quotes = [normalise(quote) for quote in gold]
    if all_needed:
        return "".join(quotes)
    text = normalise(answer_text)[:CHOOSING_CHARACTERS]
    return max(quotes, key=lambda quote: common_length(quote, text))


def contained(answer_text: str, answer: Sequence[str]) -> bool:
    """Whether every answer string stands in ``answer_text``, whatever else does."""
    text = normalise(answer_text)
    return all(normalise(wanted) in text for wanted in answer)


def correct(answer_text: str, answer: Sequence[str], gold: str) -> bool:
    """Contained, in an answer of at most 200 characters or three times ``gold``'s length.

    ``gold`` is what ``gold_text`` returned; lengths are of normal forms.
    """
    limit = max(200, 3 * len(gold))
    return contained(answer_text, answer) and len(normalise(answer_text)) <= limit


def concise(answer_text: str, answer: Sequence[str], gold: str) -> bool:
    """Contained, within 80 characters or twice ``gold``: the sentence was chosen, not included."""
    limit = max(80, 2 * len(gold))
    return contained(answer_text, answer) and len(normalise(answer_text)) <= limit


def character_f1(answer_text: str, gold: str) -> float:
    """Harmonic mean of the shares that the longest common subsequence has of answer and gold.

    >>> character_f1("年均增长15%以上", "增长15%")  # 5 common: 2 · 5/9 · 5/5 / (5/9 + 5/5) = 5/7
    0.7142857142857143
    """
    text = normalise(answer_text)[:F1_CHARACTERS]
    common = common_length(gold, text)
    if not common:
        return 0.0
    precision, share = common / len(text), common / len(gold)
    return 2 * precision * share / (precision + share)


def citation_precision(cited: Sequence[str], gold: Sequence[str]) -> float:
    """Share of the cited quotes that belong to the gold; 0 when nothing was cited.

    A cited quote belongs when it holds 0.3 of a gold quote, or half of it stands in one: a
    citation may be longer or shorter than the gold without being false.
    """
    if not cited:
        return 0.0
    return sum(any(_belongs(quote, wanted) for wanted in gold) for quote in cited) / len(cited)


def _belongs(cited: str, gold: str) -> bool:
    return coverage(gold, cited) >= LOOSE_COVERAGE or coverage(cited, gold) >= HIT_COVERAGE


def verbatim(quote: str, start: int, end: int, text: str) -> bool:
    """Whether a citation is what its document says there, every character of it."""
    return text[start:end] == quote


def share(flags: Sequence[bool]) -> float:
    """Share of true flags; of none, 0."""
    return sum(flags) / len(flags) if flags else 0.0


def common_length(one: str, other: str) -> int:
    """Length of the longest common subsequence, by Hyyrö's bit vectors.

    Bit i of ``row`` is 0 where the LCS of ``one[: i + 1]`` and the read part of ``other`` is one
    longer than that of ``one[:i]``; so the zeros count it. One pass of whole-number arithmetic per
    character of ``other``, which Python does on all bits at once.

    >>> common_length("新材料产业", "新型材料工业")
    4
    """
    places: dict[str, int] = {}
    for position, character in enumerate(one):
        places[character] = places.get(character, 0) | 1 << position
    full = (1 << len(one)) - 1
    row = full
    for character in other:
        matches = row & places.get(character, 0)
        row = (row + matches | row - matches) & full
    return len(one) - row.bit_count()
