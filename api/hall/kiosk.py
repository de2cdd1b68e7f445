"""自助机: check in by code or ID document, draw a walk-in number, rate. It keeps nothing of the person before it.

A kiosk proves itself by the key that the console showed once; the key travels in a header, so no other page can use it.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct
from sanic import HTTPResponse, Request

from api.hall import page
from appointments import checkin, kiosks, slots, tickets, types, waiting
from appointments.hall_errors import KioskUnknown
from appointments.kiosks import KnownKiosk
from appointments.queueing import KIND_NAMES
from feedback import levels, ratings
from foundation import crypto
from foundation.web import PUBLIC, Access, Asked, Limit, Routes
from identity.idnumber import Identity

routes = Routes("自助机", tag="hall")
HEADER = "X-Kiosk-Key"

HallCode = Annotated[str, Meta(max_length=20)]
IdNumber = Annotated[str, Meta(min_length=1, max_length=40)]
IdType = Literal["id_card", "hmt_permit", "residence", "passport"]


async def _kiosk(request: Request) -> KnownKiosk:
    found = await kiosks.known(key=request.headers.get(HEADER.lower(), "")[:100])
    if found.hall_code != (request.match_info or {}).get("hall_code"):
        raise KioskUnknown
    return found


KIOSK = Access(
    "kiosk",
    "大厅自助机：工作台启用时给出的 X-Kiosk-Key",
    _kiosk,
    scheme={"type": "apiKey", "in": "header", "name": HEADER},
    errors=(KioskUnknown,),
)


class CheckIn(Asked):
    """`code`：预约码，或签到码扫出来的文字."""

    code: Annotated[str, Meta(min_length=1, max_length=80)]


class Person(Asked):
    id_number: IdNumber
    id_type: IdType = "id_card"


class WalkIn(Person, kw_only=True):
    department: Annotated[str, Meta(min_length=1, max_length=60)]


class Mark(Asked):
    """`code` 预约码，或 `id_number` 证件号码."""

    level: Annotated[int, Meta(ge=1, le=5)]
    tags: Annotated[list[Annotated[str, Meta(min_length=1, max_length=20)]], Meta(max_length=10)] = []
    code: Annotated[str, Meta(max_length=80)] = ""
    id_number: Annotated[str, Meta(max_length=40)] = ""
    id_type: IdType = "id_card"


class Level(Struct):
    level: int
    label: str
    tags: list[str]


class Given(Struct):
    label: str


class Line(Struct):
    """A department and how long its line is."""

    code: str
    name: str
    waiting: int
    minutes_from: int
    minutes_to: int


class Desk(Struct):
    hall: str
    departments: list[Line]


class Number(Struct):
    """A number that was drawn: `what` is the business or the department."""

    number: str
    kind: str
    what: str
    ahead: int
    minutes_from: int
    minutes_to: int


@routes.page("/kiosk/<hall_code>", access=PUBLIC)
async def kiosk(request: Request, hall_code: HallCode) -> HTTPResponse:
    return page.shown("kiosk.html", hall=await types.find_hall(code=hall_code))


@routes.page("/kiosk/<hall_code>/departments", access=KIOSK, limit=Limit(ip=600, user=60))
async def departments(hall_code: HallCode, who: KnownKiosk) -> Desk:
    hall = await types.find_hall(code=hall_code)
    lines = []
    for one in await slots.departments(hall_code=hall_code):
        length, shortest, longest = await waiting.of_newcomer(hall_id=hall.id, department_code=one.code)
        lines.append(Line(one.code, one.name, length, shortest, longest))
    return Desk(hall.name, lines)


@routes.page("/kiosk/<hall_code>/check-in", method="POST", access=KIOSK, limit=Limit(ip=300, user=30))
async def check_in(hall_code: HallCode, body: CheckIn, who: KnownKiosk) -> Number:
    if checkin.is_scanned(body.code):
        return await _of_booking(await checkin.scan(scanned=body.code, hall_code=hall_code, by=who.actor))
    return await _of_booking(await checkin.admit(code=body.code, hall_code=hall_code, by=who.actor))


@routes.page("/kiosk/<hall_code>/check-in-by-id", method="POST", access=KIOSK, limit=Limit(ip=300, user=30))
async def check_in_by_id(hall_code: HallCode, body: Person, who: KnownKiosk) -> Number:
    person = Identity.of(body.id_type, body.id_number)
    return await _of_booking(await checkin.by_identity(identity=person, hall_code=hall_code, by=who.actor))


@routes.page("/kiosk/<hall_code>/walk-in", method="POST", access=KIOSK, limit=Limit(ip=300, user=30))
async def walk_in(hall_code: HallCode, body: WalkIn, who: KnownKiosk) -> Number:
    drawn = await tickets.walk_in(
        hall_code=hall_code, department_code=body.department, by=who.actor,
        identity=Identity.of(body.id_type, body.id_number),
    )  # fmt: skip
    return await _number(drawn.ticket_id, KIND_NAMES[drawn.kind], drawn.department_name)


@routes.page("/kiosk/<hall_code>/levels", access=KIOSK, limit=Limit(ip=600, user=60))
async def rating_levels(hall_code: HallCode, who: KnownKiosk) -> list[Level]:
    return [Level(level, label, list(levels.TAGS[level])) for level, label in levels.LEVELS.items()]


@routes.page("/kiosk/<hall_code>/ratings", method="POST", access=KIOSK, limit=Limit(ip=300, user=30))
async def rate(hall_code: HallCode, body: Mark, who: KnownKiosk) -> Given:
    """What was finished here last today, by booking code or document."""
    person = Identity.of(body.id_type, body.id_number) if body.id_number else None
    given = await ratings.rate_here(
        hall_code=hall_code, level=body.level, tags=body.tags, identity=person, code=crypto.read_code(body.code),
        by=who.actor,
    )  # fmt: skip
    return Given(levels.LEVELS[given.level])


async def _of_booking(drawn: checkin.Drawn) -> Number:
    together = f"（同行 {'、'.join(drawn.companions)}）" if drawn.companions else ""
    return await _number(drawn.ticket_id, KIND_NAMES["booked"], drawn.booking.type_name + together)


async def _number(ticket_id: int, kind: str, what: str) -> Number:
    place = await waiting.of_ticket(ticket_id)
    return Number(place.number, kind, what, place.ahead or 0, place.minutes_from, place.minutes_to)
