"""What this machine can do at best in the acts that a document needs."""

import os
import pathlib
import platform
import re
import sqlite3
import subprocess
import time

SECONDS = 2.0


def machine() -> dict[str, object]:
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return {
        "processor": cpu.group(1) if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "load at start": round(os.getloadavg()[0], 2),
    }


def measure(folder: pathlib.Path) -> dict[str, object]:
    signs = _openssl("ecdsap256", "rsa2048")
    return {
        "P-256 signatures per second": signs["ecdsa"],
        "RSA-2048 signatures per second": signs["rsa"],
        "SHA-256 MiB per second": _sha256(),
        "durable 100 KB files per second": _durable_files(folder / "durable"),
        "SQLite commits per second": _commits(folder / "commits.sqlite"),
    }


def _openssl(*algorithms: str) -> dict[str, float]:
    """Signatures per second; machine-readable lines are `+F2:…` for RSA and `+F4:…` for ECDSA, with signs per second."""
    run = subprocess.run(
        ["openssl", "speed", "-mr", "-seconds", "1", *algorithms], check=True, capture_output=True, text=True
    )
    found = {}
    for line in run.stdout.splitlines():
        fields = line.split(":")
        if fields[0] in ("+F2", "+F4"):
            found["rsa" if fields[0] == "+F2" else "ecdsa"] = round(float(fields[3]), 1)
    return found


def _sha256() -> float:
    run = subprocess.run(
        ["openssl", "speed", "-mr", "-seconds", "1", "-bytes", "16384", "-evp", "sha256"],
        check=True,
        capture_output=True,
        text=True,
    )
    rate = next(line for line in run.stdout.splitlines() if line.startswith("+F:")).split(":")[-1]
    return round(float(rate) / (1 << 20), 1)


def _durable_files(folder: pathlib.Path) -> float:
    """Write, fsync, rename, fsync of the folder, one after the other."""
    folder.mkdir()
    data = os.urandom(100_000)
    directory = os.open(folder, os.O_RDONLY)
    start, count = time.monotonic(), 0
    while time.monotonic() - start < SECONDS:
        with (folder / "new").open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.rename(folder / "new", folder / str(count))
        os.fsync(directory)
        count += 1
    os.close(directory)
    return round(count / (time.monotonic() - start), 1)


def _commits(path: pathlib.Path) -> float:
    """Single rows, each in a transaction of its own, as the journal would without group commit."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, what TEXT)")
    start, count = time.monotonic(), 0
    while time.monotonic() - start < SECONDS:
        database.execute("INSERT INTO event (what) VALUES ('accepted')")
        count += 1
    database.close()
    return round(count / (time.monotonic() - start), 1)
