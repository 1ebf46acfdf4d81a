"""Fetches source packages from PyPI and takes the PDFs out of them."""

import os
import pathlib
import subprocess
import sys
import tarfile
import zipfile

SOURCES = pathlib.Path(__file__).resolve().parent / "sources.txt"


def pdfs(folder: pathlib.Path) -> list[pathlib.Path]:
    """Every PDF of the packages named in sources.txt, under `folder`/PACKAGE; downloads what is not there yet."""
    packages, files = folder / "packages", folder / "files"
    packages.mkdir(parents=True, exist_ok=True)
    for line in SOURCES.read_text().splitlines():
        requirement = line.split("#")[0].strip()
        if requirement:
            name = requirement.split("==")[0]
            archive = _archive(packages, requirement) or _download(packages, name, requirement)
            target = files / name
            if archive and not target.exists():
                _extract(archive, target)
    return sorted(files.rglob("*.pdf"))


def _archive(folder: pathlib.Path, requirement: str) -> pathlib.Path | None:
    name, version = (_plain(part) for part in requirement.split(" ")[0].split("=="))
    for path in folder.iterdir():
        if _plain(path.name).startswith(f"{name}_{version}_"):
            return path
    return None


def _plain(text: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in text.lower())


def _download(folder: pathlib.Path, name: str, requirement: str) -> pathlib.Path | None:
    # pip prepares each package's metadata; pypdfium2 would fetch a binary for that unless told that none is wanted.
    environment = dict(os.environ, PDFIUM_PLATFORM="sdist")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name, "--dest", folder]
    done = subprocess.run([*command, requirement.split(" ")[0]], env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        print(f"{requirement}: not to be had: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    return _archive(folder, requirement)


def _extract(archive: pathlib.Path, target: pathlib.Path) -> None:
    """Writes the PDFs flat, under their path with - for /: names of a package never lead out of the folder."""
    target.mkdir(parents=True)
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.namelist():
                if entry.lower().endswith(".pdf"):
                    (target / _flat(entry)).write_bytes(opened.read(entry))
        return
    with tarfile.open(archive) as opened:
        for entry in opened:
            if entry.isfile() and entry.name.lower().endswith(".pdf"):
                content = opened.extractfile(entry)
                if content:
                    (target / _flat(entry.name)).write_bytes(content.read())


def _flat(name: str) -> str:
    """Without the first folder, which is the package's name."""
    return "-".join(part for part in pathlib.PurePosixPath(name).parts[1:] if part not in ("..", "/"))
