"""代约与查询: find a person, see their bookings and who looked, book and change for them."""

import secrets
from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, person_token, scope
from api.console.dated import Dated
from api.console.staff_session import STAFF
from appointments import booking, on_behalf, record, slots
from appointments.credit import STATE_NAMES
from appointments.errors import BookingNotFound
from appointments.states import NAMES, WAITLIST_NAMES
from foundation.web import Asked, Routes
from identity import access, finding, levels, looks
from identity.access import StaffMember
from identity.idnumber import TITLES, Identity, IdType

routes = Routes("代约与查询", tag="console", error_page=page.refused)

REASONS = ("窗口代约", "电话代约", "核实预约情况", "投诉处理")

Text = Annotated[str, Meta(max_length=60)]
Token = Annotated[str, Meta(max_length=60)]
Why = Annotated[str, Meta(min_length=1, max_length=100)]
Key = Annotated[str, Meta(min_length=8, max_length=80)]
RowId = Annotated[int, Meta(ge=1, le=2**62)]


class Wanted(Asked):
    """`number`：证件号码，或 `id_type` 为 phone 时的手机号码."""

    id_type: Annotated[str, Meta(max_length=20)]
    number: Annotated[str, Meta(min_length=1, max_length=40)]
    reason: Why


class Newcomer(Asked):
    name: Text
    id_type: IdType
    number: Annotated[str, Meta(min_length=1, max_length=40)]
    reason: Why
    phone: Annotated[str, Meta(max_length=20)] = ""


class OnePerson(Asked):
    person: Token
    reason: Why


class SlotsWanted(Dated):
    """`move`：要改约的预约码；没有就是新约."""

    person: Token
    type_id: RowId
    day: date
    move: Annotated[str, Meta(max_length=20)] = ""


class Chosen(Asked):
    person: Token
    type_id: RowId
    slot_id: RowId
    key: Key
    move: Annotated[str, Meta(max_length=20)] = ""


class Called(Asked):
    person: Token
    code: Annotated[str, Meta(min_length=1, max_length=20)]


class Cancelling(Asked):
    """`wish`：citizen 市民要求取消，office 大厅原因取消."""

    person: Token
    code: Annotated[str, Meta(min_length=1, max_length=20)]
    wish: Annotated[str, Meta(pattern="^(citizen|office)$")]
    why: Annotated[str, Meta(max_length=100)] = ""


@routes.page("/console/people", access=STAFF)
async def people(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.HELPERS)
    return page.shown(request, "people.html", who=who, **_empty())


@routes.page("/console/people/find", method="POST", access=STAFF)
async def find(request: Request, form: Wanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.HELPERS)
    if form.id_type == "phone":
        found = await finding.by_phone(form.number, by=who.actor, why=form.reason)
    else:
        found = await finding.by_identity(Identity.of(form.id_type, form.number), by=who.actor, why=form.reason)
    return await _found(request, who, found, reason=form.reason)


@routes.page("/console/people/register", method="POST", access=STAFF)
async def register(request: Request, form: Newcomer, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.HELPERS)
    citizen_id = await finding.register(
        name=form.name, id_type=form.id_type, number=form.number, phone=form.phone, by=who.actor, why=form.reason
    )
    return await _found(request, who, [citizen_id], reason=form.reason)


@routes.page("/console/people/record", method="POST", access=STAFF)
async def one_record(request: Request, form: OnePerson, who: StaffMember) -> HTTPResponse:
    """Bookings, queues, who looked, and the way to a new booking."""
    access.require(who, *scope.HELPERS)
    citizen_id = person_token.read(who, form.person)
    return await _shown(
        request, "_record.html", who=who, token=form.person, reason=form.reason, **await _record(who, citizen_id, form)
    )


@routes.page("/console/people/proven", method="POST", access=STAFF)
async def proven(request: Request, form: OnePerson, who: StaffMember) -> HTTPResponse:
    """现场核验: the person stands at the window with the document."""
    await levels.prove_in_person(citizen_id=person_token.read(who, form.person), staff=who)
    return page.done(request, "已记录现场核验，实名等级已提高。")


@routes.page("/console/people/slots", method="POST", access=STAFF)
async def slots_of_day(request: Request, form: SlotsWanted, who: StaffMember) -> HTTPResponse:
    of = await scope.type_of(who, scope.HELPERS, form.type_id)
    person_token.read(who, form.person)
    found = await on_behalf.slots_of_day(type_id=of.id, day=form.day)
    key = f"console-{secrets.token_hex(12)}"
    return await _shown(
        request, "_slots.html", who=who, of=of, day=form.day, slots=found, token=form.person, move=form.move, key=key
    )


@routes.page("/console/people/book", method="POST", access=STAFF)
async def book(request: Request, form: Chosen, who: StaffMember) -> HTTPResponse:
    of = await scope.type_of(who, scope.HELPERS, form.type_id)
    citizen_id = person_token.read(who, form.person)
    given: dict[str, Any] = {"slot_id": form.slot_id, "by": who.actor, "key": form.key}
    if form.move:
        await _theirs(who, form.move, citizen_id)
        made = await on_behalf.reschedule(code=form.move, **given)
    else:
        made = await on_behalf.reserve(citizen_id=citizen_id, type_id=of.id, **given)
    when = f"{page.day_text(made.day)} {page.time_text(made.starts_at)}"
    return page.done(
        request, "改约成功。" if form.move else "预约成功。", lines=[f"{made.type_name}，{when}", f"预约码 {made.code}"]
    )


@routes.page("/console/people/cancel", method="POST", access=STAFF)
async def cancel(request: Request, form: Cancelling, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.HELPERS)
    citizen_id = person_token.read(who, form.person)
    await _theirs(who, form.code, citizen_id)
    at_wish = form.wish == "citizen"
    await on_behalf.cancel(code=form.code, by=who.actor, reason=form.why, at_wish=at_wish)
    heard = await _reached(citizen_id)
    return page.done(request, "已取消，将通知本人。" if heard else "已取消。没有平台账号可以通知本人，请电话告知。")


@routes.page("/console/people/calls", access=STAFF)
async def calls(request: Request, who: StaffMember) -> HTTPResponse:
    """须电话通知: those whom no message reaches."""
    access.require(who, *scope.HELPERS)
    found = await record.call_list(within=_halls_of(who), by=who.actor)
    cards = [(person_token.given(who, one.citizen_id), one) for one in found]
    return await _shown(request, "_calls.html", who=who, calls=cards, states=NAMES)


@routes.page("/console/people/phone", method="POST", access=STAFF)
async def phone(request: Request, form: Called, who: StaffMember) -> HTTPResponse:
    """The whole number of somebody on the call list; who looked is kept."""
    access.require(who, *scope.HELPERS)
    citizen_id = person_token.read(who, form.person)
    await _theirs(who, form.code, citizen_id)
    number = await finding.phone_of(citizen_id, by=who.actor, why="电话通知")
    return page.done(request, number or "没有留手机号码，请查阅现场登记。")


@routes.page("/console/people/called", method="POST", access=STAFF)
async def called(request: Request, form: Called, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.HELPERS)
    await _theirs(who, form.code, person_token.read(who, form.person))
    await record.called(code=form.code, by=who.actor)
    return page.done(request, "已记录电话通知。")


async def _theirs(who: StaffMember, code: str, citizen_id: int) -> booking.Booking:
    """The booking, if it is this person's and its hall is theirs to look after. Raises BookingNotFound, RoleNeeded."""
    held = await booking.find(code=code, for_=who.actor)
    if held.citizen_id != citizen_id:
        raise BookingNotFound
    access.require(who, *scope.HELPERS, hall_path=held.hall_path)
    return held


async def _found(request: Request, who: StaffMember, found: list[int], *, reason: str) -> HTTPResponse:
    people = [await access.profile(one, seen_by=who.actor, why=reason) for one in found]
    cards = [(person_token.given(who, one.citizen_id), one, await _reached(one.citizen_id)) for one in people]
    return await _shown(request, "_found.html", who=who, cards=cards, reason=reason)


async def _record(who: StaffMember, citizen_id: int, form: OnePerson) -> dict[str, Any]:
    person = await access.profile(citizen_id, seen_by=who.actor, why=form.reason)
    kept = await record.of_citizen(person.citizen_id, within=_halls_of(who), by=who.actor, reason=form.reason)
    halls = await scope.halls_of(who, scope.HELPERS)
    return {
        "person": person, "standing": await levels.of(person.citizen_id), "record": kept, "states": NAMES,
        "wait_states": WAITLIST_NAMES, "block_states": STATE_NAMES,
        "may_prove": any(who.may(role) for role in levels.DESK),
        "reached": await _reached(person.citizen_id), "looks": await _looks(person.citizen_id),
        "types": [(one, await slots.types(hall_code=one.code)) for one in halls],
    }  # fmt: skip


async def _looks(citizen_id: int) -> list[tuple[datetime, str, str, str]]:
    """谁查过: when, who, what, why."""
    seen = await looks.of(citizen_id, limit=20)
    names = await access.staff_names([int(one.by.partition(":")[2]) for one in seen])
    return [
        (one.at, names.get(int(one.by.partition(":")[2]), "工作人员"), looks.NAMES[one.what], one.why) for one in seen
    ]


def _halls_of(who: StaffMember) -> set[str]:
    return {path for role in scope.HELPERS for path in who.hall_paths(role)}


async def _reached(citizen_id: int) -> bool:
    """Whether messages reach this person on a platform; else staff have to call."""
    return bool(await access.accounts(citizen_id))


async def _shown(request: Request, part: str, *, who: StaffMember, **values: Any) -> HTTPResponse:
    """The part alone for htmx; a whole page around it for a browser without script."""
    if page.is_part(request):
        return page.shown(request, part, who=who, **values)
    return page.shown(request, "people.html", who=who, **{**_empty(), "part": part, **values})


def _empty() -> dict[str, Any]:
    return {"part": "", "titles": TITLES, "reasons": REASONS}
