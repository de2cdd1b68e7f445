"""Every screen of the client, opened once by somebody who has something there: sound at every size, for every hand.

What a screen does is told elsewhere; here none is left out of what all of them must be, nor of what they may ask for.
"""

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import axe_playwright_python
import pytest

from deploy.client.places import SOURCE
from deploy.local.demo_city import ROUND_THE_CLOCK
from tests.browser import measures
from tests.browser.citizen import signed_in_with
from tests.journeys import walkers
from tests.launched import Launched

if TYPE_CHECKING:
    from playwright.async_api import Page, Request, Response

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
FAULTS = """async () => {
  const told = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa'], resultTypes: ['violations']});
  return told.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
}"""
# What a finger can press and the tab key cannot reach.
HANDS_ONLY = """() => [...document.querySelectorAll('#main *')]
  .filter((one) => one.offsetParent && getComputedStyle(one).cursor === 'pointer')
  .filter((one) => !one.closest('a[href], button, summary, label, input, select, [tabindex="0"], :disabled'))
  .map((one) => one.outerHTML.slice(0, 200))"""
# Goes on within the page, as people do; the screen is there when another main part than before shows its heading.
GO = """async ([address, page]) => {
  const left = document.querySelector('#main');
  const there = () => {
    const main = document.querySelector('#main:not([aria-busy=true])');
    return main && main !== left && location.hash.startsWith(page) && main.querySelector('h1:not(.away)');
  };
  location.hash = `#/${address}`;
  for (const until = Date.now() + 20000; !there(); ) {
    if (Date.now() > until) return `${address} is at ${location.hash}`;
    await new Promise((go) => setTimeout(go, 4));
  }
  return '';
}"""
NARROW, PHONE = {"width": 320, "height": 640}, {"width": 390, "height": 844}
ENLARGE = """() => {
  const screen = document.querySelector('#main').closest('.screen');
  screen.classList.add('large');
  screen.style.setProperty('--u', '1.3px');
}"""
PAGES = set(re.findall(r'"path": "pages/([a-z-]+)/', (SOURCE / "src" / "pages.json").read_text(encoding="utf-8")))

EVERYBODYS = (
    "home", "search?q=身份证", "ask?q=身份证丢了怎么补办", "guide/id-card-replace", "theme/life_event/birth",
    "scenario/lost-wallet", "providers", "provider/notary-east", "book", "halls", f"hall/{ROUND_THE_CLOCK.hall}",
    f"book/{ROUND_THE_CLOCK.hall}/{ROUND_THE_CLOCK.code}", "receipt-check", "averages", "answers",
    f"rate-here/{ROUND_THE_CLOCK.hall}", "policy", "settings", "no-such-address",
)  # fmt: skip
OWN = (
    "favourites", "bookings", "waits", "draws", "progress", "filings", "bills", "payments", "ratings", "consult",
    "consultations", "mine", "credit", "family", "messages", "message-settings", "topics", "sessions",
    "level", "wards", "organisations", "privacy", "looks", "copies", "leave",
)  # fmt: skip
# What the demo city has nothing for is refused here, and looked at with something in it by `test_full_screens`.
EMPTY = (
    "waiting/NOTHING", "rebook/NOTHING", "answer/NOTHING", "organisation/1", "result/990100202611000025",
    "supplement/990100202611000025", "supplements/990100202611000025", "consultation/NOTHING",
)  # fmt: skip
LAST = "kiosk"  # which stays a touch screen
# These lead on at once whom nothing is missing for; signing in, proving a name and applying have tests of their own.
LEADS_ON = {"open", "login", "real-name", "apply"}


def is_asked(request: "Request") -> bool:
    """Whether it is a question to the door; one that is asked again, as time passes, is the same."""
    return "/v1/" in request.url


@dataclass
class Visit:
    """Where somebody has been, and what was wrong there. `asked`: what the screen asked for, by who may keep it."""

    page: "Page"
    seen: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unanswered: set["Request"] = field(default_factory=set)

    def asks(self, request: "Request") -> None:
        if is_asked(request):
            self.unanswered.add(request)

    def hears(self, response: "Response") -> None:
        if is_asked(response.request):
            whose = "personal" if "no-store" in response.headers.get("cache-control", "") else "public"
            self.asked[whose].add(f"{response.request.method} {response.url.partition('/v1/')[2]}")

    def has_answered(self, request: "Request") -> None:
        self.unanswered.discard(request)

    async def asks_once(self, address: str) -> None:
        """One answer that everybody may have and one of one's own are enough for a screen."""
        async with asyncio.timeout(20):
            while self.unanswered:
                await asyncio.sleep(0.01)
        self.wrong += [f"{address} asks for {sorted(one)}" for one in self.asked.values() if len(one) > 1]
        self.asked.clear()

    async def opens(self, address: str, page: str) -> None:
        self.wrong += filter(None, [await self.page.evaluate(GO, [address, f"#/pages/{page}/"])])
        self.seen.add(page)

    def heard(self, text: str) -> None:
        if "status of 4" not in text:  # a refusal is an answer
            self.wrong.append(f"{self.page.url}: {text}")

    async def looks(self, *scripts: str) -> None:
        for script in scripts:
            self.wrong += [f"{self.page.url}: {one}" for one in await self.page.evaluate(script)]

    async def judges(self, address: str) -> None:
        """Open it as it is on a phone, on a narrow one, and there in large letters."""
        await self.opens(address, page_of(address))
        await self.looks(measures.OVERFLOW, measures.SMALL, measures.DOUBLE_IDS, HANDS_ONLY, FAULTS)
        await self.page.set_viewport_size(NARROW)
        await self.looks(measures.OVERFLOW)
        await self.page.evaluate(ENLARGE)
        await self.looks(measures.OVERFLOW, measures.SMALL)
        await self.page.set_viewport_size(PHONE)
        await self.asks_once(address)


async def begun(phone: "Page", h5: str, authorization: str) -> Visit:
    """Signed in, on a page without anything, with all that is needed to judge the others."""
    visit = Visit(phone)
    phone.on("pageerror", lambda error: visit.wrong.append(f"{phone.url}: {error}"))
    phone.on("console", lambda said: said.type == "error" and visit.heard(said.text))
    await signed_in_with(phone, h5, authorization.removeprefix("Bearer "))
    await phone.goto(f"{h5}/#/nowhere-yet")
    await phone.evaluate(AXE)
    phone.on("request", visit.asks)
    phone.on("response", visit.hears)
    for over in ("requestfinished", "requestfailed"):
        phone.on(over, visit.has_answered)
    return visit


async def somebodys(house: Launched) -> tuple[walkers.Citizen, tuple[str, ...]]:
    """Somebody with a booking, bills, a case and a filing; the addresses of what they have."""
    person, bureau = await walkers.Citizen(house).arrive(), walkers.Bureau(house)
    booked = (await person.book())["code"]
    paid, owed = await bureau.bill(person), await bureau.bill(person)
    await person.sandbox.pay(await person.checkout(paid))
    await person.settled(paid)
    case = await bureau.case(person, "received", "accepted", "decided", "closed")
    filing = (await person.post("/v1/filings", 201, item="fund-rent"))["code"]
    draw = (await walkers.Records(house).rows("select code from draw order by id limit 1"))[0]["code"]
    return person, (
        f"booking/{booked}", f"bill/{owed}", f"paid/{paid}", f"receipt/{paid}", f"refunds/{paid}", f"case/{case}",
        f"rate/case/{case}", f"filing/{filing}", f"draw/{draw}",
    )  # fmt: skip


def page_of(address: str) -> str:
    """The page that shows an address, as it is named in the sources."""
    rows = re.findall(r'^  \["([^"]+)", "([^"]+)"\],$', (SOURCE / "src" / "addresses.ts").read_text(), re.MULTILINE)
    given = address.split("?")[0].split("/")
    for known, page in rows:
        parts = known.split("/")
        if len(parts) == len(given) and all(one[0] == ":" or one == two for one, two in zip(parts, given, strict=True)):
            return str(page)
    return "nowhere"


async def test_every_screen_is_sound(phone: "Page", whole_house: Launched) -> None:
    person, own = await somebodys(whole_house)
    visit = await begun(phone, f"{whole_house.bff}/h5", person.http.headers["Authorization"])
    for address in (*EVERYBODYS, *OWN, *EMPTY, *own, LAST):
        await visit.judges(address)
    await walkers.say_goodbye()
    assert visit.wrong == []
    assert visit.seen | LEADS_ON == PAGES
