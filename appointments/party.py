"""同行与代办: several people, or somebody else, are booked into one slot: all of them or nobody.

Persons are locked in ascending order, whoever books among them, then the ties by which they book, then the slot. Each
person has an appointment of their own, so that limits hold per person; `party` is the first one's id.
"""

import json
from collections.abc import Sequence
from typing import Any

import asyncpg

from appointments import booking, for_others, reserving, seats
from appointments.booking import Booking
from appointments.errors import (
    AlreadyBookedThatDay,
    KeyInvalid,
    NotYetReleased,
    SlotClosed,
    SlotFull,
    SlotNotFound,
    SlotSuspended,
    TooBusy,
    TooManyBookings,
)
from appointments.party_errors import (
    ComeAlong,
    MemberTwice,
    PartyDoesNotFit,
    PartyEmpty,
    PartyRefused,
    PartyTooLarge,
)
from appointments.rule_errors import Sanctioned, TooOften
from appointments.share_errors import KeptForPriority, KeptForStaff, NotEnoughInARow
from foundation import crypto, database, idempotency, metrics
from foundation.actor import Actor
from foundation.errors import Forbidden, Refusal
from identity import access, acting, family
from identity.errors import RealNameNeeded

BY = Actor.system("appointments.party")
# What is wrong with the slot is nobody's fault among the members.
OF_THE_SLOT = (SlotNotFound, NotYetReleased, SlotClosed, SlotSuspended, KeptForStaff, NotEnoughInARow)
PROBLEMS: dict[type[Refusal], str] = {
    AlreadyBookedThatDay: "当天已预约过这项业务",
    TooManyBookings: "预约数量已达上限",
    TooOften: "近期取消或未按约办理的次数已达上限",
    Sanctioned: "目前被限制预约",
    RealNameNeeded: "尚未实名认证",
    KeptForPriority: "不符合该号段的优先条件",
}

WANTED = """
select s.day, t.party_most, t.item_codes
  from slot s join appointment_type t on t.id = coalesce($2, s.type_id) where s.id = $1
"""
ANSWERED = """
select id, body_hash from appointment
 where (booked_by = $1 or citizen_id = $2) and idempotency_key = any($3) order by id
"""


@database.retry_on_deadlock
async def reserve_party(
    *, slot_id: int, members: Sequence[int], by: Actor, key: str, type_id: int | None = None
) -> list[Booking]:
    """A place for each of `members`, or for nobody; the same `key` gives the same bookings.

    Oneself and those on one's list come together; a principal alone or along. Raises PersonUnknown, MemberTwice,
    PartyEmpty, PartyTooLarge, ComeAlong, PartyDoesNotFit; PartyRefused, which names each who cannot; what
    `booking.reserve` raises of the slot; KeyReused, KeyInvalid, TooBusy.
    """
    if by.kind != "citizen":
        raise Forbidden
    if not 1 <= len(key) <= reserving.KEY_LENGTH:
        raise KeyInvalid
    if not members:
        raise PartyEmpty
    body_hash = idempotency.body_hash({"slot_id": slot_id, "members": list(members), "type_id": type_id})
    try:
        async with database.transaction():
            numbers = await seats.lock_and_number({*members, by.number}, booked_by=[str(by)])
            answered = await _answered(key, body_hash, members, by)
            if answered:
                return answered
            await _must_be_theirs(slot_id, type_id, members, by)
            party_id = numbers[members[0]] if len(members) > 1 else None
            wants = [
                seats.Want(
                    id=numbers[one], slot_id=slot_id, citizen_id=one, key=for_others.key_of(by, one, key),
                    body_hash=body_hash, code=crypto.random_code(reserving.CODE_LENGTH), by=by, type_id=type_id,
                    party_id=party_id,
                )
                for one in members
            ]  # fmt: skip
            made = await _all_or_nobody(wants, body_hash)
    except asyncpg.UniqueViolationError as clash:
        raise (AlreadyBookedThatDay() if clash.constraint_name == "appointment_one_live" else clash) from clash
    except asyncpg.LockNotAvailableError as waited:
        raise TooBusy(retry_after=2) from waited
    metrics.count("bookings_reserved_total", len(made))
    return made


async def of(held: Booking) -> list[Booking]:
    """Everybody who comes together with `held`, it included; alone, itself only."""
    if held.party_id is None:
        return [held]
    rows = await database.fetch(f"{booking.READ} where a.party_id = $1 order by a.id", held.party_id)
    return [booking.read(row) for row in rows]


@database.retry_on_deadlock
async def cancel_party(*, code: str, by: Actor) -> list[Booking]:
    """Give back the places of all who come together and whom `by` looks after, or none.

    Raises BookingNotFound, TooLateToCancel, CannotCancel.
    """
    async with database.transaction():
        held = await booking.find(code=code, for_=by)
        theirs = [one for one in await of(held) if await booking.is_of(one, by, locked=True)]
        still = [one for one in theirs if one.state == "booked"] or [held]
        return [await booking.cancelled(one, by=by) for one in still]


async def _answered(key: str, body_hash: str, members: Sequence[int], by: Actor) -> list[Booking]:
    """What this key was answered with before."""
    keys = {key, for_others.key_of(by, 0, key)}
    rows = await database.fetch(ANSWERED, str(by), by.number, list(keys))
    if any(row["body_hash"] != body_hash for row in rows):
        raise idempotency.KeyReused
    return [await booking.by_id(row["id"]) for row in rows]


async def _must_be_theirs(slot_id: int, type_id: int | None, members: Sequence[int], by: Actor) -> None:
    wanted = await database.fetchrow(WANTED, slot_id, type_id)
    if wanted is None:
        raise SlotNotFound
    if len(set(members)) < len(members):
        raise MemberTwice(detail=[
            {"field": f"members.{nth}", "problem": f"{await _name(one, by)}已在名单中"}
            for nth, one in enumerate(members) if one in members[:nth] and await _tie(one, wanted, by)
        ])  # fmt: skip
    ties = [await _tie(one, wanted, by) for one in members]
    if len(members) > max(1, wanted["party_most"]):
        raise PartyTooLarge(f"这项业务一次最多 {wanted['party_most']} 人一起预约，请减少人数，或分几次预约。")
    if "self" not in ties and {"family", "minor"} & set(ties):
        raise ComeAlong


async def _tie(member: int, wanted: Any, by: Actor) -> acting.Tie:
    """A delegation that names items covers a business through which one of them is done."""
    items = json.loads(wanted["item_codes"])
    return await acting.hold(agent=by.number, person=member, day=wanted["day"], items=items)


async def _all_or_nobody(wants: Sequence[seats.Want], body_hash: str) -> list[Booking]:
    """One after the other, so that each sees those before in every count; every refusal is collected."""
    made: list[Booking] = []
    refused: list[dict[str, str]] = []
    for nth, want in enumerate(wants):
        try:
            (seen,) = await seats.take([want])
            made.append(await booking.taken_or_refused(seen, body_hash=body_hash))
        except SlotFull:
            if not refused:
                raise (SlotFull(detail={"slot_id": want.slot_id}) if nth == 0 else _does_not_fit(nth)) from None
            break
        except OF_THE_SLOT:
            raise
        except Refusal as no:
            problem = f"{await _name(want.citizen_id, want.by)}：{_problem(no)}"
            refused.append({"field": f"members.{nth}", "problem": problem, "code": no.code})
    if refused:
        raise PartyRefused(detail=refused)
    return made


def _problem(no: Refusal) -> str:
    """What stands in a member's way, and the rule behind it; of a block only that there is one."""
    rule = no.detail.get("rule") if isinstance(no.detail, dict) else None
    return PROBLEMS.get(type(no), no.message) + (f"（规定：{rule}）" if rule else "")


def _does_not_fit(left: int) -> PartyDoesNotFit:
    return PartyDoesNotFit(detail={"left": left})


async def _name(citizen_id: int, by: Actor) -> str:
    """As `by`, who chose them, knows them on the list."""
    children = await family.whole_names(by.number, [citizen_id])
    return children.get(citizen_id) or (await access.profile(citizen_id, seen_by=BY)).masked_name or "未实名"
