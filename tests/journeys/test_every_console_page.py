"""Whatever a page of the console shows as a link, its reader may follow, in the demo city and for each of its staff."""

import html
import re
import sys
from collections import Counter
from urllib.parse import urljoin, urlsplit

import httpx

from tests.launched import Launched

LINK = re.compile(r'(?:href|hx-get)="([^"#]+)')
OF_A_KIND = 2  # pages that differ in numbers alone
MOST = 150  # pages of one colleague
# An address of its own, where the machine has one: the limit of signing in is shared by all tests of this house.
BESIDE = "127.0.0.9" if sys.platform == "linux" else None


async def test_no_link_leads_to_a_refusal(whole_house: Launched) -> None:
    seen = 0
    for account in whole_house.accounts["staff"]:
        outside = httpx.AsyncHTTPTransport(local_address=BESIDE)
        async with httpx.AsyncClient(
            base_url=whole_house.api, follow_redirects=True, timeout=30, transport=outside
        ) as http:
            known = {"username": account["username"], "password": account["password"]}
            entered = await http.post("/console/login", data=known, headers={"Sec-Fetch-Site": "same-origin"})
            assert entered.status_code == 200, account["username"]
            seen += await _walk(http, account["username"])
    assert seen > 300


async def _walk(http: httpx.AsyncClient, who: str) -> int:
    """Follow links, the nearest first; how many pages were seen."""
    kinds: Counter[str] = Counter()
    to_see = {"/console/": "登录"}
    for number in range(MOST):
        if number == len(to_see):
            return number
        address, shown_on = list(to_see.items())[number]
        answer = await http.get(address)
        assert answer.is_success, f"{who}: {shown_on} → {address}: {answer.status_code}"
        if "html" in answer.headers["content-type"]:
            for link in map(html.unescape, LINK.findall(answer.text)):
                to_see |= {one: address for one in _new(urljoin(str(answer.url), link), kinds) if one not in to_see}
    return MOST


def _new(link: str, kinds: Counter[str]) -> list[str]:
    """The address within the console, if pages of its kind are still to be seen."""
    there = urlsplit(link)
    asked = ",".join(sorted(one.partition("=")[0] for one in there.query.split("&")))
    kind = f"{re.sub('[0-9]+', '0', there.path)}?{asked}"
    if not there.path.startswith("/console/") or kinds[kind] >= OF_A_KIND:
        return []
    kinds[kind] += 1
    return [f"{there.path}?{there.query}" if there.query else there.path]
