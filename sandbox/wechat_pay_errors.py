"""WeChat Pay's refusals: one HTTP status per code, the message in its own words."""

from typing import Any, TypeVar

import msgspec

STATUS = {
    "PARAM_ERROR": 400,
    "INVALID_REQUEST": 400,
    "ORDERPAID": 400,
    "ORDER_CLOSED": 400,
    "APPID_MCHID_NOT_MATCH": 400,
    "MCH_NOT_EXISTS": 400,
    "NO_STATEMENT_EXIST": 400,
    "STATEMENT_CREATING": 400,
    "SIGN_ERROR": 401,
    "OUT_TRADE_NO_USED": 403,
    "NOT_ENOUGH": 403,
    "NO_AUTH": 403,
    "ORDER_NOT_EXIST": 404,
    "RESOURCE_NOT_EXISTS": 404,
    "FREQUENCY_LIMITED": 429,
    "SYSTEM_ERROR": 500,
    "OPENID_MISMATCH": 500,
}
Body = TypeVar("Body", bound=msgspec.Struct)


class PayError(Exception):
    """A refusal: {code, message, detail?} under the status of its code."""

    def __init__(self, code: str, message: str, detail: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.status = STATUS[code]
        self.body = {"code": code, "message": message} | ({"detail": detail} if detail else {})


def read(raw: bytes, kind: type[Body]) -> Body:
    """The request's JSON as ``kind``; PARAM_ERROR names the field at fault."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as fault:
        issue, _, field = str(fault).partition(" - at `$")
        where = "/" + field.rstrip("`").strip(".").replace(".", "/")
        detail = {"field": where, "issue": issue, "location": "body"}
        raise PayError("PARAM_ERROR", f"输入源“/body{where}”规则校验失败：{issue}", detail) from fault
    except msgspec.DecodeError as fault:
        raise PayError("PARAM_ERROR", "请求体不是合法的JSON") from fault
