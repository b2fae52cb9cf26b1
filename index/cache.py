"""A cache bounded by what it holds, not by how many."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Least-recently-used values, for several threads.

    ``limit`` bounds the sum of ``size(value)``; a value larger than that is never kept, nor is one
    whose loading began before something was forgotten: it may be what was to be forgotten.
    """

    def __init__(self, limit: int, size: Callable[[V], int]) -> None:
        self._limit = limit
        self._size = size
        self._total = 0
        self._epoch = 0  # counts how often something was forgotten on demand
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K, load: Callable[[], V]) -> V:
        """Return the value kept for ``key``, or what ``load`` gives."""
        return self.get_all((key,), lambda _: {key: load()})[key]

    def get_all(self, keys: Iterable[K], load: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
        """Return the values of ``keys``, in their order.

        ``load`` is called at most once, with the keys not kept; what it leaves out is left out.
        """
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            epoch = self._epoch
            found = {key: self._use(key) for key in wanted if key in self._values}
        missing = [key for key in wanted if key not in found]
        if missing:
            loaded = load(missing)  # not under the lock: others need not wait for the disk
            self._keep(loaded, epoch)
            found.update(loaded)
        return {key: found[key] for key in wanted if key in found}

    def drop(self, key: K) -> None:
        """Forget ``key``."""
        with self._lock:
            self._epoch += 1
            self._forget(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._epoch += 1
            self._values.clear()
            self._total = 0

    def _use(self, key: K) -> V:
        self._values.move_to_end(key)
        return self._values[key]

    def _keep(self, loaded: Mapping[K, V], epoch: int) -> None:
        with self._lock:
            if epoch != self._epoch:
                return
            for key, value in loaded.items():
                self._forget(key)
                self._values[key] = value
                self._total += self._size(value)
            while self._total > self._limit:
                self._forget(next(iter(self._values)))

    def _forget(self, key: K) -> None:
        if key in self._values:
            self._total -= self._size(self._values.pop(key))
