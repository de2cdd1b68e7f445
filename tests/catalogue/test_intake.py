import asyncio
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis

from catalogue import city_intake, edition, intake, items, jobs, publishing
from catalogue.errors import NothingToLoad
from catalogue.faults import FormatFaults
from catalogue.models import Guide, GuideSection, Hall, Scenario, ServiceItem, SynonymGroup, Theme
from foundation import bus, clock, database
from tests.builders import catalogue as build
from tests.builders.catalogue import SEED
from tests.builders.catalogue_files import HALLS, ITEM, write_catalogue

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def events(kind: str) -> int:
    return int(await database.fetchval("select count(*) from procrastinate_jobs where args->>'kind' = $1", kind))


async def test_a_folder_comes_in_whole() -> None:
    before = await edition.number()
    changes = await build.small_city()
    assert (changes.added, changes.changed, changes.unchanged, changes.retired) == (["id-card"], [], [], [])
    assert set(changes.city) == {"部门 police", "大厅 9901", "主题 household", "主题 moving", "场景 lost", "同义词"}
    item = await ServiceItem.get(slug="id-card").select_related("guide", "department")
    assert (item.department.code, item.fee_fen, item.legal_days, item.promised_days) == ("police", 2000, 42, 20)
    assert (item.online, item.bookable, item.halls) == (True, True, ["9901"])
    assert item.guide is not None
    assert (item.guide.state, item.guide.version) == ("published", 1)
    hall = await Hall.get(code="9901")
    assert (hall.path, hall.level, hall.opening_hours) == ("9901/", "city", "周一至周五 09:00–17:00")
    assert await SynonymGroup.all().count() == 2
    assert await edition.number() == before + 1
    assert await events("GuidePublished") == 1


async def test_the_same_folder_again_changes_nothing() -> None:
    await build.small_city()
    before = await edition.number()
    changes = await build.small_city()
    assert not changes.any
    assert changes.unchanged == ["id-card"]
    assert await edition.number() == before
    assert await Guide.all().count() == 1
    assert await events("GuidePublished") == 1


async def test_the_shipped_city_comes_in_and_again_changes_nothing() -> None:
    changes = await build.demo_city()
    assert len(changes.added) >= 30
    assert await GuideSection.filter(text="").count() == 0
    assert not (await build.demo_city()).any


async def test_a_changed_sheet_is_a_new_version_and_the_old_one_stays_as_it_was() -> None:
    await build.small_city()
    old = await Guide.get()
    changes = await build.small_city(item=build.item("二十元。", "二十元，可以扫码。"))
    assert changes.changed == ["id-card"]
    await old.refresh_from_db()
    new = await Guide.get(version=2)
    assert (old.state, new.state) == ("retired", "published")
    assert old.content["faqs"][0]["answer"] == "二十元。"
    assert (await ServiceItem.get(slug="id-card").select_related("guide")).guide.id == new.id


async def test_a_halls_new_address_is_a_new_version_of_its_guides() -> None:
    await build.small_city()
    changes = await build.small_city(halls=HALLS.replace("示范大道 1 号", "示范大道 2 号"))
    assert (changes.changed, changes.city) == (["id-card"], ["大厅 9901"])
    section = await GuideSection.get(guide__state="published", kind="places")
    assert "示范大道 2 号" in section.text


async def test_every_fault_is_told_and_nothing_is_half_done() -> None:
    with pytest.raises(FormatFaults) as faults:
        await build.small_city(
            item=build.item("department: police", "department: navy").replace("kind: 承诺件", "kind: 慢")
        )
    assert faults.value.faults
    assert await Hall.all().count() == 0
    assert await ServiceItem.all().count() == 0


async def test_a_failure_in_the_middle_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    await build.small_city()
    before = await edition.number()

    async def power_cut(*_: object) -> bool:
        raise RuntimeError("power cut")

    monkeypatch.setattr(publishing, "bring", power_cut)
    with pytest.raises(RuntimeError):
        await build.small_city(halls=HALLS.replace("示范大道 1 号", "示范大道 2 号"))
    assert (await Hall.get(code="9901")).address.endswith("1 号")
    assert await edition.number() == before


async def test_a_dry_run_tells_and_does_nothing(tmp_path: Path) -> None:
    changes = await intake.load(write_catalogue(tmp_path), by=SEED, dry_run=True)
    assert changes.added == ["id-card"]
    assert "新增 1 项：id-card" in str(changes)
    assert await ServiceItem.all().count() == 0
    assert await database.fetchval("select count(*) from audit_row") == 0


async def test_what_a_folder_lacks_is_retired_and_may_come_back(tmp_path: Path) -> None:
    await build.small_city()
    folder = write_catalogue(tmp_path)
    (folder / "items" / "id-card.yaml").rename(folder / "items" / "passport.yaml")
    other = ITEM.replace("slug: id-card", "slug: passport").replace("990100001000", "990100002000")
    (folder / "items" / "passport.yaml").write_text(other.replace("居民身份证换领", "护照换发"), encoding="utf-8")
    scenarios = folder / "scenarios.yaml"
    scenarios.write_text(
        scenarios.read_text(encoding="utf-8").replace("item: id-card", "item: passport"), encoding="utf-8"
    )
    changes = await build.load(folder)
    assert (changes.added, changes.retired) == (["passport"], ["id-card"])
    assert [card.slug for card in await items.published()] == ["passport"]
    assert await events("GuideRetired") == 1
    assert (await build.small_city()).changed == ["id-card"]
    assert await Guide.filter(item__slug="id-card", state="published").values_list("version", flat=True) == [2]


async def test_halls_themes_and_scenarios_that_are_gone() -> None:
    second = (
        HALLS.split("halls:\n")[1].replace('"9901"', '"9901-01"').replace("示例市政务服务中心", "东岸区政务服务中心")
    )
    themes = "themes:\n  - { code: household, name: 户籍, audience: 自然人, summary: 户籍 }\n"
    await build.small_city(
        halls=HALLS + second, themes=themes + themes.split("\n", 1)[1].replace("household", "travel")
    )
    child = await Hall.get(code="9901-01").select_related("parent")
    assert child.parent is not None
    assert (child.parent.code, child.path) == ("9901", "9901/01/")
    changes = await build.small_city()
    assert set(changes.city) == {"大厅 9901-01", "主题 travel"}
    assert not (await Hall.get(code="9901-01")).active
    assert await Theme.filter(kind="theme").values_list("code", flat=True) == ["household"]
    assert await Scenario.all().count() == 1


async def test_single_files_leave_the_rest_alone(tmp_path: Path) -> None:
    await build.small_city()
    one = tmp_path / "id-card.yaml"
    one.write_text(build.item("二十元。", "二十块。"), encoding="utf-8")
    assert (await intake.load([one], by=SEED)).changed == ["id-card"]
    one.write_text(build.item("department: police", "department: navy"), encoding="utf-8")
    with pytest.raises(FormatFaults) as faults:
        await intake.load([one], by=SEED)
    assert [fault.field for fault in faults.value.faults] == ["department"]
    with pytest.raises(NothingToLoad):
        await intake.load([], by=SEED)
    with pytest.raises(NothingToLoad):
        await intake.load(tmp_path / "nowhere", by=SEED)


async def test_a_guide_of_tomorrow_waits_for_its_day() -> None:
    await build.small_city()
    day = clock.today() + timedelta(days=1)
    changed = build.item("effective: 2025-01-01", f"effective: {day}")
    await build.small_city(item=changed)
    assert not (await build.small_city(item=changed)).any
    await jobs.keep_dates()
    assert await Guide.filter(state="published").values_list("version", flat=True) == [1]
    with clock.shifted(timedelta(days=1)):
        await jobs.keep_dates()
        before = await edition.number()
        await jobs.keep_dates()
        assert await edition.number() == before
    assert await Guide.filter(state="published").values_list("version", flat=True) == [2]
    assert await events("GuidePublished") == 2


async def test_a_guide_goes_out_of_force_after_its_last_day() -> None:
    day = clock.today() + timedelta(days=3)
    sheet = build.item("effective: 2025-01-01", f"effective: 2025-01-01\nexpires: {day}")
    await build.small_city(item=sheet)
    with clock.shifted(timedelta(days=3)):
        await jobs.keep_dates()
        assert await Guide.filter(state="published").count() == 1
    with clock.shifted(timedelta(days=4)):
        await jobs.keep_dates()
        assert await Guide.filter(state="published").count() == 0
        assert not (await build.small_city(item=sheet)).any


async def test_published_guides_never_change() -> None:
    await build.small_city()
    guide, section = await Guide.get(), await GuideSection.filter(kind="fees").get()
    for statement, row in (
        ("update guide set content = '{}' where id = $1", guide.id),
        ("update guide set state = 'draft' where id = $1", guide.id),
        ("delete from guide where id = $1", guide.id),
        ("update guide_section set text = 'x' where id = $1", section.id),
        ("delete from guide_section where id = $1", section.id),
        (
            "insert into guide_section (guide_id, kind, position, title, text, also)"
            " values ($1, 'x', 99, 'x', 'x', '[]')",
            guide.id,
        ),
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(statement, row)


async def test_only_one_guide_of_an_item_is_in_force() -> None:
    await build.small_city()
    copy = """insert into guide (item_id, version, state, effective_date, content, digest, published_at, created_at)
              select item_id, 9, 'published', effective_date, content, digest, published_at, created_at from guide"""
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(copy)


async def test_a_change_is_shouted(redis_db: Redis) -> None:
    async with redis_db.pubsub() as listening:
        await listening.subscribe(bus.channel())
        await listening.get_message(timeout=1)
        await build.small_city()
        heard = await listening.get_message(timeout=1, ignore_subscribe_messages=True)
    assert heard is not None
    assert heard["data"] == bus.said(edition.TOPIC, str(await edition.number()))


async def test_it_is_audited() -> None:
    await build.small_city()
    row = await database.fetchrow("select actor, detail from audit_row where action = 'catalogue.loaded'")
    assert row is not None
    assert row["actor"] == "system:test"
    assert "id-card" in row["detail"]


async def test_two_loads_at_once_bring_one_catalogue() -> None:
    done = await asyncio.gather(*(build.small_city() for _ in range(4)))
    assert sorted(len(one.added) for one in done) == [0, 0, 0, 1]
    assert await Guide.all().count() == 1


async def test_negative_control_without_the_lock_two_loads_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "ONE_AT_A_TIME", "select 1")
    put, waiting, both = city_intake._put, [2], asyncio.Event()

    async def at_once(*row: Any) -> Any:
        """Neither writes before both have read that nothing is there."""
        waiting[0] -= 1
        if waiting[0] <= 0:
            both.set()
        await both.wait()
        return await put(*row)

    monkeypatch.setattr(city_intake, "_put", at_once)
    done = await asyncio.gather(*(build.small_city() for _ in range(2)), return_exceptions=True)
    assert any(isinstance(one, Exception) for one in done)


@pytest.mark.slow
def test_on_the_command_line(tmp_path: Path, db: None, environment: dict[str, str]) -> None:
    folder = str(write_catalogue(tmp_path))

    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "catalogue.intake", *arguments]
        done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    assert run()[0] == 2
    assert "以上为预演，没有写入。" in run(folder, "--dry-run")[1]
    assert "新增 1 项：id-card" in run(folder)[1]
    assert run(folder) == (0, "未变 1 项\n")
    (tmp_path / "halls.yaml").write_text("halls: []\n", encoding="utf-8")
    code, said = run(folder)
    assert code == 1
    assert "halls.yaml:1" in said
    assert "没有导入任何内容" in said
