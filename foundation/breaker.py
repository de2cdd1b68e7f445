"""A circuit breaker: who does not answer several times running is left alone for a while, then tried by one call.

Waiting ten seconds for every call to somebody who is down would fill the house with waiting callers. While it is open a
call is refused before anything is sent, so refusing says nothing about what was sent before: that stays unknown.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from foundation import logs, metrics
from foundation.errors import Unavailable

log = logs.logger(__name__)

FAILURES = 5
FIRST_REST = 5.0
LONGEST_REST = 60.0


class OutsideUnavailable(Unavailable):
    """合作平台暂时无法连接，请稍后重试。"""


class Breaker:
    """Closed while calls are answered; open after `failures` that were not; half open while one probe is under way."""

    def __init__(
        self,
        name: str,
        *,
        failures: int = FAILURES,
        first_rest: float = FIRST_REST,
        longest_rest: float = LONGEST_REST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._clock = name, clock
        self._most, self._first_rest, self._longest_rest = failures, first_rest, longest_rest
        self._failures = 0
        self._rest = first_rest
        self._open_until: float | None = None
        self._probe: Attempt | None = None

    @contextmanager
    def attempt(self) -> Iterator["Attempt"]:
        """Around one call, which says how it went. Raises OutsideUnavailable instead, with the time to come back."""
        mine = Attempt(self)
        self._admit(mine)
        try:
            yield mine
        finally:
            if mine is self._probe:
                self._probe = None  # it ended without a word, say cancelled: the next call may try

    def _admit(self, mine: "Attempt") -> None:
        if self._open_until is None:
            return
        left = self._open_until - self._clock()
        if left > 0 or self._probe is not None:
            metrics.count("outside_calls_refused_total", outside=self._name)
            raise OutsideUnavailable(retry_after=max(1, math.ceil(left)))
        self._probe = mine

    def learn(self, mine: "Attempt", *, answered: bool) -> None:
        is_probe, was_open = mine is self._probe, self._open_until is not None
        if was_open and not is_probe:
            return  # a call from before it opened says nothing about now
        self._probe = None
        if answered:
            self._close(was_open)
        else:
            self._failures += 1
            if is_probe or self._failures >= self._most:
                self._open(is_probe)

    def _close(self, was_open: bool) -> None:
        self._failures, self._rest, self._open_until = 0, self._first_rest, None
        if was_open:
            log.warning("outside_back", outside=self._name)

    def _open(self, again: bool) -> None:
        self._rest = min(self._rest * 2, self._longest_rest) if again else self._first_rest
        self._open_until = self._clock() + self._rest
        metrics.count("outside_breaker_opened_total", outside=self._name)
        log.error("outside_left_alone", outside=self._name, seconds=self._rest)


class Attempt:
    """One call under way."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker

    def answered(self) -> None:
        self._breaker.learn(self, answered=True)

    def failed(self) -> None:
        self._breaker.learn(self, answered=False)
