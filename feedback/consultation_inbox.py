"""The inbox of consultations: what waits at the desks of a member of staff; one with all that was said."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from cases import paper_folders
from cases.papers import PaperView
from feedback import moderation, routing
from feedback.consultation_errors import ConsultationNotFound
from feedback.consultation_models import Consultation, ConsultationEntry, PublicAnswer
from feedback.consultations import STATES
from foundation import clock, database

Box = Literal["waiting", "mine", "review", "appeals", "late", "done"]
BOXES: dict[Box, str] = {
    "waiting": "待领办", "mine": "我的", "review": "待审核", "appeals": "待复核的申诉", "late": "超期", "done": "已办",
}  # fmt: skip
WHERE: dict[Box, str] = {
    "waiting": "c.state = 'open' and c.owner_id is null",
    "mine": "c.state in ('open', 'drafted') and c.owner_id = $2",
    "review": "c.state = 'drafted' and c.drafted_by_id is distinct from $2",
    "appeals": "c.appeal_state = 'open' and c.refused_by_id is distinct from $2",
    "late": "c.state in ('open', 'drafted') and c.due_on < $3",
    "done": "c.state not in ('open', 'drafted')",
}
UNDER = "exists (select from unnest($1::text[]) p (path) where starts_with(c.desk_path, p.path))"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One consultation in a list; who asked is not in it."""

    id: int
    code: str
    kind: str
    title: str
    department: str
    hall_name: str
    item_name: str
    state: str
    due_on: date
    answered_on: date | None
    asked_at: datetime
    owner_id: int | None
    source: str

    @property
    def label(self) -> str:
        return "待审核" if self.state == "drafted" else STATES[self.state]

    @property
    def kind_label(self) -> str:
        return routing.KINDS[self.kind]

    @property
    def waits(self) -> bool:
        return self.state in ("open", "drafted")

    @property
    def late(self) -> bool:
        return self.waits and self.due_on < clock.today()


@dataclass(frozen=True, kw_only=True)
class Whole:
    """One consultation. `suspect`: the reason for which it might be refused."""

    entry: Entry
    row: Consultation
    said: list[ConsultationEntry]
    suspect: str
    published: PublicAnswer | None
    attached: list[PaperView]


LIST = f"""
select c.id, c.code, c.kind, c.title, c.department, c.hall_name, c.item_name, c.state, c.due_on, c.answered_on,
       c.asked_at, c.owner_id, c.source from consultation c where {UNDER}"""


async def listed(
    *, within: set[str], staff_id: int, box: Box, kind: str = "", search: str = "", limit: int = 100
) -> list[Entry]:
    """What waits longest for its day comes first; what is done, the latest first. Found by number or title."""
    order = "c.id desc" if box == "done" else "c.due_on, c.id"
    rows = await database.fetch(
        f"""{LIST} and {WHERE[box]} and ($2::bigint is not null and $3::date is not null)
              and ($4 = '' or c.kind = $4) and ($5 = '' or c.code = upper($5) or strpos(c.title, $5) > 0)
            order by {order} limit $6""",
        list(within), staff_id, clock.today(), kind, search.strip(), limit,
    )  # fmt: skip
    return [_entry(row) for row in rows]


async def counts(*, within: set[str], staff_id: int) -> dict[Box, int]:
    """How many are in each box but the last."""
    sums = ", ".join(f"count(*) filter (where {WHERE[box]}) as {box}" for box in BOXES if box != "done")
    row = await database.fetchrow(
        f"select {sums} from consultation c where {UNDER} and ($2::bigint is not null and $3::date is not null)",
        list(within), staff_id, clock.today(),
    )  # fmt: skip
    return {box: row[box] for box in BOXES if box != "done"} if row else {}


async def one(consultation_id: int) -> Whole:
    """Raises ConsultationNotFound."""
    row = await Consultation.get_or_none(id=consultation_id)
    if row is None:
        raise ConsultationNotFound
    said = await ConsultationEntry.filter(consultation=row).order_by("id")
    asked = " ".join([row.title, *(one.text for one in said if one.kind in ("asked", "again"))])
    return Whole(
        entry=_entry({name: getattr(row, name) for name in Entry.__dataclass_fields__}),
        row=row,
        said=said,
        suspect=moderation.looks_like(asked) if row.state == "open" else "",
        published=await PublicAnswer.get_or_none(consultation=row),
        attached=await paper_folders.inside(row.folder_id),  # type: ignore[attr-defined]
    )


def _entry(row: Any) -> Entry:
    return Entry(**dict(row))
