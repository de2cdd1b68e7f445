"""`python -m tests.client_walk`: the built WeChat and Alipay packages, run as they are by the host of `miniapp/checks`,
against a whole house of its own: sign in, ask, book, pay, look at a case, rate, stand at a touch screen.
`make miniapp` ends with it.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from deploy.client import node
from deploy.client.places import DOOR, SOURCE
from tests.journeys.walkers import BUSINESS, HALL, Bureau, Citizen, client, say_goodbye
from tests.launched import ROOT, Launched


async def scene(house: Launched) -> dict[str, Any]:
    """A person a phone, each with a bill to pay and a case that is over, at a business that is open at any hour."""
    try:
        async with client(house.bff) as http:
            business = (await http.get(f"/v1/types/{BUSINESS}")).json()
        phones = {platform: await _person(house, platform) for platform in ("wechat", "alipay")}
    finally:
        await say_goodbye()
    own = {"door": house.bff, "sandbox": house.sandbox, "baked": DOOR}
    return own | phones | {"hall": business["hall_name"], "hall_code": HALL, "business": business["name"]}


async def _person(house: Launched, platform: str) -> dict[str, Any]:
    person, bureau = Citizen(house), Bureau(house)
    pay_code = await bureau.bill(person)
    case_no = await bureau.case(person, "received", "accepted", "closed")
    bill = {"pay_code": pay_code, "title": "不动产登记费（住宅）"}
    account = person.accounts[platform]
    return {"name": person.name, "number": person.number, "account": account, "bill": bill, "case_no": case_no}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        house = Launched(checkout=ROOT, var=Path(folder) / "var")
        house.start()
        try:
            told = Path(folder) / "scene.json"
            told.write_text(json.dumps(asyncio.run(scene(house))), encoding="utf-8")
            node.run("node", str(SOURCE / "checks" / "walk.mjs"), str(told))
        finally:
            house.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
