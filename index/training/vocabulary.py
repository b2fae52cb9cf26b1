"""The vocabulary: a Unigram tokenizer of characters and frequent words.

Unigram (Kudo 2018) with jieba's counts as the model instead of expectation maximisation: on these
texts it cuts like the dictionary and never merges across words, as byte pairs do. Text is folded as
``corpus.fold`` does (NFKC, lower case, zero-width signs are spaces). A figure is a token a digit,
but years are whole: what a question asks for mostly turns on its year. Punctuation is kept, each
sign a token; spaces inside Chinese go, a line break parts words.
"""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

PAD, UNK, CLS, SEP, MASK = range(5)
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
YEARS = tuple(str(year) for year in range(1949, 2061))
LARGEST = 2**15
"""Ids below leave the highest of 16 bits free for the packed files."""

_ZERO_WIDTH = "[\u200b\u200c\u200d\u2060\ufeff]"
_SPACE_IN_CHINESE = r"(?<![A-Za-z0-9])[^\S\n]+|[^\S\n]+(?![A-Za-z0-9])"
_FIGURE = r"(?<!\d)(?:19[4-9]\d|20[0-5]\d|2060)(?!\d)|\d"
_SIGN = r"[^\p{L}\p{N}\s]"


def make_tokenizer(words: Counter[str], characters: Counter[str], size: int) -> Tokenizer:
    """Return a tokenizer of at most ``size`` entries.

    Special tokens, years, then characters and words by frequency, characters first: those seen once
    in all texts are left to ``[UNK]`` only where there is no room. Ties go by code point.
    """
    if not len(SPECIAL) + len(YEARS) < size <= LARGEST:
        raise ValueError(f"a vocabulary of {size}: from {len(SPECIAL) + len(YEARS)} to {LARGEST}")
    counts = {year: max(1, words[year]) for year in YEARS}
    for source in (characters, words):
        for word, count in sorted(source.items(), key=lambda item: (-item[1], item[0])):
            if len(counts) >= size - len(SPECIAL):
                break
            counts.setdefault(word, count)
    total = sum(counts.values())
    entries = [(token, 0.0) for token in SPECIAL]
    entries += [(word, math.log(count / total)) for word, count in counts.items()]
    tokenizer = Tokenizer(models.Unigram(entries, unk_id=UNK, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex(_ZERO_WIDTH), " "),
            normalizers.Replace(Regex(_SPACE_IN_CHINESE), ""),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\s+"), "removed"),
            pre_tokenizers.Split(Regex(_FIGURE), "isolated"),
            pre_tokenizers.Split(Regex(_SIGN), "isolated"),
        ]
    )
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)],
    )
    return tokenizer


def worth_counting(word: str) -> bool:
    """Tell whether a word may become an entry: letters only, two to eight of them.

    >>> [word for word in ("产业", "2025", "5g", "，", "业") if worth_counting(word)]
    ['产业', '5g']
    """
    return 2 <= len(word) <= 8 and word.isalnum() and not word.isdigit()


def save_tokenizer(tokenizer: Tokenizer, folder: Path, *, positions: int) -> None:
    """Write the tokenizer as transformers loads it."""
    wrapped = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=positions,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
    wrapped.save_pretrained(str(folder))
