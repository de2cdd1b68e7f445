"""Rules in force, and what people did in the past for rules to count."""

import itertools
import json
from datetime import date, datetime, time, timedelta
from typing import Any

from appointments import limits, rules, sanctions
from appointments.models import Appointment, AppointmentType, Slot
from appointments.rule_models import BookingRule
from appointments.rule_words import Rule
from foundation import clock, database
from foundation.actor import Actor
from tests.builders.appointments import STAFF, a_type

NO_SHOWS: dict[str, Any] = {
    "event": "no_show", "period": "rolling", "period_days": 120, "threshold": 2, "sanction": "days", "sanction_days": 90
}  # fmt: skip
_numbers = itertools.count(1)


async def a_rule(code: str = "", **said: Any) -> BookingRule:
    """A rule in force from now on; one person's bookings unless told otherwise."""
    given = {"event": "booked", "period": "day", "threshold": 1, **said}
    return await rules.create(code=code or f"rule-{next(_numbers)}", rule=Rule(**given), by=STAFF)


async def an_event(
    citizen: Actor,
    state: str = "no_show",
    *,
    day: date | None = None,
    days_ago: int = 3,
    of: AppointmentType | None = None,
    made_at: datetime | None = None,
    changed_at: datetime | None = None,
    booked_by: str = "",
    organisation: str = "",
) -> Appointment:
    """An appointment of the past as its row tells it: the visit was at 10:00 of its day, booked a week before."""
    day = day or clock.today() - timedelta(days=days_ago)
    starts_at, of = datetime.combine(day, time(10), clock.SHANGHAI), of or await a_type()
    slot = await Slot.create(
        type=of, day=day, starts_at=starts_at + timedelta(seconds=next(_numbers)),
        ends_at=starts_at + timedelta(hours=1), capacity=1, release_at=starts_at - timedelta(days=9),
        close_at=starts_at,
    )  # fmt: skip
    number = next(_numbers)
    made = await Appointment.create(
        code=f"PAST{number}", slot=slot, type=of, day=day, citizen_id=citizen.number, state=state,
        booked_by=booked_by, organisation=organisation, idempotency_key=f"past {number}", body_hash="",
    )  # fmt: skip
    await database.execute(
        "update appointment set created_at = $2, changed_at = $3 where id = $1",
        made.id, made_at or starts_at - timedelta(days=7), changed_at or starts_at,
    )  # fmt: skip
    return made


async def no_shows(citizen: Actor, number: int = 2, **said: Any) -> list[Appointment]:
    """So many missed visits, each weighed as the worker would."""
    missed = []
    for n in range(number):
        missed.append(await an_event(citizen, days_ago=3 + n, **said))
        await sanctions.weigh(missed[-1].id)
    return missed


BARRED = f"""
with want as (
  select w.n, w.citizen_id, s.id as slot_id, s.type_id, s.day, $3::text as booked_by, $4::text as organisation
    from unnest($1::bigint[]) with ordinality as w (citizen_id, n) join slot s on s.id = $2
), barred as ({limits.BARRED}) select n, why, detail from barred order by n
"""


async def barred(slot: Slot, *who: Actor, booked_by: str = "", organisation: str = "") -> dict[int, tuple[str, Any]]:
    """Which of these persons, by their place in the row, may not have a place in `slot`: why, and by which rule."""
    rows = await database.fetch(BARRED, [one.number for one in who], slot.id, booked_by, organisation)
    details = {row["n"]: json.loads(row["detail"]) for row in rows}
    return {row["n"]: (row["why"], details[row["n"]].get("limit", details[row["n"]].get("reason"))) for row in rows}
