"""What the models cannot say for `payments`: amounts, one live order per bill, books that balance and never change."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table bill
    add constraint bill_total_positive check (total_fen > 0),
    add constraint bill_state_known check (state in ('unpaid', 'settled', 'withdrawn', 'refunded')),
    add constraint bill_settled_when check ((state in ('settled', 'refunded')) = (settled_at is not null));
alter table bill_item
    add constraint bill_item_amounts check (amount_fen >= 0 and overdue_fen >= 0 and penalty_fen >= 0);
alter table payment_order
    add constraint payment_order_amount_positive check (amount_fen > 0),
    add constraint payment_order_channel_known check (channel in ('wechat', 'alipay')),
    add constraint payment_order_state_known
        check (state in ('created', 'awaiting', 'unknown', 'paid', 'closed', 'refunded')),
    add constraint payment_order_paid_when check ((state in ('paid', 'refunded')) = (paid_at is not null));
alter table refund
    add constraint refund_amount_positive check (amount_fen > 0),
    add constraint refund_state_known check (state in ('requested', 'processing', 'done', 'abnormal', 'closed'));
alter table ledger_entry
    add constraint ledger_entry_amount_real check (amount_fen <> 0);
create unique index payment_order_one_live on payment_order (bill_id) where state in ('created', 'awaiting', 'unknown');
create unique index payment_order_one_settles on payment_order (bill_id) where settles;
create index payment_order_to_ask on payment_order (ask_at) where state in ('created', 'awaiting', 'unknown');
create index channel_event_to_look_at on channel_event (outcome, id) where outcome in ('quarantined', 'unknown_order');
"""

# Checked at commit, when the posting is whole.
BALANCED = """
create function ledger_posting_balances() returns trigger language plpgsql as $$
begin
    if (select sum(amount_fen) from ledger_entry where posting = new.posting) <> 0 then
        raise exception 'posting % does not balance', new.posting using errcode = 'check_violation';
    end if;
    return null;
end $$;
create constraint trigger ledger_entry_balances after insert on ledger_entry
    deferrable initially deferred for each row execute function ledger_posting_balances();
create function ledger_entry_immutable() returns trigger language plpgsql as $$
begin
    raise exception 'ledger_entry is append-only' using errcode = 'restrict_violation';
end $$;
create trigger ledger_entry_no_change before update or delete on ledger_entry
    for each row execute function ledger_entry_immutable();
create trigger ledger_entry_no_truncate before truncate on ledger_entry
    for each statement execute function ledger_entry_immutable();
"""

# Under any concurrency: the order's row is locked while its refunds are added up.
REFUNDS = """
create function refunds_within_order() returns trigger language plpgsql as $$
begin
    perform 1 from payment_order where id = new.order_id for update;
    if (select coalesce(sum(amount_fen), 0) from refund where order_id = new.order_id and state <> 'closed')
       > (select amount_fen from payment_order where id = new.order_id) then
        raise exception 'refunds exceed order %', new.order_id using errcode = 'check_violation';
    end if;
    return null;
end $$;
create trigger refund_within_order after insert or update on refund
    for each row execute function refunds_within_order();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0004_catalogue_constraints")]
    operations = [ops.RunSQL(CHECKS), ops.RunSQL(BALANCED), ops.RunSQL(REFUNDS)]
