"""Everything that goes back, made in one place: answers and, above all, refusals."""

import errno
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeVar, cast

import asyncpg
import msgspec
from redis.exceptions import RedisError
from sanic import HTTPResponse, Request
from sanic import exceptions as sanic_errors
from tortoise.exceptions import IntegrityError, OperationalError

from foundation import logs
from foundation.database import DatabaseGone, is_gone
from foundation.errors import Conflict, Malformed, NotFound, Refusal, Unavailable
from foundation.redis import RedisGone
from foundation.web import journal
from foundation.web.answer import Answer
from foundation.web.reading import TooLarge

T = TypeVar("T")

log = logs.logger(__name__)
encoder = msgspec.json.Encoder(decimal_format="string")
JSON = "application/json; charset=utf-8"


class MethodNotAllowed(Refusal):
    """这个地址不支持该请求方法。"""

    status = 405


class RequestTimeout(Refusal):
    """请求发送超时，请检查网络后重试。"""

    status = 408


class AddressTooLong(Refusal):
    """请求地址太长。"""

    status = 414


class HeldByAnother(Conflict):
    """其他人正在修改同一内容，您的操作没有生效，请稍后重试。"""


class TooSlow(Unavailable):
    """系统繁忙，未能及时处理，您的操作没有生效，请稍后重试。"""


class InternalError(Refusal):
    """系统出现问题，我们已经记录。请稍后重试，仍有问题请提供编号与我们联系。"""

    status = 500


NO_FILE = {errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ENOENT}
BY_STATUS: dict[int, type[Refusal]] = {
    405: MethodNotAllowed,
    408: RequestTimeout,
    413: TooLarge,
    414: AddressTooLong,
    503: TooSlow,
}


ALIKE = {*journal.SECURITY, "Content-Security-Policy", "Cache-Control", "content-type", "connection", "alt-svc"}


class Written(HTTPResponse):
    """An answer of data. Headers of few values become bytes once; Sanic cleans and encodes each of them every time."""

    __slots__ = ()

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        if self.status not in (204, 304):
            self.headers.setdefault("content-type", self.content_type)
        return iter(
            [
                _encoded(name, value) if name in ALIKE else (_clean(name), _once(f"{value}"))
                for name, value in self.headers.items()
            ]
        )


@lru_cache(500)
def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    return _clean(name), _once(value)


@lru_cache(500)
def _clean(name: str) -> bytes:
    return HTTPResponse._sanitize_header_value(name).encode("ascii")


def _once(value: str) -> bytes:
    if value.isascii() and value.isprintable():  # nothing in it that could end a line
        return value.encode()
    return HTTPResponse._sanitize_header_value(value).encode(errors="surrogateescape")


def written(value: T) -> T:
    """`value` as it stands in an answer, for what many hold: it becomes JSON once, and nobody reads it again."""
    return cast(T, msgspec.Raw(encoder.encode(value)))


def answered(given: Any, status: int) -> HTTPResponse:
    """What a handler gave, as a response."""
    if isinstance(given, HTTPResponse):
        return given
    headers: dict[str, str] = {}
    if isinstance(given, Answer):
        given, status, headers = given.body, given.status or status, given.headers
    if given is None:
        return HTTPResponse(status=204 if status == 200 else status, headers=headers)
    return Written(encoder.encode(given), status=status, headers=headers, content_type=JSON)


def refused(request: Request, error: Exception) -> HTTPResponse:
    """`error` as JSON ``{"code", "message", "detail"?, "request_id"}`` with the headers that belong to it."""
    refusal = refusal_of(request, error)
    body = {**refusal.as_dict(), "request_id": journal.request_id(request)}
    headers = {**_headers_of(request, error), "Cache-Control": "no-store"}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return Written(encoder.encode(body), status=refusal.status, headers=headers, content_type=JSON)


def refusal_of(request: Request, error: Exception) -> Refusal:
    """The refusal that people may see. Whatever is not expected becomes InternalError and is logged with its stack."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, sanic_errors.SanicException) and error.status_code < 500 or _is_timeout(error):
        return _of_sanic(error)
    known = _of_files(request, error) or _of_database(_cause(error))
    if known is not None:
        return known
    journal.begin(request)
    log.error("request_failed", route=journal.route_of(request), method=request.method, exc_info=error)
    return InternalError()


def _is_timeout(error: Exception) -> bool:
    return isinstance(error, sanic_errors.ServiceUnavailable)


def _of_sanic(error: Any) -> Refusal:
    if error.status_code == 404:
        return NotFound("没有这个地址，请核对后重试。")
    kind = BY_STATUS.get(error.status_code, Malformed)
    return kind(retry_after=5) if issubclass(kind, Unavailable) else kind()


def _of_files(request: Request, error: Exception) -> Refusal | None:
    """An address below a folder of ours that no file can have: with NUL in it, too long, a folder itself."""
    declared = getattr(request.ctx, "route", None)
    no_file = isinstance(error, ValueError | IsADirectoryError) or getattr(error, "errno", None) in NO_FILE
    return NotFound("没有这个地址，请核对后重试。") if declared is None and no_file else None


def _cause(error: BaseException) -> BaseException:
    """Tortoise wraps what asyncpg raised."""
    wrapped = isinstance(error, OperationalError | IntegrityError) and error.args
    return error.args[0] if wrapped and isinstance(error.args[0], BaseException) else error


def _of_database(error: BaseException) -> Refusal | None:
    if isinstance(error, asyncpg.LockNotAvailableError | asyncpg.DeadlockDetectedError | asyncpg.SerializationError):
        return HeldByAnother()
    if isinstance(error, asyncpg.QueryCanceledError):
        return TooSlow(retry_after=5)
    if isinstance(error, RedisError):
        return RedisGone(retry_after=5)
    return DatabaseGone(retry_after=5) if is_gone(error) else None


def _headers_of(request: Request, error: Exception) -> dict[str, str]:
    headers = dict(getattr(error, "headers", None) or {})
    if isinstance(error, sanic_errors.MethodNotAllowed):
        headers["Allow"] = ", ".join(allowed_methods(request))
    return {name: value for name, value in headers.items() if name.lower() != "content-length"}


def allowed_methods(request: Request) -> list[str]:
    """The methods that the request's path does answer (Sanic leaves them out for some methods)."""
    found = []
    for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"):
        try:
            request.app.router.get(request.path, method, request.headers.getone("host", None))
        except sanic_errors.SanicException:
            continue
        found.append(method)
    return found
