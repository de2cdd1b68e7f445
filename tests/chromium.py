"""Chromium for browser tests: found, else installed where the machine allows it, else the tests are skipped aloud."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # half a second that only browser tests need pay
    from playwright.async_api import Browser, BrowserContext, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")
# A person is slower than a page's scripts, a test is not: a button pressed while they load is pressed once they have.
PATIENT = """addEventListener("click", (event) => {
  const button = document.readyState === "complete" ? null : event.target.closest?.("button");
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  addEventListener("load", () => setTimeout(() => button.click()), { once: true });
}, true)"""
MISSING = "BROWSER TESTS DID NOT RUN: no Chromium here and none could be installed (CHROMIUM=/path names one)"


def find() -> str | None:
    """The program: `CHROMIUM`, on the PATH, or Playwright's own download."""
    if named := os.environ.get("CHROMIUM"):
        return named
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    store = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    return next((str(path) for path in sorted(store.glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None)


def install() -> None:
    """Ask the system's packages as root on Debian, else Playwright. Whether it worked, `find` tells."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
            subprocess.run(["apt-get", "-qq", *words], env=environment, timeout=900, check=False)
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], timeout=900, check=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nobody should take a green run without a browser for a full one."""
    if any(MISSING in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_sep("!", MISSING, red=True, bold=True)


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> str:
    """Path of Chromium. Without one: skips aloud, and fails where `CI=true`."""
    if find() is None:
        with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            sys.stderr.write("\n未找到 Chromium，正在安装 · no Chromium found, installing it\n")
            install()
    return find() or give_up()


def give_up() -> str:
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@pytest.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        yield browser
        await browser.close()


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A fresh visitor: no cookies, Chinese, Shanghai's time."""
    context = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(30_000)  # a busy machine is no failure
    await context.add_init_script(PATIENT)
    yield context
    await context.close()


@pytest.fixture
async def phone(context: BrowserContext) -> Page:
    """A page 390 pixels wide."""
    page = await context.new_page()
    await page.set_viewport_size({"width": 390, "height": 844})
    return page


@pytest.fixture
async def desk(context: BrowserContext) -> Page:
    """A page 1280 pixels wide."""
    page = await context.new_page()
    await page.set_viewport_size({"width": 1280, "height": 800})
    return page
