"""What the models cannot say of reconciliation and the ledger: two pairs of eyes, words, postings that stay closed."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table reconciliation
    add constraint reconciliation_channel_known check (channel in ('wechat', 'alipay')),
    add constraint reconciliation_state_known check (state in ('waiting', 'compared', 'failed')),
    add constraint reconciliation_compared_when check (state <> 'compared' or compared_at is not null),
    add constraint reconciliation_failed_why check (state <> 'failed' or problem <> '');
alter table difference
    add constraint difference_what_known check (what in ('payment', 'refund')),
    add constraint difference_kind_known check (kind in ('long', 'short', 'amount', 'state', 'day_cut')),
    add constraint difference_state_known check (state in ('open', 'proposed', 'approved', 'resolved')),
    add constraint difference_resolution_known check (
        resolution in ('', 'itself', 'ask', 'send_back', 'pick_up', 'book', 'explain')),
    add constraint difference_resolved_how check (
        (state = 'resolved') = (resolved_at is not null) and (state = 'open') = (resolution = '')),
    add constraint difference_proposed_by_whom check (
        resolution in ('', 'itself') or (proposed_by <> '' and proposed_at is not null and btrim(note) <> '')),
    add constraint difference_two_pairs_of_eyes check (
        (state not in ('approved', 'resolved') or resolution = 'itself' or decided_by <> '')
        and (decided_by = '' or decided_by <> proposed_by));
"""

# What is looked at every day costs what there is to do, not what there was.
READS = """
create index payment_order_of_day on payment_order (channel, paid_at) where paid_at is not null;
create index refund_done_of_day on refund (done_at) where done_at is not null;
create index difference_to_work_off on difference (reconciliation_id) where state <> 'resolved';
create index difference_return on difference (return_no) where return_no <> '';
create index ledger_entry_at on ledger_entry (at, id);
"""

# A posting is written by one statement, once: what is added to it later is refused, however well it balances. Rows of
# one statement have one xmin.
WHOLE = """
create or replace function ledger_posting_balances() returns trigger language plpgsql as $$
declare
    off numeric; entries bigint; writers bigint;
begin
    select sum(amount_fen), count(*), count(distinct xmin::text) into off, entries, writers
      from ledger_entry where posting = new.posting;
    if off <> 0 then
        raise exception 'posting % does not balance', new.posting using errcode = 'check_violation';
    end if;
    if entries < 2 or writers > 1 then
        raise exception 'posting % is closed', new.posting using errcode = 'restrict_violation';
    end if;
    return null;
end $$;
alter table ledger_entry add constraint ledger_entry_account_known check (
    account ~ '^(channel|unit|owed|fee|transit|bank):.');
"""
# A bill is evidence: it stays as it came.
KEPT = """
create function kept_as_it_came() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger statement_no_change before update or delete on statement
    for each row execute function kept_as_it_came();
create trigger statement_part_no_change before update or delete on statement_part
    for each row execute function kept_as_it_came();
"""
AS_BEFORE = """
alter table ledger_entry drop constraint ledger_entry_account_known;
create or replace function ledger_posting_balances() returns trigger language plpgsql as $$
begin
    if (select sum(amount_fen) from ledger_entry where posting = new.posting) <> 0 then
        raise exception 'posting % does not balance', new.posting using errcode = 'check_violation';
    end if;
    return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0016_bills_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            alter table difference drop constraint difference_two_pairs_of_eyes,
                drop constraint difference_proposed_by_whom, drop constraint difference_resolved_how,
                drop constraint difference_resolution_known, drop constraint difference_state_known,
                drop constraint difference_kind_known, drop constraint difference_what_known;
            alter table reconciliation drop constraint reconciliation_failed_why,
                drop constraint reconciliation_compared_when, drop constraint reconciliation_state_known,
                drop constraint reconciliation_channel_known;
            """,
        ),
        ops.RunSQL(
            READS,
            reverse_sql="""
            drop index ledger_entry_at; drop index difference_return; drop index difference_to_work_off;
            drop index refund_done_of_day; drop index payment_order_of_day;
            """,
        ),
        ops.RunSQL(WHOLE, reverse_sql=AS_BEFORE),
        ops.RunSQL(
            KEPT,
            reverse_sql="""
            drop trigger statement_part_no_change on statement_part; drop trigger statement_no_change on statement;
            drop function kept_as_it_came();
            """,
        ),
    ]
