"""须电话告知: urgent messages that no channel took, for staff to telephone. Closures keep a list of their own
(`appointments.closure_notices`), told by `reached`; this is for everything else.

A number is shown on demand only, one by one, and every look is audited by `identity.finding`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from identity import finding
from identity.realname import masked_name
from notifications.errors import MessageNotFound

TAKEN = ("sent", "reached")
UNDER_WAY = ("queued", "sending")
PROBLEMS = {
    "": "没有可用的渠道",
    "no_account": "没有绑定微信或支付宝",
    "no_consent": "未订阅消息",
    "43101": "未订阅消息",
    "USER_REFUSE_RECEIVE": "未订阅消息",
    "no_answer": "渠道没有应答",
    "no_phone": "没有手机号码",
    "sms_limit": "当天短信已达上限",
    "too_late": "排队过久，已失去意义",
    "worker_died": "发送中断，结果不明",
    "stopped": "群发已停止",
    "UNDELIV": "短信未能送达",
    "PHONE_INVALID": "手机号码不存在",
}


@dataclass(frozen=True, kw_only=True)
class ToCall:
    """One person to telephone; `name` is masked."""

    id: int
    citizen_id: int
    name: str
    title: str
    text: str
    problem: str
    made_at: datetime


NOTE = """
insert into unreached_notice (citizen_id, occasion, kind, hall_path, problem, state, handled_by, made_at)
select i.citizen_id, i.occasion, i.kind, i.hall_path,
       coalesce((select problem from message m where m.citizen_id = i.citizen_id and m.occasion = i.occasion
                    and m.problem <> '' order by m.id desc limit 1), 'no_account'), 'open', '', $3
  from message i
 where i.citizen_id = $1 and i.occasion = $2 and i.channel = 'inbox' and i.read_at is null
   and not exists (select from message m where m.citizen_id = i.citizen_id and m.occasion = i.occasion
                    and m.state = any($4))
on conflict (citizen_id, occasion) do nothing"""

TO_CALL = """
select u.id, u.citizen_id, c.real_name_sealed, m.title, m.text, u.problem, u.made_at
  from unreached_notice u join citizen c on c.id = u.citizen_id
  join message m on m.citizen_id = u.citizen_id and m.occasion = u.occasion and m.channel = 'inbox'
 where u.state = 'open' and exists (select from unnest($1::text[]) as prefix where starts_with(u.hall_path, prefix))
 order by u.id limit $2"""


async def note(citizen_id: int, occasion: str) -> None:
    """Nothing took it: put them on the list, unless something did or is about to, or they have read it."""
    await database.execute(NOTE, citizen_id, occasion, clock.now(), [*TAKEN, *UNDER_WAY])


async def read_by(citizen_id: int) -> None:
    """They have opened their messages: nobody need call."""
    await database.execute(
        """update unreached_notice set state = 'moot', handled_at = $2
            where citizen_id = $1 and state = 'open'""",
        citizen_id,
        clock.now(),
    )


async def read_one(citizen_id: int, occasion: str) -> None:
    await database.execute(
        """update unreached_notice set state = 'moot', handled_at = $3
            where citizen_id = $1 and occasion = $2 and state = 'open'""",
        citizen_id, occasion, clock.now(),
    )  # fmt: skip


async def to_call(*, within: Collection[str], limit: int = 200) -> list[ToCall]:
    """Whom to telephone, of messages about halls under `within`, the longest waiting first."""
    rows = await database.fetch(TO_CALL, list(within), limit)
    return [
        ToCall(
            **{name: row[name] for name in ("id", "citizen_id", "title", "text", "made_at")},
            name=masked_name(crypto.open_sealed(row["real_name_sealed"])) if row["real_name_sealed"] else "未实名",
            problem=PROBLEMS.get(row["problem"], row["problem"]),
        )
        for row in rows
    ]  # fmt: skip


async def phone_of(notice_id: int, *, within: Collection[str], by: Actor) -> str:
    """The number to call, empty when none is known; the look is audited. Raises MessageNotFound."""
    return await finding.phone_of(await _theirs(notice_id, within), by=by)


async def mark_called(notice_id: int, *, within: Collection[str], by: Actor) -> None:
    """已电话告知. Again is harmless. Raises MessageNotFound."""
    citizen_id = await _theirs(notice_id, within)
    async with database.transaction() as tx:
        called = await tx.fetchval(
            """update unreached_notice set state = 'called', handled_by = $2, handled_at = $3
                where id = $1 and state = 'open' returning occasion""",
            notice_id, str(by), clock.now(),
        )  # fmt: skip
        if called is not None:
            await audit.record("message.called", subject=f"citizen:{citizen_id}", by=by, detail={"occasion": called})


async def _theirs(notice_id: int, within: Collection[str]) -> int:
    citizen_id = await database.fetchval(
        """select citizen_id from unreached_notice where id = $1
              and exists (select from unnest($2::text[]) as prefix where starts_with(hall_path, prefix))""",
        notice_id, list(within),
    )  # fmt: skip
    if citizen_id is None:
        raise MessageNotFound
    return int(citizen_id)
