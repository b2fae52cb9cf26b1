"""Encoder, reranker and reader as folders: small untrained models, saved here, used for real."""

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import (
    AutoModelForQuestionAnswering,
    AutoTokenizer,
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertModel,
    BertTokenizer,
)

from corpus.errors import ModelUnavailable
from index.encoder import HashEncoder, load_encoder
from index.index import Index
from rag.assistant import Assistant
from rag.quotes import Extraction, Quote
from rag.reader import LONGEST_ANSWER, load_reader
from rag.rerank import Reranking, load_reranker
from rag.settings import Settings
from rag.spans import FoundSpan, marked
from ui.cli import main

QUESTION = "青溪市到2025年海洋生产总值要达到多少亿元？"
PROMPT = "为这个句子生成表示以用于检索相关文章："


def save_bert(folder, library, kind, **options):
    """Save an untrained BERT of two layers whose words are the characters of the library."""
    folder.mkdir(parents=True)
    characters = sorted(set("".join(one.text for one in library) + QUESTION + PROMPT) - set(" \n"))
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *map(str.lower, characters)]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(words)), encoding="utf-8")
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
        initializer_range=0.5,  # far from 0: untrained, but not alike for every text
        **options,
    )
    kind(config).save_pretrained(folder)
    BertTokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def save_encoder(folder, library, prompts=None):
    save_bert(folder / "bert", library, BertModel)
    modules = [Transformer(str(folder / "bert")), Pooling(32)]
    model = SentenceTransformer(modules=modules, device="cpu", prompts=prompts)
    model.save(str(folder), create_model_card=False)
    return folder


@pytest.fixture(scope="module")
def encoder_folder(library, tmp_path_factory):
    return save_encoder(tmp_path_factory.mktemp("models") / "tiny", library)


@pytest.fixture(scope="module")
def reranker_folder(library, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "reranker"
    return save_bert(folder, library, BertForSequenceClassification, num_labels=1)


@pytest.fixture(scope="module")
def reader_folder(library, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "reader"
    return save_bert(folder, library, BertForQuestionAnswering)


# the encoder's prompts


def by_hand(folder, text):
    """The vector sentence-transformers gives a text as it stands."""
    vector = SentenceTransformer(str(folder), device="cpu").encode([text], prompt="")[0]
    return vector / np.linalg.norm(vector)


def test_the_prompt_of_the_setting_stands_before_questions_only(encoder_folder):
    encoder = load_encoder(str(encoder_folder), query_prompt="检索：")
    plain = load_encoder(str(encoder_folder))
    expected = by_hand(encoder_folder, "检索：" + QUESTION)
    assert encoder.encode_queries([QUESTION])[0] == pytest.approx(expected, abs=1e-5)
    assert plain.encode_queries([QUESTION])[0] != pytest.approx(expected, abs=1e-3)
    assert encoder.encode([QUESTION]) == pytest.approx(plain.encode([QUESTION]), abs=1e-6)
    assert encoder.name == plain.name


def test_the_prompts_of_the_models_own_configuration_count(library, tmp_path, encoder_folder):
    folder = save_encoder(tmp_path / "tiny", library, {"query": "问：", "document": "文："})
    encoder = load_encoder(str(folder))
    for vectors, text in (
        (encoder.encode_queries([QUESTION]), "问：" + QUESTION),
        (encoder.encode([QUESTION]), "文：" + QUESTION),
        (load_encoder(str(folder), query_prompt="").encode_queries([QUESTION]), QUESTION),
    ):
        assert vectors[0] == pytest.approx(by_hand(folder, text), abs=1e-5)
    # other vectors for passages: another name, so an index of the one is refused to the other
    assert encoder.name.startswith(load_encoder(str(encoder_folder)).name + "+")


def test_a_family_whose_configuration_says_nothing_gets_its_prompt(library, tmp_path):
    folder = save_encoder(tmp_path / "bge-small-zh-v1.5", library)
    vectors = load_encoder(str(folder)).encode_queries([QUESTION])
    assert vectors[0] == pytest.approx(by_hand(folder, PROMPT + QUESTION), abs=1e-5)


def test_the_index_searches_with_the_questions_vector(library, encoder_folder, tmp_path):
    encoder = load_encoder(str(encoder_folder), query_prompt="检索：")
    with Index.build(tmp_path / "index", library, encoder) as index:
        (hit, *_) = index.search(QUESTION, by="dense", top_k=3)
        passages = encoder.encode(
            ["\n".join([index.metadata([hit.passage.document_id])[hit.passage.document_id].title,
                        *hit.passage.section_path, hit.passage.text])]
        )  # fmt: skip
        question = by_hand(encoder_folder, "检索：" + QUESTION)
        assert hit.score == pytest.approx(float(passages[0] @ question), abs=1e-4)


# the reranker


def test_the_reranker_gives_the_logits_of_its_model(reranker_folder):
    texts = ["到2025年，全市海洋生产总值突破600亿元", "加强组织领导"]
    scores = load_reranker(str(reranker_folder)).score(QUESTION, texts)
    model = CrossEncoder(str(reranker_folder), device="cpu", activation_fn=torch.nn.Identity())
    assert scores == pytest.approx(
        [float(model.predict((QUESTION, one))) for one in texts], abs=1e-4
    )


def test_two_classes_count_as_yes_against_no(library, tmp_path):
    folder = save_bert(tmp_path / "two", library, BertForSequenceClassification, num_labels=2)
    (score,) = load_reranker(str(folder)).score(QUESTION, ["海洋"])
    no, yes = CrossEncoder(str(folder), device="cpu").predict((QUESTION, "海洋"))
    assert score == pytest.approx(float(yes - no), abs=1e-4)


def test_many_classes_are_refused(library, tmp_path):
    folder = save_bert(tmp_path / "five", library, BertForSequenceClassification, num_labels=5)
    with pytest.raises(ModelUnavailable, match=r"分5类.*CEWEN_RERANKER"):
        load_reranker(str(folder))


def test_a_passage_longer_than_the_model_is_cut(reranker_folder):
    assert len(load_reranker(str(reranker_folder)).score(QUESTION, ["海洋产业" * 500])) == 1


class Lengths:
    """Prefers the shorter text."""

    name = "lengths"

    def score(self, question, texts):
        return [-float(len(text)) for text in texts]


def test_reranking_adds_standard_scores_and_leaves_the_rest_behind(index):
    found = index.search(QUESTION, by="lexical", top_k=6)
    first, rest = found[:3], found[3:]
    # the lengths of what the reranker reads, worked out from the passages
    reranked = Reranking(index, Lengths(), candidates=3, weight=1000.0).apply(QUESTION, found)
    lengths = {hit.passage.id: -hit.scores["rerank"] for hit in reranked[:3]}
    assert list(lengths.values()) == sorted(lengths.values())
    assert set(lengths) == {hit.passage.id for hit in first}
    assert [hit.passage.id for hit in reranked[3:]] == [hit.passage.id for hit in rest]
    scores = [hit.score for hit in reranked]
    assert scores == sorted(scores, reverse=True)
    assert [hit.rank for hit in reranked] == [1, 2, 3, 4, 5, 6]
    assert "rerank" not in reranked[3].scores


def test_the_lead_of_the_region_asked_for_is_left_alone(index):
    """Scores 8 and 7 for the region's passages, 3 and 2 for others: deviations of 0.5.

    Two texts of one score and two of another have standard scores of 1 and -1, so the reranker
    moves each by 1 at a weight of 2: too little to bridge the 4 between the regions.
    """
    found = index.search("建设", by="lexical", top_k=50)
    own = [hit for hit in found if hit.passage.document_id == found[0].passage.document_id]
    others = [hit for hit in found if hit.passage.document_id != found[0].passage.document_id]
    four = [
        replace(hit, score=score, rank=rank)
        for rank, (hit, score) in enumerate(
            zip([*own[:2], *others[:2]], (8.0, 7.0, 3.0, 2.0), strict=True), start=1
        )
    ]
    region = index.metadata([own[0].passage.document_id])[own[0].passage.document_id].region

    class LastTwo:
        name = "last"

        def score(self, question, texts):
            return [0.0, 0.0, 1.0, 1.0]

    reranking = Reranking(index, LastTwo(), candidates=30, weight=2.0)
    assert [hit.score for hit in reranking.apply("建设", four, regions={region})] == [7, 6, 4, 3]
    # without it the deviation is √6.5 and the others come first
    (first, *_) = reranking.apply("建设", four)
    assert first.passage == others[0].passage


def test_a_reranker_without_weight_changes_nothing(index):
    found = index.search(QUESTION, by="lexical", top_k=6)
    same = Reranking(index, Lengths(), candidates=3, weight=0.0).apply(QUESTION, found)
    assert [(hit.passage, hit.score) for hit in same] == [(hit.passage, hit.score) for hit in found]


# the reader


def spans_by_hand(folder, question, text):
    """The best span of a short text, by trying all of them."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    encoded = tokenizer(question, text, return_tensors="pt", return_offsets_mapping=True)
    offsets = encoded.pop("offset_mapping")[0].tolist()
    with torch.inference_mode():
        output = model(**encoded)
    start, end = output.start_logits[0].tolist(), output.end_logits[0].tolist()
    inside = [place for place, part in enumerate(encoded.sequence_ids(0)) if part == 1]
    score, first, last = max(
        (start[i] + end[j], i, j) for i in inside for j in inside if i <= j < i + LONGEST_ANSWER
    )
    return (offsets[first][0], offsets[last][1]), score, start[0] + end[0]


def test_the_reader_finds_the_best_span(reader_folder):
    texts = ["到2025年，全市海洋生产总值突破600亿元。", "", "　\n", "市财政每年安排专项资金3亿元"]
    readings = load_reader(str(reader_folder), batch_size=1).read(QUESTION, texts)
    assert readings[1:3] == [None, None]
    for text, reading in ((texts[0], readings[0]), (texts[3], readings[3])):
        span, score, no_answer = spans_by_hand(reader_folder, QUESTION, text)
        assert (reading.start, reading.end) == span
        assert (reading.score, reading.no_answer) == pytest.approx((score, no_answer), abs=1e-4)


@pytest.fixture(scope="module")
def pointing_folder(library, tmp_path_factory):
    """A reader made by hand: a span begins at 突 and ends at 破, wherever they stand."""
    folder = tmp_path_factory.mktemp("models") / "pointing"
    save_bert(folder, library, BertForQuestionAnswering)
    model = BertForQuestionAnswering.from_pretrained(folder)
    first, last = AutoTokenizer.from_pretrained(folder).convert_tokens_to_ids(["突", "破"])
    with torch.no_grad():
        embeddings = model.bert.embeddings
        embeddings.position_embeddings.weight.zero_()
        embeddings.token_type_embeddings.weight.zero_()
        for layer in model.bert.encoder.layer:  # what is left is the word itself
            layer.attention.output.dense.weight.zero_()
            layer.output.dense.weight.zero_()
        words = embeddings.word_embeddings.weight
        words[first], words[last] = 0, 0
        words[:, :2] = 0  # two places of the vector are for these two words alone
        words[first, 0], words[last, 1] = 1, 1
        model.qa_outputs.weight.zero_()
        model.qa_outputs.weight[0, 0] = model.qa_outputs.weight[1, 1] = 1
        model.qa_outputs.bias.zero_()
    model.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("before", [0, 30, 47, 48, 63, 64, 80, 200, 600])
def test_a_long_passage_is_read_to_its_end(pointing_folder, before):
    """Wherever the span stands, also where one window ends and the next begins."""
    text = "海" * before + "突破 600亿元，突出重点，打破壁垒。" + "洋" * 300
    (reading,) = load_reader(str(pointing_folder)).read(QUESTION, [text])
    assert (reading.start, reading.end) == (before, before + 2)
    assert reading.margin > 5


def test_a_passage_without_the_span_is_worth_less(pointing_folder):
    reader = load_reader(str(pointing_folder))
    with_span, without = reader.read(QUESTION, ["总值突破600亿元", "总值增长600亿元"])
    assert with_span.margin > without.margin + 5


def test_a_long_question_leaves_room_for_the_passage(reader_folder):
    (reading,) = load_reader(str(reader_folder)).read("海洋产业" * 200, ["海洋生产总值突破600亿元"])
    assert reading is not None


def test_a_model_that_selects_no_spans_is_refused(reranker_folder):
    with pytest.raises(ModelUnavailable, match=r"不是抽取式问答模型.*CEWEN_READER"):
        load_reader(str(reranker_folder))


COMMIT = "0123456789abcdef" * 2 + "01234567"
FROM_CACHE = """
import socket, sys
from rag.reader import load_reader
from rag.rerank import load_reranker

def refuse(*_, **__):
    raise SystemExit("looked for the network")

socket.getaddrinfo = refuse
load = {"reader": load_reader, "reranker": load_reranker}[sys.argv[1]]
print(load("somebody/tiny").name)
"""


@pytest.mark.parametrize("kind", ["reranker", "reader"])
def test_a_name_in_the_local_cache_needs_no_network(kind, tmp_path, request, monkeypatch):
    cached = tmp_path / "hub" / "models--somebody--tiny"
    shutil.copytree(request.getfixturevalue(f"{kind}_folder"), cached / "snapshots" / COMMIT)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))  # read when the library is imported
    words = [sys.executable, "-c", FROM_CACHE, kind]
    done = subprocess.run(words, check=False, timeout=120, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout, done.stderr) == (0, "somebody/tiny\n", "")


def test_a_folder_that_is_not_there_is_told_in_three_parts():
    with pytest.raises(ModelUnavailable) as caught:
        load_reader("/没有/这里")
    assert (caught.value.model, caught.value.met) == (
        "/没有/这里", "模型“/没有/这里”：没有这个文件夹",
    )  # fmt: skip


def test_the_span_is_marked_where_it_is_quoted():
    quotes = (Quote("a", (10, 30), ((12, 15),)), Quote("b", (10, 30)))
    found = [FoundSpan("a", 14, 20, 0.8), FoundSpan("b", 5, 12, 0.9), FoundSpan("b", 20, 22, 0.1)]
    both = marked(Extraction(quotes), found).quotes
    assert [quote.highlights for quote in both] == [((12, 20),), ()]


class Points:
    """Finds one wording and is sure of it."""

    name = "points"

    def __init__(self, wording):
        self.wording = wording

    def read(self, question, texts):
        from rag.reader import Reading

        return [
            Reading(at, at + len(self.wording), 9.0, 0.0)
            if (at := text.find(self.wording)) >= 0
            else Reading(0, 1, -9.0, 0.0)
            for text in texts
        ]


def test_the_reader_decides_between_sentences(index):
    """Two sentences of one passage; the reader prefers the second."""
    question = "青溪市海洋装备产业怎么发展？"
    wording = "新增规上企业20家"
    settings = Settings(reader_weight=10.0)
    answer = Assistant(index, settings, reader=Points(wording)).ask(question)
    (part, *_) = [part for part in answer.parts if part.kind == "quote"]
    assert wording in part.text
    assert [part.text[slice(*span)] for span in part.highlights] == [wording]


# all three together


@pytest.fixture
def run(tmp_path, monkeypatch, library):
    """``cewen`` in a directory with the library's files; nothing may reach for the network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (tmp_path / "files").mkdir()
    for one in library:
        (tmp_path / "files" / one.source_name).write_text(one.text, encoding="utf-8")

    def call(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return call


def write_settings(**values):
    lines = [
        f"{key} = {json.dumps(str(value), ensure_ascii=False)}" for key, value in values.items()
    ]
    Path("cewen.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_all_three_answer_from_folders(run, encoder_folder, reranker_folder, reader_folder):
    write_settings(
        index="library", encoder=encoder_folder, reranker=reranker_folder, reader=reader_folder
    )
    assert run("add", "files").exit_code == 0
    asked = run("ask", QUESTION, "--json")
    assert asked.exit_code == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["answered"]
    assert {type(hit["scores"]["rerank"]) for hit in answer["passages"]} == {float}
    shown = run("doctor", "--json")
    details = {row["check"]: row["detail"] for row in json.loads(shown.stdout)}
    assert details["向量模型"].startswith("tiny:")
    assert details["重排模型"] == f"{reranker_folder}，重排前20段，权重1"
    assert details["阅读模型"] == f"{reader_folder}，权重1"
    settings = json.loads(run("config", "show", "--json").stdout)
    assert settings["reranker"] == {"value": str(reranker_folder), "source": "cewen.toml"}


def test_a_reranker_that_is_not_there_ends_with_5(run):
    assert run("add", "files", "--index", "library").exit_code == 0
    write_settings(index="library", reranker="no/such-model")
    result = run("ask", QUESTION)
    assert result.exit_code == 5
    assert "模型“no/such-model”：本机没有这个模型" in result.stderr
    assert "CEWEN_RERANKER" in result.stderr
    assert run("doctor").exit_code == 5


def test_the_refusal_of_another_encoder_names_the_command_that_works(run, encoder_folder):
    assert run("add", "files", "--index", "library").exit_code == 0
    refused = run("ask", QUESTION, "--index", "library", "--encoder", encoder_folder)
    assert refused.exit_code == 4
    command = f"cewen rebuild --index library --encoder {encoder_folder}"
    assert f"请把设置项 encoder 改回“embedded”，或重建索引：{command}。" in refused.stderr
    assert run(*command.split()[1:]).exit_code == 0
    assert run("ask", QUESTION, "--index", "library", "--encoder", encoder_folder).exit_code == 0
    assert f"改回“{encoder_folder}”" in run("ask", QUESTION, "--index", "library").stderr


# a rebuild that is killed


class Counting:
    """An encoder that counts the texts it encodes and is killed after some."""

    def __init__(self, encoder, until=10**9):
        self.name, self.source = encoder.name, encoder.source
        self.dimensions, self.dense_weight = encoder.dimensions, encoder.dense_weight
        self.encoder, self.until, self.texts = encoder, until, []

    def encode(self, texts):
        if len(self.texts) + len(texts) > self.until:
            raise KeyboardInterrupt
        self.texts += texts
        return self.encoder.encode(texts)

    def encode_queries(self, texts):
        return self.encoder.encode_queries(texts)


def test_a_killed_rebuild_goes_on_where_it_was(
    own_index, index, encoder, encoder_folder, monkeypatch
):
    monkeypatch.setattr("index.resume._AT_ONCE", 4)
    folder, total = own_index.folder, own_index.counts().passages
    own_index.close()
    tiny = load_encoder(str(encoder_folder))
    killed = Counting(tiny, until=10)
    with pytest.raises(KeyboardInterrupt):
        Index.rebuild(folder, killed)
    with Index.open(folder, encoder) as old:  # as it was
        assert old.id == index.id
    again = Counting(tiny)
    with Index.rebuild(folder, again) as rebuilt:
        found = rebuilt.search(QUESTION, by="dense", top_k=50)
    assert len(killed.texts) == 8
    assert not set(killed.texts) & set(again.texts)
    assert len(killed.texts) + len(again.texts) == total
    assert not (folder / "rebuild").exists()
    with Index.rebuild(folder, tiny) as whole:
        assert whole.search(QUESTION, by="dense", top_k=50) == found


KILLED = """
import os, signal, sys
from pathlib import Path
import index.resume
from index.encoder import HashEncoder
from index.index import Index

index.resume._AT_ONCE = 4

class Killed(HashEncoder):
    calls = 0

    def encode(self, texts):
        self.calls += 1
        if self.calls == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts)

Index.rebuild(Path(sys.argv[1]), Killed(32))
"""


def test_a_rebuild_killed_by_the_system_goes_on_too(own_index, index, encoder):
    folder, total = own_index.folder, own_index.counts().passages
    own_index.close()
    words = [sys.executable, "-c", KILLED, str(folder)]
    assert subprocess.run(words, check=False, timeout=120).returncode == -signal.SIGKILL
    with Index.open(folder, encoder) as old:
        assert old.id == index.id
    again = Counting(HashEncoder(32))
    with Index.rebuild(folder, again) as rebuilt:
        assert rebuilt.counts().passages == total
    assert len(again.texts) == total - 8


def test_a_record_that_was_cut_off_is_made_again(own_index, encoder_folder, monkeypatch):
    monkeypatch.setattr("index.resume._AT_ONCE", 4)
    folder = own_index.folder
    own_index.close()
    tiny = load_encoder(str(encoder_folder))
    with pytest.raises(KeyboardInterrupt):
        Index.rebuild(folder, Counting(tiny, until=10))
    kept = folder / "rebuild" / "vectors.bin"
    kept.write_bytes(kept.read_bytes()[:-1])
    again = Counting(tiny)
    Index.rebuild(folder, again).close()
    assert len(again.texts) == own_index_passages(folder, tiny) - 7


def own_index_passages(folder, encoder):
    with Index.open(folder, encoder) as opened:
        return opened.counts().passages


def test_what_another_encoder_left_is_not_used(own_index, encoder, encoder_folder, monkeypatch):
    monkeypatch.setattr("index.resume._AT_ONCE", 4)
    folder, total = own_index.folder, own_index.counts().passages
    own_index.close()
    with pytest.raises(KeyboardInterrupt):
        Index.rebuild(folder, Counting(load_encoder(str(encoder_folder)), until=10))
    other = Counting(encoder)
    Index.rebuild(folder, other).close()
    assert len(other.texts) == total
