"""The states of an appointment and of a ticket, and what people read for them.

booked ──check in──▶ checked_in ──called──▶ serving ──▶ finished
  │                     │ ◀─missed held moved─┘
  ├─▶ cancelled         ├─▶ office_cancelled
  ├─▶ office_cancelled  └─▶ unserved (the day ended)
  └─▶ no_show (the day ended; only the nightly job says so)
"""

LIVE = ("booked", "checked_in", "serving")
TERMINAL = ("finished", "cancelled", "no_show", "office_cancelled", "unserved")

NAMES = {
    "booked": "已预约",
    "checked_in": "已签到，等候叫号",
    "serving": "办理中",
    "finished": "已办结",
    "cancelled": "已取消",
    "no_show": "爽约",
    "office_cancelled": "大厅已取消",
    "unserved": "到场未办",
}

TICKET_NAMES = {
    "waiting": "等候",
    "called": "叫号中",
    "held": "挂起",
    "finished": "已办结",
    "missed": "过号",
    "dropped": "已作废",
}
