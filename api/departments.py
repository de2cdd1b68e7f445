"""What departments push: events of cases. Every row is answered for itself; bills are in `department_bills`."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from api.callers import DEPARTMENT
from api.department_rows import FeeIn, Person, PushResult, RowResult, refused, result
from cases import taking_in
from cases.fees import Fee
from cases.pushed import MOST_ITEMS, Missing, PushedEvent, Registration, key_of
from cases.timeline import PROCEDURES, RESULTS, Kind
from catalogue import halls
from foundation.actor import Actor
from foundation.errors import Refusal
from foundation.web import Asked, Routes
from identity.idnumber import Identity

routes = Routes("部门推送", tag="departments")

Days = Annotated[int, Meta(ge=0, le=3650, examples=[20])]
Procedure = Annotated[str, Meta(pattern=f"^({'|'.join(PROCEDURES)})?$", examples=["hearing"])]
Words = Annotated[str, Meta(max_length=120)]
BATCH = 1000
BATCH_BYTES = 2_000_000


class CaseRegistration(Asked):
    """登记赋码：首次推送须附带。`reference` 为本单位流水号，没有办件编号时据以赋码，重复登记得到同一编号."""

    item_code: Annotated[str, Meta(min_length=1, max_length=40, examples=["11990100DEMA0001133990100004000"])]
    item_name: Annotated[str, Meta(min_length=1, max_length=120, examples=["居民身份证换领"])]
    department_name: Annotated[str, Meta(min_length=1, max_length=60, examples=["公安局"])]
    applicant: Person
    legal_days: Days | None = None
    promised_days: Days | None = None
    reference: Annotated[str, Meta(max_length=80)] = ""
    hall_code: Annotated[str, Meta(max_length=40, description="收件大厅编码，见开放数据", examples=[""])] = ""
    fee: FeeIn | None = None


class MissingIn(Asked):
    """一项需要补正的材料：缺什么或哪里不符，怎样提交."""

    name: Annotated[str, Meta(min_length=1, max_length=120, examples=["户口簿复印件"])]
    problem: Words = ""
    how: Words = ""


class CaseEventIn(Asked):
    """办件事件。`days`：暂停、特别程序、补正的期限或延长的工作日数；`voids`：更正时要撤销的本单位事件编号."""

    event_id: Annotated[str, Meta(min_length=1, max_length=80, examples=["ev-0001"])]
    kind: Kind
    happened_at: Annotated[datetime, Meta(tz=True, examples=["2026-11-20T09:30:00+08:00"])]
    case_no: Annotated[str, Meta(pattern="^(.{4,60})?$", max_length=60, examples=["350700202611210001"])] = ""
    note: Annotated[str, Meta(max_length=400)] = ""
    days: Days | None = None
    procedure: Procedure = ""
    items: Annotated[list[MissingIn], Meta(max_length=MOST_ITEMS)] = []
    result: Annotated[str, Meta(pattern=f"^({'|'.join(RESULTS)})?$")] = ""
    voids: Annotated[str, Meta(max_length=80)] = ""
    document_no: Annotated[str, Meta(max_length=60, description="本单位的告知书编号，不填由我们编号")] = ""
    case: CaseRegistration | None = None


class CaseEvents(Asked):
    events: Annotated[list[CaseEventIn], Meta(min_length=1, max_length=BATCH)]


@routes.post(
    "/departments/v1/cases/events", access=DEPARTMENT, summary="推送办件事件", tag="departments", at_most=BATCH_BYTES
)
async def push_case_events(body: CaseEvents, who: Actor) -> PushResult:
    """事件可乱序、可重复推送；相同 event_id 只记一次。每行单独返回结果。"""
    read = [await _read(event, who) for event in body.events]
    sound = [one for one in read if isinstance(one, PushedEvent)]
    taken = iter(await taking_in.take_in(sound, by=who))
    answers = [next(taken) if isinstance(one, PushedEvent) else one for one in read]
    return result([_row(event, answer) for event, answer in zip(body.events, answers, strict=True)])


def _row(event: CaseEventIn, answer: taking_in.Answer) -> RowResult:
    if isinstance(answer, Refusal):
        return refused(event.event_id, answer)
    return RowResult(event.event_id, answer.outcome, case_no="" if event.case_no else answer.case_no)


async def _read(event: CaseEventIn, who: Actor) -> PushedEvent | Refusal:
    try:
        return PushedEvent(
            event_id=event.event_id,
            case_no=event.case_no,
            kind=event.kind,
            happened_at=event.happened_at,
            note=event.note,
            registration=await _registration(event.case) if event.case else None,
            days=event.days,
            procedure=event.procedure,
            items=tuple(Missing(one.name, one.problem, one.how) for one in event.items),
            result=event.result,
            voids=key_of(who.name, event.voids) if event.voids else "",
            document_no=event.document_no,
        )
    except Refusal as refusal:
        return refusal


async def _registration(given: CaseRegistration) -> Registration:
    return Registration(
        item_code=given.item_code,
        item_name=given.item_name,
        department_name=given.department_name,
        applicant_name=given.applicant.name,
        applicant=Identity.of(given.applicant.id_type, given.applicant.id_number),
        legal_days=given.legal_days,
        promised_days=given.promised_days,
        reference=given.reference,
        hall_path=(await halls.find(given.hall_code)).path if given.hall_code else "",
        fee=_fee(given.fee),
    )


def _fee(given: FeeIn | None) -> Fee | None:
    if given is None:
        return None
    return Fee(
        exec_unit_code=given.exec_unit_code,
        exec_unit_name=given.exec_unit_name,
        items=tuple(one.told() for one in given.items),
        expire_date=given.expire_date,
    )
