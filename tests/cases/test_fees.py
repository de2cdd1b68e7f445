"""A case that costs something: its bill comes and goes with it."""

import pytest

from cases import intake
from cases.fees import ROOM, Fee
from cases.models import Case
from cases.timeline import Kind
from foundation import clock
from identity.idnumber import Identity
from payments import bills
from payments.errors import TotalDoesNotAddUp
from payments.models import Bill
from tests.builders import cases
from tests.builders import identity as people

pytestmark = pytest.mark.usefixtures("db")

FEE = Fee(
    exec_unit_code="103",
    exec_unit_name="公安局",
    items=(bills.PushedItem(exec_item_code="103042", exec_item_name="证照工本费", amount_fen=2000),),
)


async def test_the_fee_is_owed_with_the_registration_and_once():
    applicant = Identity.of("id_card", people.id_number())
    citizen = await people.citizen(number=applicant.number)
    case = await cases.a_case(Kind.RECEIVED, Kind.ACCEPTED, applicant=applicant, fee=FEE)
    (bill,) = await Bill.all()
    assert (bill.notice_no, bill.reference, bill.source) == (case.case_no, case.case_no, f"fee:{ROOM}")
    assert (bill.total_fen, bill.title, bill.citizen_id) == (2000, "社会保障卡申领", citizen.id)
    assert (await bills.one_for(pay_code=bill.pay_code, citizen_id=citizen.id)).id == bill.id


@pytest.mark.parametrize("end", [Kind.REFUSED, Kind.WITHDRAWN])
async def test_nothing_is_owed_when_nothing_comes_of_the_case(end: Kind):
    await cases.a_case(Kind.RECEIVED, end, fee=FEE)
    assert (await Bill.get()).state == "withdrawn"


async def test_what_was_paid_stays_paid_and_a_case_without_a_fee_has_no_bill():
    case = await cases.a_case(fee=FEE)
    await Bill.filter(reference=case.case_no).update(state="settled", settled_at=clock.now())
    await cases.push(case.case_no, Kind.REFUSED, at=clock.now())
    assert (await Bill.get()).state == "settled"
    await cases.a_case(Kind.RECEIVED, Kind.REFUSED)
    assert await Bill.all().count() == 1


async def test_a_fee_of_nothing_is_refused_and_leaves_no_case():
    free = Fee(exec_unit_code="103", exec_unit_name="公安局", items=())
    event = cases.pushed(cases.case_number(), registration=cases.registration(fee=free))
    with pytest.raises(TotalDoesNotAddUp):
        await intake.append(event=event, by=cases.BUREAU)
    assert not await Case.exists()
