"""``python -m migrations.apply``: the release step."""

import asyncio

from foundation import logs, settings
from migrations.apply import apply

if __name__ == "__main__":
    logs.configure(settings.current().processes.log_format)
    asyncio.run(apply(settings.current().database_url))
