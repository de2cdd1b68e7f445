"""The channels of this process, by name."""

import asyncio

from channels.payment import PaymentChannel
from channels.registry import open_channels
from foundation import settings
from payments.errors import ChannelUnknown

_open: dict[str, PaymentChannel] = {}
_upkeep: set[asyncio.Task[None]] = set()


def channel(name: str) -> PaymentChannel:
    """The channel ``wechat`` or ``alipay``, opened at first use. Raises ChannelUnknown."""
    _opened()
    if name not in _open:
        raise ChannelUnknown
    return _open[name]


async def start() -> None:
    """Keep fresh what notices are checked with, so that none of them ever makes us call out."""
    _upkeep.update(asyncio.create_task(one.keep_fresh()) for one in _opened().values())


def use(channels: dict[str, PaymentChannel]) -> None:
    """Set the channels of this process (tests)."""
    _open.clear()
    _open.update(channels)


async def close() -> None:
    for task in _upkeep:
        task.cancel()
    await asyncio.gather(*_upkeep, return_exceptions=True)
    _upkeep.clear()
    for one in list(_open.values()):
        await one.aclose()
    _open.clear()


def _opened() -> dict[str, PaymentChannel]:
    if not _open:
        use(open_channels(settings.current()))
    return _open
