"""Which items can be applied for on line today, and how much was."""

from dataclasses import dataclass

from foundation import database

FORMS = """
select i.slug, i.name, d.name as department, g.version, jsonb_array_length(g.content->'online_form') as fields,
       (select count(*) from filing f where f.item_code = i.item_code and f.state <> 'draft') as filed
  from service_item i join guide g on g.id = i.guide_id join department d on d.id = i.department_id
 where jsonb_array_length(coalesce(g.content->'online_form', '[]')) > 0 order by d.name, i.name"""


@dataclass(frozen=True)
class Listed:
    """One item with a form."""

    slug: str
    name: str
    department: str
    version: int
    fields: int
    filed: int


async def everything() -> list[Listed]:
    return [Listed(**dict(row)) for row in await database.fetch(FORMS)]
