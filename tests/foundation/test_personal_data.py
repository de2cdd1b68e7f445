"""Collectors of personal data."""

from collections.abc import Iterator

import pytest

from foundation import personal_data


@pytest.fixture
def _own_collectors() -> Iterator[None]:
    before = dict(personal_data.collectors)
    yield
    personal_data.collectors.clear()
    personal_data.collectors.update(before)


@pytest.mark.usefixtures("_own_collectors")
async def test_a_room_registers_what_it_keeps_of_a_person() -> None:
    async def export(citizen_id: int) -> list[int]:
        return [citizen_id]

    async def forget(citizen_id: int) -> None: ...

    personal_data.register("lamps", export=export, forget=forget)
    assert await personal_data.collectors["lamps"].export(5) == [5]
