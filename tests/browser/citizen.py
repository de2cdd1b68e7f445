"""A citizen in front of the browser, and the department behind: what the tests of the citizen pages share."""

import json
import re
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from deploy.local.demo_city import ROUND_THE_CLOCK
from foundation import clock, signed_requests
from tests.launched import ROOT, Launched

if TYPE_CHECKING:
    from playwright.async_api import ConsoleMessage, Locator, Page, Request

PEOPLE = {one["name"]: one for one in json.loads((ROOT / "sandbox" / "people.json").read_text(encoding="utf-8"))}
LOOPBACK = {"127.0.0.1", "localhost", ""}


DRAWN = "#main:not([aria-busy=true]) h1:not(.away)"


async def drawn(page: "Page") -> None:
    """Wait until the page shows what it was opened for, or why it cannot."""
    await page.locator(DRAWN).first.wait_for()


async def signed_in_with(page: "Page", h5: str, token: str) -> None:
    """The browser holds this session, as if its owner had signed in before; `h5` is where the client is served."""
    await page.goto(f"{h5.rstrip('/')}/static/icon.svg")  # of the client's origin, and nothing runs there
    await page.evaluate("token => localStorage.setItem('zhijianban.own.token', token)", token)


class Citizen:
    """One person at one page. `trouble` collects errors on the console and requests that leave the machine."""

    def __init__(self, page: "Page", house: Launched, name: str) -> None:
        self.page, self.house, self.name = page, house, name
        self.trouble: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        page.on("request", self._asked)

    def _heard(self, said: "ConsoleMessage") -> None:
        if said.type in ("error", "warning") and "status of 4" not in said.text:  # a refusal is an answer
            self.trouble.append(f"{self.page.url}: {said.text}")

    def _asked(self, request: "Request") -> None:
        if urlsplit(request.url).hostname not in LOOPBACK | {None}:
            self.trouble.append(f"left the machine: {request.url}")

    async def opens(self, screen: str) -> None:
        """Go to a screen by its address, and wait until it is drawn."""
        await self.page.goto(f"{self.house.bff}/h5/#/{screen}")
        await self.sees_a_page()

    async def sees_a_page(self) -> None:
        await drawn(self.page)

    async def sees(self, text: str) -> None:
        await self.page.get_by_text(text).first.wait_for()

    async def taps(self, name: str, *, role: Any = "link", exact: bool = False) -> None:
        await self.page.get_by_role(role, name=name, exact=exact).first.click()

    async def presses(self, name: str) -> None:
        await self.taps(name, role="button")

    async def is_offered(self, link: str, *, otherwise: str) -> bool:
        """Whether the page shows a link of that name rather than the element `otherwise`, once it shows either."""
        offered = self.page.get_by_role("link", name=link)
        await offered.or_(self.page.locator(otherwise)).first.wait_for()
        return await offered.count() > 0

    async def signs_in(self, platform: str = "微信登录") -> None:
        """From the login screen through the platform's page and back."""
        await self.page.get_by_label("我已阅读并同意").check()
        await self.taps(platform)
        await self.page.get_by_role("link", name=re.compile(self.name)).click()
        await self.page.wait_for_url(f"{self.house.bff}/**")
        await self.sees_a_page()

    async def proves_the_name(self) -> None:
        """实名认证, unless it was done before."""
        await drawn(self.page)
        if await self.page.get_by_label("证件号码").count():
            await self.page.get_by_label("姓名").fill(self.name)
            await self.page.get_by_label("证件号码").fill(PEOPLE[self.name]["id_number"])
            await self.presses("提交认证")

    async def is_signed_in(self) -> None:
        """Signed in and verified, on the page 我的."""
        await self.opens("login")
        await self.signs_in()
        await self.opens("real-name")
        await self.proves_the_name()
        await self.sees("已实名")

    async def chooses_a_slot(self) -> str:
        """A free slot of the business that is open round the clock, chosen and not yet reserved; its text."""
        await self.opens(f"book/{ROUND_THE_CLOCK.hall}/{ROUND_THE_CLOCK.code}")
        free: Locator = self.page.locator(".slot:not([disabled])").filter(has_text="余")  # not one to wait for
        await free.first.click()
        return await free.first.inner_text()


async def bill_for(
    house: Launched, name: str, *, fen: int, title: str, item: dict[str, Any] | None = None, **other: Any
) -> str:
    """A department sends `name` a bill, of which `item` and `other` say more; its pay code."""
    row = {
        "notice_no": f"T-{secrets.token_hex(6)}",
        "exec_unit_code": "103001",
        "exec_unit_name": "示例市公安局",
        "title": title,
        "payer": {"name": name, "id_number": PEOPLE[name]["id_number"]},
        "items": [{"exec_item_code": "103042", "exec_item_name": "证照工本费", "amount_fen": fen} | (item or {})],
        "total_fen": fen,
        **other,
    }
    done = await _push(house, "/departments/v1/bills", {"bills": [row]})
    return str(done["rows"][0]["pay_code"])


async def closed_case_of(house: Launched, name: str, *, item: str) -> str:
    """A department reports a case of `name` from receipt to end; its number."""
    number = f"9901{time.time_ns()}"
    about = {
        "item_code": "test-item",
        "item_name": item,
        "department_name": "示例市公安局",
        "applicant": {"name": name, "id_number": PEOPLE[name]["id_number"]},
        "promised_days": 7,
        "legal_days": 20,
    }
    events = [
        {"event_id": f"{number}-{kind}", "case_no": number, "kind": kind, "happened_at": clock.now().isoformat()}
        for kind in ("received", "accepted", "decided", "closed")
    ]
    await _push(house, "/departments/v1/cases/events", {"events": [{**events[0], "case": about}, *events[1:]]})
    return number


async def _push(house: Launched, path: str, rows: dict[str, Any]) -> dict[str, Any]:
    key_id, _, secret = house.secrets["DEPARTMENT_KEYS"].partition(",")[0].partition(":")
    body = json.dumps(rows).encode()
    timestamp, nonce = str(int(time.time())), secrets.token_hex(8)
    signature = signed_requests.sign(
        secret=secret, method="POST", path=path, timestamp=timestamp, nonce=nonce, body=body
    )
    headers = {"X-Key-Id": key_id, "X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": signature}
    async with httpx.AsyncClient(base_url=house.api, timeout=20) as department:
        answer = await department.post(path, content=body, headers={**headers, "Content-Type": "application/json"})
    done = dict(answer.json())
    assert answer.status_code == 200, done
    assert done["refused"] == 0, done
    return done
