"""The treasury's receipt system at the wire, against the sandbox, which was written from the contract alone."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import date

import pytest

from channels.errors import ForgedAnswer, OutcomeUnknown
from channels.receipts.issuer import NoSuchReceipt, ReceiptLine, ReceiptRefused, ReceiptRequest
from channels.receipts.treasury import Treasury
from foundation import clock, settings
from tests.channels.sandbox_process import Sandbox

WANTED = ReceiptRequest(
    request_no="E2026112600000001", amount_fen=8000, payer="张三", unit_code="3507", unit="自然资源局", title="登记费",
    pay_code="20261121000000000001", paid_on=date(2026, 11, 26), lines=(ReceiptLine("1", "登记费", 8000),),
)  # fmt: skip


@pytest.fixture
async def treasury(sandbox: Sandbox) -> AsyncIterator[Treasury]:
    one = Treasury(settings.load({**sandbox.env, "ENVIRONMENT": "test", "RECEIPTS_URL": sandbox.url}))
    yield one
    await one.aclose()


async def test_issued_once_found_and_taken_back_once(treasury: Treasury, sandbox: Sandbox) -> None:
    assert await treasury.find(WANTED.request_no) is None
    before = clock.today()
    issued = await treasury.issue(WANTED)
    assert await treasury.issue(WANTED) == issued == await treasury.find(WANTED.request_no)
    assert issued.amount_fen == 8000
    assert before <= issued.issued_on <= clock.today()
    with pytest.raises(ReceiptRefused, match="票据系统") as refused:
        await treasury.issue(dataclasses.replace(WANTED, payer="李四"))
    assert refused.value.vendor_code == "CONTENT_DIFFERS"
    taken = {"code": issued.code, "number": issued.number, "reason": "退款冲红"}
    assert await treasury.find_void("V1") is None
    voided = await treasury.void(void_no="V1", **taken)
    assert await treasury.void(void_no="V1", **taken) == voided == await treasury.find_void("V1")
    with pytest.raises(ReceiptRefused) as refused:
        await treasury.void(void_no="V2", **taken)
    assert refused.value.vendor_code == "ALREADY_VOIDED"
    with pytest.raises(NoSuchReceipt):
        await treasury.void(void_no="V3", code="00000000", number="0000000000", reason="")
    kept = await sandbox.look("receipts")
    assert (len(kept["receipts"]), len(kept["voids"])) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("down", OutcomeUnknown),
        ("system_error", OutcomeUnknown),
        ("drop", OutcomeUnknown),
        ("drop_after_accept", OutcomeUnknown),
        ("bad_signature", ForgedAnswer),
    ],
)
async def test_whatever_is_not_certain_is_unknown_and_the_same_number_finds_out(
    treasury: Treasury, sandbox: Sandbox, kind: str, expected: type[Exception]
) -> None:
    await sandbox.pull("trouble", service="receipts", kind=kind, times=1)
    with pytest.raises(expected):
        await treasury.issue(WANTED)
    issued = await treasury.find(WANTED.request_no) or await treasury.issue(WANTED)
    assert issued.request_no == WANTED.request_no
    assert len((await sandbox.look("receipts"))["receipts"]) == 1


async def test_a_wrong_secret_or_clock_is_refused(sandbox: Sandbox) -> None:
    env = {**sandbox.env, "ENVIRONMENT": "test", "RECEIPTS_URL": sandbox.url}
    stranger = Treasury(settings.load({**env, "RECEIPTS_SECRET": "another"}))
    with pytest.raises(ForgedAnswer):  # it says no under a secret that is not ours
        await stranger.issue(WANTED)
    await stranger.aclose()
    nobody = Treasury(settings.load({**env, "RECEIPTS_KEY_ID": "nobody"}))
    with pytest.raises(ReceiptRefused) as refused:
        await nobody.issue(WANTED)
    assert refused.value.vendor_code == "UNKNOWN_KEY"
    await nobody.aclose()
    assert (await sandbox.look("receipts"))["receipts"] == []


async def test_amounts_must_add_up_over_there_too(treasury: Treasury) -> None:
    with pytest.raises(ReceiptRefused) as refused:
        await treasury.issue(dataclasses.replace(WANTED, amount_fen=1))
    assert refused.value.vendor_code == "AMOUNT_WRONG"
