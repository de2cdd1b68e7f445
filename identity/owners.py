"""Whose many records are that name persons: `realname.owner_of` for a batch, in two statements."""

from collections.abc import Sequence

from foundation import crypto, database
from identity.idnumber import Identity
from identity.realname import names_agree

LOCK = """
select pg_advisory_xact_lock_shared(hashtextextended(number, 12))
  from (select distinct number from unnest($1::text[]) as number order by number) as numbers
"""
CITIZENS = """
select id, id_type, id_fingerprint, real_name_sealed from citizen where id_fingerprint = any($1::text[])
   and state = 'active'
"""


async def of(people: Sequence[tuple[Identity, str]]) -> list[int | None]:
    """Inside a transaction: for each document and name the citizen whose it is, if one was verified.

    Until the transaction ends nobody is verified with one of these numbers.
    """
    await database.joined().execute(LOCK, [identity.fingerprint for identity, _ in people])
    wanted = sorted({mark for identity, _ in people for mark in identity.fingerprints})
    rows = await database.fetch(CITIZENS, wanted)
    known = {(row["id_type"], row["id_fingerprint"]): row for row in rows}
    found: list[int | None] = []
    for identity, name in people:
        marks = [(identity.id_type.value, mark) for mark in identity.fingerprints]
        row = next((known[one] for one in marks if one in known), None)
        theirs = row is not None and names_agree(identity, name, crypto.open_sealed(row["real_name_sealed"]))
        found.append(row["id"] if row is not None and theirs else None)
    return found
