"""约定一览: what holds for the businesses that can be booked now, from the least to the most."""

from dataclasses import asdict, dataclass

from appointments import draw_rules, waiting_rules
from foundation import database

# Without a row of its own a business has the defaults of its rule.
READ = """
select min(t.cancel_minutes) as cancel_least, max(t.cancel_minutes) as cancel_most,
       min(t.check_in_early_minutes) as early_least, max(t.check_in_early_minutes) as early_most,
       min(t.check_in_late_minutes) as late_least, max(t.check_in_late_minutes) as late_most,
       min(t.release_workdays) as ahead_least, max(t.release_workdays) as ahead_most,
       array_agg(distinct t.release_time) as release_times, max(t.party_most) as party_most,
       coalesce(bool_or(coalesce(w.waitlist, $1)), false) as waitlist,
       min(coalesce(w.offer_minutes, $2)) as offer_least, max(coalesce(w.offer_minutes, $2)) as offer_most,
       coalesce(bool_or(coalesce(w.cooling, $3) <> 'off'), false) as cooled,
       count(*) filter (where t.release_mode = 'draw')::int as drawn,
       min(coalesce(d.register_hours, $4)) filter (where t.release_mode = 'draw') as register_least,
       max(coalesce(d.register_hours, $4)) filter (where t.release_mode = 'draw') as register_most,
       min(coalesce(d.settle_minutes, $5)) filter (where t.release_mode = 'draw') as settle_least,
       max(coalesce(d.settle_minutes, $5)) filter (where t.release_mode = 'draw') as settle_most
  from appointment_type t join hall h on h.id = t.hall_id and h.active
  left join waiting_rule w on w.type_id = t.id left join draw_rule d on d.type_id = t.id
 where t.active
"""


@dataclass(frozen=True)
class Span:
    """What one number is at least and at most."""

    least: int
    most: int


@dataclass(frozen=True, kw_only=True)
class Terms:
    """In minutes, working days ahead (`ahead`) or hours (`register`). `drawn` businesses are given by lot."""

    cancel: Span
    early: Span
    late: Span
    ahead: Span
    release_times: tuple[str, ...]
    party_most: int
    waitlist: bool
    offer: Span
    cooled: bool
    drawn: int
    register: Span
    settle: Span


async def in_force() -> Terms | None:
    """What holds now; None where nothing can be booked."""
    wait, draw = asdict(waiting_rules.Rule()), asdict(draw_rules.Rule())
    row = await database.fetchrow(
        READ, wait["waitlist"], wait["offer_minutes"], wait["cooling"], draw["register_hours"], draw["settle_minutes"]
    )
    if row is None or row["cancel_least"] is None:
        return None
    spans = ("cancel", "early", "late", "ahead", "offer", "register", "settle")
    return Terms(
        **{name: Span(row[f"{name}_least"] or 0, row[f"{name}_most"] or 0) for name in spans},
        release_times=tuple(row["release_times"]),
        party_most=row["party_most"],
        waitlist=row["waitlist"],
        cooled=row["cooled"],
        drawn=row["drawn"],
    )
