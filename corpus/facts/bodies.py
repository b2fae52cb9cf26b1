"""Lists of public bodies: where one ends and the next begins, how each is written out and matched.

Plans list bodies with 、 and ，, rarely with 和, 及 or 会同; what is written once for several is
written out (市发改、财政部门 is 市发改部门 and 市财政部门). A body has a normal form, which keeps
its level as written (省科技厅), and a key for comparing, which knows no level and no long name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from corpus.divisions import find_divisions
from corpus.facts.departments import SHORT_NAME, SHORT_STEM
from corpus.fold import fold

NAME_MAX = 50
"""Characters from which words are no name of a body."""

_OPENING, _CLOSING = "([<〔〈【“‘「《", ")]>〕〉】”’」》"
_SEPARATORS = "、,;/·\n\t"
_AREA = (
    r"(?:设区的?市|地级市|直辖市|计划单列市|自治[区州县]|街道|乡镇|镇街|城区"
    r"|[省市县区州旗盟乡镇])"
)
_AREAS = rf"{_AREA}{{1,3}}(?:级|\([^()]{{1,12}}\)|〔[^〔〕]{{1,12}}〕|\[[^\[\]]{{1,12}}\])?"
_GOVERNMENT = r"(?:人民政府|政府|党委|管委会)"
_COLLECTIVE = re.compile(
    rf"各{_AREAS}(?:[、和及与,]各?{_AREAS})*(?:{_GOVERNMENT}(?=[^办]|$)|(?=[、,;和及与等]|$))"
)
"""各市、县（市、区）政府: several kinds of places that share one last word."""
_ORGAN = (
    r"(?:局|厅|委|办|部|署|院|会|行|处|科|室|队|站|所|社|校|馆|台|联|协|组|团|警|公司|集团|中心|政府"
    r"|机关|机构|单位|部门|专班|海关|园|街道|[省市县区州旗盟镇乡]|各地|地方|地区|大学|学院|高校|专委"
    r"|管委|基地|平台|编委|税务|公安|军区|政协|人大|党组)"
)
_ASIDE = r"(?:\([^()]*\)|<[^<>]*>|〈[^〈〉]*〉|〔[^〔〕]*〕|\[[^\[\]]*\])"
_ENDS_AS_BODY = re.compile(rf"{_ORGAN}{_ASIDE}?$")
_NO_NAME = re.compile(
    r"第一位|首位|下同|[。:!?%=]"
    r"|\d{4}\ ?年|\d+\ ?[月日]|完成|长期|持续|全年|年底|年内|进度|适用|^[\d.]+$"
)
_VERBAL = re.compile(
    r"[的了]|要求|按照|根据|加强|开展|负责(?!人)|进行|实施(?!$)|做好|对|为了|以及其他$"
)
"""Words of a clause, not of a name."""
_AND = re.compile(r"以及|会同|和|及|与|暨")
_AFTER_AND_ALONE = re.compile(
    r"(?:有关|相关)?(?:单位|部门|政府|机构|企业|组织|街道)(?:$|[、,;及和与])"
)
"""各部门和单位 is one."""
_BEFORE_AND = re.compile(
    rf"(?:[局厅委办部署院会行社协联]|政府|单位|部门|中心|地区|公司|集团|海关|管委会|各地|各{_AREA}){_ASIDE}?$"
)
_AND_OTHERS = re.compile(
    r"等(?:[\d一二三四五六七八九十]+个)?"
    r"(?:[国务院省市县区级直属中央各有相关成员责任主管职能涉及行业其他]*"
    r"(?:部门|单位|部委|机构|地区|地方|企业|方面|院校|院所)(?:[和及]单位)?)?$"
)
_SO_CALLED = re.compile(r"[（(](?:以下|下文)?简称[^()（）]*[)）]")
_DEPARTMENTS = re.compile(r"(?:行政)?(?:主管)?部门$")
_LEVEL = re.compile(r"^(?:市(?=市场)|[省市县区州旗](?!场|政|容|域|长|直|级|内))")
_PLACE_END = re.compile(r"[省市县区州旗盟镇乡]$")
_WIDE = str.maketrans("()[]〔〕［］〈〉＜＞", "（）（）（）（）<><>")
_BROKEN_LIST = re.compile(r"(?<=[局厅委办部署院会行政府中心公司])\s+(?=\S{3})")


def split_bodies(names: str) -> tuple[str, ...]:
    """Return the bodies of a list as written, without white space; what is shared is written out.

    >>> split_bodies("市科技局、经发局<金融办>，各市、县（市、区）政府")
    ('市科技局', '经发局<金融办>', '各市、县（市、区）政府')
    >>> split_bodies("市考绩、发改部门")
    ('市考绩部门', '市发改部门')
    """
    names = "".join(_BROKEN_LIST.sub("、", names.strip()).split())
    pieces = [_without_others(piece) for piece in _pieces(names)]
    return tuple(_written_out([piece for piece in pieces if piece]))


def _pieces(names: str) -> list[str]:
    folded = fold(names)
    kept = {match.start(): match.end() for match in _COLLECTIVE.finditer(folded)}
    pieces, begin, at, depth = [], 0, 0, 0
    while at < len(folded):
        character = folded[at]
        if depth == 0 and at in kept and at == begin:
            at = kept[at]
            continue
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(depth - 1, 0)
        width = 0 if depth else _separator(folded, begin, at)
        if width:
            pieces.append(names[begin:at])
            begin = at + width
        at += width or 1
    return [*pieces, names[begin:]]


def _separator(folded: str, begin: int, at: int) -> int:
    """Return how long the separator at ``at`` is, 0 for none."""
    if folded[at] in _SEPARATORS:
        return 1
    conjunction = _AND.match(folded, at)
    if conjunction is None or len(folded) - conjunction.end() < 2:
        return 0
    if conjunction[0] != "会同" and _AFTER_AND_ALONE.match(folded, conjunction.end()):
        return 0
    return len(conjunction[0]) if _BEFORE_AND.search(folded[begin:at]) else 0


def _without_others(piece: str) -> str:
    """Drop 等有关部门: it says that the list is open, and names no body."""
    bare = _SO_CALLED.sub("", piece.strip("。.:： "))
    others = _AND_OTHERS.search(bare)
    return bare[: others.start()] if others and others.start() > 1 else bare


def _written_out(pieces: list[str]) -> list[str]:
    """Give a shared last word, and the level before the first, to every member of its group."""
    last = len(pieces)
    while last:
        last -= 1
        shared = _shared_ending(pieces[last])
        first = last
        while shared and first and _lacks(pieces[first - 1], shared):
            first -= 1
            pieces[first] += shared
        if first < last and _DEPARTMENTS.search(shared):
            _share_level(pieces, first, last)
        last = first
    return pieces


def _shared_ending(piece: str) -> str:
    departments = _DEPARTMENTS.search(piece)
    if departments and departments.start() > 1:
        return departments[0]
    government = re.search(rf"{_GOVERNMENT}$", piece)
    return government[0] if government and piece[:1] != "各" else ""


def _lacks(piece: str, shared: str) -> bool:
    """Whether a member of the list is short of the word the last one ends in."""
    if "各" in piece or len(piece) > 8:
        return False
    if _DEPARTMENTS.search(shared):
        return not _ENDS_AS_BODY.search(piece)
    return bool(_PLACE_END.search(piece))


def _share_level(pieces: list[str], first: int, last: int) -> None:
    level = _LEVEL.match(pieces[first])
    for position in range(first + 1, last + 1):
        if level and not _LEVEL.match(pieces[position]):
            pieces[position] = level[0] + pieces[position]


def is_body(name: str) -> bool:
    """Whether words read as the name of a body or group of bodies.

    >>> is_body("市科技局"), is_body("各有关部门"), is_body("2022年底前完成")
    (True, True, False)
    """
    folded = fold(name)
    return (
        may_be_body(name)
        and _ENDS_AS_BODY.search(folded) is not None
        and not _VERBAL.search(folded)
        and folded.count("(") == folded.count(")")
    )


def may_be_body(name: str) -> bool:
    """Whether nothing speaks against words that a clause itself calls a body."""
    return 2 <= len(name) <= NAME_MAX and _NO_NAME.search(fold(name)) is None


def normal_bodies(written: str, *, level: str = "") -> tuple[str, ...]:
    """Return the normal form; two for a collective that names two kinds of places.

    ``level`` (省, 市) is that of the bodies before it in its list: 市住建局、审批服务局 are both
    bodies of a 市.

    >>> normal_bodies("各市、县〔市、区〕政府")
    ('各市政府', '各县（市、区）政府')
    >>> normal_bodies("审批服务局", level="市")
    ('市审批服务局',)
    """
    folded = fold(written)
    if not _COLLECTIVE.fullmatch(folded):
        shared = level if _is_department(written) else ""
        return (shared + _normal(written),)
    government = re.search(rf"{_GOVERNMENT}?$", folded)
    ending = government[0] if government else ""
    kinds = re.findall(_AREAS, folded.removesuffix(ending))
    return tuple(_normal(f"各{kind}{ending}") for kind in kinds)


def level_of(written: str) -> str:
    """Return the level a name begins with: 省, 市; "" for none.

    >>> level_of("市科技局"), level_of("市场监管局")
    ('市', '')
    """
    level = _LEVEL.match(written)
    return level[0] if level else ""


def _is_department(name: str) -> bool:
    """Whether the name is that of a standing department and nothing else: no level, no place."""
    department = re.fullmatch(r"(.{2,12}?)[局厅]", name)
    return department is not None and _whole(department[1]) in SHORT_STEM


def _normal(written: str) -> str:
    """Brackets in full width, everything else in its usual width, no white space."""
    narrow = "".join(written.split())
    return "".join(_usual_width(character) for character in narrow).translate(_WIDE)


def _usual_width(character: str) -> str:
    folded = fold(character)
    return folded if "！" <= character <= "～" and not character.isalpha() else character


@lru_cache(maxsize=4096)
def body_key(name: str) -> str:
    """Return what a body is compared by: no place, no level, no aside, the short name.

    >>> body_key("绍兴市发展和改革委员会"), body_key("市发改委"), body_key("省委组织部")
    ('发改委', '发改委', '组织部')
    """
    return _short(bare_name(name))


def bare_name(name: str) -> str:
    """Return a name without place, level and asides, its words kept: 省发展改革委 → 发展改革委."""
    bare = re.sub(_ASIDE, "", fold("".join(name.split())))
    bare = re.sub(r"^(?:中共|中国共产党)", "", bare)
    return _without_level(_without_place(bare))


def _without_place(name: str) -> str:
    """Drop the places a name begins with (浙江省, 温州市鹿城区); a level that remains is kept."""
    end = 0
    for division, (start, stop) in find_divisions(name):
        if start != end:
            break
        full = name[start:stop] == division.name
        if not (full or _named_department(name[stop:])):
            break
        end = stop
    rest = name[end:]
    if end and len(rest) > 1:
        # 温州市政府 is the government of a level, not any 政府.
        return name[end - 1 :] if re.match(r"委|政府|人民政府", rest) else rest
    return name


def _named_department(rest: str) -> bool:
    """Whether what follows a place's short name is a department of its own: 绍兴|科技局."""
    stem = re.sub(r"(?:委员会|办公室|[局厅委办])$", "", rest)
    return rest.startswith(("市", "省", "县", "区")) or _whole(stem) in SHORT_STEM


def _without_level(name: str) -> str:
    if name.startswith("各"):
        return name
    above = re.match(r"^[省市县区州旗盟](?:委|(?:人民)?政府)(?=[^、]{2,})(?!办|员会)", name)
    if above:
        return name[above.end() :]
    if re.match(r"^[省市县区州旗盟]?(?:委|(?:人民)?政府)", name):
        return name
    bare = re.sub(r"^(?:国家|全国|中央)(?=[^、]{3,})", "", name)
    return re.sub(r"^(?:[省市县区州旗盟]级?|自治[区州县])(?!场|政|容|域|长)(?=.{2,})", "", bare)


def _short(name: str) -> str:
    level = re.match(r"^(?:各.{0,6}?|[省市县区州旗盟])(?=委办|政府|人民政府)", name)
    head = level[0] if level else ""
    bare = name[len(head) :]
    if bare in SHORT_NAME:
        return head + SHORT_NAME[bare]
    bare = re.sub(r"^人民政府", "政府", bare)
    for ending, short in _ENDINGS:
        stem = bare.removesuffix(ending)
        if stem != bare and len(stem) > 1:
            return head + _short_stem(stem) + short
    return head + bare


_ENDINGS: Sequence[tuple[str, str]] = (
    ("委员会办公室", "办"),
    ("委办公室", "办"),
    ("工作办公室", "办"),
    ("委员会", "委"),
    ("办公室", "办"),
    ("办公厅", "办"),
    ("总局", "局"),
    ("局", "局"),
    ("厅", "厅"),
    ("委", "委"),
    ("办", "办"),
    ("部门", "部门"),
    ("部", "部"),
    ("中心", "中心"),
)


def _short_stem(stem: str) -> str:
    return SHORT_STEM.get(_whole(stem), stem)


def _whole(stem: str) -> str:
    return re.sub(r"[和与及]", "", stem)


def same_body(one: str, other: str) -> bool:
    """Whether two written names mean one body: place, level, asides and long names set aside.

    >>> same_body("省科技厅", "科学技术厅"), same_body("经发局<金融办>", "经发局")
    (True, True)
    """
    return body_key(one) == body_key(other) != ""
