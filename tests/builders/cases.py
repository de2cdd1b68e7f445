"""Cases, as departments push them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from cases import intake
from cases.models import Case
from cases.timeline import Kind
from foundation import clock
from foundation.actor import Actor
from identity.idnumber import Identity
from tests.builders import identity as people

BUREAU = Actor.department("hr-bureau")
_numbers = count(1)


def registration(*, applicant: Identity | None = None, **other: Any) -> intake.Registration:
    """社会保障卡申领 by 张三: 10 working days promised, 20 legal, unless told otherwise."""
    given: dict[str, Any] = {"applicant_name": "张三", "legal_days": 20, "promised_days": 10, **other}
    return intake.Registration(
        item_code="social-card",
        item_name="社会保障卡申领",
        department_name="人力资源社会保障局",
        applicant=applicant or Identity.of("id_card", people.id_number()),
        **given,
    )


def case_number() -> str:
    return f"3507002026{next(_numbers):08d}"


def pushed(case_no: str, kind: Kind = Kind.RECEIVED, **other: Any) -> intake.PushedEvent:
    """An event as a department tells it, of an hour ago unless told otherwise."""
    return intake.PushedEvent(
        event_id=other.pop("event_id", f"ev-{next(_numbers)}"),
        case_no=case_no,
        kind=kind,
        happened_at=other.pop("at", None) or clock.now() - timedelta(hours=1),
        **other,
    )


async def push(case_no: str, kind: Kind = Kind.RECEIVED, **other: Any) -> str:
    by = other.pop("by", BUREAU)
    return await intake.append(event=pushed(case_no, kind, **other), by=by)


async def a_case(
    *kinds: Kind, applicant: Identity | None = None, since: datetime | None = None, **registered: Any
) -> Case:
    """A case that went through `kinds`, a minute apart (received only, unless told otherwise)."""
    case_no, since = case_number(), since or clock.now() - timedelta(hours=1)
    about = registration(applicant=applicant, **registered)
    for minutes, kind in enumerate(kinds or (Kind.RECEIVED,)):
        await push(case_no, kind, at=since + timedelta(minutes=minutes), registration=about)
    return await Case.get(case_no=case_no)
