"""Two who gather the same questions, and two who decide the same group."""

import asyncio
import threading

import pytest

from assistant import learning
from assistant.learning_errors import ClusterDecided
from assistant.learning_models import QuestionCluster
from foundation.actor import Actor
from tests.builders import identity, learning_log

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def gathered_at_once(times: int) -> list[int]:
    await learning_log.missed("公积金提取", "公积金提取要多少钱")
    return await asyncio.gather(*(learning.gather() for _ in range(times)))


async def test_who_gathers_at_once_makes_one_group() -> None:
    assert sum(await gathered_at_once(4)) == 2
    assert await QuestionCluster.all().count() == 1


async def test_control_without_the_lock_there_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    both, placed = threading.Barrier(2, timeout=30), learning._placed

    def together(*given: list) -> object:  # type: ignore[type-arg]
        both.wait()
        return placed(*given)

    monkeypatch.setattr(learning, "ONE_AT_A_TIME", "select 1")
    monkeypatch.setattr(learning, "_EMPTIED", "select 1")
    monkeypatch.setattr(learning, "_placed", together)
    assert sum(await gathered_at_once(2)) == 4
    assert await QuestionCluster.all().count() == 2


async def test_of_two_who_decide_one_does() -> None:
    await learning_log.missed("讲个笑话")
    await learning.gather()
    [group] = await learning.groups()
    editors = [Actor.staff(await identity.staff(("editor", ""), username=f"bianji{number}")) for number in range(3)]
    outcomes = await asyncio.gather(
        *(learning.ignore(cluster_id=group.cluster.id, reason=by.name, by=by) for by in editors), return_exceptions=True
    )
    assert sum(isinstance(one, ClusterDecided) for one in outcomes) == 2
    [kept] = [one for one in outcomes if isinstance(one, QuestionCluster)]
    assert (await learning.find(group.cluster.id)).decided_by_id == kept.decided_by_id  # type: ignore[attr-defined]
