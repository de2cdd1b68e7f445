"""Somebody who has a keyboard and nothing else: Tab, Enter, Space and what is typed; and sees where the keys are."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Page

# What has the keys, by what it is called: something that can be used. Else only what kind of thing it is.
HOLDS = """() => {
  const one = document.activeElement;
  if (!one.matches('a, button, summary, input, select, textarea')) return one.tagName;
  return one.ariaLabel || one.labels?.[0]?.textContent || one.textContent || one.alt || one.value || one.tagName;
}"""
# Something is drawn around it, and no bar lies over it.
SEEN = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), labels = [...(one.labels ?? [])];
  const there = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  const free = !there || one.contains(there) || there.contains(one) || labels.some((it) => it.contains(there));
  const drawn = getComputedStyle(one).outlineStyle !== 'none';
  return [drawn ? '' : 'nothing shows it', free ? '' : 'something lies over it']
    .filter(Boolean).map((what) => `${one.outerHTML.slice(0, 120)}: ${what}`);
}"""
MOST = 120


class Keys:
    """`wrong` collects where the keys could not be seen."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.wrong: list[str] = []

    async def holds(self) -> str:
        return " ".join(str(await self.page.evaluate(HOLDS)).split())

    async def reaches(self, name: str, *, backwards: bool = False) -> None:
        """Go from where the keys are to what is called so. Raises AssertionError when they never get there."""
        passed = []
        for _ in range(MOST):
            await self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
            if name in (held := await self.holds()):
                self.wrong += await self.page.evaluate(SEEN)
                return
            passed.append(held[:20])
        raise AssertionError(f"{name} is not among {passed} of {self.page.url}")

    async def presses(self, name: str, key: str = "Enter") -> None:
        await self.reaches(name)
        await self.page.keyboard.press(key)

    async def types(self, name: str, text: str) -> None:
        await self.reaches(name)
        await self.page.keyboard.type(text)

    async def arrives(self, title: str) -> None:
        """On another page, whose heading has the keys."""
        await self.page.locator("h1:focus", has_text=title).wait_for()
