"""Reports of the carrier on text messages."""

from sanic import HTTPResponse, Request, json

from api.callers import CHANNEL
from channels.sms import reports
from foundation import settings
from foundation.errors import Refusal
from foundation.web import Routes
from notifications import ending

routes = Routes("短信回调", tag="callbacks")


@routes.page("/callbacks/sms/reports", method="POST", access=CHANNEL)
async def report(request: Request) -> HTTPResponse:
    """The carrier repeats a report until it reads 200; one about a message we do not know is no reason to."""
    try:
        told = reports.read(settings.current().sms, path=request.path, headers=request.headers, body=request.body)
    except Refusal as refusal:
        return json({"code": refusal.code, "message": refusal.message}, status=refusal.status)
    known = await ending.reported(out_no=told.out_no, taken=told.state == "reached", code=told.code)
    return json({"code": "SUCCESS" if known else "UNKNOWN", "message": "成功" if known else "没有这条短信"})
