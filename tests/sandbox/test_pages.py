"""The pages in a browser: a person pays, refuses, picks an account; nothing is fetched from elsewhere."""

from urllib.parse import urlencode

import pytest
from playwright.async_api import Page

from tests.builders.sandbox import App, Sandbox
from tests.sandbox.test_wallet import payment

pytestmark = pytest.mark.browser


async def fits(page: Page) -> bool:
    """Whether nothing sticks out sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


async def test_a_person_pays_on_the_phone(phone: Page, app: App, sandbox: Sandbox) -> None:
    asked = payment(app, "PAGES-01") | {"return": f"{sandbox.url}/readyz"}
    await phone.goto(f"{sandbox.url}/wallet/wechat?{urlencode(asked)}")
    assert await fits(phone)
    await phone.get_by_role("button", name="确认支付").click()
    await phone.wait_for_url("**/readyz?payment=ok")
    assert app.query("PAGES-01").json()["trade_state"] == "SUCCESS"


async def test_a_person_pays_but_the_notify_is_lost(phone: Page, app: App, sandbox: Sandbox) -> None:
    number = app.trade("PAGES_2", "20.00", "http://127.0.0.1:9/notify")["trade_no"]
    await phone.goto(f"{sandbox.url}/wallet/alipay?tradeNO={number}")
    await phone.get_by_text("演示异常情况").click()
    await phone.get_by_role("button", name="付款但通知丢失").click()
    await phone.get_by_text("支付成功").wait_for()
    assert sandbox.notifies("PAGES_2")[0]["state"] == "lost"


async def test_a_person_picks_an_account(phone: Page, app: App, sandbox: Sandbox) -> None:
    asked = {"appid": app.env["WECHAT_APP_ID"], "redirect_uri": f"{sandbox.url}/readyz", "response_type": "code"}
    await phone.goto(f"{sandbox.url}/connect/oauth2/authorize?{urlencode(asked)}")
    assert await fits(phone)
    await phone.get_by_role("link", name="李四").click()
    await phone.wait_for_url("**/readyz?code=*")


async def test_the_first_page_keeps_itself_fresh_and_fits_both_widths(
    phone: Page, desk: Page, app: App, sandbox: Sandbox
) -> None:
    strangers: list[str] = []
    for page in (phone, desk):
        page.on("request", lambda request: strangers.append(request.url))
        await page.goto(sandbox.url)
        assert await fits(page)
    app.prepay("PAGES-03", 2000)
    await desk.get_by_text("PAGES-03").wait_for(timeout=8000)
    assert await fits(desk)
    assert all(url.startswith((sandbox.url, "data:")) for url in strangers)
