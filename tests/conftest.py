"""Fixtures for every test; see the modules named here."""

import os

# Before any import reads them: the developer's servers and settings are none of a test's business.
for name in ("DATABASE_URL", "REDIS_URL", "ENVIRONMENT"):
    os.environ.pop(name, None)

pytest_plugins = ["tests.servers", "tests.storage", "tests.chromium"]
