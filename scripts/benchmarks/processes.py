"""What the kernel says of a running program (proc(5))."""

import os
import pathlib
import socket
import subprocess
import time

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


class Program:
    """A program that runs in the background, with its output in a log."""

    def __init__(
        self, command: list[str | os.PathLike[str]], log: pathlib.Path, extra: dict[str, str] | None = None
    ):
        self.name = pathlib.Path(command[0]).name
        self.log = log
        environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no", "RCLONE_CONFIG": "/dev/null", **(extra or {})}
        with log.open("ab") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment)

    def check(self) -> None:
        """Raises, with the end of its log, where the program has ended."""
        if self.process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-1500:]
            raise RuntimeError(f"{self.name} ended with status {self.process.returncode}:\n{tail}")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def cpu_ms(self) -> float:
        """Processor time since its start, user and system, ended children included."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15]) * TICK_MS

    @property
    def peak_mib(self) -> float:
        """Highest resident memory since `forget_peak` (VmHWM)."""
        return self._status("VmHWM") / 1024

    @property
    def resident_mib(self) -> float:
        return self._status("VmRSS") / 1024

    @property
    def private_mib(self) -> float:
        """Resident memory that isn't a mapped file (RssAnon)."""
        return self._status("RssAnon") / 1024

    def forget_peak(self) -> None:
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    @property
    def threads(self) -> int:
        return self._status("Threads")

    @property
    def wakeups(self) -> dict[str, int]:
        """Voluntary context switches by thread: each is a sleep that ended."""
        counts = {}
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                text = (task / "status").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue  # the thread ended meanwhile
            counts[task.name] = int(text.split("\nvoluntary_ctxt_switches:")[1].split()[0])
        return counts

    def _proc(self, name: str) -> str:
        self.check()
        return pathlib.Path(f"/proc/{self.process.pid}/{name}").read_text()

    def _status(self, key: str) -> int:
        return int(self._proc("status").split(f"\n{key}:")[1].split()[0])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, program: Program, seconds: float = 30) -> None:
    """Until the program listens."""
    deadline = time.monotonic() + seconds
    while True:
        program.check()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{program.name} doesn't listen on port {port} after {seconds} s") from None
            time.sleep(0.02)
