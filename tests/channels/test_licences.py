"""The library of electronic licences at the wire, against the sandbox, which was written from the contract alone."""

import dataclasses
from collections.abc import AsyncIterator

import pytest

from channels.errors import ForgedAnswer, OutcomeUnknown
from channels.licences.library import Consent, Holder, LicenceRefused
from channels.licences.province import Province
from foundation import clock, settings
from tests.channels.sandbox_process import Sandbox

ZHANG = Holder(name="张三", id_type="id_card", id_number="110105198001010016")
CONSENT = Consent(consent_no="L1", licence="居民户口簿电子证照", item_code="1199", version="2026-11")


@pytest.fixture
async def library(sandbox: Sandbox) -> AsyncIterator[Province]:
    one = Province(settings.load({**sandbox.env, "ENVIRONMENT": "test", "LICENCES_URL": sandbox.url}))
    yield one
    await one.aclose()


async def test_held_for_its_holder_and_for_nobody_else(library: Province) -> None:
    held = await library.read(holder=ZHANG, consent=CONSENT)
    assert held is not None
    assert (held.name, held.holder) == ("居民户口簿", "张三")
    assert held.valid_until is not None
    assert held.issued_on < clock.today() < held.valid_until
    stranger = dataclasses.replace(ZHANG, name="孙七")
    assert await library.read(holder=stranger, consent=CONSENT) is None


async def test_without_a_consent_nothing_is_read(library: Province) -> None:
    with pytest.raises(LicenceRefused):
        await library.read(holder=ZHANG, consent=dataclasses.replace(CONSENT, version=""))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("down", OutcomeUnknown),
        ("system_error", OutcomeUnknown),
        ("drop", OutcomeUnknown),
        ("bad_signature", ForgedAnswer),
    ],
)
async def test_whoever_does_not_answer_or_forges_is_not_believed(
    library: Province, sandbox: Sandbox, kind: str, expected: type[Exception]
) -> None:
    await sandbox.pull("trouble", service="licences", kind=kind, times=1)
    with pytest.raises(expected):
        await library.read(holder=ZHANG, consent=CONSENT)


async def test_a_wrong_secret_is_refused(sandbox: Sandbox) -> None:
    env = {**sandbox.env, "ENVIRONMENT": "test", "LICENCES_URL": sandbox.url, "LICENCES_SECRET": "not-the-secret"}
    one = Province(settings.load(env))
    try:
        with pytest.raises((ForgedAnswer, LicenceRefused)):
            await one.read(holder=ZHANG, consent=CONSENT)
    finally:
        await one.aclose()
