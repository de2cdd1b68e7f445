"""`python -m identity.resealing`: seal anew, while everything serves, whatever an older key sealed.

A column whose name ends in ``_sealed`` is one, whatever room its table belongs to. Rows are taken some at a time; each
is written only if it still holds what was read, so a change at the same moment is never lost, and the command may be
stopped and run again. What rooms keep sealed in a store follows as well (`identity.sealed_contents`). Exit code 1 when
something could not be opened: the key that sealed it is not among ours.
"""

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass, field

import rooms
from foundation import crypto, database, logs, settings
from foundation.crypto import SealBroken
from identity import sealed_contents
from identity.models import Citizen

BATCH = 500
COLUMNS = r"""
select c.table_name, c.column_name from information_schema.columns c
  join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
 where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.column_name like '%\_sealed' order by 1, 2
"""

log = logs.logger(__name__)


@dataclass
class Done:
    """``table.column`` → how many values were sealed anew, and how many cannot be opened."""

    anew: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)


async def columns() -> list[tuple[str, str]]:
    """(table, column) of everything sealed, in every room."""
    return [(row["table_name"], row["column_name"]) for row in await database.fetch(COLUMNS)]


async def everything() -> Done:
    """Seal anew what an older key sealed; afterwards that key may be taken away, unless something is broken."""
    done = Done()
    await people()
    for table, column in await columns():
        await _column(table, column, done)
    for name, reseal in sealed_contents.known.items():
        anew, broken = await reseal()
        done.anew.update({name: anew} if anew else {})
        done.broken.update({name: broken} if broken else {})
    return done


async def _column(table: str, column: str, done: Done) -> None:
    name, last = f"{table}.{column}", 0
    read = (
        f'select id, "{column}" as sealed from "{table}" where id > $1 and "{column}" <> \'\' order by id limit {BATCH}'
    )
    write = f'update "{table}" set "{column}" = $3 where id = $1 and "{column}" = $2'
    while rows := await database.fetch(read, last):
        for row in rows:
            if not crypto.needs_resealing(row["sealed"]):
                continue
            try:
                fresh = crypto.seal(crypto.open_sealed(row["sealed"]))
            except SealBroken:
                done.broken[name] += 1
                log.error("sealed_value_not_opened", column=name, row=row["id"])
                continue
            await database.execute(write, row["id"], row["sealed"], fresh)
            done.anew[name] += 1
        last = rows[-1]["id"]


async def people() -> None:
    """Citizens, whose fingerprints are made anew with what was sealed; who cannot be opened stays as they are."""
    last = 0
    while rows := await Citizen.filter(id__gt=last, state="active").order_by("id").limit(BATCH):
        for row in rows:
            try:
                await _person(row)
            except SealBroken:
                log.error("citizen_not_opened", row=row.id)
        last = rows[-1].id


async def _person(row: Citizen) -> None:
    if not _behind(row):
        return
    async with database.transaction():
        fresh = await Citizen.select_for_update().get(id=row.id)
        number, phone = _open(fresh.id_number_sealed), _open(fresh.phone_sealed)
        fresh.real_name_sealed = _anew(_open(fresh.real_name_sealed))
        fresh.id_number_sealed, fresh.phone_sealed = _anew(number), _anew(phone)
        fresh.id_fingerprint = crypto.fingerprint(number, purpose="id_number") if number else None
        fresh.phone_fingerprint = crypto.fingerprint(phone, purpose="phone") if phone else None
        await fresh.save()


def _behind(row: Citizen) -> bool:
    """Whether an older key sealed something, or made a fingerprint."""
    sealed = (row.real_name_sealed, row.id_number_sealed, row.phone_sealed)
    if any(one and crypto.needs_resealing(one) for one in sealed):
        return True
    marks = (
        (row.id_number_sealed, "id_number", row.id_fingerprint),
        (row.phone_sealed, "phone", row.phone_fingerprint),
    )
    return any(one and crypto.fingerprint(_open(one), purpose=purpose) != mark for one, purpose, mark in marks)


def _open(sealed: str) -> str:
    return crypto.open_sealed(sealed) if sealed else ""


def _anew(text: str) -> str:
    return crypto.seal(text) if text else ""


async def main() -> int:
    """Print what was done, column by column."""
    rooms.wake()  # they tell what else they keep sealed
    await database.start(settings.current().database_url, models=rooms.MODELS, pool=2)
    try:
        done, known = await everything(), await columns()
    finally:
        await database.stop()
    for name in (*(f"{table}.{column}" for table, column in known), *sealed_contents.known):
        broken = f"，{done.broken[name]} 个打不开（缺少当时的密钥）" if done.broken[name] else ""
        print(f"{name}：重新加密 {done.anew[name]} 个{broken}")
    print("还有打不开的，旧密钥不能移除。" if done.broken else "全部由第一个密钥加密，旧密钥可以移除。")
    return 1 if done.broken else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
