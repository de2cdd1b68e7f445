"""The pages that stand in a hall. They are empty frames: what they show comes to their scripts as data."""

from pathlib import Path
from typing import Any

import jinja2
from sanic import HTTPResponse, Request

from api.console.page import POLICY
from foundation import settings
from foundation.errors import Refusal

pages = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True,
    undefined=jinja2.StrictUndefined,
)  # fmt: skip


def shown(template: str, *, status: int = 200, **values: Any) -> HTTPResponse:
    city = settings.current().processes.city_name
    html = pages.get_template(template).render(city=city, **values)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return HTTPResponse(html, status=status, headers=headers, content_type="text/html; charset=utf-8")


def refused(request: Request, refusal: Refusal) -> HTTPResponse:
    """A page that says no in one sentence."""
    return shown("sorry.html", status=refusal.status, sentence=refusal.message)
