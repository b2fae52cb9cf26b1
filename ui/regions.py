"""Places as callers write them → the regions of the library."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from corpus.fold import squeeze

if TYPE_CHECKING:
    from index.index import Index

_BETWEEN = re.compile(r"[,，、;；]")


def full_regions(index: Index, given: Iterable[str]) -> tuple[str, ...]:
    """Return the regions meant by ``given``: full or short names, several in one where commas part.

    台州 is 台州市 where the library has documents of it; a name that it does not know stays as it
    is, and finds nothing.
    """
    from rag.query import Gazetteer

    known = index.regions()
    gazetteer = Gazetteer(known)
    found: list[str] = []
    for name in (part.strip() for one in given for part in _BETWEEN.split(one)):
        if name in known:
            found.append(name)
        elif name:
            places = gazetteer.find(squeeze(name))
            found += [place.region or place.name for place in places] or [name]
    return tuple(dict.fromkeys(found))
