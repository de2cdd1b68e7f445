"""变更预览的内容: what a change would do, as it is kept and shown: slots, days, persons, and where they could go."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from appointments import nearest
from appointments.affected import Person
from appointments.changes import Reach
from appointments.difference import Difference
from appointments.states import NAMES

PERSONS_SHOWN = 300  # so many can be decided about one by one; for the rest one choice holds
SLOTS_SHOWN = 300  # a change may touch thousands: the days say how many, the first ones are shown one by one


async def of(reach: Reach, found: Sequence[Difference], persons: Sequence[Person]) -> dict[str, Any]:
    """Everything that would come of a change of this reach."""
    names = {one.id: one.name for one in reach.types}
    return {
        "title": reach.title,
        "subject": reach.subject,
        "totals": dict(Counter(one.kind for one in found)),
        "places": sum(_gain(one) for one in found),
        "days": _days(found, names),
        "slots": [_slot(one, names) for one in found[:SLOTS_SHOWN]],
        "unshown": max(0, len(found) - SLOTS_SHOWN),
        "persons": await _persons(persons, found),
    }


def persons(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(body["persons"])


def _days(found: Sequence[Difference], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Business and day → how many slots are added, changed, removed, and how many places more there are."""
    by_day: dict[tuple[date, int], list[Difference]] = defaultdict(list)
    for one in found:
        by_day[_day(one), one.type_id].append(one)
    return [
        {
            "day": day.isoformat(), "type": names[type_id], "places": sum(_gain(one) for one in those),
            **Counter(one.kind for one in those),
        }
        for (day, type_id), those in sorted(by_day.items())
    ]  # fmt: skip


def _slot(one: Difference, names: Mapping[int, str]) -> dict[str, Any]:
    shape = one.after or one.before
    assert shape is not None
    return {
        "type": names[one.type_id], "kind": one.kind, "share": shape.share, "day": shape.day.isoformat(),
        "starts_at": shape.starts_at.isoformat(), "ends_at": shape.ends_at.isoformat(),
        "before": one.before.capacity if one.before else None, "after": one.after.capacity if one.after else None,
        "booked": one.before.booked if one.before else 0,
    }  # fmt: skip


def _day(one: Difference) -> date:
    shape = one.after or one.before
    assert shape is not None
    return shape.day


def _gain(one: Difference) -> int:
    """How many places more there are; a withdrawn slot that comes back had none."""
    had = one.before.capacity if one.before and one.before.state != "withdrawn" else 0
    return (one.after.capacity if one.after else 0) - had


async def _persons(affected: Sequence[Person], found: Sequence[Difference]) -> list[dict[str, Any]]:
    places = await nearest.places(affected, found)
    lines = []
    for nth, one in enumerate(affected):
        number = nearest.OFFERED if nth < PERSONS_SHOWN else 1
        near = places.near(one, number=number) if one.state == "booked" else []
        if near:
            places.take(one, near[0])
        options = [{"starts_at": at.isoformat(), "share": share} for at, share in near]
        lines.append(
            {
                "id": one.id, "code": one.code, "citizen_id": one.citizen_id, "name": one.name, "state": one.state,
                "state_name": NAMES[one.state], "type": one.type_name, "starts_at": one.starts_at.isoformat(),
                "why": one.why, "suggested": options[0] if options else None, "options": options,
            }
        )  # fmt: skip
    return lines
