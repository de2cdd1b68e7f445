"""A real S3 server on loopback: rclone serving a folder, stopped by the process that started it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from deploy.local import ports
from foundation.room_settings import ObjectStore

PATIENCE = 30.0
KEY_ID, SECRET, BUCKET = "test-key-id", "test-secret-key", "papers"


@contextmanager
def s3_server(folder: Path) -> Iterator[ObjectStore]:
    """The settings under which `foundation.object_store` reaches it; its bucket is a folder in `folder`."""
    (folder / BUCKET).mkdir(parents=True)
    port = ports.free(0)
    rclone = Path(sys.executable).with_name("rclone")
    command = [str(rclone), "serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}", "--config", ""]
    with (folder.parent / "rclone.log").open("wb") as log:
        process = subprocess.Popen([*command, "--auth-key", f"{KEY_ID},{SECRET}"], stdout=log, stderr=log)
    try:
        _await(f"http://127.0.0.1:{port}", process)
        yield ObjectStore(bucket=BUCKET, endpoint=f"http://127.0.0.1:{port}", key_id=KEY_ID, secret=SECRET)
    finally:
        process.terminate()
        process.wait(10)


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(address, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError("rclone serve s3 did not answer")
