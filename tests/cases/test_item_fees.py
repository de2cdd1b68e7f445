"""What an application costs: asked for at 受理, once, unless staff name the ground on which it is free."""

import pytest

from cases import item_fees, review
from cases.filing_errors import FeeReasonNeeded, ItemFeeInvalid
from cases.item_fees import Price
from catalogue.errors import ItemNotFound
from foundation.actor import Actor
from foundation.models import AuditRow
from payments.models import Bill
from tests.builders.filing import CITY, SLUG, a_reviewer, an_applicant, in_review, online_city, row

pytestmark = pytest.mark.usefixtures("db", "redis_db", "settings_env", "city")
BY = Actor.staff(1)
PRICE = Price("103001", "示例市公安局", "103042", "证照工本费", 2000)


@pytest.fixture
async def city(db: None) -> None:
    await online_city()


async def test_the_bill_comes_with_the_case_and_once() -> None:
    await item_fees.change(slug=SLUG, price=PRICE, by=BY)
    citizen, me = await an_applicant()
    reviewer = await a_reviewer()
    code = await in_review(me, reviewer)
    numbers = {await review.accept(code=code, within=CITY, by=reviewer) for _ in range(2)}
    (bill,) = await Bill.all()
    assert (bill.total_fen, bill.reference, bill.citizen_id) == (2000, *numbers, citizen.id)


async def test_free_on_a_ground_that_is_kept() -> None:
    await item_fees.change(slug=SLUG, price=PRICE, by=BY)
    _, me = await an_applicant()
    reviewer = await a_reviewer()
    code = await in_review(me, reviewer)
    with pytest.raises(FeeReasonNeeded):
        await review.accept(code=code, within=CITY, by=reviewer, free_why="免")
    assert (await row(code)).state == "reviewing"
    await review.accept(code=code, within=CITY, by=reviewer, free_why="首次申领，依文件免收")
    assert await Bill.all().count() == 0
    assert (await AuditRow.get(action="filing.accepted")).reason == "首次申领，依文件免收"


async def test_an_item_that_costs_nothing_has_no_bill() -> None:
    await item_fees.change(slug=SLUG, price=PRICE, by=BY)
    await item_fees.change(slug=SLUG, price=None, by=BY)
    _, me = await an_applicant()
    reviewer = await a_reviewer()
    await review.accept(code=await in_review(me, reviewer), within=CITY, by=reviewer)
    assert await Bill.all().count() == 0


async def test_every_fault_of_a_price_is_named() -> None:
    with pytest.raises(ItemFeeInvalid) as refused:
        await item_fees.change(slug=SLUG, price=Price("一", "", "二", "", 0), by=BY)
    assert len(refused.value.detail) == 3
    with pytest.raises(ItemNotFound):
        await item_fees.change(slug="nothing", price=PRICE, by=BY)
