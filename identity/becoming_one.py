"""Two accounts of one person: proofs, wards, agencies, consents and what else is kept of both becomes one's.

Looks at a record are appended and stay where they are; `looks.of` reads those of both.
"""

from foundation import database

MOVES = (
    "update identity_proof set citizen_id = $2 where citizen_id = $1",
    # nobody is their own guardian, and of two live guardianships of one pair the elder stays
    "delete from guardianship where guardian_id in ($1, $2) and child_id in ($1, $2)",
    """update guardianship f set ended_at = statement_timestamp() from guardianship k
        where f.ended_at is null and k.ended_at is null
          and (f.guardian_id = $1 and k.guardian_id = $2 and f.child_id = k.child_id
               or f.child_id = $1 and k.child_id = $2 and f.guardian_id = k.guardian_id)""",
    "update guardianship set guardian_id = $2 where guardian_id = $1",
    "update guardianship set child_id = $2 where child_id = $1",
    # of two roles in one organisation the higher stays, of equals the one of the citizen that is kept
    """with both_of as (
      select id, row_number() over (partition by organisation_id order by
                 array_position(array['active', 'claimed'], state::text),
                 array_position(array['legal_person', 'administrator', 'agent'], role::text), citizen_id = $1) as nth
        from organisation_agent where citizen_id in ($1, $2) and state in ('active', 'claimed')
    ) update organisation_agent a set state = 'ended', ended_at = statement_timestamp()
        from both_of b where b.id = a.id and b.nth > 1""",
    "update organisation_agent set citizen_id = $2 where citizen_id = $1",
    """update policy_consent f set withdrawn_at = statement_timestamp() from policy_consent k
        where f.citizen_id = $1 and k.citizen_id = $2 and f.version = k.version
          and f.withdrawn_at is null and k.withdrawn_at is null""",
    "update policy_consent set citizen_id = $2 where citizen_id = $1",
    # a copy of half a person's data, and the wish to close one of two accounts, are nobody's any more
    "delete from data_export where citizen_id = $1 and citizen_id <> $2",
    """update leaving set state = 'withdrawn', ended_at = statement_timestamp()
        where citizen_id = $1 and citizen_id <> $2 and state = 'waiting'""",
    "update leaving set citizen_id = $2 where citizen_id = $1",
)


async def move(*, gone: int, kept: int) -> None:
    """Within the transaction of the merge, both rows locked."""
    for statement in MOVES:
        await database.joined().execute(statement, gone, kept)
