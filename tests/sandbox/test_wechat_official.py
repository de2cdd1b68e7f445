"""The official account: what it posts, the published library can read; what that library replies, it reads."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.builders.sandbox import App, Sandbox


@pytest.fixture
def callback(app: App, recwarn: pytest.WarningsRecorder) -> Any:
    """An application's callback address that echoes the text, built on wechatpy."""
    from wechatpy import create_reply, parse_message
    from wechatpy.crypto import WeChatCrypto
    from wechatpy.utils import check_signature

    token = app.env["WECHAT_MESSAGE_TOKEN"]
    crypto = WeChatCrypto(token, app.env["WECHAT_MESSAGE_AES_KEY"], app.env["WECHAT_APP_ID"])

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            check_signature(token, query["signature"], query["timestamp"], query["nonce"])
            self._answer(query["echostr"])

        def do_POST(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            body = self.rfile.read(int(self.headers["Content-Length"]))
            xml = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
            message = parse_message(xml)
            reply = create_reply(f"收到：{message.content}", message).render()
            self._answer(crypto.encrypt_message(reply, query["nonce"], query["timestamp"]))

        def _answer(self, text: str) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Callback)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/callback"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:wechatpy")  # wechatpy 1.8 marks its own Python 2 names
def test_a_message_is_read_and_its_reply_too(sandbox: Sandbox, callback: str) -> None:
    answer = sandbox.play("official/message", url=callback, openid="oDEMO", text="居住证 <怎么办> & 多久")
    assert answer["status"] == 200
    assert "收到：居住证 <怎么办> & 多久" in answer["reply"]


def test_the_address_is_checked_by_an_echo(sandbox: Sandbox, callback: str) -> None:
    assert sandbox.play("official/message", url=callback)["echoed"] is True


def test_nobody_at_the_address(sandbox: Sandbox) -> None:
    answer = sandbox.play("official/message", url="http://127.0.0.1:9/", openid="oDEMO", text="x")
    assert (answer["status"], answer["answer"]) == (None, "ConnectError")
