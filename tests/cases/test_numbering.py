import asyncio
import re
from dataclasses import replace

import pytest
from stdnum.iso7064 import mod_37_36

from cases import numbering
from foundation import clock, database, settings
from foundation.settings import BadSettings, load


def form(of: str) -> None:
    ours = settings.current()
    settings.use(replace(ours, cases=replace(ours.cases, case_no_form=of)))


async def given(item_code: str = "11990100DEMA0001133990100004000") -> str:
    async with database.transaction():
        return await numbering.case_no(item_code=item_code)


async def test_the_usual_number_is_dated_random_and_checked(db: None):
    numbers = {await given() for _ in range(50)}
    assert len(numbers) == 50
    for one in numbers:
        assert re.fullmatch(rf"{clock.today():%Y%m%d}\d{{10}}[0-9A-Z]", one)
        assert mod_37_36.is_valid(one)


async def test_provinces_compose_them_as_they_like(db: None):
    form("{item}{yyyymmdd}{serial:4}")
    assert await given() == f"11990100DEMA0001133990100004000{clock.today():%Y%m%d}0001"
    assert (await given("other"))[-4:] == "0001", "each item counts for itself"
    assert (await given())[-4:] == "0002"
    form("3507-{serial:3}")
    assert [await given() for _ in range(2)] == ["3507-001", "3507-002"]


async def test_many_at_once_get_a_serial_each(db: None):
    form("A{serial:4}")
    assert sorted(await asyncio.gather(*(given() for _ in range(12)))) == [f"A{n:04d}" for n in range(1, 13)]


@pytest.mark.parametrize("wrong", ["{serial}", "编号####", "{check}1", "{item", "{day}##"])
def test_a_form_that_is_none_is_refused_at_start(wrong: str):
    with pytest.raises(BadSettings):
        load({"ENVIRONMENT": "test", "CASE_NO_FORM": wrong})


def test_a_notice_counts_up_so_it_needs_a_serial():
    for wrong in ("告知", "{serial:0}", "{serial:5}{serial:5}"):
        with pytest.raises(BadSettings):
            load({"ENVIRONMENT": "test", "CASE_NOTICE_NO_FORM": wrong})
