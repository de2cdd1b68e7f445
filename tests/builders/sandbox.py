"""An application as the vendors' documents want it, written apart from the sandbox and from the house."""

import hashlib
import hmac
import json
import secrets
import threading
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

BEIJING = timezone(timedelta(hours=8))


@dataclass
class Sandbox:
    """A running sandbox and the strings behind its stage."""

    url: str

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, timeout=20, trust_env=False, verify=False)

    def play(self, what: str, **asked: Any) -> Any:
        """POST /sandbox/<what>; the JSON that comes back."""
        got = self.http.post(f"/sandbox/{what}", json=asked)
        assert got.status_code == 200, got.text
        return got.json()

    def notifies(self, subject: str) -> list[dict[str, Any]]:
        return list(self.http.get("/sandbox/notifies", params={"subject": subject}).json())

    def wait_for_notify(self, subject: str, *, state: str, within: float = 10) -> dict[str, Any]:
        """The first notify about ``subject``, once it has reached that state."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for notice in self.notifies(subject):
                if notice["state"] == state:
                    return notice
            time.sleep(0.02)
        raise AssertionError(f"{subject} is not {state}: {self.notifies(subject)}")


@dataclass
class Arrival:
    """One request that came to the inbox."""

    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)


class Inbox:
    """Takes what is posted to it; answers with ``status`` and ``text``, or what ``answers`` holds first."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.answers: list[tuple[int, str]] = []
        self.status, self.text = 200, "success"
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                inbox.arrivals.append(Arrival({name.lower(): value for name, value in self.headers.items()}, body))
                status, text = inbox.answers.pop(0) if inbox.answers else (inbox.status, inbox.text)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/notify"

    def __enter__(self) -> "Inbox":
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self, count: int, within: float = 10) -> list[Arrival]:
        """The arrivals, once there are so many."""
        deadline = time.monotonic() + within
        while len(self.arrivals) < count:
            assert time.monotonic() < deadline, f"{len(self.arrivals)} of {count} arrived"
            time.sleep(0.01)
        return self.arrivals


class App:
    """Signs requests by hand. ``folder`` is what ``sandbox.keys`` filled."""

    def __init__(self, url: str, folder: Path) -> None:
        self.env = dict(line.split("=", 1) for line in (folder / "app.env").read_text().splitlines())
        self.folder = folder
        self.http = httpx.Client(
            base_url=url, timeout=20, trust_env=False, verify=False, headers={"User-Agent": "test"}
        )
        self.merchant_key = private_key(self.env["WECHAT_PAY_MERCHANT_KEY_FILE"])
        self.alipay_key = private_key(self.env["ALIPAY_APP_KEY_FILE"])

    # WeChat Pay

    def pay_call(self, method: str, path: str, body: Any = None, **other: str) -> httpx.Response:
        """A WeChat Pay call; ``other`` replaces serial, timestamp, mchid, signature, or adds wechatpay_serial."""
        content = b"" if body is None else json.dumps(body).encode()
        timestamp = other.get("timestamp", str(int(time.time())))
        nonce = secrets.token_hex(16)
        text = f"{method}\n{path}\n{timestamp}\n{nonce}\n".encode() + content + b"\n"
        fields = {
            "signature": other.get("signature") or rsa_sign(self.merchant_key, text),
            "mchid": other.get("mchid", self.env["WECHAT_PAY_MERCHANT_ID"]),
            "serial_no": other.get("serial", self.env["WECHAT_PAY_MERCHANT_SERIAL"]),
            "nonce_str": nonce,
            "timestamp": timestamp,
        }
        headers = {
            "Authorization": "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{k}="{v}"' for k, v in fields.items()),
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        if "wechatpay_serial" in other:
            headers["Wechatpay-Serial"] = other["wechatpay_serial"]
        return self.http.request(method, path, content=content, headers=headers)

    def order(
        self, number: str, fen: int, notify_url: str = "http://127.0.0.1:9/notify", **other: Any
    ) -> dict[str, Any]:
        """The body of a prepay request."""
        return {
            "appid": self.env["WECHAT_APP_ID"],
            "mchid": self.env["WECHAT_PAY_MERCHANT_ID"],
            "description": "不动产登记费",
            "out_trade_no": number,
            "notify_url": notify_url,
            "amount": {"total": fen, "currency": "CNY"},
            "payer": {"openid": "oDEMO-zhangsan-000000000001"},
        } | other

    def prepay(
        self, number: str, fen: int, notify_url: str = "http://127.0.0.1:9/notify", **other: Any
    ) -> httpx.Response:
        return self.pay_call("POST", "/v3/pay/transactions/jsapi", self.order(number, fen, notify_url, **other))

    def query(self, number: str) -> httpx.Response:
        path = f"/v3/pay/transactions/out-trade-no/{number}?mchid={self.env['WECHAT_PAY_MERCHANT_ID']}"
        return self.pay_call("GET", path)

    def close(self, number: str) -> httpx.Response:
        body = {"mchid": self.env["WECHAT_PAY_MERCHANT_ID"]}
        return self.pay_call("POST", f"/v3/pay/transactions/out-trade-no/{number}/close", body)

    def refund(self, number: str, refund_no: str, fen: int, total: int, notify_url: str = "") -> httpx.Response:
        body = {
            "out_trade_no": number,
            "out_refund_no": refund_no,
            "amount": {"refund": fen, "total": total, "currency": "CNY"},
        }
        return self.pay_call(
            "POST", "/v3/refund/domestic/refunds", body | ({"notify_url": notify_url} if notify_url else {})
        )

    def platform_key(self, serial: str) -> RSAPublicKey:
        """The public key behind a Wechatpay-Serial."""
        if serial == self.env["WECHAT_PAY_PUBLIC_KEY_ID"]:
            return public_key(self.env["WECHAT_PAY_PUBLIC_KEY_FILE"])
        for file in self.env["WECHAT_PAY_PLATFORM_CERT_FILES"].split(","):
            certificate = load_pem_x509_certificate(Path(file).read_bytes())
            if certificate.serial_number == int(serial, 16):
                return certificate.public_key()  # type: ignore[return-value]
        raise AssertionError(f"no key for {serial}")

    def check_pay_signature(self, headers: Any, body: bytes) -> None:
        """Verify the Wechatpay-* headers of a response or notify; raises InvalidSignature."""
        text = f"{headers['wechatpay-timestamp']}\n{headers['wechatpay-nonce']}\n".encode() + body + b"\n"
        rsa_verify(self.platform_key(headers["wechatpay-serial"]), text, headers["wechatpay-signature"])

    # Alipay

    def alipay_params(self, method: str, content: dict[str, Any] | None = None, /, **other: str) -> dict[str, str]:
        """Signed parameters; what ``other`` names replaces or adds system parameters before signing."""
        params = {
            "app_id": self.env["ALIPAY_APP_ID"],
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": datetime.now(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
        } | other
        if content is not None:
            params["biz_content"] = json.dumps(content, ensure_ascii=False)
        text = "&".join(f"{name}={value}" for name, value in sorted(params.items()) if value)
        return params | {"sign": rsa_sign(self.alipay_key, text.encode(params["charset"]))}

    def alipay(self, method: str, content: dict[str, Any] | None = None, **other: str) -> dict[str, Any]:
        """Call the gateway and return the verified body of its response."""
        got = self.http.post("/gateway.do", data=self.alipay_params(method, content, **other))
        assert got.status_code == 200
        return self.alipay_body(got.text, cert_mode="app_cert_sn" in other)

    def alipay_body(self, text: str, *, cert_mode: bool = False) -> dict[str, Any]:
        """The response within its envelope; its signature is checked over the raw text."""
        whole = json.loads(text)
        node = next(name for name in whole if name.endswith("_response"))
        raw = text[text.index(":", text.index(f'"{node}"')) + 1 :]
        raw = raw[: raw.rindex('},"') + 1]
        key = self.alipay_cert_key() if cert_mode else public_key(self.env["ALIPAY_PUBLIC_KEY_FILE"])
        rsa_verify(key, raw.encode(), whole["sign"])
        return dict(whole[node])

    def alipay_cert_key(self) -> RSAPublicKey:
        pem = Path(self.env["ALIPAY_CERT_FILE"]).read_bytes()
        return load_pem_x509_certificate(pem).public_key()  # type: ignore[return-value]

    def trade(self, number: str, yuan: str, notify_url: str = "", **other: Any) -> dict[str, Any]:
        """alipay.trade.create by the first demo citizen."""
        content = {
            "out_trade_no": number,
            "total_amount": yuan,
            "subject": "不动产登记费",
            "product_code": "JSAPI_PAY",
            "op_app_id": self.env["ALIPAY_APP_ID"],
            "buyer_open_id": "0demo-zhangsan-0000000000000000000000000000001",
        } | other
        return self.alipay("alipay.trade.create", content, **({"notify_url": notify_url} if notify_url else {}))

    # the rest

    def token(self) -> str:
        asked = {
            "grant_type": "client_credential",
            "appid": self.env["WECHAT_APP_ID"],
            "secret": self.env["WECHAT_APP_SECRET"],
        }
        return str(self.http.post("/cgi-bin/stable_token", json=asked).json()["access_token"])

    def verify_name(self, name: str, number: str, *, nonce: str = "", id_type: str = "id_card") -> httpx.Response:
        body = json.dumps({"name": name, "id_type": id_type, "id_number": number}).encode()
        timestamp, nonce = str(int(time.time())), nonce or secrets.token_hex(8)
        text = f"{timestamp}\n{nonce}\n".encode() + body
        headers = {
            "X-Key-Id": self.env["REALNAME_KEY_ID"],
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": hmac.new(self.env["REALNAME_SECRET"].encode(), text, hashlib.sha256).hexdigest(),
        }
        return self.http.post("/realname/verify", content=body, headers=headers)


def private_key(file: str) -> RSAPrivateKey:
    key = load_pem_private_key(Path(file).read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def public_key(file: str) -> RSAPublicKey:
    key = load_pem_public_key(Path(file).read_bytes())
    assert isinstance(key, RSAPublicKey)
    return key


def rsa_sign(key: RSAPrivateKey, text: bytes) -> str:
    return b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()


def rsa_verify(key: RSAPublicKey, text: bytes, signature: str) -> None:
    key.verify(b64decode(signature), text, PKCS1v15(), SHA256())


def address(url: str, **query: str) -> str:
    return f"{url}?{urlencode(query)}"
