"""What the models cannot say of refunds, quarantine and receipts: two people for money, one receipt for a bill."""

from tortoise import migrations
from tortoise.migrations import operations as ops

REFUNDS = """
alter table refund
    add constraint refund_origin_known check (origin in ('house', 'merchant_console')),
    add constraint refund_offline_when_done check (not offline or state = 'done'),
    add constraint refund_fetched_when_offline check (fetched_at is null or offline);
alter table refund_application
    add constraint refund_application_amount_positive check (amount_fen > 0),
    add constraint refund_application_way_known check (way in ('original', 'card', 'offline')),
    add constraint refund_application_state_known check (state in ('applied', 'asked', 'approved', 'rejected')),
    add constraint refund_application_four_eyes
        check (state <> 'approved' or (asked_by <> '' and decided_by <> '' and asked_by <> decided_by)),
    add constraint refund_application_asked_by_whom check (state not in ('asked', 'approved') or asked_by <> ''),
    add constraint refund_application_decided_when
        check ((state in ('approved', 'rejected')) = (decided_at is not null)),
    add constraint refund_application_of_which
        check ((way <> 'original' or state = 'approved') = (refund_id is not null));
create unique index refund_application_one_open on refund_application (order_id) where state in ('applied', 'asked');
create index refund_under_way on refund (created_at) where state in ('requested', 'processing', 'abnormal');
"""

QUARANTINE = """
alter table quarantined_notice
    add constraint quarantined_notice_kind_known check (kind in ('payment', 'refund')),
    add constraint quarantined_notice_state_known
        check (state in ('open', 'settled', 'returning', 'returned', 'closed')),
    add constraint quarantined_notice_four_eyes check (
        state not in ('returning', 'returned')
        or (asked_by <> '' and approved_by <> '' and asked_by <> approved_by
            and return_no is not null and return_fen > 0)),
    add constraint quarantined_notice_closed_when
        check ((state in ('settled', 'returned', 'closed')) = (closed_at is not null));
create unique index quarantined_notice_one_open on quarantined_notice (channel, kind, out_trade_no, out_refund_no)
    where state in ('open', 'returning');
"""

RECEIPTS = """
alter table receipt
    add constraint receipt_amount_positive check (amount_fen > 0),
    add constraint receipt_state_known check (state in ('asked', 'issued', 'voiding', 'voided')),
    add constraint receipt_numbers_when_issued check (
        (state = 'asked') = (code = '') and (code = '') = (number = '') and (code = '') = (check_code = '')
        and (code = '') = (issued_on is null)),
    add constraint receipt_red_when_voided check ((state = 'voided') = (red_number <> '')),
    add constraint receipt_void_by_number check ((void_no <> '') = void_wanted),
    add constraint receipt_void_wanted check (state not in ('voiding', 'voided') or void_wanted);
create unique index receipt_one_stands on receipt (bill_id) where not void_wanted;
create unique index receipt_one_first on receipt (bill_id) where replaces_id is null;
create unique index receipt_replaced_once on receipt (replaces_id);
create unique index receipt_number_once on receipt (code, number) where number <> '';
create index receipt_asked_for on receipt (created_at);
create index bill_settled_lately on bill (settled_at) where settled_at is not null;
create index receipt_to_chase on receipt (id)
    where state in ('asked', 'voiding') or (void_wanted and state <> 'voided');
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0017_books_constraints")]
    operations = [
        ops.RunSQL(
            REFUNDS,
            reverse_sql="""
            drop index refund_under_way;
            drop index refund_application_one_open;
            alter table refund_application drop constraint refund_application_of_which,
                drop constraint refund_application_decided_when, drop constraint refund_application_asked_by_whom,
                drop constraint refund_application_four_eyes, drop constraint refund_application_state_known,
                drop constraint refund_application_way_known, drop constraint refund_application_amount_positive;
            alter table refund drop constraint refund_fetched_when_offline,
                drop constraint refund_offline_when_done, drop constraint refund_origin_known;
            """,
        ),
        ops.RunSQL(
            QUARANTINE,
            reverse_sql="""
            drop index quarantined_notice_one_open;
            alter table quarantined_notice drop constraint quarantined_notice_closed_when,
                drop constraint quarantined_notice_four_eyes, drop constraint quarantined_notice_state_known,
                drop constraint quarantined_notice_kind_known;
            """,
        ),
        ops.RunSQL(
            RECEIPTS,
            reverse_sql="""
            drop index receipt_to_chase;
            drop index bill_settled_lately;
            drop index receipt_asked_for;
            drop index receipt_number_once;
            drop index receipt_replaced_once;
            drop index receipt_one_first;
            drop index receipt_one_stands;
            alter table receipt drop constraint receipt_void_wanted, drop constraint receipt_void_by_number,
                drop constraint receipt_red_when_voided, drop constraint receipt_numbers_when_issued,
                drop constraint receipt_state_known, drop constraint receipt_amount_positive;
            """,
        ),
    ]
