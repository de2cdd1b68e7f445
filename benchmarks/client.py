"""The citizens' client in a browser: how long until home can be used on a slow phone, and what it costs to load."""

from dataclasses import dataclass
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
SEARCH = "#main input"
WHOLE = "#main:not([aria-busy=true]) .list"
# The page itself tells when its search box stood, when home was whole and when a key was taken. Neither the driver's
# own scripts, which cost a slow page much, nor a detour through it are counted.
WATCH = f"""
  addEventListener('input', () => window.taken ??= performance.now(), true);
  const middle = ({{ x, y, width, height }}) => [x + width / 2, y + height / 2];
  window.stands = new Promise((done) => new MutationObserver(() => {{
    const box = document.querySelector({SEARCH!r});
    if (box) requestAnimationFrame(() => done(middle(box.getBoundingClientRect())));
    if (document.querySelector({WHOLE!r})) window.whole ??= performance.now();
  }}).observe(document, {{ childList: true, subtree: true, attributes: true }}));
  window.both = async () => {{
    while (!window.whole || !window.taken) await new Promise(requestAnimationFrame);
    return [window.taken, window.whole];
  }};
"""


@dataclass(frozen=True)
class Opened:
    """Milliseconds until the search box had taken a key, and until home was whole; bytes over the wire."""

    taken: float
    whole: float
    size: int


async def h5_interactive(house: House) -> Measured:
    """Home in Chromium, nothing kept, on a processor four times as slow: until it is whole and has taken a key."""
    found = Measured("h5_interactive", "ms")
    if not (chromium := find()):
        found.failed = "no Chromium here (CHROMIUM=/path names one)"
        return found
    from playwright.async_api import async_playwright

    seen: list[Opened] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        for _ in range(house.scale.rounds + 1):  # the first warms up the door
            seen.append(await _opened(browser, f"{house.bff}/h5/"))
        await browser.close()
    found.samples += [Sample(max(one.taken, one.whole)) for one in seen[1:]]
    taken, size = median(one.taken for one in seen[1:]), round(median(one.size for one in seen[1:]))
    found.notes = f"a key taken after {taken:.0f} ms, {size:,} bytes over the wire"
    if found.value >= WITHIN or size > FIRST_LOAD:
        found.failed = f"{found.value:.0f} ms and {size:,} bytes; at most {WITHIN:.0f} ms and {FIRST_LOAD:,} bytes"
    return found


async def _opened(browser: "Browser", address: str) -> Opened:
    """A visitor who has never been here, and what it cost until home could be used."""
    context = await browser.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    sizes = await _weighed(wire)
    await wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.add_init_script(WATCH)
    await page.goto(address, wait_until="commit")
    x, y = await _said(wire, "window.stands")
    for kind in ("mousePressed", "mouseReleased"):
        await wire.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1})
    await wire.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": "s", "key": "s"})
    taken, whole = await _said(wire, "window.both()")
    await context.close()
    return Opened(taken, whole, sum(sizes))


async def _said(wire: "CDPSession", promise: str) -> list[float]:
    """What the page itself tells, once it can."""
    asked = {"expression": promise, "awaitPromise": True, "returnByValue": True}
    said = await wire.send("Runtime.evaluate", asked)
    return list(said["result"]["value"])


async def _weighed(wire: "CDPSession") -> list[int]:
    """A list to which the bytes of every finished request are added."""
    sizes: list[int] = []
    await wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda told: sizes.append(int(told["encodedDataLength"])))
    return sizes


FIGURES = {"h5_interactive": h5_interactive}
