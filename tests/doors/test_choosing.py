"""选择时段 in one answer: the business, and the slots of the day that is shown first."""

from datetime import timedelta

import httpx

from foundation import clock
from tests.builders.appointments import a_held_place, a_slot, a_type
from tests.builders.closures import at


async def test_the_day_that_is_shown(bff: httpx.AsyncClient) -> None:
    of = await a_type()
    full, free = await a_slot(of=of, capacity=1, starts_at=at(2, 9)), await a_slot(of=of, starts_at=at(3, 9))
    await a_held_place(slot=full)
    address = f"/v1/screens/type/{of.code}"
    days = {one.id: one.day.isoformat() for one in (full, free)}
    gone = (clock.today() - timedelta(days=9)).isoformat()
    for wanted, shown in (
        ("", free),  # a place before a waitlist, though that is earlier
        (f"?date={days[full.id]}", full),  # asked for, there is a waitlist
        (f"?date={days[free.id]}", free),
        (f"?date={gone}", free),
    ):
        answer = await bff.get(address + wanted)
        page = answer.json()
        assert (page["date"], [one["id"] for one in page["slots"]]) == (days[shown.id], [shown.id]), wanted
        assert page["type"] == (await bff.get(f"/v1/types/{of.code}")).json()
        assert page["slots"] == (await bff.get(f"/v1/slots?type_id={of.id}&date={days[shown.id]}")).json()
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert answer.headers["X-As-Of"]
        held = {"If-None-Match": answer.headers["ETag"]}
        assert (await bff.get(address + wanted, headers=held)).status_code == 304


async def test_nothing_to_choose(bff: httpx.AsyncClient) -> None:
    of = await a_type()
    page = (await bff.get(f"/v1/screens/type/{of.code}")).json()
    assert (page["type"]["code"], page["date"], page["slots"]) == (of.code, None, [])
    assert (await bff.get("/v1/screens/type/nothing")).json()["code"] == "TypeNotFound"
    assert (await bff.get("/v1/screens/for-whom")).json()["code"] == "NotSignedIn"
