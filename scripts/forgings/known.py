"""Forgeries that the verifier once accepted: Tests/Fixtures/attacks-readers, made anew by `scripts/forging --write-known FOLDER`."""

import pathlib
import random
import shutil
from collections.abc import Iterator

from . import pictures, readers
from .identity import Identity
from .papers import COVERS, letter, seal, signed
from .pdf import Ref


def files(who: Identity) -> Iterator[tuple[str, bytes]]:
    def reader(prepared: str, tampered: str, hiding: str, cover: str, **fixed) -> bytes:
        return readers.one(who, random.Random(0), prepared, tampered, hiding, cover, **{"streams": False, "unused": 6} | fixed).after

    def shown(picture: str, widget: str, turn: int) -> bytes:
        return pictures.one(who, random.Random(0), picture, widget, turn).after

    yield "unused-object-elsewhere", reader("an unused object elsewhere", "nothing", "gap", "signature", unused=1)
    yield "unused-object-beyond-the-end", reader("an unused object beyond the end", "nothing", "gap", "signature")
    yield "unused-object-in-no-stream", reader("an unused object in nothing", "nothing", "gap", "time-stamp", streams=True)
    yield "startxref-far-in-a-gap", reader("nothing", "startxref far from its number", "gap", "signature")
    yield "startxref-far-by-anybody", reader("nothing", "startxref far from its number", "stream", "evidence")
    yield "end-mark-far", reader("nothing", "end mark far away", "gap", "signature")
    yield "size-too-large", reader("nothing", "/Size of eight digits", "gap", "signature")
    yield from zip(("linearised-once", "linearised-twice"), (case.after for case in readers.linearised(who)), strict=True)
    later = (case.after for case in readers.future(who))
    yield from zip(("later-object-signed", "later-object-by-anybody"), later, strict=False)
    yield "stream-that-ends-later", next(readers.straddling(who)).after
    yield "picture-without-box", shown("no box", "plain", 0)
    yield "picture-not-turned", shown("as it should be", "not turned with the page", 90)
    yield "field-of-the-same-name", pictures.namesake(who, "Amount", {"MaxLen": 1}, {}).after
    yield "field-of-another-parent", pictures.namesake(who, None, {"MaxLen": 1}, {"Parent": Ref(26)}).after
    for number, cover in enumerate(("signature", "evidence"), 1):
        file = signed(letter(), who)
        seal(file, COVERS[cover](file, who), who)
        yield f"signed-untouched-{number}", bytes(file.data)


def write(who: Identity, folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files(who):
        (folder / f"{name}.pdf").write_bytes(data)
    shutil.copy(who.trust, folder / "trust.pem")
