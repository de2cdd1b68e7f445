"""The channels of this process, by name."""

from channels.payment import PaymentChannel
from channels.registry import open_channels
from foundation import settings
from payments.errors import ChannelUnknown

_open: dict[str, PaymentChannel] = {}


def channel(name: str) -> PaymentChannel:
    """The channel ``wechat`` or ``alipay``, opened at first use. Raises ChannelUnknown."""
    if not _open:
        use(open_channels(settings.current()))
    if name not in _open:
        raise ChannelUnknown
    return _open[name]


def use(channels: dict[str, PaymentChannel]) -> None:
    """Set the channels of this process (tests)."""
    _open.clear()
    _open.update(channels)


async def close() -> None:
    for one in list(_open.values()):
        await one.aclose()
    _open.clear()
