"""Waiting for files to appear in a folder or its subfolders, by inotify(7)."""

import ctypes
import os
import pathlib
import select
import struct
import time
from collections.abc import Callable

_libc = ctypes.CDLL(None, use_errno=True)
_CLOSE_WRITE, _MOVED_TO, _CREATE, _IS_FOLDER = 0x8, 0x80, 0x100, 0x40000000


class Arrivals:
    """The PDFs that arrive in a folder, each with the moment (monotonic) at which its name appeared there.

    A name counts when it was moved in, linked in or closed after writing, in any subfolder, also one made later.
    """

    def __init__(self, folder: pathlib.Path):
        self.seen: dict[str, float] = {}
        self._before: set[str] = set()
        self._folders: dict[int, pathlib.Path] = {}
        self._descriptor = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")
        self._watch(folder)
        self._before, self.seen = set(self.seen), {}

    def __enter__(self) -> "Arrivals":
        return self

    def __exit__(self, *_) -> None:
        os.close(self._descriptor)

    def wait(self, count: int, seconds: float, check: Callable[[], None]) -> float:
        """Until `count` files have arrived; the moment of the last. `check` raises where waiting has become pointless."""
        deadline = time.monotonic() + seconds
        while len(self.seen) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{len(self.seen)} of {count} files arrived within {seconds:.0f} s")
            check()
            if select.select([self._descriptor], [], [], min(left, 1))[0]:
                self._read()
        return max(self.seen.values())

    def _read(self) -> None:
        data = os.read(self._descriptor, 1 << 16)
        now = time.monotonic()
        at = 0
        while at < len(data):
            watch, mask, _, length = struct.unpack_from("iIII", data, at)
            name = os.fsdecode(data[at + 16 : at + 16 + length].rstrip(b"\0"))
            at += 16 + length
            folder = self._folders.get(watch)
            if folder is None:
                continue
            if mask & _IS_FOLDER:
                self._watch(folder / name)
            else:
                self._note(folder / name, now)

    def _watch(self, folder: pathlib.Path) -> None:
        mask = _CLOSE_WRITE | _MOVED_TO | _CREATE
        watch = _libc.inotify_add_watch(self._descriptor, os.fsencode(folder), mask)
        if watch < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch", str(folder))
        self._folders[watch] = folder
        # What came between the making of the folder and the watch.
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                self._watch(pathlib.Path(entry.path))
            else:
                self._note(pathlib.Path(entry.path), time.monotonic())

    def _note(self, path: pathlib.Path, now: float) -> None:
        if path.suffix == ".pdf" and not path.name.startswith(".") and str(path) not in self._before:
            self.seen.setdefault(str(path), now)
