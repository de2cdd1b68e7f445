"""What came of saving a draft, of whatever kind, for the page that follows it."""

from typing import Annotated, Literal

from msgspec import Meta

from foundation.web import Asked


class Saved(Asked):
    """Which saving led to the page; `then` is "same" where there was nothing to review."""

    saved: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 0
    then: Literal["save", "submit", "same"] = "save"

    def said(self, faults: int) -> str:
        """Empty where nothing was saved."""
        if not self.saved:
            return ""
        if self.then == "save":
            return "草稿已保存。"
        if self.then == "same":
            return "草稿已保存，没有提交审核：它与现行内容没有差别。"
        return f"草稿已保存，还没有提交审核：先改好列出的 {faults} 处。" if faults else "已保存并提交审核。"
