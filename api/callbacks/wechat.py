"""WeChat Pay notices and messages of the official account."""

from sanic import HTTPResponse, Request, json, text

from api.callbacks import official_account
from api.callers import CHANNEL
from channels.errors import ForgedNotice
from channels.wechat import callback
from foundation import settings
from foundation.errors import Refusal
from foundation.web import Routes
from payments import notices

routes = Routes("微信回调", tag="callbacks")


@routes.page("/callbacks/wechat/pay", method="POST", access=CHANNEL)
async def pay(request: Request) -> HTTPResponse:
    """A notice is accepted by its status: whatever is kept safely is 200, quarantined or not."""
    try:
        await notices.receive(channel="wechat", headers=request.headers, body=request.body)
    except Refusal as refusal:
        return json({"code": "FAIL", "message": refusal.message}, status=refusal.status)
    return json({"code": "SUCCESS", "message": "成功"})


@routes.page("/callbacks/wechat/messages", access=CHANNEL)
async def confirm(request: Request) -> HTTPResponse:
    """WeChat checks that the address is ours."""
    return text(callback.confirm_address(settings.current().wechat, _query(request)))


@routes.page("/callbacks/wechat/messages", method="POST", access=CHANNEL)
async def message(request: Request) -> HTTPResponse:
    """Somebody wrote to the official account: the guide bot answers."""
    ours = settings.current().wechat
    try:
        heard = callback.read_message(ours, _query(request), request.body)
    except ForgedNotice as refusal:
        return text("", status=refusal.status)
    said = await official_account.answer(heard)
    return text(
        callback.reply(ours, heard, said, sealed=callback.is_sealed(request.body)), content_type="application/xml"
    )


def _query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in request.args.items()}
