"""登录状态 of staff: kept apart from the citizens' and ending after a working day, used or not."""

from dataclasses import dataclass
from datetime import datetime

from foundation import clock, settings
from identity import devices, session_store
from identity.session_store import Space
from identity.sessions import coarse, moment

STAFF = Space("staff")
STEP = Space("staff-step")  # the password was right, the code is awaited
STEP_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class StaffSession:
    """One sign-in of a staff member; `id` is not the token."""

    id: str
    staff_id: int
    device: str
    place: str
    opened_at: datetime


async def start(*, staff_id: int, device: str = "", address: str = "") -> str:
    """Open a session of CONSOLE_SESSION_HOURS; its token. Raises RedisGone."""
    seconds = settings.current().console.session_hours * 3600
    return await _add(STAFF, staff_id, device, address, seconds)


async def begin(*, staff_id: int, device: str = "", address: str = "") -> str:
    """Wait for the second step, five minutes long; its token, which opens nothing else. Raises RedisGone."""
    return await _add(STEP, staff_id, device, address, STEP_SECONDS)


async def _add(space: Space, staff_id: int, device: str, address: str, seconds: int) -> str:
    now = clock.now().timestamp()
    entry = {"staff": str(staff_id), "device": devices.readable(device), "place": coarse(address), "opened": repr(now)}
    return await session_store.add(space, holder_id=staff_id, entry=entry, seconds=seconds, at=now)


async def begun(step: str) -> StaffSession | None:
    """Whose second step this is. Raises RedisGone."""
    entry = await session_store.find(STEP, step)
    return None if entry is None else _read(session_store.id_of(step), entry)


async def end(begun: StaffSession) -> bool:
    """The second step was taken: it is taken once. Raises RedisGone."""
    return bool(await session_store.drop(STEP, begun.staff_id, [begun.id]))


async def who(token: str) -> StaffSession | None:
    """Whose token this is; one round trip. None when unknown, over or revoked. Raises RedisGone (503)."""
    entry = await session_store.find(STAFF, token)
    return None if entry is None else _read(session_store.id_of(token), entry)


async def mine(staff_id: int) -> list[StaffSession]:
    return [_read(one, entry) for one, entry in await session_store.all_of(STAFF, staff_id)]


async def sign_out(session: StaffSession) -> None:
    await session_store.drop(STAFF, session.staff_id, [session.id])


async def sign_out_everywhere(staff_id: int, *, but: str = "") -> int:
    return await session_store.drop_all(STAFF, staff_id, but=but)


def _read(session_id: str, entry: session_store.Entry) -> StaffSession:
    return StaffSession(
        id=session_id,
        staff_id=int(entry["staff"]),
        device=entry["device"],
        place=entry["place"],
        opened_at=moment(entry["opened"]),
    )
