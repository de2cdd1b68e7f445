"""What departments push: events of cases. Every row is answered for itself; bills are in `department_bills`."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from api.callers import DEPARTMENT
from api.department_rows import FeeIn, Person, PushResult, RowResult, refused, result
from cases import intake
from cases.fees import Fee
from cases.timeline import Kind
from foundation.actor import Actor
from foundation.errors import Refusal
from foundation.web import Asked, Routes
from identity.idnumber import Identity

routes = Routes("部门推送", tag="departments")

Days = Annotated[int, Meta(ge=0, le=3650, examples=[20])]
BATCH = 1000
BATCH_BYTES = 2_000_000


class CaseRegistration(Asked):
    """登记赋码：首次推送须附带."""

    item_code: Annotated[str, Meta(min_length=1, max_length=40, examples=["11990100DEMA0001133990100004000"])]
    item_name: Annotated[str, Meta(min_length=1, max_length=120, examples=["居民身份证换领"])]
    department_name: Annotated[str, Meta(min_length=1, max_length=60, examples=["公安局"])]
    applicant: Person
    legal_days: Days | None = None
    promised_days: Days | None = None
    fee: FeeIn | None = None


class CaseEventIn(Asked):
    """办件事件."""

    event_id: Annotated[str, Meta(min_length=1, max_length=80, examples=["ev-0001"])]
    case_no: Annotated[str, Meta(min_length=4, max_length=60, examples=["350700202611210001"])]
    kind: Kind
    happened_at: Annotated[datetime, Meta(tz=True, examples=["2026-11-20T09:30:00+08:00"])]
    note: Annotated[str, Meta(max_length=400)] = ""
    case: CaseRegistration | None = None


class CaseEvents(Asked):
    events: Annotated[list[CaseEventIn], Meta(min_length=1, max_length=BATCH)]


@routes.post(
    "/departments/v1/cases/events", access=DEPARTMENT, summary="推送办件事件", tag="departments", at_most=BATCH_BYTES
)
async def push_case_events(body: CaseEvents, who: Actor) -> PushResult:
    """事件可乱序、可重复推送；相同 event_id 只记一次。每行单独返回结果。"""
    rows: list[RowResult] = []
    for event in body.events:
        try:
            outcome = await intake.append(event=_pushed(event), by=who)
            rows.append(RowResult(event.event_id, outcome))
        except Refusal as refusal:
            rows.append(refused(event.event_id, refusal))
    return result(rows)


def _pushed(event: CaseEventIn) -> intake.PushedEvent:
    given = event.case
    return intake.PushedEvent(
        event_id=event.event_id,
        case_no=event.case_no,
        kind=event.kind,
        happened_at=event.happened_at,
        note=event.note,
        registration=None
        if given is None
        else intake.Registration(
            item_code=given.item_code,
            item_name=given.item_name,
            department_name=given.department_name,
            applicant_name=given.applicant.name,
            applicant=Identity.of(given.applicant.id_type, given.applicant.id_number),
            legal_days=given.legal_days,
            promised_days=given.promised_days,
            fee=_fee(given.fee),
        ),
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
