"""`python -m deploy.client.icons`: the pictures of the tab bar, drawn from the signs of the client's styles.
Mini-programs take no SVG there.
"""

import asyncio
import re
import shutil
import sys

from playwright.async_api import async_playwright

from deploy.client.places import SOURCE

SIGNS = SOURCE / "src" / "styles" / "signs.css"
TABS = SOURCE / "src" / "static" / "tabs"
NAMES = ("home", "ask", "book", "progress", "mine")
COLOURS = {"": "#51606f", "-on": "#0a5fa8"}
SIDE = 81  # pixels, as both vendors ask


async def draw() -> None:
    TABS.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = await browser.new_page(viewport={"width": SIDE, "height": SIDE})
        style = SIGNS.read_text(encoding="utf-8")
        for name in NAMES:
            for ending, colour in COLOURS.items():
                sign = f'<div class="mark mark-{name}" style="--u:{SIDE * 0.8 / 24}px;color:{colour};margin:10%"></div>'
                await page.set_content(f"<style>body{{margin:0}}{style}</style>{sign}")
                await page.screenshot(path=TABS / f"{name}{ending}.png", omit_background=True)
        await browser.close()


def main() -> None:
    if missing := [one for one in NAMES if not re.search(rf"\.mark-{one}\b", SIGNS.read_text(encoding="utf-8"))]:
        sys.exit(f"no sign: {missing}")
    asyncio.run(draw())


if __name__ == "__main__":
    main()
