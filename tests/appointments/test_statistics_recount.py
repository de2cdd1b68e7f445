"""Statistics equal a recount of the rows, whatever the rows are."""

import asyncio
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from appointments import statistics
from appointments.models import AppointmentType
from appointments.states import NAMES
from appointments.statistics import By, Line
from catalogue.models import Hall
from foundation import clock, database
from tests.builders.appointments import a_type
from tests.builders.past_days import MONDAY, Visit, a_past_slot, a_past_ticket, a_past_visit, a_sub_hall

OUTCOMES = ("finished", "no_show", "unserved", "cancelled", "office_cancelled")
COUNTED = ("places", "taken", "booked", *OUTCOMES, "tickets", "walk_ins")
MEASURED = ("lead_hours", "wait_minutes", "long_wait_minutes", "service_minutes")

visits = st.builds(
    Visit,
    state=st.sampled_from([*NAMES, "finished", "finished"]),
    lead=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)),
    drawn_before=st.none() | st.timedeltas(min_value=-timedelta(hours=1), max_value=timedelta(hours=2)),
    called_after=st.none() | st.floats(0, 90),
    served=st.none() | st.floats(0.5, 60),
)
slots = st.fixed_dictionaries({
    "business": st.integers(0, 3),
    "day": st.integers(0, 9),
    "hour": st.sampled_from([0, 8, 9, 16, 23]),
    "capacity": st.integers(1, 4),
    "state": st.sampled_from(["open", "open", "suspended", "withdrawn"]),
    "visits": st.lists(visits, max_size=4),
    "member": st.booleans(),
    "further": st.booleans(),
})  # fmt: skip
walk_ins = st.tuples(
    st.integers(0, 3), st.integers(0, 9), st.integers(0, 23), st.none() | st.floats(0, 90), st.none() | st.floats(1, 60)
)
towns = st.tuples(
    st.lists(slots, min_size=1, max_size=8, unique_by=lambda one: (one["business"], one["day"], one["hour"])),
    st.lists(walk_ins, max_size=4),
)
asked = st.tuples(st.integers(0, 5), st.integers(4, 9), st.sampled_from(get_args(By)), st.none() | st.integers(0, 4))


async def build(town: Any) -> tuple[Hall, list[AppointmentType]]:
    """A hall with two businesses, one below it with one, a pool whose member is elsewhere, and one that is not ours."""
    above = await a_sub_hall()
    below, beside = await a_sub_hall(under=above), await a_sub_hall()
    businesses = [
        await a_type(hall=hall, name=f"业务{n}") for n, hall in enumerate((above, above, below, beside, below))
    ]
    member = businesses[4]
    await AppointmentType.filter(id=member.id).update(pool_id=businesses[1].id)
    made = [await a_past_slot(businesses[one["business"]], day=MONDAY + timedelta(days=one["day"]), hour=one["hour"],
                              capacity=one["capacity"], state=one["state"]) for one in town[0]]  # fmt: skip
    for one, slot in zip(town[0], made, strict=True):
        same_day = [
            other for other in made if (other.day, other.type_id) == (slot.day, slot.type_id) and other is not slot
        ]  # type: ignore[attr-defined]
        for visit in one["visits"]:
            visit.further = same_day[0] if one["further"] and same_day else None
            await a_past_visit(slot, visit, of=member if one["member"] and one["business"] == 1 else None)
    for business, day, hour, called_after, served in town[1]:
        on = MONDAY + timedelta(days=day)
        at = datetime(on.year, on.month, on.day, hour, 15, tzinfo=clock.SHANGHAI)
        await a_past_ticket(
            type_id=businesses[business].id, day=on, drawn_at=at, called_after=called_after, served=served
        )
    return above, businesses


def at_percent(values: list[float], percent: int) -> float | None:
    """As PostgreSQL's percentile_cont: between the two nearest, in proportion."""
    if not values:
        return None
    ordered, place = sorted(values), (len(values) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def local(at: datetime) -> datetime:
    return at.astimezone(clock.SHANGHAI)


async def recount(hall: Hall, start: date, end: date, by: By, type_id: int | None) -> dict[Any, dict[str, Any]]:
    """Key → figures, from whole tables, row by row. The key "all" is the total."""
    tables = {
        name: {row["id"]: row for row in await database.fetch(f"select * from {name}")}
        for name in ("hall", "appointment_type", "slot", "appointment", "further_slot", "ticket")
    }
    ours = {one["id"] for one in tables["hall"].values() if one["path"].startswith(hall.path)}
    hall_of = {one["id"]: one["hall_id"] for one in tables["appointment_type"].values()}
    found: dict[Any, dict[str, Any]] = defaultdict(
        lambda: {**dict.fromkeys(COUNTED, 0), "lead": [], "wait": [], "service": []}
    )

    def lines(hall_id: int, of: int | None, day: date, at: datetime) -> list[dict[str, Any]]:
        if hall_id not in ours or not start <= day <= end or (type_id is not None and of != type_id):
            return []
        keys = {"hall": hall_id, "type": of, "day": day, "weekday": day.isoweekday(), "hour": local(at).hour}
        return [found[keys[by]], found["all"]]

    gone = ("cancelled", "office_cancelled", "rescheduled", "declined", "lapsed")
    holding = [one for one in tables["appointment"].values() if one["state"] not in gone]
    taken = [one["slot_id"] for one in holding]
    taken += [
        f["slot_id"] for f in tables["further_slot"].values() for one in holding if one["id"] == f["appointment_id"]
    ]
    for slot in tables["slot"].values():
        if slot["state"] != "withdrawn":
            for line in lines(hall_of[slot["type_id"]], slot["type_id"], slot["day"], slot["starts_at"]):
                line["places"] += slot["capacity"]
                line["taken"] += taken.count(slot["id"])
    for one in tables["appointment"].values():
        if one["state"] in ("held", "declined", "lapsed", "rescheduled"):
            continue
        starts_at = tables["slot"][one["slot_id"]]["starts_at"]
        for line in lines(hall_of[one["type_id"]], one["type_id"], one["day"], starts_at):
            line["booked"] += 1
            line["lead"].append((starts_at - one["created_at"]).total_seconds() / 3600)
            if one["state"] in OUTCOMES:
                line[one["state"]] += 1
    for ticket in tables["ticket"].values():
        booked = tables["appointment"].get(ticket["appointment_id"])
        for line in lines(ticket["hall_id"], booked["type_id"] if booked else None, ticket["day"], ticket["drawn_at"]):
            line["tickets"] += 1
            line["walk_ins"] += booked is None
            if ticket["first_called_at"]:
                line["wait"].append((ticket["first_called_at"] - ticket["drawn_at"]).total_seconds() / 60)
            if ticket["state"] == "finished":
                line["service"].append((ticket["finished_at"] - ticket["called_at"]).total_seconds() / 60)
    return found


async def compare(town: Any, question: Any) -> None:
    hall, businesses = await build(town)
    first, last, by, business = question
    start, end = (MONDAY + timedelta(days=one) for one in sorted((first, last)))
    type_id = None if business is None else businesses[business].id
    told = await statistics.over(within=[hall.path], start=start, end=end, by=by, type_id=type_id)
    counted = await recount(hall, start, end, by, type_id)
    in_all = counted.pop("all", None)
    if in_all is None:
        assert told.lines == []
        assert told.total == Line(key=None, name="合计")
        return
    assert {line.key for line in told.lines} == set(counted)
    assert len(told.lines) == len(counted)
    for line, figures in [(told.total, in_all), *((line, counted[line.key]) for line in told.lines)]:
        assert {name: getattr(line, name) for name in COUNTED} == {name: figures[name] for name in COUNTED}
        expected = (at_percent(figures["lead"], 50), at_percent(figures["wait"], 50), at_percent(figures["wait"], 90),
                    at_percent(figures["service"], 50))  # fmt: skip
        assert [getattr(line, name) for name in MEASURED] == [
            None if one is None else pytest.approx(one, abs=1e-6) for one in expected
        ]
    reached.update(name for name in (*COUNTED, *MEASURED) if getattr(told.total, name))


reached: set[str] = set()


@pytest.mark.usefixtures("db")
async def test_statistics_equal_a_recount_of_the_rows() -> None:
    loop = asyncio.get_running_loop()
    bounded = settings(max_examples=120, deadline=None, database=None, derandomize=True, phases=[Phase.generate])

    @bounded
    @given(towns, asked)
    def recounted(town: Any, question: Any) -> None:
        asyncio.run_coroutine_threadsafe(compare(town, question), loop).result(60)

    await asyncio.to_thread(recounted)
    assert reached >= {*COUNTED, *MEASURED}, "too little was counted to compare anything"
