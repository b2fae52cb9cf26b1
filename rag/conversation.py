"""A follow-up and the questions before it → one question that stands alone.

Three ways in which officials follow up, told apart by wording:
a place asked instead (那绍兴呢？) replaces the place of the question before; another subject or
attribute (年均增速呢？ 由谁负责？) is asked within the place, time and subject of the question
before; anything else is a new question and takes nothing over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.fold import squeeze
from rag.query import Gazetteer, Place, bodies_in, content_of, without_asking

LEAD_IN = re.compile(r"^(?:那么|那|再问一?下|还有|另外|然后|接着|以及|同样)[，,、]?")
ELLIPSIS = re.compile(r"(?:呢|的呢|又如何|又怎样|怎么样)[？?。！!]*$")
POINTING = re.compile(
    r"^(?:要是|如果|假如|倘若|若)|它|其中|其(?=[\u4e00-\u9fff])|该(?:市|省|县|区|计划|方案|文件|任务|项|产业|政策)|这(?:个|项|条|份|些|方面)|上述|上面|前面|刚才|又[要是有该]|还[有要能]|另一"
)
SMALL_TALK = re.compile(
    r"^(?:谢谢|多谢|感谢|好的?|你好|您好|嗯+|哦+|明白了?|知道了?|收到|辛苦了?|再见|ok)[了啊呀吧您你]*[，,。.!！~\s]*$",
    re.IGNORECASE,
)
"""A turn that asks for nothing; the conversation goes on from the turn before."""
YEAR_ONLY = re.compile(r"(?:到|至|那)?((?:20|19)\d\d)年?(?:末|底|之前|前)?(?:的)?")
NAMED_DOCUMENT = re.compile(
    r"[^，。？?、]{2,30}?(?:条例|办法|规定|细则|计划|方案|规划|意见|通知|预案|纲要|措施|政策|报告)"
)
"""A document by its name, at the start of a question; another one asked next takes its place."""

SHORT = 14
"""A question of at most so many characters that names no place leans on what was asked before."""


@dataclass(frozen=True, slots=True)
class Standalone:
    """``text`` stands alone; ``focus`` is the part a follow-up asked anew, empty otherwise."""

    text: str
    focus: str = ""


@dataclass(frozen=True, slots=True)
class _Topic:
    """What the conversation is about: the last full question and what was asked of it since."""

    base: str
    focus: str = ""

    def standalone(self) -> Standalone:
        """Ask a bare subject (物联网呢) in the words of the base; a question asks for itself."""
        if not self.focus:
            return Standalone(self.base)
        if content_of(self.focus) == self.focus:
            asking = self.base.rstrip("？?。！! ")
            return Standalone(f"{asking}（{self.focus}）？", focus=self.focus)
        stem = without_asking(self.base).rstrip("的")
        return Standalone(f"{stem}，{self.focus}", focus=self.focus)


def standalone(question: str, history: Sequence[str], gazetteer: Gazetteer) -> Standalone:
    """Make ``question`` stand alone; ``history`` is the earlier questions, oldest first."""
    topic: _Topic | None = None
    for asked in (*history, question):
        asked = asked.strip()
        if asked and (asked == question.strip() or not SMALL_TALK.match(asked)):
            topic = _next(topic, asked, gazetteer)
    return topic.standalone() if topic else Standalone(question)


def _next(topic: _Topic | None, asked: str, gazetteer: Gazetteer) -> _Topic:
    if topic is None or SMALL_TALK.match(asked):
        return _Topic(asked)
    bare = LEAD_IN.sub("", asked)
    before = gazetteer.find(topic.base)
    places = gazetteer.find(bare, near=before)
    follows = bool(bare != asked or ELLIPSIS.search(asked) or POINTING.search(asked))
    if places and (follows or len(bare) <= SHORT) and (_only_place(bare, places) and before):
        return _Topic(_swap_places(topic.base, places, gazetteer), topic.focus)
    if not follows and (places or len(bare) > SHORT):
        return _Topic(asked)
    other = NAMED_DOCUMENT.fullmatch(ELLIPSIS.sub("", bare))
    named = NAMED_DOCUMENT.match(topic.base)
    if other and named:
        return _Topic(topic.base.replace(named.group(), other.group(), 1), topic.focus)
    if swapped := _swapped(topic.base, before, ELLIPSIS.sub("", bare).strip("？?。！! ")):
        return _Topic(swapped)
    focus = ELLIPSIS.sub("", bare).strip() or bare
    base = topic.base if not places else _swap_places(topic.base, places, gazetteer)
    return _Topic(base, focus)


def _swapped(base: str, places: Sequence[Place], asked: str) -> str | None:
    """``base`` with the year or the body ``asked`` in the place of its own; None for others."""
    year = YEAR_ONLY.fullmatch(asked)
    if year and (old := re.search(r"(?:20|19)\d\d年", base)):
        return base.replace(old.group(), f"{year.group(1)}年", 1)
    bodies = bodies_in(squeeze(base), places)
    if bodies and bodies_in(squeeze(asked), ()) == (squeeze(asked),) and bodies[0] in base:
        return base.replace(bodies[0], asked, 1)
    return None


def _only_place(bare: str, places: Sequence[Place]) -> bool:
    """Whether nothing but places (and words like 计划, 那份通知) is asked."""
    rest = bare
    for place in places:
        rest = rest.replace(place.written, "")
    rest = re.sub(
        r"那?[个份]|这[个份]|文件|通知|计划|方案|规划|意见|的|市|省|县|区|里|[和与、，,\s]",
        "",
        rest,
    )
    return not content_of(ELLIPSIS.sub("", rest)).strip("？?。！!")


def _swap_places(base: str, places: Sequence[Place], gazetteer: Gazetteer) -> str:
    """``base`` about other places: its first place is replaced, further ones are dropped."""
    written = "、".join(place.written if place.region is None else place.name for place in places)
    old = gazetteer.find(base)
    if not old:
        return f"{written}{base}"
    swapped = base.replace(old[0].written, written, 1)
    for place in old[1:]:
        swapped = re.sub(rf"[和与、跟及]?{re.escape(place.written)}", "", swapped, count=1)
    return swapped
