"""The sandbox as a Sanic application."""

from pathlib import Path

from sanic import Sanic
from sanic.log import access_logger

from sandbox import (
    alipay_notices,
    alipay_payment,
    alipay_refunds,
    notices,
    rendering,
    sms,
    wechat_pay_notices,
    wechat_pay_payment,
    wechat_pay_refunds,
)
from sandbox.alipay import alipay
from sandbox.alipay_login import alipay_login
from sandbox.control import control
from sandbox.home import home
from sandbox.licences import licences
from sandbox.realname import realname
from sandbox.receipts import receipts
from sandbox.registers import registers
from sandbox.sign_on import sign_on
from sandbox.wallet import wallet
from sandbox.wechat import wechat
from sandbox.wechat_pay import wechat_pay
from sandbox.wechat_web import wechat_web
from sandbox.world import World


def create_app(*, keys: Path, data: Path | None = None, speed: float = 60.0, name: str = "sandbox") -> Sanic:
    """The sandbox on the keys of one folder; with a data folder it remembers across restarts.

    ``speed`` divides the vendors' waiting times: at 60 the first retry of WeChat Pay comes after 0.25 s.
    """
    app = Sanic(name, configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.world = world = World(keys=keys, data=data, speed=speed)
    notices.COURIERS.update(wechat_pay=wechat_pay_notices.COURIER, alipay=alipay_notices.COURIER, sms=sms.COURIER)
    world.learn(notices.deliver, notices.send_again)
    world.learn(wechat_pay_payment.pay_late, wechat_pay_refunds.finish)
    world.learn(alipay_payment.pay_late, alipay_refunds.move_late)
    vendors = (wechat, wechat_web, wechat_pay, alipay, alipay_login, realname)
    beside = (registers, receipts, licences, sms.sms)
    for room in (*vendors, *beside, wallet, control, home):
        app.blueprint(room)
    app.blueprint(sign_on)
    app.add_route(rendering.handed_out("sandbox.css"), "/sandbox.css", name="style")
    app.add_route(rendering.handed_out("sandbox.js"), "/sandbox.js", name="script")
    app.before_server_start(_begin)
    app.after_server_stop(_end)
    return app


async def _begin(app: Sanic) -> None:
    access_logger.disabled = True
    app.ctx.world.agenda.resume()


async def _end(app: Sanic) -> None:
    await app.ctx.world.close()
