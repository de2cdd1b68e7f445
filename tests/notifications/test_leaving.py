"""What leaves for a telephone opens the landing page, whatever page of ours the message names."""

from typing import Any

import pytest

from notifications import outlets
from notifications.kinds import ALIPAY, WECHAT


@pytest.mark.parametrize(("channel", "send"), [(WECHAT, "send_subscription"), (ALIPAY, "send_template")])
async def test_a_message_opens_the_landing_page(
    channel: str, send: str, monkeypatch: pytest.MonkeyPatch, settings_env: object
) -> None:
    sent: list[dict[str, Any]] = []

    async def taken(_: object, **told: Any) -> None:
        sent.append(told)

    monkeypatch.setattr(outlets, send, taken)
    monkeypatch.setitem(outlets._open, channel, object())
    letter = outlets.Sending(
        channel=channel, to="o-1", template_id="tpl", fields={}, text="", page="pages/booking/7K3M", out_no=""
    )
    await outlets.send(letter)
    assert [one["page"] for one in sent] == ["pages/open/open?to=booking%2F7K3M"]
