"""WeChat's stable access token (stable_token): the same one until near its end, a forced one ends the former."""

from datetime import datetime, timedelta

import msgspec

from sandbox.memory import Shelf
from sandbox.signing import nonce
from sandbox.wechat_errors import WechatError
from sandbox.world import World

LIVES = timedelta(hours=2)
RENEWED_BEFORE_END = timedelta(minutes=5)
FORCED_PER_DAY = 20
FORCED_APART = timedelta(seconds=30)
LENGTH = 512
"""The documentation asks to leave room for 512 characters, so that is what we hand out."""


class Token(msgspec.Struct):
    """One access token; ``forced_at`` is set on those that were forced."""

    token: str
    made_at: datetime
    until: datetime
    forced_at: datetime | None = None


def shelf(world: World) -> Shelf[Token]:
    return world.memory.shelf("wechat_tokens", Token)


def ordinary(world: World) -> tuple[str, int]:
    """The token in force and the seconds it has left; a new one near its end (both are valid then)."""
    now = world.now()
    newest = next(iter(shelf(world).newest(1)), None)
    if newest is None or newest.until - now <= RENEWED_BEFORE_END:
        newest = _make(world)
    return newest.token, int((newest.until - now).total_seconds())


def forced(world: World) -> tuple[str, int]:
    """A new token at once; the former ones end. At most 20 a day, at least 30 seconds apart."""
    now = world.now()
    earlier = [one.forced_at for one in shelf(world) if one.forced_at and now - one.forced_at < timedelta(days=1)]
    if len(earlier) >= FORCED_PER_DAY:
        raise WechatError(45009)
    if earlier and now - max(earlier) < FORCED_APART:
        raise WechatError(45011)
    for token in shelf(world):
        token.until = min(token.until, now)
        shelf(world).put(token.token, token)
    token = _make(world, forced_at=now)
    return token.token, int(LIVES.total_seconds())


def check(world: World, token: str | None) -> None:
    """Refuse a call without a token in force."""
    if not token:
        raise WechatError(41001)
    found = shelf(world).get(token)
    if found is None:
        raise WechatError(40001)
    if world.now() >= found.until:
        raise WechatError(42001)


def _make(world: World, forced_at: datetime | None = None) -> Token:
    now = world.now()
    return shelf(world).put(text := nonce(LENGTH), Token(text, now, now + LIVES, forced_at))
