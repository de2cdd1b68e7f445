"""A new key for everything that is sealed, whatever room it belongs to, while it is being read and written."""

from collections.abc import Iterator
from datetime import date

import pytest

from foundation import crypto, database, settings
from identity import jobs, resealing
from identity.family_models import FamilyMember
from identity.models import Citizen
from identity.staff_models import StaffFactor
from payments.models import Bill
from tests.builders import identity as build
from tests.builders import payments
from tests.identity.test_family import add_minor

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def new_key(settings_env: settings.Settings, environment: dict[str, str]) -> Iterator[None]:
    """Not yet; `take` puts it in front."""
    yield
    settings.use(settings_env)


def take(environment: dict[str, str], keys: str) -> None:
    settings.use(settings.load(environment | {"ENCRYPTION_KEYS": keys}))


async def test_every_sealed_column_of_every_model_is_found() -> None:
    found = set(await resealing.columns())
    assert {("citizen", "id_number_sealed"), ("bill", "payer_name_sealed"), ("staff_factor", "secret_sealed")} <= found


@pytest.mark.usefixtures("new_key")
async def test_all_rooms_follow_a_new_key(
    settings_env: settings.Settings, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    guardian = await build.citizen()
    await add_minor(guardian, born=date(2020, 1, 2))
    bill = await payments.a_bill()
    staff_id = await build.staff()
    await StaffFactor.create(staff_id=staff_id, secret_sealed=crypto.seal("JBSWY3DPEHPK3PXP"))
    old = settings_env.secrets.encryption_keys
    take(environment, f"new:{'ab' * 16},{old}")
    await jobs.reseal_columns()
    take(environment, f"new:{'ab' * 16}")
    await bill.refresh_from_db()
    assert crypto.open_sealed(bill.payer_name_sealed)
    assert crypto.open_sealed((await FamilyMember.get(owner_id=guardian.id)).born_sealed) == "2020-01-02"
    assert crypto.open_sealed((await StaffFactor.get()).secret_sealed) == "JBSWY3DPEHPK3PXP"
    assert not (await resealing.everything()).anew


@pytest.mark.usefixtures("new_key")
async def test_what_nobody_can_open_stays_and_is_counted(
    settings_env: settings.Settings, environment: dict[str, str]
) -> None:
    citizen = await build.citizen()
    before = (await Citizen.get(id=citizen.id)).id_number_sealed
    take(environment, f"new:{'ab' * 16}")
    done = await resealing.everything()
    assert done.broken["citizen.id_number_sealed"] == 1
    assert (await Citizen.get(id=citizen.id)).id_number_sealed == before


@pytest.mark.usefixtures("new_key")
async def test_a_change_at_the_same_moment_wins(
    settings_env: settings.Settings, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = await payments.a_bill()
    take(environment, f"new:{'ab' * 16},{settings_env.secrets.encryption_keys}")
    really = database.execute

    async def meanwhile(query: str, *values: object) -> object:
        if query.startswith('update "bill" set "payer_name_sealed"'):
            await really("update bill set payer_name_sealed = $1", crypto.seal("李四"))
        return await really(query, *values)

    monkeypatch.setattr(database, "execute", meanwhile)
    await resealing.everything()
    assert crypto.open_sealed((await Bill.get(id=bill.id)).payer_name_sealed) == "李四"


@pytest.mark.usefixtures("new_key")
async def test_fingerprints_of_people_follow_whichever_key_is_new(
    settings_env: settings.Settings, environment: dict[str, str]
) -> None:
    citizen = await build.citizen()
    before = (await Citizen.get(id=citizen.id)).id_fingerprint
    marks = f"new:{'cd' * 16},{settings_env.secrets.fingerprint_keys}"
    settings.use(settings.load(environment | {"FINGERPRINT_KEYS": marks}))
    await resealing.everything()
    after = await Citizen.get(id=citizen.id)
    number = crypto.open_sealed(after.id_number_sealed)
    assert after.id_fingerprint == crypto.fingerprint(number, purpose="id_number") != before
