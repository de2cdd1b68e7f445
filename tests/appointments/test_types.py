import pytest

from appointments import types
from appointments.errors import TypeCodeTaken, TypeInvalid, TypeNotFound
from catalogue.models import Department, ServiceItem
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_hall

pytestmark = pytest.mark.usefixtures("db")


async def open_type(**given):
    wanted = {
        "code": "id-card",
        "hall_code": "H",
        "department_code": "D",
        "name": "身份证办理",
        "item_codes": [],
        **given,
    }
    return await types.open_type(**wanted, by=STAFF)


@pytest.fixture
async def hall(db):
    department = await Department.create(code="D", name="公安窗口")
    await ServiceItem.create(item_code="I1", slug="i1", name="居民身份证换领", department=department, kind="承诺件")
    return await a_hall(code="H")


async def test_a_type_is_opened_and_closed(hall):
    opened = await open_type(item_codes=["I1"], release_workdays=3, real_name_needed=False)
    found = await types.find(type_id=opened.id)
    assert (found.code, found.item_codes, found.release_workdays, found.real_name_needed) == (
        "id-card",
        ["I1"],
        3,
        False,
    )
    assert found.hall.code == "H"
    with pytest.raises(TypeCodeTaken):
        await open_type()
    await types.close_type(type_id=opened.id, by=STAFF, reason="合并到综合窗口")
    with pytest.raises(TypeNotFound):
        await types.find(type_id=opened.id)
    with pytest.raises(TypeNotFound):
        await types.close_type(type_id=opened.id, by=STAFF, reason="再关一次")
    assert [row.action for row in await AuditRow.all().order_by("id")] == [
        "appointment_type.opened", "appointment_type.closed"
    ]  # fmt: skip


async def test_every_fault_is_named_at_once(hall):
    with pytest.raises(TypeInvalid) as refused:
        await open_type(
            code="a b", name=" ", release_time="8:00", release_workdays=61, cancel_minutes=-1,
            item_codes=["I1", "I2"], hall_code="X", department_code="Y",
        )  # fmt: skip
    assert len(refused.value.detail) == 8
    assert "没有实施编码为 I2 的事项" in refused.value.detail
