"""Measuring weights: what is chosen, what is reported, what is written."""

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

from corpus.errors import QuestionSetError, SettingsError
from eval.questions import load_questions
from eval.tune import FOLDS, GRIDS, choose, tune
from rag.assistant import Assistant
from rag.reader import Reading
from rag.settings import Settings, load_settings, write_settings
from ui.cli import main


def test_the_best_mean_is_chosen_and_of_equals_the_nearest():
    scores = [[(0.0, 0.0), (1.0, 0.5), (1.0, 0.5), (0.5, 1.0)]] * 10
    tuned = choose("dense_weight", 0.6, (0.0, 0.2, 0.5, 0.6), scores)
    assert tuned.best == 0.6  # all three of the last have the mean 0.75
    assert choose("dense_weight", 0.0, (0.0, 0.2, 0.5, 0.6), scores).best == 0.2
    assert [point.means for point in tuned.curve] == list(scores[0])


def test_the_figure_reported_is_not_the_tuned_one():
    """Ten questions, each answered by a weight of its own and by 0.5 alike.

    All have the same mean, 1/10, so over all ten the current weight stays. On the questions of four
    folds those weights are best that none of the fifth's own questions like: held out, all is 0.
    """
    grid = tuple(float(place) for place in range(10))
    scores = [[(float(own == one), float(own == one)) for one in range(10)] for own in range(10)]
    tuned = choose("dense_weight", 0.0, grid, scores)
    assert (tuned.best, tuned.chosen, tuned.before, tuned.held_out) == (0.0, 0.0, 0.1, 0.0)
    assert tuned.low < -0.1 < tuned.high


def test_a_weight_that_helps_every_question_is_gained_held_out():
    scores = [[(0.0, 0.5), (1.0, 0.5)]] * (2 * FOLDS)
    tuned = choose("rerank_weight", 0.0, (0.0, 1.0), scores)
    assert (tuned.chosen, tuned.before, tuned.held_out) == (1.0, 0.25, 0.75)
    assert (tuned.low, tuned.high) == (0.5, 0.5)


def test_what_gains_nothing_held_out_is_not_chosen():
    """One weight is best over all ten by a single question; without it another one is."""
    scores = [[(0.5, 0.5), (0.4, 0.4), (0.5, 0.5)]] * 9 + [[(0.0, 0.0), (1.0, 1.0), (0.0, 0.0)]]
    tuned = choose("dense_weight", 0.0, (0.0, 1.0, 2.0), scores)
    # over all 4.5 against 4.6; without the last fold, in which it gains 1 - 0.1, 4.0 against 3.2
    assert tuned.best == 1.0
    assert (tuned.chosen, tuned.held_out < tuned.before) == (0.0, True)


# with a library


QUESTIONS = (
    ("plan", "海洋生产总值目标是多少？", "全市海洋生产总值突破600亿元", "600亿元"),
    ("plan", "海洋新兴产业增加值占比要达到多少？", "海洋新兴产业增加值占比达到35%", "35%"),
    ("plan", "新增规上企业多少家？", "新增规上企业20家", "20家"),
    ("plan", "建设多少个海洋药物中试基地？", "建设海洋药物中试基地2个", "2个"),
    ("plan", "专项资金每年安排多少？", "市财政每年安排专项资金3亿元", "3亿元"),
    ("notice", "行政村5G网络覆盖率达到多少？", "行政村5G网络覆盖率达到95%", "95%"),
    ("notice", "建成多少个数字乡村示范村？", "建成数字乡村示范村50个", "50个"),
    ("notice", "农产品网络零售额突破多少？", "农产品网络零售额突破80亿元", "80亿元"),
    ("opinion", "每千名老年人拥有养老床位多少张？", "每千名老年人拥有养老床位不少于58张", "58张"),
    ("opinion", "每年培训养老护理员多少人次？", "每年培训养老护理员3000人次", "3000人次"),
)


@pytest.fixture
def question_path(tmp_path, plan, notice, opinion):
    documents = {"plan": plan, "notice": notice, "opinion": opinion}
    path = tmp_path / "set.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number, (name, question, quote, answer) in enumerate(QUESTIONS, start=1):
            source = documents[name].source_name
            record = {
                "id": f"w-{number:03}", "question": question, "history": [],
                "type": "number", "style": "lexical",
                "docs": [source], "evidence": [{"doc": source, "quote": quote}],
                "answer": [answer], "section": [],
            }  # fmt: skip
            print(json.dumps(record, ensure_ascii=False), file=file)
    return path


class Knowing:
    """A reranker and a reader that know the evidence; they count how often they read."""

    name = "knowing"

    def __init__(self):
        self.quotes = {question: quote for _, question, quote, _ in QUESTIONS}
        self.calls = 0

    def score(self, question, texts):
        self.calls += 1
        return [float(self.quotes[question] in text) for text in texts]

    def read(self, question, texts):
        self.calls += 1
        quote = self.quotes[question]
        return [
            Reading(text.find(quote), text.find(quote) + len(quote), 9.0, 0.0)
            if quote in text
            else Reading(0, 1, -9.0, 0.0)
            for text in texts
        ]


def test_every_configured_model_gets_its_weight(index, question_path):
    reranker, reader, told = Knowing(), Knowing(), []
    assistant = Assistant(index, Settings(), reranker=reranker, reader=reader)
    tuning = tune(
        load_questions(question_path), assistant, progress=lambda *call: told.append(call)
    )
    settings = ["dense_weight", "rerank_weight", "reader_weight"]
    assert [one.setting for one in tuning.weights] == settings
    assert set(tuning.settings) <= set(settings)
    assert tuning.questions == 10
    assert [call[:2] for call in told] == 3 * [(n, 10) for n in range(1, 11)]
    rerank = tuning.weights[1]
    # the reranker knows the passage: some weight puts it first, for every question
    assert max(point.means for point in rerank.curve) == (1.0, 1.0)
    assert len(rerank.curve) == len(GRIDS["rerank_weight"])
    # each question is read once, and once more where another stage has other passages before it
    assert reranker.calls <= 20 * len(GRIDS["reader_weight"])
    text = tuning.to_text()
    for name in settings:
        assert f"（{name}）" in text
    assert json.loads(tuning.to_json())["weights"][1]["setting"] == "rerank_weight"


def test_too_few_questions_are_refused(index, question_path):
    lines = question_path.read_text(encoding="utf-8").splitlines()
    question_path.write_text("\n".join(lines[:3]), encoding="utf-8")
    with pytest.raises(QuestionSetError, match=r"只有3道有答案的题.*至少要有10道"):
        tune(load_questions(question_path), Assistant(index))


# writing


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("DENSE_WEIGHT", "RERANK_WEIGHT", "INDEX"):
        monkeypatch.delenv(f"CEWEN_{name}", raising=False)
    return tmp_path


def test_the_other_settings_and_comments_stay(here):
    before = '# 市办\nport = 8000  # 内网\ndense_weight = 0.9\n\n[api_keys]\nk1 = "reader"\n'
    Path("cewen.toml").write_text(before, encoding="utf-8")
    Path("cewen.toml").chmod(0o600)
    write_settings({"dense_weight": 0.2, "rerank_weight": 1.5})
    assert Path("cewen.toml").read_text(encoding="utf-8") == (
        '# 市办\nport = 8000  # 内网\ndense_weight = 0.2\nrerank_weight = 1.5\n\n'
        '[api_keys]\nk1 = "reader"\n'
    )  # fmt: skip
    assert Path("cewen.toml").stat().st_mode & 0o777 == 0o600
    settings = load_settings()
    assert (settings.port, settings.dense_weight, settings.rerank_weight) == (8000, 0.2, 1.5)
    assert settings.api_keys == {"k1": "reader"}


def test_a_file_is_made_where_there_was_none(here):
    write_settings({"dense_weight": 0.2})
    assert load_settings().dense_weight == 0.2


def test_a_broken_file_is_left_alone(here):
    Path("cewen.toml").write_text("port = = 1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="无法写入"):
        write_settings({"dense_weight": 0.2})
    assert Path("cewen.toml").read_text(encoding="utf-8") == "port = = 1\n"


def save_bad_encoder(folder, library):
    """Save a model whose characters point anywhere on a plane."""
    characters = sorted(set("".join(one.text for one in library)))
    vocabulary = {one: place for place, one in enumerate(["[UNK]", *characters])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    vectors = torch.randn(len(vocabulary), 2, generator=torch.Generator().manual_seed(7))
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, vectors)], device="cpu")
    model.save(str(folder), create_model_card=False)


def test_the_command_prints_the_curve_and_writes_only_when_told(here, library, question_path):
    save_bad_encoder(Path("bad"), library)
    Path("cewen.toml").write_text(
        'index = "library"\nencoder = "bad"\ndense_weight = 5\n', encoding="utf-8"
    )
    Path("files").mkdir()
    for one in library:
        (Path("files") / one.source_name).write_text(one.text, encoding="utf-8")

    def run(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    assert run("add", "files").exit_code == 0
    shown = run("eval", "tune", question_path)
    assert shown.exit_code == 0, shown.stderr
    assert "向量检索的权重（dense_weight）" in shown.stdout
    assert "rerank_weight" not in shown.stdout
    assert load_settings().dense_weight == 5
    written = run("eval", "tune", question_path, "--write", "--json")
    assert written.exit_code == 0, written.stderr
    (chosen,) = json.loads(written.stdout)["weights"]
    assert load_settings().dense_weight == chosen["chosen"] == chosen["best"] < 5
    assert load_settings().index == Path("library")
