"""容缺后补 and the result: promised, owed, brought, reminded; closed with papers, fetched or sent."""

from datetime import timedelta

import pytest

from cases import delivering, delivery_tracking, filing_views, following, lookup, papers, results
from cases.delivering import Address, Choice
from cases.filing_errors import (
    DeliveryFault,
    DeliveryNotFound,
    DeliveryNotOffered,
    DeliveryUnderway,
    FilingClosed,
    NoResultYet,
    OwedNotFound,
    PaperKindRefused,
    PaperNotFound,
    TrackingTaken,
)
from cases.filing_models import Delivery, OwedPaper
from cases.paper_owners import Owner
from cases.results import File
from foundation import clock, database
from foundation.actor import Actor
from tests.builders.filing import (
    BOOKLET,
    CITY,
    HALL,
    OLD_CARD,
    PDF,
    REPORT,
    a_draft,
    a_reviewer,
    accepted,
    an_applicant,
    online_city,
    upload,
)

pytestmark = pytest.mark.usefixtures("db", "redis_db")
HOME = Address(recipient="李四", phone="13800000002", address="示例市东岸区示范路 8 号 3 单元 502")
COURIER = Actor.channel("courier:post")


@pytest.fixture(autouse=True)
async def _city(db: None) -> None:
    await online_city()


async def told(kind: str) -> int:
    asked = "select count(*) from procrastinate_jobs where args->>'kind' = $1"
    return int(await database.fetchval(asked, kind))


async def test_what_was_promised_is_owed_reminded_of_and_brought() -> None:
    _, me = await an_applicant()
    code, _ = await accepted(me, await a_reviewer(), materials=(OLD_CARD, BOOKLET))
    owed = (await filing_views.one_of_mine(code=code, by=me)).owed
    assert [(one.material, one.state) for one in owed] == [(REPORT, "owed")]
    with pytest.raises(OwedNotFound):
        await following.bring(code=code, material=REPORT, by=me)
    with pytest.raises(FilingClosed):
        await upload(Owner("filing", code), me, material=OLD_CARD)
    due = owed[0].due_on
    for days, times in ((-4, 0), (-2, 1), (-1, 1), (1, 2), (2, 2)):
        with clock.shifted(due - clock.today() + timedelta(days=days)):
            await following.remind()
            assert await told("PaperOwedSoon") == times
    with clock.shifted(due - clock.today() + timedelta(days=1)):
        assert (await following.of(code))[0].state == "overdue"
        paper = await upload(Owner("filing", code), me, material=REPORT)
        assert paper.late
        for _ in range(2):
            await following.bring(code=code, material=REPORT, by=me)
        await following.remind()
    assert (await OwedPaper.get()).received_at is not None
    assert await told("PaperOwedSoon") == 2


async def test_where_the_result_goes_is_chosen_and_sealed() -> None:
    _, me = await an_applicant()
    code = await a_draft(me)
    await delivering.choose_for_filing(code=code, choice=Choice(way="pick_up", hall_code=HALL), by=me)
    await delivering.choose_for_filing(code=code, choice=Choice(way="courier", address=HOME), by=me)
    view = (await filing_views.one_of_mine(code=code, by=me)).delivery
    assert view is not None
    assert (view.way, view.recipient, view.phone, view.address) == ("courier", "李*", "138****0002", HOME.address)
    sealed = (await Delivery.get()).address_sealed
    assert not [one for one in (HOME.recipient, HOME.phone, HOME.address) if one in sealed]
    wrong = Address(recipient="李", phone="1", address="家")
    with pytest.raises(DeliveryFault) as caught:
        await delivering.choose_for_filing(code=code, choice=Choice(way="courier", address=wrong), by=me)
    assert [one["field"] for one in caught.value.detail] == ["recipient", "phone", "address"]
    with pytest.raises(DeliveryFault):
        await delivering.choose_for_filing(code=code, choice=Choice(way="pick_up", hall_code="9902"), by=me)
    with pytest.raises(DeliveryNotOffered):
        await delivering.choose_for_filing(code=code, choice=Choice(way="drone"), by=me)


async def test_made_sent_tracked_and_arrived() -> None:
    _, me = await an_applicant()
    reviewer = await a_reviewer()
    code, case_no = await accepted(me, reviewer)
    await delivering.choose_for_case(case_no=case_no, choice=Choice(way="courier", address=HOME), by=me)
    with pytest.raises(NoResultYet):
        await delivery_tracking.send(case_no=case_no, carrier="示例速递", tracking_no="SF100001", by=reviewer)
    with pytest.raises(NoResultYet):
        await results.close(code=code, note=" ", within=CITY, by=reviewer)
    with pytest.raises(PaperKindRefused):
        await results.add(code=code, file=File("证.exe", b"MZ"), within=CITY, by=reviewer)
    paper = await results.add(code=code, file=File("居民身份证.pdf", PDF), within=CITY, by=reviewer)
    assert (await results.add(code=code, file=File("又一次.pdf", PDF), within=CITY, by=reviewer)).code == paper.code
    for _ in range(2):
        await results.close(code=code, note="", within=CITY, by=reviewer)
    assert (await lookup.one_of_mine(case_no=case_no, citizen_id=me.number)).stage == "closed"
    with pytest.raises(DeliveryUnderway):
        await delivering.choose_for_case(case_no=case_no, choice=Choice(way="pick_up", hall_code=HALL), by=me)
    for _ in range(2):
        await delivery_tracking.send(case_no=case_no, carrier="示例速递", tracking_no="sf100001", by=reviewer)

    track = {"carrier": "示例速递", "tracking_no": "SF100001", "by": COURIER}
    later = clock.now() + timedelta(hours=2)
    arrived = {"state": "delivered", "at": later, "note": "本人签收"}
    assert await delivery_tracking.track(**track, **arrived) == "moved"  # type: ignore[arg-type]
    assert await delivery_tracking.track(**track, **arrived) == "repeated"  # type: ignore[arg-type]
    early = {"state": "sent", "at": clock.now() + timedelta(hours=1), "note": "到达示例市"}
    assert await delivery_tracking.track(**track, **early) == "noted"  # type: ignore[arg-type]
    view = await delivery_tracking.of_case(case_no)
    assert view is not None
    assert (view.state, [one.note for one in view.steps][-2:]) == ("delivered", ["到达示例市", "本人签收"])
    assert await told("DeliveryMoved") == 3
    with pytest.raises(DeliveryNotFound):
        await delivery_tracking.track(carrier="示例速递", tracking_no="SF999999", by=COURIER, **arrived)  # type: ignore[arg-type]

    assert (await papers.read(code=paper.code, by=me))[1] == PDF
    _, other = await an_applicant()
    with pytest.raises(PaperNotFound):
        await papers.read(code=paper.code, by=other)
    with pytest.raises(PaperNotFound):
        await papers.withdraw(code=paper.code, by=me)


async def test_fetched_at_the_hall_unless_something_else_was_chosen() -> None:
    _, me = await an_applicant()
    reviewer = await a_reviewer()
    code, case_no = await accepted(me, reviewer)
    await results.close(code=code, note="请到 1 号窗口领取", within=CITY, by=reviewer)
    with pytest.raises(DeliveryNotFound):
        await delivery_tracking.send(case_no=case_no, carrier="示例速递", tracking_no="SF100001", by=reviewer)
    for _ in range(2):
        await delivery_tracking.hand_over(case_no=case_no, by=reviewer)
    assert (await Delivery.get()).state == "delivered"


async def test_one_tracking_number_is_one_parcel() -> None:
    reviewer = await a_reviewer()
    numbers = []
    for _ in range(2):
        _, me = await an_applicant()
        code, case_no = await accepted(me, reviewer)
        await delivering.choose_for_case(case_no=case_no, choice=Choice(way="courier", address=HOME), by=me)
        await results.close(code=code, note="已制证", within=CITY, by=reviewer)
        numbers.append(case_no)
    await delivery_tracking.send(case_no=numbers[0], carrier="示例速递", tracking_no="SF100001", by=reviewer)
    with pytest.raises(TrackingTaken):
        await delivery_tracking.send(case_no=numbers[1], carrier="示例速递", tracking_no="SF100001", by=reviewer)
