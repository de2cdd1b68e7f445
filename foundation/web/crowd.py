"""A page that many look at in the same second is made once: its bytes and its tag serve the others for that second.

Who looks alone sees the present: the first `FEW` of a second are answered anew. Where there was a crowd a moment ago
one is, and whoever comes while it is being made waits for it. So what is shown is a second old at most, with nothing to
drop and nobody to tell. Only answers that everybody gets come here.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from time import monotonic

from sanic import HTTPResponse

from foundation.web import answers
from foundation.web.routes import Route

SECONDS = 1.0
FEW = 8
MOST = 500  # addresses; the one that was not looked at for longest goes
BODY_AT_MOST = 128 * 1024

Key = tuple[bytes, bool]
Make = Callable[[], Awaitable[HTTPResponse | None]]


@dataclass(eq=False)
class Made:
    """What was made, by which route. `heads` are those it went out under (`handed_out`)."""

    body: bytes
    headers: dict[str, str]
    route: Route | None
    heads: dict[Hashable, tuple[bytes, bytes]] = field(default_factory=dict)

    def again(self) -> HTTPResponse:
        """For one more."""
        return answers.Written(self.body, headers=self.headers, content_type=answers.JSON)


@dataclass
class _Asked:
    """What was asked of one address since `begun`: the first `anew` are answered anew, others from what was made."""

    begun: float
    anew: int
    times: int = 0
    made: Made | None = None  # None when nothing was that could be kept
    coming: "asyncio.Future[None] | None" = None


class Crowd:
    """What one door answered within this second, by the whole address and the reader's script."""

    def __init__(self) -> None:
        self._asked: OrderedDict[Key, _Asked] = OrderedDict()

    def __contains__(self, address: bytes) -> bool:
        """Whether many looked at this address of late, in one script or the other."""
        return (address, False) in self._asked or (address, True) in self._asked

    def shown(self, key: Key) -> Made | None:
        """What `answer` would give to one more and not make anew."""
        asked = self._asked.get(key)
        if asked is None or asked.times < asked.anew or monotonic() - asked.begun > SECONDS:
            return None
        return asked.made

    def count(self, key: Key) -> None:
        """One more was given what is `shown`."""
        self._asked[key].times += 1
        self._asked.move_to_end(key)

    async def answer(self, key: Key, make: Make, route: Route | None = None) -> HTTPResponse | None:
        """What `make` gives, or gave a moment ago to another; what is refused, or bears no tag, each makes anew."""
        asked = self._asked_now(key)
        if asked.times > asked.anew:
            if asked.coming is not None:
                await asyncio.shield(asked.coming)
            if asked.made is not None:
                return asked.made.again()
        if asked.coming is None:
            asked.coming = asyncio.get_running_loop().create_future()
        try:
            made = await make()
            _keep(asked, made, route)
            return made
        finally:
            if not asked.coming.done():
                asked.coming.set_result(None)

    def _asked_now(self, key: Key) -> _Asked:
        asked, now = self._asked.get(key), monotonic()
        if asked is None or now - asked.begun > SECONDS:
            crowded = asked is not None and asked.times > FEW and now - asked.begun < 2 * SECONDS
            asked = self._asked[key] = _Asked(now, anew=1 if crowded else FEW)
            if len(self._asked) > MOST:
                self._asked.popitem(last=False)
        self._asked.move_to_end(key)
        asked.times += 1
        return asked


def _keep(asked: _Asked, made: HTTPResponse | None, route: Route | None) -> None:
    body = made.body if isinstance(made, answers.Written) else None
    if made is not None and body and "ETag" in made.headers and len(body) <= BODY_AT_MOST:
        asked.made = Made(body, dict(made.headers), route)
