"""One person, one lot: what becomes of entries when two accounts turn out to be one person, or a person leaves."""

from appointments import limits
from foundation import audit, database
from foundation.actor import Actor

# While the draw is open the later entry is taken back; once ranks are fixed the one that stands further back is void.
ONE_LOT = """
update draw_entry e set outcome = case when e.rank is null then 'withdrawn' else 'ineligible' end, why = 'merged',
       changed_at = clock_timestamp()
 where e.citizen_id in ($1, $2) and e.outcome = 'registered'
   and exists (select from draw_entry o
                where o.draw_id = e.draw_id and o.citizen_id in ($1, $2) and o.outcome = 'registered'
                  and (coalesce(o.rank, 0), o.id) < (coalesce(e.rank, 0), e.id))
returning id
"""
# Who entered others goes on seeing it.
ENTERED_BY = "update draw_entry set entered_by = $1 where entered_by = $2"


async def follow(*, kept: int, gone: int, by: Actor) -> None:
    """What `gone` entered belongs to `kept`; in each draw one entry stays. Again it changes nothing."""
    async with database.transaction() as tx:
        await limits.lock_persons(kept, gone)
        for row in await tx.fetch(ONE_LOT, kept, gone):
            await audit.record("draw_entry.merged", subject=f"draw_entry:{row['id']}", by=by)
        await tx.execute("update draw_entry set citizen_id = $1 where citizen_id = $2", kept, gone)
        await tx.execute(ENTERED_BY, f"citizen:{kept}", f"citizen:{gone}")


async def forget(citizen_id: int, *, by: Actor) -> None:
    """Who leaves steps back from the draws that are open; in those that are closed their turn passes."""
    async with database.transaction() as tx:
        await limits.lock_persons(citizen_id)
        rows = await tx.fetch(
            """update draw_entry set outcome = 'withdrawn', why = 'forgotten', changed_at = clock_timestamp()
                where citizen_id = $1 and outcome = 'registered' and rank is null returning id""",
            citizen_id,
        )
        for row in rows:
            await audit.record("draw_entry.withdrawn", subject=f"draw_entry:{row['id']}", by=by)
