"""What the models cannot say of online filing: its states, who decided, and that papers belong to one thing."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table filing
    add constraint filing_state_known check (state in
        ('draft', 'submitted', 'reviewing', 'returned', 'accepted', 'refused', 'withdrawn', 'expired')),
    add constraint filing_pledged check
        (state in ('draft', 'withdrawn', 'expired') or (pledged_at is not null and pledge_version <> '')),
    add constraint filing_submitted_when check ((rounds = 0) = (submitted_at is null)),
    add constraint filing_sent_back_once check (rounds <= 2),
    add constraint filing_reviewed_by_whom check (state <> 'reviewing' or reviewer_id is not null),
    add constraint filing_returned_with_what
        check (state <> 'returned' or (returned_at is not null and jsonb_array_length(missing) > 0)),
    add constraint filing_refused_why check (state <> 'refused' or reason <> ''),
    add constraint filing_accepted_as_case check ((state = 'accepted') = (case_id is not null)),
    add constraint filing_decided_by_whom check
        (state not in ('accepted', 'refused') or (decided_at is not null and reviewer_id is not null)),
    add constraint filing_expires_when check ((state in ('draft', 'returned')) = (expires_at is not null));
create unique index filing_one_draft on filing (citizen_id, item_code) where state = 'draft';
create index filing_to_review on filing (submitted_at, id) where state in ('submitted', 'reviewing');
create index filing_expiring on filing (expires_at) where expires_at is not null;
alter table supplement
    add constraint supplement_state_known check (state in ('open', 'sent', 'expired')),
    add constraint supplement_sent_when check ((state = 'sent') = (sent_at is not null));
create index supplement_expiring on supplement (expires_at) where state = 'open';
alter table paper
    add constraint paper_state_known check (state in ('receiving', 'scanning', 'ready', 'infected', 'gone')),
    add constraint paper_of_one_thing check (num_nonnulls(filing_id, supplement_id, result_of_id) = 1),
    add constraint paper_size check (size > 0),
    add constraint paper_ready_when check (state <> 'ready' or (ready_at is not null and media_type <> '')),
    add constraint paper_gone_when check ((state in ('gone', 'infected')) = (gone_at is not null));
create unique index paper_once on paper (uploaded_by, key);
create index paper_of_filing on paper (filing_id, material);
create index paper_object on paper (object_key);
create index paper_to_scan on paper (id) where state = 'scanning';
create index paper_unfinished on paper (created_at) where state = 'receiving';
create index owed_paper_due on owed_paper (due_on) where received_at is null;
alter table licence_use
    add constraint licence_use_outcome_known check (outcome in ('asked', 'held', 'absent', 'failed')),
    add constraint licence_use_answered_when check ((outcome = 'asked') = (answered_at is null));
create unique index licence_use_one_held on licence_use (filing_id, material) where outcome = 'held';
alter table delivery
    add constraint delivery_of_something check (num_nonnulls(filing_id, case_id) >= 1),
    add constraint delivery_way_known check (way in ('pick_up', 'courier')),
    add constraint delivery_where check
        ((way = 'pick_up') = (hall_id is not null) and (way = 'courier') = (address_sealed <> '')),
    add constraint delivery_state_known check
        (state in ('chosen', 'ready', 'sent', 'delivered', 'returned')),
    add constraint delivery_sent_how check (way <> 'courier' or state not in ('sent', 'delivered', 'returned')
        or (carrier <> '' and tracking_no <> ''));
create unique index delivery_tracking on delivery (carrier, tracking_no) where tracking_no <> '';
create function filing_moves_only_on() returns trigger language plpgsql as $$
begin
    if old.state in ('accepted', 'refused', 'withdrawn', 'expired') and new.state <> old.state then
        raise exception 'filing % has ended as %', old.id, old.state using errcode = 'check_violation';
    end if;
    if new.rounds < old.rounds then
        raise exception 'filing % cannot be unsent', old.id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger filing_moves before update on filing for each row execute function filing_moves_only_on();
"""

UNDO = """
drop trigger filing_moves on filing;
drop function filing_moves_only_on;
drop index delivery_tracking;
alter table delivery drop constraint delivery_sent_how, drop constraint delivery_state_known,
    drop constraint delivery_where, drop constraint delivery_way_known, drop constraint delivery_of_something;
drop index licence_use_one_held;
alter table licence_use drop constraint licence_use_answered_when, drop constraint licence_use_outcome_known;
drop index owed_paper_due;
drop index paper_unfinished;
drop index paper_to_scan;
drop index paper_object;
drop index paper_of_filing;
drop index paper_once;
alter table paper drop constraint paper_gone_when, drop constraint paper_ready_when, drop constraint paper_size,
    drop constraint paper_of_one_thing, drop constraint paper_state_known;
drop index supplement_expiring;
alter table supplement drop constraint supplement_sent_when, drop constraint supplement_state_known;
drop index filing_expiring;
drop index filing_to_review;
drop index filing_one_draft;
alter table filing drop constraint filing_expires_when, drop constraint filing_decided_by_whom,
    drop constraint filing_accepted_as_case, drop constraint filing_refused_why,
    drop constraint filing_returned_with_what, drop constraint filing_reviewed_by_whom,
    drop constraint filing_sent_back_once, drop constraint filing_submitted_when, drop constraint filing_pledged,
    drop constraint filing_state_known;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0026_cases_progress_constraints")]
    operations = [ops.RunSQL(CHECKS, reverse_sql=UNDO)]
