"""Those who walk through the whole house over HTTP: citizens, a department, staff at the desk, and bad luck."""

import asyncio
import json
import re
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx

from foundation import signed_requests
from tests.builders.identity import id_number

BUSINESS, HALL = "centre-self-service", "9901"  # the demo's round-the-clock business
TEMPLATES = {
    "wechat": ("tpl-booking", "tpl-bill", "tpl-case"),
    "alipay": ("alitpl-booking", "alitpl-bill", "alitpl-case"),
}


class House(Protocol):
    """What a journey needs of a running house."""

    @property
    def bff(self) -> str: ...
    @property
    def api(self) -> str: ...
    @property
    def sandbox(self) -> str: ...
    @property
    def secrets(self) -> dict[str, str]: ...
    @property
    def database_url(self) -> str: ...
    @property
    def accounts(self) -> dict[str, Any]: ...


def client(base: str, **headers: str) -> httpx.AsyncClient:
    """A client that `say_goodbye` closes."""
    opened = httpx.AsyncClient(base_url=base, timeout=20, trust_env=False, headers=headers)
    _opened.append(opened)
    return opened


async def say_goodbye() -> None:
    while _opened:
        await _opened.pop().aclose()


_opened: list[httpx.AsyncClient] = []


def body(answer: httpx.Response, status: int = 200) -> Any:
    """What was answered, if it was answered with `status`."""
    assert answer.status_code == status, (
        f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    )
    return answer.json() if answer.content else None


def code(answer: httpx.Response, status: int) -> str:
    """The stable code of a refusal that looks as every refusal does."""
    said = body(answer, status)
    assert {"code", "message", "request_id"} <= said.keys(), said
    assert re.search(r"[\u4e00-\u9fff]", said["message"])
    assert status not in (429, 503) or int(answer.headers["retry-after"]) > 0
    return str(said["code"])


async def eventually(what: Callable[[], Awaitable[Any]], *, within: float = 20) -> Any:
    """What it gives once it gives something true."""
    deadline = time.monotonic() + within
    while not (found := await what()):
        assert time.monotonic() < deadline, f"not within {within} s"
        await asyncio.sleep(0.1)
    return found


class Sandbox:
    """Both platforms, seen from behind the stage."""

    def __init__(self, house: House) -> None:
        self.http = client(house.sandbox)

    async def pull(self, string: str, **asked: Any) -> Any:
        return body(await self.http.post(f"/sandbox/{string}", json=asked))

    async def pay(self, order: dict[str, Any], how: str = "pay", **asked: Any) -> str:
        """Play the payer of a checkout."""
        return str((await self.pull(f"{order['channel']}/pay/{order['out_trade_no']}", how=how, **asked))["result"])

    async def notices(self, number: str) -> list[dict[str, Any]]:
        return list(body(await self.http.get("/sandbox/notifies", params={"subject": number})))

    async def messages(self, to: str) -> list[dict[str, Any]]:
        return list(body(await self.http.get("/sandbox/messages", params={"openid": to})))

    async def orders(self) -> dict[str, list[dict[str, Any]]]:
        return dict(body(await self.http.get("/sandbox/orders")))


@dataclass
class Citizen:
    """张三 with a number and accounts nobody else has."""

    house: House
    name: str = "张三"
    number: str = field(default_factory=lambda: id_number(secrets.randbelow(998) + 1, born=_born()))
    mark: str = field(default_factory=lambda: secrets.token_hex(6))

    def __post_init__(self) -> None:
        self.http = client(self.house.bff)
        self.sandbox = Sandbox(self.house)
        self.accounts = {"wechat": f"oTEST-{self.mark}", "alipay": f"0test-{self.mark}"}

    @property
    def last_four(self) -> str:
        return self.number[-4:]

    async def code(self, platform: str = "wechat", via: str = "mini") -> str:
        """A single-use code of the platform: from its app, or by way of its page in a browser."""
        account = self.accounts[platform]
        if via == "mini":
            return str((await self.sandbox.pull(f"{platform}/code", openid=account, open_id=account))["code"])
        doors = body(await self.http.get("/v1/login/options", params={"redirect": "/h5/", "state": "s1"}))
        page = doors[platform].partition("#")[0]  # browsers keep the fragment to themselves
        sent = await self.sandbox.http.get(f"{page}&auto={account}")
        assert sent.status_code == 302, sent.text
        back = parse_qs(urlsplit(sent.headers["location"]).query)
        assert back["state"] == ["s1"]
        return back["code" if platform == "wechat" else "auth_code"][0]

    async def sign_in(self, platform: str = "wechat", via: str = "mini") -> dict[str, Any]:
        version = body(await self.http.get("/v1/policy"))["version"]
        code = await self.code(platform, via)
        asked = {"platform": platform, "code": code, "via": via, "device": "测试手机", "policy": version}
        done = body(await self.http.post("/v1/login", json=asked), 201)
        self.http.headers["Authorization"] = f"Bearer {done['token']}"
        return dict(done)

    async def verify(self) -> dict[str, Any]:
        asked = {"name": self.name, "id_number": self.number}
        return dict(body(await self.http.post("/v1/me/real-name", json=asked)))

    async def arrive(self, platform: str = "wechat") -> "Citizen":
        """Signed in, verified, and willing to be told things."""
        await self.sign_in(platform)
        await self.verify()
        for template in TEMPLATES[platform]:
            await self.sandbox.pull("consent", openid=self.accounts[platform], template_id=template, times=30)
        return self

    async def get(self, path: str, **query: Any) -> Any:
        return body(await self.http.get(path, params=query))

    async def post(self, path: str, status: int = 200, **asked: Any) -> Any:
        return body(await self.http.post(path, json=asked), status)

    async def free_slots(self, least: int = 1) -> list[dict[str, Any]]:
        """Slots of the round-the-clock business that can be booked: the soonest day's that has so many left."""
        page = await self.get(f"/v1/types/{BUSINESS}")
        for day in page["dates"]:
            rows = await self.get("/v1/slots", type_id=page["id"], date=day["date"])
            found = [one for one in rows if one["state"] == "open"]
            if len(found) >= least:
                return found
        raise AssertionError(page)

    async def reserve(self, slot_id: int, *, key: str) -> httpx.Response:
        return await self.http.post("/v1/bookings", json={"slot_id": slot_id}, headers={"Idempotency-Key": key})

    async def book(self) -> dict[str, Any]:
        slot = (await self.free_slots())[0]
        return dict(body(await self.reserve(slot["id"], key=str(uuid.uuid4())), 201))

    async def checkout(self, pay_code: str, channel: str = "wechat", **asked: Any) -> dict[str, Any]:
        return dict(await self.post(f"/v1/bills/{pay_code}/checkout", channel=channel, **asked))

    async def result(self, pay_code: str) -> str:
        return str((await self.get(f"/v1/bills/{pay_code}/result"))["state"])

    async def settled(self, pay_code: str, *, within: float = 20) -> None:
        async def now() -> bool:
            return await self.result(pay_code) == "settled"

        await eventually(now, within=within)


def _born() -> str:
    return f"19{secrets.randbelow(40) + 50}{secrets.randbelow(12) + 1:02d}{secrets.randbelow(28) + 1:02d}"


class Bureau:
    """A department that signs what it pushes."""

    def __init__(self, house: House) -> None:
        self.http = client(house.api)
        self.key_id, self.secret = house.secrets["DEPARTMENT_KEYS"].split(",")[0].split(":", 1)

    def signed(self, path: str, raw: bytes, **other: str) -> dict[str, str]:
        timestamp, nonce = other.get("timestamp", str(int(time.time()))), secrets.token_hex(8)
        signature = signed_requests.sign(
            secret=self.secret, method="POST", path=path, timestamp=timestamp, nonce=nonce, body=raw
        )
        return {
            "Content-Type": "application/json",
            "X-Key-Id": self.key_id,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature,
        }

    async def push(self, path: str, asked: Any) -> httpx.Response:
        raw = json.dumps(asked).encode()
        return await self.http.post(path, content=raw, headers=self.signed(path, raw))

    async def bill(self, payer: Citizen, *, fen: int = 8000) -> str:
        """Push a bill; its pay_code."""
        said = body(await self.push("/departments/v1/bills", {"bills": [bill_of(payer, fen)]}))
        assert said["refused"] == 0, said
        return str(said["rows"][0]["pay_code"])

    async def case(self, applicant: Citizen, *kinds: str, case_no: str = "") -> str:
        """Push events of a case, each some minutes after the one before; its number."""
        case_no = case_no or f"3507{secrets.randbelow(10**14):014d}"
        start = time.time() - 3600
        events = [
            {
                "event_id": f"{case_no}-{kind}",
                "case_no": case_no,
                "kind": kind,
                "happened_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start + 60 * number)),
                "case": {
                    "item_code": "social-card",
                    "item_name": "社会保障卡申领",
                    "department_name": "人力资源社会保障局",
                    "applicant": {"name": applicant.name, "id_number": applicant.number},
                    "promised_days": 10,
                },
            }
            for number, kind in enumerate(kinds)
        ]
        said = body(await self.push("/departments/v1/cases/events", {"events": events}))
        assert said["refused"] == 0, said
        return case_no


def bill_of(payer: Citizen, fen: int) -> dict[str, Any]:
    return {
        "notice_no": f"N{secrets.token_hex(8)}",
        "exec_unit_code": "103009",
        "exec_unit_name": "示例市自然资源局",
        "title": "不动产登记费（住宅）",
        "payer": {"name": payer.name, "id_number": payer.number},
        "items": [{"exec_item_code": "103061", "exec_item_name": "不动产登记费", "amount_fen": fen}],
        "total_fen": fen,
    }


class Staff:
    """Somebody at the desk of a hall, by the console's own forms."""

    def __init__(self, house: House, username: str = "centre") -> None:
        self.http = client(house.api, **{"Sec-Fetch-Site": "same-origin", "HX-Request": "true"})
        self.username = username
        self.password = next(one["password"] for one in house.accounts["staff"] if one["username"] == username)

    async def sign_in(self) -> "Staff":
        given = {"username": self.username, "password": self.password}
        assert (await self.http.post("/console/login", data=given)).status_code == 303
        return self

    async def press(self, address: str, **fields: Any) -> str:
        """Press a button of the day's page; what it says."""
        answer = await self.http.post(f"/console/day/{address}", data={"hall": HALL, **fields})
        assert answer.status_code == 200, answer.text
        return answer.text


class Records:
    """What the house has written down, read straight from its database."""

    def __init__(self, house: House) -> None:
        self.url = house.database_url

    async def rows(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(sql, *args))
        finally:
            await connection.close()

    async def slot_about_to_begin(self) -> int:
        """A slot that can be booked and checked into now: in the last half hour of a day none is left of it."""
        (row,) = await self.rows(
            """insert into slot (type_id, day, starts_at, ends_at, capacity, release_at, close_at)
               select t.id, (at at time zone 'Asia/Shanghai')::date, at, at + interval '1 hour', 5, now(), at
                 from appointment_type t, (select now() + interval '20 seconds' as at) as soon
                where t.code = $1 returning id""",
            BUSINESS,
        )
        return int(row["id"])

    async def balanced(self) -> None:
        """Every posting adds up to zero, and each fen that settled a bill or came too often is booked once."""
        assert await self.rows("select posting from ledger_entry group by 1 having sum(amount_fen) <> 0") == []
        (sums,) = await self.rows(
            """select coalesce(sum(amount_fen) filter (where account like 'channel:%'), 0)::bigint as held,
                      (select coalesce(sum(amount_fen), 0)::bigint from payment_order where paid_at is not null)
                      - (select coalesce(sum(amount_fen), 0)::bigint from refund where state = 'done') as received
                 from ledger_entry"""
        )
        assert sums["held"] == sums["received"]

    async def settled_once(self, pay_code: str) -> None:
        """One order settles the bill, its money is booked once and told once."""
        (bill,) = await self.rows("select id, state, total_fen from bill where pay_code = $1", pay_code)
        assert bill["state"] == "settled"
        orders = await self.rows("select id from payment_order where bill_id = $1 and settles", bill["id"])
        assert len(orders) == 1
        entries = await self.rows(
            "select amount_fen from ledger_entry where order_id = $1 and memo = 'settled'", orders[0]["id"]
        )
        assert sorted(row["amount_fen"] for row in entries) == [-bill["total_fen"], bill["total_fen"]]

    async def slots_agree(self) -> None:
        """The counter of every slot is its live appointments, counted."""
        wrong = await self.rows(
            """select s.id from slot s where s.booked <> (select count(*) from appointment a where a.slot_id = s.id
                  and a.state in ('booked', 'checked_in', 'serving'))"""
        )
        assert wrong == []
