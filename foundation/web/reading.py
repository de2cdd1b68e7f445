"""Reading what was sent into types: the quick way first; faults are looked for when it fails."""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import msgspec.inspect as mi
from sanic import Request

from foundation.errors import Invalid, Malformed, NotFound, Refusal
from foundation.web import faults
from foundation.web.faults import Fault

BODY_AT_MOST = 64 * 1024
QUICK_AT_MOST = (
    1000  # within this no text or list can pass the bounds that types leave unsaid (2,000 characters, 500 items)
)
WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,18})")
NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
BOM = b"\xef\xbb\xbf"  # what some systems put before their UTF-8
CHINESE = re.compile("[\u4e00-\u9fff]")
# What msgspec lets pass and we do not: NUL, lone surrogates, whole numbers beyond 64 bits.
SUSPECT = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|[0-9]{19}")


class Asked(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The base of bodies, forms and queries: unknown fields are refused."""


class InvalidFields(Invalid):
    """填写的内容有误，请按提示修改后重新提交。"""


class NotJson(Refusal):
    """请求的 Content-Type 应为 application/json。"""

    status = 415


class NotAForm(Refusal):
    """请求的 Content-Type 应为 application/x-www-form-urlencoded。"""

    status = 415


class TooLarge(Refusal):
    """提交的内容太大，请精简后重新提交。"""

    status = 413


def refuse(found: list[Fault]) -> InvalidFields:
    return InvalidFields(detail=[{"field": one.field, "problem": one.problem} for one in found])


class Reader:
    """Reads one type, from JSON or from name-value pairs. Raises InvalidFields with every fault, Malformed."""

    def __init__(self, wanted: Any) -> None:
        self.wanted = wanted
        self.node = mi.type_info(wanted)
        self._decoder = msgspec.json.Decoder(wanted)
        self._fields: dict[str, mi.Type] = {}
        if isinstance(self.node, mi.StructType):
            self._fields = {one.encode_name: one.type for one in self.node.fields}

    def from_json(self, raw: bytes) -> Any:
        raw = raw.removeprefix(BOM)
        if len(raw) <= QUICK_AT_MOST and not SUSPECT.search(raw):
            try:
                return self._decoder.decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError):
                pass
        return self._checked(_any_json(raw))

    def from_pairs(self, pairs: list[tuple[str, str]]) -> Any:
        values: dict[str, Any] = {}
        found: list[Fault] = []
        for name, text in pairs:
            node = self._fields.get(name)
            listed = node is not None and _list_item(node)
            if listed:
                values.setdefault(name, []).append(_from_text(text, listed))
            elif name in values:
                found.append(Fault(name, "只能出现一次"))
            else:
                values[name] = text if node is None else _from_text(text, node)
        return self._checked(values, found)

    def _checked(self, value: Any, before: list[Fault] | None = None) -> Any:
        found = [*(before or []), *faults.find(value, self.node)]
        if found:
            raise refuse(found)
        try:
            return msgspec.convert(value, self.wanted)
        except msgspec.ValidationError as error:
            raise refuse([_last_fault(str(error))]) from None


def _any_json(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode(), parse_float=_number, parse_constant=_not_json)
    except UnicodeDecodeError:
        raise Malformed("请求内容不是 UTF-8 编码，请转换编码后重新提交。") from None
    except (ValueError, RecursionError):
        raise Malformed from None


def _number(text: str) -> float | int:
    """JSON knows one kind of number: 75.0 is a whole one."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) <= faults.BIGGEST else number


def _not_json(text: str) -> None:
    raise ValueError(text)


def _last_fault(message: str) -> Fault:
    """What only the type itself could find, e.g. a rule over several fields in its ``__post_init__``."""
    problem, _, path = message.partition(" - at `$")
    field = re.sub(r"\[(\d+)\]", r".\1", path.rstrip("`")).lstrip(".")
    return Fault(field, problem if CHINESE.search(problem) else "格式不正确")


def _bare(node: mi.Type) -> mi.Type:
    """`node` without its metadata and without "or None"."""
    if isinstance(node, mi.Metadata):
        return _bare(node.type)
    if isinstance(node, mi.UnionType):
        others = [one for one in node.types if not isinstance(one, mi.NoneType)]
        return _bare(others[0]) if len(others) == 1 else node
    return node


def _list_item(node: mi.Type) -> mi.Type | None:
    bare = _bare(node)
    return bare.item_type if isinstance(bare, mi.ListType | mi.SetType | mi.FrozenSetType | mi.VarTupleType) else None


def _from_text(text: str, node: mi.Type) -> Any:
    """`text` of a query as JSON would have given it; text that does not fit stays text and is found as a fault."""
    bare = _bare(node)
    if isinstance(bare, mi.IntType) and WHOLE.fullmatch(text):
        return int(text)
    if isinstance(bare, mi.FloatType) and NUMBER.fullmatch(text):
        return float(text)
    if isinstance(bare, mi.BoolType):
        return {"true": True, "1": True, "on": True, "false": False, "0": False}.get(text, text)
    if isinstance(bare, mi.LiteralType) and text not in bare.values and WHOLE.fullmatch(text):
        return int(text)
    return text


def pairs_of(encoded: str | bytes) -> list[tuple[str, str]]:
    """Name-value pairs of a query string or a form, strictly as UTF-8. Raises Malformed."""
    try:
        text = encoded.decode("ascii") if isinstance(encoded, bytes) else encoded
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError:
        raise Malformed from None


def make_readable(request: Request) -> None:
    """Bytes in a header that are no UTF-8 become �: then a token, a cookie or a signature is wrong, and no more."""
    if request.head.isascii():
        return
    for name in {name for name, value in request.headers.items() if not value.isascii()}:
        for value in request.headers.popall(name):
            request.headers.add(name, value.encode(errors="surrogateescape").decode(errors="replace"))


def path_reader(wanted: Any) -> Callable[[str], Any]:
    """How a path parameter is read; a text that cannot be one names nothing, so NotFound."""
    node = mi.type_info(wanted)

    @lru_cache(2000)  # who looks at a page comes back to it
    def read(text: str) -> Any:
        value = _from_text(text, node)
        if any(faults.find(value, node)):
            raise NotFound
        return msgspec.convert(value, wanted)

    return read


def json_body(reader: Reader, content_type: str, raw: bytes, *, at_most: int = BODY_AT_MOST) -> Any:
    """The body as `reader` wants it. Raises NotJson, TooLarge, Malformed, InvalidFields."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise NotJson
    if len(raw) > at_most:
        raise TooLarge
    return reader.from_json(raw)


def form_body(reader: Reader, content_type: str, raw: bytes, *, at_most: int = BODY_AT_MOST) -> Any:
    """The form as `reader` wants it. Raises NotAForm, TooLarge, Malformed, InvalidFields."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise NotAForm
    if len(raw) > at_most:
        raise TooLarge
    return reader.from_pairs(pairs_of(raw))
