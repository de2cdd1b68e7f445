"""咨询 投诉 建议: asked with a number to look it up by, answered by a day, asked about once more, marked.

The asker is who is signed in, or who knows the number and the last four digits of the phone (`consultation_lookup`).
Every verb locks the consultation's row first; filing locks the asker before it looks for the same words.
"""

import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from cases import paper_folders
from catalogue import halls, items
from feedback import routing
from feedback.consultation_errors import (
    AskedAgainAlready,
    ConsultationNotFound,
    KindUnknown,
    MarkedAlready,
    NotInThisState,
    PhoneInvalid,
    QuestionInvalid,
    RepeatedIdentical,
)
from feedback.consultation_events import ConsultationAsked
from feedback.consultation_models import Consultation, ConsultationEntry
from feedback.errors import LevelUnknown
from feedback.levels import LEVELS
from foundation import audit, clock, crypto, database, ratelimit, settings
from foundation.actor import Actor
from foundation.events import tell
from foundation.workdays import WorkCalendar
from identity import access
from identity.idnumber import masked

PER_ASKER, PER_ADDRESS = (10, 86400), (30, 86400)
REPEATED_WITHIN = timedelta(days=30)
CODE_LENGTH = 10
FACTOR = "consultation_factor"
FOLDER = "consultation"
VISITOR = Actor.channel("visitor")
STATES = {
    "open": "办理中",
    "drafted": "办理中",
    "answered": "已答复",
    "refused": "不予受理",
    "pointed": "已指引到其他渠道",
    "withdrawn": "已撤回",
}
_ID_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9A-Za-z])|(?<![0-9])[0-9]{15}(?![0-9])")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What somebody asks, as they typed it."""

    kind: str
    title: str
    text: str
    hall_code: str = ""
    item_code: str = ""
    phone: str = ""
    may_publish: bool = False


@dataclass(frozen=True, kw_only=True)
class About:
    """The hall and the item that are asked about; empty where none is."""

    hall_path: str = ""
    hall_name: str = ""
    item_code: str = ""
    item_name: str = ""


NOWHERE = About()


async def file(*, question: Question, address: str, by: Actor | None) -> Consultation:
    """登记: it gets a number, a desk and a day. Visitors leave a phone, by whose last four digits they look it up.

    Raises KindUnknown, QuestionInvalid, PhoneInvalid, HallNotFound, ItemNotFound, RepeatedIdentical with the number of
    the earlier one, TooManyRequests.
    """
    title, text = _checked(question)
    phone = await _phone(question.phone, by)
    asker = crypto.fingerprint(str(by) if by else f"phone:{phone}", purpose="consultation_asker")
    await ratelimit.check(("consult-asker", asker, *PER_ASKER), ("consult-ip", address, *PER_ADDRESS))
    about = await _about(question)
    words = crypto.fingerprint(canonical(f"{question.kind}{title}{text}"), purpose="consultation_words")
    async with database.transaction():
        await _one_at_a_time(asker)
        await _must_be_new(asker, words)
        one = await keep(
            kind=question.kind,
            title=title,
            citizen_id=by.number if by else None,
            about=about,
            phone=phone,
            asker_fingerprint=asker,
            text_fingerprint=words,
            may_publish=question.may_publish,
        )
        await say(one, "asked", text, by or VISITOR)
        await audit.record("consultation.asked", subject=subject(one), by=by or VISITOR)
    return one


async def keep(
    *,
    kind: str,
    title: str,
    citizen_id: int | None,
    about: About = NOWHERE,
    phone: str = "",
    due_on: date | None = None,
    **known: Any,
) -> Consultation:
    """One more row, with the desk it belongs to and its day; tells of it. Raises NotInTransaction."""
    calendar, code = await WorkCalendar.current(), crypto.random_code(CODE_LENGTH)
    desk = await routing.desk_for(
        kind=kind, hall_path=about.hall_path, hall_name=about.hall_name, item_code=about.item_code
    )
    values: dict[str, Any] = {**asdict(about), **known}
    if citizen_id is not None:
        values["folder"] = await paper_folders.open_for(kind=FOLDER, code=code, citizen_id=citizen_id)
    if phone:
        values |= {"phone_sealed": crypto.seal(phone), "factor_fingerprint": factor(code, phone[-4:])}
    one = await Consultation.create(
        code=code,
        kind=kind,
        title=title,
        citizen_id=citizen_id,
        department=desk.department,
        desk_path=desk.path,
        calendar=calendar.version,
        asked_at=clock.now(),
        due_on=due_on or answered_by(calendar),
        **values,
    )
    await tell(ConsultationAsked(consultation_id=one.id, citizen_id=citizen_id))
    return one


async def withdraw(*, one: Consultation, by: Actor) -> None:
    """The asker needs no answer any more. Raises NotInThisState."""
    async with database.transaction():
        held = await locked(one.id, "open", "drafted")
        await end(held, "withdrawn")
        await say(held, "withdrawn", "提交人撤回了这件诉求。", by)
        await audit.record("consultation.withdrawn", subject=subject(held), by=by)


async def ask_again(*, one: Consultation, text: str, by: Actor) -> None:
    """追问: once, after an answer; it waits for another one within as many working days again.

    Raises QuestionInvalid, AskedAgainAlready, NotInThisState.
    """
    if not 2 <= len(text.strip()) <= 2000:
        raise QuestionInvalid
    async with database.transaction():
        held = await locked(one.id, "answered")
        if held.asked_again:
            raise AskedAgainAlready
        await reopen(held, asked_again=True)
        await say(held, "again", without_numbers(text), by)
        await audit.record("consultation.asked_again", subject=subject(held), by=by)


async def rate(*, one: Consultation, level: int, by: Actor) -> None:
    """What the asker thinks of the answer, once. Raises LevelUnknown, NotInThisState, MarkedAlready."""
    if level not in LEVELS:
        raise LevelUnknown
    async with database.transaction():
        held = await locked(one.id, "answered")
        if held.mark is not None:
            raise MarkedAlready
        await Consultation.filter(id=held.id).update(mark=level)
        await audit.record("consultation.marked", subject=subject(held), by=by, detail={"level": level})


async def reopen(held: Consultation, **changed: object) -> None:
    """Open again, with as many working days as at first. The row is locked."""
    due = answered_by(await WorkCalendar.current())
    await Consultation.filter(id=held.id).update(
        state="open", due_on=due, reminded=False, escalated=False, drafted_by_id=None, **changed
    )
    await paper_folders.reopen(held.folder_id)  # type: ignore[attr-defined]


async def end(held: Consultation, state: str, **changed: object) -> None:
    """Nothing more is to be done, or added, until it is opened again. The row is locked."""
    await Consultation.filter(id=held.id).update(state=state, drafted_by_id=None, **changed)
    await paper_folders.close(held.folder_id)  # type: ignore[attr-defined]


async def locked(consultation_id: int, *states: str) -> Consultation:
    """Read under its lock, in one of `states`. Raises ConsultationNotFound, NotInThisState, NotInTransaction."""
    database.joined()
    held = await Consultation.select_for_update().get_or_none(id=consultation_id)
    if held is None:
        raise ConsultationNotFound
    if held.state not in states:
        raise NotInThisState
    return held


async def say(
    one: Consultation, kind: str, text: str, by: Actor, cites: list[dict[str, object]] | None = None
) -> ConsultationEntry:
    return await ConsultationEntry.create(
        consultation=one, kind=kind, text=text.strip(), cites=cites or [], by=str(by), at=clock.now()
    )


def answered_by(calendar: WorkCalendar) -> date:
    """The working day by which what is asked today is answered."""
    return calendar.add_workdays(clock.today(), settings.current().feedback.answer_workdays)


def factor(code: str, last_four: str) -> str:
    return crypto.fingerprint(f"{code}|{last_four}", purpose=FACTOR)


def subject(one: Consultation) -> str:
    return f"consultation:{one.id}"


def canonical(text: str) -> str:
    """The words alone: width, case, spaces and marks make no other question of it."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(one for one in plain if one.isalnum())


def without_numbers(text: str) -> str:
    """Numbers of identity documents are not kept; nobody needs them to answer."""
    return _ID_NUMBER.sub(lambda found: masked(found.group()), text.strip())


def _checked(question: Question) -> tuple[str, str]:
    if question.kind not in routing.KINDS:
        raise KindUnknown
    title, text = without_numbers(question.title), without_numbers(question.text)
    if not 2 <= len(title) <= 80 or not 5 <= len(text) <= 2000:
        raise QuestionInvalid
    return title, text


async def _phone(typed: str, by: Actor | None) -> str:
    """As typed, or the one a citizen signed in with. Raises PhoneInvalid."""
    phone = unicodedata.normalize("NFKC", typed).strip()
    if not phone and by is not None:
        return (await access.profile(by.number, seen_by=by)).phone
    if not re.fullmatch(r"1[0-9]{10}", phone):
        raise PhoneInvalid
    return phone


async def _about(question: Question) -> About:
    hall = await halls.find(question.hall_code) if question.hall_code else None
    item = await items.find(question.item_code) if question.item_code else None
    return About(
        hall_path=hall.path if hall else "",
        hall_name=hall.name if hall else "",
        item_code=item.item_code if item else "",
        item_name=item.name if item else "",
    )


async def _one_at_a_time(asker: str) -> None:
    """One asker files one after another, so that the same words at the same moment are seen to be the same."""
    await database.joined().execute("select pg_advisory_xact_lock(hashtextextended($1, 29))", asker)


async def _must_be_new(asker: str, words: str) -> None:
    code = await database.fetchval(
        """select code from consultation where asker_fingerprint = $1 and text_fingerprint = $2 and asked_at > $3
              and state not in ('withdrawn', 'pointed') order by id desc limit 1""",
        asker, words, clock.now() - REPEATED_WITHIN,
    )  # fmt: skip
    if code is not None:
        raise RepeatedIdentical(detail={"code": code})
