"""Train the networks of the answerer: ``python -m eval.training --documents FOLDER --work FOLDER``.

1. Every question is asked in a library of about twenty documents and in a few of them; the signs of
   all sentences read are kept with what is evidence (``examples``).
2. Five folds of libraries: a network for sentences is fitted on four and judged on the fifth, where
   documents and questions are new to it.
3. With that network the questions are asked again, also without the passages that answer, and
   answerability is fitted and judged in the same folds.
4. The networks that ship are fitted on all folds and written to ``--out``, the figures of the
   folds beside them. The networks of the folds stay in ``--work``.

``--answers`` trains nothing: it asks every question with the networks of its fold and prints how
good whole answers are.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from eval.judgement import Scores
from eval.training.answers import judged, summary
from eval.training.examples import Example, Library, Reader, Verdict, build, libraries
from eval.training.figures import ranking_figures, verdict_figures
from eval.training.fit import fit_labels, fit_lists
from index.encoder import EMBEDDED, load_encoder
from index.index import Index
from index.static import StaticEncoder
from index.training.embedded_questions import FOLDS
from rag.answerable import ANSWERABLE_MODEL, VERDICT
from rag.assistant import Assistant, Networks
from rag.evidence import SENTENCES_MODEL
from rag.network import MODELS, Network
from rag.signals import SENTENCE

QUESTIONS = sorted((Path(__file__).parents[1] / "questions").glob("train-*.jsonl"))
EMPTIED_WEIGHT = 0.15
"""What a question whose evidence was taken away weighs beside one that was asked of a document
without the answer: the former are many and easier."""


Parts = Mapping[str, Library]


def main() -> None:
    """Read options, train, write."""
    parser = argparse.ArgumentParser(prog="python -m eval.training", description=__doc__)
    parser.add_argument("--questions", type=Path, nargs="+", default=QUESTIONS)
    parser.add_argument("--documents", type=Path, required=True, help="folder of the documents")
    parser.add_argument("--work", type=Path, required=True, help="folder for libraries and folds")
    parser.add_argument(
        "--encoders",
        type=Path,
        help="folder of encoders 0 to 4, each trained with its fold held out",
    )
    parser.add_argument("--out", type=Path, default=MODELS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--answers", action="store_true", help="measure whole answers instead")
    options = parser.parse_args()
    parts = libraries(options.questions)
    if options.answers:
        print(json.dumps(measure_answers(parts, options), ensure_ascii=False, indent=1))
        return
    sentences = read_sentences(parts, options)
    fold_networks = {}
    for fold in range(FOLDS):
        rest = [one for one in sentences if fold_of(one) != fold]
        fold_networks[fold] = _sentences(rest, options.seed)
    final = _sentences(sentences, options.seed)
    whole = [one for one in sentences if not one.few]
    figures: dict[str, Any] = {"sentences": ranking_figures(whole, fold_networks, fold_of)}
    print(json.dumps(figures, ensure_ascii=False, indent=1), flush=True)
    verdicts = read_verdicts(parts, fold_networks, options)
    answerable = {
        fold: _answerable([one for one in verdicts if fold_of(one) != fold], options.seed)
        for fold in range(FOLDS)
    }
    figures["answerable"] = verdict_figures(verdicts, answerable, fold_of)
    for fold in range(FOLDS):
        write(options.work / f"fold{fold}", fold_networks[fold], answerable[fold])
    write(options.out, final, _answerable(verdicts, options.seed))
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    (options.out / "figures.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def fold_of(one: Example | Verdict) -> int:
    """The fold of a library."""
    return int(one.library[0])


def read_sentences(parts: Parts, options: argparse.Namespace) -> list[Example]:
    """Ask every question; no network is needed for the signs."""
    found: list[Example] = []
    for name, (files, questions) in parts.items():
        assistant, index = _open(name, files, options, (blank(SENTENCE), blank(VERDICT)))
        with index:
            reader = Reader(assistant, name)
            for question, about in tqdm(questions, f"sentences {name}"):
                if question.answerable and reader.holds_documents_of(question):
                    found.extend(reader.examples(question, about))
    return found


def read_verdicts(
    parts: Parts, networks: dict[int, Network], options: argparse.Namespace
) -> list[Verdict]:
    """Ask every question with the network that has not seen it."""
    found: list[Verdict] = []
    for name, (files, questions) in parts.items():
        network = (networks[int(name[0])], blank(VERDICT))
        assistant, index = _open(name, files, options, network)
        with index:
            reader = Reader(assistant, name)
            for question, about in tqdm(questions, f"verdicts {name}"):
                if reader.holds_documents_of(question):
                    found.extend(reader.verdicts(question, about))
    return found


def measure_answers(parts: Parts, options: argparse.Namespace) -> Mapping[str, Any]:
    """Ask every question with the networks of its fold."""
    rows: list[tuple[str, Scores]] = []
    for place, (name, (files, questions)) in enumerate(parts.items()):
        folder = options.work / f"fold{name[0]}"
        networks = (
            Network.load(folder / SENTENCES_MODEL, SENTENCE),
            Network.load(folder / ANSWERABLE_MODEL, VERDICT),
        )
        assistant, index = _open(name, files, options, networks)
        with index:
            rows += tqdm(judged(assistant, questions, place, len(parts)), f"answers {name}")
    return summary(rows)


def _open(
    name: str, files: Sequence[str], options: argparse.Namespace, networks: tuple[Network, Network]
) -> tuple[Assistant, Index]:
    documents = [options.documents / one for one in files]
    encoder = load_encoder(str(options.encoders / name[0]) if options.encoders else EMBEDDED)
    index = build(options.work / f"library{name}", documents, encoder)
    assert isinstance(encoder, StaticEncoder)
    return Assistant(index, networks=Networks(*networks, encoder)), index


def blank(columns: tuple[str, ...]) -> Network:
    """A network whose scores are all 0."""
    n = len(columns)
    zero = np.zeros
    return Network(
        columns, zero(n, np.float32), np.ones(n, np.float32), zero((1, n), np.float32),
        zero(1, np.float32), zero((1, n, 1), np.float32), zero((1, 1), np.float32),
        zero((1, 1), np.float32),
    )  # fmt: skip


def _sentences(examples: list[Example], seed: int) -> Network:
    tables = [one.table.values for one in examples if len(one.grades)]
    grades = [one.grades for one in examples if len(one.grades)]
    return fit_lists(SENTENCE, tables, grades, seed=seed)


def _answerable(verdicts: list[Verdict], seed: int) -> Network:
    soft = [one for one in verdicts if not one.hard]
    rows = np.stack([one.signs for one in soft])
    labels = np.array([one.answerable for one in soft])
    weights = np.array([EMPTIED_WEIGHT if one.emptied else 1.0 for one in soft], np.float32)
    return fit_labels(VERDICT, rows, labels, weights, seed=seed)


def write(folder: Path, sentences: Network, answerable: Network) -> None:
    """Write both networks."""
    folder.mkdir(parents=True, exist_ok=True)
    sentences.save(folder / SENTENCES_MODEL)
    answerable.save(folder / ANSWERABLE_MODEL)


if __name__ == "__main__":
    main()
