"""办件 at the citizen door: what comes next, the notice as a paper, and following somebody else's case."""

from collections.abc import AsyncIterator

import httpx
import pytest

from cases.pushed import Missing
from cases.timeline import Kind
from foundation import clock
from identity.idnumber import Identity
from miniprogram_bff.app import create_app
from tests.builders import identity as people
from tests.builders.cases import a_case, push
from tests.builders.doors import client_of, sign_in
from tests.cases.test_lookup import delegate

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def bff() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_app()) as client:
        yield client


async def test_a_case_for_its_applicant_an_agent_a_friend_and_a_stranger(bff: httpx.AsyncClient) -> None:
    applicant = Identity.of("id_card", people.id_number())
    owner, agent, friend = await people.citizen(number=applicant.number), await people.citizen(), await people.citizen()
    case = await a_case(applicant=applicant)
    await push(case.case_no, Kind.NOTICE_ONCE, items=(Missing("户口簿", "缺页", "在线上传"),), at=clock.now())
    await delegate(principal=owner.id, agent=agent.id)
    address = f"/v1/cases/{case.case_no}"
    mine, theirs, no = [await sign_in(one) for one in (owner, agent, friend)]

    seen = (await bff.get(address, headers=mine)).json()
    assert (seen["own"], seen["stage_label"], seen["pause"]) == (True, "待补正材料", "等待补正材料")
    (notice,) = seen["notices"]
    assert seen["when"] == notice["due"]
    assert notice["items"] == [{"name": "户口簿", "problem": "缺页", "how": "在线上传", "missing": True}]
    for headers, status in ((mine, 200), (theirs, 200), (no, 404)):
        paper = await bff.get(f"{address}/notices/{notice['id']}", headers=headers)
        assert paper.status_code == status
        assert (paper.headers["content-type"] == "application/pdf") == (status == 200)
    assert (await bff.get(f"{address}/notices/{notice['id'] + 1}", headers=mine)).json()["code"] == "NoNotice"

    assert (await bff.post(f"{address}/follow", headers=theirs)).status_code == 204
    assert (await bff.get(address, headers=theirs)).json()["followed"] is True
    assert (await bff.post(f"{address}/follow", headers=no)).json()["code"] == "CaseNotFound"
    proof = {"case_no": case.case_no, "last_four": applicant.last_four}
    wrong = await bff.post("/v1/followed-cases", json={**proof, "last_four": "zzzz"}, headers=no)
    assert wrong.json()["code"] == "CaseNotFound"
    assert (await bff.post("/v1/followed-cases", json=proof, headers=no)).status_code == 204
    page = (await bff.get("/v1/screens/progress", headers=no)).json()
    (followed,) = page["followed"]
    assert page["cases"] == []
    assert (followed["case_no"], followed["proved_by"]) == (case.case_no, "number")
    looked_up = (await bff.post("/v1/cases/look-up", json=proof)).json()
    assert looked_up["notices"] == []
    assert [step["note"] for step in looked_up["steps"]] == ["", ""]
    assert (await bff.delete(f"{address}/follow", headers=no)).status_code == 204
    assert (await bff.get("/v1/screens/progress", headers=no)).json() == {"cases": [], "followed": []}
    page = (await bff.get("/v1/screens/progress", headers=mine)).json()
    assert [one["case_no"] for one in page["cases"]] == [case.case_no]
    assert page["followed"] == []
