"""What happens to somebody in the course of years, so that every screen of theirs has something to tell."""

from datetime import timedelta

from appointments import booking, closure, closure_work, rebooking, waitlist
from cases import supplements
from cases.paper_owners import Owner
from cases.pushed import Missing
from cases.timeline import Kind
from feedback import public_answers, ratings
from foundation import clock
from foundation.actor import Actor
from identity.idnumber import Identity
from identity.models import Citizen
from tests.builders import appointments, cases, closures, opinions, people
from tests.builders.filing import upload
from tests.builders.organisations import an_agent, an_organisation
from tests.builders.rules import NO_SHOWS, a_rule, no_shows
from tests.journeys.walkers import eventually

PAPER = "无房证明或者住房租赁合同登记备案证明（加盖公章的复印件）"


async def booked_and_waited(me: Actor, *, name: str) -> list[str]:
    """候补 in line and with an offer, a booking whose hall closes, family, and a block that can be appealed."""
    held, holder, offered = await waited_for(me)
    await booking.cancel(code=held.code, by=holder)
    *_, waiting = await waited_for(me)
    of = await appointments.a_type()
    (closing, *_), _ = await closures.morning(of, days=2), await closures.morning(of, days=3)
    mine = await booking.reserve(slot_id=closing.id, by=me, key="mine")
    shut = await closure.announce(span=closures.whole_day(of), reason="台风登陆，全市停课停工", by=closures.STAFF)
    await closure_work.work_through(closure_id=shut.id)
    offer = await eventually(lambda: rebooking.after(mine.id))  # a worker may be at it as well
    await people.on_the_list(me, name=name)
    await people.a_child(me)
    await people.a_principal(me, name=name)
    await a_rule(**NO_SHOWS)
    await no_shows(me)
    return [
        "waits", f"waiting/{offered}", f"waiting/{waiting}", f"rebook/{offer.code}", "bookings", "credit", "family",
        "wards",
    ]  # fmt: skip


async def waited_for(me: Actor) -> tuple[booking.Booking, Actor, str]:
    """The only place of a slot, who holds it, and the code of who waits for it."""
    (slot,) = await appointments.slots_of_one_day(1, of=await appointments.a_type())
    held, holder, _ = await appointments.a_held_place(slot=slot)
    return held, holder, (await waitlist.join(slot_id=slot.id, by=me)).code


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


async def founded(legal: Citizen, *, name: str, agent: str) -> list[str]:
    """An organisation with an agent."""
    organisation = await an_organisation(legal, name=name)
    await an_agent(organisation, name=agent)
    return [f"organisation/{organisation.id}", "organisations"]
