"""The published order (docs/queue.md), tried without a database."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from appointments import queueing
from appointments.queueing import InLine

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def one(number: int, kind: str, *, came: int = 0, slot: int | None = None, window: str = "") -> InLine:
    starts = None if slot is None else at(slot)
    return InLine(
        ticket_id=number, kind=kind, window=window, due_at=queueing.due(kind, drawn_at=at(came), slot_starts_at=starts)
    )


def numbers(waiting: list[InLine]) -> list[int]:
    return [ticket.ticket_id for ticket in waiting]


def test_booked_by_slot_whoever_checked_in_first() -> None:
    assert numbers(queueing.order([one(1, "booked", came=0, slot=30), one(2, "booked", came=20, slot=0)])) == [2, 1]


def test_a_walk_in_yields_a_quarter_of_an_hour_and_no_longer() -> None:
    early, later = one(1, "walk_in", came=0), one(2, "walk_in", came=20)
    assert numbers(queueing.order([early, later, one(3, "booked", slot=15), one(4, "booked", slot=30)])) == [3, 1, 4, 2]


def test_the_late_stand_after_the_booked_of_their_slot_and_before_walk_ins_of_their_moment() -> None:
    waiting = [one(1, "late", came=20, slot=0), one(2, "booked", slot=0), one(3, "walk_in", came=20)]
    assert numbers(queueing.order(waiting)) == [2, 1, 3]


def test_priority_first_but_never_three_in_a_row_while_others_wait() -> None:
    waiting = [one(n, "priority", came=n) for n in range(1, 6)] + [one(9, "booked", slot=0), one(8, "walk_in")]
    assert numbers(queueing.order(waiting)) == [1, 2, 9, 3, 4, 8, 5]
    assert numbers(queueing.order(waiting, run=2)) == [9, 1, 2, 8, 3, 4, 5]
    assert numbers(queueing.order(waiting[:5])) == [1, 2, 3, 4, 5]


def test_a_window_calls_first_who_was_sent_to_it_and_never_anothers() -> None:
    waiting = [one(1, "booked", slot=0), one(2, "walk_in", came=50, window="3"), one(3, "booked", slot=0, window="4")]
    assert numbers(queueing.for_window(waiting, window="3")) == [2, 1]
    assert numbers(queueing.for_window(waiting, window="9")) == [1]


def test_the_run_is_counted_from_the_latest_call() -> None:
    assert queueing.run_of(["priority", "priority", "booked", "priority"]) == 2
    assert queueing.run_of(["booked", "priority"]) == queueing.run_of([]) == 0


TICKETS = st.lists(
    st.tuples(st.sampled_from(sorted(queueing.PREFIXES)), st.integers(0, 200), st.integers(0, 200)), max_size=30
)


@given(TICKETS, st.integers(0, 2))
def test_whoever_comes_everyone_is_called_once_and_no_rule_is_broken(
    drawn: list[tuple[str, int, int]], run: int
) -> None:
    waiting = [one(n, kind, came=came, slot=slot) for n, (kind, came, slot) in enumerate(drawn)]
    order = queueing.order(waiting, run=run)
    assert sorted(numbers(order)) == sorted(numbers(waiting))
    rest = [ticket for ticket in order if ticket.kind != "priority"]
    assert [ticket.due_at for ticket in rest] == sorted(ticket.due_at for ticket in rest)
    for place, ticket in enumerate(order):
        run = run + 1 if ticket.kind == "priority" else 0
        others_wait = any(later.kind != "priority" for later in order[place + 1 :])
        assert run <= queueing.PRIORITY_RUN or not others_wait
