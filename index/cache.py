"""A cache bounded by what it holds, not by how many."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Least-recently-used values, for several threads.

    ``limit`` bounds the sum of ``size(value)``; a value larger than that is never kept.
    """

    def __init__(self, limit: int, size: Callable[[V], int]) -> None:
        self._limit = limit
        self._size = size
        self._total = 0
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K, load: Callable[[], V]) -> V:
        """Return the value kept for ``key``, or what ``load`` gives."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = load()
        self._keep(key, value)
        return value

    def drop(self, key: K) -> None:
        """Forget ``key``."""
        with self._lock:
            self._forget(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._total = 0

    def _keep(self, key: K, value: V) -> None:
        with self._lock:
            self._forget(key)
            self._values[key] = value
            self._total += self._size(value)
            while self._total > self._limit:
                self._forget(next(iter(self._values)))

    def _forget(self, key: K) -> None:
        if key in self._values:
            self._total -= self._size(self._values.pop(key))
