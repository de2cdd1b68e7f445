"""`make reset`: forget the demo's data, keys and accounts. Refuses while it is running."""

import os
import shutil
import sys
from pathlib import Path

from deploy.local import leftovers
from deploy.local.account import home
from deploy.local.one_run import AlreadyRunning, only_run


def main(var: Path) -> int:
    try:
        with only_run(var):
            for notes in (var / "run", home(var / "postgres"), var / "valkey"):
                leftovers.end_all(notes)
            shutil.rmtree(home(var / "postgres"), ignore_errors=True)
            shutil.rmtree(var)
    except AlreadyRunning as running:
        print(f"正在运行（进程 {running}），请先停止 · running (process {running}): stop it first", file=sys.stderr)
        return 1
    print("已清空 · emptied")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(os.environ.get("VAR") or "var")))
