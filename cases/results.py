"""办理结果: staff put the result papers to a case that was filed on line and close it; the applicant downloads them."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from cases import delivery_tracking, intake, paper_content, review, scanning
from cases.errors import CaseNotFound
from cases.filing_errors import NoResultYet, PaperInfected, PaperKindRefused
from cases.filing_models import Filing, Paper
from cases.intake import PushedEvent
from cases.models import Case
from cases.paper_kinds import kind_of
from cases.paper_limits import must_fit
from cases.papers import CODE_LENGTH, READ, PaperRead, PaperView, view
from cases.timeline import ENDS, Kind
from channels.clamd import Scanner
from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.questions import Asking, Question

MATERIAL = "办理结果"


@dataclass(frozen=True)
class File:
    """A file as staff chose it."""

    name: str
    data: bytes


async def add(
    *, code: str, file: File, within: Collection[str], by: Actor, scanner: Scanner | None = None
) -> PaperView:
    """A result paper of the case an application became; the same file again is the same paper.

    Raises CaseNotFound, NotYourHall, PaperTooLarge, PaperKindRefused, PaperInfected, ObjectStoreGone, ScannerGone.
    """
    must_fit(len(file.data))
    kind = kind_of(file.data)
    if kind is None:
        raise PaperKindRefused
    case = await _case(code, within)
    digest = crypto.fingerprint(hashlib.sha256(file.data).hexdigest(), purpose="paper")
    known = await Paper.get_or_none(result_of=case, content_fingerprint=digest, state="ready")
    if known is not None:
        return view(known)
    object_key = paper_content.new_key()
    await paper_content.keep(object_key, file.data)
    async with database.transaction():
        row = await Paper.create(
            result_of=case, code=crypto.random_code(CODE_LENGTH), key=object_key, material=MATERIAL,
            name_sealed=crypto.seal(file.name[:120]), size=len(file.data), content_fingerprint=digest,
            media_type=kind.media_type, state="scanning", object_key=object_key, uploaded_by=str(by),
            sealed_with=crypto.key_id(),
        )  # fmt: skip
        await audit.record("result.added", subject=f"case:{case.id}", by=by)
    if await scanning.look_through(row, file.data, scanner=scanner) == "infected":
        raise PaperInfected
    return view(await Paper.get(id=row.id))


@database.retry_on_deadlock
async def close(*, code: str, note: str, within: Collection[str], by: Actor) -> None:
    """办结: decided, closed, and the result on its way. Again it changes nothing.

    Raises CaseNotFound, NotYourHall, NoResultYet without a paper and without a word.
    """
    async with database.transaction():
        await Filing.select_for_update().get_or_none(code=code)  # not the case: its log locks the number before the row
        case = await _case(code, within)
        if case.stage in ENDS:
            return
        if not note.strip() and not await Paper.exists(result_of=case, state="ready"):
            raise NoResultYet
        source, now = Actor.department(case.source), clock.now()
        for kind, said in ((Kind.DECIDED, "已作出决定"), (Kind.CLOSED, note.strip()[:400] or "结果已制作")):
            await intake.append(event=_event(case, code, kind, said), by=source)
        await delivery_tracking.ready(case, by=by)
        await audit.record("case.closed_here", subject=f"case:{case.id}", by=by, detail={"at": now})


def _event(case: Case, code: str, kind: Kind, note: str) -> PushedEvent:
    return PushedEvent(
        event_id=f"filing:{code}:{kind}", case_no=case.case_no, kind=kind, happened_at=clock.now(), note=note
    )


async def _case(code: str, within: Collection[str]) -> Case:
    filing = await Filing.get_or_none(code=code, case_id__isnull=False).prefetch_related("case")
    if filing is None or filing.case is None:
        raise CaseNotFound
    await review.must_be_within(filing, within)
    return filing.case


OF_CASE = Question(
    PaperRead,
    f"""
select {READ} from paper p
 where p.result_of_id = (select c.id from case_file c where c.case_no = asked.case_no) and p.state = 'ready'
 order by p.id""",
    case_no="text",
)


def of_case(case_no: str) -> Asking[list[PaperRead]]:
    """The result papers of a case."""
    return OF_CASE.asking(case_no, then=list)
