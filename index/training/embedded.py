"""Train the ``embedded`` encoder: one vector a word, a text is the mean of its words.

Reads laws and official documents, which are outside copyright (Copyright Law of the People's
Republic of China, art. 5), and writes a sentence-transformers folder holding a ``StaticEmbedding``:

1. words: jieba counts over the texts, with every character seen, make a Unigram tokenizer;
2. training, from small random vectors: in-batch contrastive loss (van den Oord et al. 2018)
   on pairs the texts hold by themselves: title or heading and passage, sentence or clause and
   the rest of its passage.

No question and no answer is used. The same texts, seed, library versions and number of threads
give the same weights. Development code: the product does not import it.
"""

from __future__ import annotations

import argparse
import io
import json
import lzma
import re
import tarfile
import time
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jieba
import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

DIMENSIONS = 128
OFFICIAL_FOLDERS = (
    "city_work_report_txt",
    "five_year_plans",
    "govcn_env",
    "national_work_report",
    "prov_work_report_docx",
    "regulations_md",
    "xlsx_policies",
)
"""Folders whose files are laws, plans, notices and work reports, not press items."""


SPACE_IN_CHINESE = r"(?<![a-z0-9])\s+|\s+(?![a-z0-9])"
NOT_A_WORD = r"[^\p{L}\p{N}]+"
HEADING = re.compile(
    r"\s*(#+\s*)?(第[一二三四五六七八九十百]+[编章节]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)])"
)
CLAUSE_END = re.compile(r"(?<=[，,；;：:、])")
SENTENCE_END = re.compile(r"(?<=[。！？!?])")
LONGEST_HEADING = 40
LONGEST_PASSAGE = 300

Ids = npt.NDArray[np.int64]


# --- texts -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A title and what stands under it."""

    title: str
    body: str


def read_laws(path: Path) -> Iterator[Text]:
    """Yield laws from JSON lines with ``title`` and ``body``, packed by xz."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield Text(record["title"], record["body"])


def read_documents(archive: Path) -> Iterator[Text]:
    """Yield official documents of the ``train`` split of a tar, ``manifest.jsonl`` beside it."""
    manifest = (archive.parent / "manifest.jsonl").read_text(encoding="utf-8")
    titles = {
        record["file"]: record["title"]
        for record in map(json.loads, manifest.splitlines())
        if record["split"] == "train" and record["file"].split("/")[0] in OFFICIAL_FOLDERS
    }
    with tarfile.open(archive) as tar:
        members = {member.name.removeprefix("./"): member for member in tar if member.isfile()}
        for name in sorted(titles.keys() & members.keys()):
            handle = tar.extractfile(members[name])
            if handle is not None and (body := as_text(name, handle.read())):
                yield Text(titles[name], body)


def as_text(name: str, data: bytes) -> str:
    """Return the text of a .txt, .md or .docx file, "" for other kinds."""
    if name.endswith((".txt", ".md")):
        return data.decode("utf-8", errors="ignore")
    if name.endswith(".docx"):
        xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode("utf-8")
        return re.sub(r"<[^>]+>", "", xml.replace("</w:p>", "\n"))
    return ""


# --- passages --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sample:
    """A passage as sentences of clauses, with what stands above it."""

    title: str
    heading: str
    sentences: tuple[tuple[str, ...], ...]


def folded(text: str) -> str:
    """Return text as the tokenizer's normaliser sees it, line by line."""
    return unicodedata.normalize("NFKC", text).lower()


def samples_of(text: Text) -> Iterator[Sample]:
    """Cut a text into passages at its headings and lines, none longer than about 300 characters."""
    title, heading, size = folded(text.title), "", 0
    pending: list[str] = []
    for line in folded(text.body).splitlines():
        line = line.strip(" #*\t")
        if HEADING.match(line) and len(line) <= LONGEST_HEADING:
            yield from _sample(title, heading, pending)
            heading, pending, size = line, [], 0
            continue
        for sentence in filter(str.strip, SENTENCE_END.split(line)):
            if size + len(sentence) > LONGEST_PASSAGE:
                yield from _sample(title, heading, pending)
                pending, size = [], 0
            pending.append(sentence)
            size += len(sentence)
    yield from _sample(title, heading, pending)


def _sample(title: str, heading: str, sentences: list[str]) -> Iterator[Sample]:
    if sum(map(len, sentences)) >= 20:
        clauses = tuple(tuple(filter(str.strip, CLAUSE_END.split(s))) for s in sentences)
        yield Sample(title, heading, clauses)


# --- tokenizer -------------------------------------------------------------------------------


def count_words(samples: list[Sample]) -> Counter[str]:
    """Count jieba words and single characters of the passages."""
    words: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for sample in samples:
        text = re.sub(r"\s+", "", "".join("".join(s) for s in sample.sentences))
        words.update(word for word in jieba.cut(text, HMM=False) if word.isalnum())
        characters.update(c for c in text if c.isalnum())
    for character in characters:
        words[character] = max(words[character], 1)
    return words


def make_tokenizer(words: Counter[str], size: int) -> Tokenizer:
    """Return a Unigram tokenizer of the most frequent words and every character."""
    kept = {word for word in words if len(word) == 1}
    for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0])):
        if len(kept) >= size - 1:
            break
        kept.add(word)
    total = sum(words[word] for word in kept)
    vocabulary = [("[UNK]", 0.0)]
    vocabulary += [(word, float(np.log(words[word] / total))) for word in sorted(kept)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex(SPACE_IN_CHINESE), ""),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(NOT_A_WORD), "removed")
    return tokenizer


# --- pairs -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sample as token ids."""

    document: int
    title: Ids
    heading: Ids
    sentences: tuple[tuple[Ids, ...], ...]


def encode_samples(samples: list[Sample], tokenizer: Tokenizer) -> list[Encoded]:
    """Turn samples into ids: clause by clause, since no word crosses punctuation."""
    documents: dict[str, int] = {}
    cache: dict[str, Ids] = {}

    def ids(text: str) -> Ids:
        if text not in cache:
            cache[text] = np.array([i for i in tokenizer.encode(text).ids if i], dtype=np.int64)
        return cache[text]

    return [
        Encoded(
            documents.setdefault(sample.title, len(documents)),
            ids(sample.title),
            ids(sample.heading),
            tuple(tuple(ids(clause) for clause in sentence) for sentence in sample.sentences),
        )
        for sample in samples
    ]


def joined(parts: list[Ids]) -> Ids:
    """Concatenate ids."""
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


class Pairs:
    """Draws (query, passage) pairs; every draw of a passage may give another pair."""

    def __init__(self, samples: list[Encoded], rng: np.random.Generator, drop: float) -> None:
        self.rng = rng
        self.drop = drop
        self.by_document: dict[int, list[Encoded]] = {}
        for sample in samples:
            self.by_document.setdefault(sample.document, []).append(sample)
        self.documents = sorted(self.by_document)
        sizes = np.array([len(self.by_document[d]) for d in self.documents], dtype=np.float64)
        self.weights = sizes**0.75 / (sizes**0.75).sum()

    def batch(self, size: int, group: int = 8) -> tuple[list[Ids], list[Ids], Ids]:
        """Return queries, passages, and each pair's group: pairs of one group are not told apart.

        Up to ``group`` passages come from one document, so that telling neighbours apart is
        learned as well as telling subjects apart.
        """
        queries: list[Ids] = []
        passages: list[Ids] = []
        groups: list[int] = []
        while len(queries) < size:
            document = int(self.rng.choice(len(self.documents), p=self.weights))
            samples = self.by_document[self.documents[document]]
            chosen = self.rng.choice(len(samples), size=min(group, len(samples)), replace=False)
            for position in chosen:
                query, passage, broad = self.pair(samples[position])
                if len(query) and len(passage):
                    queries.append(query)
                    passages.append(passage)
                    groups.append(document if broad else -1 - len(groups))
        return queries[:size], passages[:size], np.array(groups[:size], dtype=np.int64)

    def pair(self, sample: Encoded) -> tuple[Ids, Ids, bool]:
        """Return a query, its passage, and whether the query fits the whole document."""
        kind = self.rng.random()
        body = [clause for sentence in sample.sentences for clause in sentence]
        if kind < 0.1:
            return self.thinned(sample.title), self.hidden(joined(body), sample.title), True
        if kind < 0.25 and len(sample.heading):
            return self.thinned(sample.heading), self.hidden(joined(body), sample.heading), True
        taken, rest = self.split(sample, kind)
        query = self.thinned(joined(taken))
        if self.rng.random() < 0.25:
            query = joined([self.thinned(sample.title), query])
        passage = self.hidden(joined(rest), query)
        if self.rng.random() < 0.5:
            passage = joined([sample.title, sample.heading, passage])
        return query, passage, False

    def split(self, sample: Encoded, kind: float) -> tuple[list[Ids], list[Ids]]:
        """Take a sentence, a half or a clause out of a passage."""
        sentences = sample.sentences
        body = [clause for sentence in sentences for clause in sentence]
        if kind < 0.55 and len(sentences) > 1:
            chosen = int(self.rng.integers(len(sentences)))
            rest = [c for i, s in enumerate(sentences) if i != chosen for c in s]
            return list(sentences[chosen]), rest
        if kind < 0.7 and len(body) > 3:
            middle = int(self.rng.integers(1, len(body)))
            return body[:middle], body[middle:]
        length = int(self.rng.integers(1, 4))
        start = int(self.rng.integers(max(1, len(body) - length + 1)))
        return body[start : start + length], body[:start] + body[start + length :]

    def thinned(self, ids: Ids) -> Ids:
        """Drop words at random."""
        return ids[self.rng.random(len(ids)) >= 0.15]

    def hidden(self, passage: Ids, query: Ids) -> Ids:
        """Drop some of the words the passage shares with the query: the rest must do."""
        shared = np.isin(passage, query)
        return passage[~(shared & (self.rng.random(len(passage)) < self.drop))]


# --- vectors ---------------------------------------------------------------------------------


def bag(table: torch.nn.EmbeddingBag, texts: list[Ids]) -> torch.Tensor:
    """Return the unit mean vectors of texts."""
    offsets = torch.from_numpy(np.cumsum([0] + [len(text) for text in texts[:-1]]))
    vectors = table(torch.from_numpy(np.concatenate(texts)), offsets)
    return torch.nn.functional.normalize(vectors, dim=-1)


def contrast(a: torch.Tensor, b: torch.Tensor, groups: Ids, scale: float) -> torch.Tensor:
    """Return the in-batch contrastive loss, both ways, leaving out pairs of one group."""
    scores = a @ b.T * scale
    same = torch.from_numpy(groups[:, None] == groups[None, :])
    same.fill_diagonal_(False)
    scores = scores.masked_fill(same, -1e4)
    target = torch.arange(len(a))
    cross_entropy = torch.nn.functional.cross_entropy
    return (cross_entropy(scores, target) + cross_entropy(scores.T, target)) / 2


def train(table: torch.nn.EmbeddingBag, pairs: Pairs, options: argparse.Namespace) -> None:
    """Train the table in place, with a learning rate that falls to nothing."""
    optimizer = torch.optim.Adam(table.parameters(), lr=options.rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / options.steps)
    started, total = time.perf_counter(), 0.0
    for step in range(1, options.steps + 1):
        queries, passages, groups = pairs.batch(options.batch)
        loss = contrast(bag(table, queries), bag(table, passages), groups, options.scale)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        total += loss.item()
        if step % 100 == 0:
            seconds = time.perf_counter() - started
            print(f"step {step}/{options.steps} loss {total / 100:.4f} {seconds:.0f} s", flush=True)
            total = 0.0


def save(table: torch.nn.EmbeddingBag, tokenizer: Tokenizer, out: Path) -> None:
    """Write the sentence-transformers folder."""
    weights = table.weight.detach().clone()
    weights[0] = 0  # an unknown word adds nothing
    weights /= weights.norm(dim=1)[1:].mean()
    module = StaticEmbedding(tokenizer, embedding_weights=weights)
    model = SentenceTransformer(modules=[module, Normalize()], device="cpu")
    model.save(str(out), create_model_card=False)
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    (out / "model.safetensors").chmod(0o644)


def main() -> None:
    """Read texts, train, write."""
    options = parse_options()
    torch.set_num_threads(options.threads)
    rng = np.random.default_rng(options.seed)
    texts = [*read_laws(options.laws), *read_documents(options.documents)]
    samples = list(dict.fromkeys(s for text in texts for s in samples_of(text)))
    print(f"{len(texts)} texts, {len(samples)} passages", flush=True)
    tokenizer = make_tokenizer(count_words(samples), options.words)
    size = tokenizer.get_vocab_size()
    encoded = encode_samples(samples, tokenizer)
    print(f"{size} words, {sum(len(c) for e in encoded for s in e.sentences for c in s)} in all")
    torch.manual_seed(options.seed)
    table = torch.nn.EmbeddingBag(size, DIMENSIONS, mode="mean")
    torch.nn.init.normal_(table.weight, std=0.05)
    train(table, Pairs(encoded, rng, options.drop), options)
    save(table, tokenizer, options.out)


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description="Train the embedded encoder.")
    parser.add_argument("--laws", type=Path, required=True, help="JSON lines packed by xz")
    parser.add_argument("--documents", type=Path, required=True, help="tar beside manifest.jsonl")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--words", type=int, default=28_000, help="size of the vocabulary")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--batch", type=int, default=1024, help="pairs a step")
    parser.add_argument("--rate", type=float, default=5e-3)
    parser.add_argument("--scale", type=float, default=20.0)
    parser.add_argument("--drop", type=float, default=0.3, help="shared words hidden in passages")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
