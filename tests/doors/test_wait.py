"""候补与改约 as a citizen's phone sees them."""

import httpx
import pytest

from appointments import booking
from foundation import clock
from foundation.actor import Actor
from identity.models import Citizen
from tests.builders.appointments import a_citizen, a_full_slot, a_held_place, a_type, slots_of_one_day
from tests.builders.doors import sign_in


async def signed_in() -> tuple[Actor, dict[str, str]]:
    citizen = await a_citizen()
    return citizen, await sign_in(await Citizen.get(id=citizen.number))


async def test_waiting_until_there_is_a_place(bff: httpx.AsyncClient) -> None:
    slot, holder, held = await a_full_slot()
    _, me = await signed_in()
    joined = await bff.post("/v1/waitlist", json={"slot_id": slot.id}, headers=me)
    assert (joined.status_code, joined.json()["state"], joined.json()["place"]) == (201, "waiting", 1)
    code = joined.json()["code"]
    refused = await bff.post(f"/v1/waitlist/{code}/accept", headers=me)
    assert (refused.status_code, refused.json()["code"]) == (409, "OfferOver")
    await booking.cancel(code=held.code, by=holder)
    offered = (await bff.get(f"/v1/waitlist/{code}", headers=me)).json()
    assert (offered["state"], offered["label"], offered["place"]) == ("offered", "有号待确认", None)
    assert offered["offer_until"] > clock.now().isoformat()
    accepted = await bff.post(f"/v1/waitlist/{code}/accept", headers=me)
    assert (accepted.status_code, accepted.json()["state"]) == (201, "booked")
    (listed,) = (await bff.get("/v1/waitlist", headers=me)).json()
    assert listed["booking_code"] == accepted.json()["code"]


@pytest.mark.parametrize(("verb", "state"), [("decline", "declined"), ("leave", "declined")])
async def test_no_thanks(bff: httpx.AsyncClient, verb: str, state: str) -> None:
    slot, holder, held = await a_full_slot()
    _, me = await signed_in()
    code = (await bff.post("/v1/waitlist", json={"slot_id": slot.id}, headers=me)).json()["code"]
    await booking.cancel(code=held.code, by=holder)
    assert (await bff.post(f"/v1/waitlist/{code}/{verb}", headers=me)).json()["state"] == state


async def test_another_citizens_entry_is_not_there(bff: httpx.AsyncClient) -> None:
    slot, _, _ = await a_full_slot()
    _, me = await signed_in()
    _, stranger = await signed_in()
    code = (await bff.post("/v1/waitlist", json={"slot_id": slot.id}, headers=me)).json()["code"]
    for answer in (
        await bff.get(f"/v1/waitlist/{code}", headers=stranger),
        await bff.post(f"/v1/waitlist/{code}/leave", headers=stranger),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "WaitNotFound")


async def test_another_time_for_a_booking(bff: httpx.AsyncClient) -> None:
    first, second = await slots_of_one_day(2, of=await a_type())
    citizen, me = await signed_in()
    held, _, _ = await a_held_place(slot=first, by=citizen)
    path, body = f"/v1/bookings/{held.code}/reschedule", {"slot_id": second.id}
    keyless = await bff.post(path, json=body, headers=me)
    assert keyless.json()["code"] == "KeyNeeded"
    answers = [await bff.post(path, json=body, headers={**me, "Idempotency-Key": "move-it-1"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert len({one.json()["code"] for one in answers}) == 1
    assert (await bff.get(f"/v1/bookings/{held.code}", headers=me)).json()["state"] == "rescheduled"


async def test_a_calendar_file(bff: httpx.AsyncClient) -> None:
    citizen, me = await signed_in()
    held, _, _ = await a_held_place(by=citizen)
    answer = await bff.get(f"/v1/bookings/{held.code}/calendar.ics", headers=me)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert f"{held.code}.ics" in answer.headers["content-disposition"]
    assert answer.text.startswith("BEGIN:VCALENDAR\r\n")
    missing = await bff.get("/v1/bookings/NOTTHERE22/calendar.ics", headers=me)
    assert (missing.status_code, missing.json()["code"]) == (404, "BookingNotFound")
