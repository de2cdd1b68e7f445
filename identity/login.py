"""登录: a platform's single-use code becomes a citizen and an opaque token."""

from dataclasses import dataclass
from typing import Any

import asyncpg

from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from identity import platforms, policy, sessions
from identity.platforms import Holder, Name, Via

FIND = """select a.id as account_id, c.id as citizen_id, c.verified_at is not null as real_name_done
          from platform_account a join citizen c on c.id = a.citizen_id
          where a.platform = $1 and a.app_id = $2 and a.openid = $3"""
FIND_UNION = """select citizen_id from platform_account
                where platform = $1 and unionid = $2 and unionid <> '' order by id limit 1"""
MARK = 16  # signs
NEW_CITIZEN = """insert into citizen (state, real_name_sealed, id_type, id_number_sealed, phone_sealed, created_at)
                 values ('active', '', '', '', '', $1) returning id"""
NEW_ACCOUNT = """insert into platform_account (citizen_id, platform, app_id, openid, unionid, created_at)
                 values ($1, $2, $3, $4, $5, $6)"""


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """`token` is shown this once. `real_name_done`: 已实名. `first_time`: the account was new to us."""

    token: str
    citizen_id: int
    account_id: int
    real_name_done: bool
    first_time: bool

    @property
    def mark(self) -> str:
        """The same for a citizen whenever they sign in, and tells nothing of them: by it a device that others use, too,
        knows whose is what was typed there.
        """
        return crypto.fingerprint(str(self.citizen_id), purpose="device")[:MARK]


def address_of(platform: Name, *, redirect: str, state: str) -> str:
    """Where a browser goes to sign in with `platform`; it comes back to `redirect` with a code."""
    return platforms.named(platform).authorize_address(redirect=redirect, state=state)


async def with_platform(
    *, platform: Name, code: str, via: Via = "mini", device: str = "", address: str = "", agrees_to: str = ""
) -> SignedIn:
    """Sign in; `agrees_to` is the version of the privacy policy that was agreed to on the way, if one was.

    Raises CodeUnusable (401), RiskyAccount, SlowDown, OutcomeUnknown, OutsideUnavailable, RedisGone.
    """
    holder = await platforms.named(platform).holder(code=code, via=via)
    account, first_time = await account_of(platform, holder)
    agreed = await agreed_version(account["citizen_id"], agrees_to)
    token = await sessions.start(
        policy=agreed,
        citizen_id=account["citizen_id"],
        account_id=account["account_id"],
        platform=platform,
        device=device,
        address=address,
    )
    return SignedIn(token=token, first_time=first_time, **dict(account))


async def account_of(platform: str, holder: Holder) -> tuple[Any, bool]:
    """The account (its ids, real_name_done), made with its citizen at first sight, and whether this was the first."""
    known = await _find(platform, holder)
    return known or await _first_sight(platform, holder), known is None


async def agreed_version(citizen_id: int, version: str) -> str:
    """A version that is in force no more was not agreed to in vain: the person is asked for the new one."""
    if version and version == policy.current().version:
        await policy.agree(citizen_id=citizen_id, version=version, by=Actor.citizen(citizen_id))
        return version
    return await policy.agreed(citizen_id)


async def _find(platform: str, holder: Holder) -> asyncpg.Record | None:
    return await database.fetchrow(FIND, platform, holder.app_id, holder.openid)


async def _first_sight(platform: str, holder: Holder) -> asyncpg.Record:
    try:
        return await _join(platform, holder)
    except asyncpg.UniqueViolationError:
        # somebody past the lock was first; the unique index had the last word, and the account is there
        account = await _find(platform, holder)
        assert account is not None
        return account


@database.retry_on_deadlock
async def _join(platform: str, holder: Holder) -> asyncpg.Record:
    """The account and its citizen, made when they are not there: two sign-ins at one moment make one of each."""
    async with database.transaction() as tx:
        await _lock_person(platform, holder)
        known = await _find(platform, holder)
        if known is not None:
            return known
        citizen_id = await tx.fetchval(FIND_UNION, platform, holder.unionid)
        if citizen_id is None:
            citizen_id = await tx.fetchval(NEW_CITIZEN, clock.now())
        now = clock.now()
        await tx.execute(NEW_ACCOUNT, citizen_id, platform, holder.app_id, holder.openid, holder.unionid, now)
        by = Actor.citizen(citizen_id)
        await audit.record("account.joined", subject=f"citizen:{citizen_id}", by=by, detail={"platform": platform})
        account = await _find(platform, holder)
        assert account is not None
        return account


async def _lock_person(platform: str, holder: Holder) -> None:
    """One at a time per person: rows that are not there yet cannot be locked, their name can."""
    person = f"{platform}:{holder.unionid or holder.openid}"
    await database.joined().execute("select pg_advisory_xact_lock(hashtextextended($1, 11))", person)
