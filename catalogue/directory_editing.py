"""Keeping the directory of intermediaries (中介服务机构名录): added to, corrected, hidden and shown again."""

from typing import Any

from catalogue import as_read, edition, exporting, intake
from catalogue.directory import Provider
from catalogue.directory_errors import (
    HidingReasonNeeded,
    ProviderChanged,
    ProviderFaults,
    ProviderNotFound,
    ProviderTaken,
)
from catalogue.directory_models import Intermediary
from catalogue.directory_sheet import IntermediaryRow
from catalogue.faults import FormatFaults
from catalogue.format import parse_intermediaries
from catalogue.models import ServiceItem
from foundation import audit, database
from foundation.actor import Actor

NAMES = {
    "code": "编码", "name": "名称", "kind": "类别", "credit_code": "统一社会信用代码", "region": "地区",
    "address": "地址", "phone": "电话", "hours": "服务时间", "services": "服务内容", "fees": "收费说明",
    "items": "可能用到的事项",
}  # fmt: skip
AT = "intermediaries[0]."


async def add(*, values: dict[str, Any], by: Actor) -> str:
    """One more, at the end of the list; its code. Raises ProviderFaults, ProviderTaken."""
    row = await _checked(values)
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        if await Intermediary.exists(code=row.code):
            raise ProviderTaken
        last = await Intermediary.all().order_by("-position").first()
        await Intermediary.create(**_fields(row), position=last.position + 1 if last else 0)
        moved = await _record("added", row.code, by)
    await edition.shout(moved)
    return row.code


def mark(one: Provider | Intermediary) -> str:
    """What `correct` asks for, of the entry as it is read."""
    return as_read.mark({name: getattr(one, name) for name in NAMES})


async def correct(*, code: str, values: dict[str, Any], seen: str, by: Actor) -> None:
    """What it says from now on; the code stays. `seen` is the mark of what was changed.

    Raises ProviderFaults, ProviderNotFound, ProviderChanged when somebody changed it since.
    """
    row = await _checked({**values, "code": code})
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        known = await _of(code)
        told = {name: value for name, value in _fields(row).items() if getattr(known, name) != value}
        if not told:
            return
        if mark(known) != seen:
            raise ProviderChanged
        await known.update_from_dict(told).save(update_fields=list(told))
        moved = await _record("corrected", code, by, detail={"fields": sorted(told)})
    await edition.shout(moved)


async def hide(*, code: str, reason: str, by: Actor) -> None:
    """Citizens and open data do not see it any more. Raises HidingReasonNeeded, ProviderNotFound."""
    if not reason.strip():
        raise HidingReasonNeeded
    await _turn(code, hidden=True, by=by, reason=reason.strip())


async def show_again(*, code: str, by: Actor) -> None:
    """Raises ProviderNotFound."""
    await _turn(code, hidden=False, by=by)


async def _turn(code: str, *, hidden: bool, by: Actor, reason: str = "") -> None:
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        known = await _of(code)
        if known.hidden is hidden:
            return
        known.hidden = hidden
        await known.save(update_fields=["hidden"])
        moved = await _record("hidden" if hidden else "shown", code, by, reason=reason)
    await edition.shout(moved)


async def _of(code: str) -> Intermediary:
    known = await Intermediary.get_or_none(code=code)
    if known is None:
        raise ProviderNotFound
    return known


async def _checked(values: dict[str, Any]) -> IntermediaryRow:
    """As it would be checked in a folder, told by the names of the form."""
    try:
        [row] = parse_intermediaries(exporting.text({"intermediaries": [values]}), "").intermediaries
    except FormatFaults as found:
        raise ProviderFaults(detail=[_told(one.field, one.message) for one in found.faults]) from None
    known = await ServiceItem.filter(slug__in=row.items).values_list("slug", flat=True)
    if missing := set(row.items) - {str(one) for one in known}:
        raise ProviderFaults(detail=[f"{NAMES['items']}：目录里没有“{one}”，请重新选择" for one in sorted(missing)])
    return row


def _told(field: str, message: str) -> str:
    name, _, place = field.removeprefix(AT).partition("[")
    nth = f"第 {int(place.rstrip(']')) + 1} 行" if place.rstrip("]").isdigit() else ""
    return f"{NAMES.get(name, name)}{nth}：{message}"


def _fields(row: IntermediaryRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in NAMES}


async def _record(what: str, code: str, by: Actor, *, reason: str = "", detail: dict[str, Any] | None = None) -> int:
    await audit.record(f"intermediary.{what}", subject=f"intermediary:{code}", by=by, reason=reason, detail=detail)
    return await edition.move_on()
