"""Who may knock at this door besides everybody: departments that sign and channels that sign."""

from sanic import Request

from foundation import settings, signed_requests
from foundation.actor import Actor
from foundation.web import Access


async def _department(request: Request) -> Actor:
    keys = dict(pair.strip().split(":", 1) for pair in settings.current().secrets.department_keys.split(",") if pair)
    path = request.path + (f"?{request.query_string}" if request.query_string else "")
    key_id = await signed_requests.admit(
        keys=keys, method=request.method, path=path, headers=request.headers, body=request.body
    )
    return Actor.department(key_id)


DEPARTMENT = Access(
    "department",
    "部门系统：X-Key-Id、X-Timestamp、X-Nonce、X-Signature 签名请求",
    _department,
    scheme={
        "type": "apiKey",
        "in": "header",
        "name": "X-Signature",
        "description": "HMAC-SHA256，另需 X-Key-Id、X-Timestamp、X-Nonce；见 docs/integration.md",
    },
    errors=(
        signed_requests.SignatureMissing,
        signed_requests.SignatureWrong,
        signed_requests.SignatureStale,
        signed_requests.RequestReplayed,
    ),
    limited_as=str,
)


async def _channel(_: Request) -> None:
    """The signature covers the raw body, so the verb that reads the body checks it."""


CHANNEL = Access("channel", "微信、支付宝：平台签名，随正文一并验证", _channel, errors=())
