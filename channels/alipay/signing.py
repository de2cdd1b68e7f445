"""The texts that are signed, on the way to Alipay and back."""

import json
import re
from collections.abc import Mapping

BLANK = re.compile(r"[ \t\r\n]*")
DECODER = json.JSONDecoder()


def signed_text(parameters: Mapping[str, str]) -> bytes:
    """What `sign` of a request signs: every non-empty parameter but `sign`, sorted, decoded."""
    return joined({name: value for name, value in parameters.items() if value and name != "sign"}).encode()


def joined(parameters: Mapping[str, str]) -> str:
    return "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))


def raw_members(text: str) -> dict[str, str]:
    """The members of a JSON object, each value as the raw text it was sent in.

    Signatures cover the bytes as sent, so a value is never parsed and written again. Raises ValueError.
    """
    members: dict[str, str] = {}
    at = _skip(text, 0, "{")
    while True:
        name, at = DECODER.raw_decode(text, _skip(text, at))
        start = _skip(text, _skip(text, at, ":"))
        _, at = DECODER.raw_decode(text, start)
        if not isinstance(name, str) or name in members:
            raise ValueError("not a name, or the same name twice")
        members[name] = text[start:at]
        at = _skip(text, at)
        if text[at : at + 1] != ",":
            break
        at += 1
    if _skip(text, _skip(text, at, "}")) != len(text):
        raise ValueError("text after the object")
    return members


def _skip(text: str, at: int, sign: str = "") -> int:
    """The place after blanks and `sign`."""
    blank = BLANK.match(text, at)
    at = blank.end() if blank else at
    if not text.startswith(sign, at):
        raise ValueError(f"{sign} expected at {at}")
    return at + len(sign)
