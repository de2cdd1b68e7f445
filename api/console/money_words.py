"""What finance reads for states, channels and deeds, and the files it takes away."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sanic import HTTPResponse

from api.console import deeds
from foundation import clock, csv_table, money
from foundation.audit import Deed
from identity import access
from payments.ledger_reading import CHANNEL_NAMES

NOTICES = {
    "received": "已收到", "settled": "缴清", "repeated": "重复通知", "returned": "退回", "noted": "已记录",
    "quarantined": "隔离待查", "unknown_order": "无此支付单",
}  # fmt: skip
SYSTEMS = {"settlement": "系统（入账）", "inquiry": "系统（查询）", "checkout": "系统（下单）"}


async def told(those: Sequence[Deed]) -> list[tuple[datetime, str, str, str]]:
    """When, who, what, and why or on which channel."""
    staff = await access.staff_names([int(one.actor[6:]) for one in those if one.actor.startswith("staff:")])
    return [(one.at, _who(one.actor, staff), deeds.ACTIONS.get(one.action, one.action), _more(one)) for one in those]


def _who(actor: str, staff: dict[int, str]) -> str:
    kind, _, name = actor.partition(":")
    if kind == "staff":
        return staff.get(int(name), "工作人员")
    named = {"citizen": "缴款人", "department": f"部门系统 {name}", "channel": CHANNEL_NAMES.get(name, name)}
    return named.get(kind) or SYSTEMS.get(name, "系统")


def _more(deed: Deed) -> str:
    return deed.reason or CHANNEL_NAMES.get(str(deed.detail.get("channel", "")), "")


def yuan(fen: int | None) -> str:
    """For a cell of a file."""
    return "" if fen is None else money.yuan(fen)


def moment(at: datetime | None) -> str:
    """For a cell of a file."""
    return "" if at is None else f"{clock.shanghai(at):%Y-%m-%d %H:%M:%S}"


def file(name: str, plain: str, head: Sequence[str], rows: Iterable[Iterable[Any]]) -> HTTPResponse:
    """A table to be kept; no cell of it runs in a spreadsheet."""
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}.csv\"; filename*=UTF-8''{quote(name)}.csv",
        "Cache-Control": "no-store",
    }
    return HTTPResponse(csv_table.text(head, rows), headers=headers, content_type="text/csv; charset=utf-8")
