"""The ways to install agree with each other and with the settings."""

import re
from pathlib import Path

import pytest
import yaml

from deploy.local.environment import read
from deploy.local.processes import procfile
from foundation.settings import every_setting
from foundation.web.lifecycle import MEGABYTE

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PRODUCTION = procfile(ROOT / "Procfile")


def target(command: str) -> str:
    """`api.app:create_app`, `migrations.apply`, `worker.py`: what a command line runs."""
    found = re.search(r"[\w.]+:create_app|migrations\.apply|worker\.py", command)
    assert found, command
    return found[0]


def test_procfile_names_the_processes_of_production() -> None:
    assert list(PRODUCTION) == ["release", "web", "bff", "worker"]


def test_every_process_runs_from_files_that_exist() -> None:
    for command in [*PRODUCTION.values(), *procfile(ROOT / "Procfile.dev").values()]:
        words = command.split()
        module = words[2] if words[1] == "-m" else words[1].partition(":")[0].removesuffix(".py")
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), command


def test_development_adds_the_sandbox_and_nothing_else() -> None:
    development = {
        name: target(command) for name, command in procfile(ROOT / "Procfile.dev").items() if name != "sandbox"
    }
    assert development == {name: target(command) for name, command in PRODUCTION.items() if name != "release"}


@pytest.mark.parametrize("name", PRODUCTION)
def test_compose_and_systemd_run_what_procfile_says(name: str) -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    unit = (DEPLOY / f"systemd/zhijianban-{name}.service").read_text()
    started = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    assert started
    assert target(compose[name]["command"]) == target(started[1]) == target(PRODUCTION[name])


def test_the_example_settings_ask_for_all_that_production_needs_and_give_nothing() -> None:
    asked = read(DEPLOY / "production.env.example")
    assert asked.pop("ENVIRONMENT") == "production"
    needed = {one.metadata["env"] for _, one in every_setting() if one.metadata["secret"] or one.metadata["needed"]}
    assert set(asked) == needed
    assert not any(asked.values())


def test_the_proxy_lets_in_no_larger_body_than_the_doors() -> None:
    conf = (DEPLOY / "nginx/zhijianban.conf").read_text()
    size = re.search(r"client_max_body_size (\d+)m;", conf)
    assert size
    assert int(size[1]) * MEGABYTE == MEGABYTE


def test_the_proxy_writes_the_callers_address_itself() -> None:
    conf = (DEPLOY / "nginx/zhijianban.conf").read_text()
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in conf
    assert "$proxy_add_x_forwarded_for" not in conf
