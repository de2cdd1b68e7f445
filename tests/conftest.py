"""Fixtures for every test.

`db`, `redis_db`, `settings_env` (storage): foundation on an empty migrated database, an empty Redis, test settings.
`servers`, `database_url`, `redis_url`, `environment`: addresses, and the environment of a process of ours.
`whole_house` (launched): sandbox, both doors and worker over the demo city, up once per session.
`unhurried`: how Hypothesis looks.
`_clock_goes_on` (clockwork): no test leaves the clock stopped.
`phone`, `desk`, `context`, `browser` (chromium): pages 390 and 1280 pixels wide.
`deploy.local.servers.throwaway()`: servers of a test's own, to be stopped and started at will.
"""

import os

# Before any import reads them: the developer's servers and settings are none of a test's business.
for name in ("DATABASE_URL", "REDIS_URL", "ENVIRONMENT"):
    os.environ.pop(name, None)

pytest_plugins = [
    "tests.unhurried",
    "tests.clockwork",
    "tests.servers",
    "tests.storage",
    "tests.chromium",
    "tests.launched",
]
