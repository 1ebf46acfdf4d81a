"""One journey: a copy of an enrolled province, three files dropped, one fault, and then all must come to rest."""

import contextlib
import dataclasses
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import time

from benchmarks import papers
from benchmarks.processes import Program, wait_for_port
from benchmarks.province import OFFICE, UNION

from . import checker, power
from .plants import Plant

VICTIMS = {"sender": "union", "hub": "hub", "recipient": "office"}
# A fault that lasts ends after so many seconds, while the program runs.
LASTS = 0.7
# Seconds until all must be at its end. Waits between attempts are random up to 1, 2, 4, 8 seconds.
PATIENCE = 45
# Seconds in which a program that is asked to stop must have stopped.
STOPS = 30
LETTER, SCAN, SCRAP = "Báo cáo quý III.pdf", "Kế hoạch.pdf", "ghi chú.pdf"
# A link in the outbox to a document that is none of the unit's: it must be refused, and never opened.
LINK = "lối tắt.pdf"


@dataclasses.dataclass(frozen=True)
class Point:
    """A victim, what befalls it, and at which of its calls."""

    victim: str
    kind: str
    lasting: bool
    number: int

    @property
    def kills(self) -> bool:
        return self.kind in ("kill", "torn", "cut")

    def __str__(self) -> str:
        return f"{self.victim}:{self.kind}{'+' if self.lasting else ''}:{self.number}"

    @staticmethod
    def parse(text: str) -> "Point":
        victim, kind, number = text.split(":")
        return Point(victim, kind.rstrip("+"), kind.endswith("+"), int(number))


@dataclasses.dataclass
class Outcome:
    point: Point
    # The call at which it struck, in words; empty where the program made fewer calls.
    struck: str
    calls: int
    violations: list[str]
    seconds: float


class Stage:
    """A folder in which one journey after another is played: an enrolled province is made once and copied each time."""

    def __init__(self, folder: pathlib.Path, programs: pathlib.Path, shim: pathlib.Path):
        self.template, self.live = folder / "template", folder / "live"
        self.logs, self.papers = folder / "logs", folder / "papers"
        self._programs, self._shim = programs, shim
        self._running: dict[str, Program] = {}
        folder.mkdir(parents=True)
        self.papers.mkdir()
        papers.write(self.papers / LETTER, 40_000)
        papers.write(self.papers / SCAN, 300_000)
        (self.papers / SCRAP).write_bytes(b"not a PDF at all\n" * 40)
        self._found()

    # The template

    def _found(self) -> None:
        self.live.mkdir()
        self.logs.mkdir()
        data = self.live / "hub"
        self.ports = [_port(), _port()]
        public, api = (f"https://localhost:{port}" for port in self.ports)
        self._run("congvan-hub", "init", "--data", data, "--name", "Liên đoàn Lao động tỉnh", "--public-url", public,
                  "--api-url", api, "--unit", OFFICE, "--unit-name", "Văn phòng Liên đoàn Lao động tỉnh")  # fmt: skip
        self._run("congvan-hub", "unit", "add", UNION, "--name", "CĐCS Trường THPT Lạc Long Quân", "--data", data)
        self._start("hub")
        for port in self.ports:
            wait_for_port(port, self._running["hub"])
        for place, unit in (("office", OFFICE), ("union", UNION)):
            home = self.live / place
            code = self._run("congvan-hub", "enroll-code", unit, "--data", data).strip().splitlines()[-1]
            self._run("congvan", "enroll", public, code, "--config", home / "etc/congvan.yaml", "--state", home / "state",
                      "--folder", home / "shared")  # fmt: skip
            with (home / "etc/congvan.yaml").open("a") as out:
                # Everything that is waited for is short, so that many journeys fit into a minute.
                out.write("\nquietPeriod: 50ms\nscanEvery: 1s\npollEvery: 1s\n")
        # Once started, the journals are made and the folders marked.
        for place in ("office", "union"):
            self._start(place)
        _eventually(lambda: all("directory refreshed" in self.log(place) for place in ("office", "union")), 20)
        self.stop()
        self.live.rename(self.template)

    def _run(self, program: str, *arguments: str | os.PathLike[str]) -> str:
        run = subprocess.run([self._programs / program, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, timeout=60, env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})  # fmt: skip
        if run.returncode != 0:
            raise RuntimeError(f"{program} {arguments[0]} ended with {run.returncode}: {run.stderr.strip()[-800:]}")
        return run.stdout

    def log(self, place: str) -> str:
        path = self.logs / f"{place}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # Programs

    def _start(self, place: str, shim: dict[str, str] | None = None) -> None:
        if place == "hub":
            command = [self._programs / "congvan-hub", "serve", "--data", self.live / "hub"]
        else:
            command = [self._programs / "congvand", "--config", self.live / place / "etc/congvan.yaml"]
        extra = {"LD_PRELOAD": str(self._shim), **shim} if shim else None
        self._running[place] = Program(command, self.logs / f"{place}.log", extra)

    def _shim_of(self, point: Point) -> dict[str, str]:
        place = VICTIMS[point.victim]
        roots = [self.live / "hub"] if place == "hub" else [self.live / place / "state", self.live / place / "shared"]
        return {
            "TORTURE_ROOTS": ":".join(map(str, roots)), "TORTURE_KIND": "kill" if point.kind == "cut" else point.kind, "TORTURE_AT": str(point.number),
            "TORTURE_ON": "1" if point.lasting else "0", "TORTURE_HEAL": str(self.live / "healed"),
            "TORTURE_REPORT": str(self.live / "report"), "TORTURE_PLANT": self._plant.shim if self._plant else "",
        }  # fmt: skip

    def report(self) -> tuple[int, int, str]:
        """Calls counted, faults made, the first of them in words."""
        try:
            data = (self.live / "report").read_bytes()
        except FileNotFoundError:
            return 0, 0, ""
        calls, faults = struct.unpack_from("QQ", data) if len(data) >= 16 else (0, 0)
        words = data[64:].split(b"\0")[0].decode(errors="replace")
        return calls, faults, words.replace(str(self.live) + "/", "")

    def stop(self) -> None:
        for program in self._running.values():
            program.process.kill()
        for program in self._running.values():
            program.process.wait()
        self._running.clear()

    # The journey

    def play(self, point: Point, plant: Plant | None = None) -> Outcome:
        """Plays one journey with this fault and says what it broke.

        `plant` is a known bug: something must then be found.
        """
        begun = time.monotonic()
        shutil.rmtree(self.live, ignore_errors=True)
        shutil.rmtree(self.logs)
        self.logs.mkdir()
        subprocess.run(["cp", "-a", self.template, self.live], check=True)
        self._violations: list[str] = []
        self._healed = self._planted = self._is_cut = False
        self._plant, self._disk, self._ended_at = plant, None, 0.0
        if point.kind == "cut":
            place = VICTIMS[point.victim]
            self._disk = power.Disk(self.live / place, self._image(place))
        try:
            self._act(point)
            calls, _, struck = self.report()
            self.stop()
            # What comes of a known bug is wanted whole; else what follows from the first violation only hides it.
            if not self._violations or plant:
                self._violations += checker.violations(self.live, self.papers, (LETTER, SCAN), SCRAP, LINK)
        finally:
            self.stop()
            if self._disk:
                self._disk.close()
        return Outcome(point, struck, calls, self._violations, time.monotonic() - begun)

    def _image(self, place: str) -> pathlib.Path:
        image = self.template.parent / f"{place}.ext4"
        if not image.exists():
            power.make_image(image, self.template / place, self.template.parent / "making")
        return image

    def _act(self, point: Point) -> None:
        victim, shim = VICTIMS[point.victim], self._shim_of(point)
        outbox = self.live / "union/shared/outbox"
        self._drop(LETTER, outbox)
        self._drop(SCRAP, outbox)
        self._link(outbox)
        self._start("hub", shim if victim == "hub" else None)
        self._tend_until(lambda: all(map(_listens, self.ports)), point, 15)
        for place in ("office", "union"):
            self._start(place, shim if victim == place else None)
        # The other letter comes while the program runs, so that both ways of noticing are walked.
        self._tend_until(lambda: not (outbox / LETTER).exists(), point, 3)
        self._drop(SCAN, outbox)
        # A planted bug is seen soon, or shows as a journey that does not end.
        patience = self._plant.patience if self._plant else PATIENCE
        if not self._tend_until(lambda: checker.is_quiet(self.live), point, patience):
            self._violations.append(f"not at rest after {patience} s: {checker.standing(self.live)}{self._last_words()}")
            return
        self._end(victim, point)

    def _drop(self, name: str, outbox: pathlib.Path) -> None:
        shutil.copy(self.papers / name, outbox.parent / f".{name}")
        (outbox.parent / f".{name}").rename(outbox / name)
        # A clerk's file that the disk never got is nobody's to keep.
        for path in (outbox / name, outbox, outbox.parent):
            _sync(path)
        (self.live / f"dropped-{name}").touch()

    def _link(self, outbox: pathlib.Path) -> None:
        papers.write(self.live / checker.FOREIGN, 50_000)
        (outbox / LINK).symlink_to(self.live / checker.FOREIGN)
        _sync(outbox)

    def _tend_until(self, done, point: Point, seconds: float) -> bool:
        """Waits, starts a program again that has ended, and ends a lasting fault in time."""
        deadline = time.monotonic() + seconds
        struck_at = None
        while not done():
            now = time.monotonic()
            if now > deadline:
                return False
            if point.lasting and not self._healed and self.report()[1]:
                struck_at = struck_at or now
                if now > struck_at + LASTS:
                    self._heal()
            self._kill_sender()
            for place, program in list(self._running.items()):
                if program.process.poll() is not None:
                    self._ended(place, program.process.returncode, point)
            time.sleep(0.01)
        return True

    def _heal(self) -> None:
        self._healed = True
        (self.live / "healed").touch()

    def _ended(self, place: str, status: int, point: Point) -> None:
        self._ended_at = time.monotonic()
        expected = place == VICTIMS[point.victim] and (status >= 0 or (status == -9 and point.kills))
        if not expected or status == 0:
            self._violations.append(f"{place} ended with {status}{self._last_words()}")
        if self._disk and not self._is_cut:
            self._is_cut = True
            self._disk.cut()
        if place == "union":
            self._violations += checker.missing(self.live, self.papers)
        self._heal()
        self._undo()
        self._start(place)

    def _kill_sender(self) -> None:
        if self._plant and self._plant.kills_sender and not self._planted and self._plant.kills_sender(self.live):
            program = self._running["union"].process
            program.kill()
            program.wait()
            self._undo()
            self._start("union")

    def _undo(self) -> None:
        if self._plant and self._plant.undo and not self._planted:
            self._planted = True
            self._plant.undo(self.live)

    def _last_words(self, *others: str) -> str:
        return "".join(f"\n      {place}: {' / '.join(self.log(place).splitlines()[-4:])}"
                       for place in (*others, *self._running))  # fmt: skip

    def _end(self, victim: str, point: Point) -> None:
        """The victim stops when asked and starts again: what a fault left behind is swept up at the latest then."""
        self._heal()
        # What was written in the second before a start isn't swept: it may be of somebody who writes now.
        time.sleep(max(0, self._ended_at + 1.2 - time.monotonic()))
        program = self._running.pop(victim)
        program.process.send_signal(signal.SIGTERM)
        try:
            # A second or two; more only beside others that compute.
            program.process.wait(STOPS)
        except subprocess.TimeoutExpired:
            self._violations.append(f"{victim} doesn't stop within {STOPS} s of SIGTERM{self._last_words(victim)}")
            program.process.kill()
            return
        # Its last call may also come while it stops.
        if program.process.returncode not in ((0, -9) if point.kills else (0,)):
            self._violations.append(f"{victim} stopped with {program.process.returncode}{self._last_words()}")
        (self.logs / f"{victim}.log").rename(self.logs / f"{victim}.before.log")
        self._start(victim)
        if victim == "hub":
            ready = lambda: all(map(_listens, self.ports))  # noqa: E731
        else:
            ready = lambda: "directory refreshed" in self.log(victim) or "notices connected" in self.log(victim)  # noqa: E731
        if not _eventually(ready, 15) or self._running[victim].process.poll() is not None:
            self._violations.append(f"{victim} doesn't start again{self._last_words()}")
        _eventually(lambda: not checker.leftovers(self.live), 3)


def _sync(path: pathlib.Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _eventually(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def _port() -> int:
    """A free port below those that the kernel gives to outgoing connections: nobody takes it while the hub is away."""
    while True:
        port = random.SystemRandom().randrange(15_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("0.0.0.0", port))
            return port
