import asyncio
from dataclasses import replace

import pytest

from foundation import crypto, database, redis, settings
from foundation.actor import Actor
from foundation.errors import TooManyRequests
from identity import realname
from identity.events import CitizensMerged, CitizenVerified
from identity.idnumber import Identity
from payments import bills, jobs, own_bills
from payments.errors import (
    BillAlreadySettled,
    BillChanged,
    BillNotFound,
    BillWithdrawn,
    MoneyUnderWay,
    PayCodeTaken,
    TotalDoesNotAddUp,
)
from payments.models import Bill
from payments.pushed import said
from tests.builders import identity as people
from tests.builders.appointments import told
from tests.builders.payments import UNIT, a_bill, a_payer, begin, begun, pushed
from tests.payments.conftest import Tills

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def test_a_bill_is_raised_once_however_often_it_is_pushed():
    bill = pushed()
    outcomes = await asyncio.gather(*(bills.raise_bill(bill=bill, by=UNIT) for _ in range(8)))
    assert sorted(one.outcome for one in outcomes) == ["raised"] + ["repeated"] * 7
    assert len({one.pay_code for one in outcomes}) == 1
    assert await Bill.all().count() == 1
    assert len(await told("BillRaised")) == 1


async def test_the_code_it_was_given_may_be_pushed_with_it():
    bill = pushed()
    given = await bills.raise_bill(bill=bill, by=UNIT)
    again = await bills.raise_bill(bill=replace(bill, pay_code=given.pay_code), by=UNIT)
    assert again.outcome == "repeated"
    with pytest.raises(BillChanged):
        await bills.raise_bill(bill=replace(bill, pay_code="12345678"), by=UNIT)


async def test_the_same_number_with_another_content_is_refused():
    bill = pushed()
    await bills.raise_bill(bill=bill, by=UNIT)
    with pytest.raises(BillChanged):
        await bills.raise_bill(bill=replace(bill, title="其他"), by=UNIT)


async def test_two_departments_number_their_bills_as_they_like():
    bill = pushed()
    await bills.raise_bill(bill=bill, by=UNIT)
    assert (await bills.raise_bill(bill=bill, by=Actor.department("police"))).outcome == "raised"


@pytest.mark.parametrize(
    "wrong",
    [
        {"total_fen": 7999},
        {"fen": 0},
        {"items": ()},
        {"items": (bills.PushedItem(exec_item_code="1", exec_item_name="费", amount_fen=9000, overdue_fen=-1000),)},
    ],
)
async def test_a_total_that_does_not_add_up(wrong: dict):
    with pytest.raises(TotalDoesNotAddUp):
        await bills.raise_bill(bill=pushed(**wrong), by=UNIT)
    assert not await Bill.exists()


async def test_a_code_that_another_bill_has():
    await bills.raise_bill(bill=pushed(pay_code="20261234567890123456"), by=UNIT)
    with pytest.raises(PayCodeTaken):
        await bills.raise_bill(bill=pushed(pay_code="20261234567890123456"), by=UNIT)


async def test_what_was_pushed_cannot_be_tried_out_from_the_database():
    """The stored mark is keyed: with other keys the same content has another one."""
    bill = pushed()
    await bills.raise_bill(bill=bill, by=UNIT)
    stored = (await Bill.first()).body_hash
    ours = settings.current()
    other = replace(ours.secrets, fingerprint_keys="other:202122232425262728292a2b2c2d2e2f")
    with_other_keys = replace(ours, secrets=other)
    settings.use(with_other_keys)
    assert stored not in said(bill)
    rotated = replace(ours.secrets, fingerprint_keys=f"{other.fingerprint_keys},{ours.secrets.fingerprint_keys}")
    settings.use(replace(ours, secrets=rotated))
    assert (await bills.raise_bill(bill=bill, by=UNIT)).outcome == "repeated"


async def test_withdrawing():
    bill = await a_bill()
    for _ in range(2):
        gone = await bills.withdraw(notice_no=bill.notice_no, by=UNIT, reason="开错")
        assert gone.state == "withdrawn"
    with pytest.raises(BillNotFound):
        await bills.withdraw(notice_no=bill.notice_no, by=Actor.department("police"), reason="别人的")
    paid = await a_bill()
    await Bill.filter(id=paid.id).update(state="settled", settled_at=paid.created_at)
    with pytest.raises(BillAlreadySettled):
        await bills.withdraw(notice_no=paid.notice_no, by=UNIT, reason="晚了")


async def test_a_bill_that_was_taken_back_is_not_raised_again():
    bill = pushed()
    await bills.raise_bill(bill=bill, by=UNIT)
    await bills.withdraw(notice_no=bill.notice_no, by=UNIT, reason="开错")
    with pytest.raises(BillWithdrawn):
        await bills.raise_bill(bill=bill, by=UNIT)


async def test_a_number_typed_in_the_wrong_field_is_kept_nowhere(redis_db):
    number = people.id_number()
    with pytest.raises(BillNotFound):
        await bills.by_code(pay_code=number, last_four=number[-4:], address="203.0.113.7")
    kept = [one async for one in redis.client().scan_iter()]
    assert any("bill-lookup-code" in one for one in kept)
    assert not any(number in one for one in kept)


async def test_a_wrong_code_and_a_wrong_factor_are_answered_alike():
    payer = Identity.of("id_card", people.id_number())
    bill = await a_bill(payer=payer)
    printed = f"{bill.pay_code[:4]} {bill.pay_code[4:]}"
    found = await bills.by_code(pay_code=printed, last_four=payer.last_four.lower(), address="203.0.113.1")
    assert found.id == bill.id
    wrong = "0000" if payer.last_four != "0000" else "1111"
    refusals = []
    for pay_code in (bill.pay_code, "29990101000000000000"):
        with pytest.raises(BillNotFound) as caught:
            await bills.by_code(pay_code=pay_code, last_four=wrong, address="203.0.113.1")
        refusals.append(caught.value.as_dict())
    assert refusals[0] == refusals[1]


async def test_guessing_a_factor_is_stopped_by_code_and_by_address():
    bill = await a_bill()

    async def guess(pay_code: str, address: str) -> type[Exception]:
        try:
            await bills.by_code(pay_code=pay_code, last_four="zzzz", address=address)
        except (BillNotFound, TooManyRequests) as refusal:
            return type(refusal)
        raise AssertionError

    by_code = [await guess(bill.pay_code, f"203.0.113.{n}") for n in range(12)]
    assert by_code[:10] == [BillNotFound] * 10
    assert by_code[-1] is TooManyRequests
    by_address = [await guess(f"9999{n:08d}", "198.51.100.7") for n in range(32)]
    assert by_address[:30] == [BillNotFound] * 30
    assert by_address[-1] is TooManyRequests


async def test_somebody_elses_bill_is_not_there(tills: Tills):
    payer, identity = await a_payer()
    stranger, _ = await a_payer()
    bill = await a_bill(payer=identity)
    assert (await bills.one_for(pay_code=bill.pay_code, citizen_id=payer.id)).id == bill.id
    for pay_code in (bill.pay_code, "29990101000000000000"):
        with pytest.raises(BillNotFound):
            await bills.one_for(pay_code=pay_code, citizen_id=stranger.id)
    await begin(bill, stranger)  # who began to pay it, knowing the factor, may look at it again
    assert (await bills.one_for(pay_code=bill.pay_code, citizen_id=stranger.id)).id == bill.id


async def test_unpaid_bills_come_first_though_they_be_old():
    payer, identity = await a_payer()
    old = await a_bill(payer=identity)
    for _ in range(3):
        settled = await a_bill(payer=identity)
        await Bill.filter(id=settled.id).update(state="settled", settled_at=settled.created_at)
    shown = await own_bills.mine(payer.id, limit=2)
    assert [one.id for one in shown] == [old.id, settled.id]
    owed = await own_bills.owed(payer.id)
    assert (owed.number, owed.fen) == (1, 8000)


async def test_a_bill_finds_its_payer_who_signs_up_later():
    identity = Identity.of("id_card", people.id_number())
    bill = await a_bill(payer=identity)
    assert bill.citizen_id is None
    citizen = await people.citizen(number=identity.number)
    for _ in range(2):
        await jobs.hand_over_bills(CitizenVerified(citizen_id=citizen.id))
    assert [one.id for one in await own_bills.mine(citizen.id)] == [bill.id]


async def test_nobody_is_verified_while_a_bill_of_theirs_is_being_written():
    """Else the bill would see no citizen, and the hand-over no bill."""
    identity, citizen = Identity.of("id_card", people.id_number()), await people.citizen(verified=False)
    written = asyncio.Event()

    async def believe(**_: object) -> bool:
        return True

    async def verify() -> None:
        await written.wait()
        by = Actor.citizen(citizen.id)
        who = {"citizen_id": citizen.id, "name": "张三", "id_type": "id_card", "number": identity.number}
        await realname.verify(**who, by=by, ask=believe)

    verifying = asyncio.create_task(verify())  # outside of the transaction below
    async with database.transaction():
        assert await realname.owner_of(identity, name="张三") is None
        written.set()
        await asyncio.sleep(0.2)
        assert not verifying.done()
    await verifying
    assert (await a_bill(payer=identity)).citizen_id == citizen.id


async def test_the_same_passport_number_of_another_country_is_another_person():
    passport = Identity.of("passport", "E12345678")
    citizen = await people.citizen(name="LI SI")
    citizen.id_type, citizen.id_fingerprint = "passport", passport.fingerprint
    citizen.id_number_sealed = crypto.seal(passport.number)
    await citizen.save()
    theirs = await a_bill(payer=passport, payer_name="Li  Si")
    another = await a_bill(payer=passport, payer_name="WANG WU")
    assert (theirs.citizen_id, another.citizen_id) == (citizen.id, None)
    await jobs.hand_over_bills(CitizenVerified(citizen_id=citizen.id))
    await another.refresh_from_db()
    assert another.citizen_id is None


async def test_bills_and_payments_follow_a_merge(tills: Tills):
    bill, order, citizen = await begun()
    elder = await people.citizen(verified=False)
    for _ in range(2):
        await jobs.follow_merge(CitizensMerged(kept=elder.id, gone=citizen.id))
    await order.refresh_from_db()
    assert order.payer_id == elder.id
    assert [one.id for one in await own_bills.mine(elder.id)] == [bill.id]


async def test_nobody_leaves_while_money_is_under_way(tills: Tills):
    bill, order, citizen = await begun()
    with pytest.raises(MoneyUnderWay):
        await jobs.forget(citizen.id)
    await order.filter(id=order.id).update(state="closed")
    held = await bills.export(citizen.id)
    assert [one["pay_code"] for one in held["bills"]] == [one["pay_code"] for one in held["payments"]]
    await jobs.forget(citizen.id)
    assert await own_bills.mine(citizen.id) == []
    assert await Bill.exists(id=bill.id)
