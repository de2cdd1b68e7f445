"""How many statements a personal screen sends: one where nobody else is concerned, so that nobody brings back the half
a dozen there were.

Counted, not timed. What everybody shares (the catalogue, notices) was read by the request before.
"""

from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest

from appointments import closure_news, waitlist
from cases import supplements
from cases.paper_owners import Owner
from cases.timeline import Kind
from catalogue import favourites
from feedback import ratings
from foundation.actor import Actor
from identity import exports, leaving, looks
from identity.idnumber import Identity
from identity.models import Citizen
from notifications import consents, notices, topics, wording
from payments import refund_applications, settlement
from tests.builders import draws, identity, opinions, organisations, payments, people
from tests.builders.appointments import STAFF, a_held_place, a_slot
from tests.builders.cases import a_case
from tests.builders.catalogue import small_city
from tests.builders.closures import announced
from tests.builders.doors import sign_in
from tests.builders.favourites import two_items
from tests.builders.filing import a_reviewer, accepted, an_applicant, online_city, upload
from tests.builders.messages import announce
from tests.builders.organisations import known_by_phone
from tests.builders.payments import Till
from tests.builders.receipts import issued
from tests.builders.rules import NO_SHOWS, a_rule, no_shows

ONE = 1
NOTHING_YET = {
    "/v1/waitlist", "/v1/ratings/waiting", "/v1/payments", "/v1/draw-entries", "/v1/delegations/past",
}  # fmt: skip
SHARED = (
    "select number from catalogue_edition where id = 1", closure_news.COMING, notices.ANNOUNCED, wording.LATEST
)  # fmt: skip


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements about persons that went out."""
    statements: list[str] = []
    for way in ("fetch", "fetchrow", "fetchval", "execute", "executemany"):
        monkeypatch.setattr(asyncpg.Connection, way, _overheard(getattr(asyncpg.Connection, way), statements))
    return statements


def _overheard(way: Callable[..., Any], statements: list[str]) -> Callable[..., Any]:
    async def overheard(self: asyncpg.Connection, query: str, *args: Any, **kwargs: Any) -> Any:
        if query not in SHARED:
            statements.append(query)
        return await way(self, query, *args, **kwargs)

    return overheard


async def somebody() -> tuple[dict[str, str], dict[str, int]]:
    """Who has one of everything: how they sign in, and the screens they have with the most statements of each."""
    slug, _ = await two_items()
    payer, number = await payments.a_payer()
    held, _, _ = await a_held_place(by=Actor.citizen(payer.id))
    draw, _ = await draws.a_draw()
    bill, case = await payments.a_bill(payer=number), await a_case(applicant=number)
    await announce(payer)
    await favourites.add(citizen_id=payer.id, item=slug)
    return await sign_in(payer), {
        "/v1/home": ONE,
        "/v1/bookings": ONE,
        "/v1/screens/bookings": ONE,
        f"/v1/screens/booking/{held.code}": ONE,
        "/v1/screens/progress": ONE,
        "/v1/screens/bills": ONE,
        "/v1/screens/for-whom": ONE,
        f"/v1/screens/draw/{draw.code}": ONE,
        f"/v1/bookings/{held.code}": ONE,
        "/v1/waitlist": ONE,
        f"/v1/waitlist/{await waits(payer)}": ONE,
        "/v1/bills": ONE,
        f"/v1/bills/{bill.pay_code}": ONE,
        "/v1/cases": ONE,
        f"/v1/cases/{case.case_no}": ONE,
        "/v1/me/messages": ONE,
        "/v1/me": ONE,
        "/v1/me/favourites": ONE,
        "/v1/family": ONE,
        "/v1/wards": ONE,
        "/v1/organisations": ONE,
        "/v1/delegations/past": ONE,
        "/v1/ratings/waiting": ONE,
        "/v1/payments": ONE,
        "/v1/draw-entries": ONE,
    }


async def who_has_rated() -> tuple[dict[str, str], dict[str, int]]:
    """Who has rated a case badly and may rate another: how they sign in, and the screens with the most statements."""
    payer, number = await payments.a_payer()
    rated, closed = [await a_case(Kind.ACCEPTED, Kind.CLOSED, applicant=number) for _ in range(2)]
    await ratings.rate(kind="case", number=rated.case_no, level=1, text="等太久", by=Actor.citizen(payer.id))
    return await sign_in(payer), {
        f"/v1/ratings/about?kind=case&number={closed.case_no}": ONE,
        "/v1/screens/ratings": ONE,
    }


async def who_has_paid(till: Till) -> tuple[dict[str, str], dict[str, int]]:
    """Who has paid a bill: how they sign in, and the screens they have with the most statements of each."""
    payer, number = await payments.a_payer()
    bill = await payments.a_bill(payer=number)
    order = await payments.begin(bill, payer)
    await settlement.settle(till.pay(order.out_trade_no))
    await issued(bill)
    await refund_applications.apply(bill=bill, amount_fen=500, reason="多缴了一份", by=Actor.citizen(payer.id))
    return await sign_in(payer), {
        f"/v1/bills/{bill.pay_code}/result": ONE,
        f"/v1/bills/{bill.pay_code}/receipt": ONE,
        f"/v1/bills/{bill.pay_code}/refunds": ONE,
    }


async def who_is_written_about() -> tuple[dict[str, str], dict[str, int]]:
    """Of whom much is written down: how they sign in, and the screens they have with the most statements of each."""
    await small_city()
    payer, _ = await payments.a_payer()
    me = Actor.citizen(payer.id)
    await known_by_phone(payer)
    await looks.record_access([payer.id], what=looks.Look.PROFILE, why="电话代约", by=STAFF)
    await exports.ask(citizen_id=payer.id, by=me)
    await leaving.ask(citizen_id=payer.id, by=me)
    await topics.subscribe(citizen_id=payer.id, topic="hall", code="9901")
    await consents.say(citizen_id=payer.id, platform="wechat", templates=["tpl-booking"])
    await opinions.asked(by=me)
    await a_rule(**NO_SHOWS)
    await no_shows(me)
    return await sign_in(payer), {
        "/v1/me/level": ONE,
        "/v1/me/looks": ONE,
        "/v1/me/exports": ONE,
        "/v1/me/forget": ONE,
        "/v1/me/topics": ONE,
        "/v1/me/message-preferences": ONE,
        "/v1/me/sanctions": ONE,
        "/v1/consultations": ONE,
    }


async def waits(citizen: Citizen) -> str:
    """The code of their place in a queue."""
    full = await a_slot()
    await a_held_place(slot=full)
    return (await waitlist.join(slot_id=full.id, by=Actor.citizen(citizen.id))).code


async def who_acts_for_others() -> tuple[dict[str, str], dict[str, int]]:
    """Who has a principal, another one no more, relatives, a child with a document, and an organisation."""
    legal = await organisations.a_legal_person()
    me, firm = Actor.citizen(legal.id), await organisations.an_organisation(legal)
    await organisations.an_agent(firm)
    await people.a_principal(me, scope="pay")
    await people.revoke(await people.a_principal(me))
    await people.on_the_list(me)
    await people.a_ward(me)
    return await sign_in(legal), {
        "/v1/screens/bills": ONE + 1,  # and those of the others, once it is known who they are
        "/v1/screens/for-whom": ONE,
        "/v1/family": ONE,
        "/v1/wards": ONE,
        "/v1/organisations": ONE,
        f"/v1/organisations/{firm.id}/agents": ONE,
        "/v1/delegations/past": ONE,
    }


async def an_applicant_on_line() -> tuple[dict[str, str], dict[str, int]]:
    """As `somebody`, who applied for one thing, and sent what another case waits for."""
    await online_city()
    number = identity.id_number()
    citizen, me = await an_applicant(number=number)
    code, case_no = await accepted(me, await a_reviewer())
    waiting = await a_case(Kind.RECEIVED, Kind.NOTICE_ONCE, applicant=Identity.of("id_card", number))
    begun = await supplements.begin(case_no=waiting.case_no, by=me)
    await upload(Owner("supplement", begun.code), me, material=begun.missing[0])
    await supplements.send(code=begun.code, by=me)
    return await sign_in(citizen), {
        "/v1/filings": ONE,
        f"/v1/filings/{code}": ONE,
        f"/v1/cases/{case_no}/result": ONE,
        f"/v1/cases/{waiting.case_no}/supplements": ONE,
    }


async def test_no_personal_screen_sends_more_statements_than_it_needs(bff: httpx.AsyncClient, sent: list[str]) -> None:
    await send_no_more(bff, sent, *await somebody())


async def test_nor_does_one_of_whom_one_acts_for(bff: httpx.AsyncClient, sent: list[str]) -> None:
    await send_no_more(bff, sent, *await who_acts_for_others())


async def test_nor_does_one_of_ratings(bff: httpx.AsyncClient, sent: list[str]) -> None:
    await send_no_more(bff, sent, *await who_has_rated())


async def test_nor_does_one_of_what_was_paid(bff: httpx.AsyncClient, sent: list[str], till: Till) -> None:
    await send_no_more(bff, sent, *await who_has_paid(till))


async def test_nor_does_one_of_what_is_written_about_somebody(bff: httpx.AsyncClient, sent: list[str]) -> None:
    await send_no_more(bff, sent, *await who_is_written_about())


async def test_nor_does_one_of_applications(bff: httpx.AsyncClient, sent: list[str]) -> None:
    await send_no_more(bff, sent, *await an_applicant_on_line())


async def send_no_more(bff: httpx.AsyncClient, sent: list[str], me: dict[str, str], screens: dict[str, int]) -> None:
    for address, most in screens.items():
        assert (await bff.get(address, headers=me)).status_code == 200
        sent.clear()
        answer = (await bff.get(address, headers=me)).json()
        assert answer or address in NOTHING_YET
        assert len(sent) == most, "\n".join([address, *sent])


async def test_a_rebooking_and_what_may_be_chosen_instead(bff: httpx.AsyncClient, sent: list[str]) -> None:
    shut = await announced(people=1, worked=True)
    me = await sign_in(await Citizen.get(id=shut.people[0].number))
    address = f"/v1/rebook/{(await shut.offer()).code}"
    for one in (address, f"{address}/choices"):
        await bff.get(one, headers=me)
        sent.clear()
        assert (await bff.get(one, headers=me)).json()
        assert len(sent) == ONE, "\n".join([one, *sent])
