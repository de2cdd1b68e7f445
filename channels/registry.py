"""The payment channels that are open."""

from channels.alipay.pay import Alipay
from channels.payment import PaymentChannel
from channels.wechat.pay import WeChatPay
from foundation.settings import Settings


def open_channels(settings: Settings) -> dict[str, PaymentChannel]:
    """Every payment channel by name (`wechat`, `alipay`). Who opens them closes them with `aclose()`."""
    channels: list[PaymentChannel] = [WeChatPay(settings), Alipay(settings)]
    return {channel.name: channel for channel in channels}
