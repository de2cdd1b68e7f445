"""Text messages against the sandbox's carrier, and reports of theirs that are and are not to be believed."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from channels.errors import ForgedNotice, StaleNotice
from channels.messages import Outcome
from channels.receipts import sealing
from channels.sms import reports
from channels.sms.gateway import SmsGateway, Text
from foundation import clock, settings
from foundation.room_settings import Sms
from tests.channels.sandbox_process import Sandbox

PATH = "/callbacks/sms/reports"
OURS = Sms(url="x", key_id="sms-demo", secret="secret")
TEXT = Text(
    out_no="1-a", phone="13800000001", signature="指尖办", template_id="hall-closed", text="明天停办。", report_url=""
)


@pytest.fixture
async def gateway(sandbox: Sandbox) -> AsyncIterator[SmsGateway]:
    made = SmsGateway(settings.load(sandbox.env))
    yield made
    await made.aclose()


@pytest.mark.slow
async def test_a_text_message_is_sent_once_under_its_number(sandbox: Sandbox, gateway: SmsGateway) -> None:
    await sandbox.pull("trouble", service="sms", kind="drop_after_accept", times=1)
    assert (await gateway.send(TEXT)).outcome is Outcome.TRY_AGAIN
    first, second = await gateway.send(TEXT), await gateway.send(TEXT)
    assert first.outcome is Outcome.SENT
    assert first.vendor_no == second.vendor_no
    arrived = await sandbox.look("messages", openid=TEXT.phone)
    assert [one["data"]["text"] for one in arrived] == ["【指尖办】明天停办。"]
    other = await gateway.send(replace(TEXT, text="后天停办。"))
    assert (other.outcome, other.vendor_code) == (Outcome.REFUSED, "NUMBER_USED")


@pytest.mark.slow
async def test_what_the_carrier_refuses_and_when_it_is_away(sandbox: Sandbox, gateway: SmsGateway) -> None:
    for number, (wrong, code) in enumerate(
        [
            ({"phone": "13800000404"}, "PHONE_INVALID"), ({"signature": "未备案"}, "SIGNATURE_UNKNOWN"),
            ({"template_id": "t_unknown"}, "TEMPLATE_UNKNOWN"), ({"text": "一" * 500}, "TEXT_TOO_LONG"),
        ]
    ):  # fmt: skip
        told = await gateway.send(replace(TEXT, out_no=f"2-{number}", **wrong))
        assert (told.outcome, told.vendor_code) == (Outcome.REFUSED, code)
    for kind in ("down", "system_error", "bad_signature", "drop"):
        await sandbox.pull("trouble", service="sms", kind=kind, times=1)
        assert (await gateway.send(replace(TEXT, out_no=f"3-{kind}"))).outcome is Outcome.TRY_AGAIN
    ends = [(await gateway.send(replace(TEXT, out_no=f"4-{n}", phone="13811112222"))).outcome for n in range(31)]
    assert ends[-1] is Outcome.LIMITED


def a_report(**said: str) -> bytes:
    return json.dumps({"out_no": "1-a", "state": "reached", "code": "DELIVRD", **said}).encode()


def signed(body: bytes, *, key_id: str = "sms-demo", secret: str = "secret") -> dict[str, str]:
    made = sealing.request_headers(key_id=key_id, secret=secret, method="POST", path=PATH, body=body)
    return {name.lower(): value for name, value in made.items()}


def test_a_report_that_is_theirs() -> None:
    told = reports.read(OURS, path=PATH, headers=signed(a_report()), body=a_report())
    assert (told.out_no, told.state) == ("1-a", "reached")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (a_report(), {}),
        (a_report(), signed(a_report(), secret="another")),
        (a_report(), signed(a_report(), key_id="another")),
        (a_report(state="lost"), signed(a_report())),
        (a_report(state="eaten"), signed(a_report(state="eaten"))),
        (b"[]", signed(b"[]")),
    ],
)
def test_a_report_that_is_not(body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(ForgedNotice):
        reports.read(OURS, path=PATH, headers=headers, body=body)


def test_an_old_report_and_one_when_there_is_no_carrier() -> None:
    headers = signed(a_report())
    later = clock.now().timestamp() + sealing.FRESH_SECONDS + 5
    with clock.frozen(clock.now().fromtimestamp(later, tz=clock.SHANGHAI)), pytest.raises(StaleNotice):
        reports.read(OURS, path=PATH, headers=headers, body=a_report())
    with pytest.raises(ForgedNotice):
        reports.read(Sms(key_id="", secret=""), path=PATH, headers=signed(a_report(), key_id="", secret=""), body=b"")
