"""What departments read about pushing is true: the examples of the document, and the sample of docs/integration.md."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from foundation import signed_requests
from foundation.web import openapi
from tests.builders.doors import client_of, push

INTEGRATION = (Path(__file__).parents[2] / "docs" / "integration.md").read_text()

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def api() -> AsyncIterator[tuple[httpx.AsyncClient, dict[str, Any]]]:
    app = create_app()
    async with client_of(app) as client:
        yield client, openapi.document(app.ctx.door)


def example(document: dict[str, Any], path: str) -> dict[str, Any]:
    return dict(document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"])


async def test_the_examples_of_the_document_are_accepted_as_they_stand(
    api: tuple[httpx.AsyncClient, dict[str, Any]],
) -> None:
    client, document = api
    for path in ("/departments/v1/cases/events", "/departments/v1/bills"):
        body = example(document, path)
        for one in body.get("bills", []):
            del one["expire_date"]  # the example's day passes
        answer = (await push(client, path, body)).json()
        assert (answer["received"], answer["refused"]) == (1, 0), answer
    withdrawn = await push(
        client, "/departments/v1/bills/withdraw", example(document, "/departments/v1/bills/withdraw")
    )
    assert withdrawn.json()["state"] == "withdrawn"


async def test_the_bodies_of_the_page_are_accepted_as_they_stand(
    api: tuple[httpx.AsyncClient, dict[str, Any]],
) -> None:
    client, _ = api
    bodies = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", INTEGRATION, re.DOTALL) if "rows" not in one]
    assert len(bodies) == 2
    for body in bodies:
        (kind,) = body
        path = {"events": "/departments/v1/cases/events", "bills": "/departments/v1/bills"}[kind]
        assert (await push(client, path, body)).json()["received"] == 1


def test_the_sample_signs_as_we_check(monkeypatch: pytest.MonkeyPatch, settings_env: Any) -> None:
    (sample,) = re.findall(r"```python\n(.*?)```", INTEGRATION, re.DOTALL)
    sent: list[Any] = []

    class Stop(Exception): ...

    def urlopen(request: Any) -> None:
        sent.append(request)
        raise Stop

    names: dict[str, Any] = {}
    exec(sample, names)
    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    key_id, _, secret = settings_env.secrets.department_keys.partition(",")[0].partition(":")
    with pytest.raises(Stop):
        names["push"]("http://a.test", "/departments/v1/bills", {"bills": []}, key_id=key_id, secret=secret)
    (request,) = sent
    given = {name.lower(): value for name, value in request.header_items()}
    ours = signed_requests.sign(
        secret=secret, method="POST", path="/departments/v1/bills", timestamp=given["x-timestamp"],
        nonce=given["x-nonce"], body=request.data,
    )  # fmt: skip
    assert (given["x-signature"], given["x-key-id"]) == (ours, key_id)
