"""Who may see a consultation: who asked it, or who knows its number and the last four digits of the phone left with it.

A wrong number and a wrong factor look the same and take the same: both compute one fingerprint and read one row.
"""

import hmac
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from cases import paper_folders
from cases.papers import PaperView
from feedback import routing
from feedback.consultation_errors import ConsultationNotFound
from feedback.consultation_models import Consultation
from feedback.consultations import FACTOR, STATES
from foundation import crypto, ratelimit
from foundation.actor import Actor
from foundation.questions import Asking, Question

PER_NUMBER, PER_ADDRESS = (10, 3600), (30, 3600)
LONGEST = 16
NO_FACTOR = "0" * 64
SIDES = {
    "asked": "我的诉求", "again": "我的追问", "appealed": "我的申诉", "withdrawn": "撤回", "answered": "答复",
    "refused": "不予受理", "pointed": "渠道指引", "decided": "申诉处理",
}  # fmt: skip


class Said(Struct, frozen=True, kw_only=True):
    """One thing that passed between the asker and the office; staff go by the name of their department."""

    label: str
    mine: bool
    text: str
    cites: list[dict[str, Any]]
    at: datetime


class Seen(Struct, frozen=True, kw_only=True):
    """A consultation as its asker sees it."""

    code: str
    kind: str
    kind_label: str
    title: str
    state: str
    state_label: str
    department: str
    hall_name: str
    item_name: str
    due_on: date
    asked_at: datetime
    mark: int | None
    can_ask_again: bool
    can_mark: bool
    can_appeal: bool
    can_withdraw: bool
    can_attach: bool
    attachments: list[PaperView]
    said: list[Said]


class _Entry(Struct, frozen=True, array_like=True):
    kind: str
    text: str
    cites: list[dict[str, Any]]
    at: datetime


class _Kept(Struct, frozen=True):
    """What of its row its asker sees, with what was said where that is asked for."""

    code: str
    citizen_id: int | None
    kind: str
    title: str
    state: str
    department: str
    hall_name: str
    item_name: str
    due_on: date
    asked_at: datetime
    mark: int | None
    asked_again: bool
    appeal_state: str
    folder_id: int | None
    said: list[_Entry] = []


KEPT = """
select code, citizen_id, kind, title, state, department, hall_name, item_name, due_on, asked_at, mark, asked_again,
       appeal_state, folder_id"""
THEIRS = Question(
    _Kept,
    f"{KEPT} from consultation where citizen_id = asked.who order by id desc limit asked.most",
    who="bigint",
    most="int",
)
WITH_ALL_SAID = Question(
    _Kept,
    f"""{KEPT},
       (select coalesce(json_agg(json_build_array(e.kind, e.text, e.cites, e.at) order by e.id), '[]')
          from consultation_entry e where e.consultation_id = c.id and e.kind in {tuple(SIDES)}) as said
  from consultation c where id = asked.id""",
    id="bigint",
)


async def own(*, code: str, by: Actor | None, last_four: str = "", address: str) -> Consultation:
    """Of whoever is signed in, else by the second factor. Raises ConsultationNotFound, TooManyRequests."""
    code = crypto.read_code(code)[:LONGEST]  # what people type may be longer than any code, once it is read
    if by is not None and not last_four:
        one = await Consultation.get_or_none(code=code, citizen_id=by.number)
        if one is None:
            raise ConsultationNotFound
        return one
    typed = crypto.fingerprint(code, purpose="limit")
    await ratelimit.check(("consult-number", typed, *PER_NUMBER), ("consult-look-ip", address, *PER_ADDRESS))
    one = await Consultation.get_or_none(code=code)
    wanted = (one.factor_fingerprint if one else "") or NO_FACTOR
    given = crypto.fingerprints(f"{code}|{last_four}", purpose=FACTOR)
    matches = any([hmac.compare_digest(wanted, known) for known in given])
    if one is None or not matches:
        raise ConsultationNotFound
    return one


def mine(citizen_id: int, *, limit: int = 50) -> Asking[list[Seen]]:
    """The citizen's own, the latest first, without what was said."""
    return THEIRS.asking(citizen_id, limit, then=lambda found: [_seen(one, own=True) for one in found])


async def seen(one: Consultation, *, by: Actor | None = None) -> Seen:
    """With all that passed between the asker and the office, anew; what was attached, for who attached it alone."""
    (kept,) = await WITH_ALL_SAID.rows(one.id)
    own = by is not None and kept.citizen_id == by.number
    return _seen(kept, own=own, attached=await paper_folders.inside(kept.folder_id) if own else [])


def _seen(one: _Kept, *, own: bool, attached: Sequence[PaperView] = ()) -> Seen:
    return Seen(
        code=one.code,
        kind=one.kind,
        kind_label=routing.KINDS[one.kind],
        title=one.title,
        state="open" if one.state == "drafted" else one.state,
        state_label=STATES[one.state],
        department=one.department,
        hall_name=one.hall_name,
        item_name=one.item_name,
        due_on=one.due_on,
        asked_at=one.asked_at,
        mark=one.mark,
        can_ask_again=one.state == "answered" and not one.asked_again,
        can_mark=one.state == "answered" and one.mark is None,
        can_appeal=one.state == "refused" and not one.appeal_state,
        can_withdraw=one.state in ("open", "drafted"),
        can_attach=own and one.folder_id is not None and one.state in ("open", "drafted"),
        attachments=list(attached),
        said=[_said(entry) for entry in one.said],
    )


def _said(entry: _Entry) -> Said:
    mine = entry.kind in ("asked", "again", "appealed", "withdrawn")
    return Said(label=SIDES[entry.kind], mine=mine, text=entry.text, cites=entry.cites, at=entry.at)
