"""Citizens with real names, made by the hundred, and signed in."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import date, timedelta

from stdnum.cn import ric

from foundation import clock, crypto, database
from identity import policy, sessions
from identity.idnumber import Identity, IdType

AT_ONCE = 32
PER_DAY = 1000
_numbers = itertools.count()

INSERT = """
insert into citizen (state, real_name_sealed, id_type, id_number_sealed, id_fingerprint, phone_sealed, verified_at,
                     created_at)
select 'active', $1, 'id_card', sealed, fingerprint, '', $4, $4
  from unnest($2::text[], $3::text[]) as person(sealed, fingerprint) returning id
"""


def identities(number: int) -> list[Identity]:
    """As many numbers that nobody holds: there is no county 659999."""
    return [_identity(next(_numbers)) for _ in range(number)]


def _identity(nth: int) -> Identity:
    born = date(1950, 1, 1) + timedelta(days=nth // PER_DAY)
    digits = f"659999{born:%Y%m%d}{nth % PER_DAY:03d}"
    return Identity(IdType.ID_CARD, digits + ric.calc_check_digit(digits + "0"))


async def arrive(number: int, *, who: Sequence[Identity] = ()) -> range:
    """The ids of so many new citizens, one after another; of `who`, when they must be found by their number."""
    who = who or identities(number)
    rows = await database.fetch(
        INSERT,
        crypto.seal("张三"),
        [crypto.seal(one.number) for one in who],
        [one.fingerprint for one in who],
        clock.now(),
    )
    ids = range(rows[0]["id"], rows[0]["id"] + number)
    assert [row["id"] for row in rows] == list(ids), "somebody else makes citizens here"
    return ids


async def sign_in(citizens: Sequence[int]) -> list[str]:
    """A token for each."""
    found: list[str] = []
    version = policy.current().version
    for begin in range(0, len(citizens), AT_ONCE):
        some = citizens[begin : begin + AT_ONCE]
        found += await asyncio.gather(
            *(
                sessions.start(
                    citizen_id=one,
                    account_id=one,
                    platform="wechat",
                    device="benchmark",
                    policy=version,
                )
                for one in some
            )
        )
    return found
