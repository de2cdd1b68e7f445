"""首页 in one request: what is to be done, with what one needs at hand for it, and where it is closed."""

from datetime import datetime

import httpx
import pytest

from appointments import booking, closure, waitlist
from foundation import clock
from identity.models import Citizen
from tests.builders import catalogue, identity, payments
from tests.builders.appointments import STAFF, a_citizen, a_held_place, a_type, on_the_day
from tests.builders.closures import whole_day
from tests.builders.doors import sign_in
from tests.builders.favourites import two_items


async def test_the_next_booking_can_be_checked_in_from_home(bff: httpx.AsyncClient) -> None:
    held, citizen, slot = await a_held_place()
    me = await sign_in(await Citizen.get(id=citizen.number))
    before = (await bff.get("/v1/home", headers=me)).json()["todo"]
    shown = before["next_booking"]
    assert (shown["code"], shown["state"], shown["hall_code"]) == (held.code, "booked", held.hall_code)
    with on_the_day(held):
        todo = (await bff.get("/v1/home", headers=me)).json()["todo"]
        code = (await bff.get(f"/v1/bookings/{held.code}/check-in-code", headers=me)).json()
        assert todo["next_booking"]["check_in"] == code
        assert datetime.fromisoformat(todo["now"]) == clock.now()


async def test_a_place_on_offer_is_to_be_confirmed(bff: httpx.AsyncClient) -> None:
    held, holder, slot = await a_held_place()
    waiter = await a_citizen()
    entry = await waitlist.join(slot_id=slot.id, by=waiter)
    me = await sign_in(await Citizen.get(id=waiter.number))
    assert (await bff.get("/v1/home", headers=me)).json()["todo"]["places_offered"] == []
    await booking.cancel(code=held.code, by=holder)
    (one,) = (await bff.get("/v1/home", headers=me)).json()["todo"]["places_offered"]
    assert (one["code"], one["type_name"], one["hall_name"]) == (entry.code, held.type_name, held.hall_name)
    assert clock.now() < datetime.fromisoformat(one["until"])
    assert (await bff.post(f"/v1/waitlist/{entry.code}/accept", headers=me)).status_code == 201
    todo = (await bff.get("/v1/home", headers=me)).json()["todo"]
    assert (todo["places_offered"], todo["next_booking"]["type_name"]) == ([], held.type_name)


async def test_bills_that_are_due_first_are_named(bff: httpx.AsyncClient) -> None:
    payer, number = await payments.a_payer()
    owed = await payments.a_bill(payer=number)
    todo = (await bff.get("/v1/home", headers=await sign_in(payer))).json()["todo"]
    assert [one["pay_code"] for one in todo["bills"]] == [owed.pay_code]
    assert (todo["unpaid_bills"], todo["unpaid_fen"]) == (1, owed.total_fen)


async def test_a_closure_is_told_to_everybody(bff: httpx.AsyncClient) -> None:
    of = await a_type()
    await closure.announce(span=whole_day(of), reason="台风登陆", by=STAFF)
    (notice,) = (await bff.get("/v1/home")).json()["notices"]
    assert (notice["kind"], notice["address"]) == ("closure", f"hall/{of.hall.code}")


async def test_halls_from_near_to_far(bff: httpx.AsyncClient) -> None:
    near, far, nowhere = await a_type(), await a_type(), await a_type()
    for of, longitude in ((near, 118.0), (far, 119.0), (nowhere, None)):
        of.hall.longitude, of.hall.latitude = longitude, None if longitude is None else 26.0
        await of.hall.save()
    answer = await bff.get("/v1/halls?lat=26.0&lng=118.001")
    assert [one["code"] for one in answer.json()] == [one.hall.code for one in (near, far, nowhere)]
    metres = [one["distance_m"] for one in answer.json()]
    assert metres[0] == pytest.approx(100, abs=2)
    assert metres[2] is None
    assert answer.headers["cache-control"] == "no-store"
    plain = await bff.get("/v1/halls?lat=26.0")
    assert {one["distance_m"] for one in plain.json()} == {None}
    assert plain.headers["cache-control"].startswith("public")
    assert (await bff.get("/v1/halls?lat=91&lng=0")).status_code == 422


async def test_favourites_are_kept_and_left(bff: httpx.AsyncClient) -> None:
    first, second = await two_items()
    citizen = await identity.citizen()
    wechat, alipay = await sign_in(citizen), await sign_in(citizen, platform="alipay")
    for item in (first, second):
        assert (await bff.put(f"/v1/me/favourites/{item}", headers=wechat)).status_code == 204
    kept = (await bff.get("/v1/me/favourites", headers=alipay)).json()
    assert [one["slug"] for one in kept] == [second, first]
    assert (await bff.delete(f"/v1/me/favourites/{second}", headers=alipay)).status_code == 204
    assert len((await bff.get("/v1/me/favourites", headers=wechat)).json()) == 1
    assert (await bff.put("/v1/me/favourites/nothing", headers=wechat)).json()["code"] == "ItemNotFound"


async def test_what_to_ask_for_is_told_by_platform(bff: httpx.AsyncClient) -> None:
    await catalogue.small_city()
    asked = (await bff.get("/v1/message-templates?platform=alipay")).json()
    assert asked["booking"] == ["alitpl-booking"]
    me = await sign_in(await identity.citizen(), platform="alipay")
    agreed = await bff.post("/v1/me/consents", json={"templates": asked["booking"]}, headers=me)
    assert agreed.status_code == 204
    assert (await bff.get("/v1/message-templates?platform=h5")).status_code == 422
