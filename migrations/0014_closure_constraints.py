"""What the models cannot say of closures: their words, their spans, and offers that have a deadline."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table closure
    add constraint closure_kind check (
        kind in ('hall', 'calendar', 'plan') and (kind <> 'hall' or hall_id is not null)),
    add constraint closure_state check (state in ('announced', 'running', 'done', 'withdrawn')),
    add constraint closure_ends_after_start check (ends_at > starts_at),
    add constraint closure_reasoned check (btrim(reason) <> ''),
    add constraint closure_one_business_or_below check (type_id is null or not subtree),
    add constraint closure_offer_days check (offer_days between 1 and 30);
alter table closure_notice
    add constraint closure_notice_state check (state in (
        'pending', 'told', 'failed', 'unreachable', 'called', 'moot')),
    add constraint closure_notice_offer check (offer in (
        'none', 'open', 'accepted', 'declined', 'lapsed', 'replaced')),
    add constraint closure_notice_offer_has_a_deadline check (offer = 'none' or offered_until is not null),
    add constraint closure_notice_accepted_what check (offer <> 'accepted' or new_appointment_id is not null),
    add constraint closure_notice_offered_when_handled check (offer = 'none' or handled_at is not null);
"""

# Few slots are stopped and few notices open at any time: what is looked at every minute costs what there is to do.
READS = """
create index slot_of_closure on slot (closure_id) where closure_id is not null;
create index closure_notice_unhandled on closure_notice (closure_id, id) where handled_at is null;
create index closure_notice_open_offer on closure_notice (offered_until) where offer = 'open';
create index closure_in_force on closure (ends_at) where state <> 'withdrawn';
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0013_draw_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            alter table closure_notice drop constraint closure_notice_state, drop constraint closure_notice_offer,
                drop constraint closure_notice_offer_has_a_deadline, drop constraint closure_notice_accepted_what,
                drop constraint closure_notice_offered_when_handled;
            alter table closure drop constraint closure_kind, drop constraint closure_state,
                drop constraint closure_ends_after_start, drop constraint closure_reasoned,
                drop constraint closure_one_business_or_below, drop constraint closure_offer_days;
            """,
        ),
        ops.RunSQL(
            READS,
            reverse_sql="""
            drop index closure_in_force; drop index closure_notice_open_offer; drop index closure_notice_unhandled;
            drop index slot_of_closure;
            """,
        ),
    ]
