"""Whatever people accept and refuse, and whatever the channels answer, in whatever order: no accept is used twice, no
channel is asked against a refusal, and each message takes its channels one after another until one has it.
"""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from channels.messages import MessageOutcome, Outcome
from foundation import database
from identity.models import Citizen
from notifications import consents
from notifications.models import Message
from notifications.templates import BILL_SETTLED, WAITLIST_OFFERED
from tests.builders.messages import BUSY, REFUSED, SENT, UNKNOWN, Channels, a_reader, announce, by_sms, channels, later
from tests.builders.messages import post_goes_out as the_post
from tests.machine import Machine, walk

__all__ = ["by_sms", "channels"]
ROUTE = ("wechat", "alipay", "sms")
FINAL = {"sent", "reached", "refused", "failed", "unknown"}
GONE_ON = {"refused", "failed"}
ANSWERS: dict[str, MessageOutcome] = {"sent": SENT, "refused": REFUSED, "busy": BUSY, "unknown": UNKNOWN}
TEMPLATES = {"wechat": "tpl-bill", "alipay": "alitpl-bill"}
PEOPLE = 2
who, platform = st.integers(0, PEOPLE - 1), st.sampled_from(sorted(TEMPLATES))


class MessagesInAnyOrder(Machine):
    """`accepted`: what was accepted once, of a template of which the ledger has known from the beginning."""

    post: Channels

    @initialize()
    def open(self) -> None:
        self.people: list[Citizen] = [
            self.run_async(a_reader("wechat", "alipay", phone=f"1380000100{n}")) for n in range(PEOPLE)
        ]
        self.accepted = {(n, one): 0 for n in range(PEOPLE) for one in TEMPLATES}
        self.always = {key: False for key in self.accepted}
        for n, one in self.accepted:
            self.say(n, one, "refused")
        self.told = 0
        self.ends: dict[int, str] = {}
        self.post.taken.clear()
        self.post.answers.clear()

    @rule(n=who, at=platform, choice=st.sampled_from(["once", "once", "always", "refused"]))
    def say(self, n: int, at: str, choice: Any) -> None:
        self.run_async(
            consents.say(citizen_id=self.people[n].id, platform=at, templates=[TEMPLATES[at]], choice=choice)
        )
        self.accepted[n, at] += choice == "once"
        self.always[n, at] = self.always[n, at] or choice == "always"

    @rule(n=who, urgent=st.booleans())
    def happens(self, n: int, urgent: bool) -> None:
        self.told += 1
        template = WAITLIST_OFFERED if urgent else BILL_SETTLED
        self.run_async(announce(self.people[n], f"{template.kind}:{self.told}", template=template))

    @rule(at=st.sampled_from(ROUTE), answers=st.lists(st.sampled_from(sorted(ANSWERS)), min_size=1, max_size=4))
    def channel_answers(self, at: str, answers: list[str]) -> None:
        self.post.answer(at, *(ANSWERS[one] for one in answers))

    @rule(passes=st.booleans())
    def post_goes_out(self, passes: bool) -> None:
        if passes:
            self.run_async(later(60 * 24))
        self.run_async(the_post())
        self.holds()

    def teardown(self) -> None:
        if hasattr(self, "ends"):
            self.holds()

    def holds(self) -> None:
        rows: list[Message] = self.run_async(all_of([one.id for one in self.people]))
        self.nothing_final_changes(rows)
        self.accepts_are_kept()
        occasions: dict[tuple[int, str], dict[str, str]] = {}
        for row in rows:
            citizen_id: int = row.citizen_id  # type: ignore[attr-defined]
            occasions.setdefault((citizen_id, row.occasion), {})[row.channel] = row.state
        for (_, occasion), states in occasions.items():
            self.one_after_another(states, urgent=occasion.startswith(WAITLIST_OFFERED.kind))

    def nothing_final_changes(self, rows: list[Message]) -> None:
        for row in rows:
            assert self.ends.get(row.id, row.state) == row.state, row.occasion
            if row.state in FINAL:
                self.ends[row.id] = row.state

    def accepts_are_kept(self) -> None:
        """Of what goes by the template of the bills: taken, or perhaps taken, at most as often as it was accepted."""
        for (n, at), accepted in self.accepted.items():
            used = self.run_async(taken(self.people[n].id, at, TEMPLATES[at]))
            assert self.always[n, at] or used <= accepted, (n, at)

    def one_after_another(self, states: dict[str, str], *, urgent: bool) -> None:
        assert states.pop("inbox") == "delivered"
        tried = [one for one in ROUTE if one in states]
        assert tried == list(ROUTE[: len(tried)])  # none is skipped: each of them could be reached there
        may_go_on = GONE_ON | ({"unknown"} if urgent else set())
        assert all(states[one] in may_go_on for one in tried[:-1]), states


async def all_of(citizen_ids: list[int]) -> list[Message]:
    return await Message.filter(citizen_id__in=citizen_ids).order_by("id")


async def taken(citizen_id: int, at: str, template: str) -> int:
    return int(
        await database.fetchval(
            """select count(*) from message where citizen_id = $1 and channel = $2 and template_id = $3
                and state in ('sent', 'unknown')""",
            citizen_id, at, template,
        )
    )  # fmt: skip


@pytest.mark.usefixtures("db", "redis_db", "settings_env", "by_sms")
async def test_no_accept_is_used_twice_and_no_channel_is_skipped(channels: Channels) -> None:
    assert Outcome.SENT is SENT.outcome
    MessagesInAnyOrder.post = channels
    await walk(MessagesInAnyOrder, examples=12, steps=16, shrink=True)
