"""计数: what a rule `r` counts of an appointment `a`, as pieces of SQL; nothing here is kept beside the rows.

Because the rows themselves are counted, no job that runs twice counts twice, and what the office cancelled, a closed
day or an exempted event are simply not there. Days are those of Asia/Shanghai by the database's clock.
"""

from appointments.states import LIVE

TODAY = "(statement_timestamp() at time zone 'Asia/Shanghai')::date"
IN_FORCE_NOW = """r.effective_from <= statement_timestamp()
         and (r.effective_until is null or statement_timestamp() < r.effective_until)"""

COLUMNS = """r.id, r.code, r.name, r.subject, r.event, r.period, r.period_days, r.basis, r.per, r.threshold,
       r.late_hours, r.hall_path, r.type_id, r.sanction, r.sanction_days"""

# Two limits hold in every city, until it has a row of that code: (code, name, period, threshold).
DEFAULTS = (("overall", "未办结的预约最多 5 个", "live", 5), ("that_day", "同一天的预约最多 3 个", "day", 3))

RULES = f"""
select {COLUMNS} from booking_rule r where {IN_FORCE_NOW}
 union all
select null::bigint, d.code, d.name, 'person', 'held_now', d.period, 0, 'visit', '', d.threshold, 24, '', null::bigint,
       'refuse', 0
  from (values {", ".join(map(repr, DEFAULTS))}) as d (code, name, period, threshold)
 where not exists (select from booking_rule r where r.code = d.code)
"""

# What still stands or has taken place; an offer on the waitlist counts, a booking given up for another does not.
STANDING = (*LIVE, "finished", "no_show", "unserved")

CLOSED_THAT_DAY = """exists (select from schedule_exception x join appointment_type xt on xt.hall_id = x.hall_id
               where xt.id = a.type_id and x.day = a.day and x.kind = 'closed'
                 and (x.type_id is null or x.type_id = a.type_id))"""
NO_PAPERS = "exists (select from papers_missing p where p.appointment_id = a.id)"
LATE = (
    """a.changed_at > (select s.starts_at from slot s where s.id = a.slot_id) - make_interval(hours => r.late_hours)"""
)

# By the day it was made, what was booked and cancelled again counts as well: a cap on doing, not on having.
EVENT = f"""case r.event
    when 'held_now' then a.state in {LIVE}
    when 'booked' then a.state in {STANDING} or (r.basis = 'made' and a.state = 'cancelled')
    else case a.state
           when 'cancelled' then r.event = 'cancelled' or (r.event = 'late_cancelled' and {LATE})
           when 'no_show' then r.event in ('no_show', 'missed') and not {CLOSED_THAT_DAY}
           else r.event in ('missing_papers', 'missed') and {NO_PAPERS} end
         and not exists (select from exemption e where e.appointment_id = a.id)
  end"""

HAPPENED = """case
       when r.event in ('cancelled', 'late_cancelled') then (a.changed_at at time zone 'Asia/Shanghai')::date
       when r.event = 'booked' and r.basis = 'made' then (a.created_at at time zone 'Asia/Shanghai')::date
       else a.day end"""


def within_period(around: str) -> str:
    """Whether what happened falls into the rule's period around the day `around`, a piece of SQL."""
    return f"""case r.period when 'live' then true when 'rolling' then {HAPPENED} > {around} - r.period_days
    else date_trunc(r.period, ({HAPPENED})::timestamp) = date_trunc(r.period, ({around})::timestamp) end"""


# The day around which a want is counted, and whether `a` falls under what is counted for it (`k`) alone.
AROUND = f"case when r.event in ('held_now', 'booked') and r.basis = 'visit' then k.day else {TODAY} end"
LIKE_IT = """case r.per when '' then true when 'type' then a.type_id = k.type_id
           else exists (select from appointment_type at where at.id = a.type_id and at.hall_id = k.hall_id
                           and (r.per = 'hall' or at.department_id = k.department_id)) end"""

WITHIN_SCOPE = """(r.type_id is null or r.type_id = a.type_id)
   and case when r.hall_path = '' then true else exists (
         select from appointment_type at join hall ah on ah.id = at.hall_id
          where at.id = a.type_id and starts_with(ah.path, r.hall_path)) end"""


def reach(today: str) -> str:
    """The day before which no rule of `rule` counts anything that is asked on `today`, a piece of SQL.

    Bookings of a day that is over are closed the night after; a week is patience.
    """
    return f"""
select least({today} - 7, min(case r.period when 'live' then {today} when 'rolling' then {today} - r.period_days
         else date_trunc(r.period, ({today})::timestamp)::date end)) as day from rule r
"""


# Given `rule`, `reach` and `asked (n, citizen_id, phone_fingerprint, booked_by, organisation)`: the appointments of
# each subject. A city without rules for phones, agents or organisations does not look for theirs.
ROW = "a.id, a.type_id, a.slot_id, a.day, a.state, a.created_at, a.changed_at"
THEIRS = f"""
  select k.n, 'person' as subject, {ROW}
    from asked k cross join lateral (
         select {ROW} from appointment a
          where a.citizen_id = k.citizen_id and a.day >= (select day from reach) offset 0) a
   union all
  select k.n, 'phone', {ROW}
    from asked k join citizen c on c.phone_fingerprint = k.phone_fingerprint
    join appointment a on a.citizen_id = c.id and a.day >= (select day from reach)
   where exists (select from rule where subject = 'phone')
   union all
  select k.n, 'agent', {ROW}
    from asked k join appointment a on a.booked_by = k.booked_by and a.booked_by <> ''
     and a.day >= (select day from reach)
   where k.booked_by like 'citizen:%' and exists (select from rule where subject = 'agent')
   union all
  select k.n, 'organisation', {ROW}
    from asked k join appointment a on a.organisation = k.organisation and a.organisation <> ''
     and a.day >= (select day from reach)
   where exists (select from rule where subject = 'organisation')
"""
