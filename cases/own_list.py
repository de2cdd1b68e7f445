"""我的办件 as a list: a line a case, from its row alone. The log and what comes next stand on its own page."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from cases import entrusted, views
from cases.deadlines import LIGHTS
from foundation import clock
from foundation.actor import Actor
from foundation.questions import Asking, Question
from foundation.words import one_of

MOST = 50


class OwnCase(Struct, frozen=True):
    """`light`：green 正常，yellow 临近期限，red 超期，grey 未计时."""

    case_no: str
    item_name: str
    stage_label: str
    light: Annotated[str, one_of(LIGHTS)]
    closed: bool


class Row(Struct, frozen=True):
    """What a line is made of."""

    case_no: str
    item_code: str
    item_name: str
    stage: str
    closed_at: datetime | None
    promised_days: int | None
    promised_due: date | None
    legal_due: date | None
    warn_from: date | None
    paused: bool
    pause_until: date | None


THEIRS = Question(
    Row,
    """
select case_no, item_code, item_name, stage, closed_at, promised_days, promised_due, legal_due, warn_from, paused,
       pause_until
  from case_file where citizen_id = asked.who order by changed_at desc limit asked.most""",
    who="bigint",
    most="int",
)


async def of(citizen_id: int, *, by: Actor, limit: int = MOST) -> list[OwnCase]:
    """A person's cases, the latest changed first; to `by`, those entrusted to them."""
    return await entrusted_to(by, await rows_of(citizen_id, limit=limit), owner=citizen_id)


def rows_of(citizen_id: int, *, limit: int = MOST) -> Asking[list[Row]]:
    """All of a person's cases, for nobody but `entrusted_to`."""
    return THEIRS.asking(citizen_id, limit, then=list)


async def entrusted_to(by: Actor, rows: list[Row], *, owner: int) -> list[OwnCase]:
    """Those of the owner's cases that `by` may see."""
    today = clock.today()
    return [
        OwnCase(one.case_no, one.item_name, views.NAMED[one.stage], views.light(one, today), one.closed_at is not None)
        for one in await entrusted.visible(rows, owner=owner, by=by)
    ]
