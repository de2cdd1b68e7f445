"""Marks, rectifications and consultations, and the people and moments they need."""

from datetime import date, datetime
from itertools import count
from typing import Any

from cases.timeline import Kind
from feedback import answering, consultations, ratings
from feedback.consultation_models import Consultation
from feedback.consultations import Question
from feedback.models import Rating, Rectification
from foundation import clock
from foundation.actor import Actor
from identity.idnumber import Identity
from identity.models import Staff, StaffRole
from tests.builders import identity as people
from tests.builders.cases import a_case

ADDRESS = "203.0.113.9"
PHONE = "13900001234"
_numbers = count(1)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=clock.SHANGHAI)


async def staff(*roles: tuple[str, str], name: str = "王五") -> Actor:
    """A colleague who never signs in: without a password, whose hashing takes longer than most tests."""
    made = await Staff.create(username=f"desk{next(_numbers)}", display_name=name, password_hash="none")
    for role, path in roles or (("agent", ""),):
        await StaffRole.create(staff=made, role=role, hall_path=path)
    return Actor.staff(made.id)


async def a_closed_case(*kinds: Kind, name: str = "张三", **registered: Any) -> tuple[Actor, str]:
    """A citizen and the number of their case, closed unless told otherwise."""
    applicant = Identity.of("id_card", people.id_number())
    citizen = await people.citizen(number=applicant.number, name=name, phone=PHONE)
    case = await a_case(*(kinds or (Kind.ACCEPTED, Kind.CLOSED)), applicant=applicant, **registered)
    return Actor.citizen(citizen.id), case.case_no


async def a_mark(level: int = 1, *, text: str = "排队两小时", **registered: Any) -> tuple[Rating, Actor, str]:
    """A closed case that was rated: the rating, who rated, its number."""
    by, number = await a_closed_case(**registered)
    return await ratings.rate(kind="case", number=number, level=level, text=text, by=by), by, number


async def a_bad_mark(**other: Any) -> tuple[Rectification, Actor]:
    """What a bad mark opened, and who gave it."""
    rating, by, _ = await a_mark(**other)
    return await Rectification.get(rating=rating), by


def a_question(**other: Any) -> Question:
    given: dict[str, Any] = {
        "kind": "question",
        "title": "居住证续签要带什么",
        "text": "我的居住证快到期了，续签要带哪些材料？",
        "may_publish": True,
        **other,
    }
    return Question(**given)


async def asked(*, by: Actor | None = None, **other: Any) -> Consultation:
    """A question on file; of a visitor with PHONE unless `by` whom."""
    phone, address = other.pop("phone", "" if by else PHONE), other.pop("address", ADDRESS)
    return await consultations.file(question=a_question(phone=phone, **other), address=address, by=by)


async def answered(one: Consultation, *, by: Actor, text: str = "请带身份证和居住地址证明到窗口办理。") -> Consultation:
    await answering.claim(consultation_id=one.id, by=by)
    await answering.answer(consultation_id=one.id, text=text, by=by)
    return await Consultation.get(id=one.id)


async def a_citizen(*, name: str = "张三") -> Actor:
    return Actor.citizen((await people.citizen(name=name, phone=PHONE)).id)
