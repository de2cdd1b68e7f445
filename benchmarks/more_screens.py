"""The other screens of the citizens' door, asked now and then where those of `screens` are asked all day; of people
with a history. A quarter as long each, and one round less.

Three take too few requests of one person or address to be measured so: the check-in code and the place in the queue
(60 a minute), and a conversation that is gone on with (120).
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import quote

from appointments import booking, closure, closure_work, rebooking, waitlist
from benchmarks import payments as paying
from benchmarks import people, screens
from benchmarks.house import House
from benchmarks.measuring import Scale
from benchmarks.screens import Figure
from benchmarks.wire import get
from cases import filing, supplements
from cases.paper_owners import Owner
from cases.pushed import Missing
from cases.timeline import Kind
from feedback import public_answers, ratings
from foundation import clock, database
from foundation.actor import Actor
from identity import exports, looks
from identity.idnumber import Identity
from identity.models import Citizen
from identity.privacy_models import DataExport
from payments import receipts, refund_applications
from payments.models import Bill
from tests.builders import appointments, cases, closures, draws, opinions
from tests.builders import people as relatives
from tests.builders.filing import upload
from tests.builders.organisations import an_agent, an_organisation, known_by_phone
from tests.builders.rules import NO_SHOWS, a_rule, no_shows

PEOPLE = 20
AT_A_TIME = 5  # requests of a visitor, as with searches: what one takes of a limit at once serves all of them
PAPER = "近期照片"
WORDS = ("居住证", "原件", "要带什么")
_numbers = itertools.count(1)


@dataclass
class Resident:
    """Somebody signed in, and the codes of what they have."""

    me: Actor
    identity: Identity
    token: str
    codes: dict[str, str] = field(default_factory=dict)


@dataclass
class Parish:
    people: list[Resident]
    draw: str
    answer: str


_parishes: dict[int, Parish] = {}


async def parish_of(house: House) -> Parish:
    """Made once for all figures of a run."""
    if id(house) not in _parishes:
        _parishes[id(house)] = await _made(house)
    return _parishes[id(house)]


async def _made(house: House) -> Parish:
    who = people.identities(PEOPLE)
    paid = await _paid(house, who)
    tokens = await people.sign_in(list(paid))
    here = [Resident(Actor.citizen(one), *both) for one, both in zip(paid, zip(who, tokens, strict=True), strict=True)]
    for one, pay_code in zip(here, paid.values(), strict=True):
        one.codes["bill"] = pay_code
        await _applied(one)
        await _is_somebody(one)
    await _booked(here)
    found = Parish(here, await _in_a_draw(here), await _asked(here))
    await a_rule(f"benchmark-{next(_numbers)}", **NO_SHOWS)
    for one in here:  # last: whoever is barred books no more
        await no_shows(one.me)
    await database.execute("analyze")
    return found


async def _paid(house: House, who: list[Identity]) -> dict[int, str]:
    """People, each with a paid bill, its receipt, and an application to have a part of it back; ids and pay codes."""
    platform, orders = paying.Platform.read(house.keys), await paying.awaited_orders(PEOPLE, who=who)
    await house.done(house.api, [platform.notice(order) for order in orders], expect="200")
    found: dict[int, str] = {}
    for order in orders:
        bill = await Bill.get(id=order.bill_id)  # type: ignore[attr-defined]
        await receipts.follow(bill.id)
        found[order.payer_id] = bill.pay_code  # type: ignore[attr-defined]
        by = Actor.citizen(order.payer_id)  # type: ignore[attr-defined]
        await refund_applications.apply(bill=bill, amount_fen=500, reason="多缴了一份", by=by)
    await database.execute(
        """update receipt set state = 'issued', code = '99010126', number = lpad(id::text, 10, '0'),
                  check_code = 'ba12c1', issued_on = current_date, issued_at = now() where state = 'asked'"""
    )
    return found


async def _applied(one: Resident) -> None:
    """A draft, a case that misses papers of which some were sent, and a closed one that was rated."""
    one.codes["filing"] = await filing.begin(slug="fund-rent", hall_code="", by=one.me)
    asking = await cases.a_case(Kind.RECEIVED, Kind.ACCEPTED, applicant=one.identity)
    missing = (Missing(PAPER, "", ""), Missing("申请表", "", ""))
    await cases.push(asking.case_no, Kind.NOTICE_ONCE, items=missing, at=clock.now() - timedelta(minutes=1))
    supplement = await supplements.begin(case_no=asking.case_no, by=one.me)
    await upload(Owner("supplement", supplement.code), one.me, material=PAPER)
    await supplements.send(code=supplement.code, by=one.me)
    rated, closed = [await cases.a_case(Kind.ACCEPTED, Kind.CLOSED, applicant=one.identity) for _ in range(2)]
    await ratings.rate(kind="case", number=rated.case_no, level=5, text="很快", by=one.me)
    one.codes |= {"asking": asking.case_no, "closed": closed.case_no}


async def _is_somebody(one: Resident) -> None:
    """An organisation with an agent, relatives, a look into the record, and a copy of it."""
    citizen = await Citizen.get(id=one.me.number)
    await known_by_phone(citizen)
    organisation = await an_organisation(citizen, name=f"示例科技 {next(_numbers)} 有限公司")
    await an_agent(organisation)
    one.codes["organisation"] = str(organisation.id)
    await relatives.on_the_list(one.me)
    await relatives.revoke(await relatives.a_principal(one.me))
    await relatives.a_principal(one.me)
    await looks.record_access([one.me.number], what=looks.Look.PROFILE, why="电话代约", by=appointments.STAFF)
    code = await exports.ask(citizen_id=one.me.number, by=one.me)
    await exports.make((await DataExport.get(code=code)).id)


async def _booked(here: list[Resident]) -> None:
    """A booking ahead, one in a hall that closed, which is to be moved, and one place that all wait for."""
    ahead, full, of = await appointments.a_type(), await appointments.a_type(), await appointments.a_type()
    (slot,) = await appointments.slots_of_one_day(1, of=ahead, capacity=PEOPLE)
    (taken,) = await appointments.slots_of_one_day(1, of=full)
    await appointments.a_held_place(slot=taken)
    (closing, *_), _ = [await closures.morning(of, days=days, capacity=PEOPLE) for days in (2, 3)]
    moved = {}
    for one in here:
        one.codes["booking"] = (await booking.reserve(slot_id=slot.id, by=one.me, key="ahead")).code
        one.codes["wait"] = (await waitlist.join(slot_id=taken.id, by=one.me)).code
        moved[one.token] = (await booking.reserve(slot_id=closing.id, by=one.me, key="closing")).id
    shut = await closure.announce(span=closures.whole_day(of), reason="台风登陆", by=appointments.STAFF)
    await closure_work.work_through(closure_id=shut.id)
    for one in here:
        offer = await rebooking.after(moved[one.token])
        assert offer
        one.codes["rebook"] = offer.code


async def _in_a_draw(here: list[Resident]) -> str:
    one, slots = await draws.a_draw(slots=4, places=PEOPLE)
    for who in here:
        await draws.enters(one, who.me, slots[1], slots[0])
    return one.code


async def _asked(here: list[Resident]) -> str:
    """Two questions of each, one of them answered; the first answers are public. The code of one."""
    agent, code = await opinions.staff(), ""
    for nth, one in enumerate(here):
        asked = await opinions.asked(by=one.me, address=screens.VISITORS[nth])
        await opinions.asked(by=one.me, address=screens.VISITORS[nth], text="居住证什么时候能拿到？")
        answered = await opinions.answered(asked, by=agent)
        one.codes["consultation"] = answered.code
        if nth < 10:
            told = {"question": f"居住证续签要带什么？（{nth}）", "answer": "请带身份证和居住地址证明到窗口办理。"}
            code = (await public_answers.publish(consultation_id=answered.id, **told, by=agent)).code
    return code


PUBLIC: dict[str, Callable[[Parish], list[str]]] = {
    "draw": lambda parish: [f"/v1/draws/{parish.draw}"],
    "answers": lambda _: ["/v1/answers"],
    "answers_found": lambda _: [f"/v1/answers?q={quote(one)}" for one in WORDS],
    "answer": lambda parish: [f"/v1/answers/{parish.answer}"],
    "averages": lambda _: ["/v1/opinions/averages"],
    "directory": lambda _: ["/v1/intermediaries"],
    "provider": lambda _: ["/v1/intermediaries/notary-east"],
    "hot_questions": lambda _: ["/v1/ask/hot"],
    "levels": lambda _: ["/v1/ratings/levels"],
}
# What stands in braces is a code of whoever asks.
PERSONAL = {
    "rebook": "/v1/rebook/{rebook}",
    "rebook_choices": "/v1/rebook/{rebook}/choices",
    "wait": "/v1/waitlist/{wait}",
    "draws": "/v1/draw-entries",
    "draw": "/v1/screens/draw/{draw}",
    "sanctions": "/v1/me/sanctions",
    "filings": "/v1/filings",
    "filing": "/v1/filings/{filing}",
    "supplements": "/v1/cases/{asking}/supplements",
    "result": "/v1/cases/{closed}/result",
    "bill_result": "/v1/bills/{bill}/result",
    "payments": "/v1/payments",
    "receipt": "/v1/bills/{bill}/receipt",
    "refunds": "/v1/bills/{bill}/refunds",
    "rate": "/v1/ratings/about?kind=case&number={closed}",
    "ratings": "/v1/screens/ratings",
    "consultations": "/v1/consultations",
    "organisations": "/v1/organisations",
    "agents": "/v1/organisations/{organisation}/agents",
    "for_whom": "/v1/screens/for-whom",
    "past": "/v1/delegations/past",
    "level": "/v1/me/level",
    "looks": "/v1/me/looks",
    "copies": "/v1/me/exports",
    "leave": "/v1/me/forget",
    "topics": "/v1/me/topics",
    "preferences": "/v1/me/message-preferences",
    "sessions": "/v1/me/sessions",
}


def _shorter(scale: Scale) -> Scale:
    return replace(scale, rounds=max(1, scale.rounds - 1), seconds=scale.seconds / 4)


def _public(name: str, addresses: Callable[[Parish], list[str]]) -> Figure:
    async def requests(house: House) -> list[bytes]:
        told = addresses(await parish_of(house))
        some = [one for one, _ in zip(itertools.cycle(told), range(AT_A_TIME), strict=False)]
        return [get(one, address=who) for who in screens.VISITORS for one in some]

    return screens.figure(f"screen_{name}", requests, scale=_shorter)


def _personal(name: str, address: str) -> Figure:
    async def requests(house: House) -> list[bytes]:
        parish = await parish_of(house)
        told = [(address.format(draw=parish.draw, **one.codes), one.token) for one in parish.people]
        return [get(path, token=token) for path, token in told]

    return screens.figure(f"my_{name}", requests, scale=_shorter)


FIGURES = {f"screen_{name}": _public(name, one) for name, one in PUBLIC.items()} | {
    f"my_{name}": _personal(name, one) for name, one in PERSONAL.items()
}
