"""The citizens' client in a browser: how long until home can be used on a slow phone, and what it costs to load."""

from typing import TYPE_CHECKING

from benchmarks.house import House
from benchmarks.measuring import Measured, Sample, median
from tests.chromium import find

if TYPE_CHECKING:  # half a second that only this figure need pay
    from playwright.async_api import Browser, CDPSession

SLOWER = 4  # than this machine's processor
WITHIN = 1000.0  # milliseconds
FIRST_LOAD = 120_000  # bytes over the wire, headers and all, until home is drawn
PHONE = {"width": 390, "height": 844}
SEARCH = "#main:not([aria-busy=true]) input"
# The page itself tells when home is drawn and its search box has taken a key: no detour through the driver is counted.
WATCH = f"""
  addEventListener('input', () => window.taken ??= performance.now(), true);
  new MutationObserver(() => {{ if (document.querySelector({SEARCH!r})) window.drawn ??= performance.now(); }})
    .observe(document, {{childList: true, subtree: true, attributes: true}});
"""


async def h5_interactive(house: House) -> Measured:
    """Home in Chromium, nothing kept, on a processor four times as slow: until the search box takes a key."""
    found = Measured("h5_interactive", "ms")
    if not (chromium := find()):
        found.failed = "no Chromium here (CHROMIUM=/path names one)"
        return found
    from playwright.async_api import async_playwright

    sizes: list[int] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        for number in range(house.scale.rounds + 1):  # the first warms up the door
            milliseconds, size = await _opened(browser, f"{house.bff}/h5/")
            if number:
                found.samples.append(Sample(milliseconds))
                sizes.append(size)
        await browser.close()
    size = round(median(sizes))
    found.notes = f"{size:,} bytes over the wire"
    if found.value >= WITHIN or size > FIRST_LOAD:
        found.failed = f"{found.value:.0f} ms and {size:,} bytes; at most {WITHIN:.0f} ms and {FIRST_LOAD:,} bytes"
    return found


async def _opened(browser: "Browser", address: str) -> tuple[float, int]:
    """A visitor who has never been here; milliseconds and bytes until home can be used."""
    context = await browser.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    sizes = await _weighed(wire)
    await wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.add_init_script(WATCH)
    await page.goto(address, wait_until="commit")
    box = page.locator(SEARCH).first
    await box.wait_for()
    size = sum(sizes)
    await box.press("s")
    taken = await page.evaluate("window.taken")
    await context.close()
    return float(taken), size


async def _weighed(wire: "CDPSession") -> list[int]:
    """A list to which the bytes of every finished request are added."""
    sizes: list[int] = []
    await wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda told: sizes.append(int(told["encodedDataLength"])))
    return sizes


FIGURES = {"h5_interactive": h5_interactive}
