"""``python -m sandbox --port 8300 --keys FOLDER --data FOLDER``: run the outside world in one process."""

import argparse
from pathlib import Path

from sandbox.app import create_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="微信、支付宝与实名核验的沙箱")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8300)
    parser.add_argument("--keys", type=Path, required=True, help="folder filled by python -m sandbox.keys")
    parser.add_argument("--data", type=Path, help="folder to remember in; without it a restart forgets")
    parser.add_argument("--speed", type=float, default=60.0, help="divides the vendors' waiting times (default 60)")
    args = parser.parse_args()
    app = create_app(keys=args.keys, data=args.data, speed=args.speed)
    app.run(host=args.host, port=args.port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
