"""安全检查: a file that has come is looked through before anybody gets it; with no scanner set it is ready at once."""

from cases.filing_models import Paper
from cases.paper_content import opened
from channels import clamd
from channels.clamd import Scanner
from foundation import audit, clock, database, logs, metrics, object_store
from foundation.actor import Actor

log = logs.logger(__name__)
BY = Actor.system("papers.scan")


async def look_through(paper: Paper, data: bytes, *, scanner: Scanner | None = None) -> str:
    """The state it is in afterwards. Raises ScannerGone: then it stays ``scanning``, and nobody gets it."""
    asked = scanner or clamd.chosen()
    assert not database.in_a_transaction(), "the scanner is asked with no transaction open"
    found = await asked.found_in(data) if asked else ""
    if found:
        return await _reject(paper, found)
    now = clock.now()
    await Paper.filter(id=paper.id, state="scanning").update(state="ready", ready_at=now)
    return "ready"


async def look_again(paper: Paper) -> None:
    """One that no scanner had looked at. Raises ScannerGone, ObjectMissing, ObjectStoreGone."""
    await look_through(paper, await opened(paper.object_key))


async def _reject(paper: Paper, found: str) -> str:
    async with database.transaction():
        done = await Paper.filter(id=paper.id, state="scanning").update(state="infected", gone_at=clock.now())
        if done:
            await audit.record("paper.infected", subject=f"paper:{paper.id}", by=BY, reason=found[:200])
    metrics.count("papers_infected_total")
    log.warning("paper_infected", paper=paper.id)
    await object_store.delete(paper.object_key)
    return "infected"
