"""Accounts at the console: signing in by two steps, one's own account, and what administrators do."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager

import httpx
import pyotp
import pytest

from api.app import create_app
from foundation import clock
from identity import staff_accounts, staff_factor
from identity.models import Staff
from tests.builders.console import Desk, a_colleague
from tests.builders.identity import PASSWORD
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base) as client:
        yield Desk(client)


def still() -> AbstractContextManager[None]:
    return clock.frozen(clock.now().replace(second=15, microsecond=0))


async def test_a_factor_from_the_account_page_to_the_next_sign_in(desk: Desk) -> None:
    with still():
        await a_colleague(("finance", ""), username="wangwu")
        await desk.sign_in("wangwu")
        shown = (await desk.press("/console/account/factor")).text
        assert "<svg" in shown
        secret = re.search(r"<code>([A-Z2-7 ]+)</code>", shown).group(1).replace(" ", "")  # type: ignore[union-attr]
        app, now = pyotp.TOTP(secret), int(clock.now().timestamp())
        wrong = await desk.press("/console/account/factor/confirm", code="000000")
        assert (wrong.status_code, "不对" in wrong.text) == (422, True)
        kept = (await desk.press("/console/account/factor/confirm", code=app.at(now - 30))).text
        assert len(re.findall(r"<li><code>", kept)) == staff_factor.CODES
        await desk.press("/console/sign-out")
        asked = await desk.sign_in("wangwu", back="/console/refunds")
        step = re.search(r'name="step" value="([^"]+)"', asked.text).group(1)  # type: ignore[union-attr]
        assert (await desk.open("/console/refunds")).status_code == 303  # the step is no session
        form = {"step": step, "back": "/console/refunds"}
        again = await desk.press("/console/login/code", code="000000", **form)
        assert (again.status_code, step in again.text) == (422, True)
        entered = await desk.press("/console/login/code", code=app.at(now), **form)
        assert (entered.status_code, entered.headers["location"]) == (303, "/console/refunds")
        assert (await desk.open("/console/refunds")).status_code == 200


async def test_a_due_password_comes_before_everything_else(desk: Desk) -> None:
    staff_id = await a_colleague(("admin", ""), username="wangwu")
    await Staff.filter(id=staff_id).update(must_change_password=True)
    await desk.sign_in("wangwu")
    assert (await desk.open("/console/staff")).headers["location"] == "/console/account"
    assert (await desk.press("/console/staff/unlock", staff_id=staff_id)).status_code == 403
    own = (await desk.open("/console/account")).text
    assert ("请先设置新密码" in own, "/console/reminders" in own) == (True, False)
    # what a page asks for by itself never leads from there to itself: what is being typed would be gone
    here = {"HX-Request": "true", "HX-Current-URL": f"{desk.client.base_url}/console/account"}
    asked = await desk.client.get("/console/reminders/bell", headers=here)
    assert (asked.status_code, "hx-redirect" in asked.headers) == (403, False)
    new = {"old": PASSWORD, "new": "staple-battery-3"}
    assert (await desk.press("/console/account/password", **new, again="other")).status_code == 422
    done = await desk.press("/console/account/password", **new, again="staple-battery-3")
    assert (done.status_code, done.headers["hx-redirect"]) == (200, "/console/")
    assert (await desk.open("/console/staff")).status_code == 200


async def test_administrators_make_and_mend_accounts_and_others_do_not(desk: Desk) -> None:
    await a_colleague(("hall_manager", ""), username="zhaoliu")
    await desk.sign_in("zhaoliu")
    assert (await desk.open("/console/staff")).status_code == 403
    await a_colleague(("admin", ""), username="wangwu")
    await desk.sign_in("wangwu")
    made = await desk.press("/console/staff", username="Li.Si", display_name="李四", role="window", hall_path="")
    password = re.search(r"首次登录密码：([\w-]+)", made.text).group(1)  # type: ignore[union-attr]
    (of,) = [one for one in await staff_accounts.listed() if one.username == "li.si"]
    page = (await desk.open(f"/console/staff/{of.id}")).text
    assert "建立账号" in page
    assert password not in page
    await desk.press("/console/staff/grant", staff_id=of.id, role="editor", hall_path="")
    await desk.press("/console/staff/take-back", staff_id=of.id, role="window", hall_path="")
    assert (await staff_accounts.one(of.id)).grants == (("editor", ""),)
    for deed, told in (
        ("reset", "已重置密码"),
        ("sign-out", "已强制下线"),
        ("factor-off", "已清除"),
        ("deactivate", "已停用"),
    ):
        assert told in (await desk.press(f"/console/staff/{deed}", staff_id=of.id, reason="例行检查")).text
    assert "已停用" in (await desk.open(f"/console/staff/{of.id}/state")).text


async def test_one_ends_a_session_elsewhere_and_only_ones_own(desk: Desk) -> None:
    staff_id = await a_colleague(("window", ""), username="wangwu")
    await desk.sign_in("wangwu")
    await desk.sign_in("wangwu")
    shown = (await desk.open("/console/account/sessions")).text
    (other,) = re.findall(r'name="session_id" value="(\w+)"', shown)
    assert (await desk.press("/console/account/sessions/end", session_id="0" * 64)).status_code == 404
    await desk.press("/console/account/sessions/end", session_id=other)
    assert len(await staff_accounts.sessions(staff_id)) == 1
    assert (await desk.open("/console/account")).status_code == 200
