"""办事指南: the page of one item, every published one in turn."""

from benchmarks.house import House
from benchmarks.measuring import Measured, Sample, interleaved
from benchmarks.wire import get
from catalogue import items


async def guide_page(house: House) -> Measured:
    requests = [get(f"/v1/guides/{one.slug}") for one in await items.published()]

    async def read() -> Sample:
        return await house.asked(house.bff, requests, expect="200")

    return await interleaved("guide_page", read, beside={"bare_json": house.yardstick}, rounds=house.scale.rounds)


FIGURES = {"guide_page": guide_page}
