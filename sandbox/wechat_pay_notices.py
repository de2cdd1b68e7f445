"""WeChat Pay's notifies: the facts sealed with the APIv3 key, signed anew on every attempt."""

import json

from sandbox import notices, signing
from sandbox.notices import Courier, Letter, Notice
from sandbox.wechat_pay_signatures import notify_signer, signed_headers
from sandbox.world import World

MINUTE, HOUR = 60, 3600
SCHEDULE = (
    *(15, 15, 30, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE, 60 * MINUTE),
    *(3 * HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR),
)
SUMMARIES = {
    "TRANSACTION.SUCCESS": "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
}
FORGERIES = ("signature", "stale", "unknown_serial", "non_hex_serial", "sign_test", "body", "cipher")


def letter(world: World, notice: Notice, forge: str) -> Letter:
    """Seal and sign the notice. ``forge``: one of FORGERIES, or empty for a true one."""
    purpose = "refund" if notice.kind.startswith("REFUND") else "transaction"
    plain = json.dumps(notice.facts, ensure_ascii=False, separators=(",", ":")).encode()
    api_key = signing.nonce(32) if forge == "cipher" else world.keys["wechat_pay_api_v3_key"]
    sealed = signing.seal(api_key, plain, purpose)
    body = json.dumps(
        {
            "id": notice.id,
            "create_time": notice.created_at,
            "resource_type": "encrypt-resource",
            "event_type": notice.kind,
            "summary": SUMMARIES[notice.kind],
            "resource": {"original_type": purpose, **sealed},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    headers = signed_headers(notify_signer(world), body, forge=forge)
    sent = body.replace(b'"encrypt-resource"', b'"encrypt-resource" ') if forge == "body" else body
    return Letter({"Content-Type": "application/json", "User-Agent": "Mozilla/4.0", **headers}, sent)


def accepts(status: int, answer: str) -> bool:
    """The status alone decides; what the body says is not read."""
    return status in (200, 204)


async def probe(world: World, url: str) -> int | None:
    """Send a SIGNTEST probe (签名探测流量) as a notify and return the status it was answered with."""
    facts = {"out_trade_no": "SIGNTEST", "trade_state": "SUCCESS"}
    notice = Notice(
        id=f"EV-PROBE-{signing.nonce(12)}",
        vendor="wechat_pay",
        kind="TRANSACTION.SUCCESS",
        subject="SIGNTEST",
        url=url,
        facts=facts,
        created_at=world.now().isoformat(timespec="seconds"),
        state="probe",
    )
    await notices.send(world, notice, forge="sign_test")
    return notice.attempts[-1].status


COURIER = Courier(schedule=SCHEDULE, letter=letter, accepts=accepts)
