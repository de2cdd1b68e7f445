"""The citizens' door itself: the yardstick, and the home page of somebody with things to do."""

from appointments import booking
from benchmarks import people
from benchmarks.appointments import open_slots
from benchmarks.house import House
from benchmarks.measuring import Measured, Sample, interleaved
from benchmarks.payments import BY as DEPARTMENT
from benchmarks.payments import a_bill
from benchmarks.wire import get
from foundation.actor import Actor
from payments import bills

PEOPLE = 50


async def bare_json(house: House) -> Measured:
    """An empty JSON object out of a bare Sanic."""
    return await interleaved("bare_json", house.yardstick, beside={}, rounds=house.scale.rounds)


async def home(house: House) -> Measured:
    """The home page of citizens who are signed in, have a booking ahead and a bill to pay."""
    who = people.identities(PEOPLE)
    citizens = await people.arrive(PEOPLE, who=who)
    where = await open_slots(1, capacity=PEOPLE)
    for citizen_id, identity in zip(citizens, who, strict=True):
        await booking.reserve(slot_id=where[0], by=Actor.citizen(citizen_id), key="for my home page")
        await bills.raise_bill(bill=a_bill(payer=identity), by=DEPARTMENT)
    requests = [get("/v1/home", token=token) for token in await people.sign_in(citizens)]

    async def look() -> Sample:
        return await house.asked(house.bff, requests, expect="200")

    return await interleaved("home", look, beside={"bare_json": house.yardstick}, rounds=house.scale.rounds)


FIGURES = {"bare_json": bare_json, "home": home}
