"""What the models cannot say for draws: one lot per person, and nothing that was published changes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table draw_rule
    add constraint draw_rule_register_hours check (register_hours between 1 and 168),
    add constraint draw_rule_settle_minutes check (settle_minutes between 30 and 720);
alter table draw
    add constraint draw_state check (state in ('open', 'closed', 'drawn', 'cancelled')),
    add constraint draw_closes_before_release check (opens_at < closes_at and closes_at < release_at),
    add constraint draw_seed_revealed_when_closed check ((seed <> '') = (state in ('closed', 'drawn'))),
    add constraint draw_cancelled_why check ((reason <> '') = (state = 'cancelled'));
alter table draw_entry
    add constraint draw_entry_outcome check (outcome in (
        'registered', 'won', 'lost', 'ineligible', 'withdrawn', 'cancelled')),
    add constraint draw_entry_won_a_place check (
        (outcome = 'won') = (slot_id is not null) and (outcome = 'won') = (appointment_id is not null)),
    add constraint draw_entry_ranked_when_decided check (
        outcome not in ('won', 'lost', 'ineligible') or rank is not null);
create unique index draw_entry_one_per_person on draw_entry (draw_id, citizen_id) where outcome = 'registered';
create unique index draw_entry_rank on draw_entry (draw_id, rank) where rank is not null;
create index draw_entry_turn on draw_entry (draw_id, rank) where outcome = 'registered';
create index draw_entry_won on draw_entry (draw_id, slot_id) where outcome = 'won';
create index draw_due on draw (closes_at) where state in ('open', 'closed');
"""

PUBLISHED = """
create function draw_published() returns trigger language plpgsql as $$
begin
    if (new.code, new.type_id, new.day, new.seed_hash, new.opens_at, new.closes_at)
           is distinct from (old.code, old.type_id, old.day, old.seed_hash, old.opens_at, old.closes_at)
       or (old.seed <> '' and (new.seed, new.entries_hash, new.places)
                                 is distinct from (old.seed, old.entries_hash, old.places)) then
        raise exception 'what a draw has published does not change' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger draw_no_change before update on draw for each row execute function draw_published();
create function draw_entry_published() returns trigger language plpgsql as $$
begin
    if (new.number, new.draw_id) is distinct from (old.number, old.draw_id)
       or (old.rank is not null and (new.rank, new.wishes, new.any_slot)
                                       is distinct from (old.rank, old.wishes, old.any_slot)) then
        raise exception 'what a draw has published does not change' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger draw_entry_no_change before update on draw_entry
    for each row execute function draw_entry_published();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0012_rules_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            drop index draw_due; drop index draw_entry_won; drop index draw_entry_turn; drop index draw_entry_rank;
            drop index draw_entry_one_per_person;
            alter table draw_entry drop constraint draw_entry_outcome, drop constraint draw_entry_won_a_place,
                drop constraint draw_entry_ranked_when_decided;
            alter table draw drop constraint draw_state, drop constraint draw_closes_before_release,
                drop constraint draw_seed_revealed_when_closed, drop constraint draw_cancelled_why;
            alter table draw_rule drop constraint draw_rule_register_hours, drop constraint draw_rule_settle_minutes;
            """,
        ),
        ops.RunSQL(
            PUBLISHED,
            reverse_sql="""
            drop trigger draw_entry_no_change on draw_entry; drop function draw_entry_published();
            drop trigger draw_no_change on draw; drop function draw_published();
            """,
        ),
    ]
