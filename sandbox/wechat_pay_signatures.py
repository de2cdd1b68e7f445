"""WeChat Pay v3 signatures: the merchant's requests verified, the platform's responses and notifies signed."""

import re
import time

from sanic import Request

from sandbox.keyring import Signer
from sandbox.signing import nonce, sign, verified
from sandbox.wechat_pay_errors import PayError
from sandbox.world import World

SCHEME = "WECHATPAY2-SHA256-RSA2048"
PROBE = "WECHATPAY/SIGNTEST/"
FRESH = 300
"""Seconds by which a request's timestamp may differ from our clock."""


def verify(world: World, request: Request) -> None:
    """Refuse (401 SIGN_ERROR) a request not signed by the merchant's key just now."""
    if not request.headers.get("user-agent") or not _accepts_json(request):
        raise PayError("PARAM_ERROR", "Http头缺少Accept或User-Agent")
    fields = _authorization(request)
    if fields["mchid"] != world.keys["wechat_pay_merchant_id"]:
        raise PayError("SIGN_ERROR", "商户号与证书序列号不匹配，请核对商户号")
    if _number(fields["serial_no"]) != world.keys.merchant.serial_number:
        raise PayError("SIGN_ERROR", "商户证书序列号有误。请使用签名私钥匹配的证书序列号")
    if not fields["timestamp"].isdigit() or abs(time.time() - int(fields["timestamp"])) > FRESH:
        raise PayError("SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
    text = b"\n".join(
        [request.method.encode(), request.raw_url, fields["timestamp"].encode(), fields["nonce_str"].encode()]
        + [request.body, b""]
    )
    if not verified(world.keys.merchant_key, text, fields["signature"]):
        raise PayError("SIGN_ERROR", "错误的签名，验签失败", _hint(request, text))


def verify_pay_sign(world: World, *, app_id: str, timestamp: str, nonce_str: str, package: str, pay_sign: str) -> bool:
    """Whether the mini-program's paySign is the merchant's signature of these four values."""
    text = f"{app_id}\n{timestamp}\n{nonce_str}\n{package}\n".encode()
    return app_id == world.keys["wechat_app_id"] and verified(world.keys.merchant_key, text, pay_sign)


def signer_for(world: World, wanted: str | None) -> Signer:
    """Who signs a response: the key named by the request's Wechatpay-Serial, else the newest platform certificate."""
    if wanted == world.keys.public_key_signer.serial:
        return world.keys.public_key_signer
    for signer in world.keys.platform_signers:
        if wanted and _number(wanted) == int(signer.serial, 16):
            return signer
    return world.keys.platform_signers[-1]


def notify_signer(world: World) -> Signer:
    """Who signs a notify: in migration a share of them moves to public-key mode, the rest stays on the certificate."""
    dials = world.dials
    dials.notifies_signed += 1
    share, count = dials.public_key_share, dials.notifies_signed
    world.turn(dials)
    moved = count * share // 100 > (count - 1) * share // 100
    return world.keys.public_key_signer if moved else world.keys.platform_signers[-1]


def signed_headers(signer: Signer, body: bytes, *, forge: str = "") -> dict[str, str]:
    """The Wechatpay-* headers of a body. ``forge``: signature, stale, unknown_serial, non_hex_serial, sign_test."""
    word = nonce()
    timestamp = str(int(time.time()) - (3600 if forge == "stale" else 0))
    text = timestamp.encode() + b"\n" + word.encode() + b"\n" + body + b"\n"
    signature = sign(signer.key, text if forge != "signature" else text + b"forged")
    serial = {"unknown_serial": "7" * 40, "non_hex_serial": "NOT-HEX-AT-ALL"}.get(forge, signer.serial)
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": word,
        "Wechatpay-Signature": PROBE + signature if forge == "sign_test" else signature,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature-Type": SCHEME,
    }


def _authorization(request: Request) -> dict[str, str]:
    scheme, _, rest = (request.headers.get("authorization") or "").partition(" ")
    if scheme != SCHEME:
        raise PayError("SIGN_ERROR", "Http头Authorization认证类型不正确")
    fields = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    if not {"mchid", "nonce_str", "timestamp", "serial_no", "signature"} <= fields.keys():
        raise PayError("SIGN_ERROR", "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》")
    return fields


def _accepts_json(request: Request) -> bool:
    accepted = request.headers.get("accept") or ""
    return "application/json" in accepted or "*/*" in accepted


def _number(serial: str) -> int | None:
    """Serials are compared as numbers: clients differ in case and in leading zeros."""
    try:
        return int(serial, 16)
    except ValueError:
        return None


def _hint(request: Request, text: bytes) -> dict[str, object]:
    return {
        "issue": "sign not match",
        "field": "signature",
        "location": "authorization",
        "sign_information": {
            "method": request.method,
            "url": request.raw_url.decode("latin-1"),
            "sign_message_length": len(text),
            "body_length": len(request.body),
        },
    }
