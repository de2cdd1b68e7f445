"""个人信息副本: made by a job, one archive with what a machine reads and what a person reads, fetched once."""

import base64
import io
import json
import zipfile
from datetime import datetime, timedelta

from msgspec import Struct
from tortoise.exceptions import IntegrityError

from foundation import audit, clock, crypto, database, jobs, settings
from foundation.actor import Actor
from foundation.questions import Asking, Question
from identity import delegation, export_page, privacy
from identity.policy_errors import ExportNotFound, ExportUnderWay
from identity.privacy_models import DataExport

CODE_LENGTH = 20
GIVEN_UP = timedelta(days=1)
STATE_NAMES = {"waiting": "正在准备", "ready": "可以下载", "fetched": "已下载", "expired": "已过期"}


class Copy(Struct, frozen=True):
    """One copy as its owner sees it."""

    code: str
    state: str
    size: int
    asked_at: datetime
    good_until: datetime | None


MINE = Question(
    Copy,
    """
select code, case when state = 'ready' and good_until <= asked.now then 'expired' else state end as state, size,
       asked_at, good_until
  from data_export where citizen_id = asked.who order by id desc limit 10""",
    who="bigint",
    now="timestamptz",
)


async def ask(*, citizen_id: int, by: Actor) -> str:
    """Ask for a copy; its code. Raises ExportUnderWay, NotYourRecord."""
    delegation.must_be(by, citizen_id)
    try:
        async with database.transaction():
            row = await DataExport.create(
                citizen_id=citizen_id, code=crypto.random_code(CODE_LENGTH), asked_at=clock.now()
            )
            await audit.record("personal_data.asked", subject=f"citizen:{citizen_id}", by=by)
            await jobs.enqueue(make, export_id=row.id)
    except IntegrityError:
        raise ExportUnderWay from None
    return row.code


@jobs.job()
async def make(export_id: int) -> None:
    """Gather and pack what one citizen asked for. Once more is harmless."""
    row = await DataExport.get_or_none(id=export_id, state="waiting").prefetch_related("citizen")
    if row is None or row.citizen.state != "active":
        return
    held = await privacy.export(citizen_id=row.citizen.id, by=Actor.citizen(row.citizen.id))
    packed = _packed(held)
    now = clock.now()
    await DataExport.filter(id=export_id, state="waiting").update(
        state="ready",
        content_sealed=crypto.seal(base64.b64encode(packed).decode()),
        size=len(packed),
        ready_at=now,
        good_until=now + timedelta(hours=settings.current().privacy.export_hours),
    )


def mine(citizen_id: int) -> Asking[list[Copy]]:
    """The latest first."""
    return MINE.asking(citizen_id, clock.now(), then=list)


async def fetch(*, code: str, by: Actor) -> bytes:
    """The archive, once and in its time; afterwards it is nowhere. Raises ExportNotFound, for others' too."""
    wanted = crypto.read_code(code)
    if len(wanted) != CODE_LENGTH:
        raise ExportNotFound
    async with database.transaction():
        row = await DataExport.select_for_update().get_or_none(
            code=wanted, citizen_id=by.number, state="ready", good_until__gt=clock.now()
        )
        if row is None:
            raise ExportNotFound
        packed = base64.b64decode(crypto.open_sealed(row.content_sealed))
        await DataExport.filter(id=row.id).update(state="fetched", content_sealed="")
        await audit.record("personal_data.fetched", subject=f"citizen:{by.number}", by=by)
    return packed


@jobs.scheduled("*/20 * * * *")
async def expire() -> None:
    """What nobody fetched in its time is deleted; what no job could make is given up."""
    now = clock.now()
    await DataExport.filter(state="ready", good_until__lte=now).update(state="expired", content_sealed="")
    await DataExport.filter(state="waiting", asked_at__lt=now - GIVEN_UP).update(state="expired")


def _packed(held: dict[str, object]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("我的信息.json", json.dumps(held, ensure_ascii=False, indent=2, default=str))
        archive.writestr("我的信息.html", export_page.drawn(held))
    return made.getvalue()
