"""Near-duplicates: estimated similarity against the true one, and the bands that find them."""

import random

import pytest

from corpus.duplicates import BAND_ROWS, BINS, NEAR, bands, signature, similarity
from corpus.fold import squeeze

ALPHABET = "水库堤防河道灌区节约用水保障供给青禾市县乡镇村工程建设管理监测巡查整治"


def text_of(seed, length=4000):
    drawn = random.Random(seed)
    return "".join(drawn.choice(ALPHABET) for _ in range(length))


def changed(text, share, seed=1):
    drawn = random.Random(seed)
    return "".join("某" if drawn.random() < share else character for character in text)


def jaccard(one, other):
    grams = [{text[i : i + 8] for i in range(len(text) - 7)} for text in (one, other)]
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


@pytest.mark.parametrize("share", [0.0, 0.002, 0.01, 0.03, 0.2])
def test_the_estimate_is_near_the_true_similarity(share):
    text = text_of(7)
    other = changed(text, share)
    estimated = similarity(signature(text), signature(other))
    assert estimated == pytest.approx(jaccard(text, other), abs=0.12)


def test_width_and_white_space_make_no_difference():
    text = text_of(3, 200) + "（2027年）"
    assert squeeze("  ".join(text)) == squeeze(text)
    wide = text.replace("(", "（").replace("2027", "２０２７")
    assert similarity(signature(text), signature("\n".join(wide))) == 1.0


def test_near_duplicates_share_a_band_and_others_do_not():
    text = text_of(11)
    near = changed(text, 0.01)
    assert jaccard(text, near) > NEAR
    assert set(bands(signature(text))) & set(bands(signature(near)))
    assert not set(bands(signature(text))) & set(bands(signature(text_of(12))))


def test_bands_fit_a_signed_64_bit_column():
    found = bands(signature(text_of(5)))
    assert len(found) == BINS // BAND_ROWS
    assert all(-(2**63) <= one < 2**63 for one in found)


def test_a_short_text_fills_every_bin():
    short = text_of(9, 40)
    assert similarity(signature(short), signature(short)) == 1.0
    assert similarity(signature(short), signature(text_of(10, 40))) < 0.2


def test_too_short_a_text_has_no_signature():
    assert signature("节约用水。") is None
    assert signature("") is None
