"""Power cuts: a victim's folders on an ext4 image, which forgets in an instant what was not synced."""

import contextlib
import fcntl
import os
import pathlib
import shutil
import struct
import subprocess
import time

# EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (fs/ext4/ext4.h): nothing more reaches the disk, not even the journal.
_SHUTDOWN, _NO_LOG_FLUSH = 0x8004587D, 2
# The hub keeps 256 MiB of its disk free. The image is sparse.
_SIZE = 700 << 20


def obstacle(folder: pathlib.Path) -> str | None:
    """Why no power can be cut here, in words; None where it can. Tried, since a container may be root and not allowed to mount.

    `folder` is where the images will be.
    """
    if os.geteuid() != 0:
        return "they need root, to mount a disk of their own"
    image, place, probe = folder / "trial.ext4", folder / "trial", folder / "trial-content"
    probe.mkdir()
    (probe / "kept").touch()
    try:
        make_image(image, probe, place)
        place.mkdir()
        disk = Disk(place, image)
        try:
            (place / "unsynced").touch()
            disk.cut()
            if (place / "unsynced").exists() or not (place / "kept").exists():
                return "an ext4 image here doesn't forget what wasn't synced"
        finally:
            disk.close()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"a loop-mounted ext4 image can't be had or cut here ({error})"
    finally:
        image.unlink(missing_ok=True)
        shutil.rmtree(probe)
        with contextlib.suppress(OSError):
            place.rmdir()
    return None


def make_image(image: pathlib.Path, content: pathlib.Path, place: pathlib.Path) -> None:
    with image.open("wb") as out:
        out.truncate(_SIZE)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", image], check=True, stdin=subprocess.DEVNULL)
    place.mkdir()
    _run("mount", "-o", "loop", image, place)
    try:
        _run("cp", "-a", f"{content}/.", place)
        shutil.rmtree(place / "lost+found")
    finally:
        _run("umount", place)
        place.rmdir()


class Disk:
    """A copy of an image, mounted over a folder."""

    def __init__(self, folder: pathlib.Path, image: pathlib.Path):
        self._folder = folder
        self._image = image.with_name(f"live-{image.name}")
        _run("cp", "--sparse=always", image, self._image)
        _run("mount", "-o", "loop", self._image, folder)

    def cut(self) -> None:
        """The power goes, and comes back."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _NO_LOG_FLUSH))
        finally:
            os.close(descriptor)
        self._unmount()
        _run("mount", "-o", "loop", self._image, self._folder)

    def close(self) -> None:
        self._unmount()
        self._image.unlink()

    def _unmount(self) -> None:
        # What the killed program had open is given back by the kernel in its own time.
        for _ in range(200):
            if subprocess.run(["umount", self._folder], capture_output=True).returncode == 0:
                return
            time.sleep(0.02)
        _run("umount", self._folder)


def _run(*command: str | os.PathLike[str]) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
