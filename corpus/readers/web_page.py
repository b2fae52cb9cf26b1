"""Where on a saved web page the document stands, and what the page says of it above.

The content systems of government sites mark the body by few names (TRS_Editor, UCAP-CONTENT, zoom,
pages_content, article-content …); where none is found, the body is the innermost element that
holds nearly all running text of the page. That links and short words are navigation and that
sentences are content is the idea of Kohlschütter et al., Boilerplate Detection using Shallow Text
Features (2010); the scoring is our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, zip_longest

from lxml import etree

from corpus.readers.grid import LABELS
from corpus.readers.markup import Lines, Skip, events, is_textless, is_unseen, shown, write

_CONTENT_NAMES = frozenset((
    "ucapcontent", "trseditor", "trsueditor", "viewtrsueditor", "trspreappend", "trsdocument",
    "zoom", "zoomcon", "fontzoom", "textzoom", "articlecontent", "contentarticle", "articlecon",
    "articlebody", "articletext", "articlemain", "artcon", "artcontent", "arttext", "arcontent",
    "newscontent", "newsmain", "newscon", "newstext", "newsbody", "pagescontent", "pagecontent",
    "textcontent", "contenttext", "contenttxt", "contxt", "vsbcontent", "vnewscontent",
    "wparticlecontent", "xxgkcontent", "gkmlcontent", "detailcontent", "detailcon", "btcontent",
    "infocontent", "infocon", "maintext", "maincontent", "contentmain", "contentbody", "zhengwen",
    "zw", "zwcontent", "doccontent", "xlcontent", "xlmain", "postcontent", "entrycontent",
    "mainbody", "printcontent", "printarea", "mycontent", "editorcontent", "bodycontent",
    "wenzhang", "neirong", "policycontent", "policyarticlecontent",
))  # fmt: skip
"""Ids and classes of the body, without capitals, hyphens and underscores."""
_LOOSE_NAMES = frozenset(("content", "cont", "main", "article", "text", "news", "detail"))
"""Ids and classes that a body may have, and much else."""
_FURNITURE_NAMES = frozenset((
    "nav", "navbar", "navigation", "navigator", "mainnav", "subnav", "topnav", "menu", "crumb",
    "crumbs", "breadcrumb", "breadcrumbs", "bread", "curmb", "curb", "weizhi", "dqwz", "location",
    "position", "share", "bdshare", "bdsharebuttonbox", "sharebox", "jiathis", "footer", "foot",
    "footbox", "copyright", "search", "searchbox", "toolbar", "tools", "print", "qrcode", "qr",
    "ewm", "erweima", "related", "relate", "xgwz", "xgyd", "xgzc", "xgjd", "recommend", "sidebar",
    "login", "hotword", "pager", "pagediv", "pagination", "comment", "feedback", "setfont",
    "fontsize", "fontset", "sidetool", "appendixs", "llcs", "hits", "bottom", "modal", "dialog",
    "popup", "tooltip",
))  # fmt: skip
"""Words in ids and classes of what surrounds a body."""
_FURNITURE_TAGS = frozenset(("nav", "footer", "aside", "dialog"))
_FILE = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|et|ceb|zip|rar)\b", re.IGNORECASE)
_LINKS_FROM = 3
"""Links to pages from which what holds little else, above all text, is navigation."""
_LINES = frozenset(("p", "h1", "h2", "h3", "li", "a", "span", "font", "b"))
_FURNITURE_SHARE = 0.3
"""Share of a page's text from which an element is no furniture, whatever it is called."""
_BODY_SHARE = 0.85
_NAMED_SHARE = 0.25
_LOOSE_SHARE = 0.6
_SAME_SHARE = 0.98
_SENTENCE = re.compile(r"[。；，、！？]")
_OF_SITE = re.compile(
    r"(?:浏览|阅读|点击)(?:次数|量|数)|字[体号]\s*[:：]|版权所有|ICP备|公网安备|网站标识码|技术支持"
    r"|[主承]办(?:单位)?\s*[:：]|当前(?:的)?位置|您(?:所在)?的位置|网站地图|联系我们|设为首页"
)
"""What the site says of itself, never the document."""
_SENTENCE_FROM = 12
_SENTENCE_WEIGHT = 5
_LEAST_MASS = 60
"""Below it, a page that runs scripts or frames shows only what is around its body."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LINE_MAX = 400
_TITLE_MAX = 120
_TITLE_PIECES = 50

_STOPS = (
    "浏览次数", "浏览量", "点击率", "点击量", "点击数", "阅读次数", "阅读量", "访问量", "字体",
    "字体大小", "字号", "打印", "分享", "分享到", "收藏", "作者", "责任编辑", "编辑", "供稿",
    "标签", "相关附件", "下载",
)  # fmt: skip
_LABEL = "|".join(
    r"[\s\u3000]*".join(word) for word in sorted((*LABELS, *_STOPS), key=len, reverse=True)
)
_STATED = re.compile(rf"({_LABEL})[\s\u3000]*[:：]")
_VALUE_END = re.compile(r"\s*[【\[|｜].*$|\s+-?$")
_VALUE_MAX = 200
_VALUE_BELOW_MAX = 30
"""Characters of a value on the line below; a longer line is the title, and the value is missing."""
_SITE = re.compile(r"(?:网站?|门户|平台|政府|频道|专栏)$")


class Page:
    """A parsed page: its body, its title and what it states of the document."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self._unseen: Skip = is_unseen
        self._mass = _masses(root, is_unseen)
        if self._mass.get(root, 0) < _LEAST_MASS:  # a body that a script shows when it is ready
            self._unseen = is_textless
            self._mass = _masses(root, is_textless)
        self.furniture = self._find_furniture()
        if self.furniture:
            self._mass = _masses(root, self.skip)
        self.body = self._find_body()

    def skip(self, element: etree._Element) -> bool:
        """Whether the element is no part of the document."""
        return element in self.furniture or self._unseen(element)

    @property
    def is_bare(self) -> bool:
        """Whether the text of the page is elsewhere: put in by a script, or in a frame."""
        outside = next(self.root.iter("script", "frameset", "iframe"), None) is not None
        return self._mass.get(self.root, 0) < (_LEAST_MASS if outside else 1)

    @property
    def is_framed(self) -> bool:
        """Whether the page shows other pages."""
        return next(self.root.iter("frameset", "iframe"), None) is not None

    def stated(self) -> dict[object, object]:
        """Return what the elements for a page's metadata say.

        Their names are those of the 政府网站发展指引 (国办发〔2017〕47号). ContentSource names
        where the text was taken from, which often is another site, so it is no issuer.
        """
        metas = {
            (meta.get("name") or "").lower(): shown([meta.get("content") or ""])
            for meta in self.root.iter("meta")
        }
        return {
            name: metas[key]
            for key, name in (("articletitle", "title"), ("pubdate", "pubdate"))
            if metas.get(key)
        }

    def header_lines(self, *, limit: int) -> list[str]:
        """Return 标签：值 for what the page states of the document above its body."""
        above = Lines(limit)
        if self.body is not self.root:
            write(self.root, above, self.skip, before=self.body)
        lines = [line for line in above.lines if len(line) <= _LINE_MAX]
        return list(dict.fromkeys(_stated_in(lines)))

    def title(self) -> str | None:
        """Return the title as the page shows it, else as its ``title`` element has it."""
        stated = self.stated().get("title")
        if isinstance(stated, str) and len(stated) > 3:
            return stated
        return self._shown_title() or self._window_title()

    def _shown_title(self) -> str | None:
        """Return the nearest heading, or element called title, above the body."""
        title = None
        for kind, element, _ in events(self.root, self.skip):
            if element is self.body:
                break
            if kind == "start" and _is_title(element):
                pieces = [str(piece) for piece in islice(element.itertext(), _TITLE_PIECES)]
                text = shown(pieces)
                title = text if 5 < len(text) <= _TITLE_MAX and "：" not in text[:8] else title
        return title

    def _window_title(self) -> str | None:
        """Return the part of the ``title`` element that is no name of a site."""
        element = self.root.find(".//title")
        text = shown([element.text or ""]) if element is not None else ""
        parts = [part.strip() for part in re.split(r"\s*[-_|–—]+\s*", text)]
        titles = [part for part in parts if len(part) > 5 and not _SITE.search(part)]
        return max(titles, key=len, default=None)

    def _find_furniture(self) -> frozenset[etree._Element]:
        most = self._mass.get(self.root, 0) * _FURNITURE_SHARE
        called = (
            element
            for element, mass in self._mass.items()
            if mass <= most
            and element is not self.root
            and (element.tag in _FURNITURE_TAGS or not _FURNITURE_NAMES.isdisjoint(_words(element)))
            and not _is_title(element)
        )
        return frozenset((*called, *_navigation(self.root, self._unseen)))

    def _find_body(self) -> etree._Element:
        """Return the innermost element that holds nearly all text, or the one named as the body."""
        dense = self._dense(self.root)
        inside = self._named(dense, _CONTENT_NAMES, _NAMED_SHARE)
        inside = inside or self._named(dense, _LOOSE_NAMES, _LOOSE_SHARE)
        if not inside:
            return dense
        largest = max(inside, key=lambda e: self._mass[e])
        if any(self._is_other_part(largest, element) for element in inside):
            return dense
        # Of bodies inside one another the innermost that still holds what the outer ones do.
        full = _BODY_SHARE * self._mass[largest]
        return min((e for e in inside if self._mass[e] >= full), key=lambda e: self._mass[e])

    def _is_other_part(self, body: etree._Element, element: etree._Element) -> bool:
        """Whether the document goes on in ``element``; the same body again, for phones, is none."""
        if _holds(body, element) or _holds(element, body):
            return False
        return self._mass[element] < _SAME_SHARE * self._mass[body]

    def _named(
        self, outer: etree._Element, names: frozenset[str], share: float
    ) -> list[etree._Element]:
        """Return the elements in ``outer`` so called that hold more than a share of its text."""
        least = share * self._mass.get(outer, 0)
        return [
            element
            for element, mass in self._mass.items()
            if mass > least and not names.isdisjoint(_names(element)) and _holds(outer, element)
        ]

    def _dense(self, element: etree._Element) -> etree._Element:
        least = _BODY_SHARE * self._mass.get(element, 0)
        while True:
            heavy = next((e for e in element if self._mass.get(e, 0) >= max(least, 1)), None)
            if heavy is None or heavy.tag in _LINES:
                break
            element = heavy
        while element.tag in ("tbody", "thead", "tr", "ol", "ul"):  # whole tables and lists
            parent = element.getparent()
            if parent is None:
                break
            element = parent
        return element


def _masses(root: etree._Element, skip: Skip) -> dict[etree._Element, int]:
    """Return for every element how much running text, outside of links, is in it."""
    masses: dict[etree._Element, int] = {}
    links = 0
    for kind, element, text in events(root, skip):
        if kind == "start":
            masses[element] = 0
            links += element.tag == "a"
        elif kind == "text" and not links:
            masses[element] += _weight(text)
        elif kind == "end":
            links -= element.tag == "a"
            parent = element.getparent()
            if parent in masses:
                masses[parent] += masses[element]
    return masses


def _navigation(root: etree._Element, skip: Skip) -> set[etree._Element]:
    """Return the elements above all running text that hold links to pages and little else."""
    found: set[etree._Element] = set()
    stack: list[list[int]] = []  # for each open element: links, their characters, other characters
    link = 0
    for kind, element, text in events(root, skip):
        if kind == "start":
            stack.append([0, 0, 0])
            link += element.tag == "a"
        elif kind == "text":
            if not link and _weight(text) >= _SENTENCE_FROM * _SENTENCE_WEIGHT:
                break
            stack[-1][1 if link else 2] += len("".join(text.split()))
        elif kind == "end":
            links, linked, other = stack.pop()
            link -= element.tag == "a"
            links += _leads_away(element)
            if links >= _LINKS_FROM and other <= linked:
                found.add(element)
            if stack:
                for position, count in enumerate((links, linked, other)):
                    stack[-1][position] += count
    return found


def _leads_away(element: etree._Element) -> bool:
    """Whether the element is a link to another page, not within this one nor to a file."""
    target = element.get("href") if element.tag == "a" else None
    return target is not None and not target.startswith("#") and not _FILE.search(target)


def _weight(text: str) -> int:
    if _OF_SITE.search(text):
        return 0
    length = len("".join(text.split()))
    is_sentence = length >= _SENTENCE_FROM or _SENTENCE.search(text) is not None
    return length * (_SENTENCE_WEIGHT if is_sentence else 1)


def _holds(outer: etree._Element, inner: etree._Element) -> bool:
    return outer is inner or any(above is outer for above in inner.iterancestors())


def _names(element: etree._Element) -> Iterator[str]:
    """Yield id and classes without capitals and separators."""
    if isinstance(element.tag, str) and element.tag == "ucapcontent":
        yield "ucapcontent"
    for name in f"{element.get('id') or ''} {element.get('class') or ''}".split():
        yield re.sub(r"[-_\d]", "", name).lower()


def _words(element: etree._Element) -> Iterator[str]:
    """Yield the words of id and classes: content_share is content and share."""
    if not element.attrib:
        return
    names = _CAMEL.sub(" ", f"{element.get('id') or ''} {element.get('class') or ''}")
    yield from re.split(r"[^a-z]+", names.lower())


def _is_title(element: etree._Element) -> bool:
    if element.tag in ("h1", "h2", "ucaptitle"):
        return True
    return any(name.endswith("title") and "sub" not in name for name in _names(element))


def _stated_in(lines: list[str]) -> Iterator[str]:
    """Yield 标签：值; a value may stand on the line below its label."""
    for position, line in enumerate(lines):
        found = list(_STATED.finditer(line))
        for match, following in zip_longest(found, found[1:]):
            label = re.sub(r"\s", "", match[1])
            value = _value(line[match.end() : following.start() if following else None])
            if not value and following is None and position + 1 < len(lines):
                below = lines[position + 1]
                value = "" if _STATED.search(below) else _value(below)
                value = value if len(value) <= _VALUE_BELOW_MAX else ""
            if label in LABELS and value:
                yield f"{label}：{value}"


def _value(words: str) -> str:
    value = _VALUE_END.sub("", words).strip()
    return value if len(value) <= _VALUE_MAX else ""
