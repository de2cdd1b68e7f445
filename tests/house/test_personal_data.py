"""Every table with rows of persons is named by the room that hands them over and lets them go."""

import importlib
import inspect
import pkgutil
import re

import pytest

import rooms
from foundation import database, personal_data, retention
from identity import export_page

rooms.wake()
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OF_PERSONS = """
select distinct c.conrelid::regclass::text from pg_constraint c
 where c.contype = 'f' and c.confrelid = 'citizen'::regclass
"""
EXPORTS = [
    one.export
    for name in sorted({module.partition(".")[0] for module in rooms.MODELS})
    for one in (
        importlib.import_module(f"{name}.{found.name}")
        for found in pkgutil.iter_modules(importlib.import_module(name).__path__)
        if not found.ispkg
    )
    if inspect.iscoroutinefunction(getattr(one, "export", None))
    and list(inspect.signature(one.export).parameters) == ["citizen_id"]
]


async def test_every_table_of_persons_is_declared(db: None) -> None:
    declared = {held.table for one in personal_data.collectors.values() for held in one.holds}
    found = {row[0] for row in await database.fetch(OF_PERSONS)} | {"citizen"}
    assert found - declared == set(), "name these tables in the room's personal_data.register(…, holds=…)"
    assert declared - found == set()


def test_rooms_and_tables_have_names_that_people_read() -> None:
    for one in personal_data.collectors.values():
        assert CHINESE.search(one.title), one.room
        assert all(CHINESE.search(held.title) for held in one.holds), one.room
    assert all(CHINESE.search(one.title) for one in retention.kinds.values())


@pytest.mark.parametrize("export", EXPORTS, ids=lambda one: one.__module__)
def test_what_is_handed_over_reads_in_chinese(export: object) -> None:
    """The keys of what a room exports, as its source writes them."""
    names = set(re.findall(r'"([a-z_]+)":', inspect.getsource(export)))  # type: ignore[arg-type]
    assert {one for one in names if one not in export_page.WORDS} == set()


def test_every_room_that_hands_over_was_asked() -> None:
    assert {one.export for one in personal_data.collectors.values()} <= set(EXPORTS)
