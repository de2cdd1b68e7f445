"""矛盾信息: what was told and cannot be so is kept and shown to staff, never lost and never believed unseen."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cases.errors import NoConflict, ReasonNeeded
from cases.folding import PROBLEMS, Contradiction
from cases.models import Case
from cases.progress_models import CaseConflict
from cases.pushed import PushedEvent, detail_of, hash_of
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.errors import Refusal

# What the door refused because it contradicts what is known already, by the refusal's code.
REFUSED = {
    "CaseOfAnotherDepartment": "由其他部门推送",
    "CaseOfAnotherApplicant": "推送的申请人与登记的不是同一人",
    "EventChanged": "同一事件编号推送了不同的内容",
    "RegistrationDiffers": "再次登记的事项或时限与原登记不同",
}
WORDS: dict[str, str] = {**REFUSED, **{str(one): words for one, words in PROBLEMS.items()}}
LIST = 100

KEEP = """
insert into case_conflict (case_id, case_no, source, event_id, problem, told, told_hash, told_times, state, note,
                           created_at)
select case_id, case_no, source, event_id, problem, told, told_hash, 1, 'open', '', $2
  from jsonb_to_recordset($1::jsonb) as x(case_id bigint, case_no text, source text, event_id text, problem text,
                                          told jsonb, told_hash text)
on conflict (case_no, source, event_id, problem, told_hash) do update
   set told_times = case_conflict.told_times + (case_conflict.problem = any($3::text[]))::int,
       state = case case_conflict.state when 'gone' then 'open' else case_conflict.state end,
       ended_at = case case_conflict.state when 'gone' then null else case_conflict.ended_at end"""
# What the log no longer says of these cases: the event that was missing has come, or one was struck out.
GONE = """
update case_conflict set state = 'gone', ended_at = $4
 where case_id = any($1::bigint[]) and state = 'open' and problem = any($2::text[])
   and not exists (select from jsonb_to_recordset($3::jsonb)
                            as x(case_id bigint, source text, event_id text, problem text)
                    where x.case_id = case_conflict.case_id and x.source = case_conflict.source
                      and x.event_id = case_conflict.event_id and x.problem = case_conflict.problem)"""


@dataclass
class Found:
    """What a batch found; kept at its end in one go."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def refused(self, case: Case, event: PushedEvent, why: str, *, source: str, by: Actor) -> None:
        """An event, or a registration, that was not taken."""
        told = {"kind": event.kind, "happened_at": event.happened_at, "note": event.note, **detail_of(event)}
        self._add(case, source, event.event_id, why, {**told, "by": str(by)}, hash_of(event, event.case_no))

    def set_aside(self, case: Case, those: Sequence[Contradiction]) -> None:
        """Events that are in the log and do not count."""
        for one in those:
            source, _, event_id = one.key.partition("|")
            self._add(case, source, event_id, one.problem, {}, "")

    def _add(
        self, case: Case, source: str, event_id: str, problem: str, told: dict[str, Any], told_hash: str
    ) -> None:  # fmt: skip
        self.rows.append(
            {
                "case_id": case.id,
                "case_no": case.case_no,
                "source": source,
                "event_id": event_id,
                "problem": str(problem),
                "told": told,
                "told_hash": told_hash,
            }
        )


def is_one(refusal: Refusal) -> bool:
    return refusal.code in REFUSED


async def keep(found: Found, *, folded: Mapping[int, Any]) -> None:
    """Within a transaction: what was found, and what is no longer so of the cases that were `folded` anew."""
    tx = database.joined()
    unique = {
        (one["case_no"], one["source"], one["event_id"], one["problem"], one["told_hash"]): one for one in found.rows
    }
    rows = json.dumps(list(unique.values()), ensure_ascii=False, default=str)
    if folded:
        await tx.execute(GONE, list(folded), list(PROBLEMS), rows, clock.now())
    if unique:
        await tx.execute(KEEP, rows, clock.now(), list(REFUSED))


async def waiting(*, within: Sequence[str]) -> list[CaseConflict]:
    """Those nobody has looked at, of the cases of these hall paths; the oldest first."""
    ids = await database.fetch(
        """select c.id from case_conflict c join case_file f on f.id = c.case_id
            where c.state = 'open' and f.hall_path like any($1::text[]) order by c.id limit $2""",
        [f"{path}%" for path in within],
        LIST,
    )
    return await CaseConflict.filter(id__in=[row["id"] for row in ids]).prefetch_related("case").order_by("id")


async def of_case(case_id: int) -> list[CaseConflict]:
    return await CaseConflict.filter(case_id=case_id).prefetch_related("settled_by").order_by("-id").limit(LIST)


async def find(conflict_id: int) -> CaseConflict:
    """Raises NoConflict."""
    held = await CaseConflict.get_or_none(id=conflict_id)
    if held is None:
        raise NoConflict
    return held


@database.retry_on_deadlock
async def settle(*, conflict_id: int, note: str, by: Actor) -> None:
    """Somebody has looked into it and says what came of it. Raises ReasonNeeded, NoConflict."""
    if not note.strip():
        raise ReasonNeeded
    async with database.transaction():
        done = await CaseConflict.filter(id=conflict_id, state="open").update(
            state="settled", note=note.strip()[:300], settled_by_id=by.number, ended_at=clock.now()
        )
        if not done:
            raise NoConflict
        held = await CaseConflict.get(id=conflict_id)
        subject = f"case:{held.case_id}"  # type: ignore[attr-defined]
        await audit.record("case.conflict_settled", subject=subject, by=by, reason=note.strip())
