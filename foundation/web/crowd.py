"""A page that many look at in the same second is made once: its bytes and its tag serve the others for that second.

Who looks alone sees the present: the first `FEW` of a second are answered anew. So an edit is seen within a second of
when its room tells it, with nothing to drop and nobody to tell. Only answers that everybody may keep for longer anyway
come here.
"""

from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic

SECONDS = 1.0
FEW = 8
MOST = 500  # addresses; the one that was not looked at for longest goes
BODY_AT_MOST = 128 * 1024

Key = tuple[bytes, bool]


@dataclass(frozen=True)
class Made:
    """An answer as it goes out, its ETag among the headers."""

    body: bytes
    headers: dict[str, str]


@dataclass
class _Asked:
    begun: float
    times: int = 0
    made: Made | None = None


class Crowd:
    """What one door answered within this second, by the whole address and the reader's script."""

    def __init__(self) -> None:
        self._asked: OrderedDict[Key, _Asked] = OrderedDict()

    def known(self, key: Key) -> Made | None:
        """What was made of it a moment ago, when many ask; None when it is to be made."""
        asked, now = self._asked.get(key), monotonic()
        if asked is None or now - asked.begun > SECONDS:
            asked = self._asked[key] = _Asked(now)
            if len(self._asked) > MOST:
                self._asked.popitem(last=False)
        self._asked.move_to_end(key)
        asked.times += 1
        return asked.made if asked.times > FEW else None

    def keep(self, key: Key, made: Made) -> None:
        asked = self._asked.get(key)
        if asked is not None and len(made.body) <= BODY_AT_MOST:
            asked.made = made
