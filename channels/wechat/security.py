"""Is a text fit to be published (msg_sec_check, version 2)."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from channels.wechat.client import WeChatClient
from foundation.http import OutcomeUnknown

LONGEST = 2500


class Scene(IntEnum):
    PROFILE = 1
    COMMENT = 2
    FORUM = 3
    SOCIAL = 4


class Suggestion(StrEnum):
    PASS = "pass"
    REVIEW = "review"
    RISKY = "risky"


@dataclass(frozen=True)
class Verdict:
    """`label` is the vendor's number for the kind of trouble; 100 is none."""

    suggestion: Suggestion
    label: int


async def check_text(client: WeChatClient, *, openid: str, text: str, scene: Scene = Scene.COMMENT) -> Verdict:
    """The worst verdict over `text`. The writer must have used the app within two hours. Raises a ChannelRefused."""
    parts = [text[start : start + LONGEST] for start in range(0, len(text), LONGEST)] or [text]
    verdicts = [await _check(client, openid, part, scene) for part in parts]
    return max(verdicts, key=lambda verdict: list(Suggestion).index(verdict.suggestion))


async def _check(client: WeChatClient, openid: str, text: str, scene: Scene) -> Verdict:
    body = {"version": 2, "openid": openid, "scene": int(scene), "content": text}
    answer = await client.post("/wxa/msg_sec_check", body)
    try:
        result = answer["result"]
        return Verdict(Suggestion(result["suggest"]), int(result["label"]))
    except (KeyError, TypeError, ValueError):
        raise OutcomeUnknown(retry_after=5) from None
