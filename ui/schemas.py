"""What the HTTP interface takes and returns, version 1: pydantic models and how they are made.

Requests refuse unknown fields. Responses are made from the values of ``corpus``, ``index`` and
``rag`` by their ``from_…`` constructors and hold nothing else. Offsets are counts of Unicode
characters into the document's stored text, half-open. How long a question may be is checked by
the assistant, so that the command line, the chat page and programs get one message; the schema
only documents it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from corpus.document import Document, Metadata, Section, SectionKind
from corpus.fold import squeeze
from index.hit import Filters, Hit, Span
from index.index import Index
from index.records import DocumentCard
from rag.answer import (
    Answer,
    Citation,
    Coverage,
    Part,
    QuestionKind,
    Refusal,
    RefusalReason,
    Table,
)
from rag.matching import matched_spans, pair_texts
from rag.query import content_of
from ui.fact_schemas import ReferenceOut

BATCH_LIMIT = 256
HISTORY_LIMIT = 20
QUESTION_LENGTH = 500

Question = Annotated[
    str,
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": QUESTION_LENGTH}),
    StringConstraints(strip_whitespace=True),
]
EarlierQuestion = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=QUESTION_LENGTH)
]
Year = Annotated[int, Field(ge=1900, le=2200)]


class Request(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class FilterFields(Request, title="查找范围；不填的项不作限制"):
    """Which documents are searched; fields that are left out do not restrict."""

    regions: list[str] = Field(
        default=[], max_length=100, description="行政区划全称，如“温州市”“全国”"
    )
    document_ids: list[str] = Field(default=[], max_length=1000, description="文件编号")
    issuers: list[str] = Field(default=[], max_length=100, description="发文机关")
    year_from: Year | None = Field(default=None, description="起始年份（含）")
    year_to: Year | None = Field(default=None, description="截止年份（含）")

    @model_validator(mode="after")
    def _years_in_order(self) -> Self:
        if self.year_from and self.year_to and self.year_from > self.year_to:
            raise PydanticCustomError("year_order", "year_from after year_to")
        return self

    def to_filters(self) -> Filters:
        """Return the same as ``index`` takes it."""
        return Filters(
            regions=tuple(self.regions),
            document_ids=tuple(self.document_ids),
            issuers=tuple(self.issuers),
            year_from=self.year_from,
            year_to=self.year_to,
        )


History = Annotated[
    list[EarlierQuestion],
    Field(max_length=HISTORY_LIMIT, description="本次对话中此前的提问，由早到晚"),
]


class AskRequest(Request, title="一个问题"):
    """A question."""

    question: Question = Field(description="问题，去掉首尾空白后1至500字")
    history: History = []
    filters: FilterFields = Field(default=FilterFields(), description="查找范围")
    top_k: int = Field(default=8, ge=1, le=50, description="返回的段落数")
    explain: bool = Field(default=False, description="是否在段落得分中给出融合得分")


class BatchRequest(Request, title="一批问题，逐个作答"):
    """Questions to answer one after the other; each is checked when its turn comes."""

    questions: list[
        Annotated[dict[str, Any], WithJsonSchema({"$ref": "#/components/schemas/AskRequest"})]
    ] = Field(max_length=BATCH_LIMIT, description="与 /ask 相同的请求，最多256个")


class SearchRequest(Request, title="一次检索"):
    """A search for passages."""

    query: Question = Field(description="检索内容，去掉首尾空白后1至500字")
    history: History = []
    top_k: int = Field(default=10, ge=1, le=100, description="返回的段落数")
    filters: FilterFields = Field(default=FilterFields(), description="查找范围")
    explain: bool = Field(default=False, description="是否在段落得分中给出融合得分")


class CitedPlace(Request, title="反馈所指的引用；可以原样传回 /ask 返回的引用"):
    """A place that feedback refers to; a citation of an answer can be sent back as it is."""

    model_config = ConfigDict(extra="ignore")

    doc_id: str = Field(max_length=64, description="文件编号")
    start: int = Field(ge=0, description="起始位置")
    end: int = Field(ge=0, description="结束位置")


class FeedbackRequest(Request, title="对一个回答的评价"):
    """What a reader thinks of an answer."""

    question: Question = Field(description="问题")
    answer: str = Field(max_length=50_000, description="所评价的回答")
    rating: Literal[1, -1] = Field(description="1 有用，-1 无用")
    comment: str = Field(default="", max_length=2000, description="意见")
    citations: list[CitedPlace] = Field(default=[], max_length=200, description="回答的引用")


class MetadataFields(Request, title="随文件上传的元数据，覆盖从正文识别的结果"):
    """Metadata sent with a file; they override what its text says."""

    title: str | None = Field(default=None, min_length=1, max_length=300, description="标题")
    doc_number: str | None = Field(default=None, max_length=100, description="发文字号")
    issuer: str | None = Field(default=None, max_length=200, description="发文机关")
    region: str | None = Field(default=None, max_length=50, description="行政区划全称")
    date_written: date | None = Field(default=None, description="成文日期")
    date_published: date | None = Field(default=None, description="发布日期")
    period: tuple[Year, Year] | None = Field(default=None, description="实施期限的起止年份")

    def overrides(self) -> dict[str, object]:
        """Return the fields that were given."""
        return {name: getattr(self, name) for name in sorted(self.model_fields_set)}


class CitationOut(BaseModel, title="一处引用：原文及其出处"):
    """A verbatim quote and where it stands."""

    number: int = Field(description="引用序号，从1起")
    doc_id: str = Field(description="文件编号")
    title: str = Field(description="文件标题")
    doc_number: str | None = Field(description="发文字号")
    issuer: str | None = Field(description="发文机关")
    region: str | None = Field(description="行政区划")
    date_written: date | None = Field(description="成文日期")
    page: int | None = Field(description="页码，从1起")
    section_path: list[str] = Field(description="所在章节，由外到内")
    quote: str = Field(description="原文，与正文[start:end)逐字相同")
    start: int = Field(description="起始位置")
    end: int = Field(description="结束位置")

    @classmethod
    def from_citation(cls, citation: Citation) -> Self:
        """Make from a citation."""
        return cls(
            number=citation.number,
            doc_id=citation.document_id,
            title=citation.title,
            doc_number=citation.doc_number,
            issuer=citation.issuer,
            region=citation.region,
            date_written=citation.date_written,
            page=citation.page,
            section_path=list(citation.section_path),
            quote=citation.quote,
            start=citation.start,
            end=citation.end,
        )


class PartOut(BaseModel, title="回答的一行：原文（quote）或本系统所加的小标题（label）"):
    """A line of an answer."""

    kind: Literal["quote", "label"]
    text: str
    citation: int | None = Field(description="引用序号；小标题没有")
    highlights: list[list[int]] = Field(description="text 中最直接作答的部分，[起, 止)")

    @classmethod
    def from_part(cls, part: Part) -> Self:
        """Make from a part."""
        return cls(
            kind=part.kind,
            text=part.text,
            citation=part.citation,
            highlights=[list(span) for span in part.highlights],
        )


class RefusalOut(BaseModel, title="不能作答的原因"):
    """Why there is no answer."""

    reason: RefusalReason
    detail: str = Field(description="原因说明")
    missing: list[str] = Field(description="文件库中缺少的地区、年份、单位等")
    nearest: list[CitationOut] = Field(description="最接近的原文")

    @classmethod
    def from_refusal(cls, refusal: Refusal) -> Self:
        """Make from a refusal."""
        return cls(
            reason=refusal.reason,
            detail=refusal.detail,
            missing=list(refusal.missing),
            nearest=[CitationOut.from_citation(citation) for citation in refusal.nearest],
        )


class TableOut(BaseModel, title="对比、汇总类问题的表格"):
    """The table of a comparison or enumeration."""

    columns: list[str]
    rows: list[list[str]]
    citation_of_row: list[int] = Field(description="每行依据的引用序号")

    @classmethod
    def from_table(cls, table: Table) -> Self:
        """Make from a table."""
        return cls(
            columns=list(table.columns),
            rows=[list(row) for row in table.rows],
            citation_of_row=list(table.citation_of_row),
        )


class CoverageOut(BaseModel, title="查了哪些内容"):
    """What was looked at."""

    documents_searched: int = Field(description="查找的文件数")
    exhaustive: bool = Field(description="是否逐节查遍")
    places_found: int = Field(description="找到的处数")

    @classmethod
    def from_coverage(cls, coverage: Coverage) -> Self:
        """Make from a coverage."""
        return cls(
            documents_searched=coverage.documents_searched,
            exhaustive=coverage.exhaustive,
            places_found=coverage.places_found,
        )


class HitOut(BaseModel, title="检索到的一个段落"):
    """A passage found."""

    rank: int = Field(description="名次，从1起")
    doc_id: str = Field(description="文件编号")
    title: str = Field(description="文件标题")
    doc_number: str | None = Field(description="发文字号")
    region: str | None = Field(description="行政区划")
    section_path: list[str] = Field(description="所在章节，由外到内")
    text: str = Field(description="段落原文，与正文[start:end)逐字相同")
    start: int = Field(description="起始位置")
    end: int = Field(description="结束位置")
    page: int | None = Field(description="页码，从1起")
    score: float = Field(description="得分，越高越相关，只在同一次结果内可比")
    scores: dict[str, float | None] = Field(
        description="各检索方法的得分：lexical、dense、rerank，未参与的为 null；explain 时加 fused"
    )
    terms: list[list[int]] = Field(description="text 中与问题相合的部分，[起, 止)")

    @classmethod
    def from_hit(
        cls, hit: Hit, metadata: Metadata, terms: Sequence[Span], *, explain: bool = False
    ) -> Self:
        """Make from a hit, its document's metadata and the matched spans of its text."""
        passage = hit.passage
        return cls(
            rank=hit.rank,
            doc_id=passage.document_id,
            title=metadata.title,
            doc_number=metadata.doc_number,
            region=metadata.region,
            section_path=list(passage.section_path),
            text=passage.text,
            start=passage.start,
            end=passage.end,
            page=passage.page,
            score=hit.score,
            scores=_scores(hit, explain=explain),
            terms=[list(span) for span in terms],
        )


def _scores(hit: Hit, *, explain: bool) -> dict[str, float | None]:
    """Show what each way of searching said; the score they were fused to only when asked for."""
    scores: dict[str, float | None] = {
        "lexical": hit.scores.get("lexical"),
        "dense": hit.scores.get("dense"),
        "rerank": hit.scores.get("rerank"),
    }
    return {**scores, "fused": hit.scores.get("fused", hit.score)} if explain else scores


class AskResponse(BaseModel, title="回答，或不能作答的原因"):
    """An answer, or why there is none."""

    answered: bool = Field(description="文件库里是否有答案")
    answer: str = Field(description="逐行的原文及引用序号；不能作答时为说明")
    parts: list[PartOut]
    confidence: float = Field(description="把握程度，0至1")
    refusal: RefusalOut | None
    kind: QuestionKind = Field(description="问题类型")
    standalone_question: str = Field(description="结合上文补全后的问题")
    citations: list[CitationOut]
    passages: list[HitOut] = Field(description="作答所依据的段落，由近到远")
    table: TableOut | None
    coverage: CoverageOut
    index_id: str = Field(description="索引的标识，内容变化则变化")
    elapsed_ms: float = Field(description="用时（毫秒）")

    @classmethod
    def from_answer(cls, answer: Answer, index: Index, *, explain: bool = False) -> Self:
        """Make from an answer that ``index`` gave; its hits are shown as a search shows them."""
        texts = pair_texts(content_of(squeeze(answer.standalone_question)))
        passages = [
            HitOut.from_hit(
                hit,
                index.document(hit.passage.document_id).metadata,
                matched_spans(texts, hit.passage.text),
                explain=explain,
            )
            for hit in answer.hits
        ]
        return cls(
            answered=answer.answered,
            answer=answer.text,
            parts=[PartOut.from_part(part) for part in answer.parts],
            confidence=answer.confidence,
            refusal=None if answer.refusal is None else RefusalOut.from_refusal(answer.refusal),
            kind=answer.kind,
            standalone_question=answer.standalone_question,
            citations=[CitationOut.from_citation(citation) for citation in answer.citations],
            passages=passages,
            table=None if answer.table is None else TableOut.from_table(answer.table),
            coverage=CoverageOut.from_coverage(answer.coverage),
            index_id=answer.index_id,
            elapsed_ms=answer.elapsed_ms,
        )


class FieldProblem(BaseModel, title="一个不合要求的字段"):
    """A field that is not accepted."""

    field: str = Field(description="字段，如 filters.year_from")
    detail: str = Field(description="说明")
    code: str = Field(description="供程序判断的类别")


class ProblemOut(BaseModel, title="出错说明（RFC 9457）"):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = Field(description="遇到了什么、可接受什么、下一步怎么做")
    errors: list[FieldProblem] | None = None


class BatchResponse(BaseModel, title="与请求同序的回答；不能处理的一项是出错说明"):
    """Answers and problems in the order of the questions."""

    answers: list[AskResponse | ProblemOut]


class SearchResponse(BaseModel, title="检索结果"):
    """Passages, best first."""

    hits: list[HitOut]
    elapsed_ms: float = Field(description="用时（毫秒）")


class DocumentSummary(BaseModel, title="文件库中的一份文件"):
    """A document of the library."""

    id: str = Field(description="文件编号")
    title: str | None = Field(description="文件写明的标题；没有写明时为空")
    display_title: str = Field(description="显示用的标题；没有标题的文件用文件名或其体裁代替")
    doc_number: str | None = Field(description="发文字号")
    issuer: str | None = Field(description="发文机关")
    region: str | None = Field(description="行政区划")
    date_written: date | None = Field(description="成文日期")
    date_published: date | None = Field(description="发布日期")
    period: list[int] | None = Field(description="实施期限的起止年份")
    genre: str | None = Field(description="文种，如“行动计划”“条例”")
    validity: str | None = Field(description="文件对效力的说明，如施行日期、有效期、试行")
    characters: int = Field(description="字数")
    sections: int = Field(description="章节数")
    passages: int = Field(description="段落数")
    source_name: str = Field(description="文件名")
    sha256: str

    @classmethod
    def from_card(cls, card: DocumentCard, **more: Any) -> Self:  # noqa: ANN401 - fields of a subclass
        """Make from a card of the index."""
        metadata = card.metadata
        return cls(
            id=card.id,
            title=None if metadata.untitled else metadata.title,
            display_title=metadata.title,
            doc_number=metadata.doc_number,
            issuer=metadata.issuer,
            region=metadata.region,
            date_written=metadata.date_written,
            date_published=metadata.date_published,
            period=None if metadata.period is None else list(metadata.period),
            genre=metadata.genre,
            validity=metadata.validity,
            characters=card.characters,
            sections=card.sections,
            passages=card.passages,
            source_name=card.source_name,
            sha256=card.sha256,
            **more,
        )


class DocumentsResponse(BaseModel, title="文件列表的一页"):
    """A page of the list of documents."""

    total: int = Field(description="符合条件的文件总数")
    documents: list[DocumentSummary]


class OutlineNode(BaseModel, title="章节树的一个节点"):
    """A node of the section tree."""

    label: str = Field(description="序号，如“（一）”")
    title: str
    level: int = Field(description="序号的层级")
    kind: SectionKind
    start: int = Field(description="标题的起始位置")
    end: int = Field(description="标题的结束位置")
    children: list[OutlineNode]


class NearDuplicate(BaseModel, title="内容相近的文件"):
    """A document of nearly the same text."""

    id: str = Field(description="文件编号")
    similarity: float = Field(description="估计的相似度，0.8至1")


class DocumentDetail(DocumentSummary, title="一份文件及其章节树、引用关系"):
    """A document with its section tree."""

    addressees: str | None = Field(description="主送机关，照录原文")
    signed_by: str | None = Field(description="签发人")
    region_path: list[str] = Field(description="行政区划的省、市、县，由大到小")
    inferred: list[str] = Field(description="推断得出、正文没有写明的字段")
    sources: dict[str, tuple[int, int]] = Field(description="各字段在正文中的起止位置")
    near_duplicates: list[NearDuplicate] = Field(description="库中内容相近的文件，由近到远")
    outline: list[OutlineNode]
    references: list[ReferenceOut] = Field(description="本文件引用的文件")
    referenced_by: list[ReferenceOut] = Field(description="引用本文件的文件")


class TextResponse(BaseModel, title="正文或其中一段"):
    """A document's text, or a part of it."""

    text: str
    start: int
    end: int
    characters: int = Field(description="全文字数")

    @classmethod
    def from_document(cls, document: Document, start: int, end: int) -> Self:
        """Make from the characters ``[start, end)`` of a document."""
        return cls(
            text=document.text[start:end], start=start, end=end, characters=len(document.text)
        )


class JobAccepted(BaseModel, title="已接收的上传任务"):
    """An upload that was taken in."""

    job_id: str


class FileResultOut(BaseModel, title="一份上传文件的结果"):
    """What became of an uploaded file."""

    source_name: str = Field(description="文件名")
    state: Literal["waiting", "added", "unchanged", "refused"]
    document_id: str | None = Field(description="文件编号；含多份文件时为第一份")
    document_ids: list[str] = Field(description="其中各份文件的编号")
    error: str | None = Field(description="被拒收的原因")


class JobResponse(BaseModel, title="上传任务的进度"):
    """How far an upload is."""

    job_id: str
    state: Literal["queued", "running", "finished", "cancelled"]
    done: int
    total: int
    files: list[FileResultOut]


class FeedbackAccepted(BaseModel, title="已记录的反馈"):
    """Feedback that was kept."""

    id: int


class Health(BaseModel, title="服务状态"):
    """The state of the service."""

    status: Literal["ok", "ready"]
    documents: int | None = None
    index_id: str | None = None


def outline_tree(sections: Sequence[Section]) -> list[OutlineNode]:
    """Nest a document's flat sections by their parents, in text order."""
    nodes = [
        OutlineNode(
            label=section.label,
            title=section.title,
            level=section.level,
            kind=section.kind,
            start=section.start,
            end=section.end,
            children=[],
        )
        for section in sections
    ]
    top: list[OutlineNode] = []
    for section, node in zip(sections, nodes, strict=True):
        siblings = top if section.parent is None else nodes[section.parent].children
        siblings.append(node)
    return top
