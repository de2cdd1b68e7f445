"""Making the slots what was decided, in as many statements for a year as for a day."""

from collections.abc import Collection, Sequence

from appointments import closure_span, passing_on
from appointments.difference import Difference, of_kind
from foundation import database

CHUNK = 5000

ADD = """
insert into slot (type_id, day, starts_at, ends_at, share, capacity, release_at, close_at)
select * from unnest($1::bigint[], $2::date[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::int[],
                     $7::timestamptz[], $8::timestamptz[])
on conflict (type_id, starts_at, share) do nothing
"""
CHANGE = """
update slot s set ends_at = w.ends_at, capacity = w.capacity, extra = w.extra, release_at = w.release_at,
       close_at = w.close_at, over = greatest(0, s.booked - w.capacity),
       state = case s.state when 'withdrawn' then 'open' else s.state end
  from unnest($1::bigint[], $2::timestamptz[], $3::int[], $4::int[], $5::timestamptz[], $6::timestamptz[])
    as w (id, ends_at, capacity, extra, release_at, close_at)
 where s.id = w.id
"""


async def bring_about(found: Sequence[Difference]) -> None:
    """Within a transaction that holds the slots: all of it. Whoever waits is served afterwards, see `serve`.

    A slot that is in somebody's record is withdrawn, not deleted. People beyond a smaller capacity stay, as `over`.
    What a closure covers is stopped at once.
    """
    await _remove(of_kind(found, "removed"))
    await _change(of_kind(found, "changed"))
    added = of_kind(found, "added")
    for begin in range(0, len(added), CHUNK):
        await _add(added[begin : begin + CHUNK])
    there = [(one.type_id, one.after.day) for one in found if one.after]
    if there:
        types, days = zip(*there, strict=True)
        await closure_span.keep_stopped(set(types), start=min(days), end=max(days))


async def serve(found: Collection[Difference]) -> None:
    """Within the transaction: people wait for full slots only; where one has room now, they come first."""
    for slot_id in sorted(one.before.id for one in found if one.before and _has_room_now(one)):
        await passing_on.serve(slot_id)


def _has_room_now(one: Difference) -> bool:
    before, after = one.before, one.after
    if before is None or after is None or after.capacity <= before.booked:
        return False
    return before.booked >= before.capacity or before.state == "withdrawn"


async def _remove(gone: Sequence[Difference]) -> None:
    rows = [one.before for one in gone if one.before]
    kept = [row.id for row in rows if row.recorded or row.booked]
    free = [row.id for row in rows if not (row.recorded or row.booked)]
    if kept:
        await database.execute("update slot set state = 'withdrawn' where id = any($1)", kept)
    if free:
        await database.execute("delete from slot where id = any($1)", free)


async def _change(changed: Sequence[Difference]) -> None:
    pairs = [(one.before.id, one.after, one.extra) for one in changed if one.before and one.after]
    if pairs:
        await database.execute(
            CHANGE,
            [slot_id for slot_id, _, _ in pairs],
            [after.ends_at for _, after, _ in pairs],
            [after.capacity for _, after, _ in pairs],
            [extra for _, _, extra in pairs],
            [after.release_at for _, after, _ in pairs],
            [after.close_at for _, after, _ in pairs],
        )


async def _add(added: Sequence[Difference]) -> None:
    wanted = [one.after for one in added if one.after]
    day, starts_at, ends_at, share, capacity, release_at, close_at = zip(*wanted, strict=True)
    await database.execute(
        ADD, [one.type_id for one in added], day, starts_at, ends_at, share, capacity, release_at, close_at
    )
