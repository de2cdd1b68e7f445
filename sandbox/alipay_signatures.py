"""Alipay's signatures: RSA2 over sorted parameters for requests and notifies, over the raw text for responses."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from sandbox import signing
from sandbox.alipay_errors import AlipayError
from sandbox.world import BEIJING, World

TOLERANCE = timedelta(minutes=15)
"""A caller that sends its time as UTC is eight hours off and must notice."""
CHARSETS = ("utf-8", "gbk", "gb2312")
REQUIRED = ("app_id", "method", "charset", "sign_type", "sign", "timestamp", "version")


def verify(world: World, params: dict[str, str]) -> None:
    """Refuse a call that lacks a system parameter or is not signed by the app's key."""
    for name in REQUIRED:
        if not params.get(name):
            raise _invalid(
                f"isv.missing-{name.replace('_', '-')}", f"缺少{name}参数", code="40001", bare=name == "method"
            )
    if params["app_id"] != world.keys["alipay_app_id"]:
        raise _invalid("isv.invalid-app-id", "无效的AppID参数", bare=True)
    if params["charset"].lower() not in CHARSETS:
        raise _invalid("isv.invalid-charset", "字符集错误")
    if params["sign_type"] != "RSA2":
        raise _invalid("isv.invalid-signature-type", "无效的签名类型，仅支持RSA2")
    _check_certificates(world, params)
    text = sign_text({name: value for name, value in params.items() if name != "sign"})
    if not signing.verified(world.keys.alipay_app, text.encode(params["charset"]), params["sign"]):
        raise _invalid(
            "isv.invalid-signature",
            f"验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：{text}",
        )
    _check_timestamp(params["timestamp"])


def in_cert_mode(params: dict[str, str]) -> bool:
    return bool(params.get("app_cert_sn"))


def response_key(world: World, cert_mode: bool) -> RSAPrivateKey:
    """Key mode and certificate mode are signed by different keys."""
    return world.keys.alipay_cert_key if cert_mode else world.keys.alipay_gateway


def sign_text(params: dict[str, str]) -> str:
    """Sorted ``k=v`` joined by ``&``; empty values do not take part."""
    return "&".join(f"{name}={value}" for name, value in sorted(params.items()) if value != "")


def envelope(
    world: World,
    node: str,
    body: dict[str, Any],
    *,
    cert_mode: bool,
    charset: str,
    signed: bool = True,
    forge: bool = False,
) -> bytes:
    """The response: ``{"<node>": body, "alipay_cert_sn"?, "sign"}``, signed over exactly the text of the body.

    Slashes are written ``\\/`` as the gateway writes them: who re-serialises before verifying fails.
    """
    raw = msgspec.json.encode(body).decode().replace("/", "\\/")
    parts = [f'"{node}":{raw}']
    if cert_mode and signed:
        parts.append(f'"alipay_cert_sn":"{world.keys.alipay_cert_sn}"')
    if signed:
        text = (raw + (" " if forge else "")).encode(charset)
        parts.append(f'"sign":"{signing.sign(response_key(world, cert_mode), text)}"')
    return ("{" + ",".join(parts) + "}").encode(charset)


def signed_form(world: World, params: dict[str, str], *, cert_mode: bool, forge: str = "") -> dict[str, str]:
    """A notify's parameters with sign_type and sign; both are left out of the signed text."""
    signature = signing.sign(response_key(world, cert_mode), sign_text(params).encode())
    if forge == "signature":
        signature = signing.sign(response_key(world, cert_mode), b"forged")
    return params | {"sign_type": "RSA2", "sign": signature}


def _check_certificates(world: World, params: dict[str, str]) -> None:
    given = params.get("app_cert_sn"), params.get("alipay_root_cert_sn")
    if any(given) and given != (world.keys.alipay_app_cert_sn, world.keys.alipay_root_cert_sn):
        raise _invalid("isv.invalid-cert-sn", "应用公钥证书序列号或支付宝根证书序列号不正确")


def _check_timestamp(text: str) -> None:
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError as fault:
        raise _invalid("isv.invalid-timestamp", "非法的时间戳参数") from fault
    if abs(datetime.now(BEIJING) - moment) > TOLERANCE:
        raise _invalid("isv.invalid-timestamp", "时间戳与北京时间相差过大")


def _invalid(sub_code: str, sub_msg: str, *, code: str = "40002", bare: bool = False) -> AlipayError:
    return AlipayError(code, sub_code, sub_msg, bare=bare)
