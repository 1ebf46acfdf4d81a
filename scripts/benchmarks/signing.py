"""Documents signed per second on one core, beside the bare key operation, pyHanko and a plain copy that hashes.

Durability is off on all sides, all files are in memory where the machine has a file system there, and of several runs the best
counts: what is compared is work, not the disk of a shared machine.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from . import papers

SIZES = {"50 KB": (50_000, 2000), "100 KB": (100_000, 1500), "1 MB": (1_000_000, 200), "20 MB": (20_000_000, 12)}
KEYS = {"RSA-2048": ("rsa:2048", [], "+F2"), "P-256": ("ec", ["-pkeyopt", "ec_paramgen_curve:P-256"], "+F4")}
RUNS = 3
HANKO_SECONDS = 4
HERE = pathlib.Path(__file__).resolve().parent
CORE = max(os.sched_getaffinity(0))


def place(folder: pathlib.Path) -> pathlib.Path:
    """In memory where there is room, else the folder."""
    memory = pathlib.Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 << 30:
        return pathlib.Path(tempfile.mkdtemp(prefix="congvan-bench-", dir=memory))
    folder.mkdir()
    return folder


def measure(folder: pathlib.Path, programs: pathlib.Path, python: pathlib.Path) -> dict[str, object]:
    folder = place(folder)
    try:
        return _measure(folder, programs, python)
    finally:
        shutil.rmtree(folder)


def _measure(folder: pathlib.Path, programs: pathlib.Path, python: pathlib.Path) -> dict[str, object]:
    bare = _bare()
    figures: dict[str, object] = {"files": str(folder.parent)}
    figures |= {f"{key}, bare operations per second": rate for key, rate in bare.items()}
    for key, (kind, options, _) in KEYS.items():
        _make_key(folder, key, kind, options)
    for size, (length, count) in SIZES.items():
        files = papers.pile(folder / size, count, length)
        copies = max(_copy(files, folder / f"{size} copy {run}") for run in range(RUNS))
        figures[f"{size}, copied and hashed per second"] = round(copies, 1)
        for key in KEYS:
            ours = _ours(folder, programs / "congvan", size, key, files)
            theirs = _hanko(folder, python, size, key, files)
            name = f"{size}, {key}"
            figures[f"{name}: signed per second"] = round(ours, 1)
            figures[f"{name}: of the bare operation's rate"] = round(ours / bare[key], 3)
            figures[f"{name}: pyHanko per second"] = round(theirs, 2)
            figures[f"{name}: times pyHanko"] = round(ours / theirs, 1)
            figures[f"{name}: time, in copies with a hash"] = round(copies / ours, 2)
        shutil.rmtree(folder / size)
    return figures


def _pinned() -> None:
    os.sched_setaffinity(0, {CORE})


def _bare() -> dict[str, float]:
    run = subprocess.run(["openssl", "speed", "-mr", "-seconds", "3", "rsa2048", "ecdsap256"], check=True, preexec_fn=_pinned,
                         stdin=subprocess.DEVNULL, capture_output=True, text=True)  # fmt: skip
    lines = [line.split(":") for line in run.stdout.splitlines()]
    return {key: round(next(float(f[3]) for f in lines if f[0] == mark), 1) for key, (_, _, mark) in KEYS.items()}


def _make_key(folder: pathlib.Path, key: str, kind: str, options: list[str]) -> None:
    pem = folder / f"{key}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", kind, *options, "-nodes", "-keyout", pem, "-out",
                    folder / f"{key}.pem", "-subj", "/C=VN/O=Bench/CN=Bench", "-days", "10", "-addext",
                    "keyUsage=critical,digitalSignature,nonRepudiation"],
                   check=True, stdin=subprocess.DEVNULL, capture_output=True)  # fmt: skip
    pem.chmod(0o600)


def _ours(folder: pathlib.Path, congvan: pathlib.Path, size: str, key: str, files: list[pathlib.Path]) -> float:
    """One process for all files; what starting and a first file take is taken off."""

    def seconds(part: list[pathlib.Path], target: pathlib.Path) -> float:
        target.mkdir()
        command = [congvan, "sign", "--files-from", "-", "-d", target, "--no-sync", "--jobs", "1", "--key", folder / f"{key}.key",
                   "--cert", folder / f"{key}.pem"]  # fmt: skip
        names = "\n".join(map(str, part))
        start = time.monotonic()
        subprocess.run(command, check=True, input=names, stdout=subprocess.DEVNULL, text=True, preexec_fn=_pinned)
        taken = time.monotonic() - start
        if len(list(target.iterdir())) != len(part):
            raise RuntimeError(f"congvan sign left {size} files unsigned")
        shutil.rmtree(target)
        return taken

    begin = min(seconds(files[:1], folder / f"{size} {key} first {run}") for run in range(RUNS))
    whole = min(seconds(files, folder / f"{size} {key} ours {run}") for run in range(RUNS))
    return (len(files) - 1) / (whole - begin)


def _hanko(folder: pathlib.Path, python: pathlib.Path, size: str, key: str, files: list[pathlib.Path]) -> float:
    target = folder / f"{size} {key} theirs"
    target.mkdir()
    command = [python, HERE / "hanko_signing.py", folder / f"{key}.key", folder / f"{key}.pem", target, str(HANKO_SECONDS)]
    run = subprocess.run(command, check=True, input=json.dumps([str(f) for f in files]), capture_output=True, text=True,
                         preexec_fn=_pinned)  # fmt: skip
    shutil.rmtree(target)
    return float(run.stdout)


def _copy(files: list[pathlib.Path], target: pathlib.Path) -> float:
    """Reads, hashes and writes in pieces of 256 KiB, then renames: the same acts without a signature."""
    target.mkdir()
    before = os.sched_getaffinity(0)
    _pinned()
    start = time.monotonic()
    for file in files:
        digest = hashlib.sha256()
        with file.open("rb", buffering=0) as source, (target / ".part").open("wb", buffering=0) as out:
            while piece := source.read(256 << 10):
                digest.update(piece)
                out.write(piece)
        (target / ".part").rename(target / file.name)
    taken = time.monotonic() - start
    os.sched_setaffinity(0, before)
    shutil.rmtree(target)
    return len(files) / taken
