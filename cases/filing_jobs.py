"""What online filing does by itself: files that wait for the scanner, drafts that run out, objects nobody needs,
reminders of what was promised; and what it keeps of a person.
"""

from datetime import datetime, timedelta
from typing import Any

from cases import delivering, delivery_tracking, filing, following, paper_content, papers, resealing, scanning
from cases.events import CaseClosed
from cases.filing_events import FilingMoved
from cases.filing_models import Filing, LicenceUse, Paper, PaperFolder, Supplement
from cases.filing_views import LABELS
from cases.models import Case
from cases.paper_limits import LIVE
from channels.clamd import ScannerGone
from foundation import clock, database, jobs, logs, metrics, object_store, personal_data
from foundation.actor import Actor
from foundation.events import on, tell
from foundation.object_store import ObjectMissing, Stored
from identity import sealed_contents
from identity.events import CitizensMerged

log = logs.logger(__name__)
UNFINISHED = timedelta(days=1)
YOUNG = timedelta(days=1)  # an object may be written before the row that names it is committed
BATCH = 200
CLOSED = Actor.system("cases.closed")
EXPIRY, SWEEP = Actor.system("filing.expiry"), Actor.system("papers.sweep")


@jobs.scheduled("* * * * *")
async def scan_what_waits() -> None:
    """What could not be looked through when it came. A scanner that is down is asked again in a minute."""
    for row in await Paper.filter(state="scanning").order_by("id").limit(BATCH):
        try:
            await scanning.look_again(row)
        except ScannerGone:
            return
        except ObjectMissing:
            await papers.drop(row, by=SWEEP)


@jobs.scheduled("12 * * * *")
async def end_what_ran_out() -> None:
    """草稿过期, 逾期未补正: drafts and answers to a notice that never came; their papers go with them."""
    for row in await Filing.filter(expires_at__lt=clock.now()).order_by("id").limit(BATCH):
        async with database.transaction():
            fresh = await Filing.select_for_update().get(id=row.id)
            if fresh.expires_at is None or fresh.expires_at > clock.now():
                continue
            was_sent = fresh.state == "returned"
            await filing.end(fresh, "expired", EXPIRY)
            if was_sent:
                owner: int = fresh.citizen_id  # type: ignore[attr-defined]
                await tell(FilingMoved(filing_id=fresh.id, citizen_id=owner, state="expired"))
    await _end_supplements()


async def _end_supplements() -> None:
    """What was uploaded and never sent goes; the case still waits, and its applicant may begin anew."""
    for row in await Supplement.filter(state="open", expires_at__lt=clock.now()).order_by("id").limit(BATCH):
        await _end_supplement(row.id, due=clock.now())


async def _end_supplement(supplement_id: int, *, due: datetime) -> None:
    async with database.transaction():
        open_ = Supplement.filter(id=supplement_id, state="open", expires_at__lt=due)
        if await open_.update(state="expired"):
            await Paper.filter(supplement_id=supplement_id, state__in=LIVE).update(state="gone", gone_at=clock.now())


@jobs.scheduled("42 3 * * *")
async def sweep() -> None:
    """Uploads that were never finished, and objects that no paper names: pieces of them, and of what was withdrawn."""
    started = clock.now() - UNFINISHED
    for row in await Paper.filter(state="receiving", created_at__lt=started).order_by("id"):
        await papers.drop(row, by=SWEEP)
    swept = 0
    async for page in object_store.listed(paper_content.KIND):
        swept += await _sweep(page)
    metrics.count("objects_swept_total", swept)
    log.info("objects_swept", objects=swept)


async def _sweep(page: list[Stored]) -> int:
    old = [one for one in page if one.changed_at < clock.now() - YOUNG]
    owners = {paper_content.owner_of(one.key) for one in old}
    rows = await Paper.filter(object_key__in=list(owners), state__in=LIVE)
    live = {row.object_key for row in rows}
    receiving = {row.object_key for row in rows if row.state == "receiving"}
    orphans = [one.key for one in old if one.key not in live and paper_content.owner_of(one.key) not in receiving]
    for key in orphans:
        await object_store.delete(key)
    return len(orphans)


@jobs.scheduled("5 9 * * *")
async def remind_of_promises() -> None:
    await following.remind()


@on(CaseClosed)
async def result_is_made(event: CaseClosed) -> None:
    """Whoever closed the case, a department's system too: what the applicant chose can be fetched or sent."""
    async with database.transaction():
        await delivery_tracking.ready(await Case.get(id=event.case_id), by=CLOSED)


@on(CitizensMerged)
async def follow_filings(event: CitizensMerged) -> None:
    """Of two drafts of one item the one of the account that stays is kept."""
    async with database.transaction():
        kept = {one.item_code for one in await Filing.filter(citizen_id=event.kept, state="draft")}
        for row in await Filing.select_for_update().filter(citizen_id=event.gone).order_by("id"):
            if row.state == "draft" and row.item_code in kept:
                await filing.end(row, "withdrawn", Actor.system("merge"))
        await Filing.filter(agent_id=event.gone).update(agent_id=event.kept)
        for table in (Filing, Supplement, LicenceUse, PaperFolder):
            await table.filter(citizen_id=event.gone).update(citizen_id=event.kept)


async def export(citizen_id: int) -> list[dict[str, Any]]:
    rows = await Filing.filter(citizen_id=citizen_id).order_by("id")
    return [
        *[
            {
                "code": one.code,
                "item": one.item_name,
                "state": LABELS[one.state],
                "answers": filing.answers_of(one),
                "papers": [paper.name for paper in map(papers.view, await Paper.filter(filing=one, state__in=LIVE))],
                "licences": [
                    {"licence": use.licence, "at": use.consented_at.isoformat()}
                    for use in await LicenceUse.filter(filing=one).order_by("id")
                ],
            }
            for one in rows
        ],
        *[
            {
                "case_no": one.case.case_no,
                "sent_at": one.sent_at.isoformat() if one.sent_at else "",
                "papers": [
                    paper.name for paper in map(papers.view, await Paper.filter(supplement=one, state__in=LIVE))
                ],
            }
            for one in await Supplement.filter(citizen_id=citizen_id).prefetch_related("case").order_by("id")
        ],
    ]


async def forget(citizen_id: int) -> None:
    """What was never sent in goes at once; what became a case is the office's file."""
    for row in await Filing.filter(citizen_id=citizen_id, state__in=("draft", "submitted", "reviewing", "returned")):
        async with database.transaction():
            fresh = await Filing.select_for_update().get(id=row.id)
            if fresh.state not in filing.ENDED:
                await filing.end(fresh, "withdrawn", Actor.system("privacy"))
    for begun in await Supplement.filter(citizen_id=citizen_id, state="open"):
        await _end_supplement(begun.id, due=begun.expires_at + UNFINISHED)
    await delivering.forget_addresses(citizen_id)


sealed_contents.register("材料文件", resealing.papers)
personal_data.register(
    "filings", export=export, forget=forget,
    title="网上申请",
    holds=(
        personal_data.Holding("filing", "网上申请", "已受理的转为办件，材料是部门的档案；没有提交的删除。"),
        personal_data.Holding("supplement", "补正", "已提交的补正是办件档案的一部分，由承办部门保管。"),
        personal_data.Holding("paper_folder", "附件"),  # go with the consultation they belong to
        personal_data.Holding("licence_use", "证照调用", "随办件保管，用于核对授权。"),
    ),
)  # fmt: skip
