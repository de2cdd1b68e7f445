"""Places of a limit that were taken from Redis several at once, for who comes often, and are given out here.

A bucket (`ratelimit`) is a row of slots in time, each ``seconds / times`` long. Whoever is let through gets the next
free one; it begins when they come or later, and ends within `seconds` of it. So in any stretch of time no more are let
through than there are slots in it and in the `seconds` that follow (the generic cell rate algorithm, ITU-T I.371).

A lease is some of these slots in a row. One that was not given out before it begins has lapsed: it counts as spent,
which the bucket has forgotten by then. So everybody who is let through has a slot of their own that begins not before
they come, whichever process gave it to them, and the sentence above holds for all processes together.

Who comes for the first time takes one, as if there were no leases. Who comes back within a second takes a sixteenth of
the limit; so much at most a process withholds from the others. A limit of less than 32 is counted one by one.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic

SHARE = 16
QUIET = 1.0  # seconds after which one begins with one place again
MOST = 20_000  # kept in one process; what is thrown away counts as spent


@dataclass(slots=True)
class _Lease:
    """`left` slots of `step` seconds, the first of which begins at `begins`."""

    left: int = 0
    begins: float = 0.0
    step: float = 0.0
    came_at: float = float("-inf")
    coming: bool = False


class Leases:
    """Those of one process, by the key of the bucket. `now` is a clock that only goes on."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._held: OrderedDict[str, _Lease] = OrderedDict()

    def spend(self, key: str) -> bool:
        """Give out one place if there is one."""
        lease = self._held.get(key)
        if lease is None or not lease.left:
            return False
        now = self._now()
        if now > lease.begins:
            lapsed = min(lease.left, ceil((now - lease.begins) / lease.step))
            lease.left -= lapsed
            lease.begins += lapsed * lease.step
            if not lease.left:
                return False
        lease.left -= 1
        lease.begins += lease.step
        lease.came_at = now
        return True

    def wanted(self, key: str, *, times: int) -> int:
        """How many places to take now, one of them for who asks. `took` follows where it is more."""
        most = times // SHARE
        if most < 2:
            return 1
        now = self._now()
        lease = self._held.get(key)
        if lease is None:
            lease = self._held[key] = _Lease()
            if len(self._held) > MOST:
                self._held.popitem(last=False)
        often, lease.came_at = now - lease.came_at <= QUIET, now
        if lease.coming or not often:  # who comes while several are on their way takes their own
            return 1
        lease.coming = True
        return most

    def took(self, key: str, number: int, *, begins: float, step: float) -> None:
        """So many places came, or none; one is for who asked. The first begins at `begins`, rather later than that."""
        lease = self._held.get(key)
        if lease is not None:
            lease.left, lease.begins, lease.step, lease.coming = max(number - 1, 0), begins + step, step, False

    def forget(self) -> None:
        self._held.clear()
