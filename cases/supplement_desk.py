"""What applicants supplemented, for those who asked: staff of the halls that handle the item, and the department whose
case it is. Only what was sent is seen; every look of staff is audited. A piece that does not do is asked for again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases import handling, papers, supplement_reading, supplement_views
from cases.errors import CaseNotFound
from cases.filing_errors import NothingToSupplement, NoticeFault, PaperNotFound
from cases.filing_models import Paper, Supplement
from cases.handling import Move
from cases.models import Case
from cases.papers import PaperView
from cases.pushed import Missing
from cases.supplement_views import SupplementView
from cases.timeline import ENDS, Kind
from foundation import audit, database
from foundation.actor import Actor
from identity.looks import Look, record_access

SENT = """
select s.code, c.case_no, c.item_name, c.department_name, s.sent_at,
       (select count(*) from paper p where p.supplement_id = s.id and p.state = 'ready') as papers
  from supplement s join case_file c on c.id = s.case_id
 where s.state = 'sent' and exists (
       select from service_item i cross join jsonb_array_elements_text(i.halls) as at (code)
         join hall h on h.code = at.code
        where i.item_code = c.item_code and exists (select from unnest($1::text[]) as mine where h.path ^@ mine))
   and ($2 = '' or s.code = $2)
 order by s.sent_at desc limit 100"""


@dataclass(frozen=True)
class Sent:
    """A supplement in a list."""

    code: str
    case_no: str
    item_name: str
    department_name: str
    sent_at: datetime
    papers: int


async def sent(*, within: Collection[str]) -> list[Sent]:
    """What was sent for items that these halls handle, the latest first."""
    return [Sent(**dict(row)) for row in await database.fetch(SENT, list(within), "")]


async def one(*, code: str, within: Collection[str], by: Actor) -> SupplementView:
    """Raises NothingToSupplement."""
    row = await _within(code, within)
    owner: int = row.citizen_id  # type: ignore[attr-defined]
    shown = await supplement_views.one(code, case_no=(await row.case).case_no)
    async with database.transaction():
        await audit.record("supplement.read", subject=f"supplement:{row.id}", by=by)
        await record_access([owner], what=Look.CASES, why=f"查看补正材料，办件 {shown.case_no}", by=by)
    return shown


@dataclass(frozen=True)
class Unfit:
    """A piece that came and does not do, and why."""

    material: str
    why: str


HOW = "在“查进度”中打开该办件，重新上传后提交；也可以到窗口提交"


async def ask_again(
    *, code: str, pieces: Sequence[Unfit], days: int | None, key: str, within: Collection[str], by: Actor
) -> None:
    """Tell once more what of a supplement does not do: a notice of those pieces alone, from which the clock stands
    still until they have come. The same key again changes nothing.

    Raises NothingToSupplement, NoticeFault for no piece, one without a reason or one that was not sent, and as
    `handling.move`: CaseCannotMoveSo for a piece that is asked for already, CaseHasEnded.
    """
    row = await _within(code, within)
    shown = await supplement_views.one(code, case_no=(await row.case).case_no)
    came = {one.material for one in shown.papers}
    told = tuple(Missing(one.material, one.why.strip()[:120], HOW) for one in pieces)
    if not told or any(not one.problem or one.name not in came for one in told):
        raise NoticeFault
    wish = Move(kind=Kind.NOTICE_ONCE, key=key, note="所交材料不合要求，请重新提交下列材料。", items=told, days=days)
    await handling.move(case_no=shown.case_no, move=wish, by=by)


async def may_ask(shown: SupplementView) -> bool:
    """Whether the case goes on, so that something can still be asked for."""
    return (await Case.get(case_no=shown.case_no)).stage not in ENDS


async def paper(*, code: str, supplement: str, within: Collection[str]) -> tuple[PaperView, bytes]:
    """Raises NothingToSupplement, PaperNotFound, PaperNotReady, ObjectMissing, ObjectStoreGone."""
    return await _paper(await _within(supplement, within), code)


async def of_department(*, case_no: str, source: Actor) -> list[SupplementView]:
    """What was sent for a department's own case. Raises CaseNotFound."""
    await _case(case_no, source)
    return supplement_views.shown(await supplement_reading.of_case(case_no))


async def paper_of_department(*, code: str, case_no: str, source: Actor) -> tuple[PaperView, bytes]:
    """Raises CaseNotFound, PaperNotFound, PaperNotReady, ObjectMissing, ObjectStoreGone."""
    case = await _case(case_no, source)
    held = await Paper.get_or_none(code=code, supplement__case_id=case.id, supplement__state="sent")
    if held is None:
        raise PaperNotFound
    return papers.view(held), await papers.content(held)


async def _case(case_no: str, source: Actor) -> Case:
    case = await Case.get_or_none(case_no=case_no, source=source.name)
    if case is None:
        raise CaseNotFound
    return case


async def _within(code: str, within: Collection[str]) -> Supplement:
    if not await database.fetch(SENT, list(within), code):
        raise NothingToSupplement
    return await Supplement.get(code=code)


async def _paper(row: Supplement, code: str) -> tuple[PaperView, bytes]:
    held = await Paper.get_or_none(code=code, supplement=row)
    if held is None:
        raise PaperNotFound
    return papers.view(held), await papers.content(held)
