"""Forms sent for a draft on the console, and downloaded by citizens from the guide."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from catalogue import drafting, shelf
from catalogue.draft_models import GuideDraft
from catalogue.file_models import GuideFile
from foundation import settings
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import identity
from tests.builders.console import Desk, a_colleague
from tests.builders.office_files import PDF, PNG


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings_env: settings.Settings) -> Iterator[None]:
    folder = replace(settings_env.object_store, folder=str(tmp_path / "objects"))
    settings.use(replace(settings_env, object_store=folder))
    yield
    settings.use(settings_env)


async def send(desk: Desk, draft: GuideDraft, name: str, data: bytes) -> httpx.Response:
    headers = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
    address = f"/console/drafts/{draft.id}/files"
    return await desk.client.post(address, files={"file": (name, data)}, headers=headers)


async def test_sent_for_a_draft_and_downloaded_from_the_guide(api: httpx.AsyncClient, bff: httpx.AsyncClient) -> None:
    await build.small_city()
    by = Actor.staff(await a_colleague(("editor", ""), username="bianji"))
    draft = await drafting.begin(slug="id-card", by=by)
    desk = Desk(api)
    await desk.sign_in("bianji")
    assert "内容与扩展名不符" in (await send(desk, draft, "申请表.pdf", PNG)).text
    sent = await send(desk, draft, "申请表.pdf", PDF)
    file = await GuideFile.get()
    assert f'<option value="{file.name}">' in sent.text
    edited = (await desk.open(f"/console/drafts/{draft.id}")).text
    assert 'name="materials.0.form"' in edited
    assert edited.count('list="guide-files"') >= 4
    assert (await desk.open(f"/console/files/{file.name}")).content == PDF
    materials = [{**draft.sheet["materials"][0], "form": file.name, "sample": file.name}]
    await drafting.save(draft_id=draft.id, revision=1, sheet={**draft.sheet, "materials": materials}, by=by)
    await drafting.submit(draft_id=draft.id, by=by)
    await drafting.publish(draft_id=draft.id, by=Actor.staff(await identity.staff(("editor", ""), username="fuhe")))
    shelf.forget()
    [material] = (await bff.get("/v1/guides/id-card")).json()["materials"]
    assert (material["blank_form"], material["sample"]) == (file.name, file.name)
    got = await bff.get(f"/forms/{file.name}")
    assert (got.content, got.headers["content-type"]) == (PDF, "application/pdf")
    assert "attachment" in got.headers["content-disposition"]
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["x-content-type-options"] == "nosniff"


async def test_a_shipped_form_is_a_page_and_nothing_else_is_one(bff: httpx.AsyncClient) -> None:
    got = await bff.get("/forms/food-safety-rules.html")
    assert (got.status_code, got.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for name in ("nothing.pdf", "..%2fmodels.py", "nothing"):
        assert (await bff.get(f"/forms/{name}")).status_code == 404


async def test_only_authors_send(api: httpx.AsyncClient) -> None:
    await build.small_city()
    by = Actor.staff(await a_colleague(("editor", ""), username="bianji"))
    draft = await drafting.begin(slug="id-card", by=by)
    await a_colleague(("agent", ""), username="kefu")
    desk = Desk(api)
    await desk.sign_in("kefu")
    assert (await send(desk, draft, "申请表.pdf", PDF)).status_code == 403
