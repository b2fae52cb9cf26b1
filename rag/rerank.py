"""Rerankers: a question and a passage read together → how well the passage answers.

Holds the ``Reranker`` protocol, the adapter to sentence-transformers' cross-encoders and
``Reranking``, which brings the scores together with those of the searches.

sentence-transformers is imported when a model is loaded, never with this module: it takes seconds.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Collection, Sequence
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING, Any, Protocol

from corpus.errors import ModelUnavailable
from index.analyser import search_text
from index.encoder import load_model
from index.hit import Hit
from index.index import Index
from rag.fusion import z_scores

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

LENGTH = 512
BATCH_SIZE = 16
_ROBERTA_OFFSET = 2  # its position embeddings start after the place of the padding


class Reranker(Protocol):
    """Scores passages by reading each together with the question."""

    @property
    def name(self) -> str:
        """What the setting ``reranker`` has to be to load it."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a score a text; higher is better, comparable within one call only."""


def load_reranker(
    name: str, *, length: int = LENGTH, batch_size: int = BATCH_SIZE
) -> CrossEncoderReranker:
    """Load a cross-encoder: a folder, or a name on the model hub.

    ``length``: the most tokens of question and text read; less where the model cannot read more.
    Raises ModelUnavailable, also for a model that tells more than two classes apart.
    """
    model = load_model(name, _cross_encoder, _unavailable)
    if model.num_labels > 2:
        raise _unavailable(name, f"它分{model.num_labels}类，不给出一个分数")
    model.max_seq_length = fitting_length(model.config, model.tokenizer, length)
    return CrossEncoderReranker(model, name=name, batch_size=batch_size)


class CrossEncoderReranker:
    """A loaded cross-encoder. Use ``load_reranker`` to get one."""

    def __init__(self, model: CrossEncoder, *, name: str, batch_size: int = BATCH_SIZE) -> None:
        self.name = name
        self._model = model
        self._batch_size = batch_size
        self._lock = threading.Lock()  # its tokenizer is not for several threads

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the logit of each text; of a model with two classes, by how much yes leads no.

        Logits and not probabilities: those are all but 1 for every passage that fits.
        """
        from torch.nn import Identity

        if not texts:
            return []
        with self._lock:
            logits = self._model.predict(
                [(question, text) for text in texts],
                batch_size=self._batch_size,
                activation_fn=Identity(),
                show_progress_bar=False,
            )
        if logits.ndim == 2:
            logits = logits[:, -1] - (logits[:, 0] if logits.shape[1] == 2 else 0)
        return [float(logit) for logit in logits]


class Reranking:
    """Puts the best passages of a search in the order that search and reranker give together."""

    def __init__(self, index: Index, reranker: Reranker, *, candidates: int, weight: float) -> None:
        self._index = index
        self._reranker = reranker
        self._candidates = candidates
        self._weight = weight

    def apply(
        self, question: str, hits: Sequence[Hit], *, regions: Collection[str] = ()
    ) -> list[Hit]:
        """Return the hits, the first ``candidates`` reordered; the reranker's word in ``scores``.

        Each gets the reranker's standardised score times ``weight``, in deviations of the search's
        scores among them; the rest follow in their order, below. The lead that the search gives to
        documents of ``regions`` is left out of the deviation, so it stays a lead.
        """
        first, rest = hits[: self._candidates], hits[self._candidates :]
        if not first:
            return []
        metadata = self._index.metadata({hit.passage.document_id for hit in first})
        texts = [search_text(hit.passage, metadata[hit.passage.document_id]) for hit in first]
        said = self._reranker.score(question, texts)
        asked = [metadata[hit.passage.document_id].region in regions for hit in first]
        unit = _deviation_within([hit.score for hit in first], asked)
        scored = [
            replace(
                hit,
                score=hit.score + self._weight * unit * standard,
                scores={**hit.scores, "fused": hit.score, "rerank": score},
            )
            for hit, score, standard in zip(first, said, z_scores(said), strict=True)
        ]
        scored.sort(key=lambda hit: (-hit.score, hit.rank))
        drop = max(0.0, rest[0].score - scored[-1].score) if rest else 0.0
        scored += [replace(hit, score=hit.score - drop) for hit in rest]
        return [replace(hit, rank=rank) for rank, hit in enumerate(scored, start=1)]


def _deviation_within(scores: Sequence[float], groups: Sequence[bool]) -> float:
    """The deviation of scores from the mean of their group; 1 where none deviates.

    >>> _deviation_within([1.0, 3.0, 11.0, 13.0], [False, False, True, True])
    1.0
    """
    means = {
        group: fmean(score for score, own in zip(scores, groups, strict=True) if own == group)
        for group in set(groups)
    }
    apart = [(score - means[group]) ** 2 for score, group in zip(scores, groups, strict=True)]
    return math.sqrt(fmean(apart)) or 1.0


def fitting_length(config: Any, tokenizer: Any, wanted: int) -> int:  # noqa: ANN401 - any model's
    """Return how many tokens a model reads at once: ``wanted``, or less where it cannot."""
    limit = getattr(config, "max_position_embeddings", None) or wanted
    if "roberta" in str(getattr(config, "model_type", "")):
        limit -= _ROBERTA_OFFSET
    return int(min(wanted, limit, tokenizer.model_max_length))


def _cross_encoder(name: str, *, local_files_only: bool, revision: str | None) -> CrossEncoder:
    from sentence_transformers import CrossEncoder

    model: CrossEncoder = CrossEncoder(name, local_files_only=local_files_only, revision=revision)
    return model


def _unavailable(name: str, met: str) -> ModelUnavailable:
    return ModelUnavailable(
        name,
        met,
        accepted="重排模型可用本机上的 CrossEncoder 模型文件夹，或模型站点上的名称",
        advice="请把模型文件夹拷到本机并写入设置项 reranker（环境变量 CEWEN_RERANKER），"
        "或去掉这项设置",
    )
