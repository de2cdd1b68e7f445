"""What the models cannot say for `appointments`: the last word on places, persons and numbers."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table appointment_type
    add constraint appointment_type_release_workdays check (release_workdays between 0 and 60),
    add constraint appointment_type_minutes check (
        cancel_minutes >= 0 and check_in_early_minutes >= 0 and check_in_late_minutes >= 0 and close_minutes >= 0),
    add constraint appointment_type_pool_is_another check (pool_id <> id),
    add constraint appointment_type_slots_needed check (slots_needed between 1 and 16),
    add constraint appointment_type_party_most check (party_most between 1 and 10),
    add constraint appointment_type_audience check (audience in ('all', 'personal', 'company')),
    add constraint appointment_type_release_mode check (release_mode in ('fixed', 'staggered', 'draw')),
    add constraint appointment_type_stagger check (
        stagger_minutes between 1 and 240 and stagger_batches between 1 and 24),
    add constraint appointment_type_share_back check (share_back_workdays between 0 and 30);
alter table schedule
    add constraint schedule_version_counts_up check (version >= 1);
alter table schedule_period
    add constraint schedule_period_weekday check (weekday between 1 and 7),
    add constraint schedule_period_ends_after_start check (ends > starts),
    add constraint schedule_period_slot_minutes check (slot_minutes between 5 and 480),
    add constraint schedule_period_windows check (windows >= 1),
    add constraint schedule_period_shares check (
        online_percent between 0 and 100 and priority_percent between 0 and 100 and staff_percent between 0 and 100
        and online_percent + priority_percent + staff_percent between 1 and 100),
    add constraint schedule_period_buffer check (buffer_minutes between 0 and 240),
    add constraint schedule_period_week_of_month check (week_of_month between 0 and 5);
alter table schedule_exception
    add constraint schedule_exception_kind check (kind in ('closed', 'open', 'hours', 'capacity')),
    add constraint schedule_exception_reasoned check (reason <> '');
alter table slot
    add constraint slot_booked_within_capacity check (
        booked >= 0 and over >= 0 and booked <= capacity + over),
    add constraint slot_share check (share in ('public', 'priority', 'staff')),
    add constraint slot_ends_after_start check (ends_at > starts_at),
    add constraint slot_state check (state in ('open', 'suspended', 'withdrawn'));
alter table appointment
    add constraint appointment_state check (state in (
        'held', 'booked', 'checked_in', 'serving', 'finished', 'cancelled', 'no_show', 'office_cancelled', 'unserved',
        'rescheduled', 'declined', 'lapsed'));
alter table ticket
    add constraint ticket_state check (state in ('waiting', 'called', 'held', 'finished', 'missed', 'dropped')),
    add constraint ticket_called_to_a_window check (state <> 'called' or "window" <> '');
alter table ticket_counter
    add constraint ticket_counter_counts_up check (drawn >= 0);
"""

# One live appointment per person, type and day. A window serves one ticket at a time.
UNIQUE = """
create unique index appointment_one_live on appointment (citizen_id, type_id, day)
    where state in ('held', 'booked', 'checked_in', 'serving');
create unique index ticket_one_at_a_window on ticket (hall_id, day, "window") where state = 'called';
"""

# The counter of a hot slot is rewritten in place (HOT) while its page has room.
READS = """
create index appointment_live_by_day on appointment (day, slot_id)
    where state in ('held', 'booked', 'checked_in', 'serving');
create index ticket_waiting on ticket (hall_id, day, id) where state = 'waiting';
alter table slot set (fillfactor = 70);
"""

# A ticket is what its number says; only a walk-in may come without an appointment, only a priority one has a reason.
# A person draws one number at a department at a time.
HALL = """
alter table ticket
    add constraint ticket_number_says_kind check (
        left(number, 1) = case kind when 'booked' then 'A' when 'walk_in' then 'W' when 'priority' then 'P'
                                    when 'late' then 'L' end and kind in ('booked', 'walk_in', 'priority', 'late')),
    add constraint ticket_appointment_of_its_kind check (
        case kind when 'walk_in' then appointment_id is null when 'priority' then true
                  else appointment_id is not null end),
    add constraint ticket_priority_reasoned check (
        case when kind = 'priority' then priority_reason in ('elderly', 'disabled', 'military')
             else priority_reason = '' end),
    add constraint ticket_person_masked check (
        (person_fingerprint = '') = (person_masked = '') and (person_fingerprint = '' or appointment_id is null)
        and person_masked !~ '[0-9]{9}'),
    add constraint ticket_calls_counted check ((calls = 0) = (first_called_at is null)),
    add constraint ticket_finished_when check (state <> 'finished' or finished_at is not null);
alter table ticket_counter
    add constraint ticket_counter_prefix check (prefix in ('A', 'W', 'P', 'L'));
alter table window_duty
    add constraint window_duty_named check (btrim("window") <> '');
alter table kiosk
    add constraint kiosk_named check (btrim(name) <> '');
create unique index ticket_one_per_person on ticket (hall_id, day, department_id, person_fingerprint)
    where person_fingerprint <> '' and state in ('waiting', 'called', 'held');
create unique index ticket_turn on ticket (hall_id, day, turn) where turn is not null;
create index ticket_served on ticket (hall_id, department_id, finished_at) where state = 'finished';
"""

# A person waits, or has an offer, once per type and day. Slots with nobody waiting cost nothing to look at.
WAITING = """
alter table waitlist_entry
    add constraint waitlist_entry_state check (state in (
        'waiting', 'offered', 'accepted', 'declined', 'lapsed', 'left', 'closed')),
    add constraint waitlist_entry_offer_has_a_deadline check (
        state <> 'offered' or (appointment_id is not null and offer_until is not null));
create unique index waitlist_entry_one_active on waitlist_entry (citizen_id, type_id, day)
    where state in ('waiting', 'offered');
create index waitlist_entry_queue on waitlist_entry (slot_id, id) where state = 'waiting';
create index waitlist_entry_due on waitlist_entry (offer_until) where state = 'offered';
alter table waiting_rule
    add constraint waiting_rule_offer_minutes check (offer_minutes between 5 and 1440),
    add constraint waiting_rule_cooling check (cooling in ('off', 'random', 'next_release')),
    add constraint waiting_rule_cooling_minutes check (
        cooling_least_minutes between 0 and cooling_most_minutes and cooling_most_minutes <= 2880);
alter table booking_reminder
    add constraint booking_reminder_kind check (kind in ('day_before', 'two_hours'));
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0005_payments_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            alter table ticket_counter drop constraint ticket_counter_counts_up;
            alter table ticket drop constraint ticket_state, drop constraint ticket_called_to_a_window;
            alter table appointment drop constraint appointment_state;
            alter table slot drop constraint slot_share, drop constraint slot_booked_within_capacity,
                drop constraint slot_ends_after_start, drop constraint slot_state;
            alter table schedule_exception drop constraint schedule_exception_kind,
                drop constraint schedule_exception_reasoned;
            alter table schedule_period drop constraint schedule_period_weekday,
                drop constraint schedule_period_ends_after_start, drop constraint schedule_period_slot_minutes,
                drop constraint schedule_period_windows, drop constraint schedule_period_shares,
                drop constraint schedule_period_buffer, drop constraint schedule_period_week_of_month;
            alter table schedule drop constraint schedule_version_counts_up;
            alter table appointment_type drop constraint appointment_type_release_workdays,
                drop constraint appointment_type_minutes, drop constraint appointment_type_pool_is_another,
                drop constraint appointment_type_slots_needed, drop constraint appointment_type_party_most,
                drop constraint appointment_type_audience, drop constraint appointment_type_release_mode,
                drop constraint appointment_type_stagger, drop constraint appointment_type_share_back;
            """,
        ),
        ops.RunSQL(UNIQUE, reverse_sql="drop index ticket_one_at_a_window; drop index appointment_one_live;"),
        ops.RunSQL(
            READS,
            reverse_sql="""
            alter table slot reset (fillfactor);
            drop index ticket_waiting; drop index appointment_live_by_day;
            """,
        ),
        ops.RunSQL(
            HALL,
            reverse_sql="""
            drop index ticket_served; drop index ticket_turn; drop index ticket_one_per_person;
            alter table kiosk drop constraint kiosk_named;
            alter table window_duty drop constraint window_duty_named;
            alter table ticket_counter drop constraint ticket_counter_prefix;
            alter table ticket drop constraint ticket_number_says_kind, drop constraint ticket_appointment_of_its_kind,
                drop constraint ticket_priority_reasoned, drop constraint ticket_person_masked,
                drop constraint ticket_calls_counted, drop constraint ticket_finished_when;
            """,
        ),
        ops.RunSQL(
            WAITING,
            reverse_sql="""
            alter table booking_reminder drop constraint booking_reminder_kind;
            alter table waiting_rule drop constraint waiting_rule_offer_minutes, drop constraint waiting_rule_cooling,
                drop constraint waiting_rule_cooling_minutes;
            drop index waitlist_entry_due; drop index waitlist_entry_queue; drop index waitlist_entry_one_active;
            alter table waitlist_entry drop constraint waitlist_entry_state,
                drop constraint waitlist_entry_offer_has_a_deadline;
            """,
        ),
    ]
