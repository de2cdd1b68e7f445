"""渠道通知的收件箱: what a channel told us, word for word. The same words again are the same row."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channels.payment import ChannelPayment
from foundation import clock, database
from foundation.database import Transaction

KEPT_HEADERS = ("wechatpay-serial", "wechatpay-timestamp", "wechatpay-nonce", "request-id", "content-type")
KEEP = """
insert into channel_event (channel, digest, headers, body, out_trade_no, outcome, problem, received_at)
values ($1, $2, $3::jsonb, $4, $5, 'received', '', $6)
on conflict (channel, digest) do update set digest = excluded.digest returning id"""
# What was settled by an earlier delivery stays settled, however often it is told.
KEEP_DECIDED = """
insert into channel_event (channel, digest, headers, body, out_trade_no, outcome, problem, received_at, handled_at)
select channel, digest, headers::jsonb, body, number, outcome, '', $7, $7
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    as letter (channel, digest, headers, body, number, outcome)
on conflict (channel, digest) do update set outcome = excluded.outcome, handled_at = excluded.handled_at
 where channel_event.outcome = 'received'"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A verified notice of a payment, with the words it came in."""

    channel: str
    digest: str
    headers: str
    body: str
    payment: ChannelPayment


def letter(channel: str, headers: Mapping[str, str], body: bytes, payment: ChannelPayment) -> Letter:
    return Letter(channel, digest(body), kept_headers(headers), text(body), payment)


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def kept_headers(headers: Mapping[str, str]) -> str:
    return json.dumps({name: headers[name] for name in KEPT_HEADERS if name in headers})


def text(body: bytes) -> str:
    return body.decode("utf-8", "replace").replace("\x00", "")


async def keep(channel: str, headers: Mapping[str, str], body: bytes, number: str | None) -> int:
    """Keep a notice before it is understood; the id of its row."""
    row_id = await database.fetchval(
        KEEP, channel, digest(body), kept_headers(headers), text(body), (number or "")[:32], clock.now()
    )
    return int(row_id)


async def keep_decided(tx: Transaction, those: Sequence[tuple[Letter, str]]) -> None:
    """Keep notices with what became of them, in the transaction that decided it."""
    distinct = {(one.channel, one.digest): (one, said) for one, said in reversed(those)}
    if distinct:
        rows = [(one.channel, one.digest, one.headers, one.body, one.payment.out_trade_no[:32], said)
                for one, said in distinct.values()]  # fmt: skip
        await tx.execute(KEEP_DECIDED, *(list(column) for column in zip(*rows, strict=True)), clock.now())
