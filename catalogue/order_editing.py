"""In which order citizens see the scenarios, the themes and the life events."""

from collections.abc import Sequence

from catalogue.city_kinds import Written
from catalogue.faults import Fault
from catalogue.models import Scenario, Theme

SHELVES = ("scenario", "theme", "life_event")


class Order:
    """The order of one kind of thing; its code is that kind."""

    async def standing(self, code: str) -> Written | None:
        return {"codes": [one.code for one in await _rows(code)]} if code in SHELVES else None

    async def faults(self, code: str, sheet: Written) -> list[Fault]:
        here = {one.code for one in await _rows(code)}
        if set(sheet.get("codes", [])) == here and len(sheet["codes"]) == len(here):
            return []
        said = "排列以后又有新增或停用的，请打开草稿重新保存一次"
        return [Fault(path="顺序", line=1, field="codes", message=said)]

    def normal(self, sheet: Written) -> Written:
        return sheet

    async def hindrances(self, code: str) -> list[str]:
        return ["顺序只能改，不能停用"]

    async def bring(self, code: str, sheet: Written) -> None:
        rows = {one.code: one for one in await _rows(code)}
        for position, one in enumerate(sheet["codes"]):
            rows[one].position = position
            await rows[one].save(update_fields=["position"])

    async def end(self, code: str) -> None:
        """Nothing is without an order."""


async def _rows(code: str) -> Sequence[Scenario | Theme]:
    if code == "scenario":
        return await Scenario.all().order_by("position", "id")
    return await Theme.filter(kind=code).order_by("position", "id")
