"""通常用时 equals a recount by hand; below the minimum nothing is said."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from cases import lookup, usual
from cases.models import Case
from cases.progress_models import UsualDuration
from foundation import clock, settings
from identity.idnumber import Identity
from tests.builders import identity as people
from tests.builders.cases import a_case

pytestmark = pytest.mark.usefixtures("db")


def at(days_ago: int) -> datetime:
    return datetime.combine(clock.today() - timedelta(days=days_ago), time(12), clock.SHANGHAI)


async def ended(used: int | None, *, days_ago: int = 5, item: str = "item", stage: str = "closed") -> None:
    case = await a_case()
    await Case.filter(id=case.id).update(item_code=item, stage=stage, closed_at=at(days_ago), used_days=used)


async def test_nine_of_ten_were_done_within_so_many_days():
    with clock.frozen(at(0)):
        settings.use(replace(settings.current(), cases=replace(settings.current().cases, usual_least=10)))
        for days in (3, 1, 4, 1, 5, 9, 2, 6, 5, 30):
            await ended(days)
        for no in ({"days_ago": 0}, {"days_ago": 91}, {"stage": "withdrawn"}, {"item": "few"}):
            await ended(99, **no)
        await ended(None)
        assert await usual.reckon() == 1
        found = await usual.of(["item", "few", "none"])
    assert {name: (one.days, one.counted) for name, one in found.items()} == {"item": (9, 10)}
    assert (found["item"].until, found["item"].since) == (
        clock.today() - timedelta(days=1), clock.today() - timedelta(days=90),
    )  # fmt: skip


async def test_what_has_become_rare_is_said_no_more_and_what_is_said_is_shown():
    settings.use(replace(settings.current(), cases=replace(settings.current().cases, usual_least=1)))
    applicant = Identity.of("id_card", people.id_number())
    citizen = await people.citizen(number=applicant.number)
    await a_case(applicant=applicant)
    await ended(7, item="social-card")
    await usual.reckon()
    (seen,) = await lookup.mine(citizen.id)
    assert seen.usual is not None
    assert (seen.usual.days, seen.usual.counted) == (7, 1)
    await Case.filter(item_code="social-card").update(closed_at=at(200), stage="closed")
    assert await usual.reckon() == 0
    assert not await UsualDuration.exists()
