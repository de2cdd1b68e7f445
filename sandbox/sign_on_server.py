"""The province's OpenID provider: Authlib's authorization server on the sandbox's memory, clock and people."""

import os
from dataclasses import dataclass
from typing import Any

import msgspec
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    AuthorizationServer,
    ClientMixin,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from joserfc.jwk import RSAKey
from sanic import HTTPResponse, Request, response

from sandbox import people
from sandbox.people import Person
from sandbox.rendering import filled
from sandbox.signing import nonce
from sandbox.world import World

os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")  # the sandbox listens on loopback without TLS
SECONDS = 600
SCOPES = "openid profile real_name"


class Grant(msgspec.Struct):
    """An authorization code, used up by its redemption, or an access token."""

    client_id: str
    subject: str
    sid: str
    scope: str
    until: float
    redirect_uri: str = ""
    nonce: str = ""
    challenge: str = ""
    method: str = ""


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]
    """The one client: the app under test, confidential, on addresses of this machine."""

    client_id: str
    secret: str

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(one for one in scope.split() if one in SCOPES.split())

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.startswith(("http://127.0.0.1:", "http://localhost:"))

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass(frozen=True)
class User:
    """A person at their session over there."""

    person: Person
    sid: str

    def get_user_id(self) -> str:
        return subject_of(self.person)


def subject_of(person: Person) -> str:
    """How the province names a person: never by a number that means something."""
    return f"sub-{person.unionid.removeprefix('oUNION-')}"


def by_subject(subject: str) -> Person | None:
    return next((one for one in people.citizens() if subject_of(one) == subject), None)


class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    def __init__(self, code: str, kept: Grant) -> None:
        self.code, self.kept = code, kept
        self.code_challenge, self.code_challenge_method = kept.challenge, kept.method

    def get_redirect_uri(self) -> str:
        return self.kept.redirect_uri

    def get_scope(self) -> str:
        return self.kept.scope

    def get_nonce(self) -> str:
        return self.kept.nonce

    def get_auth_time(self) -> None:
        return None

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        asked, user = request.payload.data, request.user
        self.server.grants.put(
            code,
            Grant(
                client_id=request.client.client_id,
                subject=user.get_user_id(),
                sid=user.sid,
                scope=request.scope,
                until=self.server.world.now().timestamp() + SECONDS,
                redirect_uri=asked.get("redirect_uri", ""),
                nonce=asked.get("nonce", ""),
                challenge=asked.get("code_challenge", ""),
                method=asked.get("code_challenge_method", ""),
            ),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        kept = self.server.grants.get(code)
        fresh = kept is not None and self.server.world.now().timestamp() <= kept.until
        return Code(code, kept) if fresh and kept.client_id == client.client_id else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        self.server.grants.drop(authorization_code.code)

    def authenticate_user(self, authorization_code: Code) -> User | None:
        person = by_subject(authorization_code.kept.subject)
        return User(person, authorization_code.kept.sid) if person else None


class IdToken(OpenIDCode):  # type: ignore[misc]
    def __init__(self, server: "Server") -> None:
        super().__init__(require_nonce=True)
        self.server = server

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return any(kept.nonce == nonce for kept in self.server.grants)

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self.server.key

    def get_encode_header(self, client: Client) -> dict[str, Any]:
        return {"alg": "RS256", "kid": self.server.key.kid}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self.server.issuer, "aud": [client.client_id]}

    def generate_user_info(self, user: User, scope: str) -> UserInfo:
        return UserInfo(sub=user.get_user_id(), sid=user.sid)


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server, asked with Sanic's requests."""

    def __init__(self, world: World, *, issuer: str) -> None:
        super().__init__(scopes_supported=SCOPES.split())
        self.world, self.issuer = world, issuer
        self.key: RSAKey = world.keys.sign_on_key
        self.grants = world.memory.shelf("sign-on", Grant)
        self.register_token_generator("default", BearerTokenGenerator(lambda **_: nonce(40), expires_generator=lambda *_: SECONDS))
        self.register_grant(CodeGrant, [IdToken(self), CodeChallenge(required=True)])

    def query_client(self, client_id: str) -> Client | None:
        keys = self.world.keys
        known = client_id == keys["sign_on_client_id"]
        return Client(client_id, keys["sign_on_client_secret"]) if known else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        user = request.user
        self.grants.put(
            token["access_token"],
            Grant(request.client.client_id, user.get_user_id(), user.sid, token["scope"],
                  self.world.now().timestamp() + SECONDS),
        )  # fmt: skip

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Request | OAuth2Request) -> OAuth2Request:
        if isinstance(request, OAuth2Request):
            return request
        form = filled(request) if request.method == "POST" else {}
        asked = OAuth2Request(
            request.method, request.url, headers={name.title(): value for name, value in request.headers.items()}
        )
        asked._body = form
        asked.payload = BasicOAuth2Payload(form or {name: values[0] for name, values in request.args.items()})
        return asked

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> HTTPResponse:
        if isinstance(body, dict):
            return response.json(body, status=status, headers=dict(headers))
        return response.text(body or "", status=status, headers=dict(headers))
