"""`python -m deploy.client.build`: see the package. `--quick` leaves the checks out."""

import shutil
import subprocess
import sys

from deploy.client import checks, hant, node, record
from deploy.client.places import BROWSER, SERVED, SOURCE

PACKAGES = ("build:h5", "build:wechat", "build:alipay")


def main(*, quick: bool) -> int:
    try:
        _install()
        _types()
        hant.main()
        for package in PACKAGES:
            node.run("npm", "run", "--silent", package)
        checks.strip_strangers()
        _serve()
        if not quick:
            _check()
        return 0
    except subprocess.CalledProcessError as failed:
        sys.stderr.write(f"没有通过 · failed: {failed.cmd}\n")
    except (checks.Unfit, node.NoNode) as failed:
        sys.stderr.write(f"{failed.__doc__}\n{failed}\n")
    return 1


def _install() -> None:
    lock, done = SOURCE / "package-lock.json", SOURCE / "node_modules" / ".package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        node.run("npm", "ci", "--no-audit", "--no-fund")


def _types() -> None:
    node.run(
        "node",
        "node_modules/openapi-typescript/bin/cli.js",
        "openapi.json",
        "--output",
        "src/api/types.d.ts",
        "--default-non-nullable=false",
    )


def _serve() -> None:
    """The browser's part becomes what the citizen door shows, and what it was built from is written down."""
    shutil.rmtree(SERVED, ignore_errors=True)
    shutil.copytree(BROWSER, SERVED)
    record.write()


def _check() -> None:
    node.run("node", "node_modules/vue-tsc/bin/vue-tsc.js", "--noEmit")
    checks.compile_wechat()
    for name, size in checks.all_of_it().items():
        sys.stdout.write(f"{name:24} {size:>10,}\n")


if __name__ == "__main__":
    sys.exit(main(quick="--quick" in sys.argv[1:]))
