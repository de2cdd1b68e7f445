"""Hooks of schemathesis: who knocks, and what we check beyond its own checks.

`CITIZEN_DOOR` is an address, `DEPARTMENT_KEY` is ``id:secret``.
"""

import os
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import schemathesis
from requests.auth import AuthBase

from foundation import signed_requests

NOT_READ = {"Malformed", "InvalidFields", "NotJson", "TooLarge"}
ENDS_THE_SESSION = {"/v1/sign-out", "/v1/me/sign-out-everywhere", "/v1/me/policy"}  # or the consent it stands on


class Citizen(AuthBase):
    """Signs in through the sandbox, and anew when the session has ended."""

    token = ""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self.token = self.token or _token()
        request.headers["Authorization"] = f"Bearer {self.token}"
        request.register_hook("response", self._look)
        return request

    def _look(self, answer: requests.Response, **_: Any) -> None:
        ended = answer.ok and urlsplit(answer.url).path in ENDS_THE_SESSION
        if ended or answer.status_code == 401:
            self.token = ""


class Department(AuthBase):
    """Signs what is sent, whatever it is."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        key_id, _, secret = os.environ["DEPARTMENT_KEY"].partition(":")
        timestamp, nonce = str(int(time.time())), secrets.token_hex(8)
        signature = signed_requests.sign(
            secret=secret,
            method=str(request.method),
            path=request.path_url,
            timestamp=timestamp,
            nonce=nonce,
            body=body,
        )
        request.headers.update(
            {"X-Key-Id": key_id, "X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": signature}
        )
        return request


def _token() -> str:
    door = os.environ["CITIZEN_DOOR"]
    ways = requests.get(f"{door}/v1/login/options", {"redirect": "/h5/"}, timeout=10).json()
    wanted = f"{ways['wechat'].partition('#')[0]}&auto=oDEMO-somebody-{secrets.token_hex(4)}"
    back = requests.get(wanted, allow_redirects=False, timeout=10).headers["Location"]
    version = requests.get(f"{door}/v1/policy", timeout=10).json()["version"]
    given = {"platform": "wechat", "code": parse_qs(urlsplit(back).query)["code"][0], "via": "web", "policy": version}
    return str(requests.post(f"{door}/v1/login", json=given, timeout=10).json()["token"])


CALLERS = {"citizen": Citizen(), "visitor": Citizen(), "sender": Citizen(), "department": Department()}


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """The document names the caller of each operation."""
    who = CALLERS.get(case.operation.definition.raw["x-access"].partition(":")[0])
    if who:
        kwargs["auth"] = who


@schemathesis.check
def refusal_is_documented(context: Any, response: Any, case: Any) -> None:
    """The code of a refusal is one that the document names for this operation and status."""
    said = response.json() if response.status_code >= 400 and response.content else {}
    documented = case.operation.definition.raw["responses"].get(str(response.status_code))
    if "code" in said and documented and said["code"] not in _codes(documented):
        raise AssertionError(f"{response.status_code} {said['code']} is not in the document")


@schemathesis.check
def good_request_is_read(context: Any, response: Any, case: Any) -> None:
    """What fits the schema may be refused for what it says, never for its form."""
    if case.meta.generation.mode.is_positive and response.status_code in (400, 413, 415, 422):
        code = response.json()["code"]
        if code in NOT_READ:
            raise AssertionError(f"{code} for a request that fits: {response.json().get('detail')}")


def _codes(documented: dict[str, Any]) -> set[str]:
    if "$ref" in documented:
        return {documented["$ref"].rpartition("/")[2]}
    return set(documented["content"]["application/json"]["examples"])
