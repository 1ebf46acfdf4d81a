"""A throw-away province of real programs: a hub, the province's office that receives, a grassroots union that sends."""

import os
import pathlib
import subprocess

from .processes import Program, free_port, wait_for_port

OFFICE, UNION = "ldld-tinh", "cdcs-thpt-lac-long-quan"


class Province:
    """Running while the `with` block runs."""

    def __init__(self, folder: pathlib.Path, programs: pathlib.Path):
        self.folder = folder
        self._programs = programs
        self._running: list[Program] = []

    def __enter__(self) -> "Province":
        try:
            self._found()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        for program in reversed(self._running):
            program.stop()

    def check(self) -> None:
        """Raises where a program has ended, or a document was refused."""
        for program in self._running:
            program.check()
        refused = sorted(self.rejected.glob("*.reason.txt")) if self.rejected.exists() else []
        if refused:
            raise RuntimeError(f"refused: {refused[0].name}: {refused[0].read_text()[:300]}")

    def start_receiver(self) -> None:
        self.receiver = self._agent("office")

    def stop_receiver(self) -> None:
        """It is meant to be gone: `check` asks no more of it."""
        self._running.remove(self.receiver)
        self.receiver.stop()

    @property
    def outbox(self) -> pathlib.Path:
        return self.folder / "union/shared/outbox"

    @property
    def sent(self) -> pathlib.Path:
        return self.folder / "union/shared/sent"

    @property
    def rejected(self) -> pathlib.Path:
        return self.folder / "union/shared/rejected"

    @property
    def inbox(self) -> pathlib.Path:
        return self.folder / "office/shared/inbox"

    def _found(self) -> None:
        self.folder.mkdir(parents=True)
        data, public, api = self.folder / "hub", free_port(), free_port()
        self._run("congvan-hub", "init", "--data", data, "--name", "Liên đoàn Lao động tỉnh",
                  "--public-url", f"https://localhost:{public}", "--api-url", f"https://localhost:{api}",
                  "--unit", OFFICE, "--unit-name", "Văn phòng Liên đoàn Lao động tỉnh")  # fmt: skip
        self._run("congvan-hub", "unit", "add", UNION, "--name", "CĐCS Trường THPT Lạc Long Quân", "--data", data)
        self.hub = self._start("hub", "congvan-hub", "serve", "--data", data)
        wait_for_port(public, self.hub)
        wait_for_port(api, self.hub)
        for place, unit in (("office", OFFICE), ("union", UNION)):
            code = self._run("congvan-hub", "enroll-code", unit, "--data", data).strip().splitlines()[-1]
            self._enrol(place, f"https://localhost:{public}", code)
        self.sender = self._agent("union")
        self.start_receiver()

    def _enrol(self, place: str, hub: str, code: str) -> None:
        home = self.folder / place
        self._run("congvan", "enroll", hub, code, "--config", home / "etc/congvan.yaml",
                  "--state", home / "state", "--folder", home / "shared")  # fmt: skip

    def _agent(self, place: str) -> Program:
        return self._start(f"agent-{place}", "congvand", "--config", self.folder / place / "etc/congvan.yaml")

    def _start(self, name: str, program: str, *arguments: str | os.PathLike[str]) -> Program:
        started = Program([self._programs / program, *arguments], self.folder / f"{name}.log")
        self._running.append(started)
        return started

    def _run(self, program: str, *arguments: str | os.PathLike[str]) -> str:
        run = subprocess.run(
            [self._programs / program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "SWIFT_BACKTRACE": "enable=no"},
        )
        if run.returncode != 0:
            raise RuntimeError(f"{program} {arguments[0]} ended with {run.returncode}: {run.stderr.strip()[-800:]}")
        return run.stdout
