"""What a case is asked to bring, what was uploaded for it, and what became of each piece."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from msgspec import Struct

from cases import folded, supplement_reading
from cases.errors import CaseNotFound
from cases.folding import Progress
from cases.logbook import Logged
from cases.papers import PaperView, view
from cases.supplement_reading import CaseRow, PaperWanted, Read, SupplementRow
from cases.timeline import Kind
from foundation import clock
from foundation.questions import ask_as_one
from foundation.words import Verbatim, one_of
from foundation.workdays import WorkCalendar

WHATEVER = "补正材料"  # where a notice lists no papers by name
PIECES = {"missing": "待上传", "uploaded": "已上传", "left_out": "本次未提交", "came": "已提交", "again": "需重新提交"}


class Piece(PaperWanted, frozen=True):
    """`state`：missing 待上传，uploaded 已上传，left_out 本次未提交，came 已提交，again 不合要求、须重新提交."""

    state: Annotated[str, one_of(PIECES)]
    state_label: str


class SupplementView(Struct, frozen=True, kw_only=True):
    """What is asked for until which day (`due`; `late` after it), what has been uploaded, what is `missing` of it, and
    whether it was sent; `more` says that the case waits for papers still. `state`: open, sent, expired.
    """

    code: str
    case_no: str
    item_name: str
    note: str
    due: date | None
    late: bool
    wanted: list[Piece]
    missing: list[Verbatim]
    papers: list[PaperView]
    state: Annotated[str, one_of(("open", "sent", "expired"))]
    sent_at: datetime | None
    expires_at: datetime
    more: bool


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a case waits for now, by its log; `notice` is the last that was told and not struck out."""

    case: CaseRow
    progress: Progress
    notices: Mapping[int, Logged]
    notice: Logged | None
    dues: Mapping[int, date]
    wanted: Sequence[PaperWanted]

    @property
    def due(self) -> date | None:
        """The latest day that was told: who asks again takes no time away."""
        return max(self.dues.values(), default=None)


async def standing(case_no: str) -> Standing:
    """Within the lock of the number nothing of it changes. Raises CaseNotFound."""
    await ask_as_one(found := supplement_reading.case(case_no), calendar := WorkCalendar.asked())
    if found.answer is None:
        raise CaseNotFound
    return _standing(found.answer, calendar.answer)


def _standing(case: CaseRow, calendar: WorkCalendar) -> Standing:
    log = case.log()
    progress = folded.fold(case, log, calendar)
    told = [row for row in log if row.kind == Kind.NOTICE_ONCE and row.key not in progress.voided]
    return Standing(
        case=case,
        progress=progress,
        notices={row.id: row for row in log if row.kind == Kind.NOTICE_ONCE},
        notice=told[-1] if told else None,
        dues={row.id: case.dues[row.id] for row in told if row.id in case.dues},
        wanted=_wanted(told, progress),
    )


def _wanted(told: Sequence[Logged], progress: Progress) -> list[PaperWanted]:
    """Each paper that is missing, with what was said of it last; a notice that names none asks for something."""
    said = {one["name"]: one for row in told for one in row.detail.get("items", [])}
    named = [
        PaperWanted(name, said[name].get("problem", ""), said[name].get("how", "")) for name in progress.open_items
    ]
    return named or [PaperWanted(WHATEVER, told[-1].note if told else "", "")]


async def one(code: str, *, case_no: str) -> SupplementView:
    """A supplement of the case, sent or not."""
    (found,) = shown(await supplement_reading.of_case(case_no, code=code))
    return found


def shown(read: Read) -> list[SupplementView]:
    """Supplements of one case as people read them."""
    if read.case is None or not read.rows:
        return []
    now = _standing(read.case, read.calendar)
    return [_view(row, now) for row in read.rows]


def _view(row: SupplementRow, now: Standing) -> SupplementView:
    sent, files = row.state == "sent", row.papers
    came = {one.material for one in files}
    notice = now.notices.get(row.notice_id) if sent else now.notice
    due = (now.dues.get(notice.id) if notice else None) if sent else now.due
    wanted = row.wanted if sent else now.wanted
    if files and [one.material for one in wanted] == [WHATEVER]:
        came.add(WHATEVER)  # nothing was named: whatever came will do
    pieces = [_piece(one, came, now, sent=sent) for one in wanted]
    return SupplementView(
        code=row.code,
        case_no=now.case.case_no,
        item_name=now.case.item_name,
        note=notice.note if notice else "",
        due=due,
        late=due is not None and clock.shanghai(row.sent_at or clock.now()).date() > due,
        wanted=pieces,
        missing=[one.material for one in pieces if one.material not in came],
        papers=[view(one) for one in files],
        state=row.state,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        more=now.case.stage == Kind.NOTICE_ONCE,
    )


def _piece(one: PaperWanted, came: set[str], now: Standing, *, sent: bool) -> Piece:
    if one.material not in came:
        state = "left_out" if sent else "missing"
    elif not sent:
        state = "uploaded"
    else:
        state = "again" if one.material in now.progress.open_items else "came"
    return Piece(one.material, one.why, one.how, state, PIECES[state])
