"""The official account (公众号): sends a user's encrypted message to the application, reads its encrypted reply."""

import hashlib
import secrets
import time
from base64 import b64decode, b64encode
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sandbox.signing import nonce
from sandbox.world import World

BLOCK = 32
ACCOUNT = "gh_demo00000001"


def encrypt(world: World, plain: bytes) -> str:
    """16 random bytes, the length, the text and the app id, padded to 32 and AES-CBC encrypted."""
    body = secrets.token_bytes(16) + len(plain).to_bytes(4, "big") + plain + world.keys["wechat_app_id"].encode()
    padding = BLOCK - len(body) % BLOCK
    encryptor = _cipher(world).encryptor()
    return b64encode(encryptor.update(body + bytes([padding]) * padding) + encryptor.finalize()).decode()


def decrypt(world: World, text: str) -> bytes:
    """The text within; ValueError when it is not for this app."""
    decryptor = _cipher(world).decryptor()
    body = decryptor.update(b64decode(text)) + decryptor.finalize()
    body = body[: -body[-1]]
    size = int.from_bytes(body[16:20], "big")
    if body[20 + size :].decode() != world.keys["wechat_app_id"]:
        raise ValueError("appid mismatch")
    return body[20 : 20 + size]


def signature(world: World, *parts: str) -> str:
    """SHA-1 of the sorted parts and the token."""
    return hashlib.sha1("".join(sorted([world.keys["wechat_message_token"], *parts])).encode()).hexdigest()


def message(openid: str, *, text: str = "", event: str = "", key: str = "") -> str:
    """The plain XML of a text message or of an event."""
    if event:
        inner = f"<MsgType>event</MsgType><Event>{escape(event)}</Event><EventKey>{escape(key)}</EventKey>"
    else:
        number = secrets.randbelow(10**17)
        inner = f"<MsgType>text</MsgType><Content>{escape(text)}</Content><MsgId>{number}</MsgId>"
    head = f"<ToUserName>{ACCOUNT}</ToUserName><FromUserName>{escape(openid)}</FromUserName>"
    return f"<xml>{head}<CreateTime>{int(time.time())}</CreateTime>{inner}</xml>"


async def deliver(world: World, url: str, openid: str, plain: str) -> dict[str, Any]:
    """Post the message to the callback address: {status, answer, reply}; reply is the decrypted XML, if any."""
    encrypted = encrypt(world, plain.encode())
    timestamp, word = str(int(time.time())), nonce(10)
    query = {
        "signature": signature(world, timestamp, word),
        "timestamp": timestamp,
        "nonce": word,
        "openid": openid,
        "encrypt_type": "aes",
        "msg_signature": signature(world, timestamp, word, encrypted),
    }
    body = f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return await _exchange(world, "POST", f"{url}?{urlencode(query)}", body)


async def greet(world: World, url: str) -> dict[str, Any]:
    """The check WeChat makes when an address is registered: the application must echo ``echostr``."""
    timestamp, word, echo = str(int(time.time())), nonce(10), nonce(16)
    query = {
        "signature": signature(world, timestamp, word),
        "timestamp": timestamp,
        "nonce": word,
        "echostr": echo,
    }
    got = await _exchange(world, "GET", f"{url}?{urlencode(query)}", "")
    return got | {"echoed": got["answer"] == echo}


async def _exchange(world: World, method: str, url: str, body: str) -> dict[str, Any]:
    try:
        got = await world.http.request(method, url, content=body.encode(), headers={"Content-Type": "text/xml"})
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        return {"status": None, "answer": type(fault).__name__, "reply": ""}
    return {"status": got.status_code, "answer": got.text, "reply": _reply(world, got.text)}


def _reply(world: World, answer: str) -> str:
    """The decrypted reply, when the answer carries one whose signature holds."""
    found = {name: _tag(answer, name) for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")}
    if not all(found.values()):
        return ""
    if signature(world, found["TimeStamp"], found["Nonce"], found["Encrypt"]) != found["MsgSignature"]:
        return "（回复的签名不正确）"
    return decrypt(world, found["Encrypt"]).decode()


def _tag(xml: str, name: str) -> str:
    _, _, rest = xml.partition(f"<{name}>")
    inner, _, _ = rest.partition(f"</{name}>")
    return inner.strip().removeprefix("<![CDATA[").removesuffix("]]>")


def _cipher(world: World) -> Cipher[modes.CBC]:
    key = b64decode(world.keys["wechat_message_aes_key"] + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
