"""PDF files of a wanted size: whole, unsigned, and each different."""

import os
import pathlib

_HEAD = (
    b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /I 4 0 R >> >> >>\nendobj\n"
)
_BLOCK = os.urandom(1 << 20)


def write(path: pathlib.Path, size: int) -> None:
    """Writes a page with one incompressible image, as a scan has; about `size` bytes in all."""
    image = max(size - len(_HEAD) - 500, 64)
    with path.open("wb") as out:
        out.write(_HEAD)
        offsets = [_HEAD.index(b"%d 0 obj" % number) for number in (1, 2, 3)] + [out.tell()]
        out.write(
            b"4 0 obj\n<< /Type /XObject /Subtype /Image /Width %d /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
            b"/Length %d >>\nstream\n" % (image, image)
        )
        out.write(os.urandom(32))
        for start in range(32, image, len(_BLOCK)):
            out.write(_BLOCK[: image - start])
        out.write(b"\nendstream\nendobj\n")
        table = out.tell()
        rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        out.write(b"xref\n0 5\n0000000000 65535 f \n" + rows)
        out.write(b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table)


def pile(folder: pathlib.Path, count: int, size: int) -> list[pathlib.Path]:
    """`count` files in a new folder, on disk before anything is timed."""
    folder.mkdir(parents=True)
    paths = [folder / f"{number:04d} bao cao.pdf" for number in range(1, count + 1)]
    for path in paths:
        write(path, size)
    os.sync()
    return paths
