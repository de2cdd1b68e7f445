"""The wallet (收银台): the payer sees merchant, subject and amount, and decides how the payment goes."""

from urllib.parse import parse_qs

from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import alipay_payment, people, wechat_messages, wechat_pay_payment
from sandbox.rendering import filled, is_web_address, page, with_query
from sandbox.scenarios import LATE, manner
from sandbox.wechat_pay_payment import CannotPay
from sandbox.wechat_pay_signatures import verify_pay_sign
from sandbox.world import World, world_of

wallet = Blueprint("wallet", url_prefix="/wallet")
MERCHANT = "示例市政务服务（沙箱商户）"


@wallet.get("/wechat", name="wechat_checkout")
async def wechat_checkout(request: Request) -> HTTPResponse:
    """What wx.requestPayment would open: appId, timeStamp, nonceStr, package, signType, paySign, return."""
    world, asked = world_of(request), request.args
    package, back = asked.get("package", ""), asked.get("return", "")
    signed = verify_pay_sign(
        world,
        app_id=asked.get("appId", ""),
        timestamp=asked.get("timeStamp", ""),
        nonce_str=asked.get("nonceStr", ""),
        package=package,
        pay_sign=asked.get("paySign", ""),
    )
    if asked.get("signType") != "RSA" or not signed:
        return _refused("wechat", "支付验证签名失败", back)
    try:
        order = wechat_pay_payment.payable(world, package.removeprefix("prepay_id="))
    except CannotPay as why:
        return _refused("wechat", str(why), back)
    payer = people.by_openid(order.asked["payer"]["openid"])
    return _checkout("wechat", order.out_trade_no, order.asked["description"], order.total, payer.name, back)


@wallet.get("/alipay", name="alipay_checkout")
async def alipay_checkout(request: Request) -> HTTPResponse:
    """What my.tradePay would open: tradeNO, return."""
    back = request.args.get("return", "")
    try:
        trade = alipay_payment.payable(world_of(request), request.args.get("tradeNO", ""))
    except CannotPay as why:
        return _refused("alipay", str(why), back)
    return _checkout("alipay", trade.out_trade_no, trade.subject, trade.fen, people.by_alipay(trade.buyer).name, back)


@wallet.post("/<vendor:wechat|alipay>/pay", name="decide")
async def decide(request: Request, vendor: str) -> HTTPResponse:
    """The payer has chosen; go back to the shop with the front end's (never binding) result."""
    form = filled(request)
    back = form.get("return", "")
    try:
        result = play(world_of(request), vendor, form.get("number", ""), form.get("how", "pay"), _seconds(form))
    except CannotPay as why:
        return _refused(vendor, str(why), back)
    if is_web_address(back):
        return response.redirect(with_query(back, payment=result), status=303)
    return page("paid.html", brand=vendor, result=result)


@wallet.get("/wechat/subscribe", name="ask_consent")
async def ask_consent(request: Request) -> HTTPResponse:
    """What wx.requestSubscribeMessage would open: openid, template_ids (comma list), return."""
    asked = request.args
    world = world_of(request)
    ids = [one for one in asked.get("template_ids", "").split(",") if one]
    titles = [(one, known.title if (known := wechat_messages.template(world, one)) else one) for one in ids]
    back = asked.get("return", "")
    return page("consent.html", brand="wechat", openid=asked.get("openid", ""), templates=titles, back=back)


@wallet.post("/wechat/subscribe", name="give_consent")
async def give_consent(request: Request) -> HTTPResponse:
    """Count one consent per accepted template and go back with ``accepted=``."""
    form = filled(request)
    openid, back = form.get("openid", ""), form.get("return", "")
    ticked = parse_qs(request.body.decode()).get("accept", [])
    accepted = ticked if form.get("answer") == "allow" else []
    for template_id in accepted:
        wechat_messages.consent(world_of(request), openid=openid, template_id=template_id)
    if is_web_address(back):
        return response.redirect(with_query(back, accepted=",".join(accepted)), status=303)
    return page("paid.html", brand="wechat", result="ok" if accepted else "cancel")


def play(world: World, vendor: str, number: str, how: str, seconds: float | None) -> str:
    """Pay (or not) the order of that number; returns the front end's result. ValueError for an unknown ``how``."""
    if vendor == "wechat":
        order = wechat_pay_payment.payable(world, number)
        return wechat_pay_payment.pay(world, order, manner(how, fen=order.total, seconds=seconds))
    trade = alipay_payment.payable(world, number)
    return alipay_payment.pay(world, trade, manner(how, fen=trade.fen, seconds=seconds))


def _checkout(brand: str, number: str, subject: str, fen: int, payer: str, back: str) -> HTTPResponse:
    return page(
        "checkout.html",
        brand=brand,
        merchant=MERCHANT,
        number=number,
        subject=subject,
        fen=fen,
        payer=payer,
        late=LATE,
        back=back if is_web_address(back) else "",
    )


def _refused(brand: str, why: str, back: str) -> HTTPResponse:
    return page("refused.html", status=400, brand=brand, why=why, back=back if is_web_address(back) else "")


def _seconds(form: dict[str, str]) -> float | None:
    text = form.get("seconds", "")
    return float(text) if text.replace(".", "", 1).isdigit() else None
