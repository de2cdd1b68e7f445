"""Bills raised set by set: each row has its answer, a fault in one keeps no other back, and again changes nothing."""

import asyncio
from dataclasses import replace

import pytest

from foundation import database
from foundation.actor import Actor
from foundation.errors import Refusal
from identity.idnumber import Identity
from payments import bills, raising
from payments.models import Bill, BillItem
from payments.pushed import PushedBill
from tests.builders import identity as people
from tests.builders.appointments import told
from tests.builders.payments import UNIT, a_payer, pushed

pytestmark = pytest.mark.usefixtures("db")


async def answers(*given: PushedBill) -> list[str]:
    """What became of each, the refusals by name."""
    found = await raising.raise_all(given, source=UNIT.name, by=UNIT)
    return [one.code if isinstance(one, Refusal) else one.outcome for one in found]


async def test_each_row_has_its_own_answer_in_its_place():
    known, gone = pushed(), pushed()
    for one in (known, gone):
        await bills.raise_bill(bill=one, by=UNIT)
    await bills.withdraw(notice_no=gone.notice_no, by=UNIT, reason="开错")
    both = [pushed(pay_code="20261234567890123456") for _ in range(2)]
    first, second = sorted(both, key=lambda one: one.notice_no)  # in their order the database takes them
    rows = [pushed(), pushed(total_fen=1), known, replace(known, title="其他"), gone, first, second, first,
            pushed(pay_code="no code")]  # fmt: skip
    assert await answers(*rows) == [
        "raised", "TotalDoesNotAddUp", "repeated", "BillChanged", "BillWithdrawn", "raised", "PayCodeTaken",
        "repeated", "PayCodeMalformed",
    ]  # fmt: skip
    assert await answers(*rows[:1]) == ["repeated"]
    assert await answers() == []


async def test_a_row_that_the_database_cannot_take_keeps_no_other_back():
    """The doors let no such text in; a fault of ours might."""
    good, bad = [pushed() for _ in range(3)], replace(pushed(), title="太长" * 100)
    assert await answers(good[0], bad, *good[1:]) == ["raised", "BillUnreadable", "raised", "raised"]
    assert await Bill.all().count() == await BillItem.all().count() == len(await told("BillRaised")) == 3


async def test_payers_are_found_for_all_at_once():
    citizen, identity = await a_payer()
    passport = Identity.of("passport", "E12345678")
    rows = [pushed(payer=identity), pushed(), pushed(payer=identity), pushed(payer=passport, payer_name="LI SI")]
    await answers(*rows)
    owners = dict(await Bill.all().values_list("notice_no", "citizen_id"))
    assert [owners[one.notice_no] for one in rows] == [citizen.id, None, citizen.id, None]
    events = {one["bill_id"]: one["citizen_id"] for one in await told("BillRaised")}
    assert events == dict(await Bill.all().values_list("id", "citizen_id"))


async def test_a_batch_is_written_down_row_by_row():
    await answers(*(pushed() for _ in range(3)))
    rows = await database.fetch("select actor, subject from audit_row where action = 'bill.raised' order by subject")
    ids = sorted(f"bill:{one}" for one in await Bill.all().values_list("id", flat=True))
    assert [(row["actor"], row["subject"]) for row in rows] == [(str(UNIT), one) for one in ids]


async def test_the_same_batch_eight_times_at_once_and_in_any_order_is_raised_once():
    rows = [pushed(payer=Identity.of("id_card", people.id_number())) for _ in range(40)]
    batches = [rows if n % 2 else rows[::-1] for n in range(8)]
    outcomes = [one for batch in await asyncio.gather(*(answers(*batch) for batch in batches)) for one in batch]
    assert (outcomes.count("raised"), outcomes.count("repeated")) == (40, 280)
    assert await Bill.all().count() == await BillItem.all().count() == 40


async def test_more_rows_than_a_part_holds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(raising, "PART", 3)
    rows = [pushed() for _ in range(8)]
    assert await answers(*rows, rows[0]) == ["raised"] * 8 + ["repeated"]


async def test_a_fee_belongs_to_its_room_and_to_the_transaction_it_was_asked_in():
    fee, by = pushed(notice_no="A-1"), Actor.system("cases")

    async def a_room_that_fails() -> None:
        async with database.transaction():
            await bills.raise_fee(room="cases", fee=fee, by=by)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await a_room_that_fails()
    assert not await Bill.exists()
    outcomes = [(await bills.raise_fee(room="cases", fee=fee, by=by)).outcome for _ in range(2)]
    assert outcomes == ["raised", "repeated"]
    assert (await bills.raise_bill(bill=fee, by=Actor.department("cases"))).outcome == "raised"
    gone = await bills.withdraw_fee(room="cases", notice_no="A-1", by=by, reason="未受理")
    assert (gone.state, gone.source) == ("withdrawn", "fee:cases")
    assert await Bill.filter(state="unpaid").count() == 1
