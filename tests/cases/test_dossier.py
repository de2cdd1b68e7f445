"""Who opens a case, or what was sent for it, is on the list that its applicant reads."""

import pytest

from cases import dossier, supplement_desk, supplements
from cases.models import Case
from cases.paper_owners import Owner
from cases.timeline import Kind
from catalogue import items
from foundation.actor import Actor
from identity import looks
from identity.looks import Look
from tests.builders import cases, catalogue
from tests.builders import identity as people
from tests.builders.filing import an_applicant, upload

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def test_the_applicant_reads_who_opened_their_case_and_what_they_sent() -> None:
    number = people.id_number()
    citizen, me = await an_applicant(number=number)
    applicant = cases.Identity.of("id_card", number)
    await catalogue.small_city()
    asked = (Kind.RECEIVED, Kind.ACCEPTED, Kind.NOTICE_ONCE)
    case = await cases.a_case(*asked, applicant=applicant)
    await Case.filter(id=case.id).update(item_code=(await items.find("id-card")).item_code)  # which halls handle
    begun = await supplements.begin(case_no=case.case_no, by=me)
    await upload(Owner("supplement", begun.code), me, material="补正材料")
    await supplements.send(code=begun.code, by=me)
    clerk = Actor.staff(await people.staff(("window", "9901/"), username="clerk"))
    for _ in range(2):
        await dossier.of(case, by=clerk)
    await supplement_desk.one(code=begun.code, within=[""], by=clerk)
    await dossier.of(await cases.a_case(), by=clerk)  # another's
    seen = await looks.of(citizen.id)
    assert {one.why.split(" ")[-1] for one in seen} == {case.case_no}
    assert [(one.what, one.by) for one in seen] == [(Look.CASES, str(clerk))] * 2
    assert seen[0].roles == [("window", "9901/")]
