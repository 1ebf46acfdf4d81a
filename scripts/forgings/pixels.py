"""What three programs show of a file: PDFium (Chrome), MuPDF, and poppler (Evince, Okular). Run in processes of their own, for they
crash and hang on what they were not made for."""

import contextlib
import os
import pathlib
import subprocess
import tempfile

import numpy
import pypdfium2
import pymupdf

READERS = ("PDFium", "MuPDF", "poppler")
SLACK = 2
"""Pixels around an allowed rectangle that smoothing may touch."""


def differences(job: tuple[str, bytes, bytes, tuple]) -> tuple[str, list[str]]:
    """The programs in which something beside the rectangles of the first page looks otherwise than before."""
    name, before, after, shown = job
    found = []
    with tempfile.TemporaryDirectory() as folder, quiet():
        old, new = pathlib.Path(folder, "before.pdf"), pathlib.Path(folder, "after.pdf")
        old.write_bytes(before)
        new.write_bytes(after)
        for reader, render in zip(READERS, (pdfium, mupdf, poppler), strict=True):
            first, second = pages(render, old), pages(render, new)
            if not first:
                # What could not be shown when it was signed, nobody signed.
                continue
            if len(first) != len(second):
                found.append(f"{reader}: {len(first)} pages became {len(second)}")
            elif any(differ(a, b, shown if place == 0 else ()) for place, (a, b) in enumerate(zip(first, second, strict=True))):
                found.append(f"{reader}: another picture")
    return name, found


def pages(render, path: pathlib.Path) -> list[numpy.ndarray]:
    try:
        return render(path)
    except Exception:  # noqa: BLE001  (a file that cannot be shown shows nothing)
        return []


def pdfium(path: pathlib.Path) -> list[numpy.ndarray]:
    document = pypdfium2.PdfDocument(path)
    with contextlib.suppress(Exception):
        document.init_forms()
    try:
        return [page.render(scale=1, rev_byteorder=True).to_numpy()[..., :3].copy() for page in document]
    finally:
        document.close()


def mupdf(path: pathlib.Path) -> list[numpy.ndarray]:
    found = []
    with pymupdf.open(path) as document:
        for page in document:
            picture = page.get_pixmap(dpi=72)
            found.append(numpy.frombuffer(picture.samples, numpy.uint8).reshape(picture.height, picture.width, -1)[..., :3])
    return found


def poppler(path: pathlib.Path) -> list[numpy.ndarray]:
    target = path.with_suffix("")
    subprocess.run(["pdftoppm", "-r", "72", path, target], check=False, timeout=20, capture_output=True)
    found = []
    for picture in sorted(path.parent.glob(f"{target.name}-*.ppm")):
        data = picture.read_bytes()
        kind, size, _, rest = data.split(b"\n", 3)
        width, height = map(int, size.split())
        found.append(numpy.frombuffer(rest, numpy.uint8, width * height * 3).reshape(height, width, 3))
        picture.unlink()
    return found


def differ(before: numpy.ndarray, after: numpy.ndarray, shown: tuple) -> bool:
    if before.shape != after.shape:
        return True
    changed = numpy.abs(before.astype(int) - after.astype(int)).max(axis=2) > 8
    height = changed.shape[0]
    for x0, y0, x1, y1 in shown:
        left, right = max(0, int(x0) - SLACK), int(x1) + 1 + SLACK
        top, bottom = max(0, height - int(y1) - 1 - SLACK), height - int(y0) + SLACK
        changed[top:bottom, left:right] = False
    return bool(changed.any())


@contextlib.contextmanager
def quiet():
    """The libraries' complaints go nowhere."""
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
