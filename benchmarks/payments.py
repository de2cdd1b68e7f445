"""支付: notices as WeChat Pay sends them, signed and sealed beforehand, each settling an order of its own."""

import asyncio
import itertools
import json
import secrets
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from benchmarks import appointments, bare_loop, people
from benchmarks.house import House
from benchmarks.load import Saw
from benchmarks.measuring import CheckFailed, Measured, Sample, interleaved, percentile
from benchmarks.wire import post
from foundation import clock, database, settings
from foundation.actor import Actor
from identity.idnumber import Identity
from payments import bills, ledger
from payments.models import Bill, PaymentOrder
from payments.notice_gathering import TOGETHER

BY = Actor.department("demo-hall")
FEN = 2000
RUSH, SLOTS = 20_000, 50
AT_ONCE = 2 * TOGETHER  # a batch on its way to the disk, another one gathered
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Platform:
    """WeChat Pay's half of the keys."""

    serial: str
    key: RSAPrivateKey
    api_v3_key: bytes

    @classmethod
    def read(cls, folder: Path) -> "Platform":
        certificate = x509.load_pem_x509_certificate((folder / "wechat_pay_platform_2_cert.pem").read_bytes())
        key = load_pem_private_key((folder / "wechat_pay_platform_2_key.pem").read_bytes(), None)
        assert isinstance(key, RSAPrivateKey)
        return cls(f"{certificate.serial_number:X}", key, settings.current().wechat_pay.api_v3_key.encode())

    def notice(self, order: PaymentOrder) -> bytes:
        """The whole request that says `order` was paid."""
        body = json.dumps(self._envelope(json.dumps(_paid(order)).encode()), ensure_ascii=False).encode()
        timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
        text = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        headers = {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": b64encode(self.key.sign(text, PKCS1v15(), SHA256())).decode(),
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }
        return post("/callbacks/wechat/pay", body, headers=headers)

    def _envelope(self, plain: bytes) -> dict[str, Any]:
        nonce = secrets.token_hex(6)
        cipher = AESGCM(self.api_v3_key).encrypt(nonce.encode(), plain, b"transaction")
        return {
            "id": f"EV-{secrets.token_hex(12)}",
            "create_time": _now(),
            "resource_type": "encrypt-resource",
            "event_type": "TRANSACTION.SUCCESS",
            "summary": "支付成功",
            "resource": {
                "original_type": "transaction",
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": b64encode(cipher).decode(),
                "associated_data": "transaction",
                "nonce": nonce,
            },
        }


def _paid(order: PaymentOrder) -> dict[str, Any]:
    return {
        "appid": order.app_id,
        "mchid": order.merchant_id,
        "out_trade_no": order.out_trade_no,
        "transaction_id": f"42{secrets.randbelow(10**26):026d}",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "OTHERS",
        "attach": "",
        "success_time": _now(),
        "payer": {"openid": order.payer_openid},
        "amount": {
            "total": order.amount_fen,
            "payer_total": order.amount_fen,
            "currency": "CNY",
            "payer_currency": "CNY",
        },
    }


def _now() -> str:
    return clock.shanghai(clock.now()).isoformat(timespec="seconds")


def a_bill(*, payer: Identity) -> bills.PushedBill:
    return bills.PushedBill(
        notice_no=f"BENCHMARK-{next(_numbers)}",
        exec_unit_code="103001",
        exec_unit_name="示例市公安局",
        title="居民身份证工本费",
        payer_name="张三",
        payer=payer,
        items=(bills.PushedItem(exec_item_code="103042", exec_item_name="证照工本费", amount_fen=FEN),),
        total_fen=FEN,
        expire_date=clock.today() + timedelta(days=30),
    )


async def notify_settled(house: House) -> Measured:
    """A signed and sealed notice comes in, a bill is settled, the books balance: as many as the door can take, for
    which more must be waiting than one batch holds.

    Beside it a bare loop that verifies, opens and commits one row each, as many of those as usual connections, and the
    door itself with no more connections than usual, where it waits for the disk between its batches.
    """
    platform, number = Platform.read(house.keys), house.scale.times(600)
    some = [platform.notice(order) for order in await awaited_orders(house.scale.connections)]

    async def settle(connections: int) -> Sample:
        orders = await awaited_orders(number)
        notices = [platform.notice(order) for order in orders]
        sample = await house.done(house.api, notices, expect="200", connections=connections)
        await _must_be_settled(orders)
        return sample

    async def loop(at_once: int) -> Sample:
        notices = bare_loop.repeated(some, number)
        key = platform.key.public_key()
        return await bare_loop.run(notices, key=key, api_v3_key=platform.api_v3_key, at_once=at_once)

    usual = house.scale.connections
    beside = {
        "bare_loop": lambda: loop(1),
        "loops_at_once": lambda: loop(usual),
        "fewer_at_once": lambda: settle(usual),
    }
    return await interleaved("notify_settled", lambda: settle(AT_ONCE), beside=beside, rounds=house.scale.rounds)


NOTICES, PATIENCE = 1000, 5000.0


async def notify_in_the_rush(house: House) -> Measured:
    """Notices while the city wants an appointment: 20,000 citizens at the citizens' door, 1,000 notices at the other.

    Fails unless each is accepted and settles its bill and p99.9 is below the five seconds that WeChat Pay waits.
    """
    platform, found = Platform.read(house.keys), Measured("notify_in_the_rush")
    try:
        where = await appointments.open_slots(SLOTS, capacity=RUSH // 2 // SLOTS)
        wishes = await appointments.wishes(RUSH, where)
        orders = await awaited_orders(NOTICES)
        notices = [platform.notice(order) for order in orders]
        rush, saw = await asyncio.gather(
            house.rushed(house.bff, wishes, connections=appointments.RUSH_CONNECTIONS),
            house.rushed(house.api, notices, connections=house.scale.connections),
        )
        await _must_be_settled(orders)
        found.samples.append(_in_time(saw, rush))
        latest = percentile([one * 1000 for one in saw.latencies], 99.9)
        found.notes = f"p99.9 {latest:.0f} ms; meanwhile {dict(sorted(rush.answers.items()))} in {rush.seconds:.1f} s"
    except CheckFailed as why:
        found.failed = str(why)
    return found


def _in_time(saw: Saw, rush: Saw) -> Sample:
    """Raises CheckFailed unless all were accepted in time, while the rush was on."""
    milliseconds = [one * 1000 for one in saw.latencies]
    if set(saw.answers) != {"200"} or saw.lost or percentile(milliseconds, 99.9) >= PATIENCE:
        raise CheckFailed(f"{saw.answers}, lost {saw.lost}, p99.9 {percentile(milliseconds, 99.9)} ms {saw.odd}")
    if rush.seconds < saw.seconds / 2:
        raise CheckFailed(f"the rush was over after {rush.seconds} s, the notices took {saw.seconds} s")
    return Sample(len(milliseconds) / saw.seconds, percentile(milliseconds, 50), percentile(milliseconds, 99))


async def awaited_orders(number: int, *, who: Sequence[Identity] = ()) -> list[PaymentOrder]:
    """So many bills of one citizen each (`who`, when they must be found), on the way to be paid with WeChat."""
    who, ours = who or people.identities(number), settings.current()
    payers = await people.arrive(number, who=who)
    pushed = [a_bill(payer=identity) for identity in who]
    for bill in pushed:
        await bills.raise_bill(bill=bill, by=BY)
    ids = dict(await Bill.filter(notice_no__in=[one.notice_no for one in pushed]).values_list("notice_no", "id"))
    orders = [
        PaymentOrder(
            bill_id=ids[bill.notice_no],
            channel="wechat",
            out_trade_no=f"P{clock.today():%Y%m%d}{secrets.token_hex(8)}",
            amount_fen=FEN,
            state="awaiting",
            payer_id=payer,
            payer_openid=f"o-benchmark-{payer}",
            app_id=ours.wechat.app_id,
            merchant_id=ours.wechat_pay.merchant_id,
            expires_at=clock.now() + timedelta(minutes=30),
        )
        for bill, payer in zip(pushed, payers, strict=True)
    ]
    await PaymentOrder.bulk_create(orders)
    return orders


async def _must_be_settled(orders: Sequence[PaymentOrder]) -> None:
    """Raises CheckFailed unless each order was paid, settled its bill, and stands in books that balance."""
    row = await database.fetchrow(
        """select count(*) filter (where o.state = 'paid' and o.settles) as paid,
                  count(*) filter (where b.state = 'settled') as settled,
                  coalesce((select sum(e.amount_fen) from ledger_entry e join payment_order p on p.id = e.order_id
                             where p.out_trade_no = any($1) and e.account = 'channel:wechat'), 0) as booked
             from payment_order o join bill b on b.id = o.bill_id where o.out_trade_no = any($1)""",
        [one.out_trade_no for one in orders],
    )
    number, balance = len(orders), sum((await ledger.trial_balance()).values())
    if row is None or not (row["paid"] == row["settled"] == number and row["booked"] == number * FEN and not balance):
        raise CheckFailed(f"{number} accepted: {dict(row or {})}, the books are {balance} fen off")


FIGURES = {"notify_settled": notify_settled, "notify_in_the_rush": notify_in_the_rush}
