"""A receipt through the whole house: issued by the worker, taken back when the merchant's console gave money back."""

import pytest

from tests.journeys.walkers import Bureau, Citizen, Records, Sandbox, body, eventually
from tests.launched import Launched


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["wechat", "alipay"])
async def test_issued_and_taken_back(whole_house: Launched, channel: str) -> None:
    citizen, sandbox = await Citizen(whole_house).arrive(channel), Sandbox(whole_house)
    pay_code = await Bureau(whole_house).bill(citizen, fen=8010)
    order = await citizen.checkout(pay_code, channel)
    await sandbox.pay(order)
    await citizen.settled(pay_code)

    async def receipt_of(fen: int) -> dict[str, object] | None:
        answer = await citizen.http.get(f"/v1/bills/{pay_code}/receipt")
        shown = answer.json() if answer.status_code == 200 else {}
        return shown if (shown.get("state"), shown.get("amount_fen")) == ("issued", fen) else None

    async def first() -> object:
        return await receipt_of(8010)

    async def second() -> object:
        return await receipt_of(5000)

    before = await eventually(first, within=60)
    file = await citizen.http.get(f"/v1/bills/{pay_code}/receipt.pdf")
    assert file.content.startswith(b"%PDF-")
    await sandbox.pull(
        f"{channel}/refund/{order['out_trade_no']}", fen=3010, notify_url=f"{whole_house.api}/callbacks/{channel}/pay"
    )
    after = await eventually(second, within=60)
    assert [(one["state"], one["amount_fen"]) for one in await citizen.get(f"/v1/bills/{pay_code}/refunds")] == [
        ("done", 3010)
    ]
    checked = {name: before[name] for name in ("code", "number", "check_code")}
    shown = body(await citizen.http.post("/v1/receipts/check", json=checked))
    assert (shown["state"], shown["payer"]) == ("voided", "张*")
    assert after["number"] != before["number"]
    await Records(whole_house).balanced()
