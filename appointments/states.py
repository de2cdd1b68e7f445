"""The states of an appointment, of a ticket and of a waitlist entry, and what people read for them.

held ──accept──▶ booked ──check in──▶ checked_in ──called──▶ serving ──▶ finished
 │                 │                     │    ◀─missed held moved─┘
 ├─▶ declined      ├─▶ cancelled         ├─▶ office_cancelled
 └─▶ lapsed        ├─▶ rescheduled       └─▶ unserved (the day ended)
                   ├─▶ office_cancelled
                   └─▶ no_show (the day ended; only the nightly job says so)

`held` is an offer to somebody on the waitlist, or to rebook after a closure: it is live and counts, and becomes a
booking when it is accepted.
"""

LIVE = ("held", "booked", "checked_in", "serving")
TERMINAL = (
    "finished", "cancelled", "no_show", "office_cancelled", "unserved", "rescheduled", "declined", "lapsed"
)  # fmt: skip
OFFERS = ("held", "declined", "lapsed")  # not bookings yet, or never: shown as offers only
VISITS = ("booked", "checked_in", "serving")  # live, and its holder is expected

NAMES = {
    "held": "待确认",
    "booked": "已预约",
    "checked_in": "已签到，等候叫号",
    "serving": "办理中",
    "finished": "已办结",
    "cancelled": "已取消",
    "no_show": "爽约",
    "office_cancelled": "大厅已取消",
    "unserved": "到场未办",
    "rescheduled": "已改约",
    "declined": "已谢绝",
    "lapsed": "逾期未确认",
}

TICKET_NAMES = {
    "waiting": "等候",
    "called": "叫号中",
    "held": "挂起",
    "finished": "已办结",
    "missed": "过号",
    "dropped": "已作废",
}

WAITLIST_NAMES = {
    "waiting": "候补中",
    "offered": "有号待确认",
    "accepted": "候补成功",
    "declined": "已谢绝",
    "lapsed": "逾期未确认",
    "left": "已退出",
    "closed": "候补已结束",
}

NOTICE_NAMES = {
    "pending": "等待送达",
    "told": "已通知",
    "failed": "发送失败",
    "unreachable": "无法送达",
    "called": "已电话通知",
    "moot": "无需通知",
}

OFFER_NAMES = {
    "none": "未提供",
    "open": "待改约",
    "accepted": "已改约",
    "declined": "已谢绝",
    "lapsed": "逾期未改约",
    "replaced": "已由新的改约代替",
}
