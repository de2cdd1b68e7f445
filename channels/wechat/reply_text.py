"""The text of a passive reply (被动回复): what is plain stays plain, links are ours, and it is never too long."""

from xml.sax.saxutils import quoteattr

LONGEST_BYTES = 2048  # WeChat cuts a longer text, in the middle of a word
ELLIPSIS = "…"


def plain(text: str) -> str:
    """Text in which nothing becomes a link: only ours are links."""
    return text.replace("<", "＜").replace(">", "＞")


def link(label: str, url: str) -> str:
    """``<a href="…">…</a>``."""
    return f"<a href={_quoted(url)}>{plain(label)}</a>"


def mini_program(label: str, *, app_id: str, path: str, url: str) -> str:
    """A link into a mini-program; `url` is where a client that knows none is led."""
    into = f"data-miniprogram-appid={_quoted(app_id)} data-miniprogram-path={_quoted(path)}"
    return f"<a {into} href={_quoted(url)}>{plain(label)}</a>"


def fitting(text: str, *ends: str) -> str:
    """`text` and the lines after it, which stay whole: only the text gives way."""
    end = "".join(f"\n{line}" for line in ends)
    end = f"\n{end}" if text and end else end.lstrip("\n")
    room = LONGEST_BYTES - len(end.encode())
    if len(text.encode()) > room:
        text = text.encode()[: room - len(ELLIPSIS.encode())].decode(errors="ignore") + ELLIPSIS
    return text + end


def _quoted(value: str) -> str:
    quoted = quoteattr(value, {"'": "&#39;"})
    return quoted if quoted.startswith('"') else '"' + quoted[1:-1].replace('"', "&quot;") + '"'
