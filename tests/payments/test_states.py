"""What a bill and an order can become: the table, the code and the database say the same."""

import ast
import asyncio
from itertools import product
from pathlib import Path

import asyncpg
import pytest

from foundation import clock, database
from payments import states
from payments.models import Bill, PaymentOrder
from tests.builders.payments import begun, state_of
from tests.payments.conftest import Tills

ROOM = Path(__file__).parents[2] / "payments"
PAIRS = [(table, moves, one) for table, moves in (("bill", states.BILL_MOVES), ("payment_order", states.ORDER_MOVES))
         for one in product(moves, moves)]  # fmt: skip
# What a row of that state holds besides.
HOLDS = {"bill": {"settled": "settled_at = now()", "refunded": "settled_at = now()"},
         "payment_order": {"paid": "paid_at = now()", "refunded": "paid_at = now()"}}  # fmt: skip
NOTHING = {"bill": "settled_at = null", "payment_order": "paid_at = null"}


class TakenBack(Exception):
    """It was only tried."""


async def put(table: str, row_id: int, state: str) -> None:
    holds = HOLDS[table].get(state, NOTHING[table])
    await database.joined().execute(f"update {table} set state = '{state}', {holds} where id = {row_id}")


async def moves_in_the_database(table: str, row_id: int, before: str, after: str) -> bool:
    """Whether the database lets the row go from `before` to `after`; nothing stays of it."""
    try:
        async with database.transaction() as tx:
            await tx.execute("set local session_replication_role = replica")
            await put(table, row_id, before)
            await tx.execute("set local session_replication_role = origin")
            await put(table, row_id, after)
            raise TakenBack
    except asyncpg.CheckViolationError:
        return False
    except TakenBack:
        return True


async def test_the_database_knows_the_same_moves_as_the_table(tills: Tills):
    bill, order, _ = await begun()
    ids = {"bill": bill.id, "payment_order": order.id}
    differing = [
        (table, before, after)
        for table, moves, (before, after) in PAIRS
        if await moves_in_the_database(table, ids[table], before, after) != (before == after or after in moves[before])
    ]
    assert differing == []


@pytest.mark.parametrize("table", ["bill", "payment_order"])
@pytest.mark.parametrize("moves", ["origin", "replica"])
async def test_the_database_refuses_a_state_that_is_none(tills: Tills, table: str, moves: str):
    """By its moves, and without them (a replica's session runs no trigger) by its check."""
    bill, order, _ = await begun()
    row = {"bill": bill, "payment_order": order}[table]

    async def write() -> None:
        async with database.transaction() as tx:
            await tx.execute(f"set local session_replication_role = {moves}")
            await tx.execute(f"update {table} set state = 'half_paid' where id = {row.id}")

    with pytest.raises(asyncpg.CheckViolationError):
        await write()


def test_every_state_has_a_name_and_can_be_reached_or_is_the_first():
    for moves, names, first in (
        (states.BILL_MOVES, states.BILL_NAMES, "unpaid"),
        (states.ORDER_MOVES, states.ORDER_NAMES, "created"),
    ):
        assert moves.keys() == names.keys()
        assert {after for onward in moves.values() for after in onward} == moves.keys() - {first}


OTHERS = ("Refund.", "Receipt.")


def written_otherwise(source: str) -> list[int]:
    """Lines that write the state of a bill or an order without `states`. Refunds and receipts have their own."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            if any(one.arg == "state" for one in node.keywords) and not ast.unparse(node.func).startswith(OTHERS):
                found.append(node.lineno)
        targets = node.targets if isinstance(node, ast.Assign) else []
        named = [one for target in targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])]
        for one in named:
            if isinstance(one, ast.Attribute) and one.attr == "state" and ast.unparse(one.value) in ("bill", "order"):
                found.append(node.lineno)
    return found


def moved_to(source: str) -> set[tuple[str, str]]:
    """(verb, state) of every move that is asked for."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return {
        (node.func.attr, node.args[1].value)
        for node in calls
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("move_bill", "move_order")
        if isinstance(node.args[1], ast.Constant)
    }


def test_every_move_in_the_code_is_in_the_table_and_the_other_way_round():
    sources = {path.name: path.read_text() for path in ROOM.glob("*.py") if path.name != "states.py"}
    assert {name: lines for name, source in sources.items() if (lines := written_otherwise(source))} == {}
    asked = set().union(*(moved_to(source) for source in sources.values()))
    bills = {("move_bill", after) for onward in states.BILL_MOVES.values() for after in onward}
    orders = {("move_order", after) for onward in states.ORDER_MOVES.values() for after in onward}
    assert asked == bills | orders


def test_a_state_that_is_written_past_the_table_would_be_seen():
    assert written_otherwise("PaymentOrder.filter(id=1).update(state='closed')") == [1]
    assert written_otherwise("order.state, order.ask_at = 'paid', None") == [1]
    assert written_otherwise("Refund.filter(id=1).update(state='done')\nrefund.state = 'done'") == []


async def test_a_move_from_elsewhere_does_not_happen(tills: Tills):
    bill, order, _ = await begun()
    assert await states.move_order(order, "paid", paid_at=clock.now())
    for to in ("awaiting", "unknown", "closed"):
        assert not await states.move_order(order, to)
    assert (order.state, await state_of(order)) == ("paid", "paid")
    assert not await states.move_bill(bill, "refunded")
    assert await state_of(bill) == "unpaid"


async def test_of_two_moves_at_once_one_happens(tills: Tills):
    for _ in range(5):
        bill, order, _ = await begun()
        one, other = await PaymentOrder.get(id=order.id), await PaymentOrder.get(id=order.id)
        moved = await asyncio.gather(
            states.move_order(one, "closed", ask_at=None), states.move_order(other, "closed", ask_at=None)
        )
        assert sorted(moved) == [False, True]
        withdrawn = await Bill.get(id=bill.id)
        moved = await asyncio.gather(
            states.move_bill(bill, "settled", settled_at=clock.now()), states.move_bill(withdrawn, "withdrawn")
        )
        assert sorted(moved) == [False, True]
