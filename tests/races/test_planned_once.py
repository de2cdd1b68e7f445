"""The long statement of a reservation is planned once a connection, maybe while all tables are small: it must hold."""

import pytest

from appointments import seats
from foundation import database
from tests.builders.appointments import a_citizen

pytestmark = pytest.mark.usefixtures("db")

GROWING = ("appointment", "citizen", "slot", "audit_row", "procrastinate_jobs")


USUAL, TOLD = "4", "1.1"  # what a server takes a random page to cost


async def plan_on_the_first_morning(page: str) -> str:
    """How TAKE is planned after the first statement of a reservation, where the tables are known to be empty."""
    nobody = ", ".join(["null"] * 19)
    async with database.transaction() as tx:
        await tx.execute(f"set local random_page_cost = {page}")
        await tx.execute(f"analyze {', '.join(GROWING)}")
        await tx.fetch(seats.FREE_PERSONS_FIRST, [(await a_citizen()).number])
        await tx.execute(f"prepare take_on_the_first_morning as {seats.TAKE}")
        try:
            return "\n".join(row[0] for row in await tx.fetch(f"explain execute take_on_the_first_morning({nobody})"))
        finally:
            await tx.execute("deallocate take_on_the_first_morning")


@pytest.mark.parametrize("page", [USUAL, TOLD])
async def test_nothing_that_grows_is_read_from_end_to_end(page: str) -> None:
    plan = await plan_on_the_first_morning(page)
    assert [one for one in GROWING if f"Seq Scan on {one}" in plan] == []
    assert "appointment_live_by_day" not in plan  # all of that day's, for each person again


async def test_control_planned_as_postgresql_would_it_reads_all_bookings(monkeypatch: pytest.MonkeyPatch) -> None:
    careless = seats.FREE_PERSONS_FIRST.replace("set_config('enable_seqscan', 'off', true)", "true")
    monkeypatch.setattr(seats, "FREE_PERSONS_FIRST", careless)
    assert "Seq Scan on appointment" in await plan_on_the_first_morning(USUAL)
