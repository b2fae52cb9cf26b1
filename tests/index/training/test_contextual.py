"""The whole way at toy size: pack, pretrain in pieces, fine-tune every task, export, load."""

import io
import json
import lzma
import tarfile
import warnings

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from corpus.fold import squeeze
from index.training.checkpoint import load_checkpoint
from index.training.cli import main
from index.training.pack import read_pack

PLACES = ("青溪市", "云州市", "岚江省", "北港县", "石湾区", "临川市")
TOPICS = ("海洋装备", "数字乡村", "养老服务", "低空经济", "智能网联汽车", "生物医药")


def plan(place, topic, number):
    """An invented plan; what it says differs from place to place."""
    return f"""{place}{topic}发展行动计划（202{number}-2025年）

一、总体要求
（一）指导思想。坚持创新引领，把{place}建成{topic}强区。推动{topic}与制造业融合发展。
（二）主要目标。到2025年，{topic}产业产值突破{number + 3}00亿元。培育{topic}企业{number + 2}0家。

二、重点任务
（一）建设{topic}基地。在{place}东部建设{topic}产业基地{number + 1}个。由市发展改革部门牵头推进。
（二）完善{topic}人才政策。每年培训{topic}技能人才{number + 4}000人次。对企业给予一次性奖励。
"""


def questions(place, topic, number, path):
    """Three answered from the plan above, one that it does not answer."""
    quote = f"{topic}产业产值突破{number + 3}00亿元"
    base = f"在{place}东部建设{topic}产业基地{number + 1}个"
    people = f"每年培训{topic}技能人才{number + 4}000人次"
    for key, text, quote_, answer in (
        ("a", f"{place}到2025年{topic}产值要达到多少？", quote, [f"{number + 3}00亿元"]),
        ("b", f"{place}要建几个{topic}基地？", base, [f"{number + 1}个"]),
        ("c", f"{place}每年培训多少{topic}人才？", people, [f"{number + 4}000人次"]),
        ("u", f"{place}{topic}发展的用地指标是多少亩？", None, []),
    ):
        yield {
            "id": f"{number}{key}",
            "question": text,
            "history": [],
            "type": "number" if quote_ else "unanswerable",
            "style": "lexical",
            "docs": [path] if quote_ else [],
            "evidence": [{"doc": path, "quote": quote_}] if quote_ else [],
            "answer": answer,
            "section": [],
            "document": path,
            **({} if quote_ else {"near_miss": "attribute"}),
        }


def write_inputs(folder):
    body = "".join(
        f"第{n}条　各级人民政府应当加强对{topic}工作的领导，支持{topic}企业依法经营。\n"
        for n, topic in zip("一二三四五六", TOPICS, strict=True)
    )
    with lzma.open(folder / "laws.jsonl.xz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"title": "产业促进条例", "body": body}, ensure_ascii=False) + "\n")
    manifest, lines = [], []
    with tarfile.open(folder / "documents.tar.xz", "w:xz") as tar:
        for number, (place, topic) in enumerate(zip(PLACES, TOPICS, strict=True)):
            path = f"plans/{number}.txt"
            copies = [path, f"copies/{number}.txt"] if number == 0 else [path]
            for name in copies:
                data = plan(place, topic, number).encode()
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
                manifest.append({"file": name, "split": "train"})
            asked = list(questions(place, topic, number, path))
            lines += asked
            if number == 0:
                lines.append(asked[0] | {"id": "0copy", "document": copies[1]})
    manifest.append({"file": "plans/5.txt", "split": "reserve"})
    manifest.remove({"file": "plans/5.txt", "split": "train"})
    for name, records in (("manifest.jsonl", manifest), ("questions.jsonl", lines)):
        text = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
        (folder / name).write_text(text, encoding="utf-8")


def run(*words):
    """Call the command line; libraries that announce their future do not matter here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main(["--threads", "1", *map(str, words)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The inputs, the pack and a pretrained encoder."""
    folder = tmp_path_factory.mktemp("contextual")
    write_inputs(folder)
    files = ("--laws", folder / "laws.jsonl.xz", "--documents", folder / "documents.tar.xz")
    asked = ("--questions", folder / "questions.jsonl", "--words", "600")
    run("pack", *files, *asked, "--out", folder / "pack")
    pretrained(folder, "whole", seconds="600")
    return folder


def pretrained(folder, name, *, seconds, extra=()):
    small = ("--shape", "tiny", "--batch", "4", "--length", "48", "--accumulate", "2")
    paths = ("--pack", folder / "pack", "--out", folder / name)
    speed = ("--steps", "30", "--rate", "5e-3")
    run("pretrain", *paths, *small, *speed, "--seconds", seconds, *extra)


@pytest.fixture(scope="module")
def joint(folder):
    """A checkpoint with every head trained."""
    finetuned(folder, "joint")
    return folder / "joint"


def finetuned(folder, task, *extra, steps=25):
    paths = ("--pack", folder / "pack", "--encoder", folder / "whole", "--out", folder / task)
    sizes = ("--questions", "4", "--listed", "3", "--length", "96", "--rate", "3e-3")
    run("finetune", *paths, "--task", task, *sizes, "--steps", steps, *extra)
    return json.loads((folder / task / "report.json").read_text(encoding="utf-8"))


# --- the pack --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pack(folder):
    return read_pack(folder / "pack")


def test_every_question_whose_document_is_there_is_packed(pack):
    ids = [f"{number}{key}" for number in range(5) for key in "abcu"]
    assert sorted(one.id for one in pack.questions) == sorted([*ids, "0copy"])


def test_spans_are_verbatim(pack, folder):
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = {record["id"]: record for record in map(json.loads, lines)}
    for one in pack.questions:
        quotes = [pack.quoted[p].slice(a, b) for p, a, b in one.quotes]
        answers = [pack.quoted[p].slice(a, b) for p, a, b in one.answers]
        assert quotes == [evidence["quote"] for evidence in asked[one.id]["evidence"]]
        assert answers == asked[one.id]["answer"]


def test_the_tokens_of_a_quoted_passage_are_its_characters(pack):
    for passage, quoted in pack.quoted.items():
        body = pack.body(passage)
        assert len(body) == len(quoted.starts) == len(quoted.ends)
        tokens = "".join(pack.tokenizer.id_to_token(int(number)) for number in body)
        assert tokens == squeeze(quoted.text)


def test_a_passage_below_its_headings_is_tokenised_part_by_part(pack):
    """What the product gives a model, parts joined by line breaks, gives the ids of the pack."""
    question = pack.questions[0]
    passage = question.evidence[0]
    path = ["青溪市海洋装备发展行动计划(2020-2025年)", "一、总体要求", "(二)主要目标"]
    text = "\n".join([*path, pack.quoted[passage].text])
    ids = np.concatenate([pack.context(passage), pack.body(passage)])
    assert pack.encode(text).tolist() == ids.tolist()


def test_an_unanswerable_question_has_no_span_but_its_document(pack):
    without = [one for one in pack.questions if one.id.endswith("u")]
    assert len(without) == 5
    for one in without:
        assert (one.evidence, one.quotes, one.answers) == ((), (), ())
        assert one.own
        assert one.near_miss == "attribute"


def test_no_negative_holds_the_evidence_even_in_a_copy(pack):
    one = next(one for one in pack.questions if one.id == "0a")
    copies = [p for p, quoted in pack.quoted.items() if "突破300亿元" in quoted.text]
    assert len(copies) == 2
    assert set(one.evidence) == set(copies)
    assert not {passage for passage, _ in one.same} & set(copies)


def test_folds_share_no_document_and_no_copy_of_one(pack):
    folds = {}
    for one in pack.questions:
        for document in one.documents:
            folds.setdefault(document, set()).add(one.fold)
    assert all(len(found) == 1 for found in folds.values())
    by_id = {one.id: one.fold for one in pack.questions}
    assert by_id["0copy"] == by_id["0a"]
    assert len(set(by_id.values())) == 5


# --- pretraining -----------------------------------------------------------------------------


def test_two_pieces_give_the_weights_of_one(folder):
    pretrained(folder, "pieces", seconds="0")  # a step, then the time is over
    state, _, _ = load_checkpoint(folder / "pieces")
    assert state["progress"]["step"] == 1
    pretrained(folder, "pieces", seconds="600")
    _, whole, moments = load_checkpoint(folder / "whole")
    _, pieces, also = load_checkpoint(folder / "pieces")
    assert moments.keys() == also.keys()
    assert whole.keys() == pieces.keys()
    for name, weights in whole.items():
        assert torch.equal(weights, pieces[name]), name


def test_the_masked_loss_falls(folder):
    losses = [loss for _, loss in load_checkpoint(folder / "whole")[0]["progress"]["losses"]]
    assert len(losses) == 30
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) - 0.5


def test_a_compact_checkpoint_goes_on_without_moments(folder):
    pretrained(folder, "compact", seconds="0", extra=("--compact",))
    state, _, moments = load_checkpoint(folder / "compact")
    assert (state["compact"], moments) == (True, {})
    pretrained(folder, "compact", seconds="0", extra=("--compact",))
    assert load_checkpoint(folder / "compact")[0]["progress"]["step"] == 2


# --- tasks -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "steps", "figures"),
    [
        ("embed", 25, {"bm25", "embed", "embed+bm25"}),
        ("rerank", 60, {"bm25", "rerank", "rerank+bm25", "sentence_accuracy"}),
        ("read", 25, {"span_f1", "auc_bm25", "auc_answerable", "auc_span"}),
        ("answerable", 25, {"auc_bm25", "auc_answerable", "auc_span"}),
    ],
)
def test_a_task_learns_and_reports_its_figures(folder, task, steps, figures):
    extra = ("--pair-steps", "2") if task == "embed" else ()
    report = finetuned(folder, task, *extra, steps=steps)
    losses = [step[task] for step in report["losses"] if task in step]
    assert len(losses) == steps
    assert np.mean(losses[-8:]) < np.mean(losses[:8])
    assert set(report["held_out"]) == figures


def test_the_joint_task_trains_every_head(folder, joint):
    report = json.loads((joint / "report.json").read_text(encoding="utf-8"))
    first, last = report["losses"][0], report["losses"][-1]
    assert set(first) == {"embed", "rerank", "read", "answerable"}
    assert sum(last.values()) < sum(first.values())
    state, weights, _ = load_checkpoint(joint)
    assert (state["task"], state["held_out_fold"]) == ("joint", 0)
    assert {"rank.weight", "answer.weight", "read.weight"} <= weights.keys()


# --- export ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exported(folder, joint):
    run("export", "--checkpoint", joint, "--pack", folder / "pack", "--out", folder / "models")
    return folder / "models"


def test_the_encoder_loads_and_gives_unit_vectors(exported):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = SentenceTransformer(str(exported / "encoder"), device="cpu")
        vectors = model.encode(["青溪市产值多少？", "海洋装备\n产值突破300亿元"])
    assert vectors.shape == (2, 32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)


@pytest.mark.parametrize("kind", ["reranker", "answerable"])
def test_a_classifier_loads_as_a_cross_encoder(exported, kind):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = CrossEncoder(str(exported / kind), device="cpu")
        scores = model.predict([("产值多少？", "产值突破300亿元"), ("产值多少？", "培训人才")])
    assert scores.shape == (2,)
    assert scores[0] != scores[1]


def test_the_reader_loads_with_a_tokenizer_that_keeps_offsets(exported):
    folder = str(exported / "reader")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForQuestionAnswering.from_pretrained(folder)
    passage = "到２０２５年，\n产值突破300亿元"
    given = tokenizer("产值？", passage, return_tensors="pt", return_offsets_mapping=True)
    offsets = given.pop("offset_mapping")[0].tolist()
    second = [i for i, kind in enumerate(given["token_type_ids"][0].tolist()) if kind == 1]
    assert passage[offsets[second[1]][0] : offsets[second[1]][1]] == "２０２５"
    with torch.no_grad():
        found = model(**given)
    assert found.start_logits.shape == found.end_logits.shape == given["input_ids"].shape


def test_the_exported_models_score_as_the_trained_one(exported, folder, joint):
    from index.training.evaluate import Evaluation
    from index.training.finetune import load_heads

    pack = read_pack(folder / "pack")
    model, _ = load_heads(joint, trained=True)
    evaluation = Evaluation(model.eval(), pack, 96)
    one = pack.questions[0]
    passage = one.evidence[0]
    path = ["青溪市海洋装备发展行动计划(2020-2025年)", "一、总体要求", "(二)主要目标"]
    text = "\n".join([*path, pack.quoted[passage].text])
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        encoder = SentenceTransformer(str(exported / "encoder"), device="cpu")
        reranker = CrossEncoder(str(exported / "reranker"), device="cpu")
        cosine = float(np.dot(*encoder.encode([one.text, text])))
        logit = reranker.predict([(one.text, text)], activation_fn=torch.nn.Identity())[0]
        assert cosine == pytest.approx(evaluation.embed_scores(one, [passage])[0], abs=1e-4)
        assert logit == pytest.approx(evaluation.rank_scores(one, [passage])[0], abs=1e-4)


def test_the_card_says_what_the_weights_come_from(exported):
    for kind in ("encoder", "reranker", "reader", "answerable"):
        text = (exported / kind / "README.md").read_text(encoding="utf-8")
        assert "Copyright Law" in text
        assert f"# {kind}" in text
