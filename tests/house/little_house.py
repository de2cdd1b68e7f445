"""A checkout in small for the launcher: the real `deploy/`; doors, keys, migrations only take note of a start."""

import shutil
import time
from contextlib import suppress
from pathlib import Path

import psutil

from deploy.local.account import home
from tests.launched import ROOT, Launched

FILES = {
    "Procfile.dev": """\
sandbox: python door.py $HOST $PORT
web: python noting_door.py $HOST $PORT
bff: python door.py $HOST $PORT
worker: python worker.py
""",
    "door.py": """\
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Door(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path in ("/readyz", "/") else 404)
        self.end_headers()

HTTPServer((sys.argv[1], int(sys.argv[2])), Door).serve_forever()
""",
    "noting_door.py": """\
import asyncio, os
import asyncpg, redis

async def note():
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    await connection.execute("create table if not exists starts (at timestamptz default now())")
    await connection.execute("insert into starts default values")
    print("starts in PostgreSQL:", await connection.fetchval("select count(*) from starts"))
    await connection.close()

asyncio.run(note())
print("starts in Redis:", redis.Redis.from_url(os.environ["REDIS_URL"]).incr("starts"))
assert os.environ["KEY_FILE"] == "/a folder/with = and space.pem"
import door
""",
    "worker.py": "import time\nwhile True: time.sleep(1)\n",
    "sandbox/keys.py": """\
import pathlib, sys
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
(folder / "app.env").write_text("KEY_FILE=/a folder/with = and space.pem\\n")
""",
    "migrations/apply.py": "print('migrated')\n",
    "deploy/local/demo.py": """\
import json, os, pathlib
staff = [{"name": "演示管理员", "username": "admin", "password": "demo"}]
pathlib.Path(os.environ["VAR"], "demo_accounts.json").write_text(json.dumps({"staff": staff}))
""",
}


class LittleHouse(Launched):
    """Such a checkout in `folder`."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        super().__init__(checkout=folder, var=folder / "var")

    def living(self) -> list[psutil.Process]:
        """Every process of this checkout, servers and their helpers among them."""
        folders = (str(self.checkout), str(home(self.var / "postgres")))
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if any(trace.startswith(folders) for trace in [process.cwd(), *process.cmdline()]):
                    found.append(process)
        return found

    def all_gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.living():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True
