"""The ``cewen`` command: thin; the only place that prints.

Results go to stdout, progress and errors to stderr (``cli_errors``). Heavy libraries are loaded by
the commands that need them, so that ``--help`` is immediate.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import (
    CewenError,
    DocumentError,
    IndexMissing,
)
from ui.cli_errors import Group, exit_code
from ui.facts_cli import facts

if TYPE_CHECKING:
    from index.encoder import SentenceTransformerEncoder
    from index.index import Index
    from index.static import StaticEncoder
    from rag.assistant import Assistant
    from rag.settings import Settings

Progress = Callable[[int, int | None, str], None]
FormatOption = click.option("--json", "as_json", is_flag=True, help="输出JSON，供程序读取。")
IndexOption = click.option(
    "--index", "index", type=click.Path(path_type=Path), help="索引目录（设置 index）。"
)
EncoderOption = click.option("--encoder", help="向量模型：embedded、模型名称或本地文件夹。")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("cewen"), prog_name="cewen", message="%(prog)s %(version)s")
def main() -> None:
    """策问：向政策文件提问，得到逐字引用、注明出处的回答。"""


@main.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="路径…"
)
@click.option(
    "--workers", type=click.IntRange(1, 256), help="同时读取的进程数（设置 read_workers）。"
)
@IndexOption
@EncoderOption
@FormatOption
def add(
    paths: Sequence[Path],
    workers: int | None,
    index: Path | None,
    encoder: str | None,
    as_json: bool,
) -> None:
    """把文件、文件夹或压缩包加入文件库；相同内容不重复加入。"""
    from corpus.load import find_files
    from corpus.readers import SUFFIXES
    from ui.adding import add_files

    settings = _settings(index=index, encoder=encoder, read_workers=workers)
    files = find_files(paths)
    if not files:
        raise DocumentError(
            "、".join(map(str, paths)),
            "没有可以加入的文件",
            accepted=f"可读取 {'、'.join(SUFFIXES)}",
            advice="请核对路径，或把文件另存为其中一种格式后再加入",
        )
    with _opened(settings, create=True) as library, _progress("加入文件") as progress:
        report = add_files(
            library,
            files,
            limits=settings.limits,
            workers=settings.read_workers or None,
            progress=progress,
        )
        counts = library.counts()
        names = {card.id: card.source_name for card in library.documents().documents}
    if as_json:
        totals = {"documents": counts.documents, "passages": counts.passages}
        _print_json({**report.as_json(), **totals})
    else:
        for line in report.lines(lambda one: names.get(one, one)):
            click.echo(line)
        click.echo(f"文件库现有 {counts.documents} 份文件、{counts.passages} 个段落。")
    for error in report.refused:
        click.echo(f"错误：{error}", err=True)
    if report.refused:
        sys.exit(3)


@main.command()
@click.argument("question", metavar="问题")
@click.option("--history", "-H", multiple=True, help="先前的问题，可重复，由早到晚。")
@click.option("--region", multiple=True, help="只在这些地区的文件中查找，可重复。")
@IndexOption
@EncoderOption
@FormatOption
def ask(
    question: str,
    history: Sequence[str],
    region: Sequence[str],
    index: Path | None,
    encoder: str | None,
    as_json: bool,
) -> None:
    """提问，得到逐字引用的回答和出处。"""
    from index.hit import Filters
    from ui.render import to_terminal

    with _assistant(index=index, encoder=encoder) as assistant:
        answer = assistant.ask(question, history, filters=Filters(regions=tuple(region)))
        if as_json:
            from ui.schemas import AskResponse

            click.echo(AskResponse.from_answer(answer, assistant.index).model_dump_json(indent=2))
        else:
            click.echo(to_terminal(answer))


@main.command()
@click.argument("query", metavar="词句")
@click.option("--top-k", type=click.IntRange(1, 100), default=10, show_default=True, help="条数。")
@click.option("--region", multiple=True, help="只在这些地区的文件中查找，可重复。")
@IndexOption
@EncoderOption
@FormatOption
def search(
    query: str,
    top_k: int,
    region: Sequence[str],
    index: Path | None,
    encoder: str | None,
    as_json: bool,
) -> None:
    """查找相关段落，由最相关的排起。"""
    from index.hit import Filters

    with _assistant(index=index, encoder=encoder) as assistant:
        found = assistant.search(query, filters=Filters(regions=tuple(region)), top_k=top_k)
        rows: list[dict[str, Any]] = [
            {
                "rank": hit.rank,
                "doc_id": hit.passage.document_id,
                "title": assistant.index.document(hit.passage.document_id).metadata.title,
                "section_path": list(hit.passage.section_path),
                "start": hit.passage.start,
                "end": hit.passage.end,
                "score": round(hit.score, 4),
                "text": hit.passage.text,
            }
            for hit in found.hits
        ]
    if as_json:
        _print_json({"hits": rows, "elapsed_ms": found.elapsed_ms})
        return
    for row in rows:
        click.echo(f"{row['rank']}. 《{row['title']}》 {' > '.join(row['section_path'])}")
        click.echo(f"   {' '.join(str(row['text']).split())[:160]}")
    if not rows:
        click.echo("没有找到相关段落。")


@main.command()
@click.argument("document", required=False, metavar="[文件]")
@click.option("--section", metavar="章节", help="只显示这一章节的原文，如 二、（五）。")
@IndexOption
@EncoderOption
@FormatOption
def show(
    document: str | None,
    section: str | None,
    index: Path | None,
    encoder: str | None,
    as_json: bool,
) -> None:
    """列出文件库，或显示一份文件的信息和章节目录，或其中一章节的原文。

    文件可写编号，或标题、文件名中的文字。
    """
    with _opened(_settings(index=index, encoder=encoder), create=False) as library:
        if document is None:
            _show_library(library, as_json=as_json)
        else:
            _show_document(library, document, section, as_json=as_json)


main.add_command(facts)


@main.command()
@click.option("--host", help="监听地址（设置 host，默认127.0.0.1）。")
@click.option("--port", type=click.IntRange(0, 65535), help="监听端口（设置 port，默认7860）。")
@click.option("--sample", metavar="问题", help="启动时先回答这个问题并显示。")
@IndexOption
@EncoderOption
def serve(
    host: str | None,
    port: int | None,
    sample: str | None,
    index: Path | None,
    encoder: str | None,
) -> None:
    """启动对话页面和HTTP接口。"""
    from ui.render import to_terminal
    from ui.serve import serve as run_server

    settings = _settings(host=host, port=port, index=index, encoder=encoder)

    def load() -> Assistant:
        assistant = _new_assistant(settings, bundled=True)
        if sample:
            click.echo(f"示例问题：{sample}")
            click.echo(to_terminal(assistant.ask(sample)) + "\n")
        return assistant

    run_server(load, settings, announce=click.echo)


@main.group(name="eval")
def evaluate() -> None:
    """用问题集评测回答质量。"""


@evaluate.command(name="run")
@click.argument("questions", type=click.Path(exists=True, path_type=Path), metavar="问题集.jsonl")
@click.option("--out", type=click.Path(path_type=Path), help="把每题的结果写入此文件。")
@IndexOption
@EncoderOption
@FormatOption
def eval_run(
    questions: Path, out: Path | None, index: Path | None, encoder: str | None, as_json: bool
) -> None:
    """逐题提问并打分，按题型和问法汇总。"""
    from eval import commands

    with (
        _assistant(index=index, encoder=encoder) as assistant,
        _progress("评测") as progress,
    ):
        report = commands.run(questions, assistant, out=out, progress=progress)
    click.echo(report.to_json() if as_json else report.to_text())


@evaluate.command(name="compare")
@click.argument("before", type=click.Path(exists=True, path_type=Path), metavar="之前.jsonl")
@click.argument("after", type=click.Path(exists=True, path_type=Path), metavar="之后.jsonl")
@FormatOption
def eval_compare(before: Path, after: Path, as_json: bool) -> None:
    """比较两次评测：哪些题变好，哪些变差，差别是否可信。"""
    from eval import commands

    comparison = commands.compare(before, after)
    click.echo(comparison.to_json() if as_json else comparison.to_text())


@evaluate.command(name="check")
@click.argument("questions", type=click.Path(exists=True, path_type=Path), metavar="问题集.jsonl")
@IndexOption
@EncoderOption
def eval_check(questions: Path, index: Path | None, encoder: str | None) -> None:
    """检查问题集的格式，并核对证据是否为文件库原文。"""
    from eval import commands

    with _assistant(index=index, encoder=encoder) as assistant:
        checked = commands.check(questions, assistant.index)
    click.echo(f"{checked.name}：{len(checked.questions)} 题，格式和证据都没有问题。")


@evaluate.command(name="gate")
@click.argument("run_file", type=click.Path(exists=True, path_type=Path), metavar="结果.jsonl")
@click.option(
    "--bound",
    "bounds",
    type=(str, float),
    multiple=True,
    required=True,
    help="指标和界限，可重复。",
)
def eval_gate(run_file: Path, bounds: Sequence[tuple[str, float]]) -> None:
    """检查一次评测是否达到各指标的界限；没有达到时退出码为1。"""
    from eval import commands
    from eval.runfile import read_run

    broken = commands.gate(read_run(run_file), dict(bounds))
    for line in broken:
        click.echo(line, err=True)
    sys.exit(1 if broken else 0)


@evaluate.command(name="tune")
@click.argument("questions", type=click.Path(exists=True, path_type=Path), metavar="问题集.jsonl")
@click.option("--write", is_flag=True, help="把选定的权重写入当前目录的 cewen.toml。")
@IndexOption
@EncoderOption
@FormatOption
def eval_tune(
    questions: Path, write: bool, index: Path | None, encoder: str | None, as_json: bool
) -> None:
    """用问题集测定模型的权重：向量检索，以及所设的重排模型和阅读模型。"""
    from eval import commands
    from rag.settings import SETTINGS_FILE, write_settings

    with (
        _assistant(index=index, encoder=encoder) as assistant,
        _progress("测定权重") as progress,
    ):
        tuning = commands.tune(questions, assistant, progress=progress)
    click.echo(tuning.to_json() if as_json else tuning.to_text())
    if not write:
        return
    if tuning.settings:
        write_settings(tuning.settings)
        told = "、".join(f"{key} = {value:g}" for key, value in tuning.settings.items())
        click.echo(f"已写入 {SETTINGS_FILE}：{told}。", err=True)
    else:
        click.echo(f"没有改进，{SETTINGS_FILE} 未改动。", err=True)


@main.command()
@IndexOption
@EncoderOption
def rebuild(index: Path | None, encoder: str | None) -> None:
    """从已存的原文重建索引（更换模型、升级或索引损坏后使用）。

    中断后再次运行会接着做：已算好的向量不重算，原来的索引在完成前不变。
    """
    from index.index import Index

    settings = _settings(index=index, encoder=encoder)
    with _progress("计算向量", "写入索引") as progress:
        library = Index.rebuild(settings.index, _encoder(settings), progress=progress)
    counts = library.counts()
    library.close()
    click.echo(f"已重建 {settings.index}：{counts.documents} 份文件、{counts.passages} 个段落。")


@main.group()
def config() -> None:
    """查看设置。"""


@config.command(name="show")
@FormatOption
def config_show(as_json: bool) -> None:
    """显示生效的设置及其来源（命令行、环境变量、cewen.toml、默认值）。"""
    from rag.settings import sources

    settings = _settings()
    values = json.loads(settings.model_dump_json())
    values["api_keys"] = [f"***（{role}）" for role in values["api_keys"].values()]
    origin = sources(settings)
    if as_json:
        _print_json({key: {"value": value, "source": origin[key]} for key, value in values.items()})
        return
    for key, value in values.items():
        description = type(settings).model_fields[key].description
        click.echo(f"{key} = {value!r}  （{origin[key]}）  {description}")


@main.command()
@IndexOption
@EncoderOption
@FormatOption
def doctor(index: Path | None, encoder: str | None, as_json: bool) -> None:
    """检查运行环境、模型和索引能否使用。"""
    settings = _settings(index=index, encoder=encoder)
    checks: list[tuple[str, bool, str]] = [
        ("Python", sys.version_info >= (3, 11), platform.python_version()),
        ("策问", True, version("cewen")),
    ]
    failure: CewenError | None = None
    for name, check in (
        ("向量模型", _check_encoder),
        ("重排模型", _check_reranker),
        ("阅读模型", _check_reader),
        ("索引", _check_index),
    ):
        try:
            checks.append((name, True, check(settings)))
        except CewenError as error:
            failure = failure or error
            checks.append((name, False, str(error)))
    checks += _optional_readers()
    if as_json:
        _print_json([{"check": n, "ok": ok, "detail": detail} for n, ok, detail in checks])
    else:
        for name, ok, detail in checks:
            click.echo(f"{'正常' if ok else '异常'}  {name}：{detail}")
    if failure:
        sys.exit(exit_code(failure))


def _optional_readers() -> list[tuple[str, bool, str]]:
    """What reads the formats that need more than this package; that it is missing is no fault."""
    from corpus.readers import legacy, ocr

    found = legacy.programs()
    return [
        (
            "doc、wps 文件",
            True,
            f"由 {found[0]} 读取" if found else "不能读取；如需要，请安装 libreoffice-writer-nogui",
        ),
        (
            "扫描件和图片",
            True,
            "可识别文字" if ocr.available() else '不能识别；如需要：pip install "cewen[ocr]"',
        ),
    ]


def _check_encoder(settings: Settings) -> str:
    encoder = _encoder(settings)
    prompt = encoder.prompts.query
    asked = f"，问题前加“{prompt.strip()}”" if prompt else ""
    return f"{encoder.name}（{encoder.dimensions}维{asked}）"


def _check_reranker(settings: Settings) -> str:
    from rag.rerank import load_reranker

    if not settings.reranker:
        return "未设置（设置 reranker）"
    model = load_reranker(settings.reranker, length=settings.model_length)
    return f"{model.name}，重排前{settings.rerank_candidates}段，权重{settings.rerank_weight:g}"


def _check_reader(settings: Settings) -> str:
    from rag.reader import load_reader

    if not settings.reader:
        return "未设置（设置 reader）"
    model = load_reader(settings.reader, length=settings.model_length)
    return f"{model.name}，权重{settings.reader_weight:g}"


def _check_index(settings: Settings) -> str:
    with _opened(settings, create=False) as library:
        counts = library.counts()
        return f"{settings.index}：{counts.documents} 份文件、{counts.passages} 个段落"


def _encoder(settings: Settings) -> SentenceTransformerEncoder | StaticEncoder:
    """The encoder of the settings."""
    from index.encoder import load_encoder

    return load_encoder(
        settings.encoder,
        query_prompt=settings.encoder_query_prompt,
        batch_size=settings.encoder_batch_size,
    )


def _settings(**overrides: Any) -> Settings:  # noqa: ANN401 - checked by load_settings
    from rag.settings import load_settings

    return load_settings(**overrides)


@contextmanager
def _opened(settings: Settings, *, create: bool) -> Iterator[Index]:
    """The index of the settings; a missing one is created empty when ``create``."""
    from index.index import Index

    encoder = _encoder(settings)
    try:
        with _progress("更新指标和责任分工") as progress:
            library = Index.open(settings.index, encoder, progress=progress)
    except IndexMissing:
        if not create:
            raise
        library = Index.create(settings.index, encoder)
    try:
        yield library
    finally:
        library.close()


def _new_assistant(settings: Settings, *, bundled: bool) -> Assistant:
    """An assistant over the index; ``bundled``: a missing one is built from the bundled library."""
    from index.index import Index
    from rag.assistant import Assistant

    encoder = _encoder(settings)
    try:
        with _progress("更新指标和责任分工") as progress:
            library = Index.open(settings.index, encoder, progress=progress)
    except IndexMissing:
        if not bundled:
            raise
        from corpus.load import BUNDLED_LIBRARY, find_files, read_document

        files = find_files([BUNDLED_LIBRARY])
        with _progress("建立自带文件库的索引") as progress:
            library = Index.build(
                settings.index, map(read_document, files), encoder, progress=progress
            )
        click.echo(f"已在 {settings.index} 建立自带文件库的索引。", err=True)
    try:
        return Assistant.load(library, settings)
    except BaseException:
        library.close()
        raise


@contextmanager
def _assistant(**overrides: Any) -> Iterator[Assistant]:  # noqa: ANN401 - checked by load_settings
    """An assistant; the bundled library stands in only where no index was named."""
    from rag.settings import sources

    settings = _settings(**overrides)
    unnamed = sources(settings, **overrides)["index"] == "默认值"
    assistant = _new_assistant(settings, bundled=unnamed)
    try:
        yield assistant
    finally:
        assistant.index.close()


@contextmanager
def _progress(*stages: str) -> Iterator[Progress]:
    """A progress bar on stderr with rate and time left; silent when stderr is no terminal.

    Counting from the start again is the next stage. The rate is that of the last while: what an
    earlier run has done goes by at once and says nothing about the rest.
    """
    from tqdm import tqdm

    bar: tqdm | None = None
    left = list(stages)
    try:

        def report(done: int, total: int | None, name: str) -> None:
            nonlocal bar
            if bar is None:  # nothing is shown of work that turns out not to be needed
                bar = tqdm(desc=left.pop(0), unit="份", file=sys.stderr, disable=None, leave=False)
            elif done < bar.n:
                bar.reset()
                if left:
                    bar.set_description(left.pop(0), refresh=False)
            bar.total = total
            bar.set_postfix_str(name[:30], refresh=False)
            bar.update(done - bar.n)

        yield report
    finally:
        if bar is not None:
            bar.close()


def _show_library(library: Index, *, as_json: bool) -> None:
    from ui.schemas import DocumentSummary

    page = library.documents()
    if as_json:
        _print_json([DocumentSummary.from_card(c).model_dump(mode="json") for c in page.documents])
        return
    for card in page.documents:
        meta = card.metadata
        click.echo(f"{card.id}  {meta.region or '－'}  {meta.title}")
    click.echo(f"共 {page.total} 份文件。")


def _show_document(library: Index, name: str, address: str | None, *, as_json: bool) -> None:
    from ui import showing

    document = showing.find_document(library, name)
    sections = library.sections(document.id)
    if address is not None:
        section = showing.find_section(document, sections, address)
        text = document.text[section.start : section.body_end]
        if as_json:
            _print_json({"start": section.start, "end": section.body_end, "text": text})
        else:
            click.echo(text.rstrip())
    elif as_json:
        _print_json(showing.document_json(document, sections))
    else:
        for line in showing.document_lines(document, sections):
            click.echo(line)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
