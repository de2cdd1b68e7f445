"""Node and npm: the system's, else those that pip can install into the virtual environment."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.client.places import ROOT, SOURCE

OLDEST = 18
LOCK = ROOT / "requirements-node.txt"


class NoNode(Exception):
    """没有可用的 Node（18 或更新），也未能安装。请安装 Node 20 后重试。"""


def environment() -> dict[str, str]:
    """Of every command of the build: Node first on the PATH, no question asked, nothing told to anybody."""
    return os.environ | {
        "PATH": f"{_folder()}{os.pathsep}{os.environ['PATH']}",
        "CI": "1",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "npm_config_update_notifier": "false",
    }


def run(*words: str, **more: str) -> None:
    """One command in the client's folder. Raises CalledProcessError."""
    subprocess.run(words, cwd=SOURCE, env=environment() | more, check=True)


def _folder() -> Path:
    """Raises NoNode."""
    beside = Path(sys.executable).parent
    for path in (os.environ["PATH"], str(beside)):
        found = shutil.which("node", path=path)
        if found and shutil.which("npm", path=path) and _age(found) >= OLDEST:
            return Path(found).parent
    _install()
    if not (found := shutil.which("node", path=str(beside))):
        raise NoNode
    return Path(found).parent


def _age(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return int(said.strip().removeprefix("v").partition(".")[0] or 0)


def _install() -> None:
    sys.stderr.write("未找到 Node，正在用 pip 安装 · no Node found, installing it with pip\n")
    words = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(LOCK))
    subprocess.run([sys.executable, *words], check=True)
