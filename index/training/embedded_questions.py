"""Second stage of the ``embedded`` encoder: word vectors moved so that questions find evidence.

Takes the folder of the first stage (``index.training.embedded``), questions whose evidence is known
and the documents they were asked of. Each word gets a weight and a small shift of its vector, such
that the passage with the evidence comes first among the passages of its group of documents when the
score is added to BM25's: what BM25 gets right by itself need not be learned. Then a quarter of the
way is gone back (Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022), which loses
little on documents like these and gains on documents of other kinds.

``--hold-out`` leaves out the questions and documents of one fold: for measuring, and for whoever
trains something else on the scores of these questions. Same files, seed and library versions give
the same weights on one thread. Development code: the product does not import it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save_file
from torch.nn.functional import normalize

from corpus.document import Document
from corpus.load import read_file
from corpus.parse import parse
from index.analyser import search_terms, search_text
from index.static import StaticEncoder, WordIds, load_static

FOLDS = 5
K1, B = 1.2, 0.75
CANDIDATES = 100
"""BM25 as the product has it, standardised over as many passages as the product fuses."""

OFFICIAL_FOLDERS = (
    "city_work_report_docx",
    "five_year_plans",
    "govcn_env",
    "govcn_html",
    "national_work_report",
    "pkulaw_txt",
    "prov_work_report_docx",
    "regulations_md",
    "xlsx_policies",
)
"""Folders whose files are regulations, plans, notices, replies and work reports: official documents
only, no guides, press items or books. Questions on other folders are dealt out but not learned."""

Scores = npt.NDArray[np.float32]


# --- questions and passages ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the one before it, and the quotes that answer it."""

    document: str
    text: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Documents searched together: passages as searched, questions, BM25 and which are right.

    ``lexical`` and ``right`` have shape (questions, passages).
    """

    passages: tuple[str, ...]
    questions: tuple[str, ...]
    lexical: Scores
    right: npt.NDArray[np.bool_]


def read_questions(files: Iterable[Path]) -> list[Asked]:
    """Read the answerable questions of one document each."""
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [
        Asked(
            record["document"],
            " ".join([*record["history"][-1:], record["question"]]),
            tuple(evidence["quote"] for evidence in record["evidence"]),
        )
        for record in map(json.loads, lines)
        if record["evidence"] and isinstance(record["document"], str)
    ]


def folds_of(documents: Iterable[str]) -> dict[str, int]:
    """Deal documents out to the folds in the order of the checksums of their names."""
    names = sorted(set(documents), key=lambda name: hashlib.sha256(name.encode()).digest())
    return {name: place % FOLDS for place, name in enumerate(names)}


def official(name: str) -> bool:
    """Whether a document may be learned from."""
    return name.split("/")[0] in OFFICIAL_FOLDERS


def make_group(folder: Path, names: Sequence[str], asked: Sequence[Asked]) -> Group:
    """Cut the documents as the product does and find the passages that hold the quotes.

    Questions whose quotes are not found are left out.
    """
    texts: list[str] = []
    holders: dict[str, list[tuple[str, int, int, int]]] = defaultdict(list)
    for name in names:
        for document in read_file(folder / name):
            if isinstance(document, Document):
                for passage in parse(document).passages:
                    place = (document.text, passage.start, passage.end, len(texts))
                    holders[name].append(place)
                    texts.append(search_text(passage, document.metadata))
    found = [(one, _holding(one.quotes, holders[one.document])) for one in asked]
    kept = [(one, places) for one, places in found if places]
    right = np.zeros((len(kept), len(texts)), dtype=bool)
    for row, (_, places) in enumerate(kept):
        right[row, places] = True
    questions = tuple(one.text for one, _ in kept)
    return Group(tuple(texts), questions, standardised(bm25(texts, questions)), right)


def _holding(quotes: Sequence[str], passages: list[tuple[str, int, int, int]]) -> list[int]:
    """Return the passages that a quote overlaps."""
    return sorted(
        {
            place
            for text, start, end, place in passages
            for quote in quotes
            if (at := text.find(quote)) >= 0 and at < end and start < at + len(quote)
        }
    )


def bm25(texts: Sequence[str], questions: Sequence[str]) -> Scores:
    """Return the scores of ``index.lexical``, shape (questions, texts)."""
    counts = [Counter(search_terms(text)) for text in texts]
    lengths = np.array([count.total() for count in counts])
    postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for place, count in enumerate(counts):
        for term, times in count.items():
            postings[term].append((place, times))
    norm = K1 * (1 - B + B * lengths / lengths.mean())
    scores = np.zeros((len(questions), len(texts)), dtype=np.float32)
    for row, question in enumerate(questions):
        for term, weight in Counter(search_terms(question)).items():
            if term in postings:
                at, times = np.array(postings[term]).T
                idf = math.log1p((len(texts) - len(at) + 0.5) / (len(at) + 0.5))
                scores[row, at] += weight * idf * times * (K1 + 1) / (times + norm[at])
    return scores


def standardised(scores: Scores) -> Scores:
    """Return z-scores of each row over its best passages; all others get the lowest of those."""
    best = np.sort(scores, axis=1)[:, -CANDIDATES:]
    deviation = best.std(axis=1, keepdims=True)
    floor = np.maximum(scores, best[:, :1])
    z: Scores = (floor - best.mean(axis=1, keepdims=True)) / np.where(deviation, deviation, 1)
    return z


# --- training --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bags:
    """A group as sparse matrices of word shares, one row a text, one column a word in use."""

    passages: torch.Tensor
    questions: torch.Tensor
    lexical: torch.Tensor
    right: torch.Tensor


def bags_of(group: Group, encoder: StaticEncoder, columns: WordIds) -> Bags:
    """Turn texts into shares of words; ``columns[word]`` is the column of a word."""

    def shares(texts: Sequence[str]) -> torch.Tensor:
        found = [columns[ids] for ids in encoder.word_ids_of(texts)]
        rows = np.repeat(np.arange(len(found)), [len(ids) for ids in found])
        values = np.concatenate([np.full(len(ids), 1 / max(len(ids), 1)) for ids in found])
        places = torch.from_numpy(np.stack([rows, np.concatenate(found)]))
        size = (len(found), int(columns.max()) + 1)
        weights = torch.from_numpy(values.astype(np.float32))
        return torch.sparse_coo_tensor(places, weights, size).coalesce()

    lexical, right = torch.from_numpy(group.lexical), torch.from_numpy(group.right)
    return Bags(shares(group.passages), shares(group.questions), lexical, right)


def thinned(bags: torch.Tensor, drop: float) -> torch.Tensor:
    """Drop words at random."""
    kept = torch.rand(bags.values().shape) >= drop
    return torch.sparse_coo_tensor(bags.indices(), bags.values() * kept, bags.shape)


def train(vectors: torch.Tensor, groups: list[Bags], options: argparse.Namespace) -> torch.Tensor:
    """Return the vectors moved, with learning rates that fall to nothing."""
    lengths = torch.zeros(len(vectors), requires_grad=True)
    shifts = torch.zeros_like(vectors, requires_grad=True)
    optimizer = torch.optim.Adam(
        [{"params": [lengths], "lr": options.length_rate}, {"params": [shifts], "lr": options.rate}]
    )
    steps = options.rounds * len(groups)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    for turn in range(1, options.rounds + 1):
        total = 0.0
        for place in torch.randperm(len(groups)).tolist():
            moved = lengths.exp()[:, None] * (vectors + shifts)
            loss = group_loss(moved, groups[place], options.drop)
            held = lengths.square().mean() + 0.1 * shifts.square().sum(dim=1).mean()
            optimizer.zero_grad()
            (loss + held).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"round {turn}/{options.rounds} loss {total / len(groups):.4f}", flush=True)
    moved = lengths.exp()[:, None] * (vectors + shifts)
    way: float = options.way
    return (vectors + way * (moved - vectors)).detach()


def group_loss(vectors: torch.Tensor, group: Bags, drop: float) -> torch.Tensor:
    """Return minus the log share of the right passages, over all passages of the group."""
    questions = normalize(torch.sparse.mm(thinned(group.questions, drop), vectors), dim=1)
    passages = normalize(torch.sparse.mm(thinned(group.passages, drop), vectors), dim=1)
    scores = (20 * questions @ passages.T + group.lexical).log_softmax(dim=1)
    return -scores.masked_fill(~group.right, -torch.inf).logsumexp(dim=1).mean()


def save(base: Path, vectors: torch.Tensor, out: Path) -> None:
    """Write the folder of the first stage with other weights."""
    shutil.copytree(base, out, dirs_exist_ok=True, ignore=shutil.ignore_patterns("README.md"))
    vectors = vectors / vectors.norm(dim=1)[1:].mean()
    save_file({"embedding.weight": vectors.contiguous()}, out / "model.safetensors")
    (out / "model.safetensors").chmod(0o644)


def main() -> None:
    """Read questions and documents, train, write."""
    options = parse_options()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    encoder = load_static(options.model, name="first stage", dense_weight=0.0)
    if encoder is None:
        raise SystemExit(f"{options.model} holds no static model")
    asked = read_questions(options.questions)
    folds = folds_of(one.document for one in asked)
    groups = []
    for fold in sorted(set(range(FOLDS)) - {options.hold_out}):
        names = [name for name in sorted(folds) if folds[name] == fold and official(name)]
        group = make_group(
            options.documents, names, [one for one in asked if one.document in names]
        )
        print(f"{len(names)} documents, {group.right.shape} questions × passages", flush=True)
        groups.append(group)
    texts = [text for group in groups for text in (*group.passages, *group.questions)]
    used = np.unique(np.concatenate(encoder.word_ids_of(texts)))
    columns = np.zeros(len(encoder.vectors), dtype=np.int32)
    columns[used] = np.arange(len(used))
    vectors = torch.from_numpy(encoder.vectors.copy())
    bags = [bags_of(group, encoder, columns) for group in groups]
    vectors[used] = train(vectors[used], bags, options)
    save(options.model, vectors, options.out)
    held_out = sorted(name for name in folds if folds[name] == options.hold_out)
    print(json.dumps({"held_out": held_out}, ensure_ascii=False))


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description="Train the embedded encoder on questions.")
    parser.add_argument("--model", type=Path, required=True, help="folder of the first stage")
    parser.add_argument("--documents", type=Path, required=True, help="folder of the documents")
    parser.add_argument("--questions", type=Path, nargs="+", required=True, help="JSON Lines")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--hold-out", type=int, choices=range(FOLDS), help="fold left out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--length-rate", type=float, default=2e-2)
    parser.add_argument("--drop", type=float, default=0.2, help="words hidden at random")
    parser.add_argument("--way", type=float, default=0.75, help="share of the way that is gone")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
