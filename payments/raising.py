"""Raising bills, one or thousands: set by set, a few statements and one transaction per part, each row answered."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from foundation import audit, clock, crypto, database, events
from foundation.actor import Actor
from foundation.errors import Refusal
from identity import owners
from payments import late_fee_rules, pay_code, pushed
from payments.bill_errors import BillUnreadable
from payments.errors import BillChanged, BillWithdrawn, PayCodeTaken
from payments.events import BillRaised
from payments.models import Bill
from payments.pushed import PushedBill, Received

Answer = Received | Refusal

PART = 250  # so that no transaction holds for long, and no loop goes without air
TRIES = 3  # of giving a code that nobody has

INSERT = """
insert into bill (id, pay_code, source, notice_no, exec_unit_code, exec_unit_name, title, reference, citizen_id,
                  payer_fingerprint, payer_name_sealed, factor_fingerprint, total_fen, expire_date, state, version,
                  body_hash, created_at)
select r.id, r.pay_code, $2, r.notice_no, r.exec_unit_code, r.exec_unit_name, r.title, r.reference, r.citizen_id,
       r.payer_fingerprint, r.payer_name_sealed, r.factor_fingerprint, r.total_fen, r.expire_date, 'unpaid', 1,
       r.body_hash, $3
  from jsonb_to_recordset($1::jsonb) as r (
         id bigint, pay_code text, notice_no text, exec_unit_code text, exec_unit_name text, title text,
         reference text, citizen_id bigint, payer_fingerprint text, payer_name_sealed text, factor_fingerprint text,
         total_fen bigint, expire_date date, body_hash text)
 order by r.notice_no, r.id
on conflict do nothing returning id, citizen_id
"""
INSERT_ITEMS = """
insert into bill_item (bill_id, position, exec_item_code, exec_item_name, amount_fen, overdue_fen, penalty_fen,
                       late_per_day, late_kind, late_basis, late_fen)
select r.bill_id, r.position, r.exec_item_code, r.exec_item_name, r.amount_fen, r.overdue_fen, r.penalty_fen,
       r.late_per_day, r.late_kind, r.late_basis, 0
  from jsonb_to_recordset($1::jsonb) as r (
         bill_id bigint, position int, exec_item_code text, exec_item_name text, amount_fen bigint,
         overdue_fen bigint, penalty_fen bigint, late_per_day int, late_kind text, late_basis text)
"""


async def raise_all(bills: Sequence[PushedBill], *, source: str, by: Actor) -> list[Answer]:
    """Raise what is new; what is known changes nothing. Each bill is answered for itself, in their order.

    The answers that refuse: TotalDoesNotAddUp, LateFeeNeedsDate, PayCodeMalformed, BillChanged, PayCodeTaken,
    BillWithdrawn for one that was taken back, BillUnreadable.
    """
    answers: dict[int, Answer] = {}
    for number, bill in enumerate(bills):
        try:
            pushed.check(bill)
        except Refusal as refusal:
            answers[number] = refusal
    fit = [(number, bill) for number, bill in enumerate(bills) if number not in answers]
    for first in range(0, len(fit), PART):
        answers |= await _part(dict(fit[first : first + PART]), source, by)
    return [answers[number] for number in range(len(bills))]


async def _part(part: Mapping[int, PushedBill], source: str, by: Actor) -> dict[int, Answer]:
    """A row that the database cannot take must not keep the others from being raised: then each goes by itself."""
    try:
        raised = await _raise(part, source, by)
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError):
        if len(part) == 1:
            return dict.fromkeys(part, BillUnreadable())
        alone: dict[int, Answer] = {}
        for number, bill in part.items():
            alone |= await _part({number: bill}, source, by)
        return alone
    rest = {number: bill for number, bill in part.items() if number not in raised}
    return raised | await _known(rest, source)


@database.retry_on_deadlock
async def _raise(part: Mapping[int, PushedBill], source: str, by: Actor) -> dict[int, Answer]:
    """What was raised of the part; the rest is known, or has a code that is taken."""
    left, raised = dict(part), dict[int, Answer]()
    async with database.transaction():
        for _ in range(TRIES):
            codes = {number: bill.pay_code or pay_code.given() for number, bill in left.items()}
            for number in await _insert(left, codes, source, by):
                raised[number] = Received(part[number].notice_no, "raised", codes[number])
            left = await _unlucky({number: bill for number, bill in left.items() if number not in raised}, source)
            if not left:
                break
    return raised


async def _unlucky(rest: Mapping[int, PushedBill], source: str) -> dict[int, PushedBill]:
    """Those that nobody knows and that drew a code which is taken."""
    drew = {number: bill for number, bill in rest.items() if not bill.pay_code}
    known = await _by_number(drew, source) if drew else {}
    return {number: bill for number, bill in drew.items() if bill.notice_no not in known}


async def _insert(part: Mapping[int, PushedBill], codes: Mapping[int, str], source: str, by: Actor) -> list[int]:
    """The numbers of those that were new."""
    tx = database.joined()
    drawn = await tx.fetch("select nextval('bill_id_seq') as id from generate_series(1, $1)", len(part))
    ids = {row["id"]: number for row, number in zip(drawn, part, strict=True)}
    found = await owners.of([(one.payer, one.payer_name) for one in part.values()])
    rows = [
        _row(bill_id, part[number], codes[number], citizen_id)
        for (bill_id, number), citizen_id in zip(ids.items(), found, strict=True)
    ]
    new = await tx.fetch(INSERT, json.dumps(rows), source, clock.now())
    await insert_items({row["id"]: part[ids[row["id"]]] for row in new}, source)
    await audit.record_each("bill.raised", subjects=[f"bill:{row['id']}" for row in new], by=by)
    await events.tell_each([BillRaised(bill_id=row["id"], citizen_id=row["citizen_id"]) for row in new])
    return [ids[row["id"]] for row in new]


async def insert_items(bills: Mapping[int, PushedBill], source: str) -> None:
    """Within a transaction: the items of these bills, with the rules that stand today."""
    rules = await late_fee_rules.of(source, {item.exec_item_code for bill in bills.values() for item in bill.items})
    rows = [row for bill_id, bill in bills.items() for row in pushed.item_rows(bill_id, bill, rules)]
    await database.joined().execute(INSERT_ITEMS, json.dumps(rows))


def _row(bill_id: int, bill: PushedBill, code: str, citizen_id: int | None) -> dict[str, Any]:
    return {
        "id": bill_id,
        "pay_code": code,
        "notice_no": bill.notice_no,
        "exec_unit_code": bill.exec_unit_code,
        "exec_unit_name": bill.exec_unit_name,
        "title": bill.title,
        "reference": bill.reference,
        "citizen_id": citizen_id,
        "payer_fingerprint": bill.payer.fingerprint,
        "payer_name_sealed": crypto.seal(bill.payer_name),
        "factor_fingerprint": pushed.factor(code, bill.payer.last_four),
        "total_fen": bill.total_fen,
        "expire_date": bill.expire_date.isoformat() if bill.expire_date else None,
        "body_hash": pushed.said(bill)[0],
    }


async def _by_number(part: Mapping[int, PushedBill], source: str) -> dict[str, Bill]:
    rows = await Bill.filter(source=source, notice_no__in=[one.notice_no for one in part.values()])
    return {one.notice_no: one for one in rows}


async def _known(rest: Mapping[int, PushedBill], source: str) -> dict[int, Answer]:
    known = await _by_number(rest, source) if rest else {}
    return {number: _answer(bill, known.get(bill.notice_no)) for number, bill in rest.items()}


def _answer(bill: PushedBill, known: Bill | None) -> Answer:
    if known is None:
        return PayCodeTaken()
    if known.body_hash not in pushed.said(bill) or bill.pay_code not in ("", known.pay_code):
        return BillChanged()
    if known.state == "withdrawn":
        return BillWithdrawn()
    return Received(bill.notice_no, "repeated", known.pay_code)
