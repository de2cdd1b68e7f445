"""What a notice costs at the least: one RSA verification, one AES-GCM opening and one durable commit, over and over.

No HTTP, no rules, no house: cryptography and asyncpg alone, on the same PostgreSQL. `at_once` lets as many loops run as
the figure beside has connections, so that they share flushes of the disk as its notices may.
"""

import asyncio
import json
import time
from base64 import b64decode
from collections.abc import Iterable, Sequence
from itertools import cycle, islice

import asyncpg
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.measuring import Sample
from foundation import database, settings

TABLE = "create table if not exists benchmark_notice (id bigserial primary key, body text not null)"
KEEP = "insert into benchmark_notice (body) values ($1)"


async def run(notices: Sequence[bytes], *, key: RSAPublicKey, api_v3_key: bytes, at_once: int = 1) -> Sample:
    """One round over whole requests as `benchmarks.payments` makes them; each is another row."""
    credentials = database.credentials_of(settings.current().database_url)
    lines = [await asyncpg.connect(**credentials) for _ in range(at_once)]
    try:
        await lines[0].execute(TABLE)
        for line in lines:
            await line.execute(KEEP, "so that it is planned")
        waiting, opener = iter(notices), AESGCM(api_v3_key)
        began = time.perf_counter()
        await asyncio.gather(*(_loop(line, waiting, key, opener) for line in lines))
        return Sample(len(notices) / (time.perf_counter() - began))
    finally:
        for line in lines:
            await line.close()


async def _loop(line: asyncpg.Connection, waiting: Iterable[bytes], key: RSAPublicKey, opener: AESGCM) -> None:
    for notice in waiting:
        head, _, body = notice.partition(b"\r\n\r\n")
        said = dict(one.split(": ", 1) for one in head.decode().split("\r\n")[1:])
        text = f"{said['Wechatpay-Timestamp']}\n{said['Wechatpay-Nonce']}\n".encode() + body + b"\n"
        key.verify(b64decode(said["Wechatpay-Signature"]), text, PKCS1v15(), SHA256())
        sealed = json.loads(body)["resource"]
        opener.decrypt(sealed["nonce"].encode(), b64decode(sealed["ciphertext"]), sealed["associated_data"].encode())
        await line.execute(KEEP, body.decode())


def repeated(notices: Sequence[bytes], number: int) -> list[bytes]:
    """So many of them, over and over: a loop does not mind."""
    return list(islice(cycle(notices), number))
