"""A checkout in small for the launcher: the real `deploy/`; doors, keys, migrations only take note of a start."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from deploy.local import ports
from deploy.local.account import home

REPOSITORY = Path(__file__).parents[2]
FILES = {
    "Procfile.dev": """\
sandbox: python door.py $HOST $PORT
web: python door.py $HOST $PORT
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
    "worker.py": "import time\nwhile True: time.sleep(1)\n",
    "sandbox/keys.py": """\
import pathlib, sys
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
(folder / "app.env").write_text("KEY_FILE=/a folder/with = and space.pem\\n")
""",
    "migrations/apply.py": """\
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
""",
    "deploy/local/demo.py": """\
import json, pathlib
staff = [{"name": "演示管理员", "username": "admin", "password": "demo"}]
pathlib.Path("var/demo_accounts.json").write_text(json.dumps({"staff": staff}))
""",
}


class LittleHouse:
    """One such checkout in `folder`; `start()` returns when the panel stands there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(REPOSITORY / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        self.environment = {name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "NO_COLOR")}
        for name in ("BFF_PORT", "API_PORT", "SANDBOX_PORT"):
            self.environment[name] = str(ports.free())
        self.launcher: subprocess.Popen[str] | None = None

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()

    def start(self) -> float:
        """Start the launcher and wait until it is ready; seconds it took."""
        begun = time.monotonic()
        with (self.folder / "output").open("w") as output:
            self.launcher = subprocess.Popen(
                [sys.executable, "-m", "deploy.local.run"],
                cwd=self.folder, env=self.environment, stdout=output, stderr=output, text=True,
            )  # fmt: skip
        while "已就绪" not in self.output:
            assert self.launcher.poll() is None, self.output
            assert time.monotonic() - begun < 40, self.output
            time.sleep(0.05)
        return time.monotonic() - begun

    def send(self, sign: signal.Signals) -> int:
        """Send the launcher a signal and wait for it; its exit code."""
        assert self.launcher
        self.launcher.send_signal(sign)
        return self.launcher.wait(30)

    def address(self, english: str) -> str:
        found = re.search(rf"{english}\s+(http://[\d.:]+)", self.output)
        assert found, self.output
        return found[1]

    def reset(self) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "deploy.local.reset"]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def living(self) -> list[str]:
        """Every process of this checkout, servers and their helpers among them."""
        folders = (str(self.folder), str(home(self.folder / "var/postgres")))
        found = []
        for process in psutil.process_iter():
            try:
                traces = [process.cwd(), *process.cmdline()]
            except psutil.Error:
                continue
            if any(trace.startswith(folders) for trace in traces):
                found.append(f"{process.pid} {traces}")
        return found

    def all_gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.living():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True
