"""Screens that tell of a history, opened by somebody who has a long one and a long name: held to the measures of
`test_every_screen`, which sees them with little or nothing to tell.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from appointments import booking, closure, closure_work, rebooking, waitlist
from cases import supplements
from cases.paper_owners import Owner
from cases.pushed import Missing
from cases.timeline import Kind
from catalogue import favourites
from feedback import public_answers, ratings
from foundation import clock
from foundation.actor import Actor
from identity.idnumber import Identity
from identity.models import Citizen
from miniprogram_bff.app import create_app
from payments import gateway, refund_applications, settlement
from tests.browser.test_every_screen import begun
from tests.builders import appointments, cases, closures, opinions, payments, people
from tests.builders.doors import sign_in
from tests.builders.favourites import two_items
from tests.builders.filing import upload
from tests.builders.identity import id_number
from tests.builders.organisations import a_legal_person, an_agent, an_organisation
from tests.builders.payments import Till
from tests.builders.rules import NO_SHOWS, a_rule, no_shows
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]

NAME = "阿卜杜热合曼·阿卜杜克里木·买买提明江"
PAPER = "无房证明或者住房租赁合同登记备案证明（加盖公章的复印件）"


async def test_screens_with_a_long_history_are_sound(phone: "Page") -> None:
    number = id_number()
    citizen = await a_legal_person(name=NAME, number=number)
    me, headers = Actor.citizen(citizen.id), await sign_in(citizen)
    addresses = [
        *await booked_and_waited(me), *await asked(me), *await filed(me, Identity.of("id_card", number)),
        *await paid(citizen, Identity.of("id_card", number)), *await known(citizen, me),
    ]  # fmt: skip
    async with serving(create_app()) as bff:
        visit = await begun(phone, f"{bff}/h5", headers["Authorization"])
        for address in addresses:
            await visit.judges(address)
            assert await phone.get_by_role("heading", name="没有").count() == 0, address
    gateway.use({})
    assert visit.wrong == []


async def booked_and_waited(me: Actor) -> list[str]:
    """候补 in line and with an offer, a booking whose hall closes, family, and a block that can be appealed."""
    full, holder, held = await appointments.a_full_slot()
    offered = (await waitlist.join(slot_id=full.id, by=me)).code
    await booking.cancel(code=held.code, by=holder)
    other = await appointments.a_slot(of=await appointments.a_type())
    await appointments.a_held_place(slot=other)
    waiting = (await waitlist.join(slot_id=other.id, by=me)).code
    of = await appointments.a_type()
    (closing, *_), _ = await closures.morning(of, days=2), await closures.morning(of, days=3)
    mine = await booking.reserve(slot_id=closing.id, by=me, key="mine")
    shut = await closure.announce(span=closures.whole_day(of), reason="台风登陆，全市停课停工", by=closures.STAFF)
    await closure_work.work_through(closure_id=shut.id)
    offer = await rebooking.after(mine.id)
    assert offer
    await people.on_the_list(me, name=NAME)
    await people.a_child(me)
    await people.a_principal(me, name=NAME)
    await a_rule(**NO_SHOWS)
    await no_shows(me)
    return [
        "waits", f"waiting/{offered}", f"waiting/{waiting}", f"rebook/{offer.code}", "bookings", "credit", "family",
        "wards",
    ]  # fmt: skip


async def asked(me: Actor) -> list[str]:
    """An answered consultation with its public answer, and one that waits."""
    agent = await opinions.staff(name="孙丽丽")
    one = await opinions.answered(await opinions.asked(by=me, text="请问" + PAPER + "要交原件吗？"), by=agent)
    told = {"question": PAPER + "要交原件吗？", "answer": "交复印件，带原件核对。"}
    public = await public_answers.publish(consultation_id=one.id, **told, by=agent)
    await opinions.asked(by=me, title=PAPER[:20], text="什么时候能办？")
    return [f"consultation/{one.code}", "consultations", f"answer/{public.code}", "answers"]


async def filed(me: Actor, identity: Identity) -> list[str]:
    """A case that misses papers, one of which is uploaded; a closed one with its result; and one rated badly."""
    asking = await cases.a_case(Kind.RECEIVED, Kind.ACCEPTED, applicant=identity)
    listed = (Missing(PAPER, "没有加盖公章，看不清登记备案编号", "在线上传，或到窗口补交"), Missing("近期照片", "", ""))
    await cases.push(asking.case_no, Kind.NOTICE_ONCE, items=listed, at=clock.now() - timedelta(minutes=1))
    supplement = await supplements.begin(case_no=asking.case_no, by=me)
    await upload(Owner("supplement", supplement.code), me, material=PAPER)
    await supplements.send(code=supplement.code, by=me)
    closed = await cases.a_case(Kind.ACCEPTED, Kind.CLOSED, applicant=identity)
    await ratings.rate(kind="case", number=closed.case_no, level=1, text="排队两小时", by=me)
    return [
        f"case/{asking.case_no}", f"supplement/{asking.case_no}", f"supplements/{asking.case_no}",
        f"result/{closed.case_no}", "progress", "ratings",
        "averages",
    ]  # fmt: skip


async def paid(citizen: Citizen, identity: Identity) -> list[str]:
    """A bill that was paid and is asked back."""
    till = Till("wechat")
    gateway.use({"wechat": till})
    bill = await payments.a_bill(payer=identity)
    order = await payments.begin(bill, citizen)
    await settlement.settle(till.pay(order.out_trade_no))
    by = Actor.citizen(citizen.id)
    await refund_applications.apply(bill=bill, amount_fen=3000, reason="多缴了一份工本费", by=by)
    return [f"refunds/{bill.pay_code}", f"bill/{bill.pay_code}", "payments"]


async def known(citizen: Citizen, me: Actor) -> list[str]:
    """An organisation with an agent, items kept at hand, and everything on the first page and on one's own."""
    organisation = await an_organisation(citizen, name="示例市经济技术开发区阿克苏地区农产品供应链管理有限责任公司")
    await an_agent(organisation, name=NAME)
    for item in await two_items():
        await favourites.add(citizen_id=me.number, item=item)
    return [f"organisation/{organisation.id}", "organisations", "favourites", "mine", "home"]
