"""Which figures of a clause measure or count something, and what that is called.

A figure at the end of its phrase measures what stands before it (新增企业30家, 产值达到5亿元); one
before a noun counts that noun when a verb makes it (培育30家企业) or when it does something
(100个事项实现通办). Any other is a condition, a base or a name: 产值超10亿元的企业, 从2019年的20%.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from corpus.facts import modality
from corpus.facts.clause import Span
from corpus.facts.figures import Figure
from corpus.facts.indicators import (
    Name,
    each_of,
    governs,
    has_verb,
    in_total,
    is_rate_list,
    joined,
    made,
    name_after,
    name_before,
    name_share,
    same_for,
    says_nothing,
    split_heads,
    stem,
    task_verb,
    without_verb,
)
from corpus.facts.units import MONEY, NAMING, SIZES, TECHNICAL
from corpus.reading import Spans
from corpus.sentences import enclosed

_HEAD_MAX = 160
"""Characters before a figure that may name what it measures."""
_TOPIC_MAX = 40
"""Characters of a clause that names one thing."""
_VERB_MAX = 8
"""Characters a verb before a figure may have, with what stands between."""
_JOINT = re.compile(r"^(?:[、和及与]|以及|,)$")
_ENDS = re.compile(
    r"$|大关|台阶|[、,;:。!?\t]|和|以?及|并|且|而|与(?!会)|(?:的)?目标|任务|成为|形成|用于|\(|（|”|力争|其中|目标|水平|"
    r"(?:的)?(?:速度|增速|水平|幅度|规模(?!以上|化|经营))|实现"
)
_CAPACITY = re.compile(r"的[^,;。、]{0,8}?(?:能力|产能|规模|水平|速度|目标|增速|增长|比例)")
_PRODUCT = re.compile(
    r"的[^,;。、]{1,16}(?:实现|投入|进入|得到)[^,;。、]{0,6}(?:量产|商用|商业化|产业化|批量生产|应用|投产|运行)"
)
"""What a product that reaches a parameter is to come to: 信噪比达到70dB的传感器实现量产."""
_BRINGS_OUT = re.compile(r"(?:推出|研制|研发|开发|突破|攻克|形成)")
_FROM = re.compile(
    r"(?:从|由|自)(?:[^,;。]{0,14}?年?[^,;。]{0,6}?的)?$|(?:(?<![占同环之对])比|较)[^,;。]{1,12}的$|年的$"
)
_EACH_PLURAL = re.compile(
    r"(?<![年人平亩日户地月])均(?!衡)|都(?![市会])|分别|各(?:自|达到?|为|占|完成|新增)*$"
)
_FULFILS = re.compile(r"(?:实现|做到|预留|加强|达到)$")
_DOES = (
    r"(?:实现|达到|通过|进入|纳入|具备|建成|完成|开展|配备|设立|建立|设置|设有|接入|联通|实行|享有"
    r"|创成|开工|竣工|投产|入选|覆盖|普及|使用|掌握|接受|得到|用上|参加)"
)
_ACHIEVES = re.compile(r"[^,;。]{2,40}?" + _DOES)
_DONE = re.compile(_DOES + r".*", re.S)
_CHANGE_AT_END = re.compile(r"(?:年均)?(?:增速|增长|提高|下降|降低)$")
_GOES_ON = re.compile(r"(?:、|和|以?及|与)?各?$")
_ITEM_JOINT = re.compile(r"、|和|以及|及(?!以上)")
_NOUN_STOP = re.compile(r"并(?!购|网)|,|用于|以(?=[提推促])")
_FRAMES = re.compile(
    r"阶段|步骤|方面|层次|部分|环节|维度|任务(?!书)|重点任务|主要任务|原则|问题|步走"
)
"""What a plan counts to tell how it is laid out, not what it sets itself to reach."""
_COUNTED_MONEY = re.compile(
    r"(?:以上|左右)?(?:的)?(?:投资|资金|贷款|税|融资|债|基金|产值|收入|营收|[^,;。、]{1,16}?(?:专项资金|基金))"
)
_GIVES_MONEY = re.compile(
    r"(?:完成|实现|争取|筹集|新增|发放|投放|发行|落实|撬动|带动)(?:[^,、]{0,4})$|(?:统筹|安排|设立)$"
)
_PLANT = re.compile(
    r"[^,;。、]{0,16}?(?:工程|项目|基地|装置|[压冲]机|机组|生产线|产线|变电站|电站|电厂|码头|仓库|设备|线路|船舶?"
    r"|园区|工厂)(?![^,;。、]{0,10}(?:改造|治理|整治|淘汰|关停))"
)
_IN_TOTAL = re.compile(r"累计(?:达到?|超过?|突破)?")
_LISTED = re.compile(r"[、和及与][^,;。]*等[^,;。]{0,16}(?:项目|工程)")
_TIME_TAKEN = re.compile(r"(?:时间|时长|时限|寿命|周期|天数|时数|年限)$")
_BREAKS = "突破"
"""A verb of making before what is counted (突破50项技术), "more than" after what is measured."""
_DIGIT = re.compile(r"[\d０-９]")
_CLASS_LEAD = re.compile(r"^(?:[、，,和及与]|力争|争取|确保|其中|实现)+")
_CLASS_MAX = 8
"""Characters from the figure that marks off a class to its 的: 收入过50万元的."""
_OF_WHICH = re.compile(r"的(?P<who>[^,;。、和及的]{1,12})(?:、|和|以?及|与)$")
_GONE_ABOUT = re.compile(r"(?:项目|工程)[^,;。、]{0,8}$|(?:建设|改造|开工|投产)$")
"""What is merely advanced (推进, 加快) is counted where it is a project or gets built."""
_GROUPED = frozenset(("人", "户", "名"))
"""What a place or a body has so many of: 20人以上的自然村."""
_TASK_MAX = 60
"""Characters that may stand between a verb and its figure."""
_ALREADY_NAMED = re.compile(
    r"聚焦|围绕|依托|按照|针对|瞄准|首批|第[一二三四]批|现有|已|(?:的|这|第|前|上述|[“‘《(])$"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure that measures something, with its names (several for 各1家)."""

    figure: Figure
    names: tuple[Name, ...]
    lead: int  # where the head that all figures of its list share ends
    made: bool = False  # a verb makes, or somebody does, what it counts


class Measured:
    """Reads one paragraph: ``words`` folded, ``raw`` as written, of the same length.

    What a sentence named before (``last``), its verb and whether it was counting carry over from
    clause to clause: 新增企业30家、平台5个,其中省级2个.
    """

    def __init__(self, words: str, raw: str) -> None:
        self.words = words
        self.raw = raw
        self.last = Name("", "")
        self.verb = ""
        self.counted = False
        self.topic: Span | None = None

    def begin_sentence(self) -> None:
        """Forget what the sentence before named."""
        self.last = Name("", "")
        self.verb = ""
        self.counted = False
        self.topic = None

    def pass_clause(self, clause: Span) -> None:
        """Note a clause without figures: it may name what the next one only counts in total."""
        self.counted = False
        self.topic = clause

    def findings(self, clause: Span, held: Sequence[Figure]) -> Iterator[Finding]:
        """Yield those of ``held``, the figures of ``clause`` in order, that measure something."""
        cursor, at, counted = clause[0], 0, self.counted
        self.counted = False
        self.verb = self.verb if counted else ""
        while at < len(held):
            run = self._run(held, at)
            at += len(run)
            following = held[at] if at < len(held) else None
            if _FRAMES.match(self.words, run[-1].end):
                continue
            cursor = max(cursor, run[0].start - _HEAD_MAX)
            left = self.raw[cursor : run[0].start]
            if self._measures(run[-1], clause) or self._is_doubled(run, following, clause, left):
                findings = self._ending(run, left)
                cursor, counted = run[-1].end, False
            elif self._achieves(run, following, clause[1]):
                sharing = following if self._is_sharing(run[0], following, clause[1]) else None
                findings = self._achieving(clause, run[0], sharing)
                cursor, counted = run[0].end if sharing else clause[1], False
            elif counter := self._counter(run, following, clause, cursor, counted):
                noun_end = self._noun_end(run[-1].end, following, clause)
                findings = counter(noun_end)
                cursor, counted = noun_end, True
                while at < len(held) and held[at].start < noun_end:
                    at += 1
            else:
                continue
            self.counted = counted
            yield from findings

    def _counter(
        self,
        run: Sequence[Figure],
        following: Figure | None,
        clause: Span,
        cursor: int,
        counted: bool,
    ) -> Callable[[int], Iterator[Finding]] | None:
        """Return how to read a figure that counts the noun behind it; None when it does not."""
        figure = run[0]
        left = self.raw[cursor : figure.digits]
        if self._counts(run, left, counted) and not self._is_kind(figure, following, clause):
            return partial(self._counting, figure, left)
        if self._is_swept(clause, run, following):
            return partial(self._sweeping, figure, self.raw[clause[0] : figure.digits])
        return None

    def _run(self, held: Sequence[Figure], at: int) -> Sequence[Figure]:
        """Return the figures from ``at`` on that nothing but 、 or 和 parts: 15家、30家、100家."""
        last = at
        while last + 1 < len(held) and self._joined(held[last], held[last + 1]):
            last += 1
        return held[at : last + 1]

    def _joined(self, left: Figure, right: Figure) -> bool:
        between = self.words[left.end : right.start]
        return _JOINT.match(between) is not None and left.unit_base == right.unit_base

    def _measures(self, figure: Figure, clause: Span) -> bool:
        """Whether the phrase ends with the figure, so that it measures what stands before it."""
        rest = self.words[self._past_note(figure.end) : clause[1]]
        if _ENDS.match(rest) is not None or _CAPACITY.match(rest) is not None:
            return True
        if figure.unit_base not in TECHNICAL or not rest.startswith("的"):
            return False
        brought = _BRINGS_OUT.match(self.words, clause[0]) and "," not in rest
        return brought is not None or _PRODUCT.match(rest) is not None

    def _is_doubled(
        self, run: Sequence[Figure], following: Figure | None, clause: Span, left: str
    ) -> bool:
        """Whether a second figure of the same follows at once: 老旧小区86个70万平方米."""
        if following is None or following.start != run[-1].end or len(run) > 1:
            return False
        if not self._measures(following, clause):
            return False
        return run[0].is_count and len(left) > 1 and not governs(left)

    def _is_kind(self, figure: Figure, following: Figure | None, clause: Span) -> bool:
        """Whether the figure tells the size of the noun behind it: 8万吨压机, 百亩以上地块10个."""
        if figure.unit_base in NAMING and _PLANT.match(self.words, figure.end, clause[1]):
            return True
        if figure.is_count or following is None or not self._measures(following, clause):
            return False
        return _ITEM_JOINT.search(self.words, figure.end, following.start) is None

    def _is_swept(self, clause: Span, run: Sequence[Figure], following: Figure | None) -> bool:
        """Whether a verb far before it governs the figure: 建设甲镇、乙镇等9个特色镇."""
        figure, start = run[0], clause[0]
        if len(run) > 1 or not figure.is_count or figure.digits - start > _TASK_MAX:
            return False
        if not self.words[figure.digits].isdecimal() or self.words[figure.end] in "的级":
            return False
        head = self.raw[start : figure.digits]
        task = task_verb(head)
        if task is None or _ALREADY_NAMED.search(head):
            return False
        if following is not None and not self._is_parted(figure, following):
            return False
        noun = self.words[figure.end : self._noun_end(figure.end, following, clause)]
        if figure.unit == "版" or "等" in noun:  # 2.0版; 5万头肉牛养殖等项目 are names
            return False
        return task["task"] is not None or _GONE_ABOUT.search(noun) is not None

    def _is_parted(self, figure: Figure, following: Figure) -> bool:
        """Whether the next figure is of the next item, or the size of these: 75个亿元以上项目."""
        if following.start == figure.end and following.unit_base in MONEY:
            return True
        return _ITEM_JOINT.search(self.words, figure.end, following.start) is not None

    def _sweeping(self, figure: Figure, head: str, noun_end: int) -> Iterator[Finding]:
        """Yield the figure of what a verb far before it governs."""
        noun = self.raw[self._past_note(figure.end) : noun_end].strip("、，,")
        task = task_verb(head)
        self.verb = ""
        if noun and task is not None:
            self.last = name_after(task.group(), noun)
            yield Finding(figure, (self.last,), figure.digits, made=True)

    def _past_note(self, at: int) -> int:
        """Return the end of the bracket that follows a figure: 7万套(间)住房."""
        if self.words.startswith("(", at):
            close = self.words.find(")", at, at + 30)
            return close + 1 if close > 0 else at
        return at

    def _counts(self, run: Sequence[Figure], left: str, counted: bool) -> bool:
        """Whether the figure counts the noun behind it: a verb makes that, or a list goes on."""
        figure = run[0]
        if len(run) > 1 or left.endswith(("等", "这")):
            return False
        if self.words[figure.end] == "的":  # 1000个以上的案例, but not 投资10亿元的项目
            grouped = not figure.is_count or figure.unit_base in _GROUPED
            return not grouped and figure.end != figure.end_digits and governs(left)
        if figure.is_duration or figure.is_rate or not figure.unit or figure.unit in SIZES:
            return False
        goes_on = counted and _GOES_ON.match(left) is not None
        if figure.unit_base in MONEY:
            return (
                _COUNTED_MONEY.match(self.words, figure.end) is not None
                and figure.end == figure.end_digits
                and _GIVES_MONEY.search(left) is not None
            )
        if not figure.is_count and figure.end != figure.end_digits and not governs(left):
            return False
        return goes_on or governs(left)

    def _achieves(self, run: Sequence[Figure], following: Figure | None, end: int) -> bool:
        """Whether the figure tells how many do what: 80%以上的县城建成公园, 100个事项实现通办."""
        figure = run[0]
        if figure.is_rate and _FULFILS.search(self._just_before(figure)):
            return True
        if self._is_sharing(figure, following, end):
            return True
        if len(run) > 1 or following is not None or not (figure.is_rate or figure.is_count):
            return False
        if figure.is_rate and "点" in figure.unit:
            return False
        if figure.is_count and (
            self.words[figure.end] == "的" or governs(self._just_before(figure))
        ):
            return False
        return _ACHIEVES.match(self.words, figure.end, end) is not None

    def _is_sharing(self, figure: Figure, following: Figure | None, end: int) -> bool:
        """Whether this share and the next one do the same: 90%的市和70%的县达到三级以上."""
        if following is None or not (figure.is_rate and following.is_rate):
            return False
        between = self.words[figure.end : following.start]
        if _OF_WHICH.match(between) is None:
            return False
        return _ACHIEVES.match(self.words, following.end, end) is not None

    def _just_before(self, figure: Figure) -> str:
        return self.raw[max(figure.start - _VERB_MAX, 0) : figure.start]

    def _achieving(
        self, clause: Span, figure: Figure, following: Figure | None
    ) -> Iterator[Finding]:
        """Yield the figure of those who do something."""
        rest = self.raw[figure.end : clause[1]]
        if following is not None:
            who = _OF_WHICH.match(self.raw[figure.end : following.start])
            done = _DONE.search(self.raw, following.end, clause[1])
            rest = (who["who"] if who else "") + (done.group() if done else "")
        name = name_share(rest) if figure.is_rate else Name("", rest.strip("、，,"))
        self.last = name
        yield Finding(figure, (name,), figure.digits, made=True)

    def _noun_end(self, start: int, following: Figure | None, clause: Span) -> int:
        """Return where the counted noun ends: before the next item of the list, or the clause."""
        end = clause[1]
        asides = Spans(enclosed(self.words, start, end))
        limit = following.start if following is not None else end
        joints = [
            match.start()
            for match in _ITEM_JOINT.finditer(self.words, start, limit)
            if not asides.hold(match.start())
        ]
        if following is not None and joints:
            near = joints[-1]
            if limit - near <= 2 or governs(self.raw[near + 1 : limit]):
                return near
            if self._measures(following, clause):
                return joints[0]
        stop = _NOUN_STOP.search(self.words, start, end)
        return stop.start() if stop else end

    def _ending(self, run: Sequence[Figure], left: str) -> Iterator[Finding]:
        """Yield the figures that stand at the end of their phrase, with the names before them."""
        if run[0].unit_base in NAMING and _LISTED.match(self.words, run[-1].end):
            return
        if run[0].is_duration and not modality.reaches(left) and not _is_limit(run[0], left):
            return
        if _FROM.search(left) and not left.endswith(("高于", "低于", "大于", "小于", "快于")):
            return
        head = left.lstrip("、，,和及与")
        if len(run) > 1:
            names = self._shared(head, run)
        elif run[0].each or _EACH_PLURAL.search(head) or (run[0].is_rate and is_rate_list(head)):
            names = [self._each(head, run[0])]
        else:
            names = [(self._name(head, run[0]),)]
        for figure, named in zip(run, names, strict=False):
            known = tuple(name for name in named if name.indicator)
            if known:
                self.last = known[-1]
                yield Finding(figure, known, run[0].digits)

    def _shared(self, head: str, run: Sequence[Figure]) -> list[tuple[Name, ...]]:
        """Distribute one head over a run of figures: A、B分别达到1个、2个."""
        whole = self._name(head, run[0])
        parts = whole.parts(len(run))
        if parts is not None:
            return [(whole.of(part, at),) for at, part in enumerate(parts)]
        subjects = split_heads(whole.subject, len(run))
        if subjects is not None:
            return [(replace(whole, subject=subject),) for subject in subjects]
        return [(whole,)] * len(run)

    def _each(self, head: str, figure: Figure) -> tuple[Name, ...]:
        name = self._name(head, figure)
        subjects = joined(name.subject)
        if len(subjects) > 1:
            return tuple(replace(name, subject=subject) for subject in subjects)
        return tuple(name.of(part, at) for at, part in enumerate(each_of(name)))

    def _name(self, head: str, figure: Figure) -> Name:
        """Name a figure by the words before it, with what they lean on: 总产值…,年均增长…."""
        if not head.strip("、，,") or says_nothing(head):
            return self.last
        if _IN_TOTAL.fullmatch(head):
            return in_total(self.last)
        name = name_before(head, percent=figure.is_rate)
        if head.endswith("的") and figure.is_rate and _DIGIT.search(head, len(head) - _CLASS_MAX):
            return Name("", _CLASS_LEAD.sub("", head) + "比例")
        if head.endswith("的") and figure.is_count:
            return replace(name, indicator=name.indicator + "的" + without_verb(self.last))
        return self._leaning(name) or self._standing(name, figure)

    def _leaning(self, name: Name) -> Name | None:
        """Complete a name that says nothing alone: 竣工20个, 年均增长8%, 总数100个."""
        if name.verb and name.indicator == name.verb:
            return replace(name, indicator=name.verb + without_verb(self.last))
        if name.is_bare_change:
            base = _CHANGE_AT_END.sub("", self.last.indicator)
            subject = name.subject or self.last.subject
            indicator = base + name.indicator if base else ""
            return replace(name, subject=subject, indicator=indicator)
        of = self._leaned_on() if name.generic and name.indicator else None
        if of is None:
            return None
        return replace(name, subject=of.subject, indicator=stem(without_verb(of)) + name.indicator)

    def _leaned_on(self) -> Name | None:
        """Return what a bare 总数 or 产值 is of: what was named last, or made just before."""
        if self.last.indicator:
            return self.last
        if self.topic is None or self.topic[1] - self.topic[0] > _TOPIC_MAX:
            return None
        return made(self.raw[slice(*self.topic)])

    def _standing(self, name: Name, figure: Figure) -> Name:
        """Give the verb that a list shares to its items: 新增企业30家、平台5个."""
        if not name.verb and self.verb and figure.is_count and not has_verb(name.indicator):
            name = replace(name, indicator=self.verb + name.indicator, verb=self.verb)
        elif name.verb or figure.is_rate or figure.unit_base in MONEY:
            self.verb = (
                name.verb
            )  # lengths and areas stand in a list of things: 道路6条、管网40公里
        if not name.indicator:
            return replace(name, subject="", indicator=name.subject)
        return same_for(name, self.last) if figure.is_rate else name

    def _counting(self, figure: Figure, left: str, noun_end: int) -> Iterator[Finding]:
        """Yield the figure that counts the noun behind it."""
        noun = self.raw[self._past_note(figure.end) : noun_end]
        name = name_after(left, noun)
        if left.strip("、，,和及并") == _BREAKS:
            figure = replace(figure, start=figure.digits, comparator="=")
        if not left.strip("、和及与以各"):
            name = replace(name, indicator=self.verb + name.indicator)
        else:
            self.verb = name.verb
        if noun.strip("、，,"):
            self.last = name
            yield Finding(figure, (name,), figure.digits, made=True)


def _is_limit(figure: Figure, left: str) -> bool:
    """Whether a time is one that is set: 连续工作时间大于240小时."""
    return figure.start < figure.digits and _TIME_TAKEN.search(left) is not None
