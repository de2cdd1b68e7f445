"""A draw that can be entered now, and its end without waiting for it."""

import secrets
from datetime import date, timedelta
from typing import Any

from appointments import draw, draw_entries, drawing
from appointments.draw_models import Draw, DrawEntry
from appointments.draw_timing import Window
from appointments.models import AppointmentType, Slot
from foundation import clock, database
from foundation.actor import Actor
from tests.builders.appointments import a_type, citizens, slots_of_one_day

HOUR = timedelta(hours=1)


async def a_draw(
    *, slots: int = 1, places: int = 1, of: AppointmentType | None = None, opens_in: timedelta = -HOUR
) -> tuple[Draw, list[Slot]]:
    """A draw of the day after tomorrow, open for registration, and its slots."""
    of = of or await a_type(release_mode="draw")
    made = await slots_of_one_day(slots, of=of, capacity=places)
    opens_at = clock.now() + opens_in
    await draw.announce(of, made[0].day, Window(opens_at, opens_at + 2 * HOUR, opens_at + 4 * HOUR))
    for one in made:
        await one.refresh_from_db()
    return await Draw.get(type_id=of.id, day=made[0].day), made


async def registered(one: Draw, number: int, **wish: Any) -> list[Actor]:
    """So many people who have entered; any slot will do unless told otherwise."""
    people = await citizens(number)
    for by in people:
        await enters(one, by, **wish)
    return people


async def enters(one: Draw, by: Actor, *wishes: Slot, any_slot: bool | None = None) -> draw_entries.Entry:
    """Enter with these wishes; with none, any slot will do."""
    whatever = not wishes if any_slot is None else any_slot
    return await draw_entries.register(code=one.code, wishes=[slot.id for slot in wishes], any_slot=whatever, by=by)


async def a_crowd(one: Draw, number: int) -> None:
    """So many verified people whose entries were written straight into the table; any slot will do."""
    await database.execute(
        """with people as (insert into citizen (state, real_name_sealed, id_type, id_number_sealed, phone_sealed,
                                               id_fingerprint, verified_at, created_at)
                           select 'active', 'x', 'id_card', 'x', '', md5($3 || n), now(), now()
                             from generate_series(1, $2::int) n returning id)
           insert into draw_entry (number, draw_id, citizen_id, wishes, any_slot, passed, created_at, changed_at)
           select upper(substr(md5($3 || id), 1, 12)), $1, id, '[]', true, '[]', now(), now() from people""",
        one.id,
        number,
        secrets.token_hex(4),
    )


async def registration_ends(one: Draw) -> None:
    """Its times were two hours earlier. What is published never changes, so the trigger is asleep meanwhile."""
    async with database.transaction() as tx:
        await tx.execute("set local session_replication_role = replica")
        await tx.execute(
            """update draw set opens_at = opens_at - $2::interval, closes_at = closes_at - $2::interval,
                      release_at = release_at - $2::interval where id = $1""",
            one.id,
            2 * HOUR,
        )
    await one.refresh_from_db()


async def held(one: Draw) -> Draw:
    """Registration ends, and the draw is held."""
    await registration_ends(one)
    await draw.close(one.id)
    await drawing.settle(one.id)
    await one.refresh_from_db()
    return one


GOES = """
update citizen set state = $2, merged_into_id = $3, real_name_sealed = '', id_type = '', id_number_sealed = '',
       id_fingerprint = null, phone_sealed = '', verified_at = null where id = $1
"""


async def leaves(citizen: Actor) -> None:
    """The citizen's account is closed; nobody above has heard of it yet."""
    await database.execute(GOES, citizen.number, "deleted", None)


async def becomes(gone: Actor, kept: Actor) -> None:
    """The two turn out to be one person; nobody above has heard of it yet."""
    await database.execute(GOES, gone.number, "merged", kept.number)


async def outcomes(one: Draw) -> list[str]:
    """Of those who were drawn, by rank."""
    rows = await DrawEntry.filter(draw_id=one.id).exclude(rank=None).order_by("rank")
    return [row.outcome for row in rows]


async def releases(one: Draw, day: date) -> set[Any]:
    return set(await Slot.filter(type_id=one.type_id, day=day).values_list("release_at", flat=True))  # type: ignore[attr-defined]
