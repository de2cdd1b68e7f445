"""Fixtures for every test.

`db`, `redis_db`, `settings_env` (storage): foundation on an empty migrated database, an empty Redis, test settings.
`servers`, `database_url`, `redis_url`, `environment`: addresses, and the environment of a process of ours.
`whole_house` (launched): sandbox, both doors and worker over the demo city, up once per session.
`unhurried`: how Hypothesis looks.
`_clock_goes_on` (clockwork): no test leaves the clock stopped.
`shipped_hasher` (cheap_passwords): no test pays for a strong hash unless it asks for it.
`phone`, `desk`, `context`, `browser` (chromium): pages 390 and 1280 pixels wide.
`deploy.local.servers.throwaway()`: servers of a test's own, to be stopped and started at will.
"""

import os
from pathlib import Path

# Before any import reads them: the developer's servers and settings are none of a test's business.
for name in ("DATABASE_URL", "REDIS_URL", "ENVIRONMENT"):
    os.environ.pop(name, None)

# Whatever a test starts imports the same modules: they are compiled once for all, also where nothing may be written
# beside the sources.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")

pytest_plugins = [
    "tests.unhurried",
    "tests.clockwork",
    "tests.cheap_passwords",
    "tests.one_after_the_other",
    "tests.servers",
    "tests.storage",
    "tests.chromium",
    "tests.launched",
]
