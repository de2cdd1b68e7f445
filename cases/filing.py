"""网上申请, the applicant's side: begun, filled in over days, sent in once, sent in again after a notice, withdrawn."""

import json
from collections.abc import Collection
from datetime import timedelta

from tortoise.exceptions import IntegrityError

from cases import completeness, delivering, entrusted, forms, pledge
from cases.filing_errors import (
    FilingClosed,
    FilingNotFound,
    GuideMoved,
    HallNotForItem,
    NoOnlineForm,
    PledgeNeeded,
)
from cases.filing_events import FilingSentByAgent
from cases.filing_models import Filing, LicenceUse, Paper
from cases.filing_reading import FilingRead
from cases.forms import Answers, Form
from catalogue import items
from catalogue.errors import ItemNotFound
from catalogue.guides import GuidePage
from catalogue.models import Hall
from foundation import audit, clock, crypto, database, settings
from foundation.actor import Actor
from foundation.events import tell
from identity import access
from identity.family_errors import PersonUnknown

EDITABLE = ("draft", "returned")
ENDED = ("accepted", "refused", "withdrawn", "expired")
CODE_LENGTH = 12
FORM = "填写内容"  # what a notice calls the form itself


@database.retry_on_deadlock
async def begin(*, slug: str, hall_code: str, by: Actor, applicant: int = 0) -> str:
    """The code of the applicant's draft of this item: the one there is, or a new one.

    `applicant`: for whom, where that is not `by` (代办). Raises RealNameNeeded of either, ItemNotFound, NoOnlineForm,
    HallNotForItem, PersonUnknown.
    """
    applicant = applicant or by.number
    for one in {applicant, by.number}:
        await access.require_real_name(one)
    form, page = await forms.of_item(slug)
    hall = await _hall(page, hall_code)
    try:
        async with database.transaction():
            if not await entrusted.may_change(owner=applicant, item_code=page.item.item_code, by=by):
                raise PersonUnknown
            known = await Filing.get_or_none(citizen_id=applicant, item_code=page.item.item_code, state="draft")
            return known.code if known else await _create(form, page, hall, applicant, by)
    except IntegrityError:  # begun twice at the same moment: the other one stands
        return (await Filing.get(citizen_id=applicant, item_code=page.item.item_code, state="draft")).code


async def _create(form: Form, page: GuidePage, hall: Hall, applicant: int, by: Actor) -> str:
    row = await Filing.create(
        code=crypto.random_code(CODE_LENGTH),
        citizen_id=applicant,
        agent_id=_agent(applicant, by),
        guide_id=form.guide_id,
        hall=hall,
        item_code=page.item.item_code,
        item_slug=page.item.slug,
        item_name=page.item.name,
        expires_at=clock.now() + timedelta(days=settings.current().papers.draft_days),
    )
    await audit.record("filing.begun", subject=f"filing:{row.id}", by=by)
    return row.code


async def _hall(page: GuidePage, code: str) -> Hall:
    known = [one.code for one in page.halls]
    if not known or (code and code not in known):
        raise HallNotForItem
    return await Hall.get(code=code or known[0])


@database.retry_on_deadlock
async def save(*, code: str, answers: Answers, promised: Collection[str], hall_code: str, by: Actor) -> None:
    """Keep what was typed so far, right or wrong. Raises FilingNotFound, FilingClosed, FormFaults, HallNotForItem."""
    async with database.transaction():
        row = await locked(code, by)
        form = await forms.of_guide(row.guide_id)  # type: ignore[attr-defined]
        row.answers_sealed = sealed(forms.draft(form, answers))
        row.promised = completeness.promises(form, promised)
        if hall_code:
            row.hall = await _hall_of(row, hall_code)
        if row.state == "draft":
            row.expires_at = clock.now() + timedelta(days=settings.current().papers.draft_days)
        await row.save(update_fields=["answers_sealed", "promised", "hall_id", "expires_at", "changed_at"])


async def _hall_of(row: Filing, code: str) -> Hall:
    item = await items.find(row.item_slug)
    if code not in item.halls:
        raise HallNotForItem
    return await Hall.get(code=code)


@database.retry_on_deadlock
async def submit(*, code: str, pledge_version: str, by: Actor) -> str:
    """Send it in, with the pledge; the state afterwards. Sent twice, or by two taps at once, it is sent in once.

    Raises FilingNotFound, FilingClosed, PledgeNeeded, GuideMoved, FormFaults, MaterialsMissing, PapersNotReady.
    """
    async with database.transaction():
        row = await _mine(code, by)
        if row.state in ("submitted", "reviewing"):
            return row.state
        if row.state not in EDITABLE:
            raise FilingClosed
        if pledge_version != pledge.CURRENT:
            raise PledgeNeeded
        await _must_be_sound(row)
        row.state, row.rounds, row.expires_at = "submitted", row.rounds + 1, None
        row.pledge_version, row.pledged_at, row.submitted_at = pledge_version, clock.now(), clock.now()
        row.reviewer = None
        row.claimed_at = None
        row.agent_id = _agent(row.citizen_id, by)  # type: ignore[attr-defined]
        await row.save()
        detail = {"round": row.rounds, "pledge": pledge_version}
        await audit.record("filing.submitted", subject=f"filing:{row.id}", by=by, detail=detail)
        if row.agent_id is not None:  # type: ignore[attr-defined]
            await tell(FilingSentByAgent(filing_id=row.id, round=row.rounds))
        return row.state


def _agent(applicant: int, by: Actor) -> int | None:
    return None if by.number == applicant else by.number


async def _must_be_sound(row: Filing) -> None:
    """Nothing counts that was filled in for a guide which is over, except in what was sent in under it."""
    form = await forms.of_guide(row.guide_id)  # type: ignore[attr-defined]
    if row.state == "draft":
        if await is_outdated(row, form):
            raise GuideMoved
        form, _ = await forms.of_item(row.item_slug)
        row.guide_id = form.guide_id  # another version, which asks for the same
    row.answers_sealed = sealed(forms.checked(form, answers_of(row)))
    await completeness.must_be_complete(row, form)


async def is_outdated(row: Filing | FilingRead, form: Form) -> bool:
    """Whether the guide asks for something else today, or for nothing on line any more."""
    try:
        today, _ = await forms.of_item(row.item_slug)
    except (NoOnlineForm, ItemNotFound):
        return True
    return today.guide_id != form.guide_id and (today.fields, today.materials) != (form.fields, form.materials)


@database.retry_on_deadlock
async def follow_guide(*, code: str, by: Actor) -> None:
    """A draft takes the form of today; answers whose fields are gone are let go. Raises FilingNotFound, FilingClosed,
    NoOnlineForm.
    """
    async with database.transaction():
        row = await locked(code, by)
        today, _ = await forms.of_item(row.item_slug)
        if row.state != "draft" or row.guide_id == today.guide_id:  # type: ignore[attr-defined]
            return
        row.guide_id = today.guide_id
        row.answers_sealed = sealed(forms.draft(today, answers_of(row)))
        row.promised = completeness.promises(today, row.promised)
        await row.save(update_fields=["guide_id", "answers_sealed", "promised", "changed_at"])
        await audit.record("filing.follows_guide", subject=f"filing:{row.id}", by=by)


@database.retry_on_deadlock
async def withdraw(*, code: str, by: Actor) -> None:
    """Give up, as long as nothing was decided; again it changes nothing. Raises FilingNotFound, FilingClosed."""
    async with database.transaction():
        row = await _mine(code, by)
        if row.state == "withdrawn":
            return
        if row.state in ENDED:
            raise FilingClosed
        await end(row, "withdrawn", by)


async def end(row: Filing, state: str, by: Actor) -> None:
    """Within a transaction, the row locked: it comes to nothing, and what was handed in with it goes."""
    row.state, row.expires_at, row.answers_sealed = state, None, ""
    await row.save(update_fields=["state", "expires_at", "answers_sealed", "changed_at"])
    await Paper.filter(filing=row, state__in=("receiving", "scanning", "ready")).update(
        state="gone", gone_at=clock.now()
    )
    await LicenceUse.filter(filing=row).update(told_sealed="")
    await delivering.forget(row)
    await audit.record(f"filing.{state}", subject=f"filing:{row.id}", by=by)


async def locked(code: str, by: Actor) -> Filing:
    """Within a transaction: an application of one's own, or entrusted to one, to be changed.

    Raises FilingNotFound, FilingClosed.
    """
    row = await _mine(code, by)
    if row.state not in EDITABLE:
        raise FilingClosed
    return row


async def _mine(code: str, by: Actor) -> Filing:
    row = await found(code, by)
    if row is None:
        raise FilingNotFound
    return row


async def found(code: str, by: Actor) -> Filing | None:
    """Within a transaction: the row, locked, for its applicant or whom they entrusted with it."""
    row = await Filing.select_for_update().get_or_none(code=code)
    if row is None:
        return None
    owner: int = row.citizen_id  # type: ignore[attr-defined]
    return row if await entrusted.may_change(owner=owner, item_code=row.item_code, by=by) else None


def sealed(answers: Answers) -> str:
    return crypto.seal(json.dumps(answers, ensure_ascii=False)) if answers else ""


def answers_of(row: Filing | FilingRead) -> Answers:
    return dict(json.loads(crypto.open_sealed(row.answers_sealed))) if row.answers_sealed else {}
