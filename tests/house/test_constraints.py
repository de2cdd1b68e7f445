"""What must always hold is held by the database, by name."""

import pytest

from foundation import database

CHECKS = [
    "question_cluster_decided",
    "labelled_question_item",
    "bill_total_positive",
    "bill_settled_when",
    "payment_order_amount_positive",
    "payment_order_paid_when",
    "refund_amount_positive",
    "refund_application_four_eyes",
    "quarantined_notice_four_eyes",
    "receipt_numbers_when_issued",
    "rating_level_known",
    "rating_words_shown_by_whom",
    "rectification_mended_when",
    "rectification_verified_how",
    "rectification_appeal_another_decides",
    "consultation_drafted_by_whom",
    "consultation_refused_why",
    "public_answer_taken_back_why",
    "message_state_known",
    "message_claimed_by",
    "message_due",
    "message_consent_counts",
    "unreached_notice_handled",
    "case_event_kind_known",
    "case_file_ended_when",
    "case_conflict_settled_by_whom",
    "audit_row_actor_named",
    "waitlist_entry_offer_has_a_deadline",
    "draw_seed_revealed_when_closed",
    "draw_entry_won_a_place",
    "schedule_exception_span",
    "schedule_exception_windows",
    "slot_capacity",
    "proposal_applied_by_whom",
    "booking_rule_sanction",
    "sanction_lifted_by_whom",
    "appeal_decided_by_whom",
    "closure_notice_offer_has_a_deadline",
    "closure_notice_accepted_what",
    "bill_state_known",
    "payment_order_state_known",
    "bill_item_late_within_amount",
    "payment_order_late_part",
    "ledger_entry_account_known",
    "reconciliation_failed_why",
    "difference_resolved_how",
    "difference_proposed_by_whom",
    "difference_two_pairs_of_eyes",
    "handover_ended_how",
    "handover_held_by_whom",
    "handover_line_by_whom",
    "reply_faq_decided",
    "reply_faq_taken",
    "reply_faq_from",
    "quality_report_week",
    "guide_file_name",
    "guide_file_holds",
    "filing_pledged",
    "filing_sent_back_once",
    "filing_accepted_as_case",
    "filing_refused_why",
    "paper_of_one_thing",
    "delivery_where",
    "delegation_revoked_by_whom",
    "organisation_agent_who",
    "record_access_by_staff",
    "data_export_held_while_ready",
    "leaving_ended_when",
]
UNIQUE_INDEXES = [
    "payment_order_one_live",
    "payment_order_one_settles",
    "refund_application_one_open",
    "quarantined_notice_one_open",
    "receipt_one_stands",
    "appointment_one_live",
    "waitlist_entry_one_active",
    "draw_entry_one_per_person",
    "draw_entry_rank",
    "schedule_exception_one_open_or_closed",
    "schedule_exception_one_a_time",
    "booking_rule_one_open",
    "handover_one_open",
    "consultation_one_of_a_source",
    "handover_line_once",
    "filing_one_draft",
    "paper_once",
    "licence_use_one_held",
    "delivery_tracking",
    "case_file_reference",
    "guardianship_one_live",
    "organisation_agent_one_live",
    "organisation_agent_one_legal_person",
    "leaving_one_waiting",
]
TRIGGERS = [
    "ledger_entry_balances",
    "ledger_entry_no_change",
    "ledger_entry_no_truncate",
    "statement_no_change",
    "statement_part_no_change",
    "refund_within_order",
    "case_event_no_change",
    "case_note_no_change",
    "case_notice_no_change",
    "draw_no_change",
    "draw_entry_no_change",
    "audit_row_no_change",
    "bill_moves",
    "payment_order_moves",
    "bill_version_no_change",
    "quality_report_never_changes",
    "guide_file_never_changes",
    "message_template_no_change",
    "filing_moves",
    "record_access_no_change",
    "record_access_no_truncate",
]


@pytest.mark.parametrize("name", CHECKS)
async def test_check_is_there(db: None, name: str) -> None:
    assert await database.fetchval("select contype = 'c' from pg_constraint where conname = $1", name)


@pytest.mark.parametrize("name", UNIQUE_INDEXES)
async def test_unique_index_is_there(db: None, name: str) -> None:
    definition = await database.fetchval("select indexdef from pg_indexes where indexname = $1", name)
    assert definition is not None
    assert "UNIQUE" in definition


@pytest.mark.parametrize("name", TRIGGERS)
async def test_trigger_is_there(db: None, name: str) -> None:
    assert await database.fetchval("select tgenabled <> 'D' from pg_trigger where tgname = $1", name)


async def test_no_slot_holds_more_than_it_has(db: None) -> None:
    checks = await database.fetch(
        """select pg_get_constraintdef(oid) as said from pg_constraint
            where contype = 'c' and conrelid = 'slot'::regclass"""
    )
    assert any("booked <= (capacity + over)" in row["said"] for row in checks)


async def test_every_foreign_key_has_an_index(db: None) -> None:
    """PostgreSQL makes none by itself; without one every delete and merge reads the whole table."""
    rows = await database.fetch(
        """select c.conrelid::regclass::text as "table", a.attname as "column"
             from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
            where c.contype = 'f' and c.conrelid::regclass::text not like 'procrastinate%'
              and not exists (select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])"""
    )
    assert [f"{row['table']}.{row['column']}" for row in rows] == []
