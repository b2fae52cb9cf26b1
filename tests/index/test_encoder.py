"""The encoders: what all share, the packaged model, folders and names that are no model."""

import json
import logging
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, StaticEmbedding, Transformer
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel, BertTokenizer

import index.encoder
from corpus.errors import ModelUnavailable
from index.encoder import (
    EMBEDDED_FOLDER,
    Encoder,
    HashEncoder,
    SentenceTransformerEncoder,
    load_encoder,
)

WORDS = {"[UNK]": (0.0, 0.0), "产值": (3.0, 4.0), "增长": (0.0, 2.0)}

RELATED = [
    ("全市工业产值要达到多少亿元", "到2030年，规模以上工业总产值突破500亿元，年均增长9%。"),
    (
        "由哪个部门负责人才引进",
        "市人力社保局牵头制定高层次人才引进办法，市财政局配合落实补助资金。",
    ),
    ("怎样支持企业搞研发", "对企业研发投入给予后补助，鼓励建设工程技术研究中心和重点实验室。"),
    ("污水处理设施怎么建设", "加快城镇生活污水管网改造，新建扩建污水处理厂，提高再生水利用率。"),
    ("中小学招生有哪些规定", "义务教育阶段学校实行免试就近入学，不得以考试成绩作为录取依据。"),
    ("对违法排污怎样处罚", "超过标准排放污染物的，由生态环境主管部门责令改正，并处罚款。"),
]

SYNONYMS = [  # no pair shares a character
    ("工资", "劳动报酬"),
    ("车祸", "交通事故"),
    ("垃圾", "废弃物"),
    ("住房", "公寓"),
    ("离婚", "夫妻财产"),
    ("贷款", "信用担保"),
    ("孩子", "未成年人"),
    ("医院", "卫生机构"),
    ("学校", "教育机构"),
    ("股票", "证券"),
]


@pytest.fixture(scope="module")
def embedded() -> SentenceTransformerEncoder:
    return load_encoder("embedded")


def save_model(folder: Path, words: dict[str, tuple[float, float]] = WORDS) -> Path:
    """Save a static model of two dimensions whose vectors can be worked out by hand."""
    vocabulary = {word: place for place, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = torch.tensor(list(words.values()))
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, weights)], device="cpu")
    model.save(str(folder), create_model_card=False)
    return folder


@pytest.fixture
def tiny_model(tmp_path: Path) -> Path:
    return save_model(tmp_path / "tiny")


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save an untrained BERT as the hub holds encoders: it gives no text a zero vector."""
    folder = tmp_path_factory.mktemp("bert")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"产值增长"]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
    )
    BertModel(config).save_pretrained(folder)
    BertTokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    model = SentenceTransformer(modules=[Transformer(str(folder)), Pooling(8)], device="cpu")
    model.save(str(folder), create_model_card=False)
    return folder


@pytest.fixture(params=["embedded", "folder", "bert", "hash"])
def encoder(request: pytest.FixtureRequest, tiny_model: Path, tiny_bert: Path) -> Encoder:
    if request.param == "bert":
        return load_encoder(str(tiny_bert))
    if request.param == "hash":
        return HashEncoder()
    if request.param == "folder":
        return load_encoder(str(tiny_model))
    embedded: Encoder = request.getfixturevalue("embedded")
    return embedded


# --- every encoder -------------------------------------------------------------------------------


def test_encode_gives_one_float32_row_a_text(encoder: Encoder) -> None:
    vectors = encoder.encode(["产值", "增长", "产值 增长"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (3, encoder.dimensions)


def test_encode_gives_unit_rows(encoder: Encoder) -> None:
    lengths = np.linalg.norm(encoder.encode(["产值", "增长", "产值 增长 产值"]), axis=1)
    assert lengths == pytest.approx([1, 1, 1], abs=1e-6)


def test_encode_gives_zero_for_blank_texts(encoder: Encoder) -> None:
    assert not encoder.encode(["", " \n", "　"]).any()


def test_encode_of_nothing_has_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_encode_gives_a_text_the_same_row_in_any_company(encoder: Encoder) -> None:
    texts = ["产值 增长", "增长", "产值", "", "产值 产值 增长"] * 40
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts[:5]])
    assert together[:5] == pytest.approx(alone, abs=1e-6)


def test_encode_puts_shared_words_nearer(encoder: Encoder) -> None:
    first, near, far = encoder.encode(["产值 产值 增长", "产值", "增长"])
    assert first @ near > first @ far


def test_dense_weight_is_a_share(encoder: SentenceTransformerEncoder | HashEncoder) -> None:
    assert 0 < encoder.dense_weight < 1


# --- the packaged model --------------------------------------------------------------------------


def test_embedded_loads_without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("loading the packaged model looked for the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert load_encoder().dimensions == 128


def test_embedded_is_the_same_each_time_it_is_loaded(embedded: SentenceTransformerEncoder) -> None:
    texts = [text for pair in RELATED for text in pair]
    again = load_encoder("embedded")
    assert again.name == embedded.name
    assert again.encode(texts).tobytes() == embedded.encode(texts).tobytes()


def test_embedded_loads_with_plain_sentence_transformers(
    embedded: SentenceTransformerEncoder,
) -> None:
    model = SentenceTransformer(str(EMBEDDED_FOLDER), device="cpu", local_files_only=True)
    text = "加快建设先进制造业集群"
    assert np.allclose(model.encode(text), embedded.encode([text])[0], atol=1e-6)


def test_embedded_finds_the_passage_that_answers(embedded: SentenceTransformerEncoder) -> None:
    questions, passages = (embedded.encode(list(texts)) for texts in zip(*RELATED, strict=True))
    scores = questions @ passages.T
    related = np.diag(scores)
    unrelated = scores[~np.eye(len(RELATED), dtype=bool)]
    assert related.mean() > unrelated.mean() + 0.25
    assert (scores.argmax(axis=1) == np.arange(len(RELATED))).all()


def test_embedded_puts_other_words_for_a_thing_near(embedded: SentenceTransformerEncoder) -> None:
    words = embedded.encode([word for word, _ in SYNONYMS])
    others = embedded.encode([other for _, other in SYNONYMS])
    scores = words @ others.T
    unrelated = scores[~np.eye(len(SYNONYMS), dtype=bool)]
    assert np.diag(scores).mean() > unrelated.mean() + 0.2


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("到２０２５年", "到2025年"),
        ("到 2025 年，产值 翻番", "到2025年,产值翻番"),
        ("ＰＭ２．５浓度（年均）", "pm2.5浓度(年均)"),
        ("高\u3000质量\u00a0发展", "高质量发展"),
        ("高质\n量发展", "高质量发展"),
    ],
)
def test_embedded_sees_no_width_case_or_space(
    embedded: SentenceTransformerEncoder, written: str, folded: str
) -> None:
    left, right = embedded.encode([written, folded])
    assert left.tobytes() == right.tobytes()


def test_embedded_gives_zero_where_no_character_is_known(
    embedded: SentenceTransformerEncoder,
) -> None:
    assert not embedded.encode(["……——！", "ᚠᚢᚦ"]).any()


def test_embedded_is_small_enough_to_ship() -> None:
    size = sum(file.stat().st_size for file in EMBEDDED_FOLDER.rglob("*") if file.is_file())
    assert size <= 16 * 1024 * 1024


# --- a folder ------------------------------------------------------------------------------------


def test_folder_gives_the_mean_of_its_words(tiny_model: Path) -> None:
    vectors = load_encoder(str(tiny_model)).encode(["产值", "产值 增长", "未知"])
    # (3, 4) is of length 5; the mean of (3, 4) and (0, 2) is (1.5, 3), of length √11.25
    expected = [[0.6, 0.8], [1.5 / 11.25**0.5, 3 / 11.25**0.5], [0, 0]]
    assert vectors == pytest.approx(np.array(expected), abs=1e-6)


def test_name_changes_with_the_weights(tmp_path: Path) -> None:
    first = load_encoder(str(save_model(tmp_path / "a" / "model")))
    same = load_encoder(str(save_model(tmp_path / "b" / "model")))
    other_words = WORDS | {"增长": (0.0, 2.5)}
    other = load_encoder(str(save_model(tmp_path / "c" / "model", other_words)))
    assert first.name.startswith("model:")
    assert first.name == same.name != other.name


def test_name_stays_when_only_the_weight_in_the_hybrid_changes(tiny_model: Path) -> None:
    before = load_encoder(str(tiny_model))
    (tiny_model / "cewen.json").write_text('{"dense_weight": 0.45}', encoding="utf-8")
    after = load_encoder(str(tiny_model))
    assert (before.dense_weight, after.dense_weight) == (0.3, 0.45)
    assert before.name == after.name


@pytest.mark.parametrize("content", ["{", "{}", '{"dense_weight": "强"}', '{"dense_weight": 3}'])
def test_folder_with_bad_settings_is_refused(tiny_model: Path, content: str) -> None:
    (tiny_model / "cewen.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=r"cewen\.json .*dense_weight"):
        load_encoder(str(tiny_model))


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "modules.json"])
def test_damaged_folder_is_refused(tiny_model: Path, file: str) -> None:
    (tiny_model / file).write_bytes(b"\0" * 20)
    with pytest.raises(ModelUnavailable, match="文件夹里读不出模型"):
        load_encoder(str(tiny_model))


def test_folder_without_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="文件夹里读不出模型") as caught:
        load_encoder(str(tmp_path))
    assert caught.value.model == str(tmp_path)


def test_loading_prints_nothing(tiny_bert: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    load_encoder(str(tiny_bert)).encode(["产值"] * 300)
    assert capfd.readouterr() == ("", "")


def test_loading_leaves_the_log_level_of_transformers(tiny_model: Path) -> None:
    logger = logging.getLogger("transformers")
    before = logger.level
    load_encoder(str(tiny_model))
    assert logger.level == before


# --- names that lead nowhere ---------------------------------------------------------------------


def test_missing_folder_says_what_to_do() -> None:
    with pytest.raises(ModelUnavailable) as caught:
        load_encoder("/没有/这个文件夹")
    assert str(caught.value) == (
        "模型“/没有/这个文件夹”：没有这个文件夹。"
        "可用的是随软件附带的 embedded，或本机上的 sentence-transformers 模型文件夹。"
        "请把模型文件夹拷到本机并用 --encoder 文件夹 指定，或改用 --encoder embedded。"
    )


def test_unknown_name_is_refused_at_once_when_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelUnavailable, match="已设为离线"):
        load_encoder("nobody/no-such-model")


def test_unknown_name_asks_once_when_there_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def unreachable(host: object, *_: object, **__: object) -> None:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    with pytest.raises(ModelUnavailable, match="也连不上模型站点"):
        load_encoder("nobody/no-such-model")
    assert len(asked) == 1


def test_name_in_the_local_cache_needs_no_network(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "0123456789abcdef" * 2 + "01234567"
    cached = tmp_path / "hub" / "models--somebody--tiny"
    shutil.copytree(tiny_model, cached / "snapshots" / commit)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(commit, encoding="utf-8")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(index.encoder, "_ask_hub", lambda *_: pytest.fail("asked the hub"))
    encoder = load_encoder("somebody/tiny")
    assert encoder.name == "somebody/tiny@0123456789ab"
    assert encoder.encode(["产值"]) == pytest.approx(np.array([[0.6, 0.8]]), abs=1e-6)


# --- the encoder for tests -----------------------------------------------------------------------


def test_hash_encoder_counts_bigrams() -> None:
    # 增增 twice and 增长 once: (2, 1) is of length √5
    vector = HashEncoder(1000).encode(["增增增长"])[0]
    assert sorted(vector[vector > 0]) == pytest.approx([1 / 5**0.5, 2 / 5**0.5])


def test_hash_encoder_places_a_bigram_by_its_checksum() -> None:
    # CRC-32 of the letters "ab" is 0x9E83486D = 2659403885, which leaves 45 when divided by 64
    assert HashEncoder(64).encode(["Ａ B"])[0].nonzero()[0].tolist() == [45]


def test_hash_encoder_is_named_by_its_size() -> None:
    assert (HashEncoder().name, HashEncoder(8).name) == ("hash:64", "hash:8")


def test_settings_of_the_packaged_model_are_json() -> None:
    settings = json.loads((EMBEDDED_FOLDER / "cewen.json").read_text(encoding="utf-8"))
    assert settings.keys() == {"dense_weight"}
