"""Alipay's gateway at the wire: one address, the method in a parameter, a signed answer under HTTP 200."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import alipay_bills, alipay_login, alipay_messages, alipay_refunds, alipay_trades, mini_codes, trouble
from sandbox.alipay_errors import AlipayError
from sandbox.alipay_signatures import CHARSETS, envelope, in_cert_mode, verify
from sandbox.world import World, world_of

alipay = Blueprint("alipay")
Method = Callable[[World, dict[str, str]], dict[str, Any]]
METHODS: dict[str, Method] = {
    "alipay.system.oauth.token": alipay_login.token,
    "alipay.user.info.share": alipay_login.share,
    "alipay.trade.create": alipay_trades.create,
    "alipay.trade.query": alipay_trades.query,
    "alipay.trade.close": alipay_trades.close,
    "alipay.trade.refund": alipay_refunds.ask,
    "alipay.trade.fastpay.refund.query": alipay_refunds.query,
    "alipay.open.app.mini.templatemessage.send": alipay_messages.send,
}
# These answer with an address of ours.
ADDRESSES: dict[str, Callable[[World, dict[str, str], str], dict[str, Any]]] = {
    "alipay.data.dataservice.bill.downloadurl.query": alipay_bills.offer,
    "alipay.open.app.qrcode.create": mini_codes.of_alipay,
}


@alipay.post("/gateway.do", name="gateway")
async def gateway(request: Request) -> HTTPResponse:
    """System parameters may stand in the query or in the form."""
    world = world_of(request)
    params = _params(request)

    async def answer(kind: str | None) -> HTTPResponse:
        node, body, signed = _attempt(world, request, params, kind)
        charset = _charset(params)
        content = envelope(
            world,
            node,
            body,
            cert_mode=in_cert_mode(params),
            charset=charset,
            signed=signed,
            forge=kind == "bad_signature",
        )
        return response.raw(content, content_type=f"text/html;charset={charset}")

    return await trouble.through(request, "alipay", answer)


@alipay.get("/alipay/bill", name="bill")
async def bill(request: Request) -> HTTPResponse:
    content = alipay_bills.download(world_of(request), request.args.get("token", ""))
    if content is None:
        return response.text("下载链接已失效", status=403)
    headers = {"Content-Disposition": "attachment; filename=bill.csv.zip"}
    return response.raw(content, content_type="application/octet-stream", headers=headers)


@alipay.get("/alipay/qrcode", name="qrcode")
async def qrcode(request: Request) -> HTTPResponse:
    return response.raw(mini_codes.picture(f"alipay:{request.args.get('opens', '')[:400]}"), content_type="image/png")


def _attempt(
    world: World, request: Request, params: dict[str, str], kind: str | None
) -> tuple[str, dict[str, Any], bool]:
    """The response's name, its body, and whether it is signed: a stranger's app has no key to sign for."""
    node = f"{params.get('method', '').replace('.', '_')}_response"
    try:
        verify(world, params)
        if kind == "system_error":
            raise AlipayError("20000", "isp.unknow-error", "系统繁忙")
        body = _method(request, params["method"])(world, params)
        if kind == "system_error_after_accept":
            raise AlipayError("20000", "isp.unknow-error", "系统繁忙")
        return node, body, True
    except AlipayError as refusal:
        known = params.get("app_id") == world.keys["alipay_app_id"]
        return ("error_response" if refusal.bare else node), refusal.body, known


def _method(request: Request, name: str) -> Method:
    if name in ADDRESSES:
        base = f"{request.scheme}://{request.host}"
        return lambda world, params: ADDRESSES[name](world, params, base)
    if name not in METHODS:
        raise AlipayError("40002", "isv.invalid-method", "不存在的方法名", bare=True)
    return METHODS[name]


def _params(request: Request) -> dict[str, str]:
    """Query and form together, decoded in the charset that the caller names in either."""
    texts = (request.query_string, request.body.decode("latin-1"))
    charset = _charset(dict(parse_qsl("&".join(texts))))
    params: dict[str, str] = {}
    for text in texts:
        params |= parse_qsl(text, keep_blank_values=True, encoding=charset, errors="replace")
    return params


def _charset(params: dict[str, str]) -> str:
    named = params.get("charset", "utf-8").lower()
    return named if named in CHARSETS else "utf-8"
