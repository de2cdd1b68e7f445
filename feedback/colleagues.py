"""Colleagues to whom something can be given: who holds a role for the halls it is about."""

from collections.abc import Collection

from foundation import database


async def for_halls(path: str, *, roles: Collection[str]) -> list[tuple[int, str]]:
    """(id, name) of those at work who hold one of `roles` for the hall at `path`; empty is the city's desk."""
    rows = await database.fetch(
        """select distinct s.id, s.display_name from staff s join staff_role r on r.staff_id = s.id
            where s.active and r.role = any($1) and starts_with($2, r.hall_path) order by s.display_name, s.id""",
        list(roles), path,
    )  # fmt: skip
    return [(row["id"], row["display_name"]) for row in rows]
