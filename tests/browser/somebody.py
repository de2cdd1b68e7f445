"""Somebody of a running demo city who has something on every screen of the client."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import rooms
from appointments import booking, checkin
from appointments.models import AppointmentType
from catalogue import favourites
from catalogue.models import Department
from deploy.local.demo_city import FEATURED
from deploy.local.environment import Address, environment
from foundation import database, redis, settings
from foundation.actor import Actor
from identity import exports, looks
from identity.idnumber import Identity
from identity.models import Citizen
from identity.privacy_models import DataExport
from payments import refund_applications
from payments.models import Bill
from payments.receipt_models import Receipt
from tests.browser import long_history
from tests.browser.test_every_screen import somebodys
from tests.builders import appointments, draws
from tests.builders.organisations import known_by_phone
from tests.journeys import walkers
from tests.launched import Launched

RELATIVE = "李四"
DONE_WITHIN = 60  # seconds: by the worker, on a busy machine


@asynccontextmanager
async def behind(house: Launched) -> AsyncIterator[None]:
    """This process is one of the house's own: it reads and writes what the doors do."""
    doors = {name: _address(url) for name, url in (("web", house.api), ("bff", house.bff), ("sandbox", house.sandbox))}
    env = environment(var=house.var, database_url=house.database_url, redis_url=house.redis_url, doors=doors)
    ours = settings.load(env)
    settings.use(ours)
    await database.start(ours.database_url, models=rooms.MODELS, pool=4)
    await redis.start(ours.redis_url)
    try:
        yield
    finally:
        await redis.stop()
        await database.stop()


def _address(url: str) -> Address:
    parts = urlsplit(url)
    return Address(parts.hostname or "", parts.port or 0)


async def with_everything(house: Launched) -> tuple[str, dict[str, str]]:
    """The session of somebody with a long history, and the codes of what they have, each by the page that shows it."""
    person, own = await somebodys(house)
    identity = Identity.of("id_card", person.number)
    citizen = await Citizen.get(id_fingerprint=identity.fingerprint)
    me, codes = Actor.citizen(citizen.id), _by_page(own)
    await known_by_phone(citizen)
    codes |= {"queue": await in_line(me)} | await by_lot(me)
    await asks_back(codes["paid"], me)
    waits = await long_history.booked_and_waited(me, name=RELATIVE)
    codes |= {"offered": _by_page(waits[:2])["waiting"]}
    filed = await long_history.filed(me, identity)
    founded = await long_history.founded(citizen, name="示例市星河科技有限公司", agent=RELATIVE)
    await seen_and_kept(me)
    return _token(person), codes | _by_page((*waits, *filed, *await long_history.asked(me), *founded))


async def without_a_name(house: Launched) -> str:
    """The session of somebody who has not proved who they are."""
    person = walkers.Citizen(house)
    await person.sign_in()
    return _token(person)


def _token(person: walkers.Citizen) -> str:
    return person.http.headers["Authorization"].removeprefix("Bearer ")


def _by_page(addresses: Iterable[str]) -> dict[str, str]:
    """The last code of each page."""
    return {one.split("/")[0]: one.split("/")[-1] for one in addresses if "/" in one}


async def in_line(me: Actor) -> str:
    """Checked in at the hall with two people before; the booking's code."""
    of = await AppointmentType.get(code="centre-id-card")
    slot = await appointments.a_slot_of_today(of=of, capacity=3)
    for who in (await appointments.a_citizen(), await appointments.a_citizen(), me):
        held = await booking.reserve(slot_id=slot.id, by=who, key="in line")
        await checkin.admit(code=held.code, hall_code=held.hall_code, by=appointments.STAFF)
    return held.code


async def by_lot(me: Actor) -> dict[str, str]:
    """A draw that was entered with two wishes, and one that is over and was won."""
    open_, slots = await draws.a_draw(slots=3, of=await drawn("不动产登记", department="natural-resources"))
    await draws.enters(open_, me, slots[1], slots[0])
    over, _ = await draws.a_draw(places=5, of=await drawn("婚姻登记", department="civil-affairs"))
    await draws.registered(over, 3)
    await draws.enters(over, me)
    await draws.held(over)
    return {"draw": open_.code, "drawn": over.code}


async def drawn(name: str, *, department: str) -> AppointmentType:
    """A business of that department of the demo city whose places are drawn."""
    of = await appointments.a_type(name=name, release_mode="draw")
    of.department = await Department.get(code=department)
    await of.save()
    return of


async def asks_back(pay_code: str, me: Actor) -> None:
    """A part of what was paid, once there is a receipt for it."""
    await walkers.eventually(Receipt.filter(bill__pay_code=pay_code, state="issued").exists, within=DONE_WITHIN)
    bill = await Bill.get(pay_code=pay_code)
    await refund_applications.apply(bill=bill, amount_fen=3000, reason="多缴了一份工本费", by=me)


async def seen_and_kept(me: Actor) -> None:
    """Items at hand, staff who opened the record, and a copy of it that waits."""
    for slug in FEATURED[:4]:
        await favourites.add(citizen_id=me.number, item=slug)
    for what in (looks.Look.PROFILE, looks.Look.BOOKINGS):
        await looks.record_access([me.number], what=what, why="电话代约", by=appointments.STAFF)
    code = await exports.ask(citizen_id=me.number, by=me)
    await walkers.eventually(DataExport.filter(code=code, state="ready").exists, within=DONE_WITHIN)
