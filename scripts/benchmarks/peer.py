"""A trusted program on comparable work: rclone moves the same files to its own SFTP server.

Encrypted like ours, but it neither signs nor syncs to disk nor gives receipts.
"""

import os
import pathlib
import resource
import secrets
import subprocess
import time

from . import papers
from .processes import Program, free_port, wait_for_port


def measure(folder: pathlib.Path, count: int, size: int) -> dict[str, object]:
    papers.pile(folder / "peer-from", count, size)
    destination = folder / "peer-to"
    destination.mkdir()
    password, port = secrets.token_hex(8), free_port()
    obscured = subprocess.run(
        ["rclone", "obscure", password], check=True, capture_output=True, text=True
    ).stdout.strip()
    serve = ["rclone", "serve", "sftp", f"--addr=127.0.0.1:{port}", "--user=bench", f"--pass={password}", destination]
    server = Program(serve, folder / "peer-server.log")
    try:
        wait_for_port(port, server)
        before, start = server.cpu_ms, time.monotonic()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            ["rclone", "move", "--transfers=8", folder / "peer-from", ":sftp:"]
            + ["--sftp-host=127.0.0.1", f"--sftp-port={port}", "--sftp-user=bench", f"--sftp-pass={obscured}"],
            check=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "RCLONE_CONFIG": "/dev/null"},
        )
        elapsed = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        client = (after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime) * 1000
        arrived = len(list(destination.glob("*.pdf")))
        if arrived != count:
            raise RuntimeError(f"{arrived} of {count} files arrived at the peer")
        return {
            "documents per second": round(count / elapsed, 1),
            "client CPU ms per document": round(client / count, 2),
            "server CPU ms per document": round((server.cpu_ms - before) / count, 2),
            "server peak MiB": round(server.peak_mib, 1),
        }
    finally:
        server.stop()
