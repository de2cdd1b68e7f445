"""What a process remembers for a moment, so as not to ask again: dropped when the bus says that it is over."""

import time
from typing import Generic, TypeVar

from foundation import bus

V = TypeVar("V")


class Memory(Generic[V]):
    """key → value for `seconds`, while words of `topic` reach us; such a word names a key that is true no longer.

    `last_known` is for when the source is gone: what was true within the last `at_worst` seconds, if nothing else was
    heard. Take `mark` before the source is asked and `keep` what it said with it: what was dropped in between stays
    dropped, and nothing else.
    """

    def __init__(self, topic: str, *, seconds: float, at_worst: float = 0, most: int = 50_000) -> None:
        self._seconds, self._at_worst, self._most = seconds, max(seconds, at_worst), most
        self._kept: dict[str, tuple[float, V]] = {}
        self._drops = 0
        self._dropped: dict[str, int] = {}  # key → which drop was its last, of those since `_all_dropped`
        self._all_dropped = 0
        bus.on(topic, self.drop, deaf=self._mistrust)

    def get(self, key: str) -> V | None:
        """What is known of `key`, fresh; None when it must be asked."""
        found = self._kept.get(key)
        if found is None or time.monotonic() - found[0] > self._seconds or not bus.hears():
            return None
        return found[1]

    def last_known(self, key: str) -> V | None:
        found = self._kept.get(key)
        return found[1] if found and time.monotonic() - found[0] <= self._at_worst else None

    def mark(self) -> int:
        return self._drops

    def keep(self, key: str, value: V, mark: int) -> None:
        if self._dropped.get(key, self._all_dropped) > mark or not bus.hears():
            return
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[key] = (time.monotonic(), value)

    def drop(self, key: str) -> None:
        self._drops += 1
        self._dropped[key] = self._drops
        self._kept.pop(key, None)
        if len(self._dropped) > self._most:
            self._drop_all()

    def forget(self) -> None:
        self._drop_all()
        self._kept.clear()

    def _mistrust(self) -> None:
        """Words may have been missed: nothing is fresh any more."""
        self._drop_all()
        if self._at_worst == self._seconds:
            self._kept.clear()

    def _drop_all(self) -> None:
        """What somebody is asking for at this moment is not kept."""
        self._drops += 1
        self._all_dropped = self._drops
        self._dropped.clear()
