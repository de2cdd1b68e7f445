"""Magic values that steer the sandbox: the last two digits of an amount in fen, the suffix of an openid, a name.

=======================  ==========================================================================================
amount in fen ends       what happens
=======================  ==========================================================================================
01                       creating (or refunding) answers SYSTEM_ERROR once, though the order (refund) exists
02                       paid or refunded, but the notify is lost: ask by query
03                       paid or refunded late (a minute of the vendor's time)
04                       notified twice at the same moment
05                       the payer refuses
06 (refund)              WeChat Pay: ABNORMAL. Alipay: fund_change=N first, the money moves a minute later
07 (refund)              WeChat Pay: CLOSED
08 (refund)              the merchant's balance is too small
=======================  ==========================================================================================

openid ends ``_nomsg``: message refused (43101); ``_badopenid``: not a user of this app; ``_risky``: no login (40226).
template id ends ``_unknown``: no such template (40037).
real-name: 不一致 never matches, 超时 answers after half a minute.
"""

import msgspec

LATE = 60
"""Seconds of the vendor's time that "late" means."""

FAILS_ONCE, NOTIFY_LOST, PAID_LATE, NOTIFIED_TWICE, REFUSED, ABNORMAL, CLOSED, BALANCE_TOO_SMALL = range(1, 9)
EXPLAINED = (
    ("金额末两位 01", "下单或退款第一次答复“系统错误”，但订单（退款）其实已经存在"),
    ("金额末两位 02", "付款（退款）成功，通知丢失，只能查询得知"),
    ("金额末两位 03", "付款（退款）迟到，渠道时间一分钟后才成功"),
    ("金额末两位 04", "同一通知同时发两遍"),
    ("金额末两位 05", "付款人放弃支付"),
    ("退款末两位 06", "微信退款异常；支付宝先答复资金未变动，一分钟后到账"),
    ("退款末两位 07", "微信退款关闭"),
    ("退款末两位 08", "商户余额不足"),
    ("openid 以 _nomsg 结尾", "拒收订阅消息（43101）"),
    ("openid 以 _badopenid 结尾", "不是本应用的用户"),
    ("openid 以 _risky 结尾", "登录被拦截（40226）"),
    ("模板编号以 _unknown 结尾", "模板不存在（40037）"),
    ("姓名 不一致 / 超时", "实名核验不通过 / 半分钟后才答复"),
)
"""The table above for the people who play with the pages."""
HOWS = ("pay", "refuse", "late", "twice", "lose_notify", "delay")
_BY_AMOUNT = {NOTIFY_LOST: "lose_notify", PAID_LATE: "late", NOTIFIED_TWICE: "twice", REFUSED: "refuse"}


class Manner(msgspec.Struct, frozen=True):
    """How a payment or refund goes: after how many vendor's seconds, and what becomes of its notify."""

    agrees: bool = True
    late: float = 0
    copies: int = 1
    lost: bool = False
    notify_late: float = 0


def magic(fen: int) -> int:
    """The steering digits of an amount."""
    return fen % 100


def manner(how: str, *, fen: int, seconds: float | None = None) -> Manner:
    """What the payer's choice means; plain "pay" leaves the word to the amount. ValueError for an unknown choice."""
    if how not in HOWS:
        raise ValueError(f"how: {', '.join(HOWS)}")
    wait = LATE if seconds is None else seconds
    chosen = _BY_AMOUNT.get(magic(fen), "pay") if how == "pay" else how
    return {
        "pay": Manner(),
        "refuse": Manner(agrees=False),
        "late": Manner(late=wait),
        "twice": Manner(copies=2),
        "lose_notify": Manner(lost=True),
        "delay": Manner(notify_late=wait),
    }[chosen]
