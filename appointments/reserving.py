"""一个预约请求: what somebody asks for, and the transaction in which it is tried by itself."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import asyncpg

from appointments import seats
from appointments.errors import AlreadyBookedThatDay, KeyInvalid, TooBusy
from foundation import crypto, database, idempotency, logs
from foundation.actor import Actor

CODE_LENGTH = 10
KEY_LENGTH = 80


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A place asked for under a key. Raises KeyInvalid."""

    slot_id: int
    citizen_id: int
    by: Actor
    key: str
    type_id: int | None = None
    code: str = field(default_factory=lambda: crypto.random_code(CODE_LENGTH))
    request_id: str = field(default_factory=logs.request_id)

    def __post_init__(self) -> None:
        if not 1 <= len(self.key) <= KEY_LENGTH:
            raise KeyInvalid

    @cached_property
    def body_hash(self) -> str:
        """What another request under the same key is told apart by."""
        body = {"slot_id": self.slot_id}
        return idempotency.body_hash(body if self.type_id is None else {**body, "type_id": self.type_id})

    def want(self, number: int) -> seats.Want:
        """As `seats` takes it, once the person is locked and the appointment's id is known."""
        return seats.Want(
            id=number, slot_id=self.slot_id, citizen_id=self.citizen_id, key=self.key, body_hash=self.body_hash,
            code=self.code, by=self.by, type_id=self.type_id, request_id=self.request_id,
        )  # fmt: skip


@database.retry_on_deadlock
async def alone(wish: Wish) -> Any:
    """What `seats.take` saw of this wish, in a transaction of its own. Raises NotEnoughInARow, SlotFull, TooBusy."""
    try:
        async with database.transaction():
            others = [] if wish.by == Actor.citizen(wish.citizen_id) else [str(wish.by)]
            numbers = await seats.lock_and_number([wish.citizen_id], booked_by=others)
            (seen,) = await seats.take([wish.want(numbers[wish.citizen_id])])
            return seen
    except asyncpg.UniqueViolationError as clash:
        # Only a merge of two accounts can put a second live row beside the one we counted.
        raise (AlreadyBookedThatDay() if clash.constraint_name == "appointment_one_live" else clash) from clash
    except asyncpg.LockNotAvailableError as waited:
        raise TooBusy(retry_after=2) from waited
