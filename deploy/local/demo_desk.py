"""What waits on the desks of the demo city: cases and applications in every state, questions, opinions; some late.

All of it goes through the verbs of the rooms, in the order in which it happens in life; what is some days old is told
with the clock set back. The people are fictional and none of those who sign in.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from appointments import release
from cases import filing, intake, item_fees, papers, pledge, review
from cases.filing_models import Filing
from cases.item_fees import Price
from cases.models import Case
from cases.paper_owners import ATTACHED, Owner
from cases.papers import Announced
from cases.review import Missing
from cases.timeline import Kind
from catalogue import items
from feedback import answering, consultations, moderation, ratings, rectifying
from feedback.consultation_models import Consultation
from feedback.models import Rectification
from foundation import clock
from foundation.actor import Actor
from foundation.paper import A4, Page
from foundation.workdays import WorkCalendar
from identity import realname
from identity.idnumber import Identity
from identity.models import Staff

BY, DEPARTMENT = Actor.system("demo"), Actor.department("demo-hall")
HALL, WITHIN = "9901", ("9901/",)
SLUG, CARD = "no-crime-record", "居民身份证"
PEOPLE = {"孙七": "110105198808171013", "周八": "110105197503032026", "吴九": "110105199206103034"}
ANSWERS = {"purpose": "入职", "user": "示例科技有限公司", "copies": "1", "phone": "13800000009"}
PRICE = Price("103001", "示例市公安局", "103099", "证明工本费（演示）", 500)


@dataclass(frozen=True)
class DeskCase:
    """`left`: working days to its promised day, negative when that is past; None for one that is over."""

    case_no: str
    person: str
    slug: str
    left: int | None
    mark: int = 0
    words: str = ""
    tags: tuple[str, ...] = field(default=())


CASES = (
    DeskCase("990100202611000108", "孙七", "residence-permit", left=-4),
    DeskCase("990100202611000116", "周八", "fund-rent", left=-1),
    DeskCase("990100202611000124", "吴九", "residence-permit", left=1),
    DeskCase("990100202611000132", "孙七", "fund-rent", left=None, mark=5, words="窗口讲得很清楚，当天就办好了。"),
    DeskCase("990100202611000140", "周八", "residence-permit", left=None, mark=2, words="来回跑了两趟才说缺材料。"),
)


async def load() -> None:
    """Everything, where it is missing."""
    whose = {name: await _citizen(name) for name in PEOPLE}
    window = await _staff("window")
    for one in CASES:
        await _case(one, whose[one.person])
    await item_fees.change(slug=SLUG, price=PRICE, by=BY)
    await _applications(whose, window)
    await _questions(whose)


async def _citizen(name: str) -> Actor:
    async def agrees(**_: object) -> bool:
        return True

    found = await realname.person(name=name, id_type="id_card", number=PEOPLE[name], by=BY, ask=agrees)
    return Actor.citizen(found)


async def _staff(username: str) -> Actor:
    return Actor.staff((await Staff.get(username=username)).id)


async def _case(one: DeskCase, who: Actor) -> None:
    if await Case.exists(case_no=one.case_no):
        return
    calendar, card = await WorkCalendar.current(), await items.find(one.slug)
    days = card.promised_days or 10
    since = release.workdays_before(calendar, clock.today(), days - one.left if one.left is not None else 3)
    about = intake.Registration(
        item_code=card.item_code, item_name=card.name, department_name=card.department, applicant_name=one.person,
        applicant=Identity.of("id_card", PEOPLE[one.person]), legal_days=20, promised_days=days, hall_path="9901/",
    )  # fmt: skip
    kinds = [Kind.RECEIVED, Kind.ACCEPTED] + ([] if one.left is not None else [Kind.REVIEWED, Kind.CLOSED])
    for number, kind in enumerate(kinds):
        event = intake.PushedEvent(
            event_id=f"{one.case_no}-{number}", case_no=one.case_no, kind=kind, registration=about,
            happened_at=_at(since, 9 + number),
        )  # fmt: skip
        await intake.append(event=event, by=DEPARTMENT)
    if one.mark:
        await ratings.rate(kind="case", number=one.case_no, level=one.mark, text=one.words, by=who)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), clock.SHANGHAI)


async def _applications(whose: dict[str, Actor], window: Actor) -> None:
    """One that has just come and one that has waited too long, one sent back, one taken on, one refused, a draft."""
    if await Filing.exists(item_slug=SLUG):
        return
    with clock.shifted(-timedelta(days=9)):
        await _submitted(whose["孙七"])
    with clock.shifted(-timedelta(days=1)):
        code = await _reviewed(whose["周八"], window)
        why = "照片模糊，看不清有效期限，请重新拍摄后上传。"
        await review.send_back(code=code, missing=[Missing(material=CARD, why=why)], within=WITHIN, by=window)
        await review.accept(code=await _reviewed(whose["吴九"], window), within=WITHIN, by=window)
        code = await _reviewed(whose["吴九"], window)
        await review.refuse(code=code, reason="本月已为您开具同一用途的证明，仍在有效期内。", within=WITHIN, by=window)
    await _submitted(whose["吴九"])
    await filing.begin(slug=SLUG, hall_code=HALL, by=whose["孙七"])


async def _reviewed(by: Actor, window: Actor) -> str:
    code = await _submitted(by)
    await review.claim(code=code, within=WITHIN, by=window)
    return code


async def _submitted(by: Actor) -> str:
    code = await filing.begin(slug=SLUG, hall_code=HALL, by=by)
    await filing.save(code=code, answers=dict(ANSWERS), promised=[], hall_code="", by=by)
    await _upload(Owner("filing", code), CARD, by)
    await filing.submit(code=code, pledge_version=pledge.CURRENT, by=by)
    return code


async def _upload(owner: Owner, material: str, by: Actor) -> None:
    page = Page(title=material)
    page.centred(A4[0] / 2, 600, f"{material}（演示用，不是证件）", size=20)
    data = page.pdf()
    told = Announced(
        key=f"demo-{owner.code}", material=material, name=f"{material}.pdf", size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )  # fmt: skip
    code = (await papers.announce(owner=owner, paper=told, by=by)).code
    await papers.send_part(code=code, number=1, data=data, by=by)
    await papers.finish(code=code, by=by)


@dataclass(frozen=True)
class DeskQuestion:
    person: str
    kind: str
    title: str
    text: str
    days_ago: int = 0


QUESTIONS = (
    DeskQuestion("孙七", "question", "居住证续签要带什么", "我的居住证快到期了，续签要带哪些材料？可以网上办吗？", 10),
    DeskQuestion("周八", "proposal", "大厅门口加装坡道", "推轮椅的老人从东门进来要绕一大圈，建议在东门加一条坡道。"),
    DeskQuestion("吴九", "question", "公积金租房提取多久到账", "审核通过以后，钱大概几天能到银行卡？", 3),
    DeskQuestion("吴九", "complaint", "排队时间太长", "周一上午在综合窗口等了两个小时，希望多开窗口。", 1),
    DeskQuestion("周八", "question", "加微信领补贴", "有人让我加微信领取政府补贴，点击链接就能领，是真的吗？", 2),
)


async def _questions(whose: dict[str, Actor]) -> None:
    """Late, new with an attachment, answered, being mended, refused and appealed."""
    if await Consultation.exists(source="web"):
        return
    asked = [await _asked(one, whose[one.person]) for one in QUESTIONS]
    agent = await _staff("hotline")
    await _upload(Owner("consultation", asked[1].code), ATTACHED, whose["周八"])
    await answering.claim(consultation_id=asked[2].id, by=agent)
    await answering.answer(consultation_id=asked[2].id, text="审核通过后 3 个工作日内到账。", by=agent)
    await answering.claim(consultation_id=asked[3].id, by=agent)
    await moderation.refuse(consultation_id=asked[4].id, why="unrelated", text="没有具体的办理事项。", by=agent)
    await moderation.appeal(one=asked[4], text="我想确认这是不是骗局，请告诉我。", by=whose["周八"])
    mark = await Rectification.filter(rating__item_name__contains="居住证").first()
    if mark is not None:
        await rectifying.assign(rectification_id=mark.id, owner_id=agent.number, by=BY)


async def _asked(one: DeskQuestion, by: Actor) -> Consultation:
    question = consultations.Question(
        kind=one.kind, title=one.title, text=one.text, phone="13800000009", hall_code=HALL, may_publish=True
    )
    with clock.shifted(-timedelta(days=one.days_ago)):
        return await consultations.file(question=question, address="127.0.0.1", by=by)
