from datetime import timedelta

import pytest

from cases import lookup, own_list
from cases.errors import CaseNotFound
from cases.timeline import Kind
from foundation import clock, crypto, database
from foundation.actor import Actor
from foundation.errors import TooManyRequests
from identity.idnumber import Identity
from identity.models import Delegation
from tests.builders import identity as people
from tests.builders.cases import a_case, push

pytestmark = pytest.mark.usefixtures("db", "redis_db")
HERE = "203.0.113.1"


async def refused(case_no: str, last_four: str, address: str = HERE) -> dict:
    with pytest.raises((CaseNotFound, TooManyRequests)) as caught:
        await lookup.by_number(case_no=case_no, last_four=last_four, address=address)
    return caught.value.as_dict()


async def test_number_and_second_factor_show_the_case_without_its_notes():
    applicant = Identity.of("id_card", "11010519491231002X")
    case = await a_case(Kind.RECEIVED, applicant=applicant)
    await push(case.case_no, Kind.NOTICE_ONCE, note="请补交户口簿", at=clock.now())
    seen = await lookup.by_number(case_no=case.case_no, last_four="002x", address=HERE)
    assert (seen.applicant, seen.stage_label) == ("张*", "待补正材料")
    assert [(step.label, step.note) for step in seen.steps] == [("已收件", ""), ("待补正材料", "")]


async def test_a_number_may_be_copied_as_it_is_printed():
    applicant = Identity.of("id_card", "11010519491231002X")
    case = await a_case(Kind.RECEIVED, applicant=applicant)
    for typed in (f" {case.case_no[:6]} {case.case_no[6:]} ", "".join(chr(ord(one) + 0xFEE0) for one in case.case_no)):
        assert (await lookup.by_number(case_no=typed, last_four="002X", address=HERE)).case_no == case.case_no


async def test_a_wrong_number_and_a_wrong_factor_look_the_same():
    case = await a_case()
    assert await refused(case.case_no, "zzzz") == await refused("350700209900000000", "zzzz")


async def test_and_take_the_same(monkeypatch: pytest.MonkeyPatch):
    """The same work is done, statement by statement and fingerprint by fingerprint; a clock would only guess at it."""
    monkeypatch.setattr(lookup, "PER_NUMBER", (10_000, 1))
    monkeypatch.setattr(lookup, "PER_ADDRESS", (10_000, 1))
    applicant = Identity.of("id_card", "11010519491231002X")
    open_, closed = await a_case(applicant=applicant), await a_case(Kind.RECEIVED, Kind.CLOSED, applicant=applicant)
    work: list[str] = []

    def counted(module: object, name: str) -> None:
        whole = getattr(module, name)

        def noted(*args: object, **kwargs: object) -> object:
            work.append(f"{name} {args[0] if name.startswith('fetch') else kwargs.get('purpose', '')}")
            return whole(*args, **kwargs)

        monkeypatch.setattr(module, name, noted)

    for module, name in (
        (database, "fetchrow"), (database, "fetch"), (database, "fetchval"), (crypto, "fingerprint"),
        (crypto, "fingerprints"), (lookup.hmac, "compare_digest"),
    ):  # fmt: skip
        counted(module, name)

    async def done(case_no: str, last_four: str) -> tuple[dict, list[str]]:
        work.clear()
        return await refused(case_no, last_four), list(work)

    wrong_factor = await done(open_.case_no, "zzzz")
    assert await done("350700209900000000", "zzzz") == wrong_factor
    assert await done("350700209900000000", "002x") == wrong_factor
    with clock.shifted(timedelta(days=366)):
        assert await done(closed.case_no, "002x") == await done(open_.case_no, "zzzz") == wrong_factor
    assert len(wrong_factor[1]) > 3


async def test_numbers_that_count_up_are_not_given_away():
    """Whoever walks through all numbers of a day learns nothing, and not for long."""
    for _ in range(3):
        await a_case()
    answers = {str(await refused(f"3507002026{n:08d}", "0000", "198.51.100.7")) for n in range(28)}
    assert len(answers) == 1


async def test_attempts_of_one_ipv6_site_are_counted_together():
    answers = [(await refused(f"8888{n:04d}", "zzzz", f"2001:db8:0:7::{n:x}"))["code"] for n in range(31)]
    assert answers == ["CaseNotFound"] * 30 + ["TooManyRequests"]
    assert (await refused("88889999", "zzzz", "2001:db8:0:8::1"))["code"] == "CaseNotFound"
    assert (await refused("88889998", "zzzz", "an address that is none"))["code"] == "CaseNotFound"


async def test_attempts_are_counted_by_number_and_by_address():
    case = await a_case()
    answers = [(await refused(case.case_no, "zzzz", f"203.0.113.{n}"))["code"] for n in range(11)]
    assert answers == ["CaseNotFound"] * 10 + ["TooManyRequests"]
    answers = [(await refused(f"99990000{n:04d}", "zzzz", "198.51.100.9"))["code"] for n in range(31)]
    assert answers == ["CaseNotFound"] * 30 + ["TooManyRequests"]


async def test_mine_shows_the_latest_changed_first_with_notes():
    applicant = Identity.of("id_card", people.id_number())
    citizen = await people.citizen(number=applicant.number)
    first, second = await a_case(applicant=applicant), await a_case(applicant=applicant)
    await a_case()
    await push(first.case_no, Kind.NOTICE_ONCE, note="请补交户口簿", at=clock.now())
    seen = await lookup.mine(citizen.id)
    assert [one.case_no for one in seen] == [first.case_no, second.case_no]
    assert [step.note for step in seen[0].steps] == ["", "请补交户口簿"]
    assert len(seen[1].steps) == 1
    assert await lookup.to_supplement(citizen.id) == [(first.case_no, "社会保障卡申领")]


async def test_the_list_says_of_each_case_what_its_page_says():
    applicant = Identity.of("id_card", people.id_number())
    citizen, agent = await people.citizen(number=applicant.number), await people.citizen()
    long_ago = clock.now() - timedelta(days=200)
    for kinds in ((Kind.RECEIVED,), (Kind.RECEIVED, Kind.ACCEPTED), (Kind.RECEIVED, Kind.ACCEPTED, Kind.NOTICE_ONCE)):
        await a_case(*kinds, applicant=applicant, since=long_ago)
    await a_case(Kind.RECEIVED, Kind.ACCEPTED, Kind.DECIDED, Kind.CLOSED, applicant=applicant)
    await a_case()
    whole = await lookup.mine(citizen.id)
    listed = await own_list.of(citizen.id, by=Actor.citizen(citizen.id))
    assert [(one.case_no, one.item_name, one.stage_label, one.light, one.closed) for one in whole] == [
        (one.case_no, one.item_name, one.stage_label, one.light, one.closed) for one in listed
    ]
    assert len({one.light for one in listed}) > 1
    assert [one.closed for one in listed].count(True) == 1
    assert await own_list.of(citizen.id, by=Actor.citizen(agent.id)) == []  # not entrusted
    await delegate(principal=citizen.id, agent=agent.id)
    assert await own_list.of(citizen.id, by=Actor.citizen(agent.id)) == listed


async def test_somebody_elses_case_is_not_there_but_for_a_delegate():
    applicant = Identity.of("id_card", people.id_number())
    citizen, other = await people.citizen(number=applicant.number), await people.citizen()
    case = await a_case(applicant=applicant)
    assert (await lookup.one_of_mine(case_no=case.case_no, citizen_id=citizen.id)).case_no == case.case_no
    for case_no in (case.case_no, "350700209900000000"):
        with pytest.raises(CaseNotFound):
            await lookup.one_of_mine(case_no=case_no, citizen_id=other.id)
    await delegate(principal=citizen.id, agent=other.id)
    assert (await lookup.one_of_mine(case_no=case.case_no, citizen_id=other.id)).case_no == case.case_no
    nobodys = await a_case()
    with pytest.raises(CaseNotFound):
        await lookup.one_of_mine(case_no=nobodys.case_no, citizen_id=other.id)


async def delegate(*, principal: int, agent: int) -> None:
    until = clock.today() + timedelta(days=1)
    await Delegation.create(principal_id=principal, agent_id=agent, scope=["progress"], until=until)
