"""A port to listen on: the usual one when it is free, another one when it is not."""

import socket


def free(preferred: int = 0, *, host: str = "127.0.0.1") -> int:
    """`preferred` when nobody listens there, else any free port."""
    for port in (preferred, 0):
        with socket.socket() as trial:
            # As a server would: a connection that is still being laid to rest does not make the port taken.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, port))
            except OSError:
                continue
            return int(trial.getsockname()[1])
    raise OSError(f"no free port on {host}")
