"""Logs: a constant event name and fields. Secrets and persons are masked before anything is written."""

import contextvars
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

HIDDEN = re.compile(
    r"secret|password|token|authorization|cookie|api_key|private|cipher|openid|session_key|"
    r"id_number|phone|mobile|real_name|payer_name|applicant|address|question|^name$",
    re.IGNORECASE,
)
NUMBERS = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15}|1[3-9]\d{9})(?![0-9A-Za-z])")


def request_id() -> str:
    """The id of the request (or job) this task serves; empty outside of one."""
    return _request_id.get()


def use_request_id(value: str) -> None:
    _request_id.set(value)


def masked(text: str) -> str:
    """`text` with identity and phone numbers replaced by their first and last two characters."""
    return NUMBERS.sub(lambda found: f"{found[0][:2]}{'*' * (len(found[0]) - 4)}{found[0][-2:]}", text)


def _mask(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: "***" if HIDDEN.search(key) else _mask_value(value) for key, value in event.items()}


def _mask_value(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return dict(_mask(None, "", value))
    if isinstance(value, list | tuple):
        return [_mask_value(one) for one in value]
    return value


def _with_request_id(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if request_id():
        event["request_id"] = request_id()
    return event


def configure(log_format: str = "json", level: int = logging.INFO) -> None:
    """Set up structlog and the standard library's logging for this process: one line an event, on standard output."""
    ending: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_request_id,
        structlog.processors.format_exc_info,
        _mask,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, ending]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "procrastinate", "tortoise", "sanic.access", "jieba"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def logger(name: str) -> Any:
    return structlog.get_logger(name)
