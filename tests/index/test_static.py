"""Static models without torch: the vectors of sentence-transformers, and the words behind them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer, models, pre_tokenizers

from index.encoder import EMBEDDED_FOLDER, SentenceTransformerEncoder, load_encoder
from index.static import StaticEncoder, load_static

TEXTS = [
    "到2025年，新材料产业总产值突破400亿元、年均增长15%以上",
    "到２０２５年，ＰＭ２．５浓度（年均）",
    "高 质\n量\u3000发展",
    "Artificial Intelligence (AI) and R&D",
    "ÀÉÎõü ŉ ﬁ",
    "，。！？……——",
    "ᚠᚢᚦ 𠀀𪚥 🏭",
    "\ud7a3\u0301e\u0301\u200b",
    "ᚠ产业ᚢ",
    "人",
    "加快建设先进制造业集群，" * 400,
]

WORDS = {"[UNK]": (1.0, 0.0), "产值": (3.0, 4.0), "增长": (0.0, 2.0), "的": (0.0, 0.0)}


def save_static(folder: Path, *more: torch.nn.Module, dtype: torch.dtype = torch.float32) -> Path:
    """Save a table of two dimensions whose vectors can be worked out by hand."""
    vocabulary = {word: place for place, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    table = StaticEmbedding(tokenizer, torch.tensor(list(WORDS.values()), dtype=dtype))
    model = SentenceTransformer(modules=[table, *more], device="cpu")
    model.save(str(folder), create_model_card=False)
    return folder


@pytest.fixture(scope="module")
def embedded() -> StaticEncoder:
    encoder = load_encoder("embedded")
    assert isinstance(encoder, StaticEncoder)
    return encoder


@pytest.fixture
def tiny(tmp_path: Path) -> StaticEncoder:
    encoder = load_encoder(str(save_static(tmp_path / "tiny", Normalize())))
    assert isinstance(encoder, StaticEncoder)
    return encoder


def test_embedded_gives_what_sentence_transformers_gives(embedded: StaticEncoder) -> None:
    model = SentenceTransformer(str(EMBEDDED_FOLDER), device="cpu", local_files_only=True)
    expected = model.encode(TEXTS)
    assert embedded.encode(TEXTS) == pytest.approx(expected, abs=1e-5)  # sums of 2,000 floats
    assert np.linalg.norm(expected, axis=1).round(3).tolist() == [1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1]


def test_many_texts_give_what_each_gives_alone(embedded: StaticEncoder) -> None:
    texts = [f"第{number}条 县级以上人民政府" for number in range(1100)]
    together = embedded.encode(texts)
    for place in (0, 511, 512, 1024, 1099):
        assert together[place] == pytest.approx(embedded.encode([texts[place]])[0], abs=1e-6)


def test_unknown_words_count_as_the_model_counts_them(tiny: StaticEncoder, tmp_path: Path) -> None:
    model = SentenceTransformer(str(tmp_path / "tiny"), device="cpu", local_files_only=True)
    texts = ["产值 龘 增长", "龘", "的 产值"]
    # the mean of (3, 4), (1, 0) and (0, 2) is (4, 6) / 3
    length = 52**0.5
    expected = np.array([[4 / length, 6 / length], [1, 0], [0.6, 0.8]])
    assert tiny.encode(texts) == pytest.approx(expected, abs=1e-6)
    assert model.encode(texts) == pytest.approx(expected, abs=1e-6)


def test_blank_texts_give_zero(tiny: StaticEncoder) -> None:
    assert not tiny.encode(["", " \n\u3000"]).any()


def test_words_are_rows_of_the_table(tiny: StaticEncoder) -> None:
    ids = tiny.word_ids("增长 的 产值 增长")
    assert ids.tolist() == [2, 1, 2]  # 的 is a row of zeros: it adds nothing
    assert tiny.vectors[ids].tolist() == [[0, 2], [3, 4], [0, 2]]
    assert tiny.directions[ids] == pytest.approx(np.array([[0, 1], [0.6, 0.8], [0, 1]]))


def test_words_of_many_texts_are_those_of_each(embedded: StaticEncoder) -> None:
    together = embedded.word_ids_of(TEXTS)
    assert [ids.tolist() for ids in together] == [embedded.word_ids(t).tolist() for t in TEXTS]
    assert [len(ids) > 0 for ids in together] == [text not in TEXTS[5:8] for text in TEXTS]


def test_words_make_the_vector_of_the_text(embedded: StaticEncoder) -> None:
    mean = embedded.vectors[embedded.word_ids(TEXTS[0])].mean(axis=0)
    assert mean / np.linalg.norm(mean) == pytest.approx(embedded.encode(TEXTS[:1])[0], abs=1e-6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_tables_of_any_precision_are_read(tmp_path: Path, dtype: torch.dtype) -> None:
    encoder = load_encoder(str(save_static(tmp_path / "model", dtype=dtype)))
    assert isinstance(encoder, StaticEncoder)
    assert encoder.vectors.dtype == np.float32
    assert encoder.encode(["产值"]) == pytest.approx(np.array([[0.6, 0.8]]), abs=1e-6)


def test_what_puts_words_before_the_text_is_left_to_sentence_transformers(tmp_path: Path) -> None:
    folder = save_static(tmp_path / "model")
    file = folder / "config_sentence_transformers.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    settings |= {"prompts": {"query": "增长 ", "document": ""}, "default_prompt_name": "query"}
    file.write_text(json.dumps(settings), encoding="utf-8")
    encoder = load_encoder(str(folder))
    assert isinstance(encoder, SentenceTransformerEncoder)
    # (0, 2) and (3, 4): the mean is (1.5, 3)
    expected = np.array([[1.5, 3]]) / 11.25**0.5
    assert encoder.encode(["产值"]) == pytest.approx(expected, abs=1e-6)


def test_a_folder_of_another_kind_is_none_of_ours(tmp_path: Path) -> None:
    assert load_static(tmp_path, name="n", dense_weight=0.3) is None
    (tmp_path / "modules.json").write_text('{"0": "StaticEmbedding"}', encoding="utf-8")
    assert load_static(tmp_path, name="n", dense_weight=0.3) is None


def test_a_tokenizer_of_another_table_is_refused(tmp_path: Path) -> None:
    folder = save_static(tmp_path / "model")
    more = {f"word{number}": number for number in range(9)}
    Tokenizer(models.WordLevel(more, unk_token="word0")).save(str(folder / "tokenizer.json"))
    with pytest.raises(ValueError, match="9 words, 4 vectors"):
        load_static(folder, name="n", dense_weight=0.3)
