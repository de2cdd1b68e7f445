"""WeChat's text check (msg_sec_check v2): a demo of its verdicts, steered by a few words."""

import re
from typing import Any

from sandbox.signing import nonce
from sandbox.wechat_errors import WechatError

ACTIVE_WITHIN = 2 * 3600
LONGEST = 2500
VERDICTS = (
    (r"违规|赌博|代开发票", "risky", 20006),
    (r"傻逼|滚蛋", "risky", 20003),
    (r"加微信|包过|代办优惠", "review", 10001),
    (r"待审", "review", 21000),
)
PASS = ("pass", 100)


def check(asked: dict[str, Any], *, last_seen: float | None) -> dict[str, Any]:
    """The verdict on {version: 2, openid, scene, content}; ``last_seen``: seconds since the user's last visit."""
    content = asked.get("content")
    if asked.get("version") not in (2, "2") or not isinstance(content, str) or len(content) > LONGEST:
        raise WechatError(47001)
    if not content:
        raise WechatError(44002)
    if not asked.get("openid") or str(asked["openid"]).endswith("_badopenid"):
        raise WechatError(40003)
    if asked.get("scene") not in (1, 2, 3, 4):
        raise WechatError(40129)
    if last_seen is None or last_seen > ACTIVE_WITHIN:
        raise WechatError(61010)
    suggest, label = next(((s, n) for pattern, s, n in VERDICTS if re.search(pattern, content)), PASS)
    detail = {"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}
    return {"result": {"suggest": suggest, "label": label}, "detail": [detail], "trace_id": nonce(24).lower()}
