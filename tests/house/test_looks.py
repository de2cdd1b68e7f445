"""A page of the console that shows a person leaves a row for that person to read.

A person with a name nobody else has is planted wherever the console may show one; every page that staff can open is
opened, and where the name turns up, the look must be on record.
"""

from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from api.app import create_app
from foundation import clock, crypto, database
from foundation.actor import Actor
from identity import looks, organisations
from identity.access import Role
from identity.models import Citizen
from payments import gateway
from payments.models import Bill
from payments.receipt_models import Receipt
from tests.builders import identity
from tests.builders.appointments import a_held_place
from tests.builders.closures import announced
from tests.builders.closures import notices as notices_of
from tests.builders.console import Desk
from tests.builders.organisations import Says, credit_code
from tests.builders.payments import Till
from tests.builders.refunds import asked as asked_back
from tests.builders.refunds import settled
from tests.builders.rules import NO_SHOWS, a_rule, no_shows
from tests.serving import serving

pytestmark = [pytest.mark.usefixtures("db", "redis_db"), pytest.mark.slow]

NAME, MARK = "麹镇幽", "麹**"
# Opened without anything to choose, they must show the planted person: else this test sees nothing.
SHOWN = {"/console/credit", "/console/people/calls", "/console/organisations", "/console/refunds", "/console/receipts"}
LOOK_UP = "/console/refunds/order"
NOTHING = """
select $1::bigint[], $2::text, $3::bigint, $4::text, $5::text, $6::timestamptz, $7::timestamptz
"""


async def planted() -> tuple[Citizen, dict[str, str]]:
    """The person, and what stands for the parameters of addresses."""
    number = identity.id_number()
    citizen = await identity.citizen(name=NAME, number=number, phone="17712344321")
    me = Actor.citizen(citizen.id)
    held, *_ = await a_held_place(by=me)
    await a_rule(**NO_SHOWS)
    await no_shows(me)
    await organisations.claim(
        citizen_id=citizen.id, credit_code=credit_code(), name="示例科技有限公司", by=me, ask=Says()
    )
    shut = await announced(worked=True)
    (notice,) = await notices_of(shut.closure)
    await database.execute("update appointment set citizen_id = $1 where id = $2", citizen.id, notice.appointment_id)
    await database.execute(
        "update closure_notice set state = 'unreachable', handled_at = now() where id = $1", notice.id
    )
    till = Till("wechat")
    gateway.use({"wechat": till})
    bill, order, _ = await settled(till)
    await Bill.filter(id=bill.id).update(citizen_id=citizen.id, payer_name_sealed=crypto.seal(NAME))
    await asked_back(order)
    if not await Receipt.exists(bill=bill):
        await Receipt.create(bill=bill, request_no="R1", amount_fen=order.amount_fen, items=[], wanted_at=clock.now())
    return citizen, {
        "pay_code": bill.pay_code, "closure_id": str(shut.closure.id), "code": held.code,
        "out_trade_no": order.out_trade_no, "number": order.out_trade_no, "id_number": number,
    }  # fmt: skip


async def looks_at(citizen: Citizen) -> int:
    found: int = await database.fetchval("select count(*) from record_access where citizen_id = $1", citizen.id)
    return found


async def unrecorded(answer: httpx.Response, citizen: Citizen) -> bool:
    return MARK in answer.text and not await looks_at(citizen)


async def forget_looks() -> None:
    async with database.transaction() as tx:
        await tx.execute("set local zhijianban.record_access_retention = 'on'")
        await tx.execute("delete from record_access")


def addresses(door: Any, known: dict[str, str]) -> list[str]:
    """What staff can open with what is known; files of the catalogue hold no person."""
    found = []
    for route in door.routes:
        if route.access.name == "staff" and route.method == "GET" and not route.path.startswith("/console/catalogue"):
            address = route.path
            for name, value in known.items():
                address = address.replace(f"<{name}>", value)
            found.append(address)
    return [one for one in found if "<" not in one]


async def opened(
    desk: Desk, known: dict[str, str], pages: Iterable[str], citizen: Citizen
) -> tuple[set[str], list[str]]:
    """The pages that showed the person, and those of them that kept no look."""
    showed, silent = set(), []
    for address in pages:
        await forget_looks()
        answer = await desk.open(f"{address}?number={known['number']}" if address == LOOK_UP else address)
        if MARK in answer.text:
            showed.add(address)
        if await unrecorded(answer, citizen):
            silent.append(address)
    return showed, silent


async def test_every_page_that_shows_a_person_is_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    citizen, known = await planted()
    await identity.staff(*((role.value, "") for role in Role), username="everything")
    app = create_app()
    async with serving(app) as base, httpx.AsyncClient(base_url=base, timeout=60) as client:
        desk = Desk(client)
        await desk.sign_in("everything")
        showed, silent = await opened(desk, known, addresses(app.ctx.door, known), citizen)
        assert silent == []
        assert showed >= SHOWN
        await forget_looks()
        found = await desk.press(
            "/console/people/find", id_type="id_card", number=known["id_number"], reason="核实预约情况"
        )
        assert MARK in found.text
        assert await looks_at(citizen)
        monkeypatch.setattr(looks, "RECORD", NOTHING)
        _, silent = await opened(desk, known, SHOWN, citizen)
        assert set(silent) >= SHOWN  # with the verb off this test would say so
