"""Who is told that they are blocked from booking, that they are free again, or that an appeal was in vain."""

from appointments import credit
from appointments.credit import Held
from appointments.rule_events import AppealRejected, Sanctioned, SanctionEvent, SanctionLifted
from foundation import clock
from foundation.events import on
from notifications import templates
from notifications.delivery import announce
from notifications.templates import Template

CREDIT_PAGE = "pages/credit"


@on(Sanctioned)
async def tell_sanctioned(event: Sanctioned) -> None:
    """One that was lifted meanwhile is told as lifted."""
    held = await credit.by_id(event.sanction_id)
    if held.state == "active":
        await _tell(event, held, "sanctioned", templates.SANCTIONED)


@on(SanctionLifted)
async def tell_lifted(event: SanctionLifted) -> None:
    held = await credit.by_id(event.sanction_id)
    await _tell(event, held, "sanction_lifted", templates.SANCTION_LIFTED, reason=held.lifted_why)


@on(AppealRejected)
async def tell_rejected(event: AppealRejected) -> None:
    held = await credit.by_id(event.sanction_id)
    await _tell(event, held, "appeal_rejected", templates.APPEAL_REJECTED, reason=held.appeal_reason or "")


async def _tell(event: SanctionEvent, held: Held, what: str, template: Template, reason: str = "") -> None:
    until = f"{clock.shanghai(held.until):%Y-%m-%d %H:%M}"
    await announce(
        citizen_id=event.citizen_id,
        occasion=f"{what}:{held.id}",
        template=template,
        values={"rule": held.reason, "when": until, "code": held.code, "reason": reason[:200]},
        page=CREDIT_PAGE,
    )
