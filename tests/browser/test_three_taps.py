"""Three taps: whatever an item offers, somebody who opens the client is at most three links away from it.

The built pages are walked as they are, over the whole demo catalogue: home, the lists it leads to, every guide.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.citizen import drawn
from tests.journeys.walkers import Records
from tests.launched import Launched

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What must be offered is read where it is kept, not where the pages read it.
OFFERED = """
  select i.slug, i.item_code, i.fee_fen > 0 as has_fee,
         i.bookable and exists (
           select from appointment_type t where t.active and t.item_codes ? i.item_code) as bookable,
         coalesce(jsonb_array_length(g.content->'online_form'), 0) > 0 as has_form
    from service_item i join guide g on g.id = i.guide_id"""
# Each address is opened within the page. Of what its main part links to, the taps: two where it is folded away.
WALK = """async (addresses) => {
  const found = {};
  for (const address of addresses) {
    const left = document.querySelector('#main');
    const page = `#/pages/${address.split(/[/?]/)[0]}/`;
    const ready = () => {
      const main = document.querySelector('#main:not([aria-busy=true])');
      return main !== left && location.hash.startsWith(page) && main?.querySelector('h1:not(.away)') ? main : null;
    };
    location.hash = `#/${address}`;
    const until = Date.now() + 20000;
    while (!ready() && Date.now() < until) await new Promise((go) => setTimeout(go, 4));
    found[address] = {};
    for (const one of ready()?.querySelectorAll('a[href^="#/"]') ?? []) {
      const to = one.getAttribute('href').slice(2), taps = one.closest('details:not([open])') ? 2 : 1;
      found[address][to] = Math.min(found[address][to] ?? taps, taps);
    }
  }
  return found;
}"""
HOME, LISTS = "home", ("theme/", "search?q=")
TAPS = 3

Links = dict[str, dict[str, int]]  # page → what it links to → taps from there


def actions(item: dict[str, Any]) -> list[str]:
    """What one does about an item, by address."""
    offered = {
        "progress": True,
        f"book?item={item['item_code']}": item["bookable"],
        "bills": item["has_fee"],
        f"apply/{item['slug']}": item["has_form"],
    }
    return [address for address, is_offered in offered.items() if is_offered]


def away(links: Links) -> dict[str, int]:
    """How many taps everything is away from home, as far as it matters."""
    found = {HOME: 0}
    for reached in range(TAPS):
        for page in [page for page, taps in found.items() if taps == reached]:
            for to, taps in links.get(page, {}).items():
                found[to] = min(found.get(to, TAPS + 1), reached + taps)
    return found


def too_far(items: Collection[dict[str, Any]], links: Links) -> list[str]:
    """Guides that are not reached in time to do something there, and what a guide does not offer."""
    reached, missing = away(links), []
    for item in items:
        guide = f"guide/{item['slug']}"
        taps, offered = reached.get(guide, TAPS + 1), links.get(guide, {})
        missing += [guide] if taps > TAPS else []
        missing += [f"{guide}: {one}" for one in actions(item) if taps + offered.get(one, TAPS) > TAPS]
    return missing


async def test_whatever_an_item_offers_is_three_taps_from_home(phone: "Page", whole_house: Launched) -> None:
    items = [dict(one) for one in await Records(whole_house).rows(OFFERED)]
    assert len(items) > 200
    await phone.goto(f"{whole_house.bff}/h5/#/settings")  # the walk itself opens home
    await drawn(phone)
    links: Links = await phone.evaluate(WALK, [HOME])
    links |= await phone.evaluate(WALK, [one for one in links[HOME] if one.startswith(LISTS)])
    links |= await phone.evaluate(WALK, [f"guide/{one['slug']}" for one in items])
    assert [page for page, found in links.items() if not found] == []  # a page that was not drawn in time
    assert too_far(items, links) == []

    # the walk tells of an item that stands in no list, and of a guide that does not say how to book
    lost = next(one for one in items if one["bookable"])
    guide, booking = f"guide/{lost['slug']}", f"book?item={lost['item_code']}"
    hidden = {page: {to: taps for to, taps in found.items() if to != guide} for page, found in links.items()}
    assert guide in too_far(items, hidden)
    silent = {to: taps for to, taps in links[guide].items() if to != booking}
    assert too_far(items, links | {guide: silent}) == [f"{guide}: {booking}"]
