"""The screens of the citizens' door that are asked all day, beside bare Sanic in the same run: what all see, and what
is somebody's own. The others are in `more_screens`.

A public screen should make half of bare Sanic, a personal one a quarter (docs/performance.md says what each makes).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from appointments import booking
from benchmarks import people
from benchmarks.appointments import open_slots
from benchmarks.cases import give_cases
from benchmarks.house import House
from benchmarks.measuring import Measured, Sample, Scale, interleaved
from benchmarks.payments import BY as DEPARTMENT
from benchmarks.payments import a_bill
from benchmarks.wire import get
from catalogue import favourites, items
from foundation import crypto, database
from foundation.actor import Actor
from payments import bills, own_bills

PEOPLE = 50
VISITORS = [f"198.18.{nth // 250}.{nth % 250}" for nth in range(1000)]
WORDS = ("身份证", "居住证", "公积金", "结婚登记", "护照")


@dataclass
class Person:
    """Somebody signed in with a booking ahead, a bill to pay, ten cases with messages, and a favourite."""

    token: str
    booking: str = ""
    pay_code: str = ""
    case_no: str = ""


@dataclass
class Town:
    """Who and what the screens are of."""

    people: Sequence[Person]
    slugs: list[str]
    type_code: str
    type_id: int
    day: str


_towns: dict[int, Town] = {}


async def town_of(house: House) -> Town:
    """Made once for all figures of a run."""
    if id(house) not in _towns:
        _towns[id(house)] = await _made()
    return _towns[id(house)]


async def _made() -> Town:
    citizens, who = await give_cases(PEOPLE), people.identities(PEOPLE)
    (slot_id,) = await open_slots(1, capacity=PEOPLE)
    slugs = [one.slug for one in await items.published()]
    made = [Person(token) for token in await people.sign_in(citizens)]
    for citizen_id, identity, one in zip(citizens, who, made, strict=True):
        await _is_verified(citizen_id, identity)
        held = await booking.reserve(slot_id=slot_id, by=Actor.citizen(citizen_id), key="for my screens")
        await bills.raise_bill(bill=a_bill(payer=identity), by=DEPARTMENT)
        await favourites.add(citizen_id=citizen_id, item=slugs[0])
        (due,) = (await own_bills.owed(citizen_id)).first
        one.booking, one.pay_code, one.case_no = held.code, due.pay_code, f"T{citizen_id}N1"
    await database.execute("analyze")  # as PostgreSQL does by itself within a minute: else it plans for empty tables
    row = await database.fetchrow(
        "select t.id, t.code, s.day from slot s join appointment_type t on t.id = s.type_id where s.id = $1", slot_id
    )
    assert row is not None
    return Town(made, slugs, row["code"], row["id"], row["day"].isoformat())


async def _is_verified(citizen_id: int, identity: Any) -> None:
    await database.execute(
        """update citizen set real_name_sealed = $4, id_type = 'id_card', verified_at = now(), id_number_sealed = $2,
                  id_fingerprint = $3 where id = $1""",
        citizen_id, crypto.seal(identity.number), identity.fingerprint, crypto.seal("张三"),
    )  # fmt: skip


Addresses = Callable[[Town], list[str]]
Own = Callable[[Person], str]
Figure = Callable[[House], Awaitable[Measured]]

PUBLIC: dict[str, Addresses] = {
    "home_visitor": lambda _: ["/v1/home"],
    "search": lambda _: [f"/v1/search?q={quote(one)}" for one in WORDS],
    "suggestions": lambda _: [f"/v1/suggestions?q={quote(one[:2])}" for one in WORDS],
    "guide": lambda town: [f"/v1/guides/{one}" for one in town.slugs[:20]],
    "theme": lambda _: ["/v1/themes/life_event/birth"],
    "halls": lambda _: ["/v1/halls"],
    "hall": lambda _: ["/v1/halls/9901"],
    "type": lambda town: [f"/v1/screens/type/{town.type_code}"],
    "slots": lambda town: [f"/v1/slots?type_id={town.type_id}&date={town.day}"],
    "policy": lambda _: ["/v1/policy"],
    "templates": lambda _: ["/v1/message-templates?platform=wechat"],
}
PERSONAL: dict[str, Own] = {
    "home": lambda _: "/v1/home",
    "bookings": lambda _: "/v1/screens/bookings",
    "booking": lambda one: f"/v1/screens/booking/{one.booking}",
    "waitlist": lambda _: "/v1/waitlist",
    "bills": lambda _: "/v1/screens/bills",
    "bill": lambda one: f"/v1/bills/{one.pay_code}",
    "cases": lambda _: "/v1/screens/progress",
    "case": lambda one: f"/v1/cases/{one.case_no}",
    "messages": lambda _: "/v1/me/messages",
    "mine": lambda _: "/v1/me",
    "favourites": lambda _: "/v1/me/favourites",
    "family": lambda _: "/v1/family",
    "to_rate": lambda _: "/v1/ratings/waiting",
}


def figure(
    name: str,
    requests: Callable[[House], Awaitable[list[bytes]]],
    *,
    scale: Callable[[Scale], Scale] = lambda usual: usual,
) -> Figure:
    """What these requests make beside bare Sanic; `scale` may make less of a figure that matters less."""

    async def measure(house: House) -> Measured:
        asked = await requests(house)
        own = replace(house, scale=scale(house.scale))

        async def look() -> Sample:
            return await own.asked(own.bff, asked, expect="200")

        return await interleaved(name, look, beside={"bare_json": own.yardstick}, rounds=own.scale.rounds)

    return measure


def _public(name: str, addresses: Addresses) -> Figure:
    """From many visitors, each well below the limit of one."""

    async def requests(house: House) -> list[bytes]:
        town = await town_of(house)
        return [get(one, address=who) for who in VISITORS for one in addresses(town)]

    return figure(f"screen_{name}", requests)


def _personal(name: str, address: Own) -> Figure:
    async def requests(house: House) -> list[bytes]:
        return [get(address(one), token=one.token) for one in (await town_of(house)).people]

    return figure(f"my_{name}", requests)


FIGURES = {f"screen_{name}": _public(name, one) for name, one in PUBLIC.items()} | {
    f"my_{name}": _personal(name, one) for name, one in PERSONAL.items()
}
