"""What the models cannot say of bills: which moves there are, what grows, and a history that never changes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table bill
    add constraint bill_version_counts check (version > 0),
    add constraint bill_settled_amount check (settled_fen > 0);
alter table bill_item
    add constraint bill_item_late_rate check (late_per_day between 0 and 10000),
    add constraint bill_item_late_kind check (late_kind in ('overdue', 'penalty')),
    add constraint bill_item_late_within_amount
        check (late_fen >= 0 and (late_fen = 0 or late_fen + overdue_fen + penalty_fen <= amount_fen));
alter table payment_order
    add constraint payment_order_late_part check (late_fen >= 0 and late_fen < amount_fen);
alter table late_fee_rule
    add constraint late_fee_rule_rate check (per_day between 0 and 10000),
    add constraint late_fee_rule_kind check (kind in ('overdue', 'penalty'));
"""

# The tables of payments.states; a test compares every pair.
MOVES = """
create function bill_moves() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (('unpaid', 'settled'), ('unpaid', 'withdrawn'), ('settled', 'refunded')) then
        raise exception 'bill % does not go from % to %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger bill_moves before update of state on bill
    for each row when (old.state is distinct from new.state) execute function bill_moves();
create function payment_order_moves() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (
        ('created', 'awaiting'), ('created', 'unknown'), ('created', 'paid'), ('created', 'closed'),
        ('unknown', 'awaiting'), ('unknown', 'paid'), ('unknown', 'closed'),
        ('awaiting', 'paid'), ('awaiting', 'closed'), ('closed', 'paid'), ('paid', 'refunded')
    ) then
        raise exception 'payment_order % does not go from % to %', old.id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger payment_order_moves before update of state on payment_order
    for each row when (old.state is distinct from new.state) execute function payment_order_moves();
"""

HISTORY = """
create function bill_version_immutable() returns trigger language plpgsql as $$
begin
    raise exception 'bill_version is append-only' using errcode = 'restrict_violation';
end $$;
create trigger bill_version_no_change before update or delete on bill_version
    for each row execute function bill_version_immutable();
create trigger bill_version_no_truncate before truncate on bill_version
    for each statement execute function bill_version_immutable();
"""

# What finance looks for, the newest first; and what arrived on a day.
READS = """
create index bill_by_unit on bill (exec_unit_code, id);
create index bill_by_state on bill (state, id);
create index bill_by_day on bill (created_at);
create index payment_order_by_state on payment_order (state, id);
create index payment_order_by_day on payment_order (created_at);
create index payment_order_by_payday on payment_order (paid_at) where paid_at is not null;
create index refund_by_day on refund (done_at) where done_at is not null;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0015_people_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            alter table late_fee_rule drop constraint late_fee_rule_kind, drop constraint late_fee_rule_rate;
            alter table payment_order drop constraint payment_order_late_part;
            alter table bill_item drop constraint bill_item_late_within_amount,
                drop constraint bill_item_late_kind, drop constraint bill_item_late_rate;
            alter table bill drop constraint bill_settled_amount, drop constraint bill_version_counts;
            """,
        ),
        ops.RunSQL(
            MOVES,
            reverse_sql="""
            drop trigger payment_order_moves on payment_order;
            drop function payment_order_moves();
            drop trigger bill_moves on bill;
            drop function bill_moves();
            """,
        ),
        ops.RunSQL(
            HISTORY,
            reverse_sql="""
            drop trigger bill_version_no_truncate on bill_version;
            drop trigger bill_version_no_change on bill_version;
            drop function bill_version_immutable();
            """,
        ),
        ops.RunSQL(
            READS,
            reverse_sql="""
            drop index bill_by_unit, bill_by_state, bill_by_day, payment_order_by_state, payment_order_by_day,
                payment_order_by_payday, refund_by_day;
            """,
        ),
    ]
