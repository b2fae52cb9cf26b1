"""The chat page: Gradio components, what their events do, and how the page joins the app.

The page's HTML comes from ``ui/page.py``; it is shown in ``gr.HTML`` components rather than a
``gr.Chatbot``, because quotes must not pass through Markdown. Buttons inside that HTML raise
events by the small scripts below. A session keeps its turns in ``gr.State``; nothing else is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Match, Mount
from starlette.types import Scope

from corpus.errors import CewenError
from ui import page
from ui.api import receive
from ui.guard import API, OPEN_PATHS, may_write
from ui.page import Turn
from ui.problems import DETAILS, Problem
from ui.schemas import HISTORY_LIMIT
from ui.service import Service

logger = logging.getLogger(__name__)

TURNS_SHOWN = 50
LIBRARY_SHOWN = 500
FONTS = ("system-ui", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "sans-serif")
EXAMPLES_SHOWN = 3
SAMPLE_EXAMPLES = (
    ("温州市", "温州市到2021年新材料产业总产值目标是多少？"),
    ("浙江省", "浙江省有哪些重点任务？"),
    ("绍兴市", "各地新材料产业的目标分别是多少？"),
)
"""Region and question; shown where the library holds the region, as the bundled one does."""
ANY_EXAMPLE = "{}有哪些重点任务？"
"""Asked of any other region: every plan, scheme or notice sets tasks."""

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#1f4e79"/>'
    '<path d="M8 11h16M8 16h16M8 21h9" stroke="#fff" stroke-width="2.4"/></svg>'
)
HEAD = (
    f'<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,{quote(ICON)}">'
    '<meta name="referrer" content="same-origin">'
)
ON_LOAD_JS = "() => { document.documentElement.lang = 'zh-CN'; }"
CONVERSATION_JS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const data = button.dataset;
  if (button.matches('.cite, .source')) {
    trigger('pick', { doc: data.doc, start: +data.start, end: +data.end, whole: 0 });
  } else if (button.matches('.example')) {
    trigger('example', { text: button.textContent });
  } else if (button.matches('.rate')) {
    trigger('rate', { turn: +button.closest('.turn').dataset.turn, rating: +data.rating });
  }
});
"""
EVIDENCE_JS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button.widen');
  if (!button) return;
  const data = button.dataset;
  trigger('pick', { doc: data.doc, start: +data.start, end: +data.end, whole: +data.whole });
});
"""
SHOW_QUOTE_JS = """() => {
  const mark = document.querySelector('#evidence mark');
  if (!mark) return;
  const text = mark.closest('.document');
  const place = mark.getBoundingClientRect().top - text.getBoundingClientRect().top;
  text.scrollTop += place - Math.min(120, text.clientHeight / 4);
  const title = document.querySelector('#evidence h2');
  title.focus({ preventScroll: true });
  if (window.innerWidth < 900) {
    title.closest('.evidence').scrollIntoView({ block: 'start', behavior: 'smooth' });
  }
}"""
SHOW_LAST_TURN_JS = """() => {
  document.querySelector('#conversation .turn:last-child')
    ?.scrollIntoView({ block: 'start', behavior: 'smooth' });
}"""


class Chat:
    """What the events of the page do; every method returns values for its output components."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def open_page(self) -> Iterator[tuple[str, str]]:
        """Show the header and the welcome, at first while the library may still be loading."""
        if not self.service.ready:
            yield page.header(None), page.welcome(())
            self.service.wait()
        try:
            count = self.service.index.counts().documents
        except (CewenError, Problem) as error:
            yield page.header(0), page.notice(str(error))
            return
        yield page.header(count), page.welcome(self._examples())

    def _examples(self) -> list[str]:
        regions = self.service.index.regions()
        known = [question for region, question in SAMPLE_EXAMPLES if region in regions]
        others = [ANY_EXAMPLE.format(region) for region in regions]
        return list(dict.fromkeys([*known, *others]))[:EXAMPLES_SHOWN]

    def ask(self, typed: str, turns: Sequence[Turn]) -> tuple[list[Turn], Any, Any, str]:
        """Answer what was typed; on an error keep it in its box and say what is wrong."""
        history = [turn.question for turn in turns][-HISTORY_LIMIT:]
        try:
            answer = self.service.count(self.service.assistant.ask(typed, history))
        except (CewenError, Problem) as error:
            return list(turns), gr.skip(), gr.skip(), page.notice(str(error))
        except Exception:
            logger.exception("the chat page failed to answer")
            return list(turns), gr.skip(), gr.skip(), page.notice(DETAILS[500])
        # a session keeps what it shows; the passages behind an answer are not shown
        shown = Turn(typed.strip(), replace(answer, hits=()))
        kept = [*turns, shown][-TURNS_SHOWN:]
        return kept, page.conversation(kept), "", page.notice()

    def example(
        self, turns: Sequence[Turn], event: gr.EventData
    ) -> tuple[list[Turn], Any, Any, str]:
        """Ask an example question."""
        return self.ask(str(event.text), turns)

    def pick(self, event: gr.EventData) -> str:
        """Show the quote that a button stands for in its document."""
        start, end = int(event.start), int(event.end)
        try:
            document = self.service.index.document(str(event.doc))
            sections = self.service.index.sections(document.id)
        except (CewenError, Problem) as error:
            return page.notice(str(error))
        if not 0 <= start <= end <= len(document.text):
            return page.no_evidence()
        return page.evidence(document, sections, start, end, whole=bool(event.whole))

    def rate(self, turns: Sequence[Turn], event: gr.EventData) -> tuple[list[Turn], Any, str]:
        """Keep what the user thinks of an answer."""
        rated, position, rating = list(turns), int(event.turn), 1 if event.rating > 0 else -1
        if not 0 <= position < len(rated) or rated[position].rating:
            return rated, gr.skip(), page.notice()
        turn = rated[position] = replace(rated[position], rating=rating)
        cited = [
            {"doc_id": each.document_id, "start": each.start, "end": each.end}
            for each in turn.answer.citations
        ]
        try:
            self.service.index.save_feedback(turn.question, turn.answer.text, rating, "", cited)
        except (CewenError, Problem) as error:
            return list(turns), gr.skip(), page.notice(str(error))
        return rated, page.conversation(rated), page.notice()

    def new_conversation(self) -> tuple[list[Turn], str, str, str, str]:
        """Forget the turns; nothing of them counts for the next question."""
        examples = self._examples() if self.service.ready else []
        return [], page.welcome(examples), page.no_evidence(), "", page.notice()

    def library(self, q: str) -> str:
        """List the documents whose title, number or file name holds ``q``."""
        try:
            found = self.service.index.documents(q=q.strip()[:200], limit=LIBRARY_SHOWN)
        except (CewenError, Problem) as error:
            return page.notice(str(error))
        return page.library(found.documents, found.total)

    def refresh(self, q: str) -> tuple[str, str]:
        """Show the header and the list after the library has changed."""
        count = self.service.index.counts().documents if self.service.ready else None
        return page.header(count), self.library(q)

    def upload(self, paths: Sequence[str] | None, request: gr.Request) -> Iterator[str]:
        """Add the chosen files, telling how far it is until every file has its result."""
        if not paths:
            yield page.notice("还没有选择文件。可以一次选择多份。请先选择要添加的文件。")
            return
        if not may_write(self.service.settings.api_keys, request.headers.get("authorization", "")):
            yield page.notice(
                "当前密钥只能查询。添加文件须用 editor 密钥。请换用密钥后重新打开本页。"
            )
            return
        try:
            with ExitStack() as opened:
                job = receive(
                    self.service,
                    [
                        (Path(path).name, opened.enter_context(Path(path).open("rb")))
                        for path in paths
                    ],
                )
        except (CewenError, Problem) as error:
            yield page.notice(str(error))
            return
        for snapshot in self.service.jobs.follow(job.id):
            yield page.upload_progress(snapshot)


def build(service: Service) -> gr.Blocks:
    """Lay out the page and connect its events."""
    chat = Chat(service)
    with gr.Blocks(title="策问", analytics_enabled=False, delete_cache=(3600, 3600)) as blocks:
        header = _html(page.header(None), elem_id="header")
        with gr.Tabs():
            with gr.Tab("提问", elem_id="ask-tab"):
                conversation = _ask_tab(chat)
            with gr.Tab("文件库", elem_id="library-tab") as tab:
                _library_tab(chat, tab, header)
        blocks.load(chat.open_page, None, [header, conversation], **_quiet())
    return blocks


def _quiet(*, queue: bool = True) -> dict[str, Any]:
    """Event options: no spinner over the page, not in Gradio's own API."""
    return {"show_progress": "hidden", "api_visibility": "private", "queue": queue}


def _html(value: str, *, elem_id: str, js_on_load: str | None = None) -> gr.HTML:
    """Make a place for HTML of ``ui/page.py``, styled by ``chat.css`` alone."""
    return gr.HTML(
        value, elem_id=elem_id, js_on_load=js_on_load, apply_default_css=False, padding=False
    )


def _ask_tab(chat: Chat) -> gr.HTML:
    turns = gr.State([])
    with gr.Row(elem_id="desk"):
        with gr.Column(scale=11, min_width=320, elem_id="talk"):
            conversation = _html(
                page.welcome(()), elem_id="conversation", js_on_load=CONVERSATION_JS
            )
            with gr.Column(elem_id="composer"):
                notice = _html("", elem_id="notice")
                question, send, new = _entry()
        with gr.Column(scale=9, min_width=320, elem_id="side"):
            evidence = _html(page.no_evidence(), elem_id="evidence", js_on_load=EVIDENCE_JS)
    now = _quiet(queue=False)
    answered = [turns, conversation, question, notice]
    for asked in (
        question.submit(chat.ask, [question, turns], answered, **now),
        send.click(chat.ask, [question, turns], answered, **now),
        conversation.example(chat.example, [turns], answered, **now),
    ):
        asked.then(None, js=SHOW_LAST_TURN_JS, **_quiet())
    for pick in (conversation.pick, evidence.pick):
        pick(chat.pick, None, [evidence], **now).then(None, js=SHOW_QUOTE_JS, **_quiet())
    conversation.rate(chat.rate, [turns], [turns, conversation, notice], **now)
    cleared = [turns, conversation, evidence, question, notice]
    new.click(chat.new_conversation, None, cleared, **now)
    return conversation


def _entry() -> tuple[gr.Textbox, gr.Button, gr.Button]:
    """Lay out the question box with its buttons: ask, and begin anew."""
    with gr.Row(elem_id="entry"):
        question = gr.Textbox(
            label="问题",
            show_label=False,
            placeholder="输入问题，按回车提问",
            lines=1,
            max_lines=5,
            autofocus=True,
            container=False,
            scale=8,
            html_attributes=gr.InputHTMLAttributes(lang="zh-CN", enterkeyhint="send"),
        )
        send = gr.Button("提问", variant="primary", scale=1, min_width=72, elem_id="send")
        new = gr.Button("新对话", scale=1, min_width=72, elem_id="new")
    return question, send, new


def _library_tab(chat: Chat, tab: gr.Tab, header: gr.HTML) -> None:
    with gr.Row(elem_id="library-tools"):
        wanted = gr.Textbox(
            label="查找文件", placeholder="标题、发文字号或文件名，按回车查找", max_lines=1
        )
    listed = _html("", elem_id="library")
    with gr.Accordion("添加文件", open=False):
        chosen = gr.File(label="选择文件（可多选）", file_count="multiple", height=140)
        add = gr.Button("添加到文件库", elem_id="add")
        progress = _html("", elem_id="upload")
    wanted.submit(chat.library, [wanted], [listed], **_quiet(queue=False))
    tab.select(chat.library, [wanted], [listed], **_quiet(queue=False))
    add.click(chat.upload, [chosen], [progress], **_quiet()).then(
        chat.refresh, [wanted], [header, listed], **_quiet(queue=False)
    )


class _ChatMount(Mount):
    """Gradio's app under ``/``, but not where the interface for programs is.

    Without this an unknown or wrongly used ``/api/`` path would reach the page's own router.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope.get("path", "")
        if path.startswith(API) or path in OPEN_PATHS:
            return Match.NONE, {}
        return super().matches(scope)


def style() -> str:
    """Return the style sheet as an element; Gradio's ``css`` option would rewrite its selectors."""
    return f"<style>{(files('ui') / 'chat.css').read_text(encoding='utf-8')}</style>"


def mount(app: FastAPI, service: Service) -> FastAPI:
    """Put the chat page under ``/`` of the app; the app's own routes keep their paths."""
    # outside a running loop Gradio makes event loops of its own and never closes them
    asyncio.run(_mount_gradio(app, service))
    mounted = cast(Mount, app.router.routes.pop())
    app.router.routes.append(_ChatMount("", app=mounted.app))
    return app


async def _mount_gradio(app: FastAPI, service: Service) -> None:
    gr.mount_gradio_app(
        app,
        build(service),
        path="/",
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size=service.settings.upload_file_bytes,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=gr.themes.Base(
            primary_hue="blue",
            neutral_hue="slate",
            font=list(FONTS),
            font_mono=["ui-monospace", "Consolas", "monospace"],
        ),
        js=ON_LOAD_JS,
        head=HEAD + style(),
    )
