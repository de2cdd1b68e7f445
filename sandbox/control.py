"""The strings behind the stage, as JSON for tests: ``/sandbox/...`` plays users, payers, operators and bad luck."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import (
    alipay_payment,
    alipay_phone,
    alipay_refunds,
    alipay_trades,
    bill_lines,
    codes,
    notices,
    receipts,
    trouble,
    wallet,
    wechat_messages,
    wechat_official,
    wechat_pay_notices,
    wechat_pay_orders,
    wechat_pay_payment,
    wechat_pay_refunds,
)
from sandbox.scenarios import Manner
from sandbox.wechat_pay_payment import CannotPay
from sandbox.wechat_tokens import shelf as tokens
from sandbox.world import World, world_of

control = Blueprint("control", url_prefix="/sandbox")


class NotThere(Exception):
    """Nothing of that name here."""


def string(work: Callable[..., Any]) -> Callable[..., Any]:
    """Make a handler of ``await work(world, asked, **path)``; what cannot be done answers 400, 404 or 409."""

    @wraps(work)
    async def handler(request: Request, **path: str) -> HTTPResponse:
        try:
            asked = msgspec.json.decode(request.body or b"{}", type=dict[str, Any])
            answer = await work(world_of(request), asked, **path)
        except NotThere as why:
            return response.json({"error": str(why)}, status=404)
        except CannotPay as why:
            return response.json({"error": str(why)}, status=409)
        except (KeyError, TypeError, ValueError, msgspec.ValidationError) as why:
            return response.json({"error": f"{type(why).__name__}: {why}"}, status=400)
        return response.raw(msgspec.json.encode(answer), content_type="application/json")

    return handler


@control.post("/<kind:wechat|alipay|phone|web>/code", name="code")
@string
async def code(world: World, asked: dict[str, Any], kind: str) -> dict[str, str]:
    """A login code of wx.login, of my.getAuthCode, of a phone-number button, or of web authorisation."""
    purpose = {"wechat": "wechat_login", "alipay": "alipay_login", "phone": "wechat_phone", "web": "wechat_web"}[kind]
    account = asked.get("openid") or asked.get("user_id") or asked["open_id"]
    return {"code": codes.issue(world, purpose=purpose, account=account, scope="snsapi_base")}


@control.post("/alipay/phone", name="alipay_phone")
@string
async def alipay_number(world: World, asked: dict[str, Any]) -> dict[str, str]:
    """What my.getPhoneNumber gives the mini-program: {"response", "sign"}; {"refused": true} when Alipay says no."""
    account = asked.get("user_id") or asked["open_id"]
    return alipay_phone.given(world, account, refused=bool(asked.get("refused")))


@control.post("/face/token", name="face_token")
@string
async def face_token(world: World, asked: dict[str, Any]) -> dict[str, str]:
    """What a face check gives: a token for the person with this number, once."""
    return {"token": codes.issue(world, purpose="face", account=asked["id_number"])}


@control.post("/<vendor:wechat|alipay>/pay/<number:str>", name="pay")
@string
async def pay(world: World, asked: dict[str, Any], vendor: str, number: str) -> dict[str, str]:
    """Play the payer: {"how", "seconds"?}; {"force": true} lets money arrive whatever the order's state."""
    if asked.get("force"):
        _force(world, vendor, number)
        return {"result": "ok"}
    return {"result": wallet.play(world, vendor, number, asked.get("how", "pay"), asked.get("seconds"))}


@control.post("/<vendor:wechat|alipay>/refund/<number:str>", name="console_refund")
@string
async def console_refund(world: World, asked: dict[str, Any], vendor: str, number: str) -> dict[str, Any]:
    """A refund from the merchant's own console, which the application did not ask for: {"fen", "notify_url"?}.

    WeChat Pay tells of it at an address that the merchant has set there; Alipay at that of the trade.
    """
    fen, request_no = int(asked["fen"]), asked.get("refund_no") or f"console{time.time_ns()}"
    if vendor == "wechat":
        order = wechat_pay_orders.find(world, number)
        if order is None or not order.paid_at:
            raise NotThere("没有这笔已支付的订单")
        amount = wechat_pay_refunds.RefundAmount(refund=fen, total=order.total)
        wish = wechat_pay_refunds.Wish(
            out_refund_no=request_no, amount=amount, reason="商户平台退款", notify_url=asked.get("notify_url", "")
        )
        return wechat_pay_refunds.facts(wechat_pay_refunds.accept(world, order, wish))
    trade = alipay_trades.find(world, out_trade_no=number)
    if trade is None or not trade.paid:
        raise NotThere("没有这笔已支付的交易")
    refund = alipay_refunds.give(world, trade, number=request_no, fen=fen, reason="商户平台退款")
    return {"out_request_no": refund.out_request_no}


@control.post("/alipay/finish/<number:str>", name="finish")
@string
async def finish(world: World, asked: dict[str, Any], number: str) -> dict[str, str]:
    """The trade becomes TRADE_FINISHED, as happens months after payment."""
    trade = alipay_trades.find(world, out_trade_no=number)
    if trade is None:
        raise NotThere("没有这笔交易")
    alipay_payment.finish(world, trade)
    return {"trade_status": trade.status}


@control.post("/<vendor:wechat|alipay>/bill/<number:str>", name="distort_bill")
@string
async def distort_bill(world: World, asked: dict[str, Any], vendor: str, number: str) -> Any:
    """Tell an order or a refund wrongly on the bill: {"fen": 0} leaves it out, another amount falsifies it, {"at"} puts
    it at another moment, null repairs it."""
    if not bill_lines.knows(world, vendor, number):
        raise NotThere("没有这笔已支付的订单或已完成的退款")
    how = msgspec.convert(asked, bill_lines.Distortion)
    return bill_lines.distortions(world).put(f"{vendor} {number}", how)


@control.post("/<vendor:wechat|alipay>/bill", name="spoil_bill")
@string
async def spoil_bill(world: World, asked: dict[str, Any], vendor: str) -> Any:
    """Spoil the whole bill: {late?, wrong_hash?, cut?, extra?: [{number, fen, refund_no?, at?}]}; {} repairs it."""
    wanted = msgspec.convert(asked, bill_lines.Faults)
    bill_lines.set_faults(world, vendor, wanted)
    return wanted


@control.post("/consent", name="consent")
@string
async def consent(world: World, asked: dict[str, Any]) -> Any:
    """The user accepts messages: {openid, template_id, times?, long_term?}."""
    return wechat_messages.consent(
        world,
        openid=asked["openid"],
        template_id=asked["template_id"],
        times=int(asked.get("times", 1)),
        long_term=bool(asked.get("long_term")),
    )


@control.post("/templates", name="templates")
@string
async def templates(world: World, asked: dict[str, Any]) -> Any:
    """How a template reads: {template_id, title, labels: {thing1: "…"}}."""
    template = msgspec.convert(asked, wechat_messages.Template)
    return wechat_messages.templates(world).put(template.template_id, template)


@control.get("/messages", name="messages")
async def messages(request: Request) -> HTTPResponse:
    """What reached the users, oldest first; ``?openid=`` (or an Alipay id) narrows."""
    wanted = request.args.get("openid")
    found = [one for one in wechat_messages.messages(world_of(request)) if wanted in (None, one.to)]
    return response.raw(msgspec.json.encode(found), content_type="application/json")


@control.get("/orders", name="orders")
@string
async def orders(world: World, asked: dict[str, Any]) -> dict[str, Any]:
    """Everything both payment platforms know."""
    return {
        "wechat": list(wechat_pay_orders.shelf(world)),
        "wechat_refunds": list(wechat_pay_refunds.shelf(world)),
        "alipay": list(alipay_trades.shelf(world)),
        "alipay_refunds": list(alipay_refunds.shelf(world)),
    }


@control.get("/receipts", name="receipts")
@string
async def issued_receipts(world: World, asked: dict[str, Any]) -> dict[str, Any]:
    """Every receipt that was issued, and every red entry."""
    return {"receipts": list(receipts.shelf(world)), "voids": list(receipts.voids(world))}


@control.get("/notifies", name="notifies")
async def notifies(request: Request) -> HTTPResponse:
    """Every notify with its attempts and answers; ``?subject=`` (an order or refund number) narrows."""
    wanted = request.args.get("subject")
    found = [one for one in notices.shelf(world_of(request)) if wanted in (None, one.subject)]
    return response.raw(msgspec.json.encode(found), content_type="application/json")


@control.post("/notify/resend", name="resend")
@string
async def resend(world: World, asked: dict[str, Any]) -> Any:
    """Send a notify again now: {id | subject, forge?, facts?}; ``facts`` tells something else, truly signed."""
    found = [one for one in notices.shelf(world) if asked.get("id") == one.id or asked.get("subject") == one.subject]
    if not found:
        raise NotThere("没有这条通知")
    await notices.send(world, found[-1], forge=asked.get("forge", ""), facts=asked.get("facts"))
    return found[-1]


@control.post("/wechat_pay/probe", name="probe")
@string
async def probe(world: World, asked: dict[str, Any]) -> dict[str, Any]:
    """Send a signature probe (SIGNTEST) to {url}: {status} tells whether the application was taken in."""
    return {"status": await wechat_pay_notices.probe(world, asked["url"])}


@control.post("/official/message", name="official_message")
@string
async def official_message(world: World, asked: dict[str, Any]) -> dict[str, Any]:
    """Write to the official account as a user: {url, openid, text | event, key?}; {url} alone checks the address."""
    if "text" not in asked and "event" not in asked:
        return await wechat_official.greet(world, asked["url"])
    words = {name: asked[name] for name in ("text", "event", "key") if name in asked}
    return await wechat_official.deliver(
        world, asked["url"], asked["openid"], wechat_official.message(asked["openid"], **words)
    )


@control.post("/trouble", name="trouble")
@string
async def make_trouble(world: World, asked: dict[str, Any]) -> Any:
    """Switch a failure on: {service, kind, seconds? | times?, delay?}; {service, kind: "none"} ends it."""
    if asked["kind"] == "none":
        trouble.end(world, asked["service"])
    else:
        until = time.time() + float(asked["seconds"]) if "seconds" in asked else None
        times = int(asked["times"]) if "times" in asked else None
        delay = float(asked.get("delay", trouble.SLOW))
        trouble.make(world, trouble.Trouble(asked["service"], asked["kind"], until, times, delay))
    return trouble.current(world)


@control.post("/dials", name="dials")
@string
async def dials(world: World, asked: dict[str, Any]) -> Any:
    """Turn the clock ({"shift": seconds} or {"now": RFC 3339}) and the share of public-key notifies (0–100)."""
    turned = world.dials
    if "now" in asked:
        turned.shift = (datetime.fromisoformat(asked["now"]) - datetime.now().astimezone()).total_seconds()
    turned.shift = float(asked.get("shift", turned.shift))
    turned.public_key_share = int(asked.get("public_key_share", turned.public_key_share))
    world.turn(turned)
    return {"now": world.now(), "public_key_share": turned.public_key_share}


@control.post("/wechat/revoke_tokens", name="revoke_tokens")
@string
async def revoke_tokens(world: World, asked: dict[str, Any]) -> dict[str, int]:
    """End every access token, as when another system forces a new one."""
    ended = [token.token for token in tokens(world)]
    for token in ended:
        tokens(world).drop(token)
    return {"ended": len(ended)}


@control.post("/reset", name="reset")
@string
async def reset(world: World, asked: dict[str, Any]) -> dict[str, bool]:
    """Forget everything but keys and demo accounts."""
    await world.reset()
    return {"reset": True}


def _force(world: World, vendor: str, number: str) -> None:
    if vendor == "wechat":
        order = wechat_pay_orders.by_prepay(world, number) or wechat_pay_orders.find(world, number)
        if order is None:
            raise NotThere("没有这笔订单")
        wechat_pay_payment.receive(world, order, Manner())
        return
    trade = alipay_trades.find(world, out_trade_no=number)
    if trade is None:
        raise NotThere("没有这笔交易")
    alipay_payment.receive(world, trade, Manner())
