"""Who may see a case: its applicant, a delegate, or one who knows its number and the second factor.

A wrong number, a wrong factor and a case that is closed to look-up look the same and take the same: each computes one
fingerprint and reads one row.
"""

import hmac
import ipaddress
from datetime import timedelta
from typing import Protocol, TypeVar

from msgspec.structs import replace

from cases import entrusted, reading, views
from cases.errors import CaseNotFound
from cases.models import Case
from cases.timeline import Kind
from cases.views import CaseView
from foundation import clock, crypto, database, ratelimit, settings, words
from foundation.actor import Actor
from foundation.questions import Asking, Question, ask_as_one
from foundation.workdays import WorkCalendar

PER_NUMBER = (10, 3600)
PER_ADDRESS = (30, 3600)
NO_FACTOR = "0" * 64
IPV6_SITE = 64  # bits that one subscriber has for themselves


class Owned(Protocol):
    """What of a case says who may see it."""

    @property
    def citizen_id(self) -> int | None: ...
    @property
    def item_code(self) -> str: ...


C = TypeVar("C", bound=Owned)


async def by_number(*, case_no: str, last_four: str, address: str) -> CaseView:
    """Look up without signing in. Raises CaseNotFound for a wrong number or factor alike, TooManyRequests."""
    case_id = await proved(case_no=case_no, last_four=last_four, address=address)
    found = await reading.by_id(case_id)
    if found is None:
        raise CaseNotFound
    return (await views.of([found], with_notes=False))[0]


async def proved(*, case_no: str, last_four: str, address: str) -> int:
    """The id of the case whose number and factor somebody knows. Raises CaseNotFound, TooManyRequests."""
    case_no = words.number(case_no)
    # a number of a person typed in the wrong field is kept nowhere as it is
    typed = crypto.fingerprint(case_no, purpose="limit")
    await ratelimit.check(
        ("case-lookup-number", typed, *PER_NUMBER), ("case-lookup-ip", _site(address), *PER_ADDRESS)
    )  # fmt: skip
    row = await database.fetchrow("select id, factor_fingerprint, closed_at from case_file where case_no = $1", case_no)
    wanted = row["factor_fingerprint"] if row else NO_FACTOR
    given = crypto.fingerprints(f"{case_no}|{last_four.upper()}", purpose="case_factor")
    matches = any([hmac.compare_digest(wanted, one) for one in given])
    oldest = clock.now() - timedelta(days=settings.current().cases.lookup_days)
    if row is None or not matches or (row["closed_at"] or clock.now()) < oldest:
        raise CaseNotFound
    return int(row["id"])


def _site(address: str) -> str:
    """Whose attempts are counted together: an address, or the whole network that one has with IPv6."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return address
    return str(ipaddress.ip_network((known, IPV6_SITE), strict=False))


async def mine(citizen_id: int, *, limit: int = 50, only_open: bool = False) -> list[CaseView]:
    """A person's cases with all that happened in them, or those that are not closed, the latest changed first."""
    return await views.of(await reading.own(citizen_id, only_open=only_open, limit=limit), with_notes=True)


TO_SUPPLEMENT = Question(
    lambda case_no, item_name: (case_no, item_name),
    f"""
select case_no, item_name from case_file where citizen_id = asked.who and stage = '{Kind.NOTICE_ONCE}'
 order by changed_at desc limit 5""",
    who="bigint",
)


def to_supplement(citizen_id: int) -> Asking[list[tuple[str, str]]]:
    """(case_no, item name) of the citizen's cases that wait for papers."""
    return TO_SUPPLEMENT.asking(citizen_id, then=list)


async def one_of_mine(*, case_no: str, citizen_id: int) -> CaseView:
    """One case for its applicant or their delegate. Raises CaseNotFound for everybody else."""
    await ask_as_one(found := reading.by_number(case_no, who=citizen_id), calendar := WorkCalendar.asked())
    case = await theirs(found.answer, citizen_id)
    view = views.view(case, calendar.answer, with_notes=True)
    own = case.citizen_id == citizen_id
    return replace(
        view,
        own=own,
        followed=case.followed and not own,
        agent=await entrusted.name_of(case.agent_id),
        supplements=case.supplements,
    )


async def mine_or_entrusted(*, case_no: str, citizen_id: int) -> Case:
    """The case, for its applicant or their delegate. Raises CaseNotFound for everybody else."""
    return await theirs(await Case.get_or_none(case_no=case_no), citizen_id)  # type: ignore[arg-type]


async def theirs(case: C | None, citizen_id: int) -> C:
    """A case that was found, if it is the citizen's or entrusted to them. Raises CaseNotFound for everybody else."""
    by = Actor.citizen(citizen_id)
    if case is None or not await entrusted.may_see(owner=case.citizen_id, item_code=case.item_code, by=by):
        raise CaseNotFound
    return case
