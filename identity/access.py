"""Who may do and see what: staff by role and hall, a citizen's record by whose it is.

A citizen's name, number and phone are sealed; `profile` and `profiles` are the one way to open them, and they ask for
whom.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from foundation import audit, clock, crypto, database, settings
from foundation.actor import Actor
from identity import delegation, looks, staff_sessions
from identity.errors import NoSuchCitizen, NotYourRecord, RealNameNeeded, RoleNeeded
from identity.idnumber import Identity, IdType
from identity.looks import Look
from identity.models import Citizen
from identity.phones import masked_phone
from identity.realname import masked_name


class Role(StrEnum):
    """角色."""

    HALL_MANAGER = "hall_manager"  # 大厅管理员
    WINDOW = "window"  # 窗口
    AGENT = "agent"  # 咨询客服
    EDITOR = "editor"  # 知识编辑
    FINANCE = "finance"  # 财务
    SUPERVISOR = "supervisor"  # 督办
    ADMIN = "admin"  # 系统管理


ROLE_NAMES = {
    Role.HALL_MANAGER: "大厅管理员",
    Role.WINDOW: "窗口",
    Role.AGENT: "咨询客服",
    Role.EDITOR: "知识编辑",
    Role.FINANCE: "财务",
    Role.SUPERVISOR: "督办",
    Role.ADMIN: "系统管理",
}


@dataclass(frozen=True)
class RoleGrant:
    """A role within a subtree of halls: `hall_path` is a prefix such as ``9901/01/``; empty is the whole city."""

    role: Role
    hall_path: str = ""


@dataclass(frozen=True)
class StaffMember:
    """A signed-in 工作人员."""

    id: int
    display_name: str
    roles: tuple[RoleGrant, ...]
    due: str = ""  # what they must see to before anything else: ``password``, ``factor``

    @property
    def actor(self) -> Actor:
        return Actor.staff(self.id)

    def may(self, role: Role, hall_path: str | None = None) -> bool:
        """Whether they hold `role` for the hall at `hall_path`; with None, for any hall at all."""
        held = [grant.hall_path for grant in self.roles if grant.role == role]
        return bool(held) if hall_path is None else any(hall_path.startswith(prefix) for prefix in held)

    def hall_paths(self, role: Role) -> list[str]:
        """The subtrees in which they hold `role`; ``""`` among them is the whole city."""
        return sorted({grant.hall_path for grant in self.roles if grant.role == role})


def require(staff: StaffMember, *roles: Role, hall_path: str | None = None) -> None:
    """Raises RoleNeeded unless they hold one of `roles` for the hall."""
    if not any(staff.may(role, hall_path) for role in roles):
        raise RoleNeeded(detail={"roles": [ROLE_NAMES[role] for role in roles]})


MEMBER = """
select s.display_name, r.role, r.hall_path, f.id is not null as has_factor,
       s.must_change_password
         or ($2::int > 0 and s.password_set_at < $3::timestamptz - make_interval(days => $2)) as password_due
  from staff s left join staff_role r on r.staff_id = s.id
  left join staff_factor f on f.staff_id = s.id and f.confirmed_at is not null
 where s.id = $1 and s.active order by r.id
"""


async def staff_member(staff_id: int) -> StaffMember | None:
    """The staff member with the roles of this moment; None when unknown or no longer active."""
    console = settings.current().console
    rows = await database.fetch(MEMBER, staff_id, console.password_days, clock.now())
    if not rows:
        return None
    grants = tuple(RoleGrant(Role(row["role"]), row["hall_path"]) for row in rows if row["role"])
    bound = not rows[0]["has_factor"] and any(grant.role in console.totp_roles for grant in grants)
    due = "password" if rows[0]["password_due"] else "factor" if bound else ""
    return StaffMember(staff_id, rows[0]["display_name"], grants, due)


async def staff_names(staff_ids: Collection[int]) -> dict[int, str]:
    """Id → the name colleagues know them by."""
    rows = await database.fetch("select id, display_name from staff where id = any($1)", list(staff_ids))
    return {row["id"]: row["display_name"] for row in rows}


async def signed_in_staff(token: str) -> StaffMember | None:
    """Whose staff token this is. Raises RedisGone."""
    session = await staff_sessions.who(token)
    return None if session is None else await staff_member(session.staff_id)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A citizen's record, opened. Show the masked forms unless the whole is what was asked for."""

    citizen_id: int
    verified: bool
    name: str = field(repr=False)
    identity: Identity | None
    phone: str = field(repr=False)
    phone_verified: bool = False

    @property
    def masked_name(self) -> str:
        """An organisation's name is public."""
        return self.name if self.is_organisation else masked_name(self.name)

    @property
    def is_organisation(self) -> bool:
        return self.identity is not None and self.identity.id_type is IdType.CREDIT_CODE

    @property
    def masked_number(self) -> str:
        return self.identity.masked if self.identity else ""

    @property
    def masked_phone(self) -> str:
        return masked_phone(self.phone)


async def profile(citizen_id: int, *, seen_by: Actor, scope: str = "", why: str = "") -> Profile:
    """One citizen's record: one's own, one's principal's within `scope`, or any for staff and the system.

    What a staff member reads is audited and shown to the person, with `why`; whether this hall's records are theirs to
    read, the caller has checked.
    Raises NoSuchCitizen, NotYourRecord.
    """
    citizen_id = await active_id(citizen_id)
    if seen_by.kind == "citizen" and not await delegation.may_act(
        agent=await active_id(seen_by.number), principal=citizen_id, scope=scope
    ):
        raise NotYourRecord
    found = await _read([citizen_id], seen_by, Look.PROFILE, why)
    if citizen_id not in found:
        raise NoSuchCitizen
    return found[citizen_id]


async def profiles(
    citizen_ids: Collection[int], *, seen_by: Actor, what: Look = Look.PROFILE, why: str = ""
) -> dict[int, Profile]:
    """Many records at once, for a list that staff or the system works through; unknown ids are left out."""
    if seen_by.kind == "citizen":
        raise NotYourRecord
    return await _read(citizen_ids, seen_by, what, why)


async def _read(citizen_ids: Collection[int], seen_by: Actor, what: Look, why: str) -> dict[int, Profile]:
    rows = await Citizen.filter(id__in=list(citizen_ids), state="active")
    if seen_by.kind == "staff" and rows:
        async with database.transaction():
            ids = sorted(row.id for row in rows)
            subject = f"citizen:{ids[0]}" if len(ids) == 1 else "citizens"
            await audit.record("citizen.read", subject=subject, by=seen_by, detail={"citizens": ids})
            await looks.record_access(ids, what=what, why=why, by=seen_by)
    return {row.id: opened(row) for row in rows}


# Who was merged into another is that one: `c` is whoever is asked about, as they are today.
OF_WHOM_FROM = """
  from citizen known join citizen c on c.id = coalesce(known.merged_into_id, known.id)"""
OF_WHOM_WHERE = """
 where known.id = asked.who and known.state <> 'deleted' and c.state = 'active'"""
OF_WHOM = OF_WHOM_FROM + OF_WHOM_WHERE


async def active_id(citizen_id: int) -> int:
    """Who this citizen is today: after a merge, the one they were merged into. Raises NoSuchCitizen."""
    row = await database.fetchrow("select state, merged_into_id from citizen where id = $1", citizen_id)
    if row is None or row["state"] == "deleted":
        raise NoSuchCitizen
    return int(row["merged_into_id"] or citizen_id)


async def require_real_name(citizen_id: int) -> None:
    """Raises RealNameNeeded until the citizen is verified (实名)."""
    verified = "select true from citizen where id = $1 and state = 'active' and verified_at is not null"
    if not await database.fetchval(verified, citizen_id):
        raise RealNameNeeded


@dataclass(frozen=True)
class Account:
    """A citizen's account at a platform: where messages go and payments come from."""

    id: int
    platform: str
    app_id: str
    openid: str = field(repr=False)


async def accounts(citizen_id: int, *, platform: str = "") -> list[Account]:
    """The citizen's platform accounts, the newest first."""
    rows = await database.fetch(
        """select id, platform, app_id, openid from platform_account
           where citizen_id = $1 and ($2 = '' or platform = $2) order by id desc""",
        citizen_id,
        platform,
    )
    return [Account(**dict(row)) for row in rows]


class Kept(Protocol):
    """A citizen's row as it lies there, sealed; `Citizen` is one."""

    @property
    def id(self) -> int: ...
    @property
    def verified_at(self) -> datetime | None: ...
    @property
    def real_name_sealed(self) -> str: ...
    @property
    def id_type(self) -> str: ...
    @property
    def id_number_sealed(self) -> str: ...
    @property
    def phone_sealed(self) -> str: ...
    @property
    def phone_verified_at(self) -> datetime | None: ...


def opened(row: Kept) -> Profile:
    """What `profile` gives, of a row that the caller may read."""
    return Profile(
        citizen_id=row.id,
        verified=row.verified_at is not None,
        name=_open(row.real_name_sealed),
        identity=Identity.kept(row.id_type, _open(row.id_number_sealed)) if row.id_number_sealed else None,
        phone=_open(row.phone_sealed),
        phone_verified=row.phone_verified_at is not None,
    )


def _open(sealed: str) -> str:
    return crypto.open_sealed(sealed) if sealed else ""
