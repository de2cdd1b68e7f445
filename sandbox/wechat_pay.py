"""WeChat Pay v3 at the wire: every call verified, answered in JSON, and signed with the key the caller asked for."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote

from cryptography.hazmat.primitives.serialization import Encoding
from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import signing, trouble, wechat_pay_bills, wechat_pay_orders, wechat_pay_refunds
from sandbox.keyring import Signer
from sandbox.wechat_pay_errors import PayError
from sandbox.wechat_pay_signatures import signed_headers, signer_for, verify
from sandbox.world import World, rfc3339, world_of

wechat_pay = Blueprint("wechat_pay", url_prefix="/v3")
Answer = Callable[..., dict[str, Any] | None]


def call(work: Answer) -> Callable[..., Any]:
    """Make a handler of ``work(world, request, **path)``: its dict becomes 200, None 204, a PayError its own status."""

    @wraps(work)
    async def handler(request: Request, **path: str) -> HTTPResponse:
        world = world_of(request)

        async def answer(kind: str | None) -> HTTPResponse:
            named = {name: unquote(value) for name, value in path.items()}
            status, body = _attempt(lambda: work(world, request, **named), world, request, kind)
            return _signed(world, request, status, body, kind or "")

        return await trouble.through(request, "wechat_pay", answer)

    return handler


def _attempt(work: Callable[[], Any], world: World, request: Request, kind: str | None) -> tuple[int, Any]:
    try:
        verify(world, request)
        if kind == "system_error":
            raise PayError("SYSTEM_ERROR", "系统异常，请稍后重试")
        body = work()
        if kind == "system_error_after_accept":
            raise PayError("SYSTEM_ERROR", "系统异常，请稍后重试")
    except PayError as refusal:
        return refusal.status, refusal.body
    return (204, None) if body is None else (200, body)


def _signed(world: World, request: Request, status: int, body: Any, kind: str) -> HTTPResponse:
    content = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Request-ID": signing.nonce(24).upper()}
    if status != 401:
        forge = {"bad_signature": "signature", "sign_test": "sign_test"}.get(kind, "")
        signer = signer_for(world, request.headers.get("wechatpay-serial"))
        headers |= signed_headers(signer, content, forge=forge)
    return response.raw(content, status=status, headers=headers, content_type="application/json; charset=utf-8")


@wechat_pay.post("/pay/transactions/jsapi", name="prepay")
@call
def prepay(world: World, request: Request) -> dict[str, Any]:
    return wechat_pay_orders.prepay(world, request.body)


@wechat_pay.get("/pay/transactions/out-trade-no/<number:str>", name="query")
@call
def query(world: World, request: Request, number: str) -> dict[str, Any]:
    return wechat_pay_orders.query(world, request.args.get("mchid"), out_trade_no=number)


@wechat_pay.get("/pay/transactions/id/<number:str>", name="query_by_id")
@call
def query_by_id(world: World, request: Request, number: str) -> dict[str, Any]:
    return wechat_pay_orders.query(world, request.args.get("mchid"), transaction_id=number)


@wechat_pay.post("/pay/transactions/out-trade-no/<number:str>/close", name="close")
@call
def close(world: World, request: Request, number: str) -> None:
    wechat_pay_orders.close(world, number, request.body)


@wechat_pay.post("/refund/domestic/refunds", name="refund")
@call
def refund(world: World, request: Request) -> dict[str, Any]:
    return wechat_pay_refunds.ask(world, request.body)


@wechat_pay.get("/refund/domestic/refunds/<number:str>", name="query_refund")
@call
def query_refund(world: World, request: Request, number: str) -> dict[str, Any]:
    return wechat_pay_refunds.query(world, number)


@wechat_pay.post("/refund/domestic/refunds/<number:str>/apply-abnormal-refund", name="repair_refund")
@call
def repair_refund(world: World, request: Request, number: str) -> dict[str, Any]:
    return wechat_pay_refunds.repair(world, number, request.body, request.headers.get("wechatpay-serial"))


@wechat_pay.get("/certificates", name="certificates")
@call
def certificates(world: World, request: Request) -> dict[str, Any]:
    return {"data": [_certificate(world, signer) for signer in world.keys.platform_signers]}


@wechat_pay.get("/bill/tradebill", name="trade_bill")
@call
def trade_bill(world: World, request: Request) -> dict[str, Any]:
    return wechat_pay_bills.trade_bill(
        world,
        day=request.args.get("bill_date", ""),
        kind=request.args.get("bill_type", "ALL"),
        tar=request.args.get("tar_type", ""),
        base=f"{request.scheme}://{request.host}",
    )


@wechat_pay.get("/bill/fundflowbill", name="fund_flow_bill")
@call
def fund_flow_bill(world: World, request: Request) -> dict[str, Any]:
    return wechat_pay_bills.fund_flow_bill(
        world,
        day=request.args.get("bill_date", ""),
        tar=request.args.get("tar_type", ""),
        base=f"{request.scheme}://{request.host}",
    )


@wechat_pay.get("/billdownload/file", name="download")
async def download(request: Request) -> HTTPResponse:
    """The one answer without a signature: the file is checked by the hash given before."""
    world = world_of(request)

    async def answer(kind: str | None) -> HTTPResponse:
        try:
            verify(world, request)
            content, zipped = wechat_pay_bills.download(world, request.args.get("token", ""))
        except PayError as refusal:
            return response.json(refusal.body, status=refusal.status)
        return response.raw(content, content_type="application/x-gzip" if zipped else "text/plain; charset=utf-8")

    return await trouble.through(request, "wechat_pay", answer)


def _certificate(world: World, signer: Signer) -> dict[str, Any]:
    assert signer.certificate
    pem = signer.certificate.public_bytes(Encoding.PEM)
    return {
        "serial_no": signer.serial,
        "effective_time": rfc3339(signer.certificate.not_valid_before_utc),
        "expire_time": rfc3339(signer.certificate.not_valid_after_utc),
        "encrypt_certificate": signing.seal(world.keys["wechat_pay_api_v3_key"], pem, "certificate"),
    }
