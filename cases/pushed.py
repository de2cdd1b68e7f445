"""What a case is told with: an event, what its registration says, and what each kind of event needs beside its kind."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cases.errors import EventFromTheFuture, EventIncomplete, EventTooOld
from cases.fees import Fee
from cases.folding import Happening
from cases.timeline import PROCEDURES, RESULTS, Kind
from foundation import clock, idempotency
from foundation.errors import Refusal
from identity.idnumber import Identity

CLOCK_TOLERANCE = timedelta(minutes=5)
OLDEST = datetime(2000, 1, 1, tzinfo=clock.SHANGHAI)
MOST_ITEMS = 20  # of one notice, which is one page


@dataclass(frozen=True, kw_only=True)
class Registration:
    """登记赋码: what a case is about and whose it is; needed with the first event that is pushed.

    `reference` is what the source itself calls the case; with it and without a number a number is given, once.
    """

    item_code: str
    item_name: str
    department_name: str
    applicant_name: str
    applicant: Identity
    legal_days: int | None = None
    promised_days: int | None = None
    fee: Fee | None = None
    reference: str = ""
    hall_path: str = ""


@dataclass(frozen=True)
class Missing:
    """A paper that is missing or not as it should be, and how to send it."""

    name: str
    problem: str = ""
    how: str = ""


@dataclass(frozen=True, kw_only=True)
class PushedEvent:
    """One event as it is told. `days` limits a pause or lengthens the period; `voids` names the event struck out."""

    event_id: str
    case_no: str
    kind: Kind
    happened_at: datetime
    note: str = ""
    registration: Registration | None = None
    days: int | None = None
    procedure: str = ""
    items: tuple[Missing, ...] = ()
    result: str = ""
    voids: str = ""
    document_no: str = ""


def key_of(source: str, event_id: str) -> str:
    """How one event names another."""
    return f"{source}|{event_id}"


def fault(event: PushedEvent) -> Refusal | None:
    """Why this event cannot be, whatever the case is."""
    if event.happened_at > clock.now() + CLOCK_TOLERANCE:
        return EventFromTheFuture()
    if event.happened_at < OLDEST:
        return EventTooOld()
    wrong = _wrong(event)
    return EventIncomplete(detail=wrong) if wrong else None


def _wrong(event: PushedEvent) -> list[str]:
    named = event.registration is not None and bool(event.registration.reference)
    names = [one.name for one in event.items]
    checks = {
        "没有办件编号，请填写编号，或在登记信息中填写本单位流水号（reference）": not event.case_no and not named,
        "延长期限须填写延长的工作日数（days）": event.kind is Kind.EXTENDED and not event.days,
        "更正须写明要撤销的事件编号（voids）": (event.kind is Kind.VOIDED) != bool(event.voids),
        f"特别程序应为：{'、'.join(PROCEDURES)}": event.procedure not in ("", *PROCEDURES),
        f"决定结果应为：{'、'.join(RESULTS)}": event.result not in ("", *RESULTS),
        f"一次告知的材料不能超过 {MOST_ITEMS} 项": len(names) > MOST_ITEMS,
        "告知的材料须各有名称，且不能重复": len(set(filter(None, names))) != len(names),
    }
    return [sentence for sentence, holds in checks.items() if holds]


def detail_of(event: PushedEvent) -> dict[str, Any]:
    """What is kept beside kind, moment and note; empty values are left out, so that old pushes stay what they were."""
    items = [{"name": one.name, "problem": one.problem, "how": one.how} for one in event.items]
    given = {
        "days": event.days,
        "procedure": event.procedure,
        "items": items,
        "result": event.result,
        "voids": event.voids,
        "document_no": event.document_no,
    }
    return {name: value for name, value in given.items() if value or value == 0}


def hash_of(event: PushedEvent, case_no: str) -> str:
    """The same event told again has the same hash.

    The registration comes with the first event only, and one moment can be written in many zones.
    """
    told: list[Any] = [case_no, event.kind, event.happened_at.astimezone(UTC), event.note]
    more = detail_of(event)
    return idempotency.body_hash([*told, more] if more else told)


def happening(*, kind: str, at: datetime, note: str, source: str, event_id: str, detail: dict[str, Any]) -> Happening:
    """An event as it was kept, for the fold."""
    return Happening(
        kind=Kind(kind),
        at=at,
        note=note,
        key=key_of(source, event_id),
        days=detail.get("days"),
        procedure=detail.get("procedure", ""),
        items=tuple(one["name"] for one in detail.get("items", [])),
        result=detail.get("result", ""),
        voids=detail.get("voids", ""),
    )
