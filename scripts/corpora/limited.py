"""Runs a program under limits: no file of the corpus may make one grow or hang."""

import pathlib
import resource
import subprocess
import time

MEMORY = 512_000 * 1024  # bytes of address space for our own program: what `ulimit -v 512000` sets
JUDGE_MEMORY = 4 << 30
SECONDS = 5
JUDGE_SECONDS = 120


class Result:
    def __init__(self, status: int, output: str, errors: str, seconds: float):
        self.status, self.output, self.errors, self.seconds = status, output, errors, seconds

    @property
    def died(self) -> str:
        """How it ended when it did not end by itself; empty if it did."""
        if self.status == TIMED_OUT:
            return "ran out of time"
        return f"ended by signal {-self.status}" if self.status < 0 else ""


TIMED_OUT = 1 << 16


def run(command: list[object], memory: int = MEMORY, seconds: int = SECONDS, folder: pathlib.Path | None = None):
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    start = time.monotonic()
    try:
        done = subprocess.run([str(part) for part in command], preexec_fn=limit, timeout=seconds, cwd=folder,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)  # fmt: skip
    except subprocess.TimeoutExpired:
        return Result(TIMED_OUT, "", "", time.monotonic() - start)
    taken = time.monotonic() - start
    return Result(done.returncode, _text(done.stdout), _text(done.stderr), taken)


def judge(command: list[object], folder: pathlib.Path | None = None) -> Result:
    return run(command, JUDGE_MEMORY, JUDGE_SECONDS, folder)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
